"""`gtlearn solve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.options import (
    GameCommand,
    concept_options,
    format_option,
    game_options,
    output_option,
    was_given,
)

if TYPE_CHECKING:
    from gtlearn.solvers.solution import Solution


@click.command(cls=GameCommand)
@click.argument("game")
@concept_options("solve", "nash")
@format_option("table", "json", "csv", "latex")
@output_option()
@click.option(
    "--proof",
    type=click.Path(path_type=Path),
    help="Write here a log that proves the list to be complete (--find all, of two players).",
)
@game_options
@click.pass_context
def solve(
    ctx: click.Context,
    /,
    game: str,
    *,
    form: str | None,
    output: Path | None,
    proof: Path | None,
    how: dict[str, Any],
    limits: dict[str, Any],
    **options: Any,
) -> int:
    """Solve GAME exactly and prove the answer.

    GAME is a name of `gtlearn games list`, a file (.nfg, .efg, .json, .csv, .xlsx, .npy, .npz,
    .gam), "-" for standard input, an OpenSpiel game, or the payoffs themselves: "3,3 0,5; 5,0 1,1"
    (row's payoff, column's payoff; rows end with a semicolon), or with --zero-sum or --symmetric
    one matrix, "0 1; 1 0". An iterated game is "gtlearn_iterated(stage=GAME,horizon=10)", or with
    discount=24/25 in place of the horizon.

    \b
    Examples:
      gtlearn solve prisoners_dilemma
      gtlearn solve "3,3 0,5; 5,0 1,1" --concept stackelberg
      gtlearn solve game.nfg --find all --format json --output solution.json
      gtlearn solve game.nfg --find all --output solution.json --proof proof.json
      gtlearn solve "gtlearn_iterated(stage=chicken,horizon=10)" --concept stackelberg

    Ctrl-C ends the search and prints what was found, with exit code 130.
    """
    from gtlearn import solvers
    from gtlearn.cli.output import emit, format_for, json_text, note, progress_bar, require_writable
    from gtlearn.cli.reading import STOPPED, interruptible, load_game, reading
    from gtlearn.limits import limited
    from gtlearn.solvers._one_shot.proof import require_log
    from gtlearn.solvers.concepts import game_for, row_of

    require_writable(output)
    require_writable(proof)
    if options["objective"] == "none":
        options["objective"] = None
    with interruptible() as asked, limited(**limits):
        with reading("the game"):
            loaded = load_game(game, how)
        given = {name for name in options if was_given(ctx, name)} - {"concept"}
        if options["arithmetic"] == "exact":  # as it is everywhere
            given -= {"arithmetic"}
        with reading("the game"):
            loaded = game_for("solve", options["concept"], loaded, given)
        row_of("solve", options["concept"], loaded, sorted(given))
        if proof is not None:
            require_log(loaded, options["concept"], options["find"])
        with progress_bar() as progress:
            solution = solvers.solve(loaded, **options, progress=progress)
        log = None if proof is None else _log(solution)
    form = format_for(form, output)
    formatted = {"csv": solution.to_csv, "latex": solution.to_latex, "table": solution.__str__}
    emit(json_text(solution.to_json()) if form == "json" else formatted[form](), output)
    if isinstance(log, str):
        note([f"{proof} was not written: {log}"])
    elif log is not None:
        emit(json_text(log), proof)
    if form != "table" or output is not None:
        note(solution.notes)
    return STOPPED if asked.stop else 0


def _log(solution: Solution) -> dict[str, Any] | str:
    """The log that proves the list to be complete, or why there is none."""
    from gtlearn import solvers
    from gtlearn.limits import LimitReached
    from gtlearn.solvers._one_shot.proof import has_log

    if not has_log(solution):
        return "the list is not complete"
    try:
        return solvers.proof_of(solution)
    except LimitReached as reached:
        return str(reached)
