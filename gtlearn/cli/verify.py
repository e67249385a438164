"""`gtlearn verify`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.options import GameCommand, OneOf, limit_options, reading_options
from gtlearn.cli.reading import STDIN
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
@limit_options
@click.option(
    "--format", "form", type=OneOf("table", "json"), help="How to print; a table by default."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write here instead of printing.")
@reading_options
def verify(
    *,
    file: str,
    game: str | None,
    proof: str | None,
    trust: bool,
    time_limit: float | None,
    memory_limit: float | None,
    form: str | None,
    output: Path | None,
    how: dict[str, Any],
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
    from gtlearn.cli.interrupt import INTERRUPTED, interruptible
    from gtlearn.cli.output import emit, format_for, json_text, require_writable
    from gtlearn.solvers.output.verification import render
    from gtlearn.solvers.verify.within import within

    require_writable(output)
    if file == STDIN and game == STDIN:
        raise InputError("standard input cannot be both FILE and GAME; give one of them a file")
    source = _source(file)
    verification = partial(_report, source, game, how, proof)
    with interruptible() as asked:
        report = within(verification, time_limit=time_limit, memory_limit=memory_limit)
    as_json = format_for(form, output) == "json"
    emit(json_text(report.to_json()) if as_json else render(report), output)
    if asked.stop:
        return INTERRUPTED
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


def _source(file: str) -> str | Path:
    """A path, or the JSON text of standard input or of FILE itself."""
    if file != STDIN:
        return file if file.lstrip().startswith("{") else Path(file)
    from gtlearn.reading import bytes_of_stdin, text_of

    return text_of(bytes_of_stdin(), "standard input")


def _own_game(claimed: Any) -> str:
    """The game that a run's result names; a solution names none that is sure to be the one."""
    named = claimed.get("game") if isinstance(claimed, dict) else None
    if not isinstance(named, str):
        raise InputError("say in which GAME to verify it; only runs name their own")
    return named
