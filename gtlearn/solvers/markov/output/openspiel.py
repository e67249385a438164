"""Tables of an iterated game as OpenSpiel policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from open_spiel.python.policy import Policy, TabularPolicy

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.solvers.markov.output.export import tables_of
from gtlearn.solvers.markov.solution import MarkovSolution, Table

_CONTINUE = 0  # the chance move after which a game without a horizon goes on


def to_openspiel_policy(solution: MarkovSolution, index: int = 0) -> Policy:
    """One outcome as a policy of the game's OpenSpiel form.

    Tables that do not see the time become a TabularPolicy whose information states are the
    memories ("p0 init", "p0 CC", ...); others a TimedPolicy, which counts the steps of the state
    that it is asked about.

    Raises:
        InputError: if the game is no iterated one, or there is no such outcome.
    """
    game = solution.game
    if not isinstance(game, IteratedGame):
        raise InputError(f"{game.name!r} has no OpenSpiel form; take the tables themselves")
    tables = tables_of(solution, index)
    if any(len(table) > len(game.states) for table in tables):
        return TimedPolicy(game, tables)
    policy = TabularPolicy(game.openspiel, states=memory_states(game.openspiel))
    for player, table in enumerate(tables):
        for label, row in zip(game.states, table, strict=True):
            key = f"p{player} {label}"
            if key in policy.state_lookup:  # else the game ends before this is remembered
                chosen = np.zeros(policy.action_probability_array.shape[1])
                chosen[: len(row)] = [float(p) for p in row]
                policy.action_probability_array[policy.state_lookup[key]] = chosen
    return policy


class TimedPolicy(Policy):  # type: ignore[misc]
    """Tables of an iterated game, some of which depend on the time, as an OpenSpiel policy."""

    def __init__(self, game: IteratedGame, tables: Sequence[Table]) -> None:
        super().__init__(game.openspiel, list(range(game.num_players)))
        self._tables = tables
        self._places = game.openspiel.places

    def action_probabilities(self, state: Any, player_id: int | None = None) -> dict[int, float]:
        """What `player_id` plays in a state of the game, by action."""
        player = state.current_player() if player_id is None else player_id
        table = self._tables[player]
        place = self._places[state.held]
        if len(table) > len(self._places):
            place += state.step * len(self._places)
        return {action: float(p) for action, p in enumerate(table[place])}


def memory_states(game: Any) -> dict[str, Any]:
    """A state of an OpenSpiel iterated game for each memory that may come before a decision.

    Args:
        game: a `games.iterated.openspiel.IteratedOpenSpielGame`.
    """
    found = {}
    for place, held in enumerate(game.iterated.memories):
        state = after(game, held)
        if state is not None:
            found[f"{place:09d}"] = state
    return found


def after(game: Any, played: Iterable[Sequence[int]]) -> Any:
    """The state in which players decide after these joint actions, None where the game is over."""
    state = game.new_initial_state()
    for joint in played:
        if state.is_terminal():
            return None
        state.apply_actions(list(joint))
        if state.is_chance_node():
            state.apply_action(_CONTINUE)
    return None if state.is_terminal() else state
