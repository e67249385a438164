"""Tables from OpenSpiel policies and from callables, asked in each state of the game."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame

LONGEST = 2  # joint actions beyond the memory after which a policy must still play the same
MAX_HISTORIES = 5_000
ROUNDING = 1e-9  # by how much answers after different histories may differ


def tables_of_policy(policy: Any, game: MarkovGame | IteratedGame) -> list[list[Any]]:
    """One table a player from an OpenSpiel policy, Python or C++, of the iterated game.

    A policy in Python is asked after every short history of its own game (either form,
    recall=memory or perfect), and must play the same wherever the memory is the same; one in C++
    is asked for the information states "p0 init", "p0 CC" and so on.

    Raises:
        InputError: if the game is no iterated one, the policy belongs to another, has no answer,
            or does not play a table of the memories.
    """
    import pyspiel

    if not isinstance(game, IteratedGame):
        raise InputError(
            f"{game.name!r} has no OpenSpiel form, so no policy belongs to it; give tables"
        )
    if isinstance(policy, pyspiel.Policy):
        return [
            [_of_string(policy, game, player, label) for label in game.states]
            for player in range(game.num_players)
        ]
    played = _game_of(policy, game)
    return [_asked(policy, played, game, player) for player in range(game.num_players)]


def tables_of_callable(function: Callable[[int, str], Any], game: MarkovGame) -> list[list[Any]]:
    """One table a player from `function(player, state label)`, which returns a row.

    Raises:
        InputError: if the function raises.
    """
    tables = []
    for player in range(game.num_players):
        rows = []
        for label in game.states:
            try:
                rows.append(function(player, label))
            except Exception as error:
                raise InputError(
                    f"the profile, called with player {player} and state {label!r}, raised "
                    f"{type(error).__name__}: {error}"
                ) from error
        tables.append(rows)
    return tables


def _game_of(policy: Any, game: IteratedGame) -> Any:
    """The OpenSpiel game that the policy belongs to, if it is a form of this one."""
    from gtlearn.games.iterated.openspiel import IteratedOpenSpielGame

    played = getattr(policy, "game", None)
    if played is None:
        return game.openspiel
    if not isinstance(played, IteratedOpenSpielGame) or played.iterated.states != game.states:
        raise InputError(
            f"the policy belongs to {str(played)[:60]}; give one of {game.name} as "
            "pyspiel.load_game makes it"
        )
    return played


def _asked(policy: Any, played: Any, game: IteratedGame, player: int) -> list[Any]:
    """The row in each memory, asked after all short histories that leave it."""
    from gtlearn.solvers.markov.output.openspiel import after

    size = game.stage.shape[player]
    profiles = list(product(*map(range, game.stage.shape)))
    rows: dict[int, list[float]] = {}
    asked = 0
    for length in range(game.memory + LONGEST + 1):
        if asked + len(profiles) ** length > MAX_HISTORIES:
            break
        for history in product(profiles, repeat=length):
            state = after(played, history)
            if state is None:
                continue
            asked += 1
            row = _answer(policy, state, game, player, size)
            place = played.places[state.held]
            first = rows.setdefault(place, row)
            if max(abs(p - q) for p, q in zip(first, row, strict=True)) > ROUNDING:
                raise InputError(
                    f"the policy of {game.stage.players[player]!r} plays differently in state "
                    f"{game.states[place]!r} after {game.label(history)}; give one that depends on "
                    "the state alone"
                )
    uniform = [1.0 / size] * size  # where the game ends before this is remembered
    return [rows.get(place, uniform) for place in range(len(game.states))]


def _answer(policy: Any, state: Any, game: IteratedGame, player: int, size: int) -> list[float]:
    try:
        chosen = dict(policy.action_probabilities(state, player))
    except Exception as error:
        raise InputError(
            f"the policy has no answer for {game.stage.players[player]!r} in state {state}: "
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        ) from error
    return _row(chosen, game, player, size)


def _of_string(policy: Any, game: IteratedGame, player: int, label: str) -> list[float]:
    try:
        chosen = dict(policy.action_probabilities(f"p{player} {label}"))
    except Exception as error:
        raise InputError(
            f"the policy has no answer in the information state 'p{player} {label}': "
            f"{str(error).splitlines()[0][:80] if str(error) else type(error).__name__}"
        ) from error
    if not chosen:
        raise InputError(
            f"the policy has no answer in the information state 'p{player} {label}'; give it one "
            "in each of them"
        )
    return _row(chosen, game, player, game.stage.shape[player])


def _row(chosen: dict[int, float], game: IteratedGame, player: int, size: int) -> list[float]:
    if not set(chosen) <= set(range(size)):
        raise InputError(
            f"the policy plays an action that {game.stage.players[player]!r} does not have"
        )
    return [float(chosen.get(action, 0.0)) for action in range(size)]
