"""What is installed of what gtlearn requires."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from gtlearn.optional import install_line, installed_version, is_met, requirements

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from rich.table import Table

CORE = "core"
PURPOSES = {  # of the core and of each extra
    CORE: "solving and checking",
    "learn": "training learners",
    "plots": "pictures",
    "envs": "PettingZoo and MuJoCo environments",
    "video": "films in MP4 (with FFmpeg, GPL)",
    "atari": "Atari environments (GPL)",
    "excel": "games in .xlsx files, and pandas",
    "scale": "many runs at once",
    "peers": "tests of agreement with other packages (ecos and pygambit are GPL)",
    "docs": "building the documentation",
    "dev": "tests and linters",
}

DEVELOPERS = ("peers", "docs", "dev")  # of no use to those who only use gtlearn


def needed(part: str) -> list[Requirement]:
    """What the core or an extra needs."""
    return requirements("" if part == CORE else part)


def package_table(parts: Collection[str]) -> Table:
    """What these parts need, and the versions that are installed."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table("part", "for", "package", "installed")
    for part in parts:
        for position, requirement in enumerate(needed(part)):
            heading = (part, PURPOSES[part]) if position == 0 else ("", "")
            add_row(table, [*heading, requirement.name, _state(requirement)])
    return table


def _state(requirement: Requirement) -> str:
    version = installed_version(requirement.name)
    if version is None:
        return "missing"
    return version if is_met(requirement) else f"{version}; needed {requirement.specifier}"


def additions(parts: Collection[str]) -> list[str]:
    """For each of these parts that lacks something, a line with the command that installs it."""
    lines = []
    for part in parts:
        unmet = [requirement for requirement in needed(part) if not is_met(requirement)]
        if unmet:
            verb = "add" if any(installed_version(r.name) is None for r in unmet) else "mend"
            lines.append(f"To {verb} {part}: {install_line('' if part == CORE else part)}")
    return lines
