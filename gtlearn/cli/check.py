"""`gtlearn check`."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import (
    GameCommand,
    Parsed,
    concept_options,
    exact_number,
    format_option,
    game_options,
    natural,
    output_option,
    was_given,
)
from gtlearn.cli.reading import STDIN, load_game, text_of_stdin
from gtlearn.errors import InputError


@click.command(cls=GameCommand)
@click.argument("profile")
@click.argument("game", required=False)
@concept_options("check", None)
@click.option(
    "--index",
    type=Parsed("integer", natural),
    default=0,
    help="Which solution of PROFILE is meant, if it holds several.",
)
@click.option(
    "--tolerance",
    type=Parsed("number", exact_number),
    default="0",
    help="The largest regret that still holds.",
)
@click.option(
    "--nearest",
    is_flag=True,
    help="In a tree of constant sum, too, look for the nearest equilibrium.",
)
@format_option("table", "json")
@output_option()
@game_options
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
    nearest: bool,
    form: str | None,
    output: Path | None,
    how: dict[str, Any],
    limits: dict[str, Any],
    **options: Any,
) -> int:
    """Say exactly how far PROFILE is from an equilibrium of GAME.

    PROFILE is a JSON file from any tool, {"strategies": [["1/2", "1/2"], ["1", "0"]]}, such a
    text itself, a solution that `gtlearn solve --format json` wrote, or "-" for standard input,
    which GAME may be in its place.
    In a tree a strategy has a row for each information set, {"INFORMATION SET": {"ACTION": "1/2",
    ...}, ...}, and the sets of all players may stand in one such object.
    For an iterated or Markov game it holds a table of states x actions a player, or the leader's,
    {"commitment": [["1", "0"], ...]}; it may be an .npz file. The folder of a finished run
    names its own GAME.
    Exit code 0: it holds within the tolerance; 1: it does not, or that is not known; 2: bad input.
    Ctrl-C prints what is known, with exit code 130.

    \b
    Examples:
      gtlearn check learned.json prisoners_dilemma
      gtlearn check cfr_policy.json leduc_poker
      gtlearn check "1/2 1/2; 1/2 1/2" matching_pennies
      gtlearn check policy.json "gtlearn_iterated(stage=chicken,horizon=10)"
      gtlearn check runs/a
    """
    source: Any = _source(profile, game)
    if game is None and not isinstance(source, Path):
        raise InputError("say in which GAME to check the profile; only runs name their own")
    from gtlearn import solvers
    from gtlearn.cli.output import emit, format_for, json_text, note, require_writable
    from gtlearn.cli.reading import STOPPED, interruptible, reading
    from gtlearn.limits import limited
    from gtlearn.solvers.concepts import game_for, row_of

    require_writable(output)
    with interruptible() as asked, limited(**limits), reading("the input"):
        loaded: Any
        if isinstance(source, Path):
            source, loaded, concept = _of_run(source, game, concept, how)
        else:
            loaded = load_game(str(game), how)
        given = [name for name in (*options, "nearest") if was_given(ctx, name)]
        loaded = game_for("check", concept or "nash", loaded, given)
        row_of("check", concept or "nash", loaded, given)
        report = solvers.check(
            source,
            loaded,
            concept or "nash",
            index=index,
            tolerance=tolerance,
            nearest=nearest or None,
            **options,
        )
    as_json = format_for(form, output) == "json"
    emit(json_text(report.to_json()) if as_json else str(report), output)
    if as_json or output is not None:
        note(report.notes)
    if asked.stop:
        return STOPPED
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


def _source(profile: str, game: str | None) -> str | Path:
    """What to read: standard input's text, a run's folder, or PROFILE as it is."""
    if profile == STDIN:
        profile = text_of_stdin("PROFILE", game)
        if profile.strip():
            return profile
    if not profile.strip():
        raise InputError("the profile is empty; give a file, or JSON")
    with suppress(OSError, ValueError):  # a long text is no path
        if Path(profile).is_dir():
            return Path(profile)
    return profile
