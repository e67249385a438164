"""The statements of a solution of an iterated or Markov game."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import chain, product
from math import prod
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import check
from gtlearn.solvers.outcomes import DETERMINISTIC, Commitment, NashEquilibrium, Outcome
from gtlearn.solvers.verify.claim import (
    ALL_TABLES,
    COMPLETE,
    OF_TABLES,
    SETS,
    Claim,
    foreign_statements,
    outcome_statements,
    repeated,
    whole_statements,
)
from gtlearn.solvers.verify.form import items, number, text
from gtlearn.solvers.verify.markov_bounds import proven_bound
from gtlearn.solvers.verify.markov_outcomes import (
    commitment_statements,
    equilibrium_statements,
    tested_of,
    unit_statement,
)
from gtlearn.solvers.verify.markov_process import (
    best_values,
    decision_process,
    policy_values,
    to_fraction,
)
from gtlearn.solvers.verify.markov_search import CommitmentKind, PureTable, Tried, pure_table
from gtlearn.solvers.verify.markov_values import read_table
from gtlearn.solvers.verify.report import (
    Statement,
    Tested,
    TooLarge,
    Unproven,
    unknown_statement,
    unless,
)

_KINDS: Mapping[type, str] = {NashEquilibrium: "nash", Commitment: "stackelberg"}
_PROOFS = ("folk", "unlimited_memory", "robustness")
_MAX_PROFILES = 5_000  # of deterministic tables, of which all equilibria are looked for again
_MAX_ROWS = 200_000  # of all of these together, over states and steps


def markov_statements(game: MarkovGame | IteratedGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of an iterated or Markov game.

    Of an equilibrium they are the tables, the payoffs, and each player's regret against every
    deviation, whatever that makes of the history; whether no player gains in any state and step
    either; and the bounds on the value of a constant-sum game, which are what each table
    guarantees. Of a commitment: the table, the payoffs, that the response is a best one of its
    class with ties broken as stated, and that no table of the leader earns more than the upper
    bound. That follows from the proof in the certificate, or all deterministic tables are tried
    again; a bound on stochastic tables by branch and bound keeps no log, so it is on trust, if no
    better table comes up among those that are tried. The list as a whole is only looked at where
    each outcome alone holds.

    Args:
        game: the game, whose payoffs and transitions alone are believed.
        claim: what is said of it.
    """
    markov = as_markov(game)
    tried = Tried(markov)
    tested: list[Tested] = []
    for k, outcome in enumerate(claim.outcomes):
        besides = claim.besides_of[k] if claim.besides_of else {}
        for statement in _outcome_statements(markov, outcome, claim, besides, tried):
            tested.append(Tested(statement.test))
            yield Statement(statement.says, tested[-1], f"solution {k}")
        yield from outcome_statements(claim, k, outcome, *tested_of(outcome))
    if not any(test.failed for test in tested):
        yield from list_statements(markov, claim, tried)


def markov_outcome(game: MarkovGame | IteratedGame, outcome: Outcome) -> tuple[str, ...]:
    """The statements of one outcome that do not hold; see `markov_statements`.

    What is not of the form of an outcome of this game is a false statement too. Nothing is tried
    again here, so a bound that has no proof in the certificate is taken as it is.

    Raises:
        TooLarge: if the best response takes too long to find.
        LimitReached: at a limit.
    """
    failed: list[str] = []
    for statement in _outcome_statements(as_markov(game), outcome, None, {}, None):
        try:
            failed += statement.test()
        except TooLarge:
            raise
        except InputError as error:
            failed.append(str(error))
        except Unproven:
            continue
    return tuple(failed)


def _outcome_statements(
    game: MarkovGame,
    outcome: Outcome,
    claim: Claim | None,
    besides: Mapping[str, Any],
    tried: Tried | None,
) -> Iterator[Statement]:
    kind = outcome.certificate.kind
    if kind != _KINDS.get(type(outcome), kind):
        false = f"a {type(outcome).__name__} is said to be of the kind {kind!r}"
        yield Statement("the outcome", unless(False, false))
    elif isinstance(outcome, NashEquilibrium) and outcome.in_steps:
        yield from equilibrium_statements(game, outcome, besides)
    elif isinstance(outcome, Commitment) and outcome.in_steps:
        yield from commitment_statements(game, outcome, claim, besides, tried)
    else:
        false = f"a {type(outcome).__name__} is no outcome of an iterated or Markov game"
        yield Statement("the outcome", unless(False, false))


def list_statements(game: MarkovGame, claim: Claim, tried: Tried) -> Iterator[Statement]:
    """The statements about the whole.

    Args:
        game: the game.
        claim: the solution.
        tried: where tables of the leader are tried.
    """
    yield from whole_statements(claim, ("unit",))
    yield from foreign_statements(claim, SETS, "Nash equilibria of games in one shot")
    yield Statement("that the solutions are different ones", partial(_repeated, claim))
    if "unit" in claim.besides:
        yield unit_statement(game, claim.besides["unit"])
    if claim.concept == "nash":
        yield from foreign_statements(claim, OF_TABLES, "commitments to tables")
    else:
        yield from _value_statements(game, claim, tried)
    if claim.complete:
        which = ALL_TABLES if claim.concept == "nash" else COMPLETE
        yield Statement(which, partial(_complete, game, claim, tried))


def _value_statements(game: MarkovGame, claim: Claim, tried: Tried) -> Iterator[Statement]:
    """Further bounds on what commitments earn, and what those near the first one earn."""
    for name in claim.bounds or {}:
        yield Statement(f"the bound {name!r}", partial(_bound, game, claim, name))
    if claim.robustness:
        yield Statement(
            "what tables near the first one earn", partial(_near_by, game, claim, tried)
        )
    yield from map(unknown_statement, (name for name in claim.proofs if name not in _PROOFS))


def _repeated(claim: Claim) -> list[str]:
    played: list[Any] = [
        [o.commitment] if isinstance(o, Commitment) else getattr(o, "strategies", ())
        for o in claim.outcomes
    ]
    return repeated([tuple(tuple(map(tuple, table)) for table in tables) for tables in played])


def _bound(game: MarkovGame, claim: Claim, name: str) -> list[str]:
    """Whether a further bound is the number that its proof gives."""
    listed = [o for o in claim.outcomes if isinstance(o, Commitment)]
    if not listed:
        raise Unproven("there is no commitment that it could bound")
    stated = number((claim.bounds or {})[name], f"the bound {name}")
    first = listed[0]
    value = number(first.payoffs[first.leader], "the value")
    if stated < value:
        return [f"the value {text(value)} exceeds the bound {name!r}, {text(stated)}"]
    evidence = {**first.certificate.evidence, **claim.proofs}
    if name not in evidence:
        raise Unproven("its proof is not given")
    proven = proven_bound(game, first.leader, first.follower, name, evidence)
    if proven == stated and not isinstance((claim.bounds or {})[name], float):
        return []
    shown = "nothing" if proven is None else text(proven)
    return [f"the {name} proof gives {shown}, not {text(stated)}"]


def _near_by(game: MarkovGame, claim: Claim, tried: Tried) -> list[str]:
    """Whether a table at each distance earns what is said, under weak ties."""
    first = claim.outcomes[0] if claim.outcomes else None
    if not isinstance(first, Commitment):
        return ["there is no commitment that tables could be near"]
    kind = CommitmentKind(first.leader, first.follower, "weak")
    here = read_table(game, first.commitment, first.leader, game.num_states, True)
    given = claim.proofs.get("robustness")
    if given is None:
        raise Unproven("the tables are not given")
    tables = items(given, "the tables near by")
    if len(tables) != len(claim.robustness):
        return ["there is not one table for each distance"]
    failed = []
    for (distance, kept), rows in zip(claim.robustness, tables, strict=True):
        table = read_table(game, rows, first.leader, game.num_states, True)
        pairs = zip(chain.from_iterable(here), chain.from_iterable(table), strict=True)
        true, earned = max(abs(p - q) for p, q in pairs), tried.value(table, kind)
        floats = isinstance(distance, float) or isinstance(kept, float)
        if floats or (number(distance, "a number"), number(kept, "a number")) != (true, earned):
            failed.append(
                f"the table at distance {text(true)} earns {text(earned)}, not {text(kept)} at "
                f"distance {text(distance)}"
            )
    if len({number(d, "a distance") for d, _ in claim.robustness}) < len(tables):
        failed.append("a distance is given twice")
    return failed


def _complete(game: MarkovGame, claim: Claim, tried: Tried) -> list[str]:
    if claim.concept == "nash":
        return _all_equilibria(game, claim)
    if not claim.outcomes:
        return ["there is always a best commitment, or one near it"]
    first = claim.outcomes[0]
    if not isinstance(first, Commitment):
        return []  # which is said of it alone
    if first.policy != DETERMINISTIC:
        raise Unproven("stochastic tables are too many to try")
    values = tried.deterministic(CommitmentKind.of(first))
    if values is None:
        raise Unproven("there are too many tables to try all of them again")
    best = max(values.values())
    optimal = {plan for plan, value in values.items() if value == best}
    listed = {
        _plan(_where_played(game, outcome), first.leader)
        for outcome in claim.outcomes
        if isinstance(outcome, Commitment)
    }
    return _lacking(game, [(plan,) for plan in sorted(optimal - listed)], (first.leader,))


def _where_played(game: MarkovGame, outcome: Commitment) -> Sequence[Sequence[Any]]:
    """The table, with the first legal action where play cannot be."""
    table = read_table(game, outcome.commitment, outcome.leader, game.num_states, True)
    size = game.shape[outcome.leader]
    first = game.legal[outcome.leader].argmax(axis=1)
    return [
        row if reached else [int(a == first[s]) for a in range(size)]
        for s, (row, reached) in enumerate(zip(table, game.reachable, strict=True))
    ]


def _plan(table: Sequence[Sequence[Any]], player: int) -> PureTable | None:
    """The actions that a deterministic table plays; None of another one."""
    rows = [[number(p, f"the table of player {player}") for p in row] for row in table]
    if any(Fraction(1) not in row for row in rows):
        return None
    return tuple(row.index(Fraction(1)) for row in rows)


def _all_equilibria(game: MarkovGame, claim: Claim) -> list[str]:
    """Whether every equilibrium in deterministic tables that do not see the time is listed."""
    listed: set[tuple[PureTable | None, ...]] = set()
    for outcome in claim.outcomes:
        if isinstance(outcome, NashEquilibrium):
            plans = tuple(_plan(table, k) for k, table in enumerate(outcome.strategies))
            if None in plans or (outcome.timed and game.horizon != 1):
                raise Unproven("other strategies than deterministic tables are too many to try")
            listed.add(plans)
    legal = [[np.flatnonzero(row).tolist() for row in mask] for mask in game.legal]
    count = prod(len(actions) for table in legal for actions in table)
    if count > _MAX_PROFILES or count * game.num_states * (game.horizon or 1) > _MAX_ROWS:
        raise Unproven("there are too many tables to try all of them again")
    plans_of = [list(product(*table)) for table in legal]
    profiles = _mutual_best_responses(game, plans_of)
    return _lacking(game, sorted(profiles - listed), range(game.num_players))


def _mutual_best_responses(
    game: MarkovGame, plans: Sequence[Sequence[PureTable]]
) -> set[tuple[PureTable, ...]]:
    """The profiles of deterministic tables in which nobody gains by any deviation."""
    profiles: set[tuple[PureTable, ...]] | None = None
    for player, own in enumerate(plans):
        best = set()
        others = [[()] if k == player else list(each) for k, each in enumerate(plans)]
        for profile in product(*others):
            check()
            tables = [
                None if k == player else pure_table(plan, game.shape[k])
                for k, plan in enumerate(profile)
            ]
            process = decision_process(game, tables, player)
            most = to_fraction(process.at_start(best_values(process, player)))
            for plan in own:
                policy = plan * (len(process.rows) // game.num_states)
                if to_fraction(process.at_start(policy_values(process, policy, player))) == most:
                    best.add((*profile[:player], plan, *profile[player + 1 :]))
        profiles = best if profiles is None else profiles & best
    return profiles or set()


def _lacking(
    game: MarkovGame, profiles: Sequence[Sequence[PureTable]], players: Sequence[int]
) -> list[str]:
    """The sentence about what is not listed; none where nothing lacks."""
    if not profiles:
        return []
    shown = "; ".join(
        ", ".join(game.actions[k][a] for a in plan)
        for k, plan in zip(players, profiles[0], strict=True)
    )
    more = f", and {len(profiles) - 1} more" if len(profiles) > 1 else ""
    return [f"the tables that play {shown} are not listed{more}"]
