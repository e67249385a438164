"""Exact equilibria of two-player trees on the supports of near-optimal plans.

Where a plan of each player makes every sequence that the other plays a best response, no player
gains by deviating. So once it is known which sequences are played, an equilibrium is a feasible
point of two linear programs, one a player. DCFR finds plans near one (Brown & Sandholm 2019), and
what they play rarely is cut off; the programs say which sequences are not worth as much as others,
these are dropped, too, and the basis of a program that has none is solved exactly. In games of
general sum nothing promises that this ends well; what it finds is proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gtlearn import child, limits
from gtlearn.games.kinds.extensive import Sequences
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._linear.highs import run_to_basis
from gtlearn.solvers._trees.approximate import DCFR, rounded_plans
from gtlearn.solvers._trees.cfr import Minimiser
from gtlearn.solvers._trees.form import Plan, SequenceForm
from gtlearn.solvers._trees.program import Indices, ResponseProgram, constraints
from gtlearn.solvers._trees.treeplex import Floats, Treeplex
from gtlearn.solvers._trees.zero_sum import are_equilibrium, program_seconds

_INTERIOR_POINT = {"solver": "ipm", "run_crossover": "on"}
_LARGE = 5_000  # sequences from which the interior-point method is faster
_THRESHOLDS = (1e-3, 1e-5, 1e-7)
_FIRST = 250  # iterations
_PART = 10  # sequences for each of which a constant sum takes an iteration at first
_LEVELS = 8  # at each there are twice as many
_RANDOM = 2  # runs from random strategies a level
_ROUNDS = 12  # of dropping what is worth less
_TIGHT = 1e-9  # of the largest entry of its row: slack that counts as none


@dataclass(frozen=True)
class SupportResult:
    """What the search for supports ended with.

    Attributes:
        plans: of both players.
        exact: whether they are an equilibrium; else they are the best approximation.
        reached: the limit that ended the search.
    """

    plans: tuple[Plan, Plan]
    exact: bool
    reached: LimitReached | None = None


def plans_on_supports(form: SequenceForm) -> SupportResult:
    """An exact equilibrium on the supports of what ever longer runs of DCFR find, or else the best
    approximation by then.

    In games of general sum runs from random strategies are tried, too: where one does not come near
    an equilibrium, another may.

    Args:
        form: the game, whose entries are small.
    """
    main = Minimiser(form, DCFR)
    main.step()
    least, best, reached = main.nash_conv(), _averages(main), None
    try:
        for run, iterations, thresholds in _ladder(form, main):
            while run.iterations < iterations:
                run.step()
                limits.check()
            known, averages = run.nash_conv(), _averages(run)
            if known < least:
                least, best = known, averages
            tell(None, f"NashConv {known:.2g} after {iterations} iterations, then supports")
            for threshold in thresholds:
                plans = _tried(form, averages, threshold)
                if plans is not None:
                    return SupportResult(plans, exact=True)
    except LimitReached as error:
        reached = error
    with limits.finishing():
        if main.nash_conv() < least:
            best = _averages(main)
        return SupportResult(rounded_plans(form, best), exact=False, reached=reached)


def _ladder(
    form: SequenceForm, main: Minimiser
) -> Iterator[tuple[Minimiser, int, tuple[float, ...]]]:
    """Which run goes on, up to how many iterations, and which thresholds are then tried."""
    if form.game.is_constant_sum:
        first = max(2 * _FIRST, max(own.size for own in form.sequences) // _PART)
        for level in range(_LEVELS):
            yield main, first << level, _THRESHOLDS
        return
    seed = 0
    for level in range(_LEVELS):
        yield main, _FIRST << level, _THRESHOLDS
        for _ in range(_RANDOM):
            seed += 1
            run = Minimiser(form, DCFR, np.random.default_rng(seed))
            yield run, 2 * _FIRST, _THRESHOLDS[:-1]


def _averages(run: Minimiser) -> tuple[Floats, Floats]:
    return run.average(0), run.average(1)


def _tried(
    form: SequenceForm, averages: tuple[Floats, Floats], threshold: float
) -> tuple[Plan, Plan] | None:
    """What is found on supports in half of what is left of the time and of the memory."""
    try:
        with limits.keeping(0.0, share=0.5):
            return child.bounded(
                equilibrium_on_supports, form, averages, threshold, seconds=program_seconds(form)
            )
    except LimitReached:
        limits.check()  # nothing is left at all
        return None


def equilibrium_on_supports(
    form: SequenceForm, averages: tuple[Floats, Floats], threshold: float
) -> tuple[Plan, Plan] | None:
    """An exact equilibrium whose plans use no other sequences than near-optimal ones do.

    Args:
        form: the game, whose entries are small.
        averages: the near-optimal plans.
        threshold: sequences played less often are cut off at first.

    Returns:
        The plans, which are best responses to each other; None where none is proven.

    Raises:
        LimitReached: at a limit.
    """
    plexes = [Treeplex(own) for own in form.sequences]
    played = [
        plex.restricted(np.where(average > threshold, average, 0.0))
        for plex, average in zip(plexes, averages, strict=True)
    ]
    responders = [_Responder(form, k, np.flatnonzero(played[1 - k])) for k in (0, 1)]
    for _ in range(_ROUNDS):
        settled = True
        for k, responder in enumerate(responders):
            limits.check()
            worse = responder.worse(played[k], played[1 - k])
            if worse is None:
                return None
            if len(worse):
                kept = _without(form.sequences[k], played[k], worse)
                if kept is None:
                    return None
                played[k], settled = plexes[k].restricted(kept), False
        if settled:
            return _exact(form, *responders)
    return None


def _without(own: Sequences, plan: Floats, worse: Indices) -> Floats | None:
    """A plan without some sequences, nor those after which an information set has no action left;
    None where that leaves nothing."""
    kept = plan.copy()
    kept[worse] = 0.0
    left = np.add.reduceat(kept[1:] > 0, own.first[:-1] - 1, dtype=np.int64)
    for place in range(own.num_sets - 1, -1, -1):
        before = own.before[place]
        if kept[before] and not left[place]:
            if not before:
                return None
            left[own.set_of[before - 1]] -= 1
            kept[before] = 0.0
    return kept


def _exact(form: SequenceForm, first: _Responder, second: _Responder) -> tuple[Plan, Plan] | None:
    plans = second.plan(), first.plan()
    if plans[0] is None or plans[1] is None:  # singular, or of numbers that are too long
        return None
    made = plans[0], plans[1]
    return made if are_equilibrium(form, made) else None


class _Responder:
    """The program of one responder: a plan of the other, on its support, to which what the
    responder plays is a best response.

    Args:
        form: the game.
        responder: who responds.
        support: what the other may play at first.
    """

    def __init__(self, form: SequenceForm, responder: int, support: Indices) -> None:
        self._program = ResponseProgram(form, responder, support)
        self._constraints = constraints(form.sequences[responder]).astype(np.float64)
        self._solver: Any = None
        self._large = max(own.size for own in form.sequences) >= _LARGE
        self._basis: tuple[Indices, Indices] | None = None

    def worse(self, played: Floats, other: Floats) -> Indices | None:
        """Which sequences that the responder plays are worth less than others, whatever the other
        plays on its support: those with slack where the regret of what is played is smallest.

        Args:
            played: the responder's plan.
            other: the other's, of which only the support counts.

        Returns:
            The sequences; None where no plan has that support.
        """
        program = self._program
        payoffs = program.matrix[: program.equal, : program.plan].astype(np.float64)
        costs = np.concatenate([payoffs.T @ played, self._constraints @ played])
        costs /= np.abs(costs).max()
        if self._solver is None:
            self._solver = program.highs(costs, **(_INTERIOR_POINT if self._large else {}))
        else:  # it goes on from the last basis
            columns = np.arange(len(costs), dtype=np.int32)
            self._solver.changeColsCost(len(costs), columns, costs)
            upper = np.where(other[program.support] > 0, np.inf, 0.0)
            self._solver.changeColsBounds(
                program.plan, columns[: program.plan], np.zeros(program.plan), upper
            )
            self._solver.setOptionValue("solver", "simplex")
        self._basis = self._optimal()
        if self._basis is None:
            return None
        tight = np.zeros(program.matrix.shape[0], dtype=bool)
        tight[self._basis[1]] = True
        slack = np.array(self._solver.getSolution().row_value)[: program.equal]
        loose = (played > 0) & ~tight[: program.equal] & (slack > _TIGHT)
        return np.flatnonzero(loose)

    def _optimal(self) -> tuple[Indices, Indices] | None:
        """An optimal basis, by the simplex method where the interior-point method was imprecise."""
        import highspy

        for _ in range(2):
            basis = run_to_basis(self._solver)
            if self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return basis
            self._solver.setOptionValue("solver", "simplex")
        return None

    def plan(self) -> Plan | None:
        """The other's plan at the last basis, exactly.

        Raises:
            LimitReached: at a limit.
        """
        assert self._basis is not None
        factored = self._program.factored(*self._basis)
        return None if factored is None else self._program.plan_at(factored, *self._basis)
