"""Equilibria on given supports: near floats by Newton's method, then exactly or in boxes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.solvers._enclosure.equilibria import enclosed_equilibrium
from gtlearn.solvers._enclosure.krawczyk import NotEnclosed
from gtlearn.solvers._multiplayer.classes import SupportClass, SupportProfile
from gtlearn.solvers._multiplayer.regions import Root
from gtlearn.solvers._nash.certified import certified
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy

_Floats = NDArray[np.float64]

_STEPS = 40
_CLOSE = 1e-13  # a step of Newton's method, at last
_FAR = 10.0  # a step that leads away
TIE = 1e-9  # of the payoffs' range: a gain that floats do not tell from none
_SIMPLE, _SHORT, _LONG = 100, 10**6, 10**14  # denominators: of doubles, and of boxes' midpoints


def gains_at(payoffs: Sequence[_Floats], strategies: Sequence[_Floats], player: int) -> _Floats:
    """What each action of a player earns against the others' strategies."""
    earned = payoffs[player]
    for other in range(len(strategies) - 1, -1, -1):
        if other != player:
            earned = np.moveaxis(earned, other, -1) @ strategies[other]
    return earned


def pair_at(payoffs: _Floats, strategies: Sequence[_Floats], player: int, other: int) -> _Floats:
    """What each action of a player earns against each of another's: (actions, the other's)."""
    earned = payoffs
    for k in range(len(strategies) - 1, -1, -1):
        if k not in (player, other):
            earned = np.moveaxis(earned, k, -1) @ strategies[k]
    return earned if player < other else earned.T


def slopes_at(payoffs: Sequence[_Floats], strategies: Sequence[_Floats]) -> _Floats:
    """How the gain of each action beyond the first changes with each probability but the first,
    for all players who mix; the first probability makes up for it."""
    mixers = [k for k, x in enumerate(strategies) if len(x) > 1]
    rows = []
    for player in mixers:
        blocks = []
        for other in mixers:
            if other == player:
                size = len(strategies[player]) - 1
                blocks.append(np.zeros((size, size)))
                continue
            both = pair_at(payoffs[player], strategies, player, other)
            both = both[1:] - both[:1]
            blocks.append(both[:, 1:] - both[:, :1])
        rows.append(np.hstack(blocks))
    return np.vstack(rows)


def root_near(payoffs: Sequence[_Floats], start: Sequence[_Floats]) -> list[_Floats] | None:
    """Mixtures near the start against which all that is played earns the same; None if none is.

    Args:
        payoffs: of the actions that are played, one array a player.
        start: one vector a player.
    """
    strategies = [np.array(x, dtype=np.float64) for x in start]
    mixers = [k for k, x in enumerate(strategies) if len(x) > 1]
    if not mixers:
        return strategies
    for _ in range(_STEPS):
        earned = [gains_at(payoffs, strategies, k) for k in mixers]
        excess = np.concatenate([e[1:] - e[0] for e in earned])
        try:
            step = np.linalg.solve(slopes_at(payoffs, strategies), excess)
        except np.linalg.LinAlgError:
            return None
        if not np.abs(step).max() < _FAR:
            return None
        begin = 0
        for k in mixers:
            own = step[begin : begin + len(strategies[k]) - 1]
            begin += len(own)
            strategies[k][1:] -= own
            strategies[k][0] += own.sum()
        if np.abs(step).max() < _CLOSE:
            return strategies
    return None


def index_of(payoffs: Sequence[_Floats], strategies: Sequence[_Floats]) -> int:
    """The index of a regular equilibrium (Ritzberger 1994, The theory of normal form games from the
    differentiable viewpoint, Definition 2), from the payoffs of what is played."""
    if all(len(x) == 1 for x in strategies):
        return 1
    return 1 if np.linalg.det(-slopes_at(payoffs, strategies)) > 0 else -1


def largest_gain(
    payoffs: Sequence[_Floats], supports: SupportProfile, strategies: Sequence[_Floats]
) -> float:
    """What an action that is not played earns beyond those that are, at most."""
    most = -np.inf
    for player, tensor in enumerate(payoffs):
        cut = [
            np.arange(size) if k == player else np.array(support)
            for k, (size, support) in enumerate(zip(tensor.shape, supports, strict=True))
        ]
        own = supports[player]
        earned = gains_at([tensor[np.ix_(*cut)]] * len(payoffs), strategies, player)
        others = np.delete(earned, own)
        if len(others):
            most = max(most, float(others.max() - earned[list(own)].mean()))
    return most


class Candidates:
    """Roots in supports of a class that are equilibria, by floats.

    Args:
        supports: the class.
    """

    def __init__(self, supports: SupportClass) -> None:
        self._supports = supports
        self._payoffs = [p / supports.range for p in supports.payoffs]
        self._known: dict[int, list[list[_Floats]]] = {}

    def of(self, place: int) -> list[list[_Floats]]:
        """Those in one support, in the order in which they were met."""
        return self._known.get(place, [])

    def near(self, place: int, start: list[_Floats]) -> Root | None:
        """See `regions.RegionSearch`."""
        root = self._near(place, self._supports.by_player(place, start))
        if root is None:
            return None
        boundary = root.boundary and self._supports.by_place(place, root.boundary)
        return Root(list(self._supports.by_place(place, root.mixtures)), root.number, boundary)

    def _near(self, place: int, start: Sequence[_Floats]) -> Root | None:
        supports = self._supports.supports(place)
        root = root_near([p[np.ix_(*supports)] for p in self._payoffs], start)
        if root is None:
            return None
        if min(x.min() for x in root) < TIE:
            return Root(root, boundary=self._on_boundary(supports, root))
        gain = largest_gain(self._payoffs, supports, root)
        if gain > TIE or (gain > -TIE and not self._ties(supports, root)):
            return None
        known = self._known.setdefault(place, [])
        for number, other in enumerate(known):
            if max(np.abs(a - b).max() for a, b in zip(root, other, strict=True)) < TIE:
                return Root(other, number)  # of two so near only one can be in a region
        known.append(root)
        return Root(root, len(known) - 1)

    def _on_boundary(
        self, supports: SupportProfile, root: list[_Floats]
    ) -> tuple[tuple[Fraction, ...], ...] | None:
        """The root in exact numbers, if it plays some of the actions, and not all."""
        mixtures = _short(root)
        on_it = all(min(own) >= 0 for own in mixtures) and any(min(own) == 0 for own in mixtures)
        return mixtures if on_it and self._gains(supports, mixtures)[0] else None

    def _ties(self, supports: SupportProfile, root: list[_Floats]) -> bool:
        """Whether the root is rational, and other actions earn at most as much there."""
        return all(self._gains(supports, _short(root)))

    def _gains(
        self, supports: SupportProfile, mixtures: Sequence[Sequence[Fraction]]
    ) -> tuple[bool, bool]:
        """Whether all that is played earns exactly the same, and nothing else earns more."""
        same = most = True
        for player, tensor in enumerate(self._supports.payoffs):
            earned: NDArray[Any] = tensor
            for other in range(len(supports) - 1, -1, -1):
                if other != player:
                    cut = earned.take(supports[other], axis=other)
                    exact = cut.astype(np.int64).astype(object) if cut.dtype != object else cut
                    earned = np.moveaxis(exact, other, -1) @ np.array(mixtures[other], dtype=object)
            own = earned[list(supports[player])]
            same &= bool((own == own[0]).all())
            most &= bool((earned <= own[0]).all())
        return same, most


def _short(root: Sequence[_Floats]) -> tuple[tuple[Fraction, ...], ...]:
    """The nearest numbers with short denominators."""
    mixtures = []
    for x in root:
        rest = [Fraction(p).limit_denominator(_SHORT) for p in x[1:].tolist()]
        mixtures.append((1 - sum(rest, Fraction(0)), *rest))
    return tuple(mixtures)


def certified_root(
    game: NormalFormGame, supports: SupportProfile, strategies: Sequence[_Floats]
) -> NashEquilibrium | None:
    """The equilibrium near strategies: with rational numbers where short ones are one, else in a
    box with a proof; None where neither is.

    Args:
        game: the game.
        supports: what is played.
        strategies: the probabilities of that.

    Raises:
        LimitReached: at a limit.
    """
    start = [list(map(Fraction, x)) for x in strategies]
    equilibrium = _rational(game, supports, start, _SHORT)
    if equilibrium is not None:
        return equilibrium
    try:
        enclosed = enclosed_equilibrium(game, supports, start)
    except NotEnclosed:
        return None
    middle = [
        [p.mid if isinstance(p, Enclosure) else Fraction(p) for p in map(s.__getitem__, own)]
        for s, own in zip(enclosed.strategies, supports, strict=True)
    ]
    return _rational(game, supports, middle, _LONG) or enclosed


def certified_rational(
    game: NormalFormGame, supports: SupportProfile, strategies: Sequence[_Floats]
) -> NashEquilibrium | None:
    """The equilibrium near strategies, with short rational numbers, if there is one."""
    start = [list(map(Fraction, x)) for x in strategies]
    return _rational(game, supports, start, _SIMPLE) or _rational(game, supports, start, _SHORT)


def _rational(
    game: NormalFormGame, supports: SupportProfile, near: Sequence[Sequence[Fraction]], longest: int
) -> NashEquilibrium | None:
    """The equilibrium whose probabilities are the nearest with short denominators, if it is one."""
    strategies: list[Strategy] = []
    for size, support, probabilities in zip(game.shape, supports, near, strict=True):
        vector = [Fraction(0)] * size
        for action, p in zip(support[1:], probabilities[1:], strict=True):
            vector[action] = p.limit_denominator(longest)
        vector[support[0]] = 1 - sum(vector, Fraction(0))
        if min(vector) < 0:
            return None
        strategies.append(tuple(vector))
    return certified(game, strategies)
