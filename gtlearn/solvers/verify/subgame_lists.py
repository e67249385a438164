"""Whether a list of subgame-perfect equilibria holds all of them, subgame by subgame.

In a subgame each smaller one is a leaf that pays what is played there; what is left is its layer,
in which a subgame-perfect equilibrium plays a Nash equilibrium (Selten 1965). Two of them are of
one class where in every layer they play in the same connected component of Nash equilibria. Where
all components pay the same all over, the classes are finitely many, and a list is complete that has
one of each. That is so where, in every subgame, each combination of the classes of the smaller ones
is listed with each component of the layer.

The components are those of the extreme equilibria of the layer's strategic form. That two movers
of two players have one component, which has one payoff, where their payoffs have a constant sum is
von Neumann's theorem (1928); the best plans of a lone mover are a polytope.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from gtlearn.games import ExtensiveGame
from gtlearn.limits import check
from gtlearn.solvers.verify.bimatrix import Bimatrix, Pair, support
from gtlearn.solvers.verify.extreme import extreme_equilibria
from gtlearn.solvers.verify.nash_sets import connected
from gtlearn.solvers.verify.report import Unproven

_MAX_PROFILES = 100_000  # of plans of a layer

_Values = tuple[Fraction, ...]  # one a player
_Move = tuple[int, int]  # an information set and an action
_Plan = dict[int, int]  # an action at each information set that a player's own moves reach


@dataclass(frozen=True)
class PlayedInTree:
    """A subgame-perfect equilibrium.

    Attributes:
        tables: the behaviour strategy of each player.
        values: what each player gets from each node on.
    """

    tables: Sequence[Any]
    values: Sequence[_Values]


class ListedSubgames:
    """What subgame-perfect equilibria play in each subgame, and what else could be played there.

    Args:
        game: the tree, of players with perfect recall.
        roots: the nodes at which subgames begin, the last first.
        end: one more than the last node below each node.
        profiles: the equilibria, each verified on its own.
    """

    def __init__(
        self,
        game: ExtensiveGame,
        roots: Sequence[int],
        end: Sequence[int],
        profiles: Sequence[PlayedInTree],
    ) -> None:
        self.game, self.roots, self.profiles = game, roots, profiles
        self._layers = {}
        seen: set[int] = set()
        for root in roots:
            self._layers[root] = _layer(game, root, end, seen)
            seen.add(root)

    def missing(self) -> list[str]:
        """What shows that there are others than those listed, and of their classes.

        Raises:
            Unproven: if a layer is too large for it.
        """
        if not self.profiles:
            return ["no solution is listed, but there is one (Selten 1965)"]
        classes: dict[int, list[int]] = {}  # of each profile in each subgame
        for root in self.roots:
            check()
            layer = self._layers[root]
            below = list(zip(*(classes[node] for node in layer.inner), strict=True)) or [()] * len(
                self.profiles
            )
            wanted = math.prod(len(set(classes[node])) for node in layer.inner)
            if len(set(below)) < wanted:
                return [
                    f"of {wanted} ways to combine the equilibria of the subgames below "
                    f"{self.named(root)}, {len(set(below))} are listed"
                ]
            own: list[Any] = [None] * len(self.profiles)
            for group in _groups(below):
                components, form = self._equilibria(root, group[0])
                if any(component.pays_differently for component in components):
                    return [f"in the subgame at {self.named(root)} infinitely many pay differently"]
                met = [_place(components, form, self.profiles[k]) for k in group]
                if len(set(met)) < len(components):
                    return [
                        f"the subgame at {self.named(root)} has {len(components)} equilibria or "
                        f"components of them, of which {len(set(met))} are listed"
                    ]
                for k, place in zip(group, met, strict=True):
                    own[k] = below[k], place
            number: dict[Any, int] = {}
            classes[root] = [number.setdefault(one, len(number)) for one in own]
        return []

    def open_roots(self) -> list[int]:
        """The subgames in which infinitely many equilibria pay differently, with what a listed one
        plays in the smaller ones.

        Raises:
            Unproven: if a layer is too large for it.
        """
        out = []
        for root in self.roots:
            check()
            paid = [tuple(p.values[n] for n in self._layers[root].inner) for p in self.profiles]
            for group in _groups(paid):
                components, form = self._equilibria(root, group[0])
                if any(c.pays_differently for c in components):
                    places = {_place(components, form, self.profiles[k]) for k in group}
                    if any(components[place].pays_differently for place in places):
                        out.append(root)
                        break
        return sorted(out)

    def named(self, root: int) -> str:
        """The moves that lead to a subgame, in words."""
        return "/".join(self.game.history(root)) or "the start"

    def _equilibria(self, root: int, k: int) -> tuple[list[_Component], _StrategicForm | None]:
        """The components of a layer, with what one of the profiles plays in the smaller ones; and
        the strategic form, where it was needed."""
        layer, values = self._layers[root], self.profiles[k].values
        if len(layer.movers) == 0:
            return [_Component()], None
        if len(layer.nodes) == 1 + len(layer.ends):  # one move
            paid = [values[node] for node in layer.ends]
            most = max(value[layer.movers[0]] for value in paid)
            best = {value for value in paid if value[layer.movers[0]] == most}
            return [_Component(pays_differently=len(best) > 1)], None
        if self.game.num_players == 2 and len({sum(values[node]) for node in layer.ends}) == 1:
            return [_Component()], None
        form = _StrategicForm(self.game, layer, values)
        return form.components, form


def _place(
    components: Sequence[_Component], form: _StrategicForm | None, profile: PlayedInTree
) -> int:
    """The component in which a profile plays."""
    if form is None or len(components) == 1:
        return 0
    return form.place(components, profile.tables)


def _groups(keys: Sequence[Any]) -> Iterator[list[int]]:
    """The places at which the same key stands."""
    known: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        known.setdefault(key, []).append(place)
    return iter(known.values())


@dataclass(frozen=True)
class _Component:
    """A connected component of Nash equilibria of a layer.

    Attributes:
        pairs: the extreme ones, where it is not the only component.
        pays_differently: whether some player gets more in some of them than in others.
    """

    pairs: tuple[Pair, ...] = ()
    pays_differently: bool = False


@dataclass(frozen=True)
class _Layer:
    """A subgame without its smaller ones.

    Attributes:
        nodes: the root first; where smaller subgames begin, their roots.
        inner: these.
        ends: these and the leaves.
        movers: the players who move.
    """

    nodes: list[int]
    inner: list[int]
    ends: list[int]
    movers: list[int]


def _layer(game: ExtensiveGame, root: int, end: Sequence[int], seen: set[int]) -> _Layer:
    nodes, inner, ends, movers = [root], [], [], set()
    movers.add(int(game.mover[root]))
    node = root + 1
    while node < end[root]:
        nodes.append(node)
        mover = int(game.mover[node])
        if node in seen:
            inner.append(node)
        elif mover != -2:
            movers.add(mover)
        if node in seen or mover == -2:
            ends.append(node)
        node = end[node] if node in seen else node + 1
    return _Layer(nodes, inner, ends, sorted(k for k in movers if k >= 0))


class _StrategicForm:
    """A layer in plans: what each player gets for each pair of plans of those who move.

    Plans that pay all players the same, whatever the others play, count as one: the equilibria of
    what is left have as many components, since those of the layer are their inverse image, whose
    fibres are connected.
    """

    def __init__(self, game: ExtensiveGame, layer: _Layer, values: Sequence[_Values]) -> None:
        self.game, self.layer, self.values = game, layer, values
        self._moves: list[dict[int, _Move | None]] = []  # each mover's last own move at a node
        self.plans = [self._plans_of(mover) for mover in layer.movers]
        if math.prod(map(len, self.plans)) > _MAX_PROFILES:
            raise Unproven(
                f"the subgame at {'/'.join(game.history(layer.nodes[0])) or 'the start'} is too "
                "large to look for all its equilibria here"
            )

    def _plans_of(self, mover: int) -> list[_Plan]:
        """A mover's plans: an action wherever its own moves lead."""
        game, last = self.game, dict[int, _Move | None]()
        plans: list[_Plan] = [{}]
        met: set[int] = set()
        ends = set(self.layer.ends)
        for node in self.layer.nodes:
            before = int(game.parent[node])
            if before not in last:
                last[node] = None
            elif game.mover[before] == mover:
                last[node] = int(game.place[before]), int(game.move[node])
            else:
                last[node] = last[before]
            place = int(game.place[node])
            if game.mover[node] != mover or node in ends or place in met:
                continue
            met.add(place)
            plans = [
                longer for plan in plans for longer in self._longer(mover, place, last[node], plan)
            ]
            if len(plans) > _MAX_PROFILES:
                break
        self._moves.append(last)
        return plans

    def _longer(self, mover: int, place: int, own: _Move | None, plan: _Plan) -> list[_Plan]:
        if own is not None and plan.get(own[0]) != own[1]:
            return [plan]
        return [{**plan, place: k} for k in range(len(self.game.sets[mover][place].actions))]

    @cached_property
    def _payoffs(self) -> Any:
        """(players, plans, plans of the other mover, or one): integers, over one denominator."""
        game, layer = self.game, self.layer
        reach = {layer.nodes[0]: Fraction(1)}
        for node in layer.nodes[1:]:
            before = int(game.parent[node])
            drawn = game.mover[before] == -1
            chances = game.chance[int(game.place[before])].probabilities if drawn else ()
            reach[node] = reach[before] * (chances[int(game.move[node])] if drawn else 1)
        worth = {n: [reach[n] * v for v in self.values[n]] for n in layer.ends}
        common = math.lcm(*(v.denominator for own in worth.values() for v in own))
        shape = [len(plans) for plans in self.plans] + [1] * (2 - len(self.plans))
        out = np.zeros((game.num_players, *shape), dtype=object)
        for node, own in worth.items():
            check()
            fitting = [self._fitting(k, node) for k in range(len(self.plans))]
            where = np.ix_(*fitting, *[[0]] * (2 - len(fitting)))
            for player, value in enumerate(own):
                out[player][where] += value.numerator * (common // value.denominator)
        return out

    def _fitting(self, k: int, node: int) -> list[int]:
        """The plans of a mover that play towards a node."""
        own = self._moves[k][node]
        plans = enumerate(self.plans[k])
        return [i for i, plan in plans if own is None or plan.get(own[0]) == own[1]]

    @cached_property
    def _merged(self) -> tuple[Any, list[list[int]]]:
        """The payoffs without repeated plans, and which of them each plan is, by mover."""
        payoffs, places = self._payoffs, []
        for axis in (1, 2):
            slices = np.moveaxis(payoffs, axis, 0)
            first: dict[Any, int] = {}
            keys = [tuple(part.ravel().tolist()) for part in slices]
            places.append([first.setdefault(key, len(first)) for key in keys])
            kept = [keys.index(key) for key in first]
            payoffs = payoffs.take(kept, axis=axis)
        return payoffs, places

    @cached_property
    def components(self) -> list[_Component]:
        """The components of Nash equilibria.

        Raises:
            Unproven: if the game is too large to look for them.
        """
        payoffs, _ = self._merged
        if len(self.plans) == 1:
            own = payoffs[self.layer.movers[0], :, 0]
            best = {tuple(payoffs[:, k, 0].tolist()) for k in np.flatnonzero(own == own.max())}
            return [_Component(pays_differently=len(best) > 1)]
        pairs = sorted(extreme_equilibria(self._bimatrix))
        return [
            _Component(
                tuple(pairs[k] for k in sorted(group)),
                len({self._paid(payoffs, pairs[k]) for k in group}) > 1,
            )
            for group in sorted(connected(pairs), key=min)
        ]

    @cached_property
    def _bimatrix(self) -> Bimatrix:
        payoffs, _ = self._merged
        first, second = (payoffs[mover] for mover in self.layer.movers)
        return Bimatrix((0, 1), first - first.min() + 1, second - second.min() + 1, first.shape)

    def _paid(self, payoffs: Any, pair: Pair) -> _Values:
        one, other = (np.array(strategy, dtype=object) for strategy in pair)
        return tuple(one @ own @ other for own in payoffs)

    def place(self, components: Sequence[_Component], tables: Sequence[Any]) -> int:
        """The component of the equilibrium that behaviour strategies play.

        From an equilibrium (x, y) a segment of equilibria leads to each extreme one (x', y') whose
        supports lie in those of x and y, and to which what is a best response to x and y is one.
        """
        pair = self._mixtures(tables)
        game = self._bimatrix
        played, best = [set(support(s)) for s in pair], [set(b) for b in game.best(pair)]
        for place, component in enumerate(components):
            for other in component.pairs:
                inside = all(set(support(s)) <= p for s, p in zip(other, played, strict=True))
                if inside and all(b <= set(m) for b, m in zip(best, game.best(other), strict=True)):
                    return place
        raise Unproven("nothing here says in which component of a subgame a solution plays")

    def _mixtures(self, tables: Sequence[Any]) -> Pair:
        """The mixtures of plans that behaviour strategies are (Kuhn 1953)."""
        payoffs, places = self._merged
        out = []
        for k, mover in enumerate(self.layer.movers):
            mixture = [Fraction(0)] * payoffs.shape[1 + k]
            for plan, place in zip(self.plans[k], places[k], strict=True):
                chances = (tables[mover][at][action] for at, action in plan.items())
                mixture[place] += math.prod(chances, start=Fraction(1))
            out.append(tuple(mixture))
        return out[0], out[1]
