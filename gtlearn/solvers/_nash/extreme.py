"""All extreme equilibria of a bimatrix game: completely labelled pairs of vertices.

Mangasarian (1964); Avis, Rosenberg, Savani & von Stengel (2010). The polytope of the player with
fewer actions is always enumerated. Where few of its vertices are degenerate, each one's partners
come from linear systems (`partners`), else from the other polytope's vertices (`matching`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._nash.labels import (
    LabelPair,
    Matches,
    VertexSet,
    joined,
    positive_payoffs,
    vertex_sets,
)
from gtlearn.solvers._nash.matching import match_vertices
from gtlearn.solvers._nash.partners import Partners, Unsuited
from gtlearn.solvers.outcomes import Strategy


@dataclass(frozen=True)
class ExtremeEquilibria:
    """Extreme equilibria as pairs of vertices.

    Attributes:
        rows: the distinct strategies of player 0 that occur.
        columns: those of player 1.
        pairs: (index into rows, index into columns), one an equilibrium.
        indices: the Shapley indices of the equilibria of a slightly perturbed game that converge
            to each pair, added up; their sum over a connected component is that component's index.
            Empty where these need not be all.
        keys: what names each pair in the search that found it.
    """

    rows: list[Strategy]
    columns: list[Strategy]
    pairs: list[tuple[int, int]]
    indices: list[int]
    keys: list[LabelPair]


class Search:
    """The search for every extreme equilibrium of a two-player game, degenerate ones included.

    Args:
        game: two players, any number of actions.
    """

    def __init__(self, game: NormalFormGame) -> None:
        self.game = game
        self.swapped = game.shape[0] > game.shape[1]  # fewer dimensions mean fewer vertices
        self.players = game.players[::-1] if self.swapped else game.players
        self.matches = Matches()

    @cached_property
    def own(self) -> NDArray[Any]:
        """The payoffs of the player with fewer actions, positive, shape (own, other actions)."""
        payoffs = positive_payoffs(self.game.payoffs[1 if self.swapped else 0].numerators)
        return payoffs.T if self.swapped else payoffs

    @cached_property
    def other(self) -> NDArray[Any]:
        """The other player's payoffs, positive, of the same shape."""
        payoffs = positive_payoffs(self.game.payoffs[0 if self.swapped else 1].numerators)
        return payoffs.T if self.swapped else payoffs

    def run(self) -> Iterator[None]:
        """Fills `matches`, some equilibria at a time.

        Raises:
            LimitReached: at a limit; what was found by then stays.
        """
        limits.check()
        m, n = self.own.shape
        tell(None, f"vertices of {self.players[0]}'s polytope")
        parts = vertex_sets(self.other.T, list(range(m + n)))
        seen: list[VertexSet] = []
        partners: Partners | None = None
        for part in parts:
            if part.vertices.again:
                seen, partners = [], None
                self.matches.pairs = dict.fromkeys(self.matches.pairs, 0)  # the indices count anew
            seen.append(part)
            partners = partners or Partners(self.own, self.matches)
            tell(0.5, f"what {self.players[1]} can answer")
            try:
                partners.find(part)
            except Unsuited:
                break
            yield
        else:
            return
        yield from self._match(seen, parts)

    def _match(self, seen: list[VertexSet], parts: Iterator[VertexSet]) -> Iterator[None]:
        """From the vertices of both players; the first one's were seen in part."""
        m, n = self.own.shape
        first, reached = _gathered(seen, parts, keep=0.6)
        tell(0.5, f"vertices of {self.players[1]}'s polytope")
        names = [*range(m, m + n), *range(m)]
        second, other = _gathered([], vertex_sets(self.own, names), keep=0.5)
        yield from match_vertices(first, second, self.matches)
        for limit in (reached, other):
            if limit is not None:
                raise limit

    def profile(self, key: LabelPair) -> tuple[Strategy, Strategy]:
        """The strategies of an equilibrium, the game's first player's first."""
        pair = self.matches.rows[key[0]], self.matches.columns[key[1]]
        return pair[::-1] if self.swapped else pair

    def all(self) -> ExtremeEquilibria:
        """What was found, in order: small supports first, then by support."""
        matches = self.matches.swapped() if self.swapped else self.matches
        rows, columns = _by_support(matches.rows), _by_support(matches.columns)

        def order(pair: LabelPair) -> tuple[object, ...]:
            (own, own_weights), (other, other_weights) = rows[pair[0]], columns[pair[1]]
            return (len(own) + len(other), [own, other], [own_weights, other_weights])

        keys = sorted(matches.pairs, key=order)
        row_number = {key: k for k, key in enumerate(dict.fromkeys(r for r, _ in keys))}
        column_number = {key: k for k, key in enumerate(dict.fromkeys(c for _, c in keys))}
        return ExtremeEquilibria(
            rows=[matches.rows[key] for key in row_number],
            columns=[matches.columns[key] for key in column_number],
            pairs=[(row_number[r], column_number[c]) for r, c in keys],
            indices=[matches.pairs[key] for key in keys],
            keys=[key[::-1] for key in keys] if self.swapped else keys,
        )


def _gathered(
    seen: list[VertexSet], parts: Iterator[VertexSet], *, keep: float
) -> tuple[VertexSet, LimitReached | None]:
    """All vertices of a polytope, some of which were seen, and the limit if one left some out.

    Args:
        seen: parts that were seen before.
        parts: those that come.
        keep: the share of what is left of a limit that is for what comes after.

    Raises:
        LimitReached: if there are none.
    """
    gathered = list(seen)
    try:
        with limits.keeping(0.0, keep):
            for part in parts:
                if part.vertices.again:
                    gathered = []
                gathered.append(part)
    except LimitReached as reached:
        if not gathered:
            raise
        return joined(gathered), reached
    return joined(gathered), None


def _by_support(strategies: dict[int, Strategy]) -> dict[int, tuple[list[int], list[Number]]]:
    """The support of each strategy, and its probabilities there, the largest first when sorted."""
    out = {}
    for key, strategy in strategies.items():
        limits.check()
        support = [i for i, p in enumerate(strategy) if p]
        out[key] = support, [-strategy[i] for i in support]
    return out


def numbered(profiles: Sequence[tuple[Strategy, ...]]) -> ExtremeEquilibria:
    """Some equilibria of two players, in their order, which are not known to be all."""
    strategies: list[list[Strategy]] = [[], []]
    places: list[dict[object, int]] = [{}, {}]
    known: dict[int, int] = {}  # by identity, for equilibria share strategies
    pairs = []
    for profile in profiles:
        limits.check()
        for strategy, distinct, place in zip(profile, strategies, places, strict=True):
            if id(strategy) not in known:
                key = tuple((i, p) for i, p in enumerate(strategy) if p)
                if place.setdefault(key, len(distinct)) == len(distinct):
                    distinct.append(strategy)
                known[id(strategy)] = place[key]
        pairs.append((known[id(profile[0])], known[id(profile[1])]))
    return ExtremeEquilibria(strategies[0], strategies[1], pairs, [], [])
