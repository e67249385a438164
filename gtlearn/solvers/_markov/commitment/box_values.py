"""Affine bounds on what the follower's plans are worth, for all tables of the leader in a box.

A box holds the tables in which the probability of the leader's second action in state s lies in
[centre_s - half_s, centre_s + half_s]. Write e for how far a table is from the centre. A form
bounds a value by centre + slopes . e for every table of the box; one step of dynamic programming
multiplies it by probabilities that are affine in e, and what is then quadratic is bounded by its
extreme over the box. Forms are exact to first order, so their error shrinks with the square of
the box. (Mean value forms of interval arithmetic: Moore 1966; affine arithmetic: Comba & Stolfi
1993.)

Where the game goes on for ever, the value is guessed to first order in e. In each state the guess
fails to be its own one-step value by a quadratic in e, whose extreme over the box counts as a
reward; the value is then within the largest sum of these rewards that any table of the box
collects, a Markov decision problem with intervals (Givan, Leach & Dean 2000).

A form is an array of 1 + 2 S rows, one column a box: its centre, its slopes by state, and its
blame: how much of the bound's error each state's interval causes, a guess for what to split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.commitment.view import LeaderView

Floats = NDArray[np.float64]
ReplyTable = NDArray[np.int64]  # the follower's actions, states x boxes

UPPER, LOWER = 1.0, -1.0
_ROUNDING = 1e-14
IMPROVEMENTS = 3  # of the table that collects the most
EVALUATIONS = 4  # rounds of policy iteration


@dataclass(frozen=True)
class Boxes:
    """Boxes of tables: bounds on the probability of the leader's second action, states x boxes.

    Halving begins at [0, 1], so that all numbers are binary fractions, and exact.
    """

    low: Floats
    high: Floats

    @property
    def centre(self) -> Floats:
        """The midpoints."""
        return (self.low + self.high) / 2

    @property
    def half(self) -> Floats:
        """Half the widths."""
        return (self.high - self.low) / 2

    def __len__(self) -> int:
        return int(self.low.shape[1])

    def __getitem__(self, index: NDArray[np.int64]) -> Boxes:
        return Boxes(self.low[:, index], self.high[:, index])


def floats_tell(view: LeaderView) -> bool:
    """Whether the bounds' slack is below what all payoffs together are worth."""
    return Fraction(_ROUNDING) * view.game.num_states * view.steps**2 < 1


class BoxValues:
    """Bounds on the values of a game whose leader has two actions.

    Rounding: centres are at most `steps` payoffs in size, for forms are cut off there, and slopes
    at most steps^2; with a horizon each of `steps` steps, and without one the solution of a linear
    system of condition 2 `steps`, errs by 2^-53 of that for each of some 10 S operations. `slack`
    is more than all of these.
    """

    def __init__(self, view: LeaderView) -> None:
        self.view = view
        game = view.game
        self.states = game.num_states
        self.pay = view.pay_floats
        self.discount = float(game.discount)
        self.horizon = game.horizon
        self.start = view.start_floats
        self.steps = float(1 / (1 - game.discount)) if game.horizon is None else game.horizon
        self.sizes = tuple(float(np.abs(array).max()) for array in self.pay)
        rows = [array.reshape(self.states, -1) for array in (*self.pay, view.moves_floats)]
        _, first, kind = np.unique(
            np.concatenate(rows, axis=1), axis=0, return_index=True, return_inverse=True
        )
        self.kinds = kind.ravel()  # states that differ by their names only are computed once
        self.kind_pay = [array[first] for array in self.pay]
        self.kind_moves = view.moves_floats[first].reshape(-1, self.states)

    def slack(self, weight: Floats | float) -> Floats | float:
        """What covers the rounding of a bound on (leader's payoff) + weight (follower's)."""
        unit = _ROUNDING * self.states * self.steps**3
        return unit * (self.sizes[0] + 2 * weight * self.sizes[1])

    def of_plan(
        self, boxes: Boxes, plan: ReplyTable | Sequence[ReplyTable], player: int, sign: float
    ) -> Floats:
        """A form that bounds a player's value (0 the leader's) if the follower follows a plan.

        Args:
            boxes: the leader's tables.
            plan: actions by state and box, or a list of these for 1, 2, ... steps to go.
            player: whose payoffs.
            sign: UPPER or LOWER.
        """
        assert self.horizon is not None
        pay = self.kind_pay[player][..., None]
        form, limit = self._nothing(boxes), 0.0
        for step in range(self.horizon):
            limits.check()
            limit = self.sizes[player] + self.discount * limit
            now = plan if isinstance(plan, np.ndarray) else plan[step]
            base, change = (self._chosen(array, now) for array in self._by_action(form, pay))
            form = self._cut(self._mixed(base, change, boxes, sign), limit, sign)
        return self._started(form)

    def of_best(self, boxes: Boxes, weight: Floats) -> Floats:
        """A form above the (leader's payoff) + weight (follower's payoff) of every plan that knows
        the time; one weight a box."""
        assert self.horizon is not None
        pay = self.kind_pay[0][..., None] + weight * self.kind_pay[1][..., None]
        form, limit = self._nothing(boxes), np.zeros(len(boxes))
        for _ in range(self.horizon):
            limits.check()
            limit = self.sizes[0] + weight * self.sizes[1] + self.discount * limit
            base, change = (array[self.kinds] for array in self._by_action(form, pay))
            best = self._mixed(base[:, 0], change[:, 0], boxes, UPPER)
            for b in range(1, base.shape[1]):
                best = self._above(best, self._mixed(base[:, b], change[:, b], boxes, UPPER), boxes)
            form = self._cut(best, limit, UPPER)
        return self._started(form)

    def _started(self, form: Floats) -> Floats:
        out: Floats = np.tensordot(self.start, form, 1)
        return out

    def _nothing(self, boxes: Boxes) -> Floats:
        return np.zeros((self.states, 1 + 2 * self.states, len(boxes)))

    def _by_action(self, later: Floats, pay: Floats) -> tuple[Floats, Floats]:
        """Forms after the leader's first action, and by how much the second one's differ."""
        rows, count = later.shape[1:]
        after = self.discount * (self.kind_moves @ later.reshape(self.states, -1))
        after = after.reshape(*pay.shape[:3], rows, count)
        after[..., 0, :] += pay
        return after[:, 0], after[:, 1] - after[:, 0]

    def _chosen(self, forms: Floats, plan: ReplyTable) -> Floats:
        out: Floats = forms[self.kinds, 0]
        for b in range(1, forms.shape[1]):
            out = np.where((plan == b)[:, None], forms[self.kinds, b], out)
        return out

    def _mixed(self, base: Floats, change: Floats, boxes: Boxes, sign: float) -> Floats:
        """base + (centre + e) * change in each state, the quadratic part e_s (slopes . e) bounded:
        e_s e_i by its size, and e_s^2 by zero and its size."""
        s, n = np.arange(self.states), self.states
        half = boxes.half
        out: Floats = base + boxes.centre[:, None] * change
        cross = np.abs(change[:, 1 : n + 1]) * half
        own = sign * change[s, s + 1]
        cross[s, s] = np.maximum(own, 0) * half
        cross *= half[:, None]
        error = cross.sum(axis=1)
        out[:, 0] += sign * error
        out[s, s + 1] += change[:, 0]
        out[:, n + 1 :] += cross / 2
        out[s, s + n + 1] += error / 2
        return out

    def _above(self, one: Floats, other: Floats, boxes: Boxes) -> Floats:
        """A form above two: over a difference that changes its sign lies the chord of its positive
        part."""
        n = self.states
        ahead = other - one
        spread = np.abs(ahead[:, 1 : n + 1]) * boxes.half
        reach = spread.sum(axis=1)
        high, low = ahead[:, 0] + reach, ahead[:, 0] - reach
        mixed = (low < 0) & (high > 0)
        share = np.where(mixed, high / np.where(mixed, high - low, 1.0), low >= 0)
        lift = np.where(mixed, -low * share, 0.0)
        out: Floats = one + share[:, None] * ahead
        out[:, 0] += lift
        out[:, n + 1 :] += (lift / np.where(mixed, reach, 1.0))[:, None] * spread
        return out

    def _cut(self, form: Floats, limit: Floats | float, sign: float) -> Floats:
        """The form, or the trivial one where its centre is worse than the limit."""
        beyond = sign * form[..., 0, :] > limit
        if beyond.any():
            form[..., : self.states + 1, :] *= ~beyond[..., None, :]
            form[..., 0, :] += sign * beyond * limit
        return form


class FixedPoints(BoxValues):
    """Bounds on the discounted values of a game whose leader has two actions."""

    def of_table(self, boxes: Boxes, plan: ReplyTable, player: int, sign: float) -> Floats:
        """A form that bounds a player's value if the follower follows a table.

        Args:
            boxes: the leader's tables.
            plan: the follower's actions by state and box.
            player: whose payoffs, 0 the leader's.
            sign: UPPER or LOWER.
        """
        limits.check()
        n, discount = np.arange(self.states), self.discount
        half = boxes.half.T
        pay = self.pay[player][n, :, plan.T]
        moves = self.view.moves_floats[n, :, plan.T]
        more, shift = pay[..., 1] - pay[..., 0], moves[:, :, 1] - moves[:, :, 0]
        here = moves[:, :, 0] + boxes.centre.T[..., None] * shift
        visits = _inverse(np.eye(self.states) - discount * here)
        values = _apply(visits, pay[..., 0] + boxes.centre.T * more)
        gain = more + discount * _apply(shift, values)
        slopes = visits * gain[:, None]  # of the value in each state, by state
        cross = discount * (shift @ slopes)
        own = np.maximum(sign * cross[:, n, n], 0)
        cross = np.abs(cross)
        cross[:, n, n] = own
        cross *= half[:, None] * half[..., None]
        missed = cross.sum(axis=2)
        collected, most = self._collected(missed, here, shift, half, visits)
        form = np.zeros((1 + 2 * self.states, len(boxes)))
        form[0] = values @ self.start + sign * most
        form[1 : self.states + 1] = (self.start @ slopes).T
        occupied = self.start @ visits
        swing = occupied * half * np.abs(_apply(shift, collected)) * discount
        shares = np.einsum("ns,nsi->ni", occupied, cross) + occupied * missed
        form[self.states + 1 :] = (shares / 2 + swing).T
        return self._cut(form, self.sizes[player] * self.steps, sign)

    def _collected(
        self, missed: Floats, here: Floats, shift: Floats, half: Floats, visits: Floats
    ) -> tuple[Floats, Floats]:
        """What a table of the box collects of the rewards `missed`: by state roughly, and from the
        start a bound: what any numbers fail Bellman's inequality by is added for ever."""
        rest = np.eye(self.states)
        total: Floats = _apply(visits, missed)
        for _ in range(IMPROVEMENTS):
            worst = half * np.sign(_apply(shift, total))
            moves = here + worst[..., None] * shift
            total = _apply(_inverse(rest - self.discount * moves), missed)
        reach = _apply(here, total) + half * np.abs(_apply(shift, total))
        lacking = np.maximum(missed + self.discount * reach - total, 0).max(axis=1)
        return total, total @ self.start + self.steps * lacking

    def reply(self, points: Floats) -> ReplyTable:
        """A table of the follower that is good against each point, states x points, by policy
        iteration."""
        x = points.T[..., None]
        pay, moves = self.pay[1], self.view.moves_floats
        rewards = pay[:, 0] + x * (pay[:, 1] - pay[:, 0])
        after = moves[:, 0] + x[..., None] * (moves[:, 1] - moves[:, 0])
        plan = rewards.argmax(axis=2)
        for _ in range(EVALUATIONS):
            kept = np.take_along_axis(after, plan[..., None, None], axis=2)[:, :, 0]
            reward = np.take_along_axis(rewards, plan[..., None], axis=2)
            values = np.linalg.solve(np.eye(self.states) - self.discount * kept, reward)
            plan = (rewards + self.discount * (after @ values[:, None])[..., 0]).argmax(axis=2)
        return np.asarray(plan.T)


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _apply(matrices: Floats, vectors: Floats) -> Floats:
    out: Floats = (matrices @ vectors[..., None])[..., 0]
    return out
