"""Which game a solution says that it solves: its labels, how long it goes on, and its fingerprint.

The name is no statement: one game has many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    Game,
    HarsanyiGame,
    IteratedGame,
    MarkovGame,
    MergedGame,
    SequentialGame,
    SymmetricGame,
)
from gtlearn.games.numbers import short_number, to_fraction
from gtlearn.solvers.verify.report import Statement, unknown_statement

TREE_KIND, MERGED_KIND = "extensive", "merged"  # what the blocks of trees and of states name
SYMMETRIC_KIND = "symmetric"  # that of a game by counts of actions
TYPES_KIND = "bayesian"  # that of a game with types on every side
_PLACE = "game"

_NAMES = {  # of the parts, in sentences
    "kind": "the kind of the game",
    "players": "the players",
    "nodes": "the number of nodes",
    "information_sets": "the numbers of information sets",
    "sequences": "the numbers of sequences",
    "actions": "the actions",
    "types": "the types",
    "prior": "the prior",
    "type_actions": "the actions of each type",
    "states": "the states",
    "horizon": "the horizon",
    "discount": "the discount",
    "fingerprint": "the fingerprint",
}
_NUMBERS = ("prior", "discount")
_NO_STATEMENTS = ("name",)
_SHOWN = 100  # characters of a part that a sentence shows


def game_block(game: Game) -> dict[str, Any]:
    """What there is to say of a game, by the keys of the JSON's "game"."""
    block: dict[str, Any] = {"players": list(game_players(game))}
    if isinstance(game, SequentialGame):
        sizes = [[len(known.actions) for known in own] for own in game.sets]
        block["kind"] = MERGED_KIND if isinstance(game, MergedGame) else TREE_KIND
        block["nodes"] = game.num_nodes
        block["information_sets"] = list(map(len, sizes))
        if isinstance(game, ExtensiveGame):
            block["sequences"] = [1 + sum(own) for own in sizes]
    elif isinstance(game, SymmetricGame):
        block["kind"] = SYMMETRIC_KIND
        block["actions"] = list(game.actions)
    elif isinstance(game, HarsanyiGame):
        block["kind"] = TYPES_KIND
        block["types"] = [[point.label for point in own] for own in game.types]
        block["type_actions"] = [[list(point.actions) for point in own] for own in game.types]
    elif isinstance(game, BayesianGame):
        first, *others = game.games
        block["actions"] = _lists(first.actions)
        block["types"] = list(game.types)
        block["prior"] = list(game.prior)
        if any(other.actions != first.actions for other in others):
            block["type_actions"] = [list(each.actions[game.follower]) for each in game.games]
    elif isinstance(game, MarkovGame | IteratedGame):
        markov = game.markov if isinstance(game, IteratedGame) else game
        block["states"] = list(markov.states)
        block["actions"] = _lists(markov.actions)
        block["horizon"] = markov.horizon
        block["discount"] = markov.discount
    else:
        block["actions"] = _lists(game.actions)
    block["fingerprint"] = game.fingerprint
    return block


def game_players(game: Game) -> tuple[str, ...]:
    """The labels of the players."""
    return game.stage.players if isinstance(game, IteratedGame) else game.players


def game_statements(game: Game, stated: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements about the game, each of which must be true of `game`.

    Args:
        game: the game that alone is believed.
        stated: what is said of it; parts may be absent, but a horizon or discount that is absent
            beside the states is said to be none, and `type_actions` beside the actions.
    """
    true = game_block(game)
    said = dict(stated)
    if "states" in said:
        said = {"horizon": None, "discount": 1, **said}
    if "actions" in said and "type_actions" in true:
        said.setdefault("type_actions", None)
    for key in sorted(said, key=[*_NAMES, *said].index):
        if key in _NAMES:
            yield Statement(_NAMES[key], _comparison(key, said[key], true.get(key)), _PLACE)
        elif key not in _NO_STATEMENTS:
            yield unknown_statement(key, _PLACE)


def _comparison(key: str, said: Any, true: Any) -> Callable[[], tuple[str, ...]]:
    def test() -> tuple[str, ...]:
        where, one, other = _difference(said, true, key in _NUMBERS)
        if where is None:
            return ()
        return (f"{_NAMES[key]}{where}: {_shown(other)}, not {_shown(one)}",)

    return test


def _difference(said: Any, true: Any, numbers: bool) -> tuple[str | None, Any, Any]:
    """Where two parts differ first, as " [0][2]", and what stands there; None where nowhere."""
    if isinstance(said, list | tuple) and isinstance(true, list) and len(said) == len(true):
        for k, pair in enumerate(zip(said, true, strict=True)):
            where, one, other = _difference(*pair, numbers)
            if where is not None:
                return f" at {k}{where.replace(' at ', ', ')}", one, other
        return None, said, true
    if numbers:
        return (None if _is_number(said, true) else ""), said, true
    return (None if said == true and type(said) is type(true) else ""), said, true


def _is_number(said: Any, true: Fraction) -> bool:
    """Whether what is said is that number, exactly; "2/4" is 1/2, but a float states a rounding."""
    try:
        return not isinstance(said, float) and to_fraction(said) == true
    except InputError:
        return False


def _lists(labels: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    return [list(each) for each in labels]


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return short_number(value) if isinstance(value, Fraction) else quoted(value, _SHOWN)
