"""A two-player Markov game as the problem of its leader, the follower's exact best response to a
table, and the way back from a solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import MarkovGame
from gtlearn.games.numbers import ExactArray, nearest_double
from gtlearn.solvers._markov.process import induced_process, plan_payoffs
from gtlearn.solvers._markov.response import Response, optimal_response, stationary_response
from gtlearn.solvers.outcomes import OPTIMAL, STATIONARY, Table
from gtlearn.solvers.profiles.tables import exact_tables, pure_table


@dataclass(frozen=True, eq=False)
class LeaderView:
    """A game whose first player leads and whose second one follows.

    Attributes:
        game: the game.
        leader: the leader's index in the game that it comes from.
        follower: the follower's class, "stationary" or "optimal".
    """

    game: MarkovGame
    leader: int
    follower: str

    @classmethod
    def of(cls, game: MarkovGame, leader: int, follower: str) -> LeaderView:
        """The game with the leader's index, actions and payoffs before the follower's."""
        if leader == 0:
            return cls(game, 0, follower)
        first = replace(
            game,
            players=game.players[::-1],
            actions=game.actions[::-1],
            payoffs=tuple(_transposed(array) for array in game.payoffs[::-1]),
            transitions=_transposed(game.transitions),
            legal=game.legal[::-1],
        )
        return cls(first, leader, follower)

    @property
    def actions(self) -> int:
        """The number of the leader's actions."""
        return self.game.shape[0]

    @property
    def responses(self) -> int:
        """The number of the follower's actions."""
        return self.game.shape[1]

    @property
    def sees_time(self) -> bool:
        """Whether the follower's response may depend on the step."""
        return self.follower == OPTIMAL and self.game.horizon is not None

    @cached_property
    def pay_floats(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The leader's and the follower's payoffs, rounded; states x actions x responses."""
        return self.game.payoffs[0].floats(), self.game.payoffs[1].floats()

    @cached_property
    def moves_floats(self) -> NDArray[np.float64]:
        """The transitions, rounded; states x actions x responses x next states."""
        return self.game.transitions.floats()

    @cached_property
    def start_floats(self) -> NDArray[np.float64]:
        """The distribution of the first state, rounded."""
        return np.array([float(p) for p in self.game.start])

    @cached_property
    def barred(self) -> NDArray[np.bool_]:
        """Which responses are not legal, states x follower's actions."""
        return ~self.game.legal[1]

    @cached_property
    def steps(self) -> Fraction:
        """How many steps there are; without a horizon, how many payoffs a value is worth."""
        horizon = self.game.horizon
        return 1 / (1 - self.game.discount) if horizon is None else Fraction(horizon)

    @cached_property
    def span(self) -> float:
        """The largest difference between two values of the leader in the game's unit."""
        size = max(float(np.abs(self.pay_floats[0]).max()), 1.0)
        return 2 * size * nearest_double(total_weight(self.game))


def _transposed(array: ExactArray) -> ExactArray:
    turned: NDArray[Any] = np.swapaxes(array.numerators, 1, 2)
    return ExactArray(turned, array.denominator)


@dataclass(frozen=True, eq=False)
class Reduction:
    """A game reduced to what matters to its leader, and the way back.

    Payoffs are mapped onto [0, 1], so that floats compare values whatever the game's own units
    are: positive affine changes of payoffs change no best response. States that are not reached
    within the horizon are left out: what is done there changes no value.

    Attributes:
        whole: the leader's view of the game itself.
        view: that of the reduced game; from states that come in the last step alone, where nothing
            follows, the missing transitions lead anywhere.
        states: the indices of the reduced game's states in the whole.
        lows: the least payoff of the leader and the follower in the whole.
        widths: the ranges of their payoffs, 1 where they are all the same.
        weight: what a payoff of one at every step is worth.
    """

    whole: MarkovGame
    view: LeaderView
    states: tuple[int, ...]
    lows: tuple[Fraction, ...]
    widths: tuple[Fraction, ...]
    weight: Fraction

    @classmethod
    def of(cls, game: MarkovGame, leader: int, follower: str) -> Reduction:
        """The reduction of a game of two players."""
        whole = LeaderView.of(game, leader, follower)
        game = whole.game
        states = np.flatnonzero(game.reachable)
        payoffs, lows, widths = [], [], []
        for array in game.payoffs:
            legal = array.numerators[game.legal_profiles]
            low, high = int(legal.min()), int(legal.max())
            width = high - low or array.denominator
            shifted = np.where(game.legal_profiles, array.numerators.astype(object) - low, 0)
            payoffs.append(ExactArray(shifted[states], width))  # what is not legal: of any size
            lows.append(Fraction(low, array.denominator))
            widths.append(Fraction(width, array.denominator))
        denominator = game.transitions.denominator
        moves = game.transitions.numerators[states][..., states]
        moves[..., 0] += denominator - moves.sum(axis=-1)
        part = replace(
            game,
            states=tuple(game.states[state] for state in states),
            payoffs=tuple(payoffs),
            transitions=ExactArray(moves, denominator),
            start=tuple(game.start[state] for state in states),
            legal=tuple(mask[states] for mask in game.legal),
        )
        return cls(
            whole=game,
            view=LeaderView(part, leader, follower),
            states=tuple(states.tolist()),
            lows=tuple(lows),
            widths=tuple(widths),
            weight=total_weight(game),
        )

    def value(self, value: Fraction, player: int = 0) -> Fraction:
        """A value of the leader, or of the follower (player 1), in the game's own units."""
        return self.lows[player] * self.weight + self.widths[player] * value

    def reduced_value(self, value: Fraction) -> Fraction:
        """A value of the leader, given in the game's own units, in those of the reduced game."""
        return (value - self.lows[0] * self.weight) / self.widths[0]

    def payoffs(self, values: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        """Values of the leader and the follower as the game's own payoffs, in its own order."""
        own, other = (self.value(value, player) for player, value in enumerate(values))
        return (own, other) if self.view.leader == 0 else (other, own)

    def reduced_table(self, table: Table) -> Table:
        """The rows of a table of the whole game in the states of the reduced one."""
        return tuple(table[state] for state in self.states)

    def table(self, table: Table, elsewhere: Table | None = None) -> Table:
        """A table of the leader in the whole game.

        Args:
            table: one in the reduced game.
            elsewhere: one in the whole game, played in the states that are never reached; by
                default the first legal action is.
        """
        if elsewhere is None:
            elsewhere = first_legal(self.whole)
        here = dict(zip(self.states, table, strict=True))
        return tuple(here.get(state, row) for state, row in enumerate(elsewhere))

    def direction(self, direction: Table) -> Table:
        """A change of a table, which is none in the states that are never reached."""
        still = (Fraction(0),) * len(direction[0])
        return self.table(direction, (still,) * self.whole.num_states)

    def plan(self, plan: tuple[int, ...]) -> tuple[int, ...]:
        """A plan of the follower, one action a state or one a step and state, likewise."""
        steps = len(plan) // len(self.states)
        out = np.tile(self.whole.legal[1].argmax(axis=1), (steps, 1))
        out[:, list(self.states)] = np.array(plan).reshape(steps, -1)
        return tuple(out.ravel().tolist())


def first_legal(game: MarkovGame) -> Table:
    """The leader's table that plays its first legal action in each state."""
    return pure_table(game, 0, game.legal[0].argmax(axis=1).tolist())


def total_weight(game: MarkovGame) -> Fraction:
    """What a payoff of one at every step is worth in the game's unit."""
    if game.horizon is None:
        return 1 / (1 - game.discount)
    if game.discount == 1:
        return game.scale * game.horizon
    return game.scale * (1 - game.discount**game.horizon) / (1 - game.discount)


@dataclass(frozen=True)
class Candidate:
    """An exact table of the leader, and what it is worth.

    Attributes:
        table: the table.
        payoffs: of the leader and the follower; in the limit, where it is not attained.
        plan: the follower's response.
        attained: whether the table itself earns this.
        direction: where it does not: the direction in which tables near it do in the limit.
    """

    table: Table
    payoffs: tuple[Fraction, ...]
    plan: tuple[int, ...]
    attained: bool = True
    direction: Table | None = None

    @classmethod
    def of(cls, view: LeaderView, table: Table, ties: str) -> Candidate:
        """The table with the follower's best response under such ties."""
        response = reply(view, table, ties)
        return cls(table, response.payoffs, response.plan)

    @property
    def value(self) -> Fraction:
        """What the leader gets."""
        return self.payoffs[0]

    @property
    def rank(self) -> tuple[Fraction, bool]:
        """What the better one of two candidates has more of."""
        return self.value, self.attained


def reply(view: LeaderView, table: Table, ties: str) -> Response:
    """The follower's best response to `table`, ties broken for or against the leader."""
    best = optimal_response(view.game, [table, None], 1, ties=ties)
    if view.follower != STATIONARY or view.game.horizon is None:
        return best
    plan = _table_of(view, table, best.plan)
    if plan is not None:  # nothing is better, or a better tie, even with the time in sight
        return replace(best, kind=STATIONARY, plan=plan)
    return stationary_response(view.game, [table, None], 1, ties=ties)


def _table_of(view: LeaderView, table: Table, plan: tuple[int, ...]) -> tuple[int, ...] | None:
    """The plan as a table of the follower, if what it does in a state never depends on the time
    where that state is reached."""
    states = range(view.game.num_states)
    chosen: dict[int, int] = {}
    here = {s for s in states if view.game.start[s]}
    moves = view.game.transitions.numerators
    for step in range(view.game.horizon or 0):
        after = set()
        for s in here:
            action = plan[step * len(states) + s]
            if chosen.setdefault(s, action) != action:
                return None
            for a, p in enumerate(table[s]):
                if p:
                    after |= set(np.flatnonzero(moves[s, a, action]).tolist())
        here = after
    return tuple(chosen.get(s, plan[s]) for s in states)


def payoffs_under(view: LeaderView, table: Table, plan: tuple[int, ...]) -> tuple[Fraction, ...]:
    """What the leader and the follower get where the follower follows `plan`."""
    faced = induced_process(view.game, exact_tables([table, None], view.game, 1), 1)
    return plan_payoffs(faced, np.array(plan).reshape(-1, view.game.num_states))
