"""Tables of an iterated or Markov game as OpenSpiel policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from open_spiel.python.policy import Policy, TabularPolicy

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.openspiel.steps import MEMORY
from gtlearn.solvers._markov.output.export import tables_of
from gtlearn.solvers._markov.solution import MarkovSolution, Table


def to_openspiel_policy(solution: MarkovSolution, index: int = 0) -> Policy:
    """One outcome as a policy of the game's OpenSpiel form, `solution.game.openspiel`.

    Tables that do not see the time become a TabularPolicy whose information states are the
    states of the game ("p0 init", "p0 CC", ...) that can be reached before it ends; others a
    TimedPolicy. Both answer by the state of the game that they are asked about, whatever its
    information states recall, so OpenSpiel's `nash_conv` and `policy_value` take them where the
    game has a horizon. Where it has none there is no such number, and these refuse.

    Raises:
        InputError: if there is no such outcome.
    """
    game = solution.game
    tables = tables_of(solution, index)
    if any(len(table) > len(game.states) for table in tables):
        return TimedPolicy(game, tables)
    return StatePolicy(game, tables)


class StatePolicy(TabularPolicy):  # type: ignore[misc]
    """Tables that do not depend on the time, as an OpenSpiel policy with a row a state."""

    def __init__(self, game: IteratedGame | MarkovGame, tables: Sequence[Table]) -> None:
        form = type(game.openspiel)(game, recall=MEMORY)
        reached = form.decision_states()
        super().__init__(form, states=reached)
        self.game = game.openspiel
        for state in reached.values():
            for player, table in enumerate(tables):
                row = [float(p) for p in table[state.place]]
                self.policy_for_key(self._state_key(state, player))[: len(row)] = row

    def _state_key(self, state: Any, player: int | None) -> str:
        """The label of what the game's memory holds, whatever the information state recalls."""
        who = state.current_player() if player is None else player
        return f"p{who} {state.text(MEMORY)}"

    def __copy__(self, copy_action_probability_array: bool = True) -> TabularPolicy:
        copied = super().__copy__(copy_action_probability_array)
        copied.__class__ = type(self)
        return copied


class TimedPolicy(Policy):  # type: ignore[misc]
    """Tables, some of which depend on the time, as an OpenSpiel policy."""

    def __init__(self, game: IteratedGame | MarkovGame, tables: Sequence[Table]) -> None:
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
