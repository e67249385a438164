"""Branch and bound over the response profiles of a Bayesian game's follower types.

A node fixes the responses of some types. Its program maximises what these types bring where the
fixed responses are best, plus a ceiling u_i on what each other type can bring when the leader
plays i. The ceilings come from one linear relaxation of the whole game (`float_programs`), turned
into exact numbers. Each node that is given up keeps multipliers whose bound is checked in integers,
so that the leaves of the tree prove the optimum.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.games import BayesianGame
from gtlearn.games.numbers import ExactArray
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._commitment.data import (
    LeaderPayoffs,
    best_pure,
    maximise_least,
    narrowed,
    scaled_floats,
)
from gtlearn.solvers._commitment.dual_simplex import CUT, INFEASIBLE, OPTIMAL, Proposal, maximise
from gtlearn.solvers._commitment.float_programs import no_multipliers, nonzeros, relaxed_multipliers
from gtlearn.solvers._commitment.strong import MARGIN, strong_response
from gtlearn.solvers._linear.program import Basis, Infeasible, LinearProgram, at_basis, solve


@dataclass(frozen=True)
class BayesianView:
    """The game in integers: one LeaderPayoffs a type, weighted by the prior for the leader.

    All leader payoffs have the same scale, so that they may be added.
    """

    types: tuple[LeaderPayoffs, ...]
    prior: tuple[Fraction, ...]

    @classmethod
    def of(cls, game: BayesianGame) -> BayesianView:
        """The game seen from its leader."""
        views = [LeaderPayoffs.of(g, game.leader) for g in game.games]
        weights = [p / v.leader_scale for p, v in zip(game.prior, views, strict=True)]
        scale = math.lcm(*(w.denominator for w in weights))
        types = []
        for view, weight in zip(views, weights, strict=True):
            factor = int(weight * scale)
            leader = narrowed(view.leader.astype(object) * factor)
            types.append(LeaderPayoffs(leader, view.follower, scale, view.follower_scale))
        return cls(tuple(types), game.prior)

    @property
    def scale(self) -> int:
        """What the leader's integers are divided by."""
        return self.types[0].leader_scale

    def respond(self, mix: Sequence[Fraction]) -> tuple[tuple[int, ...], Fraction]:
        """Each type's best response that the leader likes best, and the leader's integer payoff."""
        profile, total = [], Fraction(0)
        for view in self.types:
            response, value = strong_response(view, mix)
            profile.append(response)
            total += value
        return tuple(profile), total


TIE = 1e-9  # payoffs of the float programs that differ by less may be equal

_Fixed = tuple[int, ...]  # the responses of the first types, in the search's order
_Rows = tuple[tuple[list[int], int], ...]  # for each fixed type: multipliers, denominator


@dataclass(frozen=True)
class Leaf:
    """A part of the tree that is settled: no profile that extends `fixed` beats `bound`."""

    fixed: _Fixed
    rows: _Rows
    bound: Fraction


class ProfileSearch:
    """The search, with the best commitment found so far.

    Attributes:
        mix: the best commitment found.
        profile: the responses to it, in the game's order of types.
        value: the leader's payoff, in the game's integers.
        leaves: the settled parts; together with the open ones they cover all profiles.
    """

    def __init__(self, view: BayesianView, *, relax: bool = True) -> None:
        """With `relax` false, the ceilings are the leader's largest payoffs, which are at hand."""
        self.view = view
        relevant = [t for t, p in enumerate(view.prior) if p]
        self.order = sorted(relevant, key=lambda t: -_spread(view.types[t].leader))
        self.types = [view.types[t] for t in self.order]
        self.m = view.types[0].shape[0]
        self.exponent = sum(_spread(t.leader) for t in self.types).bit_length()
        self.least = sum(t.least for t in self.types)
        self.bits = 24 + sum(t.shape[1] for t in self.types).bit_length()
        self.unit = max([0, *(t.follower_exponent + self.bits - self.exponent for t in self.types)])
        self.leader = [
            np.ascontiguousarray(scaled_floats(t.leader - t.least, self.exponent).T)
            for t in self.types
        ]
        self.follower = [np.ascontiguousarray(t.follower_floats.T) for t in self.types]
        self.leaves: list[Leaf] = []
        self._tried: set[_Fixed] = set()
        self.open: list[tuple[_Fixed, _Rows]] = [((), ())]
        self._set_ceilings(relax)
        pure = best_pure(view.types, "strong")
        self.mix, self.profile, self.value = pure.mix, pure.responses, pure.value

    def _improve(self, mix: list[Fraction]) -> None:
        profile, value = self.view.respond(mix)
        if value > self.value:
            self.mix, self.profile, self.value = mix, profile, value

    def _relaxed(self) -> list[NDArray[np.float64]]:
        """The relaxation's multipliers, for which there is a quarter of the time at most."""
        import highspy  # noqa: F401  for what is imported in a child is lost

        seconds = 2e-5 * nonzeros(self.leader)
        try:
            with limits.keeping(0.0, share=3 / 4):
                return child.bounded(
                    relaxed_multipliers, self.leader, self.follower, seconds=seconds
                )
        except LimitReached:
            return no_multipliers(self.leader)

    def _set_ceilings(self, relax: bool) -> None:
        """The ceilings of the relaxation, or trivial ones if there is no time for those."""
        try:
            self._prove_ceilings(self._relaxed() if relax else no_multipliers(self.leader))
        except LimitReached:
            with limits.suspended():
                self._prove_ceilings(no_multipliers(self.leader))

    def _prove_ceilings(self, floats: list[NDArray[np.float64]]) -> None:
        """Rounds multipliers and computes the exact ceilings they prove."""
        self.table: list[NDArray[Any]] = []
        self.ceilings: list[NDArray[Any]] = []
        for t, multipliers in enumerate(floats):
            rows = self._rounded(t, multipliers)
            gains = [self._brought(t, j, rows[j], 1 << self.unit) for j in range(rows.shape[0])]
            self.table.append(rows)
            self.ceilings.append(np.max(np.array(gains, dtype=object), axis=0))
        scale = self.exponent + self.unit
        self.ceiling_floats = [
            scaled_floats(narrowed(ceiling - (t.least << self.unit)), scale)
            for ceiling, t in zip(self.ceilings, self.types, strict=True)
        ]

    def _rounded(self, t: int, floats: NDArray[np.float64]) -> NDArray[Any]:
        """Float multipliers as integers over 2 ** unit, for the game's integers."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(np.ldexp(floats, self.bits))
        if not np.abs(scaled).sum() < 2.0**53:
            scaled = np.zeros_like(scaled)
        shift = self.unit + self.exponent - self.types[t].follower_exponent - self.bits
        return np.asarray(scaled.astype(np.int64).astype(object) * (1 << shift))

    def _brought(self, t: int, j: int, row: Any, unit: int) -> NDArray[Any]:
        """What type t brings by response j at most, A_ij + sum_k l_k (B_ij - B_ik), shape (m,).

        In integers over `unit`, as the multipliers `row` are.
        """
        limits.check()
        game = self.types[t]
        weights = np.array(row, dtype=object)
        gains = game.incentives[:, j].astype(object) * weights.sum()
        used = np.flatnonzero(weights)
        if used.size:
            gains = gains - game.incentives[:, used].astype(object) @ weights[used]
        return np.asarray(game.leader[:, j].astype(object) * unit + gains)

    def run(self, max_nodes: int | None = None) -> bool:
        """Searches until nothing is open; False if `max_nodes` ran out first.

        Raises:
            LimitReached: at a limit; what is known stays.
        """
        count = 0
        while self.open:
            if max_nodes is not None and count >= max_nodes:
                return False
            limits.check()
            if count % 256 == 0:
                tell(None, f"response profiles: {len(self.leaves)} parts settled")
            fixed, rows = self.open.pop()
            try:
                self._visit(fixed)
            except LimitReached:
                self.open.append((fixed, rows))
                raise
            count += 1
        return True

    def offer(self, profile: tuple[int, ...]) -> None:
        """Takes the exact optimum over the mixes to which `profile` is the best response."""
        with contextlib.suppress(Infeasible, LimitReached):
            self._improve(self._exact(tuple(profile[t] for t in self.order), None)[0])

    def _try(self, proposal: Proposal) -> None:
        """Looks for a better commitment where a part's program has its optimum."""
        fixed, total = [], 0.0
        for leader, follower in zip(self.leader, self.follower, strict=True):
            pays, own = follower @ proposal.point, leader @ proposal.point
            own[pays < pays.max() - TIE] = -1.0
            fixed.append(int(own.argmax()))
            total += float(own.max())
        if total > self._float(self.value) + MARGIN and tuple(fixed) not in self._tried:
            self._tried.add(tuple(fixed))
            with contextlib.suppress(Infeasible):
                self._improve(self._exact(tuple(fixed), None)[0])

    def _visit(self, fixed: _Fixed) -> None:
        proposal = self._propose(fixed)
        if proposal.status in (CUT, INFEASIBLE):
            leaf = self._leaf(fixed, self._split(fixed, proposal.multipliers))
            if leaf.bound <= self.value:
                self.leaves.append(leaf)
                return
        if proposal.status == OPTIMAL:
            self._try(proposal)
        close = proposal.bound <= self._float(self.value) + MARGIN
        whole = len(fixed) == len(self.types)
        if (close or whole or proposal.status != OPTIMAL) and self._settle(fixed, proposal):
            return
        self._branch(fixed, proposal)

    def _propose(self, fixed: _Fixed) -> Proposal:
        objective = np.zeros(self.m)
        margins = [np.zeros((1, self.m))]
        for t in range(len(self.types)):
            if t < len(fixed):
                objective += self.leader[t][fixed[t]]
                margins.append(self.follower[t][fixed[t]] - self.follower[t])
            else:
                objective += self.ceiling_floats[t]
        return maximise(objective, np.vstack(margins), self._float(self.value) - MARGIN)

    def _float(self, value: Fraction) -> float:
        """A payoff of the leader on the scale of the float programs."""
        return float((value - self.least) / (1 << self.exponent))

    def _split(self, fixed: _Fixed, floats: NDArray[np.float64]) -> _Rows:
        """The multipliers of a node's program, by type and rounded."""
        rows, place = [], 1
        for t in range(len(fixed)):
            size = self.types[t].shape[1]
            rows.append((self._rounded(t, floats[place : place + size]).tolist(), 1 << self.unit))
            place += size
        return tuple(rows)

    def _leaf(self, fixed: _Fixed, rows: _Rows) -> Leaf:
        """The leaf whose bound these multipliers prove."""
        units = [1 << self.unit, *(unit for _, unit in rows)]
        common = math.lcm(*units)
        total = sum(self.ceilings[len(fixed) :], np.zeros(self.m, dtype=object))
        total = total * (common // units[0])
        for t, (row, unit) in enumerate(rows):
            total = total + self._brought(t, fixed[t], row, unit) * (common // unit)
        return Leaf(fixed, rows, Fraction(max(total.tolist()), common))

    def _settle(self, fixed: _Fixed, proposal: Proposal) -> bool:
        """Solves a node exactly; True if that settles it."""
        try:
            mix, bound, rows = self._exact(fixed, proposal)
        except Infeasible:
            self.leaves.append(self._leaf(fixed, self._empty(fixed)))
            return True
        if len(fixed) == len(self.types):
            self._improve(mix)
        if bound > self.value:
            return False
        self.leaves.append(Leaf(fixed, rows, bound))
        return True

    def _branch(self, fixed: _Fixed, proposal: Proposal) -> None:
        """Opens one node a response of the next type, the most promising last (visited first)."""
        t = len(fixed)
        promise = self.leader[t] @ proposal.point
        pays = self.follower[t] @ proposal.point
        promise[pays < pays.max() - TIE] -= 2.0
        rows = self._split(fixed, proposal.multipliers)
        for j in np.argsort(promise, kind="stable").tolist():
            inherited = (self.table[t][j].tolist(), 1 << self.unit)
            self.open.append(((*fixed, j), (*rows, inherited)))

    def _program(self, fixed: _Fixed) -> LinearProgram:
        unit = 1 << self.unit
        objective = np.zeros(self.m, dtype=object)
        blocks = []
        for t, game in enumerate(self.types):
            if t < len(fixed):
                objective = objective + game.leader[:, fixed[t]].astype(object) * unit
                blocks.append(game.disobedience(fixed[t]).astype(object))
            else:
                objective = objective + self.ceilings[t]
        matrix = np.vstack([*blocks, np.ones((1, self.m), dtype=object)])
        bounds = np.zeros(matrix.shape[0], dtype=np.int64)
        bounds[-1] = 1
        return LinearProgram(narrowed(objective), narrowed(matrix), bounds, (len(bounds) - 1,))

    def _exact(
        self, fixed: _Fixed, proposal: Proposal | None
    ) -> tuple[list[Fraction], Fraction, _Rows]:
        """The exact optimum of a node: mix, value and multipliers.

        Raises:
            Infeasible: if no mix makes the fixed responses best.
            LimitReached: at a limit.
        """
        program = self._program(fixed)
        last = program.matrix.shape[0] - 1
        optimum = None
        if proposal is not None and proposal.status == OPTIMAL and 0 not in proposal.tight:
            tight = np.append(proposal.tight - 1, last)
            optimum = at_basis(program, Basis(proposal.columns, tight))
        if optimum is None:
            optimum = solve(program)
        mix = [Fraction(v, optimum.primal_denominator) for v in optimum.primal]
        unit, dual = 1 << self.unit, iter(optimum.dual)
        rows = tuple(
            (list(islice(dual, game.shape[1])), optimum.dual_denominator * unit)
            for game in self.types[: len(fixed)]
        )
        return mix, Fraction(*optimum.value(program)) / unit, rows

    def _empty(self, fixed: _Fixed) -> _Rows:
        """Multipliers that push the bound of a node without any mix down to the value found."""
        gains = [np.delete(self.types[t].disobedience(j), j, axis=0) for t, j in enumerate(fixed)]
        least = maximise_least(-np.vstack(gains))
        zeros = tuple(([0] * self.types[t].shape[1], 1) for t in range(len(fixed)))
        length = max((self._leaf(fixed, zeros).bound - self.value) / -least.value, Fraction(0))
        weights, rows = iter(least.weights), []
        for t, j in enumerate(fixed):
            part = [
                0 if k == j else next(weights) * length.numerator
                for k in range(self.types[t].shape[1])
            ]
            rows.append((part, least.denominator * length.denominator))
        return tuple(rows)

    def proof(self) -> dict[str, Any]:
        """The evidence: the bound, the relaxation's multipliers by type, the leaves of the tree.

        Raises:
            LimitReached: at a limit.
        """
        every = [*self.leaves, *(self._leaf(fixed, rows) for fixed, rows in self.open)]
        bound = max(self.value, *(leaf.bound for leaf in every))
        table: list[Any] = [None] * len(self.view.types)
        for t, place in enumerate(self.order):
            table[place] = tuple(
                self.types[t].exported(row.tolist(), 1 << self.unit) for row in self.table[t]
            )
        leaves = []
        for leaf in every:
            limits.check()
            fixed: list[int | None] = [None] * len(table)
            rows: list[ExactArray | None] = [None] * len(table)
            for t, (j, row) in enumerate(zip(leaf.fixed, leaf.rows, strict=True)):
                fixed[self.order[t]], rows[self.order[t]] = j, self.types[t].exported(*row)
            leaves.append((tuple(fixed), tuple(rows)))
        return {
            "upper_bound": bound / self.view.scale,
            "table": tuple(table),
            "leaves": tuple(leaves),
        }


def _spread(table: NDArray[Any]) -> int:
    return int(table.max()) - int(table.min())
