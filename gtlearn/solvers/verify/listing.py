"""The equilibria of a list, exactly, also where the list has them in floats."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import nearest_double
from gtlearn.limits import check
from gtlearn.solvers.outcomes import FLOAT, NashEquilibrium, NashSubset
from gtlearn.solvers.verify.bimatrix import Bimatrix, Exact, Pair, placed
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.form import index, items, number
from gtlearn.solvers.verify.nash import regrets
from gtlearn.solvers.verify.report import Unproven

_Subset = tuple[
    tuple[Exact, ...], tuple[Exact, ...], tuple[int, ...]
]  # of a subset, and its members


class Listing:
    """The Nash equilibria that a claim lists, each of which has been verified on its own.

    Attributes:
        game: the game.
        claim: what lists them.
        bimatrix: the bimatrix game that it is, None where more than two players have a choice.
    """

    def __init__(self, game: NormalFormGame, claim: Claim) -> None:
        self.game = game
        self.claim = claim
        self.bimatrix = Bimatrix.of(game)

    @property
    def equilibria(self) -> list[NashEquilibrium]:
        """The outcomes of the claim, which are all of this kind."""
        return [e for e in self.claim.outcomes if isinstance(e, NashEquilibrium)]

    @cached_property
    def pairs(self) -> list[Pair]:
        """The two strategies of each, exactly.

        In floats they are those of the subsets that round to them, or the only ones with these
        supports.

        Raises:
            InputError: if more than two players have a choice, or a subset is no set of equilibria.
            Unproven: if nothing says which exact equilibrium is meant.
        """
        bimatrix = self.two_sided()
        if self.claim.arithmetic != FLOAT or self.claim.subsets is None:
            return [self.exact(equilibrium) for equilibrium in self.equilibria]
        places: dict[Any, list[Pair]] = {}
        for rows, columns, _ in self.subsets:
            for pair in ((x, y) for x in rows for y in columns):
                check()
                known = places.setdefault(_rounded(pair), [])
                if pair not in known:
                    if any(regrets(self.game, bimatrix.profile(pair))):
                        raise InputError("two strategies of a subset are no equilibrium")
                    known.append(pair)
        out = []
        for k, equilibrium in enumerate(self.equilibria):
            left = places.get(_rounded(bimatrix.pair(equilibrium.strategies)))
            if not left:
                raise InputError(f"solution {k} is in no subset")
            out.append(left.pop(0))
        return out

    @cached_property
    def subsets(self) -> list[_Subset]:
        """Both players' strategies in each subset that is stated, exactly, and its members.

        Raises:
            InputError: if they are of the wrong form.
        """
        out = []
        sizes = self.two_sided().rows.shape
        for subset in items(self.claim.subsets, "the subsets"):
            if not isinstance(subset, NashSubset):
                raise InputError(f"a {type(subset).__name__} is no subset")
            rows, columns = (
                tuple(_exact(strategy, size) for strategy in items(extreme, "a side of a subset"))
                for extreme, size in zip((subset.rows, subset.columns), sizes, strict=True)
            )
            listed = items(subset.members, "the members")
            count = len(self.equilibria)
            members = tuple(index(m, count, "a member of a subset") for m in listed)
            out.append((rows, columns, members))
        return out

    def pair(self, k: int) -> Pair:
        """The two strategies of one of them, exactly; as `pairs`."""
        if self.claim.arithmetic == FLOAT and self.claim.subsets is not None:
            return self.pairs[k]
        return self.exact(self.equilibria[k])

    def two_sided(self) -> Bimatrix:
        """The bimatrix game.

        Raises:
            InputError: if there is none.
        """
        if self.bimatrix is None:
            raise InputError("only equilibria of two players have subsets, components and indices")
        return self.bimatrix

    def exact(self, equilibrium: NashEquilibrium) -> Pair:
        """The equilibrium itself, or the only one with its supports where it is in floats.

        Raises:
            Unproven: if there is not exactly one that rounds to it.
        """
        bimatrix = self.two_sided()
        given = bimatrix.pair(equilibrium.strategies)
        if not any(isinstance(p, float) for s in equilibrium.strategies for p in s):
            return given
        solved = _on_supports(bimatrix, given)
        fits = solved is not None and _rounded(solved) == _rounded(given)
        if solved is None or not fits or any(regrets(self.game, bimatrix.profile(solved))):
            raise Unproven("it is in floats, and no exact equilibrium follows from it")
        return solved


def _exact(strategy: Any, size: int) -> Exact:
    """A strategy of a subset in Fractions.

    Raises:
        InputError: if it is no distribution over `size` actions.
    """
    given = items(strategy, "a strategy of a subset")
    if any(isinstance(p, float) for p in given):
        raise InputError("a strategy of a subset is in floats, but subsets are exact")
    exact = tuple(number(p, "a strategy of a subset") for p in given)
    if len(exact) != size or min(exact) < 0 or sum(exact) != 1:
        raise InputError(f"a strategy of a subset is no distribution over {size} actions")
    return exact


def _rounded(pair: Pair) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(nearest_double, strategy)) for strategy in pair)


def _on_supports(game: Bimatrix, pair: Pair) -> Pair | None:
    """The pair of strategies with these supports that makes all played actions equally good."""
    rows, columns = ([k for k, p in enumerate(strategy) if p] for strategy in pair)
    where = np.ix_(rows, columns)
    first = _equalising(game.columns[where])
    second = _equalising(game.rows[where].T)
    if first is None or second is None:
        return None
    m, n = game.rows.shape
    return placed(first, rows, m), placed(second, columns, n)


def _equalising(payoffs: Any) -> list[Fraction] | None:
    """The mix of the rows under which all columns earn the same, None unless there is just one."""
    count, width = payoffs.shape
    equations = [[*payoffs[:, j].tolist(), -1, 0] for j in range(width)]
    equations.append([1] * count + [0, 1])
    reduced, rank = flint.fmpq_mat(flint.fmpz_mat(equations)).rref()
    if rank != count + 1 or any(reduced[k, k] != 1 for k in range(rank)):
        return None
    return [Fraction(int(v.p), int(v.q)) for v in (reduced[k, count + 1] for k in range(count))]
