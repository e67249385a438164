"""`gtlearn verify`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.options import GameCommand, format_option, game_options, output_option
from gtlearn.cli.reading import STDIN, text_of_stdin
from gtlearn.errors import InputError
from gtlearn.reading import quoted_path

if TYPE_CHECKING:
    from gtlearn.solvers.verify.report import Report

_SHAPE = '{"schema": "gtlearn/solution/1", ...}'
_LOG = '{"schema": "gtlearn/proof/1", ...}'


@click.command(cls=GameCommand)
@click.argument("file")
@click.argument("game", required=False)
@click.option(
    "--proof", help="A log of `solve --proof`, by which the list is proven to be complete."
)
@click.option("--trust", is_flag=True, help="Exit with 0 also where statements are on trust.")
@format_option("table", "json")
@output_option()
@game_options
def verify(
    *,
    file: str,
    game: str | None,
    proof: str | None,
    trust: bool,
    form: str | None,
    output: Path | None,
    how: dict[str, Any],
    limits: dict[str, Any],
) -> int:
    """Say what of a solution in FILE is false, what is proven, and what is taken on trust.

    FILE is JSON that `gtlearn solve --format json` printed, such a text itself, "-" for standard
    input, or the elimination of `solvers.dominance` as JSON. Everything in it is compared with
    GAME or computed anew, in exact arithmetic, by separate code that imports no solver.
    It may also be the folder of a finished run, which names its own GAME.
    Exit code 0: nothing is false, and nothing on trust unless --trust is given; 1: something is;
    2: bad input. At a limit, or where Ctrl-C ends it with exit code 130, what is not verified by
    then is on trust.

    \b
    Examples:
      gtlearn verify solution.json chicken
      gtlearn solve chicken --find all --format json | gtlearn verify - chicken
      gtlearn verify runs/a --trust
      gtlearn verify solution.json game.nfg --proof proof.json
    """
    from gtlearn.cli.output import emit, format_for, json_text, require_writable
    from gtlearn.cli.reading import STOPPED, interruptible
    from gtlearn.solvers.output.verification import render
    from gtlearn.solvers.verify.solution import within

    require_writable(output)
    source: str | Path = file
    if file == STDIN:
        source = text_of_stdin("FILE", game)
    elif not file.lstrip().startswith("{"):
        source = Path(file)
    with interruptible() as asked:
        report = within(partial(_report, source, game, how, proof), **limits)
    as_json = format_for(form, output) == "json"
    emit(json_text(report.to_json()) if as_json else render(report), output)
    if asked.stop:
        return STOPPED
    return 0 if not report.false and (trust or not report.on_trust) else 1


def _report(source: str | Path, game: str | None, how: dict[str, Any], proof: str | None) -> Report:
    """The report; source is a run's folder, a file, or the text of one."""
    from gtlearn.cli.reading import load_game
    from gtlearn.solvers import verify as verifier
    from gtlearn.solvers.profiles.sources import json_of_text, text_of_file

    if isinstance(source, Path) and source.is_dir():
        if proof is not None:
            raise InputError("--proof is for a solution; a run has no list of equilibria")
        from gtlearn.runs.verification import verify_run

        return verify_run(source, None if game is None else load_game(game, how))
    if isinstance(source, Path):
        claimed = json_of_text(text_of_file(source, _SHAPE), str(source)[:200])
    else:
        claimed = json_of_text(source, "what is given")
    loaded = load_game(game or _own_game(claimed), how)
    if proof is None:
        return verifier.solution(loaded, claimed)
    log = json_of_text(text_of_file(Path(proof), _LOG), quoted_path(Path(proof)))
    return verifier.solution(loaded, claimed, proof=log)


def _own_game(claimed: Any) -> str:
    """The game that a run's result names; a solution names none that is sure to be the one."""
    named = claimed.get("game") if isinstance(claimed, dict) else None
    if not isinstance(named, str):
        raise InputError("say in which GAME to verify it; only runs name their own")
    return named
