"""Hypothesis strategies for normal-form games and mixed strategies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gtlearn.errors import InputError
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import ExactArray, from_fractions, integer_array

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def hypothesis_strategies() -> Any:
    """The module `hypothesis.strategies`.

    Raises:
        InputError: if hypothesis is not installed.
    """
    try:
        import hypothesis.strategies
    except ImportError:
        raise InputError(
            "the strategies of gtlearn.games.testing need hypothesis; pip install hypothesis"
        ) from None
    return hypothesis.strategies


def payoff_numbers(*, exact: bool = True) -> SearchStrategy[Any]:
    """Payoffs: mostly small integers (so that ties are common), also ratios and huge integers.

    Args:
        exact: False adds floats.
    """
    st = hypothesis_strategies()
    kinds = [
        st.integers(-3, 3),
        st.integers(-100, 100),
        st.fractions(-100, 100, max_denominator=60),
        st.integers(-(10**20), 10**20),
    ]
    if not exact:
        kinds.append(st.floats(-1e6, 1e6, allow_nan=False))
    numbers: SearchStrategy[Any] = st.one_of(*kinds)
    return numbers


def normal_form_games(
    *,
    min_players: int = 2,
    max_players: int = 3,
    max_actions: int = 4,
    payoffs: SearchStrategy[Any] | None = None,
) -> SearchStrategy[NormalFormGame]:
    """Games of min_players..max_players players with 1..max_actions actions each.

    Args:
        min_players: at least 2.
        max_players: at most 10.
        max_actions: the most actions of a player.
        payoffs: where payoffs come from; `payoff_numbers()` by default.
    """
    st = hypothesis_strategies()
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: Sequence[int]) -> Any:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        one = flat.map(lambda values: exact_tensor(values, tuple(shape)))
        return st.tuples(*[one] * len(shape)).map(lambda tensors: normal_form(*tensors))

    sizes = st.integers(1, max_actions)
    shapes: Any = st.lists(sizes, min_size=min_players, max_size=max_players)
    games: SearchStrategy[NormalFormGame] = shapes.flatmap(build)
    return games


def bimatrix_games(
    *,
    max_rows: int = 5,
    max_columns: int = 5,
    zero_sum: bool = False,
    symmetric: bool = False,
    payoffs: SearchStrategy[Any] | None = None,
) -> SearchStrategy[NormalFormGame]:
    """Two-player games of 1..max_rows by 1..max_columns.

    Args:
        max_rows: the most actions of the row player.
        max_columns: the most actions of the column player.
        zero_sum: the column player's payoffs are the negative of the row player's.
        symmetric: they are the transpose; max_rows bounds both sizes.
        payoffs: where payoffs come from; `payoff_numbers()` by default.
    """
    st = hypothesis_strategies()
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: tuple[int, int]) -> Any:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        matrices = flat.map(lambda values: exact_tensor(values, shape))
        if zero_sum:
            return matrices.map(lambda a: normal_form(a, ExactArray(-a.numerators, a.denominator)))
        if symmetric:
            return matrices.map(lambda a: normal_form(a, a.transpose()))
        return st.tuples(matrices, matrices).map(lambda pair: normal_form(*pair))

    rows = st.integers(1, max_rows)
    shapes: Any = (
        rows.map(lambda n: (n, n)) if symmetric else st.tuples(rows, st.integers(1, max_columns))
    )
    games: SearchStrategy[NormalFormGame] = shapes.flatmap(build)
    return games


def mixed_strategies(size: int, *, max_weight: int = 12) -> SearchStrategy[tuple[Fraction, ...]]:
    """Exact probability vectors of length `size`; zeros and pure strategies are common.

    Args:
        size: the number of actions.
        max_weight: bounds the denominator, which is at most size * max_weight.
    """
    st = hypothesis_strategies()
    weights: Any = st.lists(st.integers(0, max_weight), min_size=size, max_size=size)
    vectors: SearchStrategy[tuple[Fraction, ...]] = weights.filter(any).map(
        lambda w: tuple(Fraction(v, sum(w)) for v in w)
    )
    return vectors


def strategy_profiles(game: NormalFormGame) -> SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    """One exact mixed strategy for each player of `game`."""
    profiles: SearchStrategy[tuple[tuple[Fraction, ...], ...]] = hypothesis_strategies().tuples(
        *[mixed_strategies(size) for size in game.shape]
    )
    return profiles


def exact_tensor(values: Sequence[Any], shape: tuple[int, ...]) -> ExactArray:
    """The exact array of drawn numbers in row-major order."""
    if all(isinstance(value, int) for value in values):
        return integer_array(values, shape)
    return from_fractions([Fraction(value) for value in values], shape)
