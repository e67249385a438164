"""Stackelberg equilibria of iterated and Markov games: the leader commits to a table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError, option
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._markov.certified import measuring_seconds
from gtlearn.solvers._markov.commitment.bounds import (
    Evidence,
    bound_at_hand,
    least,
    upper_bounds,
)
from gtlearn.solvers._markov.commitment.branch_and_bound import Tightened, tightened_bound
from gtlearn.solvers._markov.commitment.deterministic import (
    Enumerated,
    best_deterministic,
    ceiling,
    count_tables,
)
from gtlearn.solvers._markov.commitment.floats import few_replies
from gtlearn.solvers._markov.commitment.perturbation import robustness
from gtlearn.solvers._markov.commitment.reached import Part, reached_part
from gtlearn.solvers._markov.commitment.replies import Candidate, reply
from gtlearn.solvers._markov.commitment.sides import Sides
from gtlearn.solvers._markov.commitment.stochastic import Stochastic, best_stochastic, improved
from gtlearn.solvers._markov.commitment.units import Units, in_units
from gtlearn.solvers._markov.tables import pure_table
from gtlearn.solvers.outcomes import committed
from gtlearn.solvers.solution import (
    DETERMINISTIC,
    OPTIMAL,
    RATIONAL,
    STATIONARY,
    STOCHASTIC,
    Certificate,
    Commitment,
    Solution,
    Table,
)
from gtlearn.solvers.verify.markov import markov_outcome

BRANCHES = "branch_and_bound"
BRANCHING = 20.0  # seconds of branch and bound where no time limit is given
TOLERANCE = Fraction(1, 1000)  # of the payoffs' range a step: what branch and bound is to reach
METHODS = {DETERMINISTIC: "enumeration of deterministic tables", STOCHASTIC: "search"}
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
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
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
        memory_limit: bytes by which the process may grow, with the same outcome.
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
    if policy is None:
        policy = STOCHASTIC if isinstance(game, IteratedGame) else DETERMINISTIC
    _check_options(game, leader, follower, policy, ties)
    start = time.monotonic()
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        solution = _solved(game, leader, follower, policy, ties)
    return replace(solution, seconds=time.monotonic() - start)


def _solved(
    game: IteratedGame | MarkovGame, leader: int, follower: str, policy: str, ties: str
) -> Solution:
    markov = game.markov if isinstance(game, IteratedGame) else game
    units = in_units(markov)
    part = reached_part(units.game)
    sides = Sides(part.game, leader, follower)
    outcomes: tuple[Commitment, ...] = ()
    bounds: dict[str, Fraction] = {}
    evidence: Evidence = {}
    method, complete, reached = METHODS[policy], False, None
    try:
        with limits.keeping(3 * measuring_seconds(markov), share=1 / 4):
            if isinstance(game, IteratedGame):
                bounds, evidence = upper_bounds(game, sides)
            if policy == DETERMINISTIC or not isinstance(game, IteratedGame):
                tried = best_deterministic(sides, ties)
                outcomes = _enumerated(sides, ties, tried, units, part)
                complete, reached = tried.complete, tried.reached
            else:
                found, proof = _stochastic(game, sides, ties, bounds, units)
                outcomes = (_found(sides, ties, found, {**evidence, **proof}, units, part),)
                method = f"{method}, and {PROOFS[proof['bound']]}"
                reached = None if outcomes[0].gap == 0 else found.reached
    except LimitReached as error:
        reached = error
        if isinstance(game, IteratedGame) and not bounds:
            bounds, evidence = bound_at_hand(game, sides)
        proof = least(bounds) if bounds else {}
        with suppress(LimitReached), limits.finishing():
            outcomes = (_cheapest(sides, policy, ties, {**evidence, **proof}, units, part),)
    with limits.finishing():
        proven, unproven = _proven(game, outcomes)
    if unproven is not None:
        complete, reached = False, unproven
    if complete:
        reached = None
    near = _robustness(sides, proven[0], units, part) if proven else ()
    return Solution(
        game=game,
        concept="stackelberg",
        method=method,
        solutions=proven,
        status=OK if reached is None else reached.status,
        complete=complete,
        follower=follower,
        policy=policy,
        bounds=bounds,
        robustness=tuple((distance, value) for distance, value, _ in near),
        proofs=_proofs(evidence if policy == DETERMINISTIC else {}, near),
        notes=_notes(sides, proven, complete, reached),
    )


def _cheapest(
    sides: Sides, policy: str, ties: str, evidence: Evidence, units: Units, part: Part
) -> Commitment:
    """The first deterministic table, with a bound that is at hand.

    Raises:
        LimitReached: at a limit.
    """
    table = pure_table(sides.game, sides.leader, sides.game.legal[sides.leader].argmax(axis=1))
    response = reply(sides, table, ties)
    if policy == DETERMINISTIC:
        best, every = Candidate(table, response), count_tables(sides)
        upper = max(ceiling(sides), best.value(sides.leader))
        return _enumerated(sides, ties, Enumerated((best,), upper, False, every), units, part)[0]
    found = Stochastic(table, response.payoffs, response.plan, True)
    return _found(sides, ties, found, evidence, units, part)


def _proven(
    game: IteratedGame | MarkovGame, outcomes: tuple[Commitment, ...]
) -> tuple[tuple[Commitment, ...], LimitReached | None]:
    """Those outcomes that there was time to verify, and the limit that ended it."""
    markov = game.markov if isinstance(game, IteratedGame) else game
    for count, outcome in enumerate(outcomes):
        try:
            failed = child.bounded(
                markov_outcome, game, outcome, seconds=3 * measuring_seconds(markov)
            )
        except LimitReached as error:
            return outcomes[:count], error
        if failed:
            raise CertificateError(f"the commitment of {game.name} does not hold: {failed[0]}")
    return outcomes, None


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
    for name, (value, allowed) in known.items():
        if value not in allowed:
            raise InputError(f"{value!r} is no {name}; use {allowed[0]} or {allowed[1]}")
    if policy == STOCHASTIC and not isinstance(game, IteratedGame):
        raise InputError(
            f"stochastic commitments are solved for iterated games, and {game.name} is a Markov "
            f"game; use {option('policy', 'deterministic')}"
        )


def _stochastic(
    game: IteratedGame,
    sides: Sides,
    ties: str,
    bounds: Mapping[str, Fraction],
    units: Units,
) -> tuple[Stochastic, Evidence]:
    """The best table found, and the least upper bound with its name.

    Where the table does not meet a bound, branch and bound lowers the bound, and may come upon a
    better table, near which exact ones are looked for.
    """
    leader, proof = sides.leader, least(bounds)
    bound = units.here(leader, proof["upper_bound"])
    found = best_stochastic(game, sides, ties, bound)
    if found.payoffs[leader] == bound or found.reached is not None:
        return found, proof
    try:
        value = reply(sides, found.table, "strong").payoffs[leader]  # no bound is below this
        tightened = _branched(sides, value, bound, TOLERANCE * units.weight)
    except LimitReached as error:
        return replace(found, reached=error), proof
    if tightened.better is not None:
        found = improved(sides, ties, tightened.bound, found, tightened.better)
    found = replace(found, reached=found.reached or tightened.reached)
    if tightened.bound < bound:
        upper = units.back(leader, max(tightened.bound, found.payoffs[leader]))
        proof = {"bound": BRANCHES, "upper_bound": upper, "boxes": tightened.boxes}
    return found, proof


def _branched(sides: Sides, value: Fraction, bound: Fraction, tolerance: Fraction) -> Tightened:
    """Branch and bound in the time that is left, or for a while where there is no limit."""
    if limits.seconds_left() is not None:
        with limits.keeping(0.0, share=1 / 4):  # what is better is still to be made exact
            return tightened_bound(sides, value, bound, tolerance=tolerance)
    with limits.limited(BRANCHING):
        found = tightened_bound(sides, value, bound, tolerance=tolerance)
    own = isinstance(found.reached, TimeLimitReached)  # not what the user asked for
    return replace(found, reached=None if own else found.reached)


def _enumerated(
    sides: Sides, ties: str, tried: Enumerated, units: Units, part: Part
) -> tuple[Commitment, ...]:
    upper = units.back(sides.leader, tried.upper_bound)
    evidence = {"bound": "enumeration", "upper_bound": upper, "tables": tried.tried}
    return tuple(
        Commitment(
            strategies=committed(part.whole_table(best.table, sides.leader), sides.leader),
            leader=sides.leader,
            follower=sides.follower,
            policy=DETERMINISTIC,
            ties=ties,
            payoffs=units.original(best.response.payoffs),
            response=part.whole_plan(best.response.plan, 1 - sides.leader),
            attained=True,
            certificate=Certificate("stackelberg", RATIONAL, True, evidence),
        )
        for best in tried.best
    )


def _found(
    sides: Sides, ties: str, found: Stochastic, evidence: Evidence, units: Units, part: Part
) -> Commitment:
    if found.direction is not None:
        evidence = {**evidence, "direction": part.whole_direction(found.direction)}
    return Commitment(
        strategies=committed(part.whole_table(found.table, sides.leader), sides.leader),
        leader=sides.leader,
        follower=sides.follower,
        policy=STOCHASTIC,
        ties=ties,
        payoffs=units.original(found.payoffs),
        response=part.whole_plan(found.response, 1 - sides.leader),
        attained=found.attained,
        certificate=Certificate("stackelberg", RATIONAL, True, evidence),
    )


def _robustness(
    sides: Sides, outcome: Commitment, units: Units, part: Part
) -> tuple[tuple[Fraction, Fraction, Table], ...]:
    """What is kept off the knife-edge, and by which tables, where the commitment stands on one."""
    table = part.table(outcome.commitment)
    found: tuple[tuple[Fraction, Fraction, Table], ...] = ()
    with suppress(LimitReached):
        weak = reply(sides, table, "weak").payoffs[sides.leader]
        if units.back(sides.leader, weak) != outcome.value and few_replies(sides):
            found = tuple(robustness(sides, table))
    return tuple(
        (distance, units.back(sides.leader, value), _beside(outcome, part, near))
        for distance, value, near in found
    )


def _beside(outcome: Commitment, part: Part, near: Table) -> Table:
    """A table of the part in the whole game, where it differs from the commitment's there only."""
    rows = dict(zip(part.states, near, strict=True))
    return tuple(rows.get(state, row) for state, row in enumerate(outcome.commitment))


def _proofs(bounds: Evidence, near: tuple[tuple[Fraction, Fraction, Table], ...]) -> Evidence:
    """What proves the bounds, which deterministic tables need not, and what is kept near by."""
    return {**bounds, "robustness": tuple(table for *_, table in near)} if near else bounds


def _notes(
    sides: Sides,
    outcomes: tuple[Commitment, ...],
    complete: bool,
    reached: LimitReached | None,
) -> tuple[str, ...]:
    notes = [sides.game.number_note] if sides.game.number_note else []
    if sides.game.horizon is None and sides.follower == STATIONARY:
        notes.append(
            "without a horizon a stationary response is as good as any, so both classes of "
            "followers are the same"
        )
    if not outcomes:
        notes.append(f"{reached} before a commitment was found and proven")
    elif reached is not None:
        notes.append(
            f"{reached} before the search was over: a better commitment may exist, worth at most "
            "the upper bound"
        )
    if not outcomes:
        return tuple(notes)
    first = outcomes[0]
    if first.policy == DETERMINISTIC and not complete:
        notes.append("not every optimal deterministic table is listed")
    if first.gap == 0:
        return tuple(notes)
    if first.policy == STOCHASTIC and first.certificate.evidence.get("bound") == BRANCHES:
        notes.append(
            "branch and bound stops at a gap of a thousandth of the payoffs' range a step, or "
            f"after {BRANCHING:.0f} s; with a longer {option('time_limit')} it goes on for so long"
        )
    elif first.policy == STOCHASTIC:
        notes.append(
            "the upper bound is one of leaders with more memory, which branch and bound did not "
            "bring down"
        )
    if first.ties == "weak":
        notes.append("the upper bound is that of strong ties, which weak ties need not come near")
    return tuple(notes)
