"""Subgame-perfect equilibria by recursion over subgames (Selten 1965; Kuhn 1953)."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from gtlearn import limits
from gtlearn.games import ExtensiveGame
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.nash import exact_tables
from gtlearn.solvers._trees.subgame_lists import (
    MOST_EQUILIBRIA,
    SubgamePerfectList,
    listed,
    tables_of,
)
from gtlearn.solvers._trees.subgames import (
    Layer,
    Payoffs,
    Subgames,
    history_of,
    layer_game,
    layer_of,
    layer_payoffs,
    leaf_payoffs,
    subgames_of,
)
from gtlearn.solvers.outcomes import (
    RATIONAL,
    Certificate,
    Strategy,
    StrategyProfile,
    Table,
    pure,
)
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.tree_values import regrets_in_subgames, values_of

_METHOD = "backward induction over subgames"
_REST = 0.7  # of a time limit that is kept for all equilibria, once there is one
_SHOWN = 3  # subgames that a note names


def solve_subgame_perfect(
    game: ExtensiveGame, *, find: str = "one", progress: Progress | None = None
) -> Solution:
    """One subgame-perfect equilibrium, or all as far as they are finitely many; see
    `solvers.solve`.

    Subgames are solved from the smallest on, each with what the smaller ones pay in their place:
    one in which a single player moves by its best plan, one of two players by an equilibrium, or
    by all. Where one equilibrium is asked for, `complete` says that every subgame has a single move
    that is better than the others. Where all are, it says that any other one pays as one of those
    listed, in every subgame.

    Args:
        game: the tree.
        find: "one" or "all".
        progress: told what is being done.

    Raises:
        InputError: if a player has not perfect recall, more than two players move in a subgame
            beside its smaller ones, or all are asked for and the reduced normal form of a subgame
            is too large.
    """
    start = time.monotonic()
    for player in range(game.num_players):
        game.sequences(player)
    notes = [game.number_note] if game.number_note else []
    solutions: list[StrategyProfile] = []
    status, complete, open_subgames = OK, False, None
    with heard_by(progress):
        try:
            with limits.keeping(0.0, 0.0 if find == "one" else _REST):
                induction = _Induction(game)  # of all, too: so that one is there at a limit
                solutions, complete = [_certified(game, induction.run())], induction.alone
            if find == "all":
                known, complete = listed(game), False
                everything: list[StrategyProfile] = []
                for equilibrium in known.equilibria:
                    limits.check()
                    everything.append(_certified(game, tables_of(game, equilibrium)))
                    solutions = everything
                notes += _notes(game, known)
                complete = not known.is_cut and not known.open_roots
                if known.open_roots or known.stand_for_more:
                    open_subgames = tuple(game.history(root) for root in known.open_roots)
        except LimitReached as reached:
            status = reached.status
            what = "all were found" if solutions else "all subgames were solved"
            notes.append(f"{reached} before {what}; {reached.more}")
    return Solution(
        game=game,
        concept="subgame-perfect",
        method=_METHOD,
        solutions=tuple(solutions),
        status=status,
        complete=complete,
        open_subgames=open_subgames,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _notes(game: ExtensiveGame, known: SubgamePerfectList) -> list[str]:
    """What a reader should know of a list."""
    notes = []
    if known.stand_for_more:
        notes.append(
            "where infinitely many equilibria of a subgame pay the same, or differ only where a "
            "player's own plan does not go, one stands for them"
        )
    if known.open_roots:
        shown = [history_of(game, root) for root in known.open_roots[:_SHOWN]]
        more = len(known.open_roots) - len(shown)
        notes.append(
            f"infinitely many equilibria pay differently in the subgames at {', '.join(shown)}"
            f"{f' and {more} more' if more else ''}: only their extreme payoffs are followed up"
        )
    if known.is_cut:
        notes.append(
            f"there are more than {MOST_EQUILIBRIA} equilibria, of which so many are listed"
        )
    return notes


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
        self._leaves = leaf_payoffs(game)

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
        if layer.movers:
            small, places = layer_game(self.game, layer, self._paid)
            tables = _alone(small) if len(layer.movers) == 1 else exact_tables(form_of(small))
            for player, own, table in zip(layer.movers, places, tables, strict=True):
                for place, row in zip(own, table, strict=True):
                    self._tables[player][place] = row
        return layer_payoffs(self.game, layer, self._row, self._at)

    def _row(self, at: tuple[int, int]) -> Strategy:
        player, place = at
        row: Strategy = self._tables[player][place]
        return row


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
