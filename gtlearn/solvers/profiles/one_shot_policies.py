"""Strategies of a normal-form game from OpenSpiel policies."""

from __future__ import annotations

from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame


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
    try:
        mover = (player,) if state.is_simultaneous_node() else ()
        chosen = dict(policy.action_probabilities(state, *mover))
    except Exception as error:
        raise InputError(
            f"the policy has no answer for {game.players[player]!r} in {game.name!r}: "
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        ) from error
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
