"""What is installed of gtlearn's requirements, read from its own metadata."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

CORE = "core"
PURPOSES = {  # of the core and of each extra
    CORE: "solving and checking",
    "learn": "training learners",
    "plots": "pictures",
    "envs": "PettingZoo and MuJoCo environments",
    "video": "films in MP4 (with FFmpeg, GPL)",
    "atari": "Atari environments (GPL)",
    "scale": "many runs at once",
    "peers": "tests of agreement with other packages (ecos and pygambit are GPL)",
    "docs": "building the documentation",
    "dev": "tests and linters",
}

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def requirements() -> dict[str, list[str]]:
    """What the core and each extra need, as "package>=version"."""
    needed: dict[str, list[str]] = {part: [] for part in PURPOSES}
    for line in metadata.requires("gtlearn") or ():
        requirement, _, marker = line.partition(";")
        extra = _EXTRA.search(marker)
        if not requirement.startswith("gtlearn[") and (extra is None or extra[1] in needed):
            needed[extra[1] if extra else CORE].append(requirement.strip())
    return {part: sorted(found) for part, found in needed.items() if found}


def version_of(requirement: str) -> str | None:
    """The installed version of a required package, or None."""
    name = _NAME.match(requirement)
    try:
        return metadata.version(name[0] if name else requirement)
    except metadata.PackageNotFoundError:
        return None


def package_table(parts: Collection[str]) -> Table:
    """What these parts need, and the versions that are installed."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table("part", "for", "package", "installed")
    for part, needed in requirements().items():
        if part not in parts:
            continue
        for position, requirement in enumerate(needed):
            name = _NAME.match(requirement)
            heading = (part, PURPOSES[part]) if position == 0 else ("", "")
            version = version_of(requirement) or "missing"
            add_row(table, [*heading, name[0] if name else requirement, version])
    return table


def additions(parts: Collection[str]) -> list[str]:
    """For each of these parts that lacks something, a line with the command that installs it."""
    lines = []
    for part, needed in requirements().items():
        missing = [f"'{requirement}'" for requirement in needed if not version_of(requirement)]
        if part in parts and missing:
            lines.append(f"To add {part}: pip install {' '.join(missing)}")
    return lines
