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
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._markov.certified import measuring_seconds
from gtlearn.solvers._markov.commitment.bounds import BoundProof, bound_at_hand, least, upper_bounds
from gtlearn.solvers._markov.commitment.branch_and_bound import Tightened, tightened_bound
from gtlearn.solvers._markov.commitment.deterministic import (
    Enumerated,
    best_deterministic,
    ceiling,
    count_tables,
)
from gtlearn.solvers._markov.commitment.floats import few_replies
from gtlearn.solvers._markov.commitment.perturbation import robustness
from gtlearn.solvers._markov.commitment.stochastic import best_stochastic, improved
from gtlearn.solvers._markov.commitment.view import (
    Candidate,
    LeaderView,
    Reduction,
    first_legal,
    reply,
)
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    OPTIMAL,
    RATIONAL,
    STATIONARY,
    STOCHASTIC,
    Certificate,
    Commitment,
    Table,
    committed,
)
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.markov import markov_outcome

BRANCHES = "branch_and_bound"
BRANCHING = 20.0  # seconds of branch and bound where no time limit is given
_TOLERANCE = Fraction(1, 1000)  # of the payoffs' range a step: what branch and bound is to reach
_METHODS = {DETERMINISTIC: "enumeration of deterministic tables", STOCHASTIC: "search"}
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
    markov = as_markov(game)
    reduction = Reduction.of(markov, leader, follower)
    view = reduction.view
    outcomes: tuple[Commitment, ...] = ()
    bounds: dict[str, Fraction] = {}
    evidence: BoundProof = {}
    method, complete, reached = _METHODS[policy], False, None
    try:
        with limits.keeping(3 * measuring_seconds(markov), share=1 / 4):
            if isinstance(game, IteratedGame):
                bounds, evidence = upper_bounds(game, view)
            if policy == DETERMINISTIC or not isinstance(game, IteratedGame):
                tried = best_deterministic(view, ties)
                outcomes = _deterministic(reduction, ties, tried)
                complete, reached = tried.complete, tried.reached
            else:
                best, proof, reached = _stochastic(game, reduction, ties, bounds)
                outcomes = (_outcome(reduction, policy, ties, best, {**evidence, **proof}),)
                method = f"{method}, and {PROOFS[proof['bound']]}"
                reached = None if outcomes[0].gap == 0 else reached
    except LimitReached as error:
        reached = error
        if isinstance(game, IteratedGame) and not bounds:
            bounds, evidence = bound_at_hand(game, view)
        proof = least(bounds) if bounds else {}
        with suppress(LimitReached), limits.finishing():
            outcomes = (_cheapest(reduction, policy, ties, {**evidence, **proof}),)
    with limits.finishing():
        proven, unproven = _proven(game, outcomes)
    if unproven is not None:
        complete, reached = False, unproven
    if complete:
        reached = None
    near = _robustness(reduction, proven[0]) if proven else ()
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
        # what proves the bounds, which deterministic tables need not, and what is kept near by
        proofs=(evidence if policy == DETERMINISTIC else {})
        | ({"robustness": tuple(table for *_, table in near)} if near else {}),
        notes=_notes(view, proven, complete, reached),
    )


def _cheapest(reduction: Reduction, policy: str, ties: str, evidence: BoundProof) -> Commitment:
    """The first deterministic table, with a bound that is at hand.

    Raises:
        LimitReached: at a limit.
    """
    view = reduction.view
    best = Candidate.of(view, first_legal(view.game), ties)
    if policy == DETERMINISTIC:
        upper = max(ceiling(view), best.value)
        tried = Enumerated((best,), upper, False, count_tables(view))
        return _deterministic(reduction, ties, tried)[0]
    return _outcome(reduction, policy, ties, best, evidence)


def _proven(
    game: IteratedGame | MarkovGame, outcomes: tuple[Commitment, ...]
) -> tuple[tuple[Commitment, ...], LimitReached | None]:
    """Those outcomes that there was time to verify, and the limit that ended it."""
    markov = as_markov(game)
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
    game: IteratedGame, reduction: Reduction, ties: str, bounds: Mapping[str, Fraction]
) -> tuple[Candidate, BoundProof, LimitReached | None]:
    """The best table that is known, the least upper bound with its name, and the limit reached.

    Where the table does not meet a bound, branch and bound lowers the bound, and may come upon a
    better table, near which exact ones are looked for.
    """
    view, proof = reduction.view, least(bounds)
    bound = reduction.reduced_value(proof["upper_bound"])
    best, reached = best_stochastic(game, view, ties, bound)
    if best.value == bound or reached is not None:
        return best, proof, reached
    try:
        value = reply(view, best.table, "strong").payoffs[0]  # no bound is below this
        tightened = _branched(view, value, bound, _TOLERANCE * reduction.weight)
    except LimitReached as error:
        return best, proof, error
    if tightened.better is not None:
        best, reached = improved(view, ties, tightened.bound, best, tightened.better)
    if tightened.bound < bound:
        upper = reduction.value(max(tightened.bound, best.value))
        proof = {"bound": BRANCHES, "upper_bound": upper, "boxes": tightened.boxes}
    return best, proof, reached or tightened.reached


def _branched(view: LeaderView, value: Fraction, bound: Fraction, tolerance: Fraction) -> Tightened:
    """Branch and bound in the time that is left, or for a while where there is no limit."""
    if limits.seconds_left() is not None:
        with limits.keeping(0.0, share=1 / 4):  # what is better is still to be made exact
            return tightened_bound(view, value, bound, tolerance=tolerance)
    with limits.limited(BRANCHING):
        tightened = tightened_bound(view, value, bound, tolerance=tolerance)
    own = isinstance(tightened.reached, TimeLimitReached)  # not what the user asked for
    return replace(tightened, reached=None if own else tightened.reached)


def _deterministic(reduction: Reduction, ties: str, tried: Enumerated) -> tuple[Commitment, ...]:
    upper = reduction.value(tried.upper_bound)
    evidence = {"bound": "enumeration", "upper_bound": upper, "tables": tried.tried}
    return tuple(_outcome(reduction, DETERMINISTIC, ties, best, evidence) for best in tried.best)


def _outcome(
    reduction: Reduction, policy: str, ties: str, best: Candidate, evidence: BoundProof
) -> Commitment:
    """A candidate as a commitment in the whole game, in its own units."""
    if best.direction is not None:
        evidence = {**evidence, "direction": reduction.direction(best.direction)}
    leader = reduction.view.leader
    return Commitment(
        strategies=committed(reduction.table(best.table), leader),
        leader=leader,
        follower=reduction.view.follower,
        policy=policy,
        ties=ties,
        payoffs=reduction.payoffs(best.payoffs),
        response=reduction.plan(best.plan),
        attained=best.attained,
        certificate=Certificate("stackelberg", RATIONAL, True, evidence),
    )


def _robustness(
    reduction: Reduction, outcome: Commitment
) -> tuple[tuple[Fraction, Fraction, Table], ...]:
    """What is kept under weak ties near the commitment, and by which tables, where ties matter."""
    view, table = reduction.view, reduction.reduced_table(outcome.commitment)
    near: tuple[tuple[Fraction, Fraction, Table], ...] = ()
    with suppress(LimitReached):
        weak = reply(view, table, "weak").payoffs[0]
        if reduction.value(weak) != outcome.value and few_replies(view):
            near = robustness(view, table)
    return tuple(
        (distance, reduction.value(value), reduction.table(there, outcome.commitment))
        for distance, value, there in near
    )


def _notes(
    view: LeaderView,
    outcomes: tuple[Commitment, ...],
    complete: bool,
    reached: LimitReached | None,
) -> tuple[str, ...]:
    notes = [view.game.number_note] if view.game.number_note else []
    if view.game.horizon is None and view.follower == STATIONARY:
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
