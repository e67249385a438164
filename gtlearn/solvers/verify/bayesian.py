"""Bayes-Nash equilibria re-checked from the prior and the payoffs alone, type by type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import HarsanyiGame
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import (
    ENCLOSURE,
    RATIONAL,
    Certificate,
    NashEquilibrium,
    Outcome,
)
from gtlearn.solvers.verify.bayesian_sets import PlayedByType, agent_form, extreme_equilibria
from gtlearn.solvers.verify.bayesian_values import (
    action_worths,
    dot,
    regrets_and_payoffs,
    tables_of,
)
from gtlearn.solvers.verify.claim import (
    COMPLETE,
    OF_TABLES,
    Claim,
    foreign_statements,
    outcome_statements,
    repeated,
    verified_failures,
    whole_statements,
)
from gtlearn.solvers.verify.enclosure import IN_ONE_SHOT, enclosure_failures
from gtlearn.solvers.verify.form import items, number_failures
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.many_players import index_failures, open_failures
from gtlearn.solvers.verify.nash_sets import missing
from gtlearn.solvers.verify.proof import require_of_game
from gtlearn.solvers.verify.report import Statement, Tested, unless

_EVIDENCE = ("regrets", "state_values", *IN_ONE_SHOT)


def bayesian_statements(game: HarsanyiGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a Bayesian game with types on every side."""
    if claim.concept != "nash":
        wrong = f"{claim.concept} is stated of a game with types on every side, not Nash"
        yield Statement("of which concept they are", unless(False, wrong))
        return
    held = True
    for k, outcome in enumerate(claim.outcomes):
        test = Tested(partial(_failures, game, outcome))
        what = "it is a Bayes-Nash equilibrium"
        if outcome.certificate.arithmetic == ENCLOSURE:
            what = "exactly one Bayes-Nash equilibrium is in the box"
        yield Statement(f"that {what}, and its payoffs", test, f"solution {k}")
        held = held and not test.failed
        if test.failed:
            continue
        yield from outcome_statements(claim, k, outcome, (), _EVIDENCE)
        verified = partial(verified_failures, outcome, True)
        yield Statement("whether it is verified", verified, f"solution {k}")
        if getattr(outcome, "index", None) is not None:
            yield Statement("its index", partial(_index, game, outcome), f"solution {k}")
    if not held:
        return
    yield from whole_statements(claim)
    yield from foreign_statements(claim, OF_TABLES, "commitments to tables")
    yield from foreign_statements(
        claim, ("component_indices", "subsets"), "equilibria of a normal form"
    )
    if len(claim.outcomes) > 1:
        keys = [_key(game, outcome) for outcome in claim.outcomes]
        yield Statement("that the solutions are different ones", partial(repeated, keys))
    if claim.components is not None:
        yield Statement("the components", partial(_components, game, claim))
    if claim.open_supports is not None:
        yield Statement("the open supports", partial(_open, game, claim))
    if claim.complete:
        by = "" if claim.log is None else ", by the proof that is given"
        yield Statement(COMPLETE + by, partial(_others, game, claim))


def _failures(game: HarsanyiGame, outcome: Outcome) -> list[str]:
    """What of an equilibrium does not hold."""
    if not isinstance(outcome, NashEquilibrium):
        return [f"a {type(outcome).__name__} is no outcome of a game with types on every side"]
    arithmetic = outcome.certificate.arithmetic
    if arithmetic == ENCLOSURE:
        return box_failures(game, outcome)
    if arithmetic != RATIONAL:
        return ["it is in floats, which no solution of a game with types on every side is"]
    tables = tables_of(game, outcome)
    odd = _no_distribution(game, tables, boxed=False)
    if odd:
        return odd
    regrets, payoffs = regrets_and_payoffs(game, tables)
    evidence = outcome.certificate.evidence
    stated = items(evidence.get("regrets", ()), "the regrets")
    if len(stated) != len(regrets) or len(outcome.payoffs) != len(payoffs):
        return ["there is not one regret and one payoff a player"]
    failures = [
        f"the regret of {p} is {r}" for p, r in zip(game.players, regrets, strict=True) if r
    ]
    for k, name in enumerate(game.players):
        failures += number_failures(f"the regret of {name}", regrets[k], stated[k], True)
        failures += number_failures(f"the payoff of {name}", payoffs[k], outcome.payoffs[k], True)
    return failures


def _no_distribution(game: HarsanyiGame, tables: Sequence[Any], *, boxed: bool) -> list[str]:
    """The first type that plays no distribution in exact numbers; in a box those of positive
    probability are tested with the box."""
    for player, (table, chances) in enumerate(zip(tables, game.marginals, strict=True)):
        for point, row, chance in zip(game.types[player], table, chances, strict=True):
            if boxed and chance:
                continue
            enclosed = any(isinstance(p, Enclosure) for p in row)
            if enclosed or min(row) < 0 or sum(row) != 1:
                return [f"{game.players[player]} plays no distribution as {quoted(point.label)}"]
    return []


def _key(game: HarsanyiGame, outcome: Any) -> object:
    """What types of positive probability play, by which equilibria are told apart."""
    return tuple(
        row
        for chances, table in zip(game.marginals, tables_of(game, outcome), strict=True)
        for chance, row in zip(chances, table, strict=True)
        if chance
    )


def box_failures(game: HarsanyiGame, outcome: NashEquilibrium) -> list[str]:
    """What of an enclosed equilibrium is false or not proven; empty where all of it is proven.

    Raises:
        InputError: if it is of the wrong form.
        Unproven: if the game is too large.
    """
    failures = _no_distribution(game, tables_of(game, outcome), boxed=True)
    failures += enclosure_failures(agent_form(game), _of_agents(game, outcome))
    if failures:
        return failures
    evidence = outcome.certificate.evidence
    values = items(evidence.get("state_values"), "the values of the types")
    counts = [sum(map(bool, chances)) for chances in game.marginals]
    if list(map(len, values)) != counts or len(outcome.payoffs) != len(counts):
        return ["there is not one value for each type of positive probability, and one payoff"]
    if list(items(evidence.get("regrets"), "the regrets")) != [0] * len(counts):
        return ["the regrets of an equilibrium in a box are not all zero"]
    for player, payoff, own in zip(game.players, outcome.payoffs, values, strict=True):
        middle = sum((value.mid for value in own), Fraction(0))
        radius = sum((value.radius for value in own), Fraction(0))
        if not isinstance(payoff, Enclosure) or abs(payoff.mid - middle) + radius > payoff.radius:
            failures.append(f"the payoff of {player} is not in its interval")
    return failures


def _of_agents(game: HarsanyiGame, outcome: Any) -> NashEquilibrium:
    """An equilibrium as one of the agent form."""
    strategies: Any = _key(game, outcome)
    evidence = dict(outcome.certificate.evidence)
    if outcome.certificate.arithmetic == ENCLOSURE:
        rows = items(evidence.pop("state_values", None), "the values of the types")
        payoffs = tuple(value for row in rows for value in items(row, "the values of the types"))
    else:
        worth = action_worths(game, tables_of(game, outcome))
        chosen = zip(game.marginals, worth, strict=True)
        values = [v for chances, own in chosen for c, v in zip(chances, own, strict=True) if c]
        payoffs = tuple(dot(row, v) for row, v in zip(strategies, values, strict=True))
    evidence["regrets"] = (Fraction(0),) * len(strategies)
    certificate = Certificate("nash", outcome.certificate.arithmetic, True, evidence)
    return NashEquilibrium(strategies, payoffs, certificate, index=outcome.index)


def _index(game: HarsanyiGame, outcome: Any) -> list[str]:
    return index_failures(agent_form(game), _of_agents(game, outcome))


def _open(game: HarsanyiGame, claim: Claim) -> list[str]:
    return open_failures(agent_form(game), claim)


def _components(game: HarsanyiGame, claim: Claim) -> list[str]:
    """Whether the equilibria are connected otherwise, by those that share one player's strategy."""
    if game.num_players != 2:
        return ["components are stated, which only equilibria of two players have"]
    keys = [_of_each(game, outcome) for outcome in claim.outcomes]
    groups: list[set[int]] = []
    for k, key in enumerate(keys):
        near = [g for g in groups if any(keys[j][0] == key[0] or keys[j][1] == key[1] for j in g)]
        groups = [g for g in groups if g not in near] + [{k}.union(*near)]
    stated = sorted(tuple(sorted(c)) for c in items(claim.components, "the components"))
    return [] if stated == sorted(tuple(sorted(g)) for g in groups) else ["they are other ones"]


def _of_each(game: HarsanyiGame, outcome: Any) -> tuple[PlayedByType, PlayedByType]:
    """What the types of positive probability of each of two players play."""
    first, second = (
        tuple(row for chance, row in zip(chances, table, strict=True) if chance)
        for chances, table in zip(game.marginals, tables_of(game, outcome), strict=True)
    )
    return first, second


def _others(game: HarsanyiGame, claim: Claim) -> list[str]:
    """What shows that the list lacks an equilibrium.

    Raises:
        Unproven: if the game is too large to look for all.
    """
    if game.num_players > 2:
        outcomes = tuple(_of_agents(game, outcome) for outcome in claim.outcomes)
        form, log = agent_form(game), claim.log
        if log is not None:
            require_of_game(game, log)
            log = {**log, "game": {"fingerprint": form.fingerprint}}
        return list(missing(Listing(form, replace(claim, outcomes=outcomes, log=log))))
    if claim.log is not None:
        raise InputError("a proof is given, which a list of two players with types has not")
    listed = {_of_each(game, outcome) for outcome in claim.outcomes}
    extreme = extreme_equilibria(game)
    if listed - extreme:
        return ["not all that are listed are extreme"]
    return ["an extreme equilibrium is missing"] if extreme - listed else []
