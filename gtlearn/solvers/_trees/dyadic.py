"""NashConv of strategies in multiples of 2**-30, exactly and at the speed of floats.

Both players' sequences stand in one tree of decisions, so that the sum of their payoffs and of
their best responses is one number each. Floats with an error bound say what a best response plays,
and where they do not tell, remainders modulo some primes do; what it earns is added up modulo
these, from which the integer follows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.extensive import Sequences
from gtlearn.solvers._trees.form import SequenceForm
from gtlearn.solvers._trees.treeplex import Treeplex
from gtlearn.solvers.profiles.rounding import BITS

Units = NDArray[np.int64]  # probabilities of actions, in multiples of 2**-30

_UNIT = 2.0**-BITS
_ROUNDING = 2.0**-53  # relative error of a product or a sum
_LARGEST = 2**31 - 1  # of the primes: it is one
_TOTAL = 2**31  # sums of sizes below it, times a residue, fit into int64


@dataclass(frozen=True)
class Residues:
    """Integers by their remainders.

    Attributes:
        primes: (k,), different, below 2**31.
        weights: what the remainders are multiplied by, to be added up modulo `product`.
        product: of the primes.
    """

    primes: NDArray[np.int64]
    weights: list[int]
    product: int

    def integer(self, remainders: NDArray[np.int64]) -> int:
        """The integer nearest to 0 with these remainders."""
        pairs = zip(remainders.tolist(), self.weights, strict=True)
        value: int = sum(r * w for r, w in pairs) % self.product
        return value - self.product if 2 * value > self.product else value


def residues_for(bits: int) -> Residues:
    """Primes enough for integers of so many bits and a sign."""
    primes: list[int] = []
    candidate = _LARGEST
    while math.prod(primes).bit_length() < bits + 3:
        if all(candidate % d for d in range(3, math.isqrt(candidate) + 1, 2)):
            primes.append(candidate)
        candidate -= 2
    product = math.prod(primes)
    weights = [product // p * pow(product // p, -1, p) for p in primes]
    return Residues(np.array(primes, dtype=np.int64), weights, product)


class DyadicMeter:
    """NashConv of strategies in multiples of 2**-30.

    Args:
        form: two players; `fits` says whether its payoffs are small enough.
    """

    def __init__(self, form: SequenceForm) -> None:
        self._plex = plex = Treeplex(_joint(form))
        matrix, self._denominator = _joint_matrix(form)
        order = np.argsort(plex.position)
        self._matrix = matrix[order][:, order].tocsr()
        self._turned = self._matrix.T.tocsr()
        self._floats = self._matrix.astype(np.float64)
        self._sizes = abs(self._floats)
        self._error = self._relative_error()
        # payoffs are products of both players' moves, unless they always add up to one number
        constant = form.game.is_constant_sum
        self._constant = sum((p[0] for p in form.game.payoffs), Fraction(0)) if constant else None
        depth = len(plex.levels)
        self._shift = BITS * (depth if constant else 2 * depth)
        self._residues = residues_for(self._shift + int(self._sizes.sum()).bit_length())
        primes = self._residues.primes.tolist()
        shifts = [self._shift - BITS * level for level in range(depth + 1)]
        self._scales = np.array([[pow(2, s, p) for p in primes] for s in shifts])
        inverses = [[pow(2, -BITS * level, p) for p in primes] for level in range(depth + 1)]
        self._inverses = np.array(inverses)

    def _relative_error(self) -> float:
        """A bound on the errors of what sequences are worth in floats, over their sizes.

        There are as many roundings as moves in a plan, entries in a row, and sets after a
        sequence; sizes are sums of floats themselves.
        """
        plex = self._plex
        sets = (np.diff([*level.groups, len(level.starts)]).max() for level in plex.levels)
        entries = np.diff(self._matrix.indptr).max()
        return 4.0 * float(len(plex.levels) + entries + sum(sets) + 4) * _ROUNDING

    def nash_conv(self, first: Units, second: Units) -> Fraction:
        """The sum of what the players could gain.

        Args:
            first, second: (sequences - 1,) of a player, as `rounded_units` gives them.
        """
        units = np.empty(self._plex.size, dtype=np.int64)
        units[self._plex.position] = np.concatenate([[1 << BITS], first, second])
        response = self._response(units)
        primes = self._residues.primes
        plan, gained = self._earned(units, self._turned @ response)
        if self._constant is None:
            gained -= self._paid(plan) * self._scales[0] % primes
        value = self._residues.integer(gained % primes)
        return Fraction(value, self._denominator << self._shift) - (self._constant or 0)

    def _response(self, units: Units) -> Units:
        """Which sequences a best response plays: 1 for these, 0 for others."""
        plex = self._plex
        plan = plex.plan(units.astype(np.float64) * _UNIT)
        both = np.empty((plex.size, 2))  # what each sequence is worth, and how large its terms are
        both[:, 0], both[:, 1] = self._floats @ plan, self._sizes @ plan
        best = np.empty((len(plex.starts), 2))
        for level in reversed(plex.levels):
            own = np.maximum.reduceat(both[level.moves], level.starts)
            best[level.sets] = own
            both[level.parents] += np.add.reduceat(own, level.groups)
        slack = best[:, 1] * (2 * self._error)
        played = (both[1:, 0] >= (best[:, 0] - slack)[plex.set_of]).astype(np.int64)
        several = np.add.reduceat(played, plex.starts) > 1
        if (several & (slack > 0)).any():  # else nothing leads there, and all is worth 0
            self._choose(units, played)
        response = np.concatenate([[1], played])
        for level in plex.levels:
            response[level.moves] *= response[level.before]
        return response

    def _choose(self, units: Units, played: Units) -> None:
        """Leaves one action at each information set, the first of the best, of those that floats do
        not tell apart.

        Args:
            units: the strategies.
            played: (sequences - 1,), 1 for the best and for what is as good up to rounding.
        """
        plex, primes = self._plex, self._residues.primes
        worth = self._matrix @ self._whole(self._earned(units, np.zeros_like(units))[0]) % primes
        for level in reversed(plex.levels):
            own, total = played[level.moves.start - 1 : level.moves.stop - 1], worth[level.moves]
            ends = [*level.starts[1:].tolist(), len(own)]
            for place in np.flatnonzero(np.add.reduceat(own, level.starts) > 1).tolist():
                start, end = int(level.starts[place]), ends[place]
                best, *others = (start + np.flatnonzero(own[start:end])).tolist()
                for other in others:
                    more = (total[other] - total[best]) % primes
                    if more.any() and self._residues.integer(more * self._scales[0] % primes) > 0:
                        best = other
                own[start:end] = 0
                own[best] = 1
            values = total[own.astype(bool)]
            worth[level.parents] += np.add.reduceat(values, level.groups)
            worth[level.parents] %= primes

    def _earned(self, units: Units, weights: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The plan modulo each prime, over 2**30 for each move, and its product with weights."""
        plex, primes = self._plex, self._residues.primes
        plan = np.empty((plex.size, len(primes)), dtype=np.int64)
        plan[0] = 1
        total = weights[0] * self._scales[0] % primes
        for level, scale in zip(plex.levels, self._scales[1:], strict=True):
            moves = level.moves
            plan[moves] = plan[level.before] * units[moves, None] % primes
            total += weights[moves] @ plan[moves] % primes * scale % primes
        return plan, total

    def _whole(self, plan: NDArray[np.int64]) -> NDArray[np.int64]:
        """A plan over 2**30 for each move as it is, modulo each prime."""
        whole = plan.copy()
        for level, inverse in zip(self._plex.levels, self._inverses[1:], strict=True):
            whole[level.moves] = plan[level.moves] * inverse % self._residues.primes
        return whole

    def _paid(self, plan: NDArray[np.int64]) -> NDArray[np.int64]:
        """What both get, modulo each prime."""
        primes, whole = self._residues.primes, self._whole(plan)
        paid: NDArray[np.int64] = (whole * (self._matrix @ whole % primes) % primes).sum(axis=0)
        return paid % primes


def fits(form: SequenceForm) -> bool:
    """Whether payoffs are small enough for a `DyadicMeter`: no sum overflows."""
    if not form.is_small or not all(own.num_sets for own in form.sequences):
        return False
    return int(abs(_joint_matrix(form)[0]).sum()) < _TOTAL


def _joint(form: SequenceForm) -> Sequences:
    """Both players' sequences, those of no move being one."""
    first, second = form.sequences
    shift = first.size - 1
    before = np.where(second.before > 0, second.before + shift, 0)
    return Sequences(
        np.concatenate([first.first[:-1], second.first + shift]),
        np.concatenate([first.before, before]),
    )


def _joint_matrix(form: SequenceForm) -> tuple[Any, int]:
    """What each sequence is worth against each of the other player's, over one denominator."""
    from scipy.sparse import coo_array, csr_array

    shift = form.sequences[0].size - 1
    common = math.lcm(form.denominator(0), form.denominator(1))
    entries = []
    for player, matrix in enumerate(form.matrices):
        own = coo_array(matrix)
        second = np.where(own.col > 0, own.col + shift, 0)
        pair = (own.row, second) if player == 0 else (second, own.row)
        entries.append((own.data * (common // form.denominator(player)), *pair))
    data, rows, columns = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    size = shift + form.sequences[1].size
    return csr_array((data, (rows, columns)), shape=(size, size)), common
