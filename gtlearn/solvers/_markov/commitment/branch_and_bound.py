"""A proven upper bound on what any table of the leader earns, by branch and bound over boxes."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

import numpy as np

from gtlearn.limits import LimitReached
from gtlearn.progress import tell
from gtlearn.solvers._markov.commitment.box_relaxations import (
    Relaxation,
    TableResponses,
    Tags,
    TimedResponses,
)
from gtlearn.solvers._markov.commitment.box_values import Boxes, Floats, floats_tell
from gtlearn.solvers._markov.commitment.floats import TIE, count_replies, leader_values
from gtlearn.solvers._markov.commitment.view import LeaderView

MAX_STATES = 40
_MAX_REPLIES = 1024  # tables of the follower, where each is a branch
MAX_OPEN = 500_000  # boxes that are held
_BATCH = 5000  # (box, step) pairs that are examined at once
LARGEST_BATCH, SMALLEST_BATCH = 512, 32  # in boxes
SAMPLED = 32  # boxes of a batch in whose centre and at whose peak the leader's value is computed
NARROWEST = 2.0**-40  # boxes are not split further


@dataclass(frozen=True)
class Tightened:
    """What branch and bound has proven.

    Attributes:
        bound: no table earns the leader more, however the follower breaks ties.
        boxes: how many were examined.
        finished: whether the bound is within the tolerance of the value, or of what `better`
            earns.
        better: a table, states x leader's actions, that in floats earns more than the value under
            strong ties; None if none was met.
        reached: the limit that ended the search.
    """

    bound: Fraction
    boxes: int
    finished: bool
    better: Floats | None = None
    reached: LimitReached | None = None


@dataclass(order=True)
class _Piece:
    """Open boxes, sorted by their bounds."""

    rank: tuple[float, int]
    boxes: Boxes = field(compare=False)
    tags: Tags = field(compare=False)
    bounds: Floats = field(compare=False)
    score: Floats = field(compare=False)


def tightened_bound(
    view: LeaderView,
    value: Fraction,
    bound: Fraction,
    *,
    tolerance: Fraction,
) -> Tightened:
    """A smaller upper bound on the leader's value over all its tables.

    The tables are divided into boxes; those whose bound exceeds the best value known by more than
    the tolerance are halved, the highest bound first. The bounds hold under strong ties, and so
    under weak ones. Games of a leader with more than two actions, or with very many states or
    tables of a follower, or so patient that floats tell nothing, are left as they are.

    Args:
        view: the game, its leader and the follower's class.
        value: what a known table earns.
        bound: a proven upper bound.
        tolerance: the gap, in the game's unit, at which to stop.
    """
    if bound - value <= tolerance:
        return Tightened(bound, 0, True)
    if not _is_small(view):
        return Tightened(bound, 0, False)
    search = _Search(view, value, bound, tolerance)
    search.run()
    return search.result()


def _is_small(view: LeaderView) -> bool:
    legal = all(mask.all() for mask in view.game.legal)
    few = view.sees_time or count_replies(view) <= _MAX_REPLIES
    shape = legal and view.actions == 2 and view.game.num_states <= MAX_STATES
    return shape and few and floats_tell(view)


class _Search:
    def __init__(
        self, view: LeaderView, value: Fraction, bound: Fraction, tolerance: Fraction
    ) -> None:
        self.view, self.value, self.bound, self.tolerance = view, value, bound, float(tolerance)
        self.relaxation: Relaxation = (
            TimedResponses(view) if view.sees_time else TableResponses(view)
        )
        batch = _BATCH // (view.game.horizon or 1)
        self.batch = min(max(batch, SMALLEST_BATCH), LARGEST_BATCH)
        self.best = float(value)
        self.better: Floats | None = None
        self.closed = float(value)  # the highest bound of a box that is not split further
        self.examined = self.held = 0
        self.open: list[_Piece] = []
        self.order = count()
        self.covered = False  # whether all tables have been looked at
        self.reached: LimitReached | None = None

    @property
    def top(self) -> float:
        """The highest bound of an open box."""
        return -self.open[0].rank[0] if self.open else -np.inf

    def run(self) -> None:
        """Splits boxes until none is open, or a limit is reached."""
        roots = self.relaxation.roots()
        shape = (self.view.game.num_states, len(roots))
        try:
            self._examine(Boxes(np.zeros(shape), np.ones(shape)), roots, np.full(shape[1], np.inf))
            self.covered = True
            while self.open and self.held < MAX_OPEN:
                tell(None, f"{self.examined} boxes of the leader's tables")
                self._split()
        except LimitReached as error:
            self.reached = error

    def result(self) -> Tightened:
        """What has been proven."""
        proven = max(self.closed, self.top) if self.covered else np.inf
        bound = self.bound if proven >= self.bound else max(Fraction(proven), self.value)
        finished = proven <= self.best + self.tolerance
        return Tightened(bound, self.examined, finished, self.better, self.reached)

    def _split(self) -> None:
        """Halves the open boxes of the highest bounds."""
        piece = self._next()
        try:
            self._examine(*_halves(piece))
        except LimitReached:
            heapq.heappush(self.open, piece)
            raise

    def _next(self) -> _Piece:
        """The open boxes of the highest bounds, about half a batch."""
        pieces = [heapq.heappop(self.open)]
        while self.open and sum(len(p.tags) for p in pieces) < self.batch // 2:
            pieces.append(heapq.heappop(self.open))
        self.held -= sum(len(p.tags) for p in pieces)
        return _Piece(
            pieces[0].rank,
            Boxes(
                np.concatenate([p.boxes.low for p in pieces], axis=1),
                np.concatenate([p.boxes.high for p in pieces], axis=1),
            ),
            np.concatenate([p.tags for p in pieces]),
            np.concatenate([p.bounds for p in pieces]),
            np.concatenate([p.score for p in pieces], axis=1),
        )

    def _examine(self, boxes: Boxes, tags: Tags, known: Floats) -> None:
        """Bounds the boxes, given bounds of what they are halves of, and keeps what is open."""
        examined = self.relaxation.examine(boxes, tags, self.best + self.tolerance)
        bounds, score = np.minimum(examined.bounds, known), examined.score
        self.examined += len(bounds)
        highest = np.argsort(-bounds, kind="stable")[:SAMPLED]
        self._sample(np.concatenate([boxes.centre[:, highest], examined.peaks[:, highest]], axis=1))
        goal = self.best + self.tolerance
        score[boxes.half <= NARROWEST] = 0
        going = (bounds > goal) & (score > 0).any(axis=0)
        self.closed = max(self.closed, bounds[~going].max(initial=-np.inf))
        order = np.flatnonzero(going)[np.argsort(-bounds[going], kind="stable")]
        self.held += len(order)
        size = self.batch // 4
        for begin in range(0, len(order), size):
            few = order[begin : begin + size]
            rank = (-float(bounds[few[0]]), next(self.order))
            piece = _Piece(rank, boxes[few], examined.tags[few], bounds[few], score[:, few])
            heapq.heappush(self.open, piece)

    def _sample(self, points: Floats) -> None:
        """Looks for better tables among points, states x points."""
        second = points.T
        tables = np.stack([1 - second, second], axis=-1)
        values = leader_values(self.view, tables, strong=True)
        k = int(values.argmax())
        if values[k] > self.best + TIE * self.view.span:
            self.best, self.better = float(values[k]), tables[k]


def _halves(piece: _Piece) -> tuple[Boxes, Tags, Floats]:
    """Each box split in the state that matters the most."""
    each = np.arange(len(piece.tags))
    state = piece.score.argmax(axis=0)
    low, high = piece.boxes.low.copy(), piece.boxes.high.copy()
    middle = (low + high)[state, each] / 2
    low[state, each] = high[state, each] = middle
    halves = Boxes(
        np.stack([piece.boxes.low, low], axis=2).reshape(len(low), -1),
        np.stack([high, piece.boxes.high], axis=2).reshape(len(low), -1),
    )
    return halves, np.repeat(piece.tags, 2), np.repeat(piece.bounds, 2)
