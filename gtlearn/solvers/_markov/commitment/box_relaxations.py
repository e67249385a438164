"""Upper bounds on what the leader's tables in a box earn, from a follower who may do worse.

Any response f of the follower is worth at least as much to it as any plan g of its class. So for
multipliers m_g >= 0, the leader's value L(f) from every table of a box is at most the largest

    L(f) + sum over g of m_g (F(f) - F(g)),

F being the follower's value. The plans g are replies at the tables of the box where the bound so
far is attained, and m_g is what lowers it the most (a cutting plane, and one step of descent).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.commitment.box_values import (
    LOWER,
    UPPER,
    Boxes,
    BoxValues,
    FixedPoints,
    Floats,
    ReplyTable,
)
from gtlearn.solvers._markov.commitment.floats import follower_tables
from gtlearn.solvers._markov.commitment.view import LeaderView

Tags = NDArray[np.generic]

_ROUNDS = 3  # plans g
LARGEST = 1000.0  # multiplier, relative to the payoffs
RATIOS = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0)  # multipliers that are tried, likewise
NARROW = 2e-3  # what a width counts for if nothing seems to depend on it
_SEED = 20233


@dataclass(frozen=True)
class Examined:
    """What is known of some boxes.

    Attributes:
        bounds: upper bounds on what their tables earn the leader, in the game's unit.
        score: how much each state's interval seems to matter, states x boxes.
        peaks: the corners where the bounds are attained, states x boxes.
        tags: the boxes' tags, for their parts.
    """

    bounds: Floats
    score: Floats
    peaks: Floats
    tags: Tags


class Relaxation(Protocol):
    """Bounds for boxes, each with a tag that says something about the follower."""

    def roots(self) -> Tags:
        """The tags of boxes that hold all tables, which together cover all responses."""
        ...

    def examine(self, boxes: Boxes, tags: Tags, goal: float) -> Examined:
        """Bounds, which need not be good where they are below `goal`."""
        ...


class TableResponses:
    """The follower plays a deterministic table, which is the tag of a box."""

    def __init__(self, view: LeaderView) -> None:
        self.tables = follower_tables(view)
        self.values = BoxValues(view) if view.game.horizon is not None else FixedPoints(view)
        self.scale = float(view.game.scale)
        self.ratio = _ratio(self.values)
        states = np.arange(self.values.states)
        self.moves = view.moves_floats[states, :, self.tables].reshape(
            len(self.tables), -1, self.values.states
        )
        self.pay = view.pay_floats[1][states, :, self.tables][..., None]

    def roots(self) -> Tags:
        """All tables."""
        return np.arange(len(self.tables))

    def examine(self, boxes: Boxes, tags: Tags, goal: float) -> Examined:
        """See `Relaxation`."""
        half, n = boxes.half, self.values.states
        plan = self.tables[tags].T
        total = self._form(boxes, plan, 0, UPPER)
        theirs = self._form(boxes, plan, 1, UPPER)
        score = _effect(total, half)
        weight, never = np.zeros(len(boxes)), np.zeros(len(boxes), dtype=bool)
        at = boxes.centre
        for _ in range(_ROUNDS):
            other = self._form(boxes, self._reply(at), 1, LOWER)
            lead = theirs - other
            never |= _top(lead, half) < -2 * self.values.slack(1.0)
            step = _descent(total, lead, half, LARGEST * self.ratio)
            total = total + step * lead
            weight += step
            blamed = _effect(theirs, half) + _effect(other, half)
            score += np.maximum(step, self.ratio / (2 * _ROUNDS)) * blamed
            at = boxes.centre + np.sign(total[1 : n + 1]) * half
        score += (np.abs(total[1 : n + 1]) + NARROW * self.values.steps) * half
        bounds = np.where(never, -np.inf, _top(total, half) + self.values.slack(weight))
        return Examined(self.scale * bounds, score, at, tags)

    def _form(self, boxes: Boxes, plan: ReplyTable, player: int, sign: float) -> Floats:
        if isinstance(self.values, FixedPoints):
            return self.values.of_table(boxes, plan, player, sign)
        return self.values.of_plan(boxes, plan, player, sign)

    def _reply(self, points: Floats) -> ReplyTable:
        """The best table against each point."""
        if isinstance(self.values, FixedPoints):
            return self.values.reply(points)
        later = np.zeros((len(self.tables), *points.shape))
        for _ in range(self.values.horizon or 0):
            limits.check()
            after = (self.values.discount * (self.moves @ later)).reshape(
                *self.pay.shape[:3], points.shape[1]
            )
            after += self.pay
            later = after[:, :, 0] + points * (after[:, :, 1] - after[:, :, 0])
        best = np.tensordot(later, self.values.start, (1, 0)).argmax(axis=0)
        return np.asarray(self.tables[best].T)


class TimedResponses:
    """The follower knows the time: its response is left to dynamic programming, at a multiplier
    that is the tag of a box."""

    def __init__(self, view: LeaderView) -> None:
        self.values = BoxValues(view)
        self.scale = float(view.game.scale)
        self.grid = _ratio(self.values) * np.array(RATIOS)
        self.rng = np.random.default_rng(_SEED)

    def roots(self) -> Tags:
        """One box."""
        return self.grid[3:4]

    def examine(self, boxes: Boxes, tags: Tags, goal: float) -> Examined:
        """See `Relaxation`. The multiplier is kept, drawn anew or varied.

        What to split is read off the lowest bound among multipliers that suffice at the centre;
        one that does not will not do for small boxes either.
        """
        bounds, score = np.full(len(boxes), np.inf), np.zeros_like(boxes.low)
        peaks = boxes.centre
        rank = np.full((2, len(boxes)), np.inf)
        best = np.array(tags, dtype=float)
        for trial in range(3):
            open_ = np.flatnonzero(bounds > goal)
            if not len(open_):
                break
            weight = best[open_]
            if trial == 1:
                weight = self.rng.choice(self.grid, size=len(open_))
            elif trial == 2:
                weight = weight * self.rng.choice([0.5, 2.0], size=len(open_))
            weight = np.clip(weight, self.grid[0], self.grid[-1])
            bound, centre, effect, peak = self._bound(boxes[open_], weight)
            bounds[open_] = np.minimum(bounds[open_], bound)
            new = np.stack([np.maximum(centre - goal, 0), bound])
            old = rank[:, open_]
            better = (new[0] < old[0]) | ((new[0] == old[0]) & (new[1] < old[1]))
            changed = open_[better]
            rank[:, changed], score[:, changed] = new[:, better], effect[:, better]
            best[changed], peaks[:, changed] = weight[better], peak[:, better]
        return Examined(bounds, score, peaks, best)

    def _bound(self, boxes: Boxes, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Bounds, about what they would be for the centres alone, what matters to them, and where
        they are attained."""
        half, n = boxes.half, self.values.states
        above = self.values.of_best(boxes, weight)
        at = boxes.centre
        for turn in range(_ROUNDS - 1):
            secured = weight * self.values.of_plan(boxes, self._replies(at), 1, LOWER)
            gap = above - secured
            if turn == 0:
                total = gap
                centre = gap[0] - (above + secured)[n + 1 :].sum(axis=0)
                score = _effect(above, half) + _effect(secured, half)
                score += (np.abs(gap[1 : n + 1]) + NARROW * self.values.steps) * half
            else:
                total = total + _descent(total, gap - total, half, 1.0) * (gap - total)
            at = boxes.centre + np.sign(total[1 : n + 1]) * half
        bounds = _top(total, half) + self.values.slack(weight)
        return self.scale * bounds, self.scale * centre, score, at

    def _replies(self, points: Floats) -> list[ReplyTable]:
        """The follower's best actions against each point for 1, 2, ... steps to go."""
        values = self.values
        later = np.zeros_like(points)
        plans = []
        for _ in range(values.horizon or 0):
            limits.check()
            after = values.discount * (values.kind_moves @ later)
            after = after.reshape(*values.kind_pay[1].shape, -1) + values.kind_pay[1][..., None]
            worth = after[:, 0][values.kinds]
            worth = worth + points[:, None] * (after[:, 1][values.kinds] - worth)
            plans.append(worth.argmax(axis=1))
            later = worth.max(axis=1)
        return plans


def _ratio(values: BoxValues) -> float:
    """How much more the leader's payoffs vary than the follower's."""
    ours, theirs = (float(np.ptp(array)) for array in values.pay)
    return ours / theirs if ours > 0 and theirs > 0 else 1.0


def _top(form: Floats, half: Floats) -> Floats:
    """The form's largest value over each box."""
    return np.asarray(form[0] + (np.abs(form[1 : len(half) + 1]) * half).sum(axis=0))


def _effect(form: Floats, half: Floats) -> Floats:
    """How much each state's interval matters to the form, roughly."""
    return np.asarray(np.abs(form[1 : len(half) + 1]) * half + form[len(half) + 1 :])


def _descent(form: Floats, direction: Floats, half: Floats, most: float) -> Floats:
    """How far in [0, most] to go along the direction so that the form's top is lowest.

    The top is convex and piecewise linear in the step, and bends where a slope becomes zero.
    """
    n = len(half)
    slopes, turns = form[1 : n + 1], direction[1 : n + 1]
    bends = np.clip(-slopes / np.where(turns == 0, np.inf, turns), 0, most)
    steps = np.concatenate([bends, np.zeros((1, half.shape[1])), np.full((1, half.shape[1]), most)])
    tops = form[0] + steps * direction[0]
    tops += (np.abs(slopes + steps[:, None] * turns) * half).sum(axis=1)
    return np.asarray(np.take_along_axis(steps, tops.argmin(axis=0)[None], axis=0)[0])
