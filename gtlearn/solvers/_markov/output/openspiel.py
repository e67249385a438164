"""Tables of an iterated or Markov game as OpenSpiel policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from open_spiel.python.policy import Policy, TabularPolicy

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers._markov.output.export import tables_of
from gtlearn.solvers._markov.solution import MarkovSolution
from gtlearn.solvers.enclosures import EnclosedTable


def to_openspiel_policy(solution: MarkovSolution, index: int = 0) -> Policy:
    """One outcome as a policy of the game's OpenSpiel form, `solution.game.openspiel`.

    Tables that do not see the time become a TabularPolicy whose information states are the
    states of the game ("p0 init", "p0 CC", ...) that can be reached before it ends; others a
    TimedPolicy, which counts the steps of the state that it is asked about.

    Raises:
        InputError: if there is no such outcome.
    """
    game = solution.game
    tables = tables_of(solution, index)
    if any(len(table) > len(game.states) for table in tables):
        return TimedPolicy(game, tables)
    reached = game.openspiel.decision_states()
    policy = TabularPolicy(game.openspiel, states=reached)
    for state in reached.values():
        for player, table in enumerate(tables):
            key = state.information_state_string(player)
            row = [float(p) for p in table[state.place]]
            policy.action_probability_array[policy.state_lookup[key]][: len(row)] = row
    return policy


class TimedPolicy(Policy):  # type: ignore[misc]
    """Tables, some of which depend on the time, as an OpenSpiel policy."""

    def __init__(self, game: IteratedGame | MarkovGame, tables: Sequence[EnclosedTable]) -> None:
        super().__init__(game.openspiel, list(range(game.num_players)))
        self._tables = tables
        self._states = len(game.states)

    def action_probabilities(self, state: Any, player_id: int | None = None) -> dict[int, float]:
        """What `player_id` plays in a state of the game, by legal action."""
        player = state.current_player() if player_id is None else player_id
        table = self._tables[player]
        timed = len(table) > self._states
        row = table[state.place + state.step * self._states * timed]
        return {action: float(row[action]) for action in state.legal_actions(player)}
