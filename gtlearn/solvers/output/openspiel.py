"""A Solution as an OpenSpiel policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from open_spiel.python.policy import Policy, TabularPolicy

from gtlearn.errors import InputError
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    HarsanyiGame,
    IteratedGame,
    MarkovGame,
    MergedGame,
    NormalFormGame,
    SymmetricGame,
)
from gtlearn.games.openspiel.steps import MEMORY
from gtlearn.games.openspiel.walk import decision_states
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    import pyspiel


def to_openspiel_policy(
    solution: Record, index: int = 0, game: pyspiel.Game | None = None
) -> Policy:
    """One solution as a policy of `game` (the solution's own by default).

    `game` may be any form in which each player decides once, for instance the turn-based one
    of `pyspiel.convert_to_turn_based`. In a game of several steps it is the solution's own: tables
    that do not see the time become a TabularPolicy whose information states are the states of the
    game ("p0 init", "p0 CC", ...) that can be reached before it ends; others a TimedPolicy. Both
    answer by the state of the game that they are asked about, whatever its information states
    recall, so OpenSpiel's `nash_conv` and `policy_value` take them where the game has an end. Where
    it has none there is no such number, and these refuse.

    Raises:
        InputError: if the solution has no strategy a player, or `game` is of another shape.
    """
    if isinstance(solution.game, BayesianGame | HarsanyiGame):
        raise InputError("a Bayesian game has no OpenSpiel form; take the strategies themselves")
    if isinstance(solution.game, SymmetricGame):
        raise InputError("a game by counts of actions has no OpenSpiel form; take its strategy")
    profile = solution.profile(index)
    if isinstance(solution.game, NormalFormGame):
        return _of_vectors(solution.game, profile.strategies, game)
    if isinstance(solution.game, MergedGame):
        return MergedPolicy(solution.game, profile.strategies)
    if isinstance(solution.game, ExtensiveGame):
        return _of_tree(solution.game, profile.strategies)
    made = TimedPolicy if profile.is_timed else StatePolicy
    return made(solution.game, profile.strategies)


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


def _of_tree(game: ExtensiveGame, tables: Sequence[Table]) -> TabularPolicy:
    """Behaviour strategies as a policy of the OpenSpiel game that a tree was read from.

    Raises:
        InputError: if it was read from none, or that one has no information state strings.
    """
    states = {(player, place): state for player, place, state in decision_states(game)}
    if not game.openspiel.get_type().provides_information_state_string:
        raise InputError(
            f"{game.name!r} has no information state strings, by which OpenSpiel's policies answer"
        )
    policy = TabularPolicy(game.openspiel, states=states)
    for (player, place), state in states.items():
        row = policy.policy_for_key(state.information_state_string(player))
        row[:] = 0.0
        row[state.legal_actions(player)] = [float(p) for p in tables[player][place]]
    return policy


class MergedPolicy(Policy):  # type: ignore[misc]
    """Strategies by merged states as a policy that answers in every state of the OpenSpiel game."""

    def __init__(self, game: MergedGame, tables: Sequence[Table]) -> None:
        super().__init__(game.openspiel, list(range(game.num_players)))
        self._rows = {
            known.label: [float(p) for p in row]
            for own, table in zip(game.sets, tables, strict=True)
            for known, row in zip(own, table, strict=True)
        }

    def action_probabilities(self, state: Any, player_id: int | None = None) -> dict[int, float]:
        """What the player who moves in a state plays, by legal action."""
        return dict(zip(state.legal_actions(), self._rows[str(state)], strict=True))


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


def _of_vectors(
    own: NormalFormGame, strategies: Sequence[Any], game: pyspiel.Game | None
) -> TabularPolicy:
    target = own.openspiel if game is None else game
    sizes = [len(strategy) for strategy in strategies]
    if target.num_players() != len(sizes) or target.max_game_length() > len(sizes):
        raise InputError(
            f"{target} is not a game of {len(sizes)} players who decide once each, as "
            f"{own.name!r} is"
        )
    policy = TabularPolicy(target)
    legal = policy.legal_actions_mask
    for player, strategy in enumerate(strategies):
        keys = policy.states_per_player[player]
        rows = [policy.state_lookup[key] for key in keys]
        if len(rows) != 1 or int(legal[rows[0]].sum()) != sizes[player]:
            raise InputError(
                f"player {player} of {target} does not choose once among {sizes[player]} "
                f"actions, as in {own.name!r}"
            )
        policy.action_probability_array[rows[0]] = 0.0
        actions = np.flatnonzero(legal[rows[0]])
        policy.action_probability_array[rows[0], actions] = [float(p) for p in strategy]
    return policy
