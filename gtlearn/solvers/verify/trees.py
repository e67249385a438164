"""Solutions of trees re-checked from the tree alone, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import ExtensiveGame, MergedGame
from gtlearn.games.numbers import to_fraction
from gtlearn.solvers.outcomes import RATIONAL, Outcome, StrategyProfile
from gtlearn.solvers.verify.claim import (
    COMPLETE,
    OF_TABLES,
    SETS,
    Claim,
    foreign_statements,
    outcome_statements,
    repeated,
    verified_failures,
    whole_statements,
)
from gtlearn.solvers.verify.form import items, number_failures
from gtlearn.solvers.verify.merged import merge_statements
from gtlearn.solvers.verify.report import Statement, Tested, Unproven, unless
from gtlearn.solvers.verify.subgame_lists import ListedSubgames, PlayedInTree
from gtlearn.solvers.verify.tree_values import (
    regrets_and_payoffs,
    regrets_in_subgames,
    subgames_of,
    values_of,
)
from gtlearn.solvers.verify.unique_plans import plan_failures

_EVIDENCE = ("regrets", "value", "unique_plans", "plan_witnesses")
_PERFECT = "subgame-perfect"

_Game = ExtensiveGame | MergedGame


def tree_statements(game: _Game, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a tree, or of merged states, in behaviour strategies."""
    if claim.concept not in ("nash", _PERFECT):
        wrong = f"{claim.concept} is stated of a tree, of which only Nash and {_PERFECT} are"
        yield Statement("of which concept they are", unless(False, wrong))
        return
    if isinstance(game, MergedGame):
        yield from merge_statements(game)
    held = True
    for k, outcome in enumerate(claim.outcomes):
        test = Tested(partial(_failures, game, outcome))
        exact = not any(_stated_regrets(outcome))
        about = "" if exact else " up to the regrets that it states"
        title = "subgame-perfect" if claim.concept == _PERFECT else "Nash"
        yield Statement(
            f"that it is a {title} equilibrium{about}, and its payoffs", test, f"solution {k}"
        )
        held = held and not test.failed
        if test.failed:
            continue
        yield from outcome_statements(claim, k, outcome, (), _EVIDENCE)
        verified = partial(verified_failures, outcome, exact)
        yield Statement("whether it is verified", verified, f"solution {k}")
        if _states_plans(outcome):
            yield Statement(
                "which plans are the only optimal ones (unique_plans)",
                partial(_plan_failures, game, outcome),
                f"solution {k}",
            )
    if not held:
        return
    yield from whole_statements(claim)
    yield from foreign_statements(claim, OF_TABLES, "commitments to tables")
    yield from foreign_statements(claim, SETS, "Nash equilibria of a normal form")
    if len(claim.outcomes) > 1:
        keys = [tables_of(game, outcome) for outcome in claim.outcomes]
        yield Statement("that the solutions are different ones", partial(repeated, keys))
    if claim.open_subgames is not None and claim.concept == _PERFECT:
        if isinstance(game, MergedGame):
            raise InputError("open subgames are stated of merged states, which have none")
        yield Statement("the open subgames", partial(_open, game, claim))
    if claim.complete:
        yield Statement(COMPLETE, partial(_others, game, claim))


def strategy_statements(game: ExtensiveGame, result: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements of a run's result.json about the strategies that were learned in a tree."""
    if "strategies" not in result:
        raise InputError("the run ended with no strategies, so that it says nothing about a game")
    yield Statement("what they pay, and what the players could gain", partial(_gains, game, result))


def _gains(game: ExtensiveGame, result: Mapping[str, Any]) -> list[str]:
    given = items(result["strategies"], "the strategies")
    if len(given) != game.num_players:
        raise InputError(f"{len(given)} strategies for {game.num_players} players")
    strategies = [_table_of(game, player, strategy) for player, strategy in enumerate(given)]
    regrets, payoffs = regrets_and_payoffs(game, strategies)
    failures = []
    for name, true in (("regrets", regrets), ("payoffs", payoffs)):
        stated = items(result.get(name), f"the {name}")
        if len(stated) != len(true):
            raise InputError(f"there are not {len(true)} {name}")
        for k, player in enumerate(game.players):
            whose = f"the {name[:-1]} of {player}"
            failures += number_failures(whose, true[k], to_fraction(stated[k]), True)
    said = result.get("nash_conv")
    if said is not None:
        failures += number_failures("NashConv", sum(regrets, Fraction(0)), said, False)
    return failures


def _others(game: _Game, claim: Claim) -> list[str]:
    """What shows that the list lacks one, up to others that pay the same in every subgame. There is
    one in every finite game with perfect recall (Selten 1965)."""
    if not claim.outcomes and game.has_perfect_recall:
        return ["no solution is listed, but there is one"]
    if claim.concept == _PERFECT and isinstance(game, ExtensiveGame):
        return _listed(game, claim).missing()
    if claim.concept == _PERFECT and len(claim.outcomes) == 1 and _is_strict(game, claim):
        return []
    if claim.concept == "nash" and len(claim.outcomes) == 1 and _states_plans(claim.outcomes[0]):
        failures = _plan_failures(game, claim.outcomes[0])
        if not failures and not all(claim.outcomes[0].certificate.evidence["unique_plans"]):
            return ["a player has other optimal plans"]
        return failures
    raise Unproven("nothing here proves that there are no others")


def _is_strict(game: _Game, claim: Claim) -> bool:
    """Whether each move of an equilibrium of perfect information is better than the others."""
    values = values_of(game, tables_of(game, claim.outcomes[0]))
    below: dict[int, list[Fraction]] = {}
    for before, node in zip(*(nodes.tolist() for nodes in game.edges), strict=True):
        if (mover := int(game.mover[before])) >= 0:
            below.setdefault(before, []).append(values[node][mover])
    return all(own.count(max(own)) == 1 for own in below.values())


def _open(game: ExtensiveGame, claim: Claim) -> list[str]:
    """Which subgames that are named are not open, and which are, and are not named."""
    listed = _listed(game, claim)
    stated = list(claim.open_subgames or ())
    true = {game.history(root): root for root in listed.open_roots()}
    failures = [
        f"the subgame at {listed.named(root)} has infinitely many equilibria that pay differently"
        for history, root in true.items()
        if history not in stated
    ]
    wrong = sum(history not in true for history in stated)
    if wrong or len(set(stated)) < len(stated):
        failures.append(f"{wrong} of the open subgames are none, or one is named twice")
    return failures


def _listed(game: ExtensiveGame, claim: Claim) -> ListedSubgames:
    tables = [tables_of(game, outcome) for outcome in claim.outcomes]
    profiles = [PlayedInTree(own, values_of(game, own)) for own in tables]
    return ListedSubgames(game, *subgames_of(game), profiles)


def _states_plans(outcome: Outcome) -> bool:
    evidence = outcome.certificate.evidence
    return any(name in evidence for name in ("unique_plans", "plan_witnesses"))


def _plan_failures(game: _Game, outcome: Any) -> list[str]:
    """What is false of its statement which plans are the only optimal ones."""
    evidence = outcome.certificate.evidence
    stated = items(evidence.get("unique_plans"), "unique_plans")
    witnesses = items(evidence.get("plan_witnesses"), "plan_witnesses")
    of_two = game.num_players == len(stated) == len(witnesses) == 2
    if not isinstance(game, ExtensiveGame) or not of_two:
        raise InputError("unique_plans is not stated of two players, with a witness each")
    shown = [
        _table_of(game, 1 - k if stated[k] else k, witness) for k, witness in enumerate(witnesses)
    ]
    return plan_failures(game, tables_of(game, outcome), stated, shown)


def _stated_regrets(outcome: Outcome) -> Sequence[Any]:
    evidence = outcome.certificate.evidence
    stated = evidence.get("regrets", ()) if isinstance(evidence, Mapping) else ()
    return stated if isinstance(stated, Sequence) else ()


def _failures(game: _Game, outcome: Outcome) -> list[str]:
    """What of an equilibrium does not hold."""
    if not isinstance(outcome, StrategyProfile):
        return [f"a {type(outcome).__name__} is no outcome of a tree"]
    if getattr(outcome, "index", None) is not None:
        return ["an index is stated, which only equilibria of a normal form have"]
    tables = tables_of(game, outcome)
    regrets, payoffs = regrets_and_payoffs(game, tables)
    if outcome.certificate.kind == _PERFECT:
        regrets = regrets_in_subgames(game, tables)
    exact = outcome.certificate.arithmetic == RATIONAL
    stated = _stated_regrets(outcome)
    if len(stated) != len(regrets) or len(outcome.payoffs) != len(payoffs):
        return ["there is not one regret and one payoff a player"]
    failures = []
    for k, player in enumerate(game.players):
        failures += number_failures(f"the regret of {player}", regrets[k], stated[k], exact)
        failures += number_failures(
            f"the payoff of {player}", payoffs[k], outcome.payoffs[k], exact
        )
    value = outcome.certificate.evidence.get("value")
    if value is not None:
        if not game.is_zero_sum or any(regrets):
            return [*failures, "a value is stated, which only equilibria of zero-sum games have"]
        failures += number_failures("the value", payoffs[0], value, exact)
    return failures


def tables_of(game: _Game, outcome: Any) -> tuple[tuple[Any, ...], ...]:
    """The strategies of an outcome as vectors in the order of the game's information sets.

    Raises:
        InputError: if they are not behaviour strategies of this game, complete and by its labels.
    """
    if len(outcome.strategies) != game.num_players:
        raise InputError(f"{len(outcome.strategies)} strategies for {game.num_players} players")
    return tuple(
        _table_of(game, player, strategy) for player, strategy in enumerate(outcome.strategies)
    )


def _table_of(game: _Game, player: int, strategy: Any) -> tuple[Any, ...]:
    own, whose = game.sets[player], f"the strategy of {game.players[player]}"
    if isinstance(strategy, Mapping):
        labels = {known.label for known in own}
        unknown = [label for label in strategy if label not in labels]
        if unknown:
            raise InputError(f"{whose} names an information set {quoted(unknown[0])}, unknown")
        missing = [known.label for known in own if known.label not in strategy]
        if missing:
            raise InputError(f"{whose} lacks the information set {quoted(missing[0])}")
        rows = [_row_of(strategy[known.label], known.actions, whose) for known in own]
    else:
        rows = [list(items(row, whose)) for row in items(strategy, whose)]
    if [len(row) for row in rows] != [len(known.actions) for known in own]:
        raise InputError(f"{whose} has not one number an action of each information set")
    for known, row in zip(own, rows, strict=True):
        exact = [to_fraction(p) for p in row]
        if min(exact) < 0 or sum(exact) != 1:
            raise InputError(f"{whose} is no distribution at {quoted(known.label)}")
    return tuple(tuple(Fraction(to_fraction(p)) for p in row) for row in rows)


def _row_of(row: Any, actions: Sequence[str], whose: str) -> list[Any]:
    if not isinstance(row, Mapping):
        return list(items(row, whose))
    if set(row) != set(actions):
        raise InputError(f"{whose} does not name the actions {', '.join(actions)} where it moves")
    return [row[action] for action in actions]
