"""Stackelberg equilibria of iterated and Markov games: the leader commits to a table."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from gtlearn.errors import CertificateError, InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers.commitment.clock import Clock
from gtlearn.solvers.markov.commitment.branch_and_bound import tightened_bound
from gtlearn.solvers.markov.commitment.deterministic import Enumerated, best_deterministic
from gtlearn.solvers.markov.commitment.floats import few_replies
from gtlearn.solvers.markov.commitment.folk import FolkBound, folk_bound
from gtlearn.solvers.markov.commitment.perturbation import robustness
from gtlearn.solvers.markov.commitment.reached import Part, reached_part
from gtlearn.solvers.markov.commitment.replies import reply
from gtlearn.solvers.markov.commitment.sides import Sides
from gtlearn.solvers.markov.commitment.stochastic import Stochastic, best_stochastic, improved
from gtlearn.solvers.markov.commitment.units import Units, in_units
from gtlearn.solvers.markov.commitment.unlimited import UnlimitedBound, unlimited_memory_bound
from gtlearn.solvers.markov.solution import (
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    MarkovSolution,
    Table,
    TableCommitment,
)
from gtlearn.solvers.solution import OK, RATIONAL, TIME_LIMIT, Certificate, Progress
from gtlearn.solvers.verify.markov import markov_outcome

Evidence = dict[str, Any]

BRANCHES = "branch_and_bound"
BRANCHING = 20.0  # seconds of branch and bound where no time limit is given
TOLERANCE = Fraction(1, 1000)  # of the payoffs' range a step: what branch and bound is to reach
PROOFS = {
    "folk": "the folk bound",
    "unlimited_memory": "the unlimited-memory bound",
    BRANCHES: "branch and bound",
}


def stackelberg(
    game: IteratedGame | MarkovGame,
    *,
    leader: int = 0,
    follower: str = OPTIMAL,
    policy: str | None = None,
    ties: str = "strong",
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> MarkovSolution:
    """The best table that a leader can commit to, against one class of followers.

    Deterministic tables are all tried. Stochastic ones (iterated games only) are searched for and
    made exact; the answer is proven best where its value meets an upper bound: the folk bound, or,
    against an optimal follower in finitely many steps, the value of a leader with unlimited
    memory. Otherwise branch and bound lowers the bound, for 20 seconds if there is no time limit,
    until the gap is a thousandth of the payoffs' range a step; what remains is in the outcome.

    Args:
        game: an iterated or a Markov game of two players.
        leader: who commits, 0 or 1.
        follower: "optimal" (any response to the history) or "stationary" (a deterministic table,
            the time unseen). Without a horizon they are the same.
        policy: "deterministic" or "stochastic" tables of the leader; by default stochastic ones
            of an iterated game, deterministic ones of another.
        ties: "strong" (the follower breaks ties for the leader) or "weak" (against it).
        time_limit: seconds after which to return what was found.
        progress: called as `progress(fraction done or None, what is being done)`.

    Raises:
        InputError: if an option cannot be used, or there are too many tables to try.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", horizon=10)
    >>> best = stackelberg(game)[0]
    >>> best.value, best.gap, [str(row[0]) for row in best.commitment]
    (Fraction(67, 20), Fraction(0, 1), ['0', '1/2', '0', '1/2', '0'])
    >>> stackelberg(game, policy="deterministic")[0].value
    Fraction(29, 10)
    """
    clock = Clock(time_limit, progress)
    is_iterated = isinstance(game, IteratedGame)
    if policy is None:
        policy = STOCHASTIC if is_iterated else DETERMINISTIC
    _check_options(game, leader, follower, policy, ties)
    units = in_units(game.markov if isinstance(game, IteratedGame) else game)
    part = reached_part(units.game)
    sides = Sides(part.game, leader, follower)
    bounds, evidence = _bounds(game, sides, clock) if isinstance(game, IteratedGame) else ({}, {})
    if policy == DETERMINISTIC:
        tried = best_deterministic(sides, ties, clock)
        outcomes = _enumerated(sides, ties, tried, units, part)
        method, complete = "enumeration of deterministic tables", tried.complete
    else:
        assert isinstance(game, IteratedGame)
        found, proof = _stochastic(game, sides, ties, bounds, units, clock)
        outcomes = (_found(sides, ties, found, {**evidence, **proof}, units, part),)
        method, complete = f"search, and {PROOFS[proof['bound']]}", outcomes[0].gap == 0
    near = _robustness(sides, outcomes[0], units, part, clock) if outcomes else ()
    for outcome in outcomes:
        failed = markov_outcome(game, outcome)
        if failed:
            raise CertificateError(f"the commitment of {game.name} does not hold: {failed[0]}")
    return MarkovSolution(
        game=game,
        concept="stackelberg",
        method=method,
        solutions=outcomes,
        status=TIME_LIMIT if clock.expired and not complete else OK,
        complete=complete,
        seconds=clock.seconds,
        follower=follower,
        policy=policy,
        bounds=bounds,
        robustness=tuple((distance, value) for distance, value, _ in near),
        proofs=_proofs(evidence if policy == DETERMINISTIC else {}, near),
        notes=_notes(sides, outcomes, complete),
    )


def _check_options(
    game: IteratedGame | MarkovGame, leader: int, follower: str, policy: str, ties: str
) -> None:
    if game.num_players != 2:
        raise InputError(
            f"{game.name} has {game.num_players} players; commitments are solved for two"
        )
    known = {
        "leader": (leader, (0, 1)),
        "follower": (follower, (STATIONARY, OPTIMAL)),
        "policy": (policy, (DETERMINISTIC, STOCHASTIC)),
        "ties": (ties, ("strong", "weak")),
    }
    for option, (value, allowed) in known.items():
        if value not in allowed:
            raise InputError(f"{value!r} is no {option}; use {allowed[0]} or {allowed[1]}")
    if policy == STOCHASTIC and not isinstance(game, IteratedGame):
        raise InputError(
            f"stochastic commitments are solved for iterated games, and {game.name} is a Markov "
            "game; use --policy deterministic"
        )


def _bounds(game: IteratedGame, sides: Sides, clock: Clock) -> tuple[dict[str, Fraction], Evidence]:
    """Upper bounds on the leader's value by name, and what proves them."""
    folk = folk_bound(game, sides.leader)
    bounds = {"folk": folk.value}
    evidence: Evidence = {"folk": _folk_evidence(folk)}
    if sides.sees_time or game.horizon == 1:
        with suppress(TimeoutError):  # then there is one bound less
            unlimited = unlimited_memory_bound(game, sides.leader, folk, clock)
            bounds["unlimited_memory"] = unlimited.value
            evidence["unlimited_memory"] = _unlimited_evidence(unlimited)
    return bounds, evidence


def _stochastic(
    game: IteratedGame,
    sides: Sides,
    ties: str,
    bounds: Mapping[str, Fraction],
    units: Units,
    clock: Clock,
) -> tuple[Stochastic, Evidence]:
    """The best table found, and the least upper bound with its name.

    Where the table does not meet a bound, branch and bound lowers the bound, and may come upon a
    better table, near which exact ones are looked for.
    """
    name = min(bounds, key=lambda key: bounds[key])
    leader = sides.leader
    bound = units.here(leader, bounds[name])
    found = best_stochastic(game, sides, ties, bound, clock)
    proof: Evidence = {"bound": name, "upper_bound": bounds[name]}
    if found.payoffs[leader] == bound:
        return found, proof
    value = reply(sides, found.table, "strong").payoffs[leader]  # no bound can be below this
    tolerance = TOLERANCE * units.weight
    tightened = tightened_bound(sides, value, bound, _budget(clock), tolerance=tolerance)
    if tightened.better is not None:
        found = improved(sides, ties, tightened.bound, found, tightened.better, clock)
    if tightened.bound < bound:
        upper = units.back(leader, max(tightened.bound, found.payoffs[leader]))
        proof = {"bound": BRANCHES, "upper_bound": upper, "boxes": tightened.boxes}
    return found, proof


def _budget(clock: Clock) -> Clock:
    """The time for branch and bound: what is left, or a default where there is no limit."""
    return Clock(BRANCHING if clock.left is None else clock.left, clock.progress)


def _folk_evidence(folk: FolkBound) -> Evidence:
    return {
        "minmax": folk.minmax,
        "securing": folk.securing,
        "multiplier": folk.multiplier,
    }


def _unlimited_evidence(unlimited: UnlimitedBound) -> list[Evidence]:
    return [
        {"steps": steps, "weight": weight, "multipliers": multipliers}
        for (steps, weight), multipliers in sorted(unlimited.multipliers.items())
    ]


def _enumerated(
    sides: Sides, ties: str, tried: Enumerated, units: Units, part: Part
) -> tuple[TableCommitment, ...]:
    upper = units.back(sides.leader, tried.upper_bound)
    evidence = {"bound": "enumeration", "upper_bound": upper, "tables": tried.tried}
    return tuple(
        TableCommitment(
            leader=sides.leader,
            commitment=part.whole_table(best.table, sides.leader),
            follower=sides.follower,
            policy=DETERMINISTIC,
            ties=ties,
            payoffs=units.original(best.response.payoffs),
            response=part.whole_plan(best.response.plan, 1 - sides.leader),
            upper_bound=upper,
            attained=True,
            certificate=Certificate("stackelberg", RATIONAL, True, evidence),
        )
        for best in tried.best
    )


def _found(
    sides: Sides, ties: str, found: Stochastic, evidence: Evidence, units: Units, part: Part
) -> TableCommitment:
    if found.direction is not None:
        evidence = {**evidence, "direction": part.whole_direction(found.direction)}
    return TableCommitment(
        leader=sides.leader,
        commitment=part.whole_table(found.table, sides.leader),
        follower=sides.follower,
        policy=STOCHASTIC,
        ties=ties,
        payoffs=units.original(found.payoffs),
        response=part.whole_plan(found.response, 1 - sides.leader),
        upper_bound=evidence["upper_bound"],
        attained=found.attained,
        certificate=Certificate("stackelberg", RATIONAL, True, evidence),
    )


def _robustness(
    sides: Sides, outcome: TableCommitment, units: Units, part: Part, clock: Clock
) -> tuple[tuple[Fraction, Fraction, Table], ...]:
    """What is kept off the knife-edge, and by which tables, where the commitment stands on one."""
    table = part.table(outcome.commitment)
    weak = reply(sides, table, "weak").payoffs[sides.leader]
    on_edge = units.back(sides.leader, weak) != outcome.value
    if not on_edge or not few_replies(sides) or clock.expired:
        return ()
    return tuple(
        (distance, units.back(sides.leader, value), _beside(outcome, part, near))
        for distance, value, near in robustness(sides, table)
    )


def _beside(outcome: TableCommitment, part: Part, near: Table) -> Table:
    """A table of the part in the whole game, where it differs from the commitment's there only."""
    rows = dict(zip(part.states, near, strict=True))
    return tuple(rows.get(state, row) for state, row in enumerate(outcome.commitment))


def _proofs(bounds: Evidence, near: tuple[tuple[Fraction, Fraction, Table], ...]) -> Evidence:
    """What proves the bounds, which deterministic tables need not, and what is kept near by."""
    return {**bounds, "robustness": tuple(table for *_, table in near)} if near else bounds


def _notes(sides: Sides, outcomes: tuple[TableCommitment, ...], complete: bool) -> tuple[str, ...]:
    notes = [sides.game.number_note] if sides.game.number_note else []
    if sides.game.horizon is None and sides.follower == STATIONARY:
        notes.append(
            "without a horizon a stationary response is as good as any, so both classes of "
            "followers are the same"
        )
    if complete or not outcomes:
        return tuple(notes)
    first = outcomes[0]
    if first.policy == DETERMINISTIC:
        notes.append("not every optimal deterministic table is listed")
    elif first.certificate.evidence.get("bound") == BRANCHES:
        notes.append(
            "branch and bound stops at a gap of a thousandth of the payoffs' range a step, or "
            f"after {BRANCHING:.0f} s; with a longer --time-limit it goes on for that long"
        )
    else:
        notes.append(
            "the upper bound is one of leaders with more memory, which branch and bound did not "
            "bring down"
        )
    if first.ties == "weak":
        notes.append("the upper bound is that of strong ties, which weak ties need not come near")
    return tuple(notes)
