"""The same bounds where the game goes on for ever: a guess, and by how much it may be wrong.

For a plan and a table at distance e from the centre of a box, the value is guessed to first order
in e. In each state the guess fails to be its own one-step value by a quadratic in e, whose extreme
over the box counts as a reward; the value is then within the largest sum of these rewards that any
table of the box collects, a Markov decision problem with intervals (Givan, Leach & Dean 2000).
"""

from __future__ import annotations

import numpy as np

from gtlearn import limits
from gtlearn.solvers._markov.commitment.box_values import Boxes, BoxValues, Floats, Plan

IMPROVEMENTS = 3  # of the table that collects the most
EVALUATIONS = 4  # rounds of policy iteration


class FixedPoints(BoxValues):
    """Bounds on the discounted values of a game whose leader has two actions."""

    def of_table(self, boxes: Boxes, plan: Plan, player: int, sign: float) -> Floats:
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
        return self._cut_once(form, player, sign)

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

    def _cut_once(self, form: Floats, player: int, sign: float) -> Floats:
        limit = self.sizes[player] * self.steps
        beyond = sign * form[0] > limit
        form[: self.states + 1] *= ~beyond
        form[0] += sign * beyond * limit
        return form

    def reply(self, points: Floats) -> Plan:
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
