"""Strategies from OpenSpiel policies and from callables, asked at each decision point."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import Game, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.openspiel.steps import MEMORY, SteppedGame, followers
from gtlearn.solvers.profiles.tree_policies import answer_of, called

_LONGEST = (
    2  # joint actions beyond what is remembered after which a policy must still play the same
)
_MAX_HISTORIES = 5_000
_ROUNDING = 1e-9  # by how much answers after different histories may differ


def strategies_of_policy(policy: Any, game: Game) -> list[list[Any]]:
    """One strategy a player from an OpenSpiel policy, Python or C++, of a form of the game.

    Raises:
        InputError: if the policy belongs to another game, has no answer, or does not play such a
            strategy.
    """
    if isinstance(game, MarkovGame | IteratedGame):
        return _tables(policy, game)
    if isinstance(game, NormalFormGame):
        return vectors_of_policy(policy, game)
    raise InputError(f"{game.name!r} has no OpenSpiel form; give the strategies themselves")


def answers_of(function: Callable[..., Any], game: Game) -> list[Any]:
    """One strategy a player from `function(player)`, or its rows from `function(player, state)`.

    Raises:
        InputError: if the function raises.
    """
    if not game.in_steps:
        return [called(function, player) for player in range(len(game.players))]
    return [
        [called(function, player, point.label) for point in game.points(player)]
        for player in range(len(game.players))
    ]


def _tables(policy: Any, game: MarkovGame | IteratedGame) -> list[list[Any]]:
    """One table a player from an OpenSpiel policy, Python or C++, of the game's OpenSpiel form.

    A policy in Python is asked in every state that can be reached and after every short history
    of its own game (either form, recall=memory or perfect), and must play the same wherever the
    state is the same; one in C++ is asked for the information states "p0 init", "p0 CC" and so
    on. States that cannot be reached get uniform rows.

    Raises:
        InputError: if the policy belongs to another game, has no answer, or does not play a table
            of the states.
    """
    import pyspiel

    if isinstance(policy, pyspiel.Policy):
        return [
            _table(_of_strings(policy, game, player), game, player)
            for player in range(game.num_players)
        ]
    played = _game_of(policy, game)
    states = [*played.decision_states().values(), *_short_histories(played)]
    return [
        _table(_asked(policy, states, game, player), game, player)
        for player in range(game.num_players)
    ]


def _game_of(policy: Any, game: IteratedGame | MarkovGame) -> Any:
    """The OpenSpiel game that the policy belongs to, if it is a form of this one."""
    played = getattr(policy, "game", None)
    if played is None:
        return game.openspiel
    if not isinstance(played, SteppedGame) or played.exact.states != game.states:
        raise InputError(
            f"the policy belongs to {str(played)[:60]}; give one of {game.name} as its attribute "
            "`openspiel` or pyspiel.load_game makes it"
        )
    return played


def _table(
    rows: Mapping[int, list[float]], game: IteratedGame | MarkovGame, player: int
) -> list[list[float]]:
    """The rows of all states; uniform in those that cannot be reached before the game ends."""
    return [
        rows[state] if state in rows else [float(p) / sum(mask) for p in mask]
        for state, mask in enumerate(as_markov(game).legal[player].tolist())
    ]


def _asked(
    policy: Any, states: Sequence[Any], game: IteratedGame | MarkovGame, player: int
) -> dict[int, list[float]]:
    """The row in each state, the same after all histories that lead to it."""
    rows: dict[int, list[float]] = {}
    for state in states:
        where = f"for {game.players[player]!r} in state {state}"
        row = _row(answer_of(policy, where, state, player), game, player)
        first = rows.setdefault(state.place, row)
        if max(abs(p - q) for p, q in zip(first, row, strict=True)) > _ROUNDING:
            raise InputError(
                f"the policy of {as_markov(game).players[player]!r} plays differently in state "
                f"{game.states[state.place]!r} after {state}; give one that depends on the state "
                "alone"
            )
    return rows


def _short_histories(played: Any) -> Iterator[Any]:
    """States after few joint actions, at most _MAX_HISTORIES of them, the shortest first."""
    memory = getattr(played.exact, "memory", 1)
    waiting = deque(played.first_decisions())
    for _ in range(_MAX_HISTORIES):
        if not waiting:
            return
        state = waiting.popleft()
        if state.is_terminal():
            continue
        yield state
        if state.step < memory + _LONGEST and len(waiting) < _MAX_HISTORIES:
            waiting.extend(followers(state))


def _of_strings(
    policy: Any, game: IteratedGame | MarkovGame, player: int
) -> dict[int, list[float]]:
    """The row in each state that can be reached, asked by the text of its information state."""
    rows = {}
    for state in game.openspiel.decision_states().values():
        key = f"p{player} {state.text(MEMORY)}"
        try:
            chosen = dict(policy.action_probabilities(key))
        except Exception as error:
            raise InputError(
                f"the policy has no answer in the information state {key!r}: "
                f"{str(error).splitlines()[0][:80] if str(error) else type(error).__name__}"
            ) from error
        if not chosen:
            raise InputError(
                f"the policy has no answer in the information state {key!r}; give it one in each "
                "of them"
            )
        rows[state.place] = _row(chosen, game, player)
    return rows


def _row(chosen: dict[int, float], game: IteratedGame | MarkovGame, player: int) -> list[float]:
    markov = as_markov(game)
    size = markov.shape[player]
    if not set(chosen) <= set(range(size)):
        raise InputError(
            f"the policy plays an action that {markov.players[player]!r} does not have"
        )
    return [float(chosen.get(action, 0.0)) for action in range(size)]


def vectors_of_policy(policy: Any, game: NormalFormGame) -> list[list[Any]]:
    """One probability vector a player from an OpenSpiel policy, Python or C++.

    The policy may belong to any form of the game in which each player decides once: its own
    `game`, where it has one, is asked in its initial state, or, turn by turn, in the first state
    in which the player moves.

    Raises:
        InputError: if the policy's game has other players or numbers of actions.
    """
    import pyspiel

    played = getattr(policy, "game", None)
    if not isinstance(played, pyspiel.Game):
        played = game.openspiel
        if isinstance(policy, pyspiel.Policy):  # in C++ they know sequential games only
            played = pyspiel.convert_to_turn_based(played)
    if played.num_players() != game.num_players:
        raise InputError(
            f"the policy is of a game of {played.num_players()} players, {game.name!r} has "
            f"{game.num_players}; give a policy of the same game"
        )
    return [_strategy(policy, played, game, player) for player in range(game.num_players)]


def _strategy(policy: Any, played: Any, game: NormalFormGame, player: int) -> list[Any]:
    state = _decision_of(played, game, player)
    legal = state.legal_actions(player)
    if len(legal) != game.shape[player]:
        raise InputError(
            f"the policy chooses among {len(legal)} actions for {game.players[player]!r}, "
            f"{game.name!r} has {game.shape[player]}; give a policy of the same game"
        )
    mover = (player,) if state.is_simultaneous_node() else ()
    where = f"for {game.players[player]!r} in {game.name!r}"
    chosen = answer_of(policy, where, state, *mover)
    if not set(chosen) <= set(legal):
        raise InputError(f"the policy plays an action that {game.players[player]!r} does not have")
    return [chosen.get(action, 0.0) for action in legal]


def _decision_of(played: Any, game: NormalFormGame, player: int) -> Any:
    """The state in which `player` moves; the others before it take their first actions."""
    state = played.new_initial_state()
    for _ in range(game.num_players):
        if state.is_simultaneous_node() or state.current_player() == player:
            return state
        if state.is_terminal() or state.is_chance_node():
            break
        state.apply_action(state.legal_actions()[0])
    raise InputError(
        f"in the policy's game {game.players[player]!r} does not decide exactly once, as in "
        f"{game.name!r}; give a policy of the normal form"
    )
