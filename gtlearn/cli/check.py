"""`gtlearn check`."""

from __future__ import annotations

import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import (
    ExactNumber,
    GameCommand,
    Natural,
    OneOf,
    leader_options,
    reading_options,
    refuse_unused,
    was_given,
)
from gtlearn.errors import InputError


@click.command(cls=GameCommand)
@click.argument("profile")
@click.argument("game")
@click.option(
    "--concept",
    type=OneOf("nash", "stackelberg", "correlated", "coarse-correlated"),
    default="nash",
    show_default=True,
    help="What the profile claims to be.",
)
@leader_options
@click.option(
    "--index",
    type=Natural(),
    default=0,
    show_default=True,
    help="Which solution of PROFILE is meant, if it holds several.",
)
@click.option(
    "--tolerance",
    type=ExactNumber(),
    default="0",
    show_default=True,
    help="The largest regret that still holds.",
)
@click.option(
    "--format", "form", type=OneOf("table", "json"), help="How to print; a table by default."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write here instead of printing.")
@reading_options
@click.pass_context
def check(
    ctx: click.Context,
    /,
    profile: str,
    game: str,
    *,
    concept: str,
    leader: int,
    ties: str,
    index: int,
    tolerance: Fraction,
    form: str | None,
    output: Path | None,
    symmetric: bool,
    zero_sum: bool,
    rationalise: bool,
) -> int:
    """Say exactly how far PROFILE is from an equilibrium of GAME.

    PROFILE is a JSON file from any tool, {"strategies": [["1/2", "1/2"], ["1", "0"]]}, such a
    text itself, a solution that `gtlearn solve --format json` wrote, or "-" for standard input.
    Exit code 0: it holds within the tolerance; 1: it does not; 2: bad input.

    \b
    Examples:
      gtlearn check learned.json prisoners_dilemma
      gtlearn check "1/2 1/2; 1/2 1/2" matching_pennies
    """
    stackelberg = (concept == "stackelberg", "--concept stackelberg")
    refuse_unused(ctx, {"leader": stackelberg, "ties": stackelberg})
    from gtlearn import games, solvers
    from gtlearn.cli.output import emit, format_for, json_text, note, require_writable

    require_writable(output)
    loaded: Any = games.load(game, symmetric=symmetric, zero_sum=zero_sum, rationalise=rationalise)
    if isinstance(loaded, games.BayesianGame) and not was_given(ctx, "leader"):
        leader = loaded.leader
    report = solvers.check(
        _source(profile),
        loaded,
        concept,
        leader=leader,
        ties=ties,
        index=index,
        tolerance=tolerance,
    )
    as_json = format_for(form, output) == "json"
    emit(json_text(report.to_json()) if as_json else str(report), output)
    if as_json or output is not None:
        note(report.notes)
    return 0 if report.holds else 1


def _source(profile: str) -> str | Path:
    """What to read: standard input's text, a finished run's result, or PROFILE as it is."""
    if profile == "-":
        try:
            profile = sys.stdin.buffer.read().decode()
        except UnicodeDecodeError:
            raise InputError("standard input is not text; write JSON to it") from None
        if profile.strip():
            return profile
    if not profile.strip():
        raise InputError("the profile is empty; give a file, or JSON")
    with suppress(OSError, ValueError):  # a long text is no path
        if Path(profile).is_dir():
            return Path(profile) / "result.json"
    return profile
