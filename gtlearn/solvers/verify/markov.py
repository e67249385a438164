"""Solutions of iterated and Markov games re-checked from the game alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    RATIONAL,
    MarkovEquilibrium,
    Outcome,
    TableCommitment,
)
from gtlearn.solvers.verify.claim import Claim
from gtlearn.solvers.verify.form import as_float, index, items, number, text
from gtlearn.solvers.verify.markov_bounds import (
    bound_failures,
    enumeration_failures,
    limit_failures,
)
from gtlearn.solvers.verify.markov_values import (
    CLASSES,
    STATIONARY,
    Table,
    as_markov,
    best_deviation,
    best_response,
    plays_best_everywhere,
    table_payoffs,
)
from gtlearn.solvers.verify.report import Statement

SEARCHED = ("enumeration", "branch_and_bound")  # bounds without a short proof
ROUNDING = Fraction(1, 10**9)  # how far probabilities in floats may be from summing to one


def markov_statements(game: MarkovGame | IteratedGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of an iterated or Markov game.

    Tested are, of an equilibrium, the tables, the payoffs, and that no player can gain more than
    its stated regret by any deviation, whatever that makes of the history (where it is called
    subgame-perfect, from no state and step on), and the bounds "lower" and "upper" on the value of
    a constant-sum game, which are what each table guarantees; of a commitment, the table, the
    payoffs, that the response is a best one of its class with ties broken as stated, and the proof
    of the upper bound. That no deterministic table exceeds its bound is checked by trying all of
    them where there are not too many, that a value is approached but not attained at two tables
    near by.
    """
    for k, outcome in enumerate(claim.outcomes):
        yield Statement(
            "the tables, the payoffs and the proof",
            partial(_whole_outcome, game, claim, outcome),
            f"solution {k}",
        )
    yield Statement("the upper bound of all", partial(_best_of_all, as_markov(game), claim))


def _whole_outcome(
    game: MarkovGame | IteratedGame, claim: Claim, outcome: Outcome
) -> tuple[str, ...]:
    statements = list(markov_outcome(game, outcome))
    if not statements and outcome.certificate.kind != claim.concept:
        statements.append(
            f"it is of the kind {outcome.certificate.kind!r}, the solution of {claim.concept!r}"
        )
    if not statements and isinstance(outcome, TableCommitment):
        classes = (outcome.follower, outcome.policy)
        if classes != (claim.follower, claim.policy):
            statements.append("its follower or policy is not that of the solution")
    return tuple(statements)


def _best_of_all(game: MarkovGame, claim: Claim) -> list[str]:
    """Whether commitments whose bound has no short proof share one that no table exceeds."""
    listed = [o for o in claim.outcomes if isinstance(o, TableCommitment)]
    if len({number(o.upper_bound, "the upper bound") for o in listed}) > 1:
        return ["the commitments have different upper bounds"]
    if listed and listed[0].certificate.evidence.get("bound") in SEARCHED:
        return enumeration_failures(game, listed[0])
    return []


def markov_outcome(game: MarkovGame | IteratedGame, outcome: Outcome) -> tuple[str, ...]:
    """The statements of one outcome that do not hold; see `markov_statements`.

    What is not of the form of an outcome of this game is a false statement too.
    """
    markov = as_markov(game)
    try:
        if isinstance(outcome, MarkovEquilibrium):
            return tuple(_equilibrium(markov, outcome))
        if isinstance(outcome, TableCommitment):
            return tuple(_commitment(markov, outcome))
        return (f"a {type(outcome).__name__} is no outcome of an iterated or Markov game",)
    except InputError as error:  # of the wrong form
        return (str(error),)


def _equilibrium(game: MarkovGame, outcome: MarkovEquilibrium) -> list[str]:
    exact = outcome.certificate.arithmetic == RATIONAL
    if len(items(outcome.tables, "the tables")) != game.num_players:
        raise InputError(f"there is not one table for each of {game.num_players} players")
    rows = game.num_states * ((game.horizon or 1) if outcome.timed else 1)
    tables = [
        _table(game, table, player, rows, exact) for player, table in enumerate(outcome.tables)
    ]
    payoffs = table_payoffs(game, tables)
    failed = _payoff_failures(game, payoffs, outcome.payoffs, exact)
    stated = [number(r, "a regret") for r in _regrets(game, outcome)]
    gains = []
    for player, (payoff, most) in enumerate(zip(payoffs, stated, strict=True)):
        regret = best_deviation(game, tables, player) - payoff
        gains.append(regret)
        if regret > most if exact else as_float(regret) > as_float(most):
            failed.append(
                f"the regret of {game.players[player]!r} is {text(regret)}, not {text(most)}"
            )
    evidence = outcome.certificate.evidence
    if "lower" in evidence or "upper" in evidence:
        lower, upper = (number(evidence.get(name), name) for name in ("lower", "upper"))
        proven = (payoffs[0] - gains[-1], payoffs[0] + gains[0])
        if not _is_constant_sum(game) or lower > proven[0] or upper < proven[1]:
            failed.append(
                f"the tables do not prove that the value lies in [{text(lower)}, {text(upper)}]"
            )
    if not failed and evidence.get("subgame_perfect") is True:
        failed += [
            f"{game.players[player]!r} gains by deviating in a state that need not be reached"
            for player in range(game.num_players)
            if not plays_best_everywhere(game, tables, player)
        ]
    return failed


def _is_constant_sum(game: MarkovGame) -> bool:
    """Whether two players' payoffs add up to the same in all states and under all actions."""
    if game.num_players != 2:
        return False
    legal = [tuple(where) for where in np.argwhere(game.legal_profiles)]
    return len({game.payoffs[0][where] + game.payoffs[1][where] for where in legal}) == 1


def _regrets(game: MarkovGame, outcome: MarkovEquilibrium) -> Sequence[Any]:
    stated = items(outcome.certificate.evidence.get("regrets", ()), "the regrets")
    if len(stated) != game.num_players:
        raise InputError("the certificate does not say the regret of each player")
    return stated


def _commitment(game: MarkovGame, outcome: TableCommitment) -> list[str]:
    if game.num_players != 2:
        raise InputError(f"{game.name} has {game.num_players} players; a commitment needs two")
    if outcome.certificate.arithmetic != RATIONAL:
        raise InputError("a commitment is proven in exact arithmetic only")
    leader = index(outcome.leader, 2, "the leader")
    follower = 1 - leader
    if outcome.follower not in CLASSES or outcome.ties not in ("strong", "weak"):
        raise InputError(f"the follower {outcome.follower!r} or its ties are not known")
    if type(outcome.attained) is not bool:
        raise InputError("whether the value is attained is no truth value")
    table = _table(game, outcome.commitment, leader, game.num_states, True)
    if outcome.policy == DETERMINISTIC and any(p not in (0, 1) for row in table for p in row):
        raise InputError("the commitment is not deterministic")
    response = _response(game, outcome, follower)
    tables = (table, response) if leader == 0 else (response, table)
    failed = _payoff_failures(game, table_payoffs(game, tables), outcome.payoffs, True)
    best = best_response(
        game, tables, follower, outcome.follower, favoured=leader, ties=outcome.ties
    )
    own, earned = (number(outcome.payoffs[k], "the payoffs") for k in (follower, leader))
    if own != best.own:
        failed.append(
            f"the response is not a best one: {game.players[follower]!r} can get "
            f"{text(best.own)}, not {text(own)}"
        )
    elif outcome.attained is not True:
        failed += limit_failures(game, outcome)
    elif earned != best.other:
        failed.append(
            f"with {outcome.ties} ties {game.players[leader]!r} gets {text(best.other)}, not "
            f"{text(earned)}"
        )
    return failed or bound_failures(game, outcome)


def _payoff_failures(
    game: MarkovGame, true: Sequence[Fraction], stated: Any, exact: bool
) -> list[str]:
    claims = [number(p, "the payoffs") for p in items(stated, "the payoffs")]
    if len(claims) != game.num_players:
        raise InputError(f"there is not one payoff for each of {game.num_players} players")
    return [
        f"the payoff of {player!r} is {text(payoff)}, not {text(claim)}"
        for player, payoff, claim in zip(game.players, true, claims, strict=True)
        if (payoff != claim if exact else as_float(payoff) != as_float(claim))
    ]


def _table(game: MarkovGame, table: Any, player: int, rows: int, exact: bool) -> Table:
    """The table in Fractions, if its rows are distributions over the legal actions."""
    whose = f"the table of {game.players[player]!r}"
    if len(items(table, whose)) != rows:
        raise InputError(f"{whose} has {len(table)} rows where {rows} are needed")
    out = []
    for place, row in enumerate(table):
        where = f"{whose} in row {place}"
        numbers = [number(p, where) for p in items(row, where)]
        if len(numbers) != game.shape[player] or min(numbers) < 0:
            raise InputError(f"{where}: {game.shape[player]} probabilities are needed")
        total = sum(numbers, Fraction(0))
        if total != 1 if exact else abs(total - 1) > ROUNDING:
            raise InputError(f"{where} does not sum to one")
        legal = game.legal[player][place % game.num_states]
        if any(p and not legal[action] for action, p in enumerate(numbers)):
            raise InputError(f"{where} plays what is not legal")
        out.append(tuple(p / total for p in numbers))
    return tuple(out)


def _response(game: MarkovGame, outcome: TableCommitment, follower: int) -> Table:
    """The follower's response as a table, if it is one of its class."""
    sizes = {game.num_states}
    if outcome.follower != STATIONARY:
        sizes.add(game.num_states * (game.horizon or 1))
    actions = items(outcome.response, "the response")
    if len(actions) not in sizes:
        raise InputError(
            f"the response has {len(actions)} rows where {' or '.join(map(str, sorted(sizes)))} "
            "are needed"
        )
    for place, action in enumerate(actions):
        index(action, game.shape[follower], "an action of the response")
        if not game.legal[follower][place % game.num_states, action]:
            raise InputError(f"the response plays what is not legal in row {place}")
    one = np.eye(game.shape[follower], dtype=int).tolist()
    return tuple(tuple(Fraction(p) for p in one[action]) for action in actions)
