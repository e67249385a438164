"""`gtlearn solve`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import (
    GameCommand,
    concept_options,
    format_option,
    game_options,
    output_option,
    was_given,
)


@click.command(cls=GameCommand)
@click.argument("game")
@concept_options("solve", "nash")
@format_option("table", "json", "csv", "latex")
@output_option()
@game_options
@click.pass_context
def solve(
    ctx: click.Context,
    /,
    game: str,
    *,
    form: str | None,
    output: Path | None,
    how: dict[str, Any],
    limits: dict[str, Any],
    **options: Any,
) -> int:
    """Solve GAME exactly and prove the answer.

    GAME is a name of `gtlearn games list`, a file (.nfg, .efg, .json, .csv, .xlsx, .npy, .npz),
    "-" for standard input, an OpenSpiel game, or the payoffs themselves: "3,3 0,5; 5,0 1,1" (row's
    payoff, column's payoff; rows end with a semicolon), or with --zero-sum or --symmetric one
    matrix, "0 1; 1 0". An iterated game is "gtlearn_iterated(stage=GAME,horizon=10)", or with
    discount=24/25 in place of the horizon.

    \b
    Examples:
      gtlearn solve prisoners_dilemma
      gtlearn solve "3,3 0,5; 5,0 1,1" --concept stackelberg
      gtlearn solve game.nfg --find all --format json --output solution.json
      gtlearn solve "gtlearn_iterated(stage=chicken,horizon=10)" --concept stackelberg

    Ctrl-C ends the search and prints what was found, with exit code 130.
    """
    from gtlearn import solvers
    from gtlearn.cli.output import emit, format_for, json_text, note, progress_bar, require_writable
    from gtlearn.cli.reading import STOPPED, interruptible, load_game, reading
    from gtlearn.limits import limited
    from gtlearn.solvers.concepts import row_of

    require_writable(output)
    if options["objective"] == "none":
        options["objective"] = None
    with interruptible() as asked, limited(**limits):
        with reading("the game"):
            loaded = load_game(game, how)
        given = {name for name in options if was_given(ctx, name)} - {"concept"}
        if options["arithmetic"] == "exact":  # as it is everywhere
            given -= {"arithmetic"}
        row_of("solve", options["concept"], loaded, sorted(given))
        with progress_bar() as progress:
            solution = solvers.solve(loaded, **options, progress=progress)
    form = format_for(form, output)
    formatted = {"csv": solution.to_csv, "latex": solution.to_latex, "table": solution.__str__}
    emit(json_text(solution.to_json()) if form == "json" else formatted[form](), output)
    if form != "table" or output is not None:
        note(solution.notes)
    return STOPPED if asked.stop else 0
