"""What a leader of unlimited memory could commit to in finitely many steps: an upper bound.

The leader is granted a public random signal, too. A commitment then promises the follower a
payoff for the steps to come; `_Frontier` holds the best pairs (follower's, leader's payoff) that
some commitment over k steps gives, from which those over k + 1 steps follow by one linear program
(the recursion of promised payoffs: Spear & Srivastava 1987; Abreu, Pearce & Stacchetti 1990). A
follower who deviates is held to its minmax from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from gtlearn import limits
from gtlearn.games import IteratedGame, NormalFormGame
from gtlearn.games.numbers import common_denominator
from gtlearn.solvers._linear.program import LinearProgram, integer_rows, solve

_Pair = tuple[Fraction, Fraction]  # (follower's payoff, leader's payoff)
_Multipliers = tuple[Fraction, ...]  # one a follower's action

PRICE = 1000  # of breaking a constraint, relative to the payoffs


@dataclass(frozen=True)
class UnlimitedBound:
    """The leader's best value with unlimited memory and a public signal, with its dual proof.

    Write h(k, w) for the largest (leader's payoff) + w (follower's payoff) over k steps. For any
    multipliers m >= 0, where the follower is meant to play b and W = w + sum of m,

        h(k, w) <= max over b and the leader's actions a of
            u_L(a, b) + w u_F(a, b) + sum_c m_c (u_F(a, b) - u_F(a, c) - discount * v(k-1))
            + discount * h(k-1, W),

    v(k-1) being what the follower secures in the steps after this one.

    Attributes:
        value: the bound h(horizon, 0), in the game's unit.
        multipliers: for each number of steps to go k and weight w that the proof needs, m for
            each action b that the follower may be meant to play.
    """

    value: Fraction
    multipliers: Mapping[tuple[int, Fraction], tuple[_Multipliers, ...]]


def unlimited_memory_bound(game: IteratedGame, leader: int, minmax: Fraction) -> UnlimitedBound:
    """The best value of a leader who may use the whole history, against an optimal follower.

    Args:
        game: an iterated game of two players with a horizon.
        leader: who commits, 0 or 1.
        minmax: what the follower secures in one step.

    Raises:
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> from gtlearn.solvers._markov.commitment.bounds import folk_bound
    >>> game = games.iterated("prisoners_dilemma", horizon=10)
    >>> unlimited_memory_bound(game, 0, folk_bound(game, 0).minmax).value
    Fraction(67, 20)
    """
    assert game.horizon is not None
    steps = _Steps(game.stage, leader, game.discount, minmax)
    frontiers = [[(Fraction(0), Fraction(0))]]
    for k in range(1, game.horizon):
        limits.check()
        frontiers.append(steps.frontier(k, frontiers[-1]))
    multipliers: dict[tuple[int, Fraction], tuple[_Multipliers, ...]] = {}
    needed = {(game.horizon, Fraction(0))}
    while needed:
        limits.check()
        k, weight = needed.pop()
        multipliers[k, weight] = rows = steps.multipliers(k, weight, frontiers[k - 1])
        if k > 1:
            needed |= {(k - 1, weight + sum(m)) for m in rows} - multipliers.keys()
    value = bound_from(multipliers, game, leader, minmax)
    return UnlimitedBound(value, multipliers)


class _Steps:
    """One step of the recursion."""

    def __init__(
        self, stage: NormalFormGame, leader: int, discount: Fraction, minmax: Fraction
    ) -> None:
        self.actions, self.responses = stage.shape[leader], stage.shape[1 - leader]
        self.discount = discount
        self.minmax = minmax
        self.pay: dict[tuple[int, int], _Pair] = {}
        for a, b in product(range(self.actions), range(self.responses)):
            profile = (a, b) if leader == 0 else (b, a)
            self.pay[a, b] = (stage.payoff(1 - leader, profile), stage.payoff(leader, profile))

    def secured(self, k: int) -> Fraction:
        """What the follower gets in k steps whatever the leader does."""
        return self.minmax * sum((self.discount**t for t in range(k)), Fraction(0))

    def multipliers(self, k: int, weight: Fraction, later: list[_Pair]) -> tuple[_Multipliers, ...]:
        """The multipliers for each action that the follower may be meant to play first."""
        options = [self.best(k, weight, b, later) for b in range(self.responses)]
        top = max(_weighed(weight, pair) for pair, _ in options if pair is not None)
        price = PRICE
        for b in range(self.responses):
            while options[b][0] is None and self._proven(k, weight, b, options[b][1], later) > top:
                price *= PRICE  # until what no commitment can bring about counts for nothing
                options[b] = self.best(k, weight, b, later, price)
        return tuple(m for _, m in options)

    def best(
        self, k: int, weight: Fraction | None, meant: int, later: list[_Pair], price: int = PRICE
    ) -> tuple[_Pair | None, _Multipliers]:
        """The best pair over k steps where the follower is meant to play `meant` first.

        Maximises (leader's payoff) + weight (follower's payoff) over mixtures of (the leader's
        action, what follows), so that no other action is better for the follower; and the
        multipliers of these constraints. A constraint may be broken at a price, so that an action
        that nothing makes a best response has multipliers too; its pair is then None.
        """
        limits.check()
        columns = [(a, pair) for a in range(self.actions) for pair in later]
        firsts = [a for a, _ in columns]
        pairs = [self._sum(self.pay[a, meant], pair) for a, pair in columns]
        others = [c for c in range(self.responses) if c != meant]
        punished = self.discount * self.secured(k - 1)
        gains = [
            [
                self.pay[a, c][0] + punished - total[0]
                for a, total in zip(firsts, pairs, strict=True)
            ]
            for c in others
        ]
        goal = [_weighed(weight, pair) for pair in pairs]
        shares, weights = _cheapest(goal, gains, price)
        if any(shares[len(pairs) :]):
            least, _ = _cheapest([Fraction(0)] * len(goal), gains, 1)
            if not any(least[len(pairs) :]):  # it need not be broken: the price was too low
                return self.best(k, weight, meant, later, price * PRICE)
        weights.insert(meant, Fraction(0))
        if any(shares[len(pairs) :]):
            return None, tuple(weights)
        return (_mean(shares, pairs, 0), _mean(shares, pairs, 1)), tuple(weights)

    def frontier(self, k: int, later: list[_Pair]) -> list[_Pair]:
        """The vertices of the Pareto frontier over k steps, by the follower's payoff."""
        low = self._highest(k, Fraction(0), later)
        high = self._highest(k, None, later)
        vertices = {low, high}
        edges = [(low, high)]
        while edges:
            left, right = edges.pop()
            if left[0] >= right[0] or left[1] <= right[1]:
                continue
            weight = (left[1] - right[1]) / (right[0] - left[0])
            top = self._highest(k, weight, later)
            if top[1] + weight * top[0] > left[1] + weight * left[0]:
                vertices.add(top)
                edges += [(left, top), (top, right)]
        return sorted(p for p in vertices if not any(_dominates(q, p) for q in vertices))

    def _highest(self, k: int, weight: Fraction | None, later: list[_Pair]) -> _Pair:
        """The pair with the most (leader's payoff) + weight (follower's payoff)."""
        pairs = [self.best(k, weight, b, later)[0] for b in range(self.responses)]
        return max((p for p in pairs if p is not None), key=lambda p: (_weighed(weight, p), p))

    def _proven(
        self, k: int, weight: Fraction, meant: int, m: _Multipliers, later: list[_Pair]
    ) -> Fraction:
        """What the multipliers prove for an action that the follower is meant to play first."""
        heavier = weight + sum(m)
        rest = self.discount * max(mine + heavier * theirs for theirs, mine in later)
        return max(self.kept(k, weight, meant, a, m) for a in range(self.actions)) + rest

    def kept(self, k: int, weight: Fraction, meant: int, a: int, m: _Multipliers) -> Fraction:
        """What a first step is worth, with the constraints weighed by the multipliers."""
        theirs, mine = self.pay[a, meant]
        punished = self.discount * self.secured(k - 1)
        weighed = (y * (theirs - self.pay[a, c][0] - punished) for c, y in enumerate(m) if y)
        return mine + weight * theirs + sum(weighed, Fraction(0))

    def _sum(self, now: _Pair, later: _Pair) -> _Pair:
        return now[0] + self.discount * later[0], now[1] + self.discount * later[1]


def bound_from(
    multipliers: Mapping[tuple[int, Fraction], tuple[_Multipliers, ...]],
    game: IteratedGame,
    leader: int,
    minmax: Fraction,
) -> Fraction:
    """The bound that the multipliers prove, in the game's unit; see `UnlimitedBound`."""
    assert game.horizon is not None
    steps = _Steps(game.stage, leader, game.discount, minmax)
    proven: dict[tuple[int, Fraction], Fraction] = {}
    for k, weight in sorted(multipliers):
        bounds = []
        for b, m in enumerate(multipliers[k, weight]):
            later = game.discount * proven[k - 1, weight + sum(m)] if k > 1 else Fraction(0)
            first = max(steps.kept(k, weight, b, a, m) for a in range(steps.actions))
            bounds.append(first + later)
        proven[k, weight] = max(bounds)
    return proven[game.horizon, Fraction(0)] * game.markov.scale


def _cheapest(
    goal: list[Fraction], gains: list[list[Fraction]], price: int
) -> tuple[list[Fraction], list[Fraction]]:
    """Maximises the mean of `goal` so that no mean gain is positive, but for a price per unit.

    Returns:
        The share of each column, and then by how much each constraint is broken; and the
        multiplier of each constraint.
    """
    cost = -price * (1 + max(map(abs, goal)))
    whole = [*goal, *[cost] * len(gains)]
    rows = [
        [*gain, *(Fraction(-int(c == d)) for d in range(len(gains)))]
        for c, gain in enumerate(gains)
    ]
    rows.append([Fraction(1)] * len(goal) + [Fraction(0)] * len(gains))
    scale, scales = common_denominator(whole), [common_denominator(row) for row in rows]
    program = LinearProgram(
        objective=integer_rows([[int(x * scale) for x in whole]])[0],
        matrix=integer_rows(
            [[int(x * unit) for x in row] for row, unit in zip(rows, scales, strict=True)]
        ),
        bounds=integer_rows([[0] * len(gains) + [1]])[0],
        equalities=[len(gains)],
    )
    optimum = solve(program)
    dual = zip(optimum.dual[:-1], scales, strict=False)
    return (
        [Fraction(x, optimum.primal_denominator) for x in optimum.primal],
        [Fraction(y * unit, optimum.dual_denominator * scale) for y, unit in dual],
    )


def _mean(shares: list[Fraction], pairs: list[_Pair], who: int) -> Fraction:
    return sum((s * pair[who] for s, pair in zip(shares, pairs, strict=False)), Fraction(0))


def _weighed(weight: Fraction | None, pair: _Pair) -> Fraction:
    """(leader's payoff) + weight (follower's payoff); None weighs the follower's payoff alone."""
    return pair[0] if weight is None else pair[1] + weight * pair[0]


def _dominates(one: _Pair, other: _Pair) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]
