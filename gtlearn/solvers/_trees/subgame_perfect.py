"""Subgame-perfect equilibria by recursion over subgames (Selten 1965; Kuhn 1953)."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.nash import exact_tables
from gtlearn.solvers._trees.subgames import (
    Layer,
    Payoffs,
    Subgames,
    layer_game,
    layer_of,
    subgames_of,
)
from gtlearn.solvers.outcomes import RATIONAL, Certificate, StrategyProfile, Table, pure
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.tree_values import regrets_in_subgames, values_of

_METHOD = "backward induction over subgames"


def solve_subgame_perfect(game: ExtensiveGame, *, progress: Progress | None = None) -> Solution:
    """One subgame-perfect equilibrium; see `solvers.solve`.

    Subgames are solved from the smallest on, each with what the smaller ones pay in their place:
    one in which a single player moves by its best plan, one of two players by an equilibrium.
    Where every subgame has a single move that is better than the others, there is no other
    equilibrium, and `complete` says so.

    Raises:
        InputError: if a player has not perfect recall, or more than two players move in a subgame
            beside its smaller ones.
    """
    start = time.monotonic()
    for player in range(game.num_players):
        game.sequences(player)
    notes = [game.number_note] if game.number_note else []
    solutions: tuple[StrategyProfile, ...] = ()
    status, alone = OK, False
    with heard_by(progress):
        try:
            induction = _Induction(game)
            tables = induction.run()
            solutions, alone = (_certified(game, tables),), induction.alone
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached} before all subgames were solved; {reached.more}")
    return Solution(
        game=game,
        concept="subgame-perfect",
        method=_METHOD,
        solutions=solutions,
        status=status,
        complete=alone,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _certified(game: ExtensiveGame, tables: tuple[Table, ...]) -> StrategyProfile:
    regrets = regrets_in_subgames(game, tables)
    payoffs = values_of(game, tables)[0]
    proof = Certificate("subgame-perfect", RATIONAL, not any(regrets), {"regrets": regrets})
    return StrategyProfile(tables, payoffs, proof)


class _Induction:
    """What is played and paid in the subgames that are solved.

    Attributes:
        alone: whether each of them has a single solution for certain.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game, self.alone = game, True
        self._tables: list[list[Any]] = [[None] * len(own) for own in game.sets]
        self._paid: dict[int, Payoffs] = {}  # in the subgame at a node
        self._leaves = [
            tuple(row) for row in zip(*(p.fractions() for p in game.payoffs), strict=True)
        ]

    def run(self) -> tuple[Table, ...]:
        """Solves all of them; the strategies."""
        subgames = subgames_of(self.game)
        for root in subgames.roots:
            limits.check()
            self._paid[root] = self._solved(root, subgames)
        return tuple(map(tuple, self._tables))

    def _solved(self, root: int, subgames: Subgames) -> Payoffs:
        game = self.game
        layer = layer_of(game, root, subgames, self._paid)
        below = [self._at(node) for node in layer.nodes[1:]]
        mover, place = int(game.mover[root]), int(game.place[root])
        if None not in below:  # one move, and then all is known
            known = [paid for paid in below if paid is not None]
            if mover == CHANCE:
                return _mean(known, game.chance[place].probabilities)
            own = [paid[mover] for paid in known]
            best = own.index(max(own))
            self.alone &= own.count(own[best]) == 1
            self._tables[mover][place] = pure(len(own), best)
            return known[best]
        self.alone = False
        return self._of_layer(layer)

    def _at(self, node: int) -> Payoffs | None:
        """What is paid from a node on; None where that is not known yet."""
        if self.game.mover[node] == LEAF:
            return self._leaves[int(self.game.place[node])]
        return self._paid.get(node)

    def _of_layer(self, layer: Layer) -> Payoffs:
        if len(layer.movers) > 2:
            history = "/".join(self.game.history(layer.nodes[0])) or "the start"
            raise InputError(
                f"{len(layer.movers)} players move in the subgame at {history}; subgames of at "
                "most two are solved"
            )
        if layer.movers:
            small, places = layer_game(self.game, layer, self._paid)
            tables = _alone(small) if len(layer.movers) == 1 else exact_tables(form_of(small))
            for player, own, table in zip(layer.movers, places, tables, strict=True):
                for place, row in zip(own, table, strict=True):
                    self._tables[player][place] = row
        return self._expected(layer)

    def _expected(self, layer: Layer) -> Payoffs:
        """What all players get in a layer."""
        game, reach = self.game, {layer.nodes[0]: Fraction(1)}
        totals = [Fraction(0)] * game.num_players
        for node in layer.nodes:
            if node != layer.nodes[0]:
                before, move = int(game.parent[node]), int(game.move[node])
                mover, place = int(game.mover[before]), int(game.place[before])
                vector = (
                    game.chance[place].probabilities
                    if mover == CHANCE
                    else self._tables[mover][place]
                )
                reach[node] = reach[before] * vector[move]
                paid = self._at(node)
                if paid is not None and reach[node]:
                    totals = [t + reach[node] * p for t, p in zip(totals, paid, strict=True)]
        return tuple(totals)


def _mean(paid: list[Payoffs], weights: tuple[Fraction, ...]) -> Payoffs:
    columns = zip(*paid, strict=True)
    return tuple(
        sum((w * p for w, p in zip(weights, column, strict=True)), Fraction(0))
        for column in columns
    )


def _alone(game: ExtensiveGame) -> list[Table]:
    """The best plan of the only player who moves."""
    own = game.sequences(0)
    reach, payoffs = game.chance_reach, game.payoffs[0]
    worth = [0] * own.size
    for at, p, paid in zip(
        game.leaf_sequences[0].tolist(),
        reach.numerators.tolist(),
        payoffs.numerators.tolist(),
        strict=True,
    ):
        worth[at] += p * paid
    rows: list[Any] = [None] * own.num_sets
    first, before = own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets - 1, -1, -1):
        values = worth[first[place] : first[place + 1]]
        rows[place] = pure(len(values), values.index(max(values)))
        worth[before[place]] += max(values)
    return [tuple(rows)]
