"""`gtlearn check`."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import (
    ExactNumber,
    GameCommand,
    Natural,
    OneOf,
    concept_options,
    limit_options,
    reading_options,
    was_given,
)
from gtlearn.cli.reading import STDIN, load_game
from gtlearn.errors import InputError


@click.command(cls=GameCommand)
@click.argument("profile")
@click.argument("game", required=False)
@concept_options("check", None)
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
@limit_options
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
    game: str | None,
    *,
    concept: str | None,
    index: int,
    tolerance: Fraction,
    form: str | None,
    output: Path | None,
    how: dict[str, Any],
    time_limit: float | None,
    memory_limit: float | None,
    **options: Any,
) -> int:
    """Say exactly how far PROFILE is from an equilibrium of GAME.

    PROFILE is a JSON file from any tool, {"strategies": [["1/2", "1/2"], ["1", "0"]]}, such a
    text itself, a solution that `gtlearn solve --format json` wrote, or "-" for standard input,
    which GAME may be in its place.
    For an iterated or Markov game it holds a table of states x actions a player, or the leader's,
    {"commitment": [["1", "0"], ...]}; it may be an .npz file. The folder of a finished run
    names its own GAME.
    Exit code 0: it holds within the tolerance; 1: it does not, or that is not known; 2: bad input.
    Ctrl-C prints what is known, with exit code 130.

    \b
    Examples:
      gtlearn check learned.json prisoners_dilemma
      gtlearn check "1/2 1/2; 1/2 1/2" matching_pennies
      gtlearn check policy.json "gtlearn_iterated(stage=chicken,horizon=10)"
      gtlearn check runs/a
    """
    if profile == STDIN and game == STDIN:
        raise InputError("standard input cannot be both PROFILE and GAME; give one of them a file")
    source: Any = _source(profile)
    if game is None and not isinstance(source, Path):
        raise InputError("say in which GAME to check the profile; only runs name their own")
    from gtlearn import solvers
    from gtlearn.cli.interrupt import INTERRUPTED, interruptible, reading
    from gtlearn.cli.output import emit, format_for, json_text, note, require_writable
    from gtlearn.limits import limited
    from gtlearn.solvers.concepts import row_of

    require_writable(output)
    with interruptible() as asked, limited(time_limit, memory_limit), reading("the input"):
        loaded: Any
        if isinstance(source, Path):
            source, loaded, concept = _of_run(source, game, concept, how)
        else:
            loaded = load_game(str(game), how)
        given = [name for name in options if was_given(ctx, name)]
        row_of("check", concept or "nash", loaded, given)
        report = solvers.check(
            source,
            loaded,
            concept or "nash",
            index=index,
            tolerance=tolerance,
            **options,
        )
    as_json = format_for(form, output) == "json"
    emit(json_text(report.to_json()) if as_json else str(report), output)
    if as_json or output is not None:
        note(report.notes)
    if asked.stop:
        return INTERRUPTED
    return 0 if report.holds else 1


def _of_run(
    path: Path, game: str | None, concept: str | None, how: dict[str, Any]
) -> tuple[dict[str, Any], Any, str]:
    """As `gtlearn.runs.Run.claim`; a note says where nothing tells whether the run was edited."""
    from gtlearn.cli.output import note
    from gtlearn.runs.result import CHECKSUMS
    from gtlearn.runs.run import Run

    claim = Run(path).claim(game, concept, partial(load_game, how=how))
    if not claim[0].get(CHECKSUMS):
        note([f"{path} holds no checksums, so that nothing says whether it was edited"])
    return claim


def _source(profile: str) -> str | Path:
    """What to read: standard input's text, a run's folder, or PROFILE as it is."""
    if profile == STDIN:
        from gtlearn.reading import bytes_of_stdin, text_of

        profile = text_of(bytes_of_stdin(), "standard input")
        if profile.strip():
            return profile
    if not profile.strip():
        raise InputError("the profile is empty; give a file, or JSON")
    with suppress(OSError, ValueError):  # a long text is no path
        if Path(profile).is_dir():
            return Path(profile)
    return profile
