"""All subgame-perfect equilibria of a tree, as far as they are finitely many.

Subgames are solved from the smallest on (Selten 1965), once for each vector of payoffs that the
equilibria of the smaller ones have. Of a connected component of equilibria of a layer that all pay
the same, one is taken; of one that pays differently, one for each payoff vector of its extreme
equilibria, whose convex hull holds what all others pay: payoffs are bilinear on each maximal Nash
subset (Winkels 1979).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from gtlearn import limits
from gtlearn.games import ExtensiveGame
from gtlearn.games.kinds.extensive.game import LEAF
from gtlearn.games.reduction import plans_of
from gtlearn.progress import tell
from gtlearn.solvers._nash import all_equilibria
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.from_plans import behaviour_of_plans
from gtlearn.solvers._trees.lone_mover import optimal_plans
from gtlearn.solvers._trees.nash import exact_tables
from gtlearn.solvers._trees.subgames import (
    Layer,
    Payoffs,
    layer_game,
    layer_of,
    layer_payoffs,
    leaf_payoffs,
    subgames_of,
)
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy, Table, pure

MOST_EQUILIBRIA = 1_000  # equilibria of a subgame
_LOOK = 256  # subgames between two words on the progress

_Rows = dict[tuple[int, int], Strategy]  # what is played, by player and information set


@dataclass(frozen=True, eq=False)
class Played:
    """An equilibrium of a subgame.

    Attributes:
        root: where the subgame begins.
        payoffs: what it pays.
        rows: what is played in the layer at the root.
        inner: the equilibria of the smaller subgames just below.
        is_open: whether it is one of infinitely many of the layer that pay differently.
    """

    root: int
    payoffs: Payoffs
    rows: _Rows
    inner: tuple[Played, ...]
    is_open: bool


@dataclass(frozen=True)
class SubgamePerfectList:
    """The subgame-perfect equilibria of a tree.

    Attributes:
        equilibria: at most `MOST_EQUILIBRIA`.
        is_cut: whether there are more of them.
        stand_for_more: whether one may stand for infinitely many that pay the same.
    """

    equilibria: list[Played]
    is_cut: bool
    stand_for_more: bool

    @property
    def open_roots(self) -> list[int]:
        """Where subgames begin in which infinitely many equilibria pay differently, with what a
        listed one plays in the smaller ones."""
        return sorted({part.root for e in self.equilibria for part in _parts(e) if part.is_open})


def listed(game: ExtensiveGame) -> SubgamePerfectList:
    """The subgame-perfect equilibria of a tree of players with perfect recall.

    Raises:
        InputError: if more than two players move in a layer, or its reduced normal form is too
            large.
        LimitReached: at a limit.
    """
    return _Recursion(game).run()


def tables_of(game: ExtensiveGame, equilibrium: Played) -> tuple[Table, ...]:
    """The behaviour strategies of an equilibrium of the whole tree."""
    tables: list[list[Any]] = [[None] * len(own) for own in game.sets]
    for part in _parts(equilibrium):
        for (player, place), row in part.rows.items():
            tables[player][place] = row
    return tuple(map(tuple, tables))


def _parts(equilibrium: Played) -> Iterator[Played]:
    """The equilibrium itself, and its parts in all smaller subgames."""
    stack = [equilibrium]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(part.inner)


@dataclass(frozen=True)
class _OfLayer:
    """Equilibria of a layer: what is played, what it pays, and whether it is open."""

    rows: _Rows
    payoffs: Payoffs
    is_open: bool = False


class _Recursion:
    """The equilibria of the subgames that are solved, by their roots."""

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        self.is_cut, self.stand_for_more = False, False
        self._leaves = leaf_payoffs(game)
        self._equilibria: dict[int, list[Played]] = {}

    def run(self) -> SubgamePerfectList:
        """Solves all subgames."""
        subgames = subgames_of(self.game)
        for done, root in enumerate(subgames.roots):
            limits.check()
            if done % _LOOK == 0:
                tell(done / len(subgames.roots), "subgames")
            layer = layer_of(self.game, root, subgames, self._equilibria)
            self._equilibria[root] = self._of_subgame(layer)
        return SubgamePerfectList(self._equilibria.get(0, []), self.is_cut, self.stand_for_more)

    def _of_subgame(self, layer: Layer) -> list[Played]:
        """The equilibria of a subgame, from those of the smaller ones, which are forgotten."""
        inner = [node for node in layer.nodes[1:] if node in self._equilibria]
        groups = [_by_payoffs(self._equilibria.pop(node)) for node in inner]
        out: list[Played] = []
        for paid in product(*groups):
            limits.check()
            for one in self._of_layer(layer, dict(zip(inner, paid, strict=True))):
                for parts in product(*(g[p] for g, p in zip(groups, paid, strict=True))):
                    if len(out) == MOST_EQUILIBRIA:
                        self.is_cut = True
                        return out
                    out.append(Played(layer.nodes[0], one.payoffs, one.rows, parts, one.is_open))
        return out

    def _of_layer(self, layer: Layer, inner: dict[int, Payoffs]) -> list[_OfLayer]:
        """The equilibria of a layer."""

        def paid(node: int) -> Payoffs | None:
            if self.game.mover[node] == LEAF:
                return self._leaves[int(self.game.place[node])]
            return inner.get(node)

        if not layer.movers:
            rows: _Rows = {}
            return [_OfLayer(rows, layer_payoffs(self.game, layer, rows.__getitem__, paid))]
        if len(layer.movers) == 1:
            best = optimal_plans(self.game, layer, paid, MOST_EQUILIBRIA)
            self.stand_for_more |= best.has_ties
            self.is_cut |= best.is_cut
            several = len(best.plans) > 1
            return [
                _OfLayer(self._pure(layer.movers[0], plan), payoffs, several)
                for payoffs, plan in best.plans.items()
            ]
        out = []
        for component in self._components(layer, inner):
            known: dict[Payoffs, _Rows] = {}
            for rows in component:
                payoffs = layer_payoffs(self.game, layer, rows.__getitem__, paid)
                known.setdefault(payoffs, rows)
            out += [_OfLayer(rows, payoffs, len(known) > 1) for payoffs, rows in known.items()]
        return out

    def _pure(self, player: int, plan: dict[int, int]) -> _Rows:
        sets = self.game.sets[player]
        return {
            (player, place): pure(len(sets[place].actions), action)
            for place, action in plan.items()
        }

    def _components(self, layer: Layer, inner: dict[int, Payoffs]) -> list[list[_Rows]]:
        """The different extreme equilibria of each component of a layer of two movers; of all that
        have the same value in a game of constant sum, one."""
        small, places = layer_game(self.game, layer, inner)
        form = form_of(small)
        if self.game.num_players == 2 and small.is_constant_sum:
            self.stand_for_more = True
            groups = [[exact_tables(form)]]
        else:
            solution = all_equilibria(small.reduced())
            if not solution.complete or solution.components is None:
                raise _too_many(solution.status)
            plans = plans_of(small)
            tables = [
                behaviour_of_plans(form, e, plans)
                for e in solution
                if isinstance(e, NashEquilibrium)
            ]
            groups = [
                list(dict.fromkeys(tables[k] for k in component))
                for component in solution.components
            ]
            self.stand_for_more |= any(
                len(group) > 1 or _leaves_open(small, group[0]) for group in groups
            )
        return [[_rows_of(layer, places, tables) for tables in group] for group in groups]


def _too_many(status: str) -> limits.LimitReached:
    """The limit at which a subgame's enumeration ended, whether its own or the user's."""
    reached = limits.of_status(status)
    if not isinstance(reached, limits.MemoryLimitReached):
        return reached
    return limits.MemoryLimitReached(
        "a subgame has more equilibria than are held", "take a smaller game, or a higher limit"
    )


def _by_payoffs(equilibria: list[Played]) -> dict[Payoffs, list[Played]]:
    groups: dict[Payoffs, list[Played]] = {}
    for one in equilibria:
        groups.setdefault(one.payoffs, []).append(one)
    return groups


def _rows_of(layer: Layer, places: list[list[int]], tables: Sequence[Table]) -> _Rows:
    return {
        (player, place): row
        for player, own, table in zip(layer.movers, places, tables, strict=True)
        for place, row in zip(own, table, strict=True)
    }


def _leaves_open(game: ExtensiveGame, tables: Sequence[Table]) -> bool:
    """Whether a player's own plan leaves a choice open at a set where it does not go."""
    for player, table in enumerate(tables):
        own = game.sequences(player)
        reached, first = [True] * own.size, own.first.tolist()
        for place, before in enumerate(own.before.tolist()):
            if not reached[before] and len(table[place]) > 1:
                return True
            for k, p in enumerate(table[place], start=first[place]):
                reached[k] = reached[before] and bool(p)
    return False
