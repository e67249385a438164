"""A finished run re-checked: what its result.json says of its game, and of the run itself."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.files import read_bytes, require_plain
from gtlearn.games import Game, IteratedGame
from gtlearn.games.numbers import to_fraction
from gtlearn.runs import result as results
from gtlearn.runs.config import read_text
from gtlearn.runs.folder import RunFolder, find
from gtlearn.runs.metrics import sample_rows
from gtlearn.solvers import verify
from gtlearn.solvers.verify.report import Report, Statement, settled

_OF_THE_RUN = ("algorithm", "seed", "env")  # keys that config.toml holds, too
_OF_THE_ROW = ("iterations", "env_steps")  # beside the metrics, which its last row holds
_HEADLINE = ("learned", "exact")  # metrics that are computed once more at the end


def verify_run(path: Path, game: Game | None = None) -> Report:
    """What of a finished run's result.json is false, what is proven, and what is on trust.

    The tables that were learned are valued anew; the algorithm, the seed and the game are compared
    with config.toml, the iterations and the metrics with the last row of metrics.jsonl, where that
    is there; and files that were edited since the run ended are named. Whether training measured
    rightly is not looked at.

    Args:
        path: the run's folder.
        game: the game that was played; that which the run names, unless given.

    Raises:
        InputError: if the run is not finished, ended without tables, or names no game.
    """
    require_plain(path)
    folder = find(path)
    result = _result(path)
    named = result.get("game")
    if game is None and not isinstance(named, str):
        raise InputError(f"{path} names no game; say in which GAME to verify it")
    played = games.load(named if game is None else game, merge_states=False)
    config = _config(folder.config_file)
    about_the_run = settled(_statements(folder, config, result, played))
    return about_the_run + verify.solution(played, result)


def _result(path: Path) -> dict[str, Any]:
    """What result.json holds, edited or not."""
    file = path / results.FILE
    try:
        result = json.loads(read_bytes(file, results.MAX_RESULT_BYTES).decode())
    except FileNotFoundError:
        raise InputError(f"{path} is not finished; go on by `gtlearn resume {path}`") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} cannot be read: {str(error)[:200]}") from None
    if not isinstance(result, dict):
        raise InputError(f"{file} holds no JSON object")
    return result


def _config(file: Path) -> dict[str, Any]:
    """What config.toml holds, its table [config] together with what stands above it."""
    try:
        held = tomllib.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is no TOML: {str(error)[:200]}") from None
    options = held.get("config")
    return {**held, **options} if isinstance(options, Mapping) else held


def _statements(
    folder: RunFolder, config: Mapping[str, Any], result: Mapping[str, Any], played: Game
) -> Iterator[Statement]:
    path = folder.path
    if result.get(results.CHECKSUMS, {}) != {}:
        yield Statement("that its files fit the checksums in it", partial(_edited, path, result))
    for name in _OF_THE_RUN:
        if name in result and name in config:
            said = f"that the {name} is that of config.toml"
            yield Statement(said, partial(_compared, name, result[name], config[name]))
    if folder.metrics_file.exists():
        said = "that the iterations and the metrics are those of the last row of metrics.jsonl"
        yield Statement(said, partial(_measured, folder.metrics_file, result))
    if isinstance(result.get("game"), str):
        yield Statement("the game", partial(_game, config, str(result["game"]), played))


def _edited(path: Path, result: Mapping[str, Any]) -> Sequence[str]:
    results.read(path / results.FILE, required=())  # raises where a value has a wrong form
    return [f"{name} was edited after the run ended" for name in results.edited(result, path)]


def _compared(name: str, said: Any, true: Any) -> Sequence[str]:
    same = said == true and type(said) is type(true)
    return () if same else (f"the {name} is {str(true)[:100]}, not {str(said)[:100]}",)


def _measured(file: Path, result: Mapping[str, Any]) -> Sequence[str]:
    """What the last row of metrics says otherwise."""
    rows = sample_rows(file, 2)
    row = rows[-1] if rows else {"step": 0, "env_steps": 0}
    true = {("iterations" if name == "step" else name): value for name, value in row.items()}
    metrics = result.get("metrics", {})
    if not isinstance(metrics, Mapping):
        return ("the metrics are no object",)
    said = {**metrics, **{name: result.get(name, true[name]) for name in _OF_THE_ROW}}
    names = sorted({*true, *said} - {*_HEADLINE})
    return [
        f"metrics.jsonl ends with {name} {true.get(name)}, not {str(said.get(name))[:100]}"
        for name in names
        if said.get(name) != true.get(name)
    ]


def _game(config: Mapping[str, Any], named: str, played: Game) -> Sequence[str]:
    """Whether the game that is named is another one than was played, or than the config's."""
    known = games.load(named, merge_states=False)
    if known.fingerprint != played.fingerprint:
        return (f"the game: {named[:100]} is not the one that is given",)
    configured = config.get("game")
    if not isinstance(configured, str):
        return ()
    if not _is_of(games.load(configured, merge_states=False), played, config):
        return (f"the game: config.toml says {configured[:100]}, not {named[:100]}",)
    return ()


def _is_of(configured: Game, played: Game, config: Mapping[str, Any]) -> bool:
    """Whether a game is the one in a config, or the iterated game of the stage there."""
    if configured.fingerprint == played.fingerprint:
        return True
    if not isinstance(played, IteratedGame) or isinstance(configured, IteratedGame):
        return False
    if configured.fingerprint != played.stage.fingerprint:
        return False
    if played.horizon is not None:
        return bool(config.get("horizon", played.horizon) == played.horizon)
    discount = to_fraction(config.get("discount", played.discount), rationalise=True)
    return discount == played.discount
