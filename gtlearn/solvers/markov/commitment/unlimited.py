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

from gtlearn.games import IteratedGame, NormalFormGame
from gtlearn.games.numbers import common_denominator
from gtlearn.solvers.linear.program import LinearProgram, integer_rows, solve
from gtlearn.solvers.markov.commitment.folk import FolkBound

Pair = tuple[Fraction, Fraction]  # (follower's payoff, leader's payoff)
Multipliers = tuple[Fraction, ...]  # one a follower's action

PENALTY = 1000  # for breaking a constraint, relative to the payoffs


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
    multipliers: Mapping[tuple[int, Fraction], tuple[Multipliers, ...]]


def unlimited_memory_bound(game: IteratedGame, leader: int, folk: FolkBound) -> UnlimitedBound:
    """The best value of a leader who may use the whole history, against an optimal follower.

    Args:
        game: an iterated game of two players with a horizon.
        leader: who commits, 0 or 1.
        folk: its folk bound, for the follower's minmax.

    >>> from gtlearn import games
    >>> from gtlearn.solvers.markov.commitment.folk import folk_bound
    >>> game = games.iterated("prisoners_dilemma", horizon=10)
    >>> unlimited_memory_bound(game, 0, folk_bound(game, 0)).value
    Fraction(67, 20)
    """
    assert game.horizon is not None
    steps = _Steps(game.stage, leader, game.discount, folk.minmax)
    frontiers = [[(Fraction(0), Fraction(0))]]
    for k in range(1, game.horizon):
        frontiers.append(steps.frontier(k, frontiers[-1]))
    multipliers: dict[tuple[int, Fraction], tuple[Multipliers, ...]] = {}
    needed = {(game.horizon, Fraction(0))}
    while needed:
        k, weight = needed.pop()
        found = [steps.best(k, weight, b, frontiers[k - 1]) for b in range(steps.responses)]
        multipliers[k, weight] = tuple(m for _, m in found)
        if k > 1:
            needed |= {(k - 1, weight + sum(m)) for _, m in found} - multipliers.keys()
    value = bound_from(multipliers, game, leader, folk.minmax)
    return UnlimitedBound(value, multipliers)


class _Steps:
    """One step of the recursion."""

    def __init__(
        self, stage: NormalFormGame, leader: int, discount: Fraction, minmax: Fraction
    ) -> None:
        self.actions, self.responses = stage.shape[leader], stage.shape[1 - leader]
        self.discount = discount
        self.minmax = minmax
        self.pay: dict[tuple[int, int], Pair] = {}
        for a, b in product(range(self.actions), range(self.responses)):
            profile = (a, b) if leader == 0 else (b, a)
            self.pay[a, b] = (stage.payoff(1 - leader, profile), stage.payoff(leader, profile))

    def secured(self, k: int) -> Fraction:
        """What the follower gets in k steps whatever the leader does."""
        return self.minmax * sum((self.discount**t for t in range(k)), Fraction(0))

    def best(
        self, k: int, weight: Fraction, meant: int, later: list[Pair]
    ) -> tuple[Pair | None, Multipliers]:
        """The best pair over k steps where the follower is meant to play `meant` first.

        Maximises (leader's payoff) + weight (follower's payoff) over mixtures of (the leader's
        action, what follows), so that no other action is better for the follower; and the
        multipliers of these constraints. A constraint may be broken at a price, so that an action
        that nothing makes a best response has multipliers too; its pair is then None.
        """
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
        goal = [mine + weight * theirs for theirs, mine in pairs]
        free = [Fraction(0)] * len(others)
        broken = [[Fraction(-int(c == d)) for c in others] for d in others]
        rows = [[*gain, *penalty] for gain, penalty in zip(gains, broken, strict=True)]
        rows.append([Fraction(1)] * len(goal) + free)
        goal += [-PENALTY * (1 + max(map(abs, goal)))] * len(others)
        program, units = _integer_program(goal, rows)
        optimum = solve(program)
        shares = [Fraction(x, optimum.primal_denominator) for x in optimum.primal]
        multipliers = [Fraction(0)] * self.responses
        for row, c in enumerate(others):
            multipliers[c] = Fraction(optimum.dual[row], optimum.dual_denominator) * units[row]
        if any(shares[len(pairs) :]):
            return None, tuple(multipliers)
        return (_mean(shares, pairs, 0), _mean(shares, pairs, 1)), tuple(multipliers)

    def frontier(self, k: int, later: list[Pair]) -> list[Pair]:
        """The vertices of the Pareto frontier over k steps, by the follower's payoff."""
        low = self._highest(k, Fraction(0), later)
        high = self._highest(k, None, later)
        found = {low, high}
        edges = [(low, high)]
        while edges:
            left, right = edges.pop()
            if left[0] >= right[0] or left[1] <= right[1]:
                continue
            weight = (left[1] - right[1]) / (right[0] - left[0])
            top = self._highest(k, weight, later)
            if top[1] + weight * top[0] > left[1] + weight * left[0]:
                found.add(top)
                edges += [(left, top), (top, right)]
        return sorted(p for p in found if not any(_dominates(q, p) for q in found))

    def _highest(self, k: int, weight: Fraction | None, later: list[Pair]) -> Pair:
        """The pair with the most (leader's payoff) + weight (follower's payoff); None weighs the
        follower's payoff alone."""
        w = Fraction(PENALTY) if weight is None else weight
        found = [self.best(k, w, b, later)[0] for b in range(self.responses)]
        return max((p for p in found if p is not None), key=lambda p: (p[1] + w * p[0], p[0], p[1]))

    def _sum(self, now: Pair, later: Pair) -> Pair:
        return now[0] + self.discount * later[0], now[1] + self.discount * later[1]


def bound_from(
    multipliers: Mapping[tuple[int, Fraction], tuple[Multipliers, ...]],
    game: IteratedGame,
    leader: int,
    minmax: Fraction,
) -> Fraction:
    """The bound that the multipliers prove, in the game's unit; see `UnlimitedBound`."""
    assert game.horizon is not None
    steps = _Steps(game.stage, leader, game.discount, minmax)
    proven: dict[tuple[int, Fraction], Fraction] = {}
    for k, weight in sorted(multipliers):
        punished = game.discount * steps.secured(k - 1)
        bounds = []
        for b, m in enumerate(multipliers[k, weight]):
            heavier = weight + sum(m)
            later = game.discount * proven[k - 1, heavier] if k > 1 else Fraction(0)
            for a in range(steps.actions):
                theirs, mine = steps.pay[a, b]
                lost = sum(
                    (y * (theirs - steps.pay[a, c][0] - punished) for c, y in enumerate(m) if y),
                    Fraction(0),
                )
                bounds.append(mine + weight * theirs + lost + later)
        proven[k, weight] = max(bounds)
    return proven[game.horizon, Fraction(0)] * game.markov.scale


def _integer_program(
    goal: list[Fraction], rows: list[list[Fraction]]
) -> tuple[LinearProgram, list[Fraction]]:
    """Maximise goal x where all rows but the last are at most 0 and the last is 1, x >= 0; and
    what to multiply the dual of each row by."""
    top = common_denominator(goal)
    scales = [common_denominator(row) for row in rows]
    matrix = [[int(x * scale) for x in row] for row, scale in zip(rows, scales, strict=True)]
    program = LinearProgram(
        objective=integer_rows([[int(x * top) for x in goal]])[0],
        matrix=integer_rows(matrix),
        bounds=integer_rows([[0] * (len(rows) - 1) + [1]])[0],
        equalities=[len(rows) - 1],
    )
    return program, [Fraction(scale, top) for scale in scales]


def _mean(shares: list[Fraction], pairs: list[Pair], who: int) -> Fraction:
    return sum((s * pair[who] for s, pair in zip(shares, pairs, strict=False)), Fraction(0))


def _dominates(one: Pair, other: Pair) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]
