"""All extreme equilibria of a bimatrix game: completely labelled pairs of vertices.

Mangasarian (1964); Avis, Rosenberg, Savani & von Stengel (2010). The polytope of the player with
fewer actions is always enumerated. Where few of its vertices are degenerate, each one's partners
come from linear systems (`partners`), else from the other polytope's vertices (`matching`).
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.solvers.linear.threads import one_blas_thread
from gtlearn.solvers.nash.labels import Matches, enumerate_side, positive_payoffs
from gtlearn.solvers.nash.matching import match_vertices
from gtlearn.solvers.nash.partners import find_partners
from gtlearn.solvers.solution import Progress, Strategy

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
        complete: whether these are provably all.
        stopped: why the search ended early, empty where it did not.
    """

    rows: list[Strategy]
    columns: list[Strategy]
    pairs: list[tuple[int, int]]
    indices: list[int]
    complete: bool
    stopped: str

    def first(self, count: int) -> ExtremeEquilibria:
        """The first of the pairs only, which are then not known to be all."""
        return replace(
            self,
            pairs=self.pairs[:count],
            indices=self.indices[:count],
            complete=False,
            stopped=self.stopped or "the time limit",
        )


def extreme_equilibria(
    game: NormalFormGame, *, time_limit: float | None = None, progress: Progress | None = None
) -> ExtremeEquilibria:
    """Every extreme equilibrium of a two-player game, degenerate ones included.

    Args:
        game: two players, any number of actions.
        time_limit: seconds after which to return what was found.
        progress: told what is being done.
    """
    payoffs = [positive_payoffs(tensor.numerators) for tensor in game.payoffs]
    players = game.players
    swap = game.shape[0] > game.shape[1]  # fewer dimensions mean fewer vertices
    if swap:
        payoffs, players = [payoffs[1].T, payoffs[0].T], players[::-1]
    with one_blas_thread() if min(game.shape) >= THREADS_WAIT else nullcontext():
        found = _matches(payoffs[0], payoffs[1], players, time_limit, progress)
    return _collect(found.swapped() if swap else found)


def _matches(
    own: NDArray[Any],
    other: NDArray[Any],
    players: tuple[str, ...],
    time_limit: float | None,
    progress: Progress | None,
) -> Matches:
    """All pairs of vertices that are equilibria, `own` being the first player's payoffs (m, n)."""
    start = time.monotonic()
    half, end = (None if time_limit is None else start + time_limit * s for s in (0.5, 1.0))
    m, n = own.shape
    if progress:
        progress(None, f"vertices of {players[0]}'s polytope")
    first = enumerate_side(other.T, list(range(m + n)), half)
    if progress:
        progress(0.5, f"what {players[1]} can answer")
    found = find_partners(first, own, end)
    if found is None:
        second = enumerate_side(own, [*range(m, m + n), *range(m)], end)
        found = match_vertices(first, second)
    found.complete = found.complete and first.vertices.complete
    found.stopped = first.vertices.stopped or found.stopped
    return found


def _collect(found: Matches) -> ExtremeEquilibria:
    """Numbers the strategies and orders the equilibria: small supports first, then by support."""

    def order(pair: tuple[int, int]) -> tuple[object, ...]:
        profile = (found.rows[pair[0]], found.columns[pair[1]])
        supports = [[i for i, p in enumerate(strategy) if p] for strategy in profile]
        return (sum(map(len, supports)), supports, [[-p for p in s] for s in profile])

    keys = sorted(found.pairs, key=order)
    row_number = {key: k for k, key in enumerate(dict.fromkeys(r for r, _ in keys))}
    column_number = {key: k for k, key in enumerate(dict.fromkeys(c for _, c in keys))}
    return ExtremeEquilibria(
        rows=[found.rows[key] for key in row_number],
        columns=[found.columns[key] for key in column_number],
        pairs=[(row_number[r], column_number[c]) for r, c in keys],
        indices=[found.pairs[key] for key in keys],
        complete=found.complete,
        stopped=found.stopped,
    )
