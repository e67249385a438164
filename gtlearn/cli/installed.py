"""What is installed of gtlearn's requirements, read from its own metadata."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from importlib import metadata

from gtlearn.solvers.output.pieces import add_row, new_table, to_text

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_PURPOSES = {
    "": "solving and checking",
    "learn": "training learners",
    "plots": "pictures",
    "envs": "PettingZoo and MuJoCo environments",
    "atari": "Atari environments (GPL)",
    "scale": "many runs at once",
    "peers": "tests of agreement with other packages (ecos and pygambit are GPL)",
    "docs": "building the documentation",
    "dev": "tests and linters",
}


def requirements() -> dict[str, list[str]]:
    """What each extra needs, as "package>=version"; the core's under ""."""
    needed: dict[str, list[str]] = {extra: [] for extra in _PURPOSES}
    for line in metadata.requires("gtlearn") or ():
        requirement, _, marker = line.partition(";")
        extra = _EXTRA.search(marker)
        if not requirement.startswith("gtlearn[") and (extra is None or extra[1] in needed):
            needed[extra[1] if extra else ""].append(requirement.strip())
    return {extra: sorted(found) for extra, found in needed.items() if found}


def version_of(package: str) -> str | None:
    """The installed version, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def report() -> str:
    """A table of packages and, for each missing extra, the command that installs it."""
    table = new_table("part", "for", "package", "installed")
    advice = []
    for extra, needed in requirements().items():
        missing = []
        for position, requirement in enumerate(needed):
            name = _NAME.match(requirement)
            package = name[0] if name else requirement
            version = version_of(package)
            part, purpose = ((extra or "core"), _PURPOSES[extra]) if position == 0 else ("", "")
            add_row(table, [part, purpose, package, version or "missing"])
            if version is None:
                missing.append(f"'{requirement}'")
        if missing:
            advice.append(f"To add {extra or 'the core'}: pip install {' '.join(missing)}")
    binary = shutil.which("lrsnash")
    heading = f"gtlearn {version_of('gtlearn')}, Python {platform.python_version()}"
    text = to_text(
        [
            f"{heading} on {sys.platform} {platform.machine()}",
            table,
            f"lrsnash, a peer in the tests: {binary or 'not found (Debian package lrslib)'}",
        ]
    )
    return "\n".join([text, *advice])  # not wrapped: commands to copy
