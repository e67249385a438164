"""`gtlearn check`."""

from __future__ import annotations

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
    run, named = (source if isinstance(source, Path) else None), game is not None
    if run is not None:
        source, game, concept = _of_run(run, game, concept)
    if game is None:
        raise InputError("say in which GAME to check the profile; only runs name their own")
    from gtlearn import solvers
    from gtlearn.cli.interrupt import INTERRUPTED, interruptible, reading
    from gtlearn.cli.output import emit, format_for, json_text, note, require_writable
    from gtlearn.limits import limited
    from gtlearn.solvers.concepts import row_of

    require_writable(output)
    with interruptible() as asked, limited(time_limit, memory_limit), reading("the input"):
        loaded: Any = load_game(game, how)
        if run is not None:
            _require_played(run, source, loaded, named)
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
    run: Path, game: str | None, concept: str | None
) -> tuple[dict[str, Any], str | None, str]:
    """The result of a finished run; the game and the concept, where not given those of the run.

    Raises:
        InputError: if it is no run or not finished, was edited, or has nothing to check.
    """
    from gtlearn.cli.output import note
    from gtlearn.files import require_plain
    from gtlearn.runs import result as results
    from gtlearn.runs.folder import find

    require_plain(run)
    result = results.read(run / results.FILE, required=())
    if result is None:
        raise InputError(f"{find(run).path} is not finished; go on by `gtlearn resume {run}`")
    results.require_unedited(result, run)
    if not result.get(results.CHECKSUMS):
        note([f"{run} holds no checksums, so that nothing says whether it was edited"])
    if "strategies" not in result and "commitment" not in result:
        raise InputError(_without_tables(run, result.get("env")))
    learned = "stackelberg" if "commitment" in result else "nash"
    return result, game or result.get("game"), concept or learned


def _require_played(run: Path, result: dict[str, Any], game: Any, named: bool) -> None:
    """Refuses a game that the run cannot have played, or that was changed since it did.

    Raises:
        InputError: if so.
    """
    from gtlearn.games import IteratedGame, MarkovGame

    if not isinstance(game, IteratedGame | MarkovGame):
        raise InputError(f"{run} learned tables of states, and {game.name} is played once")
    if not named and result.get("fingerprint", game.fingerprint) != game.fingerprint:
        raise InputError(
            f"{result['game']} was changed since {run} played it; put the old one back, or give "
            "GAME"
        )


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


def _without_tables(run: Path, env: str | None) -> str:
    """Why a finished run has nothing to check."""
    if env is not None:
        return (
            f"{run} ended with policies in {env}, of which no game is known to check them in; "
            f"its result.json says what they earn, and `gtlearn watch {run}` shows it"
        )
    return (
        f"{run} ended with no tables, so that they cannot be checked; its kind of policy may be "
        "an option, such as --policy table"
    )
