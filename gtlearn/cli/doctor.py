"""`gtlearn doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gtlearn.cli.options import OneOf
from gtlearn.cli.stdout import Command
from gtlearn.cli.working import CORE, DEVELOPERS, PURPOSES, additions, findings, package_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from gtlearn.cli.working import Finding


@click.command(cls=Command)
@click.argument("extras", nargs=-1, type=OneOf(*PURPOSES), metavar="[EXTRA]...")
def doctor(extras: tuple[str, ...]) -> int:
    """Say what is installed and works, and how to add the rest.

    With EXTRAs, such as envs or atari, look only at these; the exit code is 1 if something of them
    is missing or does not work. Without, look at the core and at all extras but those of developers
    (peers, docs, dev); the exit code is 1 if the core is not whole.

    \b
    Example:
      gtlearn doctor envs atari
    """
    from gtlearn.cli.output import emit
    from gtlearn.solvers.output.pieces import to_text

    parts = extras or tuple(part for part in PURPOSES if part not in DEVELOPERS)
    trials = findings(parts)
    advice = additions(parts)
    advice += [f"To use {trial.what}: {trial.detail}" for trial in trials if not trial.works]
    tables = [package_table(parts), *([_trial_table(trials)] if trials else [])]
    text = to_text([_heading(), *tables])
    emit("\n".join([text, *advice]), None)  # not wrapped: commands to copy
    vital = extras or (CORE,)
    failed = any(trial.extra in vital and not trial.works for trial in trials)
    return int(failed or bool(additions(vital)))


def _heading() -> str:
    import platform
    import sys

    from gtlearn.version import __version__

    python = f"Python {platform.python_version()}"
    return f"gtlearn {__version__}, {python} on {sys.platform} {platform.machine()}"


def _trial_table(trials: Sequence[Finding]) -> Table:
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table("part", "tried", "works", "how")
    for trial in trials:
        works = "yes" if trial.works else "no"
        add_row(table, [trial.extra, trial.what, works, trial.detail if trial.works else ""])
    return table
