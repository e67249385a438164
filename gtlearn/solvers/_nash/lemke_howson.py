"""The Lemke-Howson method: complementary pivoting from a start label (Lemke & Howson 1964).

Paths are followed in floats, with a slightly perturbed right-hand side against cycling, and their
ends certified in rationals. `exact_path` follows the lexicographic path in integers: it ends at an
equilibrium of every game, however degenerate or badly scaled (von Stengel 2002, section 2).
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._nash.certified import (
    certain,
    checking_seconds,
    from_support,
    require_two_players,
)
from gtlearn.solvers._nash.exact_polytope import Dictionary
from gtlearn.solvers._nash.labels import positive_payoffs
from gtlearn.solvers.dummies import also_with_dummies
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy
from gtlearn.solvers.solution import Solution

REFACTOR_EVERY = 1000  # pivots after which rounding errors are cleared by a fresh factorisation
LARGEST_FACTOR = 3000  # rows up to which that is done
PERTURBATION = 1e-7

Supports = tuple[NDArray[np.int64], NDArray[np.int64]]
_METHOD = "Lemke-Howson from every label"


def float_path(
    row_payoffs: NDArray[np.float64],
    column_payoffs: NDArray[np.float64],
    label: int,
    max_pivots: int,
) -> Supports | None:
    """The supports at the end of one path, or None if it takes more than `max_pivots`.

    Args:
        row_payoffs: player 0's payoffs, positive, shape (m, n).
        column_payoffs: player 1's, positive, same shape.
        label: the label to drop: 0..m-1 player 0's actions, m..m+n-1 player 1's.
        max_pivots: where to give up.

    Raises:
        LimitReached: at a limit.
    """
    m, n = row_payoffs.shape
    own, other = range(m), range(m, m + n)
    dictionaries = (
        _FloatDictionary(column_payoffs.T, [*own, *other]),
        _FloatDictionary(row_payoffs, [*other, *own]),
    )
    turn, entering = (0 if label < m else 1), label
    for count in range(1, max_pivots + 1):
        limits.check()
        dictionary = dictionaries[turn]
        entering = dictionary.enter(entering)
        if entering == label:
            x, y = (d.support() for d in dictionaries)
            return x, y - m
        turn = 1 - turn
        if count % REFACTOR_EVERY == 0:
            for dictionary in dictionaries:
                dictionary.refactor()
    return None


def unit_payoffs(game: NormalFormGame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both players' payoffs as doubles from 0.01 to 1.01, however large they are."""
    return _unit(game.payoffs[0].numerators), _unit(game.payoffs[1].numerators)


def writing_seconds(game: NormalFormGame) -> float:
    """About how long it takes to write down the payoffs as doubles, or a table of them."""
    long = any(tensor.numerators.dtype == object for tensor in game.payoffs)
    return game.payoffs[0].numerators.size * (1e-6 if long else 2e-8)


def _unit(numerators: NDArray[Any]) -> NDArray[np.float64]:
    lowest = int(numerators.min())
    spread = (int(numerators.max()) - lowest) or 1
    if numerators.dtype == object:
        out = np.empty(numerators.shape)
        for values, row in zip(numerators, out, strict=True):
            limits.check()
            row[:] = [(int(v) - lowest) / spread for v in values]
        return out + 0.01
    return (numerators.astype(np.float64) - lowest) / spread + 0.01


class _FloatDictionary:
    """One polytope's dictionary: basic + table[:, :-1] @ nonbasic = table[:, -1]."""

    def __init__(self, matrix: NDArray[np.float64], labels: list[int]) -> None:
        from scipy.linalg.blas import dger

        self.rank_one = dger
        rows, self.size = matrix.shape
        limits.require(2 * 8 * rows * self.size)
        noise = np.random.default_rng(rows).random((rows,))
        self.right = np.asarray(1.0 + PERTURBATION * noise, dtype=np.float64)
        self.matrix = matrix
        self.table = np.asfortranarray(np.hstack([matrix, self.right[:, None]]))
        self.labels = labels
        self.nonbasic = list(range(self.size))
        self.basic = list(range(self.size, self.size + rows))
        self.column = {variable: c for c, variable in enumerate(self.nonbasic)}
        self.variable = {label: v for v, label in enumerate(labels)}

    def enter(self, label: int) -> int:
        """Brings the variable of a label into the basis; returns the label that leaves."""
        table, variable = self.table, self.variable[label]
        c = self.column.pop(variable)
        slopes = table[:, c].copy()
        r = int((slopes / table[:, -1]).argmax())  # the smallest ratio value / positive slope
        pivot = slopes[r]
        row = table[r] / pivot
        slopes[r] = 0.0
        self.rank_one(-1.0, slopes, row, a=table, overwrite_a=1)
        table[r], table[:, c] = row, slopes / -pivot
        table[r, c] = 1.0 / pivot
        leaving = self.basic[r]
        self.basic[r], self.nonbasic[c] = variable, leaving
        self.column[leaving] = c
        return self.labels[leaving]

    def refactor(self) -> None:
        """Rebuilds the dictionary from the payoffs, unless that takes longer than the path."""
        rows = len(self.basic)
        if rows > LARGEST_FACTOR:
            return
        basis, others = self._columns(self.basic), self._columns(self.nonbasic)
        others = np.hstack([others, self.right[:, None]])
        seconds = 1e-9 * rows**2 * (rows + self.size)
        try:
            fresh = child.bounded(np.linalg.solve, basis, others, seconds=seconds)
        except np.linalg.LinAlgError:
            return
        self.table = np.asfortranarray(fresh)

    def _columns(self, variables: list[int]) -> NDArray[np.float64]:
        """The columns of the payoffs, and unit vectors for the slacks."""
        out = np.zeros((len(self.basic), len(variables)))
        for c, variable in enumerate(variables):
            if variable < self.size:
                out[:, c] = self.matrix[:, variable]
            else:
                out[variable - self.size, c] = 1.0
        return out

    def support(self) -> NDArray[np.int64]:
        """The labels of the owner's actions in the basis."""
        return np.array(sorted(self.labels[v] for v in self.basic if v < self.size))


def exact_path(
    row_payoffs: NDArray[Any],
    column_payoffs: NDArray[Any],
    label: int,
) -> tuple[list[int], list[int]]:
    """The equilibrium at the end of the lexicographic path, as integer weights on all actions.

    Args:
        row_payoffs, column_payoffs: integers, shape (m, n).
        label: the label to drop.

    Raises:
        LimitReached: at a limit.
    """
    m, n = row_payoffs.shape
    dictionaries = [
        Dictionary.origin(positive_payoffs(column_payoffs).T),
        Dictionary.origin(positive_payoffs(row_payoffs)),
    ]
    # variable v of dictionary 0 has label v; of dictionary 1, m + v below n and v - n above
    turn, entering = (0 if label < m else 1), label
    while True:
        dictionary = dictionaries[turn]
        variable = entering if turn == 0 else (entering - m if entering >= m else entering + n)
        column = dictionary.nonbasic.index(variable)
        row = dictionary.leaving(column)
        leaving = dictionary.basic[row]
        dictionaries[turn] = dictionary.pivot(row, column)
        entering = leaving if turn == 0 else (leaving + m if leaving < n else leaving - n)
        if entering == label:
            return dictionaries[0].values(m), dictionaries[1].values(n)
        turn = 1 - turn


@also_with_dummies
def every_label(
    game: NormalFormGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """The distinct equilibria that exact lexicographic paths reach, over all m + n start labels.

    They need not be all equilibria of the game (Shapley 1974, figure 3), so `complete` is False.

    Args:
        game: a two-player game; further players may have one action each.
        time_limit: seconds after which to return what was found.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told which label is followed.

    Raises:
        InputError: if more than two players have a choice.

    >>> from gtlearn import games
    >>> [str(e.strategies[0][0]) for e in every_label(games.load("battle_of_the_sexes"))]
    ['1', '0']
    """
    require_two_players(game)
    start = time.monotonic()
    equilibria: dict[tuple[Strategy, ...], NashEquilibrium] = {}
    status, count = OK, sum(game.shape)
    notes = [game.number_note] if game.number_note else []
    notes.append("Lemke-Howson paths need not reach every equilibrium")
    try:
        with limits.limited(time_limit, memory_limit), heard_by(progress):
            for label in range(count):
                tell(label / count, f"start label {label}")
                equilibrium = path_equilibrium(game, label)
                equilibria.setdefault(equilibrium.strategies, equilibrium)
    except LimitReached as reached:
        status = reached.status
        notes.append(f"{reached}: not every start label was followed")
    return Solution(
        game=game,
        concept="nash",
        method=_METHOD,
        solutions=tuple(equilibria.values()),
        status=status,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def path_equilibrium(game: NormalFormGame, label: int) -> NashEquilibrium:
    """The equilibrium at the end of the exact lexicographic Lemke-Howson path of one label.

    Args:
        game: a two-player game; further players may have one action each.
        label: 0..m-1 for player 0's actions, m..m+n-1 for player 1's.

    Raises:
        InputError: if there is no such label.
        LimitReached: at a limit.
    """
    m, n = game.shape
    if not 0 <= label < m + n:
        raise InputError(f"{label} is no start label of a {m}x{n} game; use 0 to {m + n - 1}")
    x, y = exact_path(game.payoffs[0].numerators, game.payoffs[1].numerators, label)
    seconds = checking_seconds(game, sum(map(bool, (*x, *y))), max(sum(x), sum(y)).bit_length())
    return child.bounded(_end, game, x, y, seconds=seconds)


def _end(game: NormalFormGame, x: list[int], y: list[int]) -> NashEquilibrium:
    strategies = (from_support(len(w), range(len(w)), w, sum(w)) for w in (x, y))
    return certain(game, tuple(strategies))
