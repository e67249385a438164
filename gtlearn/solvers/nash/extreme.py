"""All extreme equilibria of a bimatrix game: completely labelled pairs of vertices.

Mangasarian (1964); Avis, Rosenberg, Savani & von Stengel (2010). The polytope of the player with
fewer actions is always enumerated. Where few of its vertices are degenerate, each one's partners
come from linear systems (`partners`), else from the other polytope's vertices (`matching`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers.linear.threads import one_blas_thread
from gtlearn.solvers.nash.labels import Matches, enumerate_side, positive_payoffs
from gtlearn.solvers.nash.matching import match_vertices
from gtlearn.solvers.nash.partners import find_partners
from gtlearn.solvers.solution import Strategy

THREADS_WAIT = 9  # actions of each player from which batches are large enough to wake threads


@dataclass(frozen=True)
class ExtremeEquilibria:
    """Extreme equilibria as pairs of vertices.

    Attributes:
        rows: the distinct strategies of player 0 that occur.
        columns: those of player 1.
        pairs: (index into rows, index into columns), one an equilibrium.
        indices: the Shapley indices of the equilibria of a slightly perturbed game that converge
            to each pair, added up; their sum over a connected component is that component's index.
        stopped: the limit that ended the search, None where these are provably all.
    """

    rows: list[Strategy]
    columns: list[Strategy]
    pairs: list[tuple[int, int]]
    indices: list[int]
    stopped: LimitReached | None


def extreme_equilibria(game: NormalFormGame) -> ExtremeEquilibria:
    """Every extreme equilibrium of a two-player game, degenerate ones included.

    Args:
        game: two players, any number of actions.

    Raises:
        LimitReached: at a limit that leaves no time to say what was found.
    """
    payoffs = [positive_payoffs(tensor.numerators) for tensor in game.payoffs]
    players = game.players
    swap = game.shape[0] > game.shape[1]  # fewer dimensions mean fewer vertices
    if swap:
        payoffs, players = [payoffs[1].T, payoffs[0].T], players[::-1]
    with one_blas_thread() if min(game.shape) >= THREADS_WAIT else nullcontext():
        found = _matches(payoffs[0], payoffs[1], players)
    return _collect(found.swapped() if swap else found)


def _matches(own: NDArray[Any], other: NDArray[Any], players: tuple[str, ...]) -> Matches:
    """All pairs of vertices that are equilibria, `own` being the first player's payoffs (m, n)."""
    m, n = own.shape
    tell(None, f"vertices of {players[0]}'s polytope")
    first = enumerate_side(other.T, list(range(m + n)), keep=0.5)
    tell(0.5, f"what {players[1]} can answer")
    found, suited = find_partners(first, own)
    if not suited:
        try:
            second = enumerate_side(own, [*range(m, m + n), *range(m)], keep=0.2)
            found.add(match_vertices(first, second))
        except LimitReached as reached:
            found.stopped = reached
    found.stopped = found.stopped or first.vertices.stopped
    return found


def _collect(found: Matches) -> ExtremeEquilibria:
    """Numbers the strategies and orders the equilibria: small supports first, then by support."""
    rows, columns = _by_support(found.rows), _by_support(found.columns)

    def order(pair: tuple[int, int]) -> tuple[object, ...]:
        (own, own_weights), (other, other_weights) = rows[pair[0]], columns[pair[1]]
        return (len(own) + len(other), [own, other], [own_weights, other_weights])

    keys = sorted(found.pairs, key=order)
    row_number = {key: k for k, key in enumerate(dict.fromkeys(r for r, _ in keys))}
    column_number = {key: k for k, key in enumerate(dict.fromkeys(c for _, c in keys))}
    return ExtremeEquilibria(
        rows=[found.rows[key] for key in row_number],
        columns=[found.columns[key] for key in column_number],
        pairs=[(row_number[r], column_number[c]) for r, c in keys],
        indices=[found.pairs[key] for key in keys],
        stopped=found.stopped,
    )


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
    sides: list[list[Strategy]] = [[], []]
    places: list[dict[object, int]] = [{}, {}]
    known: dict[int, int] = {}  # by identity, for equilibria share strategies
    pairs = []
    for profile in profiles:
        limits.check()
        for strategy, side, place in zip(profile, sides, places, strict=True):
            if id(strategy) not in known:
                key = tuple((i, p) for i, p in enumerate(strategy) if p)
                if place.setdefault(key, len(side)) == len(side):
                    side.append(strategy)
                known[id(strategy)] = place[key]
        pairs.append((known[id(profile[0])], known[id(profile[1])]))
    return ExtremeEquilibria(sides[0], sides[1], pairs, [], None)
