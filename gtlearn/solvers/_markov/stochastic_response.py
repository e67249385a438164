"""The best stochastic table against fixed tables, where the time is not seen: value and bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import nearest_double, to_fraction
from gtlearn.limits import OK, LimitReached, limited
from gtlearn.solvers._markov.boxes import (
    Booleans,
    Floats,
    bounds,
    centres,
)
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.process import FloatProcess, float_process, induced_process
from gtlearn.solvers._markov.response import Response, optimal_response, stationary_response
from gtlearn.solvers.profiles.tables import ExactTable, exact_rows, exact_tables, pure_table

STARTS = 24  # of the local search
_BATCH = 256  # boxes that are split at a time
_DENOMINATORS = 100, 10**6  # of the table that is returned: simple numbers first, then near ones
_DIGITS = 12  # after the point, of bounds that are rounded up
_ROUNDS = 200


@dataclass(frozen=True)
class StochasticResponse:
    """A good stochastic table against fixed tables, and what none can exceed.

    Attributes:
        player: who responds.
        table: the best table found, states x actions.
        payoffs: what each player then gets, exactly, in the game's unit.
        upper_bound: no table of the player earns it more; where it is equal to `value`, the table
            is proven to be a best one.
        optimal: the value of an optimal response, which sees the time.
        deterministic: the value of the best deterministic table.
        status: "ok", or what cut the search short: "time_limit", "memory_limit" or "interrupted".
    """

    player: int
    table: ExactTable
    payoffs: tuple[Fraction, ...]
    upper_bound: Fraction
    optimal: Fraction
    deterministic: Fraction
    status: str = OK

    @property
    def value(self) -> Fraction:
        """What the player earns with the table."""
        return self.payoffs[self.player]

    @property
    def gap(self) -> Fraction:
        """How much more another table could earn at most."""
        return self.upper_bound - self.value


@of_games(MarkovGame, IteratedGame)
def stochastic_response(
    game: MarkovGame | IteratedGame,
    tables: Sequence[Any],
    player: int,
    *,
    tolerance: Any = "1/1000000",
    max_boxes: int = 20_000,
    seed: int = 0,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> StochasticResponse:
    """The best stochastic table where the time is not seen: an exact value and a proven bound.

    Without a horizon, and wherever a deterministic table earns as much as an optimal response, a
    deterministic table is best. Else the value is a polynomial of the table, which a local search
    (growth transformations, Baum & Eagon 1967) maximises from many starts, and branch and bound
    over boxes of tables bounds: what an optimal response earns within the box, and the mean value
    theorem with bounds on the derivatives; a vertex that is dominated by another of its simplex
    is dropped (see `boxes`). The bound is computed in floats, with all rounding added.

    Args:
        game: an iterated or a Markov game.
        tables: one a player, states x actions; that of `player` is ignored.
        player: who responds.
        tolerance: the search stops at a gap this small, in the game's unit.
        max_boxes: how many boxes are looked at before the search stops with the bound it has.
        seed: of the random starts.
        time_limit: seconds after which to return what was found, with its bound.
        memory_limit: bytes by which the process may grow, with the same outcome.

    Raises:
        InputError: if a table does not fit, or the player has too many deterministic tables.
        LimitReached: at a limit, before the best deterministic table and the optimal response are
            found.

    >>> from gtlearn import games
    >>> game = games.iterated("stag_hunt", horizon=10)
    >>> suspicious = [[1, 0], [0, 1], [0, 1], [1, 0], [0, 1]]  # of the first player
    >>> best = stochastic_response(game, [suspicious, None], 1)
    >>> [round(float(v), 2) for v in (best.deterministic, best.value, best.optimal)]
    [2.5, 2.54, 2.6]
    >>> best.gap <= Fraction(1, 1_000_000)
    True
    """
    markov, room = as_markov(game), to_fraction(tolerance)
    bound, status = None, OK
    with limited(time_limit, memory_limit):
        best = stationary_response(markov, tables, player)
        optimal = optimal_response(markov, tables, player)
        incumbent = _Incumbent(markov, tables, best)
        if best.value < optimal.value:
            bound, status = _searched(incumbent, room, max_boxes, seed)
    return StochasticResponse(
        player=player,
        table=incumbent.table,
        payoffs=incumbent.payoffs,
        upper_bound=optimal.value if bound is None else min(bound, optimal.value),
        optimal=optimal.value,
        deterministic=best.value,
        status=status,
    )


class _Incumbent:
    """The best table so far.

    Attributes:
        table: the table.
        payoffs: what each player then gets.
    """

    def __init__(self, game: MarkovGame, tables: Sequence[Any], best: Response) -> None:
        self.game, self.tables, self.player = game, tables, best.player
        self.table: ExactTable = pure_table(game, best.player, best.plan)
        self.payoffs = best.payoffs

    def process(self) -> FloatProcess:
        """What the player faces, in floats."""
        exact = exact_tables(self.tables, self.game, self.player)
        faced = induced_process(self.game, exact, self.player)
        return float_process(faced, self.player)

    def improve(self, rows: Floats, process: FloatProcess) -> None:
        """Takes exact tables near one in floats that are better."""
        for largest in _DENOMINATORS:
            candidate = _exact(rows, self.table, process, largest)
            tables = [*self.tables[: self.player], candidate, *self.tables[self.player + 1 :]]
            payoffs = evaluate(self.game, tables).payoffs
            if payoffs[self.player] > self.payoffs[self.player]:
                self.table, self.payoffs = candidate, payoffs

    def value(self, process: FloatProcess) -> float:
        """What the table earns the player, on the scale of the process."""
        return nearest_double(self.payoffs[self.player] / process.unit)


def _searched(
    incumbent: _Incumbent, room: Fraction, max_boxes: int, seed: int
) -> tuple[Fraction | None, str]:
    """Improves the incumbent; a proven bound (None where there is none), and a status."""
    search, status = None, OK
    try:
        process = incumbent.process()
        starts = np.random.default_rng(seed).dirichlet(
            np.ones(process.legal.shape[1]), size=(STARTS, len(process.live))
        )
        climbed, values = climb(process, np.where(process.legal, starts, 0.0))
        incumbent.improve(climbed[values.argmax()], process)
        search = _Search(process, incumbent.value(process))
        gap = nearest_double(room / process.unit)
        while search.splits and search.looked_at < max_boxes and search.upper > search.lower + gap:
            if (better := search.split()) is not None:
                incumbent.improve(climb(process, better[None])[0][0], process)
                search.lower = max(search.lower, incumbent.value(process))
    except LimitReached as error:
        status = error.status
    if search is None:
        return None, status
    value = incumbent.payoffs[incumbent.player]
    if not search.open:
        return value, status
    upper = ceil(Fraction(search.upper) * search.process.unit * 10**_DIGITS)
    return max(value, Fraction(upper, 10**_DIGITS)), status


def _exact(rows: Floats, table: ExactTable, process: FloatProcess, largest: int) -> ExactTable:
    """Rows of floats for the live states as fractions that sum to one; else the table's rows."""
    out = list(table)
    for state, row in zip(process.live.tolist(), exact_rows(rows, largest), strict=True):
        out[state] = row
    return tuple(out)


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Boxes of tables that are still open.

    Attributes:
        vertices: shape (boxes, states, vertices, actions).
        kept: which of the vertices count, shape (boxes, states, vertices).
        upper: bounds on the value, shape (boxes,).
        spans: how uncertain the derivative along each edge is, shape (boxes, states, vertices,
            vertices); -inf where there is no edge.
    """

    vertices: Floats
    kept: Booleans
    upper: Floats
    spans: Floats

    def take(self, chosen: Any) -> _Boxes:
        """Some of the boxes."""
        return _Boxes(*(array[chosen] for array in self._arrays()))

    def joined(self, other: _Boxes) -> _Boxes:
        """These boxes and others."""
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return _Boxes(*(np.concatenate(pair) for pair in pairs))

    def halves(self) -> Floats:
        """The vertices of each box cut in two at the middle of the edge of largest span."""
        count, size, width = self.kept.shape
        widest = self.spans.reshape(count, -1).argmax(axis=1)
        state, i, j = np.unravel_index(widest, (size, width, width))
        box = np.arange(count)
        middle = (self.vertices[box, state, i] + self.vertices[box, state, j]) / 2
        first, second = self.vertices.copy(), self.vertices.copy()
        first[box, state, i] = middle
        second[box, state, j] = middle
        return np.concatenate([first, second])

    def _arrays(self) -> tuple[Any, ...]:
        return self.vertices, self.kept, self.upper, self.spans


class _Search:
    """Branch and bound over boxes of tables.

    Attributes:
        lower: a value that is attained.
        looked_at: how many boxes have been bounded.
    """

    def __init__(self, process: FloatProcess, lower: float) -> None:
        size, actions = process.legal.shape
        self.process, self.lower, self.looked_at = process, lower, 0
        self._points = -np.inf  # the largest bound of a box that is a single table
        whole = np.broadcast_to(np.eye(actions), (1, size, actions, actions))
        self._boxes, _ = self._bounded(whole, process.legal[None], np.array([np.inf]))

    @property
    def open(self) -> bool:
        """Whether a table could be better than `lower`, beyond rounding."""
        return self.splits or self._points > self.lower

    @property
    def splits(self) -> bool:
        """Whether there is a box that can be split."""
        return len(self._boxes.upper) > 0

    @property
    def upper(self) -> float:
        """No table is worth more, unless it is deterministic."""
        return max(self.lower, self._points, float(self._boxes.upper.max(initial=-np.inf)))

    def split(self) -> Floats | None:
        """Halves the boxes of largest bound; a centre that is better than `lower`, if any."""
        order = np.argsort(-self._boxes.upper)
        first, rest = self._boxes.take(order[:_BATCH]), self._boxes.take(order[_BATCH:])
        twice = np.concatenate([first.kept, first.kept]), np.concatenate([first.upper] * 2)
        fresh, centre = self._bounded(first.halves(), *twice)
        joined = rest.joined(fresh)
        self._boxes = joined.take(joined.upper > self.lower - self.process.margin)
        return centre

    def _bounded(
        self, vertices: Floats, kept: Booleans, upper: Floats
    ) -> tuple[_Boxes, Floats | None]:
        """The boxes that matter and can be split, and a centre better than `lower`."""
        bound = bounds(self.process, vertices, kept)
        self.looked_at += len(vertices)
        best = int(bound.value.argmax())
        better = bound.value[best] > self.lower + self.process.margin
        centre = centres(vertices, kept)[best] if better else None
        low, high = bound.slopes
        kept = _undominated(low, kept, self.process.margin)
        kept = kept & (bound.visited[..., None] | (kept.cumsum(axis=-1) == 1))
        edges = kept[..., :, None] & kept[..., None, :] & ~np.eye(kept.shape[2], dtype=bool)
        spans = np.where(edges, high - low, -np.inf)
        boxes = _Boxes(vertices, kept, np.minimum(upper, bound.upper), spans)
        stays = boxes.upper > self.lower - self.process.margin
        single = (kept.sum(axis=-1) == 1).all(axis=-1)
        self._note_points(boxes.take(stays & single))
        return boxes.take(stays & ~single), centre

    def _note_points(self, boxes: _Boxes) -> None:
        """Notes boxes of a single table, but for deterministic ones, whose values are known."""
        if len(boxes.upper) == 0:
            return
        bound = bounds(self.process, boxes.vertices, boxes.kept)
        mixed = (boxes.vertices.max(axis=-1) < 1) & boxes.kept & bound.visited[..., None]
        values = bound.upper[mixed.any(axis=(1, 2))]
        self._points = max(self._points, float(values.max(initial=-np.inf)))


def _undominated(low: Floats, kept: Booleans, margin: float) -> Booleans:
    """The vertices that no other kept vertex of their simplex dominates throughout the box."""
    better = (low > margin) & kept[..., :, None] & kept[..., None, :]  # moving from j to i gains
    out: Booleans = kept & ~better.any(axis=2)
    return out


def climb(process: FloatProcess, rows: Floats) -> tuple[Floats, Floats]:
    """Tables that growth transformations lead to, and their values.

    With payoffs that are not negative the value is a polynomial with coefficients that are not;
    p(a | s) <- p(a | s) dV/dp(a | s), divided by the sum over a, then never lowers it.

    Args:
        process: the process.
        rows: where to start, shape (batch, live, actions); each row is made to sum to one.

    Raises:
        LimitReached: at a limit.
    """
    lifted = np.where(process.legal, process.rewards - process.rewards.min(), 0.0)
    rows = rows / rows.sum(axis=-1, keepdims=True)
    for _ in range(_ROUNDS):
        slopes, _ = _slopes(process, lifted, rows)
        grown = rows * slopes
        total = grown.sum(axis=-1, keepdims=True)
        rows = np.where(total > 0, grown / np.where(total > 0, total, 1.0), rows)
    return rows, _slopes(process, process.rewards, rows)[1]


def _slopes(process: FloatProcess, rewards: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """dV/dp(a | s), shape (batch, live, actions), and the values V (batch,)."""
    timed = len(rewards) > 1
    here = np.broadcast_to(process.start, rows.shape[:2])
    visits = []
    for step in range(process.horizon):
        limits.check()
        visits.append(here)
        moves = process.moves[step if timed else 0]
        here = process.discount * np.einsum("bs,bsa,sat->bt", here, rows, moves, optimize=True)
    slopes, later = np.zeros(rows.shape), np.zeros(rows.shape[:2])
    for step in reversed(range(process.horizon)):
        limits.check()
        now = step if timed else 0
        worth = rewards[now] + process.discount * np.einsum(
            "sat,bt->bsa", process.moves[now], later
        )
        slopes += visits[step][..., None] * worth
        later = np.einsum("bsa,bsa->bs", rows, worth)
    return slopes, later @ process.start
