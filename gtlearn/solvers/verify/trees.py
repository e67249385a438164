"""Solutions of trees re-checked from the tree alone, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import ExtensiveGame
from gtlearn.games.numbers import Number, to_fraction
from gtlearn.limits import check
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
from gtlearn.solvers.verify.report import Statement, Tested, Unproven, unless
from gtlearn.solvers.verify.subgame_lists import ListedSubgames, PlayedInTree

_EVIDENCE = ("regrets", "value")
_PERFECT = "subgame-perfect"

_LOOK = 4096  # nodes between two looks at the limits
_Rows = Sequence[Sequence[Number]]


def tree_statements(game: ExtensiveGame, claim: Claim) -> Iterator[Statement]:
    """The statements of a solution of a tree in behaviour strategies."""
    if claim.concept not in ("nash", _PERFECT):
        wrong = f"{claim.concept} is stated of a tree, of which only Nash and {_PERFECT} are"
        yield Statement("of which concept they are", unless(False, wrong))
        return
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
    if not held:
        return
    yield from whole_statements(claim)
    yield from foreign_statements(claim, OF_TABLES, "commitments to tables")
    yield from foreign_statements(claim, SETS, "Nash equilibria of a normal form")
    if len(claim.outcomes) > 1:
        keys = [tables_of(game, outcome) for outcome in claim.outcomes]
        yield Statement("that the solutions are different ones", partial(repeated, keys))
    if claim.open_subgames is not None and claim.concept == _PERFECT:
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


def _others(game: ExtensiveGame, claim: Claim) -> list[str]:
    """What shows that the list lacks one, up to others that pay the same in every subgame."""
    if claim.concept != _PERFECT:
        raise Unproven("nothing here proves that there are no others")
    return _listed(game, claim).missing()


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
    return ListedSubgames(game, *_subgames(game), profiles)


def _stated_regrets(outcome: Outcome) -> Sequence[Any]:
    evidence = outcome.certificate.evidence
    stated = evidence.get("regrets", ()) if isinstance(evidence, Mapping) else ()
    return stated if isinstance(stated, Sequence) else ()


def _failures(game: ExtensiveGame, outcome: Outcome) -> list[str]:
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


def tables_of(game: ExtensiveGame, outcome: Any) -> tuple[tuple[Any, ...], ...]:
    """The strategies of an outcome as vectors in the order of the game's information sets.

    Raises:
        InputError: if they are not behaviour strategies of this game, complete and by its labels.
    """
    if len(outcome.strategies) != game.num_players:
        raise InputError(f"{len(outcome.strategies)} strategies for {game.num_players} players")
    return tuple(
        _table_of(game, player, strategy) for player, strategy in enumerate(outcome.strategies)
    )


def _table_of(game: ExtensiveGame, player: int, strategy: Any) -> tuple[Any, ...]:
    own, whose = game.sets[player], f"the strategy of {game.players[player]}"
    if isinstance(strategy, Mapping):
        unknown = [label for label in strategy if label not in {known.label for known in own}]
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


def regrets_and_payoffs(
    game: ExtensiveGame, tables: Sequence[_Rows]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """What each player gains by its best deviation, and what it gets, exactly.

    A best response is found information set by information set from the last ones on, each
    action's worth being summed over the nodes of the set by the probabilities with which chance
    and the others lead there. That is right with perfect recall, which is tested.

    Args:
        game: the tree.
        tables: one a player: a vector of exact probabilities at each of its information sets.

    Raises:
        InputError: if a player of the tree has not perfect recall.
        LimitReached: at a limit.
    """
    for player in range(game.num_players):
        game.sequences(player)  # raises where one forgets
    walk = _Walk(game, tables)
    payoffs = walk.payoffs()
    return tuple(walk.best(k) - payoff for k, payoff in enumerate(payoffs)), payoffs


class _Walk:
    """The tree as lists, and the probability that each move is made, as integers."""

    def __init__(self, game: ExtensiveGame, tables: Sequence[_Rows]) -> None:
        self.game = game
        arrays = (game.parent, game.move, game.mover, game.place)
        self.parent, self.move, self.mover, self.place = (a.tolist() for a in arrays)
        drawn = [moves.probabilities for moves in game.chance]
        self._vectors = [*map(_integers, tables), _integers(drawn)]  # the last is chance's

    def payoffs(self) -> tuple[Fraction, ...]:
        """What each player gets if all play their tables."""
        reach, bottom = self._reach(None)
        paid = [(p.numerators.tolist(), p.denominator) for p in self.game.payoffs]
        totals: dict[int, list[int]] = {}  # by the denominator of what leads there
        for node, mover in enumerate(self.mover):
            if mover == -2 and reach[node]:
                own = totals.setdefault(bottom[node], [0] * len(paid))
                for k, (numerators, _) in enumerate(paid):
                    own[k] += reach[node] * numerators[self.place[node]]
        return tuple(
            sum((Fraction(own[k], low * common) for low, own in totals.items()), Fraction(0))
            for k, (_, common) in enumerate(paid)
        )

    def _reach(self, free: int | None) -> tuple[list[int], list[int]]:
        """The probability of each node, but for the moves of one player."""
        top, bottom = [1] * len(self.parent), [1] * len(self.parent)
        for node in range(1, len(self.parent)):
            if node % _LOOK == 0:
                check()
            before = self.parent[node]
            mover = self.mover[before]
            top[node], bottom[node] = top[before], bottom[before]
            if mover != free:
                tops, low = self._vectors[mover][self.place[before]]
                top[node] *= tops[self.move[node]]
                bottom[node] *= low
        return top, bottom

    def best(self, player: int) -> Fraction:
        """The payoff of a best response."""
        reach, bottom = self._reach(player)
        common = lcm(*set(bottom))
        payoffs = self.game.payoffs[player]
        numerators = payoffs.numerators.tolist()
        sets = self.game.sets[player]
        worth = [[0] * len(known.actions) for known in sets]  # of each action of each set
        above: list[tuple[int, int]] = [(-1, 0)] * len(self.parent)  # its last set and action
        whole = 0  # what no move of its own precedes
        before: list[tuple[int, int] | None] = [None] * len(sets)
        for node, mover in enumerate(self.mover):
            up = self.parent[node]
            if up >= 0:
                own = self.mover[up] == player
                above[node] = (self.place[up], self.move[node]) if own else above[up]
            if mover == player:
                before[self.place[node]] = above[node]
            elif mover == -2 and reach[node]:
                value = reach[node] * (common // bottom[node]) * numerators[self.place[node]]
                place, action = above[node]
                if place < 0:
                    whole += value
                else:
                    worth[place][action] += value
        for place in range(len(sets) - 1, -1, -1):  # a set is met after those that lead to it
            earlier = before[place]
            if earlier is None:
                continue
            if earlier[0] < 0:
                whole += max(worth[place])
            else:
                worth[earlier[0]][earlier[1]] += max(worth[place])
        return Fraction(whole, common * payoffs.denominator)


def _integers(rows: _Rows) -> list[tuple[list[int], int]]:
    """Each vector as integers over one denominator."""
    out = []
    for row in rows:
        exact = [Fraction(p) for p in row]
        common = lcm(*(p.denominator for p in exact))
        out.append(([p.numerator * (common // p.denominator) for p in exact], common))
    return out


def values_of(game: ExtensiveGame, tables: Sequence[_Rows]) -> list[tuple[Fraction, ...]]:
    """What each player gets from each node on."""
    vectors = [*tables, [moves.probabilities for moves in game.chance]]
    leaves = list(zip(*(p.fractions().tolist() for p in game.payoffs), strict=True))
    values: list[Any] = [[Fraction(0)] * game.num_players for _ in range(game.num_nodes)]
    rows = list(zip(*(a.tolist() for a in (game.parent, game.move)), strict=True))
    for node in range(game.num_nodes - 1, -1, -1):
        if node % _LOOK == 0:
            check()
        if game.mover[node] == -2:
            values[node] = leaves[int(game.place[node])]
        before, move = rows[node]
        if before >= 0:
            p = Fraction(vectors[int(game.mover[before])][int(game.place[before])][move])
            if p:
                pairs = zip(values[before], values[node], strict=True)
                values[before] = [total + p * value for total, value in pairs]
    return [tuple(value) for value in values]


def regrets_in_subgames(game: ExtensiveGame, tables: Sequence[_Rows]) -> tuple[Fraction, ...]:
    """The most that each player could gain in any subgame, exactly.

    A subgame begins where no information set has nodes both below and elsewhere (Selten 1965); a
    best response there is one in each smaller subgame, too, so that each is looked at with what a
    best response earns in the smaller ones.

    Raises:
        InputError: if a player has not perfect recall.
        LimitReached: at a limit.
    """
    values = values_of(game, tables)
    roots, end = _subgames(game)
    vectors = [*tables, [moves.probabilities for moves in game.chance]]
    most = []
    for player in range(game.num_players):
        game.sequences(player)
        best: dict[int, Fraction] = {}
        for root in roots:
            check()
            best[root] = _best_in(game, vectors, player, root, end, best)
        most.append(max((best[root] - values[root][player] for root in roots), default=Fraction(0)))
    return tuple(most)


def _subgames(game: ExtensiveGame) -> tuple[list[int], list[int]]:
    """The nodes at which subgames begin, the last first, and one more than the last node below."""
    count, mover, place = game.num_nodes, game.mover.tolist(), game.place.tolist()
    spans: dict[tuple[int, int], list[int]] = {}
    for node in range(count):
        if mover[node] >= 0:
            spans.setdefault((mover[node], place[node]), []).append(node)
    low, high, end = list(range(count)), list(range(count)), list(range(1, count + 1))
    for nodes in spans.values():
        for node in nodes:
            low[node], high[node] = nodes[0], nodes[-1]
    roots = []
    for node in range(count - 1, -1, -1):
        if mover[node] != -2 and low[node] >= node and high[node] < end[node]:
            roots.append(node)
        before = int(game.parent[node])
        if before >= 0:
            low[before] = min(low[before], low[node])
            high[before] = max(high[before], high[node])
            end[before] = max(end[before], end[node])
    return roots, end


def _best_in(
    game: ExtensiveGame,
    vectors: Sequence[Any],
    player: int,
    root: int,
    end: list[int],
    best: Mapping[int, Fraction],
) -> Fraction:
    """What a best response earns in a subgame, from what it earns in the smaller ones."""
    worth: dict[tuple[int, int], Fraction] = {}  # of a set and an action; of nothing: (-1, 0)
    before: dict[int, tuple[int, int]] = {}  # the last own move that leads to a set
    at = {root: (Fraction(1), (-1, 0))}  # what others' moves make likely, and the last own move
    node = root
    while node < end[root]:
        if node != root:
            up, move = int(game.parent[node]), int(game.move[node])
            reach, own = at[up]
            mover, place = int(game.mover[up]), int(game.place[up])
            if mover == player:
                own = (place, move)
            else:
                reach *= vectors[mover][place][move]
            at[node] = reach, own
        reach, own = at[node]
        if node != root and node in best:
            worth[own] = worth.get(own, Fraction(0)) + reach * best[node]
            node = end[node]
            continue
        mover, place = int(game.mover[node]), int(game.place[node])
        if mover == -2:
            paid = game.payoffs[player][place]
            worth[own] = worth.get(own, Fraction(0)) + reach * paid
        elif mover == player:
            before.setdefault(place, own)
        node += 1
    for place in sorted(before, reverse=True):
        actions = range(len(game.sets[player][place].actions))
        most = max(worth.get((place, a), Fraction(0)) for a in actions)
        worth[before[place]] = worth.get(before[place], Fraction(0)) + most
    return worth.get((-1, 0), Fraction(0))
