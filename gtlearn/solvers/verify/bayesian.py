"""Bayes-Nash equilibria re-checked from the prior and the payoffs alone, type by type."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games import HarsanyiGame, NormalFormGame
from gtlearn.games.kinds.normal_form import normal_form
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import (
    ENCLOSURE,
    RATIONAL,
    Certificate,
    NashEquilibrium,
    Outcome,
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
from gtlearn.solvers.verify.form import items, number, number_failures
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.many_players import index_failures, open_failures
from gtlearn.solvers.verify.nash_sets import missing
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Statement, Tested, Unproven, unless

_EVIDENCE = ("regrets", "state_values", *IN_ONE_SHOT)
_MAX_PROFILES = 1_000_000  # of actions of all types, for whose agent form something is verified

_Tables = Sequence[Sequence[Sequence[Any]]]  # one a player, a vector a type


def regrets_and_payoffs(
    game: HarsanyiGame, tables: _Tables
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best deviation before types are drawn, and what it gets.

    A player's best deviation is the best one of each of its types, so its regret is what its types
    gain, weighted by their probabilities (Harsanyi 1967-68).

    Args:
        game: the game.
        tables: one a player: a vector of exact probabilities for each of its types.

    Raises:
        LimitReached: at a limit.
    """
    worth = action_worths(game, tables)
    regrets, payoffs = [], []
    for own, table in zip(worth, tables, strict=True):
        earned = [_dot(row, values) for row, values in zip(table, own, strict=True)]
        payoffs.append(sum(earned, Fraction(0)))
        regrets.append(sum(map(max, own), Fraction(0)) - payoffs[-1])
    return tuple(regrets), tuple(payoffs)


def interim_regrets(game: HarsanyiGame, tables: _Tables) -> tuple[tuple[Fraction | None, ...], ...]:
    """What each type gains by its best action once it knows itself; None for types of probability
    zero, one list a player.

    Args:
        game: the game.
        tables: as of `regrets_and_payoffs`.
    """
    worth = action_worths(game, tables)
    return tuple(
        tuple(
            (max(values) - _dot(row, values)) / chance if chance else None
            for row, values, chance in zip(table, own, chances, strict=True)
        )
        for table, own, chances in zip(tables, worth, game.marginals, strict=True)
    )


def action_worths(game: HarsanyiGame, tables: _Tables) -> list[list[list[Fraction]]]:
    """What each action of each type earns against the others, times the type's probability.

    Args:
        game: the game.
        tables: as of `regrets_and_payoffs`.
    """
    worth = [[[Fraction(0)] * len(t.actions) for t in own] for own in game.types]
    for profile in game.profiles:
        if not profile.probability:
            continue
        check()
        played = [table[k] for table, k in zip(tables, profile.types, strict=True)]
        for player, tensor in enumerate(profile.payoffs):
            total = tensor.numerators.astype(object)
            for other in reversed(range(len(played))):
                if other != player:
                    weights = np.array([Fraction(p) for p in played[other]], dtype=object)
                    total = np.tensordot(total, weights, axes=(other, 0))
            own = worth[player][profile.types[player]]
            for action, value in enumerate(total.tolist()):
                own[action] += profile.probability * value / tensor.denominator
    return worth


def _dot(weights: Sequence[Any], values: Sequence[Fraction]) -> Fraction:
    return sum((Fraction(w) * v for w, v in zip(weights, values, strict=True)), Fraction(0))


def bayesian_statements(game: HarsanyiGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a Bayesian game with types on every side."""
    if claim.concept != "nash":
        wrong = f"{claim.concept} is stated of a game with types on every side, not Nash"
        yield Statement("of which concept they are", unless(False, wrong))
        return
    held = True
    for k, outcome in enumerate(claim.outcomes):
        test = Tested(partial(_failures, game, outcome))
        boxed = outcome.certificate.arithmetic == ENCLOSURE
        what = "exactly one Bayes-Nash equilibrium is in the box" if boxed else ""
        what = what or "it is a Bayes-Nash equilibrium"
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
        yield Statement(COMPLETE, partial(_others, game, claim))


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
    for player, table in enumerate(tables):
        for point, row in zip(game.types[player], table, strict=True):
            if min(row) < 0 or sum(row) != 1:
                return [f"{game.players[player]} plays no distribution as {quoted(point.label)}"]
    regrets, payoffs = regrets_and_payoffs(game, tables)
    evidence = outcome.certificate.evidence
    stated = items(evidence.get("regrets", ()), "the regrets")
    if len(stated) != len(regrets) or len(outcome.payoffs) != len(payoffs):
        return ["there is not one regret and one payoff a player"]
    failures = [
        f"the regret of {p} is {r}" for p, r in zip(game.players, regrets, strict=True) if r
    ]
    for k, player in enumerate(game.players):
        failures += number_failures(f"the regret of {player}", regrets[k], stated[k], True)
        failures += number_failures(f"the payoff of {player}", payoffs[k], outcome.payoffs[k], True)
    return failures


def tables_of(game: HarsanyiGame, outcome: Any) -> tuple[tuple[tuple[Any, ...], ...], ...]:
    """The strategies of an outcome as vectors in the order of the types, enclosed ones as such.

    Raises:
        InputError: if they do not have one number for each action of each type of each player.
    """
    given = items(outcome.strategies, "the strategies")
    if len(given) != game.num_players:
        raise InputError(f"{len(given)} strategies for {game.num_players} players")
    return tuple(_table_of(game, player, strategy) for player, strategy in enumerate(given))


def _table_of(game: HarsanyiGame, player: int, strategy: Any) -> tuple[tuple[Any, ...], ...]:
    whose, own = f"the strategy of {game.players[player]}", game.types[player]
    if isinstance(strategy, Mapping):
        labels = [point.label for point in own]
        odd = next(
            (label for label in (*strategy, *labels) if (label in strategy) != (label in labels)),
            None,
        )
        if odd is not None:
            raise InputError(f"{whose} does not name its types: {quoted(odd)}")
        strategy = [strategy[label] for label in labels]
    rows = items(strategy, whose)
    if len(rows) != len(own):
        raise InputError(f"{whose} has {len(rows)} vectors for {len(own)} types")
    out = []
    for point, row in zip(own, rows, strict=True):
        if isinstance(row, Mapping):
            if set(row) != set(point.actions):
                raise InputError(f"{whose} does not name the actions of {quoted(point.label)}")
            row = [row[action] for action in point.actions]
        if len(items(row, whose)) != len(point.actions):
            raise InputError(f"{whose} has not one number an action of {quoted(point.label)}")
        out.append(tuple(p if isinstance(p, Enclosure) else number(p, whose) for p in row))
    return tuple(out)


def _key(game: HarsanyiGame, outcome: Any) -> object:
    """What types of positive probability play, by which equilibria are told apart."""
    return tuple(
        row
        for chances, table in zip(game.marginals, tables_of(game, outcome), strict=True)
        for chance, row in zip(chances, table, strict=True)
        if chance
    )


def box_failures(game: HarsanyiGame, outcome: NashEquilibrium) -> list[str]:
    """What of an enclosed equilibrium is false or not proven; empty where all of it is proven."""
    failures = enclosure_failures(_agent_form(game), _of_agents(game, outcome))
    values = items(outcome.certificate.evidence.get("state_values"), "the values of the types")
    for player, payoff, own in zip(game.players, outcome.payoffs, values, strict=True):
        middle = sum((value.mid for value in own), Fraction(0))
        radius = sum((value.radius for value in own), Fraction(0))
        if not isinstance(payoff, Enclosure) or abs(payoff.mid - middle) + radius > payoff.radius:
            failures.append(f"the payoff of {player} is not in its interval")
    return failures


def _of_agents(game: HarsanyiGame, outcome: NashEquilibrium) -> NashEquilibrium:
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
        payoffs = tuple(_dot(row, v) for row, v in zip(strategies, values, strict=True))
    evidence["regrets"] = (Fraction(0),) * len(strategies)
    certificate = Certificate("nash", outcome.certificate.arithmetic, True, evidence)
    return NashEquilibrium(strategies, payoffs, certificate, index=outcome.index)


def _agent_form(game: HarsanyiGame) -> NormalFormGame:
    """The game of the types of positive probability, each paid what it gets, weighted by the prior.

    Raises:
        Unproven: if it is too large.
    """
    agents = [
        (player, place)
        for player, chances in enumerate(game.marginals)
        for place, chance in enumerate(chances)
        if chance
    ]
    shape = [len(game.types[player][place].actions) for player, place in agents]
    if math.prod(shape) > _MAX_PROFILES:
        raise Unproven("the game has too many types to look at all their actions together here")
    payoffs = [np.full(shape, Fraction(0), dtype=object) for _ in agents]
    for drawn in game.profiles:
        check()
        axes = [agents.index(pair) for pair in enumerate(drawn.types)] if drawn.probability else []
        for player, axis in enumerate(axes):
            whole = np.array(drawn.payoffs[player].fractions(), dtype=object) * drawn.probability
            where = tuple(slice(None) if k in axes else None for k in range(len(agents)))
            payoffs[axis] = payoffs[axis] + whole[where]
    return normal_form(*payoffs, name=game.name)


def _index(game: HarsanyiGame, outcome: NashEquilibrium) -> list[str]:
    return index_failures(_agent_form(game), _of_agents(game, outcome))


def _open(game: HarsanyiGame, claim: Claim) -> list[str]:
    return open_failures(_agent_form(game), claim)


def _components(game: HarsanyiGame, claim: Claim) -> list[str]:
    """Whether the equilibria are connected otherwise, by those that share one player's strategy."""
    if game.num_players != 2:
        return ["components are stated, which only equilibria of two players have"]
    keys = [_of_each(game, outcome) for outcome in claim.outcomes]
    groups: list[set[int]] = []
    for k, key in enumerate(keys):
        near = [g for g in groups if any(keys[j][0] == key[0] or keys[j][1] == key[1] for j in g)]
        groups = [g for g in groups if g not in near] + [{k}.union(*near)]
    stated = sorted(tuple(c) for c in items(claim.components, "the components"))
    return [] if stated == sorted(tuple(sorted(g)) for g in groups) else ["they are other ones"]


def _of_each(game: HarsanyiGame, outcome: Any) -> tuple[object, object]:
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
        outcomes = tuple(_of_agents(game, outcome) for outcome in claim.outcomes)  # type: ignore[arg-type]
        form = _agent_form(game)
        return list(missing(Listing(form, replace(claim, outcomes=outcomes))))
    listed = {_of_each(game, outcome) for outcome in claim.outcomes}
    first, second = (_polyhedron(game, player) for player in (0, 1))
    count = sum(len(t.actions) for own in game.types for t in own)
    for (one, labels), (two, more) in product(first, second):
        check()
        if labels | more == (1 << count) - 1 and (one, two) not in listed:
            return ["an equilibrium is missing"]
    return []


def _polyhedron(game: HarsanyiGame, player: int) -> list[tuple[object, int]]:
    """The vertices of what a player's types may play, with the other's best responses.

    Returns:
        What the types of positive probability play at each, and its labels as bits: actions of
        types are counted through, player 0's first; those of probability zero are always there.
    """
    number_of: dict[tuple[int, int, int], int] = {}
    for who, own in enumerate(game.types):
        for place, point in enumerate(own):
            for action in range(len(point.actions)):
                number_of[who, place, action] = len(number_of)
    other = 1 - player
    columns, rows = (
        [key for key in number_of if key[0] == who and game.marginals[who][key[1]]]
        for who in (player, other)
    )
    types, others = ([*dict.fromkeys(key[1] for key in keys)] for keys in (columns, rows))
    size = len(columns) + len(others)
    equalities = []
    for place in types[1:]:
        equalities.append(
            [(key[1] == types[0]) - (key[1] == place) for key in columns] + [0] * len(others)
        )
    worth = _integers(_worth_by(game, player, rows, columns))
    responses = [
        [-value for value in row] + [int(key[1] == place) for place in others]
        for key, row in zip(rows, worth, strict=True)
    ]
    inequalities = [*equalities, *responses]
    out = []
    for ray in extreme_rays(size, inequalities, range(len(equalities))):
        total = sum(v for v, key in zip(ray.vector, columns, strict=False) if key[1] == types[0])
        if not total:
            continue
        bits = sum(1 << bit for key, bit in number_of.items() if not game.marginals[key[0]][key[1]])
        for k, key in enumerate(columns):
            bits |= (ray.tight >> k & 1) << number_of[key]
        for k, key in enumerate(rows, start=size + len(equalities)):
            bits |= (ray.tight >> k & 1) << number_of[key]
        vector = {key: Fraction(v, total) for key, v in zip(columns, ray.vector, strict=False)}
        played = tuple(tuple(p for key, p in vector.items() if key[1] == place) for place in types)
        out.append((played, bits))
    return out


def _worth_by(
    game: HarsanyiGame, player: int, rows: Sequence[Any], columns: Sequence[Any]
) -> list[list[Fraction]]:
    """What each of the other's actions earns by each of a player's, raised above zero."""
    drawn = {p.types: p for p in game.profiles if p.probability}
    out = []
    for other, other_type, b in rows:
        row = []
        for _, own_type, a in columns:
            types = (own_type, other_type) if player == 0 else (other_type, own_type)
            profile = drawn.get(types)
            place = (a, b) if player == 0 else (b, a)
            row.append(profile.probability * profile.payoffs[other][place] if profile else 0)
        out.append([Fraction(value) for value in row])
    least = min(map(min, out))
    return [[value - least + 1 for value in row] for row in out]


def _integers(rows: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    scale = math.lcm(*(value.denominator for row in rows for value in row))
    return [[int(value * scale) for value in row] for row in rows]
