"""What is played under a commitment: the mix, the responses, and what everybody earns.

In floats all of that holds up to a rounding, and no bound is proven but those of pure commitments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import RATIONAL, Commitment
from gtlearn.solvers.verify.bimatrix import commitment_of_two
from gtlearn.solvers.verify.commitment_arithmetic import (
    TypePayoffs,
    best_responses,
    class_of,
    expected,
    rational,
)
from gtlearn.solvers.verify.form import ROUNDING, index, items, number, text
from gtlearn.solvers.verify.nash import largest
from gtlearn.solvers.verify.report import Unproven

_MOST_ROUNDINGS = 100  # by which a response in floats may be worse than a best one
_OFF = Fraction(1, 10**6)  # of a bound that a mixed-integer program gave, relative to the payoffs


@dataclass(frozen=True)
class Faced:
    """A commitment as one type of the follower faces it, or the only follower there is.

    Attributes:
        who: the type in words.
        payoffs: the game against it.
        prior: its probability.
        place: of its strategy and payoff among those of the outcome.
        parts: the responses played, each with the (unnormalised) leader mix that it answers.
    """

    who: str
    payoffs: TypePayoffs
    prior: Fraction
    place: int
    parts: list[tuple[int, list[Fraction]]]


def faced_by(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[Faced]:
    """The commitment as each type faces it; a game of more players has two who choose."""
    if isinstance(game, BayesianGame):
        mix, replies = rational(outcome.strategies[0]), items(outcome.response, "the responses")
        return [
            Faced(f"type {t}", TypePayoffs.of(stage, game.leader), prior, 1 + t, [(reply, mix)])
            for t, (stage, prior, reply) in enumerate(
                zip(game.games, game.prior, replies, strict=True)
            )
        ]
    two, projected = commitment_of_two(game, outcome)
    payoffs, follower = TypePayoffs.of(two, projected.leader), 1 - projected.leader
    parts = _parts(payoffs, projected)
    return [Faced("the follower", payoffs, Fraction(1), follower, parts)]


def _parts(payoffs: TypePayoffs, outcome: Commitment) -> list[tuple[int, list[Fraction]]]:
    if outcome.distribution is None:
        response = index(outcome.response, payoffs.size[1], "the response")
        return [(response, rational(outcome.strategies[outcome.leader]))]
    parts: dict[int, list[Fraction]] = {}
    for profile, probability in outcome.distribution.items():
        weights = parts.setdefault(profile[1 - outcome.leader], [Fraction(0)] * payoffs.size[0])
        weights[profile[outcome.leader]] = Fraction(probability)
    return sorted(parts.items())


def follower_regret(game: NormalFormGame | BayesianGame, outcome: Commitment) -> Fraction:
    """The most that the follower (any type of it) would gain by another response, exactly."""
    losses = [Fraction(0)]
    for faced in faced_by(game, outcome):
        for reply, weights in faced.parts:
            pays = expected(faced.payoffs.follower, faced.payoffs.follower_denominator, weights)
            losses.append(max(pays) - pays[reply])
    return max(losses)


def stated_violation(outcome: Commitment) -> Fraction:
    """How much worse than a best one the response is, as the certificate says; 0 if it does not.

    Raises:
        InputError: if that is no number, or negative.
    """
    violation = number(outcome.certificate.evidence.get("violation", 0), "the violation")
    if violation < 0:
        raise InputError("the violation is negative")
    return violation


def played_failures(faced: Sequence[Faced], outcome: Commitment) -> list[str]:
    """The statements about what is played that do not hold; in floats, up to rounding.

    Args:
        faced: the commitment as each type faces it.
        outcome: the commitment.
    """
    exact = outcome.certificate.arithmetic == RATIONAL
    rounding = Fraction(0) if exact else _rounding(faced)
    off = Fraction(0) if exact else ROUNDING
    slack = rounding + stated_violation(outcome)
    leader = 1 - faced[0].place
    mix, stated = rational(outcome.strategies[leader]), rational(outcome.payoffs)
    # under strong ties another response may be as good up to rounding
    judged = exact or outcome.ties == "weak" or not isinstance(outcome.response, int)
    if any(p < 0 for _, weights in faced[0].parts for p in weights):
        return ["a probability is negative"]
    if abs(sum(mix, Fraction(0)) - 1) > off:
        return ["the leader's commitment does not sum to one"]
    failures, total, worst = [], Fraction(0), Fraction(0)
    if outcome.distribution is not None:
        marginal = [sum((w[i] for _, w in faced[0].parts), Fraction(0)) for i in range(len(mix))]
        if _differ(marginal, mix, off):
            failures.append("the leader's strategy is not that of the joint distribution")
    for each in faced:
        theirs, shares = Fraction(0), [Fraction(0)] * each.payoffs.size[1]
        for reply, weights in each.parts:
            own = expected(each.payoffs.leader, each.payoffs.leader_denominator, weights)
            pays = expected(each.payoffs.follower, each.payoffs.follower_denominator, weights)
            best = best_responses(pays)
            loss = pays[best[0]] - pays[reply]
            worst = max(worst, loss)
            if loss > slack:
                failures.append(f"action {reply} is no best response of {each.who}")
            if outcome.distribution is None and each.prior and judged:
                value = own[reply] if exact or len(faced) > 1 else stated[leader]
                if not exact:
                    best = _tied(each.payoffs, pays, slack)
                failures += _ties(each, outcome, own, pays, best, value, slack)
            total += each.prior * own[reply]
            theirs += pays[reply]
            shares[reply] = sum(weights, Fraction(0)) if outcome.distribution else Fraction(1)
        if _differ(shares, rational(outcome.strategies[each.place]), off):
            failures.append(f"the strategy of {each.who} is not that of its response")
        if abs(theirs - stated[each.place]) > rounding:
            failures.append(f"the payoffs do not hold: {each.who} earns {text(theirs)}")
    if abs(total - stated[leader]) > rounding and (outcome.attained or not exact):
        failures.append(f"the payoffs do not hold: the leader earns {text(total)}")
    return failures if exact else failures + _violation(outcome, worst, rounding)


def _differ(true: Sequence[Fraction], stated: Sequence[Fraction], off: Fraction) -> bool:
    return any(a != b and abs(a - b) > off for a, b in zip(true, stated, strict=True))


def _rounding(faced: Sequence[Faced]) -> Fraction:
    """What rounding may change a payoff by."""
    return ROUNDING * max(each.payoffs.scale() for each in faced)


def _violation(outcome: Commitment, true: Fraction, rounding: Fraction) -> list[str]:
    """Whether the stated violation is another one than the response's, or no mere rounding."""
    if abs(true - stated_violation(outcome)) > rounding:
        return [f"the response is {text(true)} worse than a best one, not as stated"]
    if true > _MOST_ROUNDINGS * rounding:
        return [f"the response is no best one: it is {text(true)} worse"]
    return []


def _ties(
    faced: Faced,
    outcome: Commitment,
    own: Sequence[Fraction],
    pays: Sequence[Fraction],
    best: Sequence[int],
    value: Fraction,
    slack: Fraction,
) -> list[str]:
    """Whether ties are broken so that the leader earns the value, or does not attain it."""
    if outcome.certificate.arithmetic == RATIONAL and not outcome.attained:
        return _supremum(faced, outcome, own, pays)
    choose = max if outcome.ties == "strong" else min
    attained = not best or abs(value - choose(own[k] for k in best)) <= slack
    if not best or attained is outcome.attained:
        return []
    earns = "earns" if attained else "does not earn"
    return [f"the leader {earns} {text(value)} against {faced.who} under {outcome.ties} ties"]


def _tied(payoffs: TypePayoffs, pays: Sequence[Fraction], slack: Fraction) -> list[int]:
    """The best responses to a mix in floats; none where rounding may hide which they are.

    A response that pays less by no more than products of rounded numbers may be off counts as one
    of them. One that pays less by more than that, but by less than the slack, may be one as well.
    """
    rounding = Fraction(payoffs.size[0] + 4, 2**52) * Fraction(
        largest(payoffs.follower), payoffs.follower_denominator
    )
    behind = [max(pays) - pay for pay in pays]
    if any(rounding < loss <= slack for loss in behind):
        return []
    return [k for k, loss in enumerate(behind) if loss <= rounding]


def _supremum(
    faced: Faced, outcome: Commitment, own: Sequence[Fraction], pays: Sequence[Fraction]
) -> list[str]:
    """The stated value is approached from inside the response's region."""
    payoffs, (response, _) = faced.payoffs, faced.parts[0]
    value = rational(outcome.payoffs)[1 - faced.place]
    group = class_of(payoffs, response)
    if min(own[k] for k in group) != value:
        return [f"commitments near the stated one do not approach {text(value)}"]
    point = items(outcome.certificate.evidence["interior"], "the interior point")
    inside = [number(p, "the interior point") for p in point]
    if len(inside) != payoffs.size[0] or min(inside) < 0 or sum(inside) != 1:
        return ["the interior point is no probability distribution over the leader's actions"]
    pays = expected(payoffs.follower, payoffs.follower_denominator, inside)
    if any(pays[k] >= pays[response] for k in range(payoffs.size[1]) if k not in group):
        return ["the response is not the only best one at the interior point"]
    return []


def pure_failures(faced: Sequence[Faced], outcome: Commitment) -> list[str]:
    """No pure commitment earns more: every one is looked at, and the best attains its value."""
    best = _best_pure_value(faced, outcome.ties)
    if best != outcome.value:
        return [f"the best pure commitment earns {text(best)}"]
    if number(outcome.certificate.evidence.get("upper_bound", best), "the upper bound") != best:
        return ["the upper bound is not what the best pure commitment earns"]
    return [] if max(faced[0].parts[0][1]) == 1 else ["the leader's commitment is not pure"]


def _best_pure_value(faced: Sequence[Faced], ties: str) -> Fraction:
    """What the best pure commitment earns the leader."""
    choose = max if ties == "strong" else min
    values = []
    for i in range(faced[0].payoffs.size[0]):
        value = Fraction(0)
        for each in faced:
            row, pays = each.payoffs.leader[i], each.payoffs.follower[i]
            top = int(choose(row[pays == pays.max()].tolist()))
            value += each.prior * Fraction(top, each.payoffs.leader_denominator)
        values.append(value)
    return max(values)


def float_bound(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[str]:
    """Whether the bound stated of a commitment in floats is wrong.

    Raises:
        Unproven: if nothing here proves it, as for all but pure commitments.
    """
    bound = number(outcome.certificate.evidence["upper_bound"], "the upper bound")
    faced, value = faced_by(game, outcome), Fraction(outcome.value)
    if bound < value - _rounding(faced):
        return [f"the leader earns {text(value)}, more than the upper bound {text(bound)}"]
    if outcome.certificate.evidence.get("commitment") == "pure":
        best = _best_pure_value(faced, outcome.ties)
        same = nearest_double(best) == nearest_double(bound)
        return [] if same else [f"the best pure commitment earns {text(best)}, not {text(bound)}"]
    raise Unproven("no proof of it comes with an answer in floats")


def rounded_bound(game: NormalFormGame | BayesianGame, outcome: Commitment) -> list[str]:
    """Whether "float_bound", a bound that floats gave, is below what the leader earns.

    Raises:
        Unproven: if it is not, but below the upper bound that is proven.
    """
    evidence = outcome.certificate.evidence
    value = number(outcome.value, "the value")
    bound = number(evidence["float_bound"], "the bound in floats")
    slack = _OFF * max(each.payoffs.scale() for each in faced_by(game, outcome))
    if bound < value - slack:
        return [f"the leader earns {text(value)}, more than the bound in floats {text(bound)}"]
    if bound < number(evidence.get("upper_bound", value), "the upper bound") - slack:
        raise Unproven("it is below the upper bound that is proven")
    return []
