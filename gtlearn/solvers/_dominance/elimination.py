"""Iterated elimination of strictly or weakly dominated actions, by mixed strategies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.games.numbers import lowest_terms
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._dominance.report import Belief, DominanceResult, DominanceStep, Standing
from gtlearn.solvers._linear.program import LinearProgram, Optimum, solve
from gtlearn.solvers.outcomes import Strategy

STRICT = "strict"
WEAK = "weak"
ORDER_NOTE = (
    "what iterated weak dominance leaves depends on the order; here every weakly dominated "
    "action of every player is removed at once in each round"
)

_PROOF_SHARE = 0.3  # of a limit, for checking what was found

_Verdict = tuple[Strategy | None, Fraction, Belief]


@of_games(NormalFormGame)
def dominance(
    game: NormalFormGame,
    kind: str = STRICT,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> DominanceResult:
    """Removes dominated actions, round by round, until none is left.

    In each round every dominated action of every player is found, by one linear program an
    action unless a pure strategy decides, and all of them are removed at once. What is left does
    not depend on the order for strict dominance (Gilboa, Kalai & Zemel 1990); for weak dominance
    it does, and a note says so.

    Args:
        game: an n-player game.
        kind: "strict" or "weak".
        time_limit: in seconds; what was removed by then is returned, `complete` false.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: called with (None, what is going on).

    Raises:
        InputError: if `kind` is neither, or a limit is no positive number.

    Source: Luce & Raiffa (1957), section 4.5 and appendix 5.3; dominance by mixed strategies and
    beliefs: Pearce (1984), Rationalizable strategic behavior, Econometrica 52.

    A mixture may dominate what no pure strategy does (Fudenberg & Tirole 1991, Figure 1.2):

    >>> from gtlearn import games
    >>> zeros = [[0, 0], [0, 0], [0, 0]]
    >>> game = games.normal_form([[2, -1], [0, 0], [-1, 2]], zeros, actions=["UMD", "LR"])
    >>> step = dominance(game).steps[0]
    >>> step.label, [str(p) for p in step.dominator], str(step.margin)
    ('M', ['1/2', '0', '1/2'], '1/2')
    """
    if kind not in (STRICT, WEAK):
        raise InputError(f"dominance of kind {kind!r} is not known; choose strict or weak")
    start = time.monotonic()
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        result = _eliminated(game, kind)
    return replace(result, seconds=time.monotonic() - start)


def _eliminated(game: NormalFormGame, kind: str) -> DominanceResult:
    standing: Standing = tuple(tuple(range(size)) for size in game.shape)
    steps: list[DominanceStep] = []
    beliefs: dict[tuple[int, int], Belief] = {}
    reached: LimitReached | None = None
    try:
        with limits.keeping(0.0, _PROOF_SHARE):
            while True:
                tell(None, f"{len(steps)} dominated actions removed")
                before = len(steps)
                beliefs.clear()
                _round(game, kind, standing, steps, beliefs)
                if len(steps) == before:
                    break
                standing = _left(standing, steps[before:])
    except LimitReached as limit:
        reached = limit
        standing = _left(standing, steps[before:])
    try:
        return _proven(_result(game, kind, standing, steps, beliefs, reached))
    except LimitReached as limit:  # then nothing is removed, which needs no proof
        everything = tuple(tuple(range(size)) for size in game.shape)
        return _result(game, kind, everything, [], {}, limit)


def _left(standing: Standing, removed: Sequence[DominanceStep]) -> Standing:
    gone = {(step.player, step.action) for step in removed}
    return tuple(
        tuple(a for a in actions if (player, a) not in gone)
        for player, actions in enumerate(standing)
    )


def _result(
    game: NormalFormGame,
    kind: str,
    standing: Standing,
    steps: list[DominanceStep],
    beliefs: dict[tuple[int, int], Belief],
    reached: LimitReached | None,
) -> DominanceResult:
    notes = [ORDER_NOTE] if kind == WEAK else []
    if reached is not None:
        notes.append(f"{reached}: more actions may be dominated")
    return DominanceResult(
        game,
        kind,
        restricted(game, standing),
        standing,
        tuple(steps),
        beliefs if reached is None else {},
        reached is None,
        OK if reached is None else reached.status,
        notes=tuple(notes),
    )


def restricted(game: NormalFormGame, standing: Standing) -> NormalFormGame:
    """The game in which only the actions of `standing` can be played, labels kept."""
    if all(len(kept) == size for kept, size in zip(standing, game.shape, strict=True)):
        return game
    payoffs = []
    for tensor in game.payoffs:
        part = tensor.numerators[np.ix_(*standing)]
        payoffs.append(lowest_terms(part.ravel().tolist(), part.shape, tensor.denominator))
    labels = tuple(
        tuple(names[a] for a in kept) for names, kept in zip(game.actions, standing, strict=True)
    )
    return replace(game, name=f"{game.name}, reduced", actions=labels, payoffs=tuple(payoffs))


def _round(
    game: NormalFormGame,
    kind: str,
    standing: Standing,
    steps: list[DominanceStep],
    beliefs: dict[tuple[int, int], Belief],
) -> None:
    """Adds all steps of one round, and the beliefs that keep the other actions.

    Raises:
        LimitReached: at a limit; what was added by then holds.
    """
    number = steps[-1].round + 1 if steps else 1
    for player, actions in enumerate(standing):
        tensor = game.payoffs[player]
        block = np.moveaxis(tensor.numerators[np.ix_(*standing)], player, 0)
        others = standing[:player] + standing[player + 1 :]
        examine = Examination(block.reshape(len(actions), -1), others)
        judge = examine.strict if kind == STRICT else examine.weak
        for position, action in enumerate(actions):
            limits.check()
            mixture, margin, belief = child.bounded(judge, position, seconds=examine.seconds)
            if mixture is None:
                beliefs[player, action] = belief
                continue
            dominator = [Fraction(0)] * game.shape[player]
            for b, p in zip(actions, mixture, strict=True):
                dominator[b] = Fraction(p)
            steps.append(
                DominanceStep(
                    number,
                    player,
                    action,
                    game.actions[player][action],
                    tuple(dominator),
                    margin / tensor.denominator,
                )
            )


class Examination:
    """Is an action of one player dominated, given what everybody still has?

    `payoffs[a, s]` are integers: the player's actions by the others' joint actions.
    """

    def __init__(self, payoffs: NDArray[Any], others: Standing) -> None:
        largest = max(abs(int(payoffs.max())), abs(int(payoffs.min())))
        self.payoffs = payoffs if largest < 2**40 else payoffs.astype(object)
        self.others = others
        self.seconds = payoffs.size * (5e-8 if self.payoffs.dtype != object else 1e-6)
        self.best = self.payoffs.max(axis=0)

    def strict(self, action: int) -> _Verdict:
        """A dominator and its least gain, or a belief that the action is a best response to."""
        gains = self.payoffs - self.payoffs[action]  # [b, s]
        answered = np.flatnonzero(self.payoffs[action] == self.best)
        if len(answered):
            return None, Fraction(0), {self._profile(int(answered[0])): Fraction(1)}
        margins = gains.min(axis=1)
        pure = int(margins.argmax())
        if margins[pure] > 0:
            return self._unit(pure), Fraction(int(margins[pure])), {}
        optimum, spread = self._largest_margin(gains)
        if optimum.primal[-1] > 0:
            margin = Fraction(optimum.primal[-1] * spread, optimum.primal_denominator)
            return self._mixture(optimum), margin, {}
        return None, Fraction(0), self._belief(optimum.dual[:-1])

    def weak(self, action: int) -> _Verdict:
        """A dominator and its average gain, or a belief, positive everywhere."""
        gains = self.payoffs - self.payoffs[action]
        totals = gains.astype(object).sum(axis=1)
        never_worse = np.flatnonzero((gains >= 0).all(axis=1) & (totals > 0))
        if len(never_worse):
            pure = int(never_worse[np.argmax(totals[never_worse])])
            return self._unit(pure), Fraction(int(totals[pure]), gains.shape[1]), {}
        if int(totals.max()) <= 0:  # a best response to the uniform belief
            return None, Fraction(0), self._belief([1] * gains.shape[1])
        optimum = self._largest_total(gains, totals)
        total = sum(int(t) * x for t, x in zip(totals, optimum.primal, strict=True))
        if total > 0:
            average = Fraction(total, optimum.primal_denominator * gains.shape[1])
            return self._mixture(optimum), average, {}
        one = optimum.dual_denominator
        return None, Fraction(0), self._belief([one + y for y in optimum.dual[:-1]])

    def _largest_margin(self, gains: NDArray[Any]) -> tuple[Optimum, int]:
        """max v: sum_b x_b gains[b, s] >= spread v for all s; staying put keeps v >= 0."""
        size, profiles = gains.shape
        spread = max(1, int(np.abs(gains).max()))
        matrix = np.zeros((profiles + 1, size + 1), dtype=gains.dtype)
        matrix[:-1, :-1], matrix[:-1, -1], matrix[-1, :-1] = -gains.T, spread, 1
        objective = np.zeros(size + 1, dtype=gains.dtype)
        objective[-1] = 1
        return self._solve(objective, matrix), spread

    def _largest_total(self, gains: NDArray[Any], totals: NDArray[Any]) -> Optimum:
        """max sum_s sum_b x_b gains[b, s], each of them nonnegative."""
        size, profiles = gains.shape
        matrix = np.zeros((profiles + 1, size), dtype=gains.dtype)
        matrix[:-1], matrix[-1] = -gains.T, 1
        return self._solve(totals, matrix)

    def _solve(self, objective: NDArray[Any], matrix: NDArray[Any]) -> Optimum:
        bounds = np.zeros(len(matrix), dtype=matrix.dtype)
        bounds[-1] = 1
        program = LinearProgram(objective, matrix, bounds, (len(matrix) - 1,))
        return solve(program)

    def _mixture(self, optimum: Optimum) -> Strategy:
        primal = optimum.primal[: len(self.payoffs)]
        return tuple(Fraction(x, optimum.primal_denominator) for x in primal)

    def _unit(self, action: int) -> Strategy:
        return tuple(Fraction(int(b == action)) for b in range(len(self.payoffs)))

    def _belief(self, weights: list[int]) -> Belief:
        total = sum(weights)
        belief = {}
        for s, weight in enumerate(weights):
            limits.check()
            if weight:
                belief[self._profile(s)] = Fraction(weight, total)
        return belief

    def _profile(self, flat: int) -> tuple[int, ...]:
        place = np.unravel_index(flat, tuple(map(len, self.others)))
        return tuple(kept[int(i)] for kept, i in zip(self.others, place, strict=True))


def _proven(result: DominanceResult) -> DominanceResult:
    """The result, re-checked from the payoffs alone.

    Raises:
        CertificateError: if it does not hold.
        LimitReached: at a limit.
    """
    from gtlearn.solvers.verify.dominance import violations

    looked_at = len(result.steps) + (sum(map(len, result.surviving)) if result.complete else 0)
    entries = looked_at * result.game.payoffs[0].numerators.size
    failed = child.bounded(violations, result, seconds=3e-7 * entries)
    if failed:
        raise CertificateError(f"the elimination found does not verify: {failed[0]}")
    return result
