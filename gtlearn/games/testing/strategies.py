"""Hypothesis strategies for games, mixed strategies and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.kinds.iterated import IteratedGame, as_markov
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import ExactArray, from_fractions, integer_array

if TYPE_CHECKING:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy


class _Strategies:
    """The module `hypothesis.strategies`, imported with its first use.

    Raises:
        InputError: if hypothesis is not installed.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            import hypothesis.strategies
        except ImportError:
            raise InputError(
                "the strategies of gtlearn.games.testing need hypothesis; pip install hypothesis"
            ) from None
        return getattr(hypothesis.strategies, name)


if not TYPE_CHECKING:
    st = _Strategies()


def payoff_numbers(*, exact: bool = True) -> SearchStrategy[Any]:
    """Payoffs: mostly small integers (so that ties are common), also ratios and huge integers.

    Args:
        exact: False adds floats.
    """
    kinds = [
        st.integers(-3, 3),
        st.integers(-100, 100),
        st.fractions(-100, 100, max_denominator=60),
        st.integers(-(10**20), 10**20),
    ]
    if not exact:
        kinds.append(st.floats(-1e6, 1e6, allow_nan=False))
    return st.one_of(*kinds)


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
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: Sequence[int]) -> SearchStrategy[NormalFormGame]:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        one = flat.map(lambda values: exact_tensor(values, tuple(shape)))
        return st.tuples(*[one] * len(shape)).map(lambda tensors: normal_form(*tensors))

    sizes = st.integers(1, max_actions)
    shapes = st.lists(sizes, min_size=min_players, max_size=max_players)
    return shapes.flatmap(build)


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
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: tuple[int, int]) -> SearchStrategy[NormalFormGame]:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        matrices = flat.map(lambda values: exact_tensor(values, shape))
        if zero_sum:
            return matrices.map(lambda a: normal_form(a, ExactArray(-a.numerators, a.denominator)))
        if symmetric:
            return matrices.map(lambda a: normal_form(a, a.transpose()))
        return st.tuples(matrices, matrices).map(lambda pair: normal_form(*pair))

    rows = st.integers(1, max_rows)
    shapes = (
        rows.map(lambda n: (n, n)) if symmetric else st.tuples(rows, st.integers(1, max_columns))
    )
    return shapes.flatmap(build)


def mixed_strategies(size: int, *, max_weight: int = 12) -> SearchStrategy[tuple[Fraction, ...]]:
    """Exact probability vectors of length `size`; zeros and pure strategies are common.

    Args:
        size: the number of actions.
        max_weight: bounds the denominator, which is at most size * max_weight.
    """
    weights = st.lists(st.integers(0, max_weight), min_size=size, max_size=size)
    return weights.filter(any).map(lambda w: tuple(Fraction(v, sum(w)) for v in w))


def strategy_profiles(game: NormalFormGame) -> SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    """One exact mixed strategy for each player of `game`."""
    return st.tuples(*map(mixed_strategies, game.shape))


def exact_tensor(values: Sequence[Any], shape: tuple[int, ...]) -> ExactArray:
    """The exact array of drawn numbers in row-major order."""
    if all(isinstance(value, int) for value in values):
        return integer_array(values, shape)
    return from_fractions([Fraction(value) for value in values], shape)


Duration = tuple[int | None, Fraction]  # the horizon and the discount


def durations(
    *, max_horizon: int = 4, finite: bool | None = None, max_denominator: int = 12
) -> SearchStrategy[Duration]:
    """Horizons, with and without a discount, and discounts without a horizon.

    Args:
        max_horizon: the most steps.
        finite: True for horizons only, False for games without one.
        max_denominator: bounds the discount's denominator.
    """
    below_one = st.fractions(0, 1, max_denominator=max_denominator).filter(lambda v: v < 1)
    factors = st.one_of(st.just(Fraction(1)), below_one)
    bounded = st.tuples(st.integers(1, max_horizon), factors)
    endless = st.tuples(st.none(), below_one)
    kinds = {True: bounded, False: endless, None: st.one_of(bounded, endless)}
    return kinds[finite]


def markov_games(
    *,
    num_players: int = 2,
    max_states: int = 3,
    max_actions: int = 3,
    zero_sum: bool = False,
    illegal: bool = True,
    max_horizon: int = 4,
    finite: bool | None = None,
    payoffs: SearchStrategy[Any] | None = None,
) -> SearchStrategy[MarkovGame]:
    """Small Markov games with rational transitions; certain ones are common.

    Args:
        num_players: how many players each game has.
        max_states: the most states.
        max_actions: the most actions of a player.
        zero_sum: the second player's payoffs are the negative of the first one's.
        illegal: False for games in which everything is legal everywhere.
        max_horizon: the most steps of a game with a horizon.
        finite: True for games with a horizon only, False for games without one.
        payoffs: where payoffs come from; `payoff_numbers()` by default.
    """
    numbers = payoff_numbers() if payoffs is None else payoffs

    @st.composite
    def games(draw: Any) -> MarkovGame:
        size = draw(st.integers(1, max_states))
        shape = tuple(draw(st.integers(1, max_actions)) for _ in range(num_players))
        horizon, discount = draw(durations(max_horizon=max_horizon, finite=finite))
        count = size * math.prod(shape)
        flat = [draw(st.lists(numbers, min_size=count, max_size=count)) for _ in shape]
        if zero_sum:
            flat[1] = [-value for value in flat[0]]
        rows = [draw(mixed_strategies(size, max_weight=3)) for _ in range(count)]
        masks = [np.ones((size, n), dtype=bool) for n in shape]
        if illegal:
            masks = [_mask(draw(_counts(size, n)), n) for n in shape]
        return markov_game(
            [exact_tensor(values, (size, *shape)) for values in flat],
            exact_tensor([p for row in rows for p in row], (size, *shape, size)),
            start=list(draw(mixed_strategies(size, max_weight=3))),
            horizon=horizon,
            discount=discount,
            averaged=horizon is not None and discount == 1 and draw(st.booleans()),
            legal=masks,
        )

    def _counts(size: int, actions: int) -> Any:
        subsets = st.sets(st.integers(0, actions - 1), min_size=1)
        return st.lists(subsets, min_size=size, max_size=size)

    return games()


def iterated_games(
    *,
    max_players: int = 2,
    max_actions: int = 2,
    max_memory: int = 1,
    max_horizon: int = 4,
    finite: bool | None = None,
    stages: SearchStrategy[NormalFormGame] | None = None,
) -> SearchStrategy[IteratedGame]:
    """Iterated games of small stage games.

    Args:
        max_players: the most players of a stage.
        max_actions: the most actions of a player.
        max_memory: the most joint actions that are remembered.
        max_horizon: the most steps of a game with a horizon.
        finite: True for games with a horizon only, False for games without one.
        stages: where stage games come from; `normal_form_games` by default.
    """
    default = normal_form_games(max_players=max_players, max_actions=max_actions)
    stage = default if stages is None else stages
    return st.builds(
        lambda game, duration, memory: IteratedGame(game, duration[0], duration[1], memory),
        stage,
        durations(max_horizon=max_horizon, finite=finite),
        st.integers(0, max_memory),
    )


def tables(
    game: MarkovGame | IteratedGame, player: int, *, max_weight: int = 4
) -> SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    """Exact tables (states x actions) of a player that play legal actions only.

    Args:
        game: whose states and actions they have.
        player: whose actions.
        max_weight: bounds the denominators, as in `mixed_strategies`.
    """
    rows = [
        mixed_strategies(int(mask.sum()), max_weight=max_weight).map(partial(_spread, mask))
        for mask in as_markov(game).legal[player]
    ]
    return st.tuples(*rows)


def _spread(mask: Any, row: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The probabilities of legal actions among zeros for the others."""
    values = iter(row)
    return tuple(next(values) if legal else Fraction(0) for legal in mask)


def _mask(allowed: list[set[int]], actions: int) -> Any:
    return np.array([[a in row for a in range(actions)] for row in allowed], dtype=bool)
