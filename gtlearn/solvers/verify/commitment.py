"""Re-checks a Stackelberg commitment from the payoffs and the stated numbers alone.

What is proven, with A the leader's payoffs, B the follower's (rows are the leader's actions), x the
leader's mix and BR(x) the follower's best responses:

- the leader earns what is stated: x A_r for a response r in BR(x), the best one for the leader
  under strong ties, the worst one under weak ties;
- no commitment earns more than `upper_bound`. Row j of `multipliers` is a vector l >= 0, and
  A_ij + sum_k l_k (B_ij - B_ik) <= upper_bound for every i bounds x A_j wherever j is a best
  response (weak duality in the linear program of Conitzer and Sandholm 2006, Theorem 2).

Under weak ties (von Stengel and Zamir 2010) actions with equal follower payoffs form one class;
`weights` may put other weights than "all on j" on the class's leader payoffs, and an action in
`flat` needs no bound where l is nonzero and sum_k l_k (B_ij - B_ik) <= 0 for every i, since then
no mix makes the class the only best response. A supremum is not attained if, for every other class
whose bound equals it, `chains` shows step by step that further actions tie wherever the class
earns it, until nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import RATIONAL, Commitment
from gtlearn.solvers.verify.bimatrix import commitment_of_two, of_two, others_failures
from gtlearn.solvers.verify.commitment_arithmetic import (
    TypePayoffs,
    best_responses,
    bounds_by_multipliers,
    class_of,
    classes,
    combination,
    expected,
    rational,
)
from gtlearn.solvers.verify.commitment_bayesian import bayesian_bound
from gtlearn.solvers.verify.commitment_played import (
    faced_by,
    played_failures,
    pure_failures,
    stated_violation,
)
from gtlearn.solvers.verify.form import (
    in_words,
    index,
    items,
    number,
    pairs,
    require_form,
    text,
    vector,
)

MIXED, PURE, CORRELATED = "mixed", "pure", "correlated"  # what the leader may commit to
_MULTIPLIERS = "the multipliers"


@of_games(NormalFormGame)
def commitment_values(
    game: NormalFormGame, leader: int, strategy: Sequence[Any]
) -> tuple[tuple[int, ...], Fraction, Fraction]:
    """What a commitment is worth: the follower's best responses, the strong and the weak value.

    Args:
        game: two players who choose; any others have one action.
        leader: the index of the player who commits.
        strategy: the leader's mix, one probability an action; floats count as the exact values
            that they hold.

    Returns:
        The follower's best responses (action indices), and the leader's payoff where the follower
        breaks ties for the leader, and against it.

    Raises:
        InputError: if the game has not two players or `strategy` not one number an action.

    >>> from gtlearn import games
    >>> commitment_values(games.load("2,1 4,0; 1,0 3,1"), 0, ["1/2", "1/2"])
    ((0, 1), Fraction(7, 2), Fraction(3, 2))
    """
    if leader not in range(game.num_players):
        raise InputError(f"leader {leader!r} is no player of {game.name!r}")
    pair = of_two(game, leader)
    if pair is not None:
        leader, game = pair[0].index(leader), pair[1]
    payoffs = TypePayoffs.of(game, leader)
    mix = rational(strategy)
    if len(mix) != payoffs.size[0]:
        raise InputError(
            f"the commitment has {len(mix)} probabilities, but the leader has {payoffs.size[0]} "
            "actions; give one an action"
        )
    responses = best_responses(expected(payoffs.follower, payoffs.follower_denominator, mix))
    own = expected(payoffs.leader, payoffs.leader_denominator, mix)
    values = [own[k] for k in responses]
    return tuple(responses), max(values), min(values)


@of_games(NormalFormGame, BayesianGame)
def commitment(
    game: NormalFormGame | BayesianGame, outcome: Commitment, *, tight: bool = False
) -> tuple[str, ...]:
    """The statements of `outcome` that do not hold; empty where all of them hold.

    What is not of the form of a commitment in this game is a false statement too. Where the
    certificate's `upper_bound` equals the leader's payoff, this proves it optimal.

    Args:
        game: the game that was solved.
        outcome: the commitment with its certificate, whose evidence this module's head explains.
        tight: whether the upper bound must be just what the multipliers prove, not only true.

    Raises:
        InputError: if the game has not two players.
    """
    if isinstance(game, NormalFormGame) and of_two(game) is None:
        TypePayoffs.of(game, 0)
    try:
        if isinstance(game, BayesianGame) or not isinstance(outcome, Commitment):
            return _failures(game, outcome, tight)
        failed = _failures(*commitment_of_two(game, outcome), tight)
        return failed or others_failures(game, outcome)
    except InputError as error:  # of the wrong form
        return (str(error),)


def _failures(
    game: NormalFormGame | BayesianGame, outcome: Commitment, tight: bool
) -> tuple[str, ...]:
    require_form(game, outcome)
    absent = _absent_evidence(game, outcome)
    if absent:
        return (f"the certificate does not say {' and '.join(absent)}",)
    _require_word(outcome)
    if outcome.certificate.arithmetic == RATIONAL and stated_violation(outcome) != 0:
        return ("a violation is stated, but an exact response is a best one",)
    exact = outcome.certificate.arithmetic == RATIONAL
    pure = outcome.certificate.evidence.get("commitment") == "pure"
    shared, bayesian = outcome.distribution is not None, isinstance(game, BayesianGame)
    if shared and outcome.ties != "strong":
        return ("a correlated commitment is one under strong ties",)
    if not outcome.attained and (outcome.ties == "strong" or pure or bayesian):
        return ("a value under strong ties, of a pure one or against types is always attained",)
    faced = faced_by(game, outcome)
    failures = played_failures(faced, outcome)
    if failures or not exact:
        return tuple(failures)
    if pure:
        return tuple(pure_failures(faced, outcome))
    if bayesian:
        return tuple(bayesian_bound(faced, outcome, tight))
    return tuple(_upper_bound(faced[0].payoffs, outcome, tight))


def _require_word(outcome: Commitment) -> None:
    """Refuses a word for what the leader commits to that does not belong to the outcome.

    Raises:
        InputError: if so.
    """
    given = outcome.distribution is not None
    word = outcome.certificate.evidence.get("commitment", CORRELATED if given else MIXED)
    if word not in ((CORRELATED,) if given else (MIXED, PURE)):
        raise InputError(f"the commitment is called {in_words(word)}, which it is not")


def _absent_evidence(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[str]:
    """The names of the numbers that the proof needs and the certificate lacks."""
    evidence = outcome.certificate.evidence
    if outcome.certificate.arithmetic != RATIONAL:
        needed = ["violation"]
    elif evidence.get("commitment") == "pure":
        needed = []
    elif isinstance(game, BayesianGame):
        needed = ["upper_bound", "table", "leaves"]
    else:
        needed = ["upper_bound", "multipliers"]
    if not outcome.attained and outcome.certificate.arithmetic == RATIONAL:
        needed.append("interior")
    return [name for name in needed if name not in evidence]


def _row(value: Any, size: int) -> ExactArray:
    """The multipliers of one action: all of them, or [action, number] of those that are not zero.

    Raises:
        InputError: if they are neither.
    """
    if not isinstance(value, list | tuple) or (value and not isinstance(value[0], list | tuple)):
        return vector(value, size, _MULTIPLIERS)
    given = shares_of(value, size, _MULTIPLIERS)
    if not given:
        return ExactArray(np.zeros(size, dtype=np.int64))
    weights = vector(list(given.values()), len(given), _MULTIPLIERS)
    numerators = np.zeros(size, dtype=weights.numerators.dtype)
    numerators[list(given)] = weights.numerators
    return ExactArray(numerators, weights.denominator)


def _upper_bound(payoffs: TypePayoffs, outcome: Commitment, tight: bool) -> list[str]:
    """The multipliers prove that no commitment earns more than the stated upper bound."""
    evidence = outcome.certificate.evidence
    limit = number(evidence["upper_bound"], "the upper bound")
    n = payoffs.size[1]
    given = items(evidence["multipliers"], _MULTIPLIERS)
    known = {id(row): _row(row, n) for row in {id(row): row for row in given}.values()}
    rows = [known[id(row)] for row in given]  # many may be the same one
    if len(rows) != n:
        return [f"there is not one vector of {n} multipliers for each action of the follower"]
    places = items(evidence.get("flat", ()), "the flat regions")
    flat = frozenset(index(j, n, "an action of a flat region") for j in places)
    weights = {
        index(j, n, "an action with weights"): shares_of(shares, n, "the weights")
        for j, shares in pairs(evidence.get("weights", {}), "the weights")
    }
    bounds = bounds_by_multipliers(payoffs, rows, weights, flat)
    deciding = list(range(n))
    if outcome.ties == "strong" or outcome.distribution is not None:
        if flat or weights:
            return ["classes and flat regions prove nothing under strong ties"]
        failed = [
            f"the multipliers of action {j} bound the leader by {text(bound)}, above {text(limit)}"
            for j, bound in enumerate(bounds)
            if bound > limit
        ]
    else:
        failed = weak_bound(payoffs, outcome, rows, bounds, flat, weights)
        deciding = [group[0] for group in classes(payoffs)]
    if failed or not tight:
        return failed
    proven = max(bounds[j] for j in deciding if j not in flat)  # not all are flat
    if proven == limit:
        return []
    return [f"the multipliers prove the upper bound {text(proven)}, not {text(limit)}"]


def weak_bound(
    payoffs: TypePayoffs,
    outcome: Commitment,
    rows: Sequence[ExactArray],
    bounds: Sequence[Fraction],
    flat: frozenset[int],
    weights: Mapping[int, Mapping[int, Fraction]],
) -> list[str]:
    """What the multipliers do not prove of the upper bound, or of a supremum that is not attained.

    Args:
        payoffs: the game.
        outcome: the commitment.
        rows: the multipliers of each action of the follower.
        bounds: what they prove for each, as `bounds_by_multipliers`.
        flat: the actions that are said never to be the only best ones.
        weights: for some actions, the weights within their class.

    Raises:
        InputError: if the evidence has a wrong form.
    """
    evidence = outcome.certificate.evidence
    limit = number(evidence["upper_bound"], "the upper bound")
    failures, tight = [], []
    for group in classes(payoffs):  # one row proves it for the whole class
        j = group[0]
        bound = bounds[j]
        if j in weights and not _is_distribution(weights[j], group):
            failures.append(f"the weights of action {j} are no distribution over its class")
        if j in flat:
            used = set(np.flatnonzero(rows[j].numerators).tolist())
            if bound > 0 or not used - set(group):
                failures.append(f"the region of action {j} is not shown to be flat")
        elif bound > limit:
            failures.append(f"the multipliers of action {j} bound the leader by {text(bound)}")
        elif bound == limit:
            tight.append(j)
    if not failures and not outcome.attained:
        if limit != rational(outcome.payoffs)[outcome.leader]:
            return ["the stated supremum differs from the upper bound"]
        chains = dict(pairs(evidence.get("chains", {}), "the chains"))
        failures = [
            f"it is not shown that action {j} does not attain {text(limit)}"
            for j in tight
            if not _chain_holds(payoffs, j, limit, chains.get(j, ()))
        ]
    return failures


def _is_distribution(shares: Mapping[int, Fraction], group: Sequence[int]) -> bool:
    return set(shares) <= set(group) and sum(shares.values()) == 1 and min(shares.values()) >= 0


def _chain_holds(payoffs: TypePayoffs, j: int, value: Fraction, chain: Any) -> bool:
    """Whether the steps prove that the class of j nowhere earns `value` under weak ties.

    A step holds multipliers l of the follower's actions and m of those tied with j so far. Wherever
    j is a best response and all tied actions earn `value`, the mean over i of
    g_i = sum_k l_k (B_ij - B_ik) + sum_t m_t (A_it - value) is nonnegative. So g <= 0 proves that
    every k with l_k > 0 ties with j there, and g < 0 that there is no such place.
    """
    tied = set(class_of(payoffs, j))
    for step in items(chain, "a chain"):
        if len(items(step, "a step of a chain")) != 2:
            return False
        follower = vector(step[0], payoffs.size[1], "a step of a chain")
        leader = shares_of(step[1], payoffs.size[1], "a step of a chain")
        if not set(leader) <= tied or any(v < 0 for v in leader.values()):
            return False
        worst = max(combination(payoffs, j, follower, leader, value))
        if worst < 0:
            return True
        if worst > 0:
            return False
        tied |= {int(k) for k in np.flatnonzero(follower.numerators)}
    return False


def shares_of(value: Any, size: int, what: str) -> dict[int, Fraction]:
    """A number for some of the follower's actions.

    Raises:
        InputError: if it is none.
    """
    return {index(k, size, what): number(share, what) for k, share in pairs(value, what)}
