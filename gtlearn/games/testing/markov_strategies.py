"""Hypothesis strategies for Markov games, iterated games and tables."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.testing.strategies import (
    exact_tensor,
    hypothesis_strategies,
    mixed_strategies,
    normal_form_games,
    payoff_numbers,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

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
    st = hypothesis_strategies()
    below_one = st.fractions(0, 1, max_denominator=max_denominator).filter(lambda v: v < 1)
    factors = st.one_of(st.just(Fraction(1)), below_one)
    bounded = st.tuples(st.integers(1, max_horizon), factors)
    endless = st.tuples(st.none(), below_one)
    kinds = {True: bounded, False: endless, None: st.one_of(bounded, endless)}
    chosen: SearchStrategy[Duration] = kinds[finite]
    return chosen


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
    st = hypothesis_strategies()
    numbers = payoff_numbers() if payoffs is None else payoffs

    @st.composite  # type: ignore[untyped-decorator]
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

    drawn: SearchStrategy[MarkovGame] = games()
    return drawn


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
    st = hypothesis_strategies()
    default = normal_form_games(max_players=max_players, max_actions=max_actions)
    stage = default if stages is None else stages
    drawn: SearchStrategy[IteratedGame] = st.builds(
        lambda game, duration, memory: IteratedGame(game, duration[0], duration[1], memory),
        stage,
        durations(max_horizon=max_horizon, finite=finite),
        st.integers(0, max_memory),
    )
    return drawn


def tables(
    game: MarkovGame | IteratedGame, player: int, *, max_weight: int = 4
) -> SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    """Exact tables (states x actions) of a player that play legal actions only.

    Args:
        game: whose states and actions they have.
        player: whose actions.
        max_weight: bounds the denominators, as in `mixed_strategies`.
    """
    st = hypothesis_strategies()
    markov = game.markov if isinstance(game, IteratedGame) else game

    rows = [
        mixed_strategies(int(mask.sum()), max_weight=max_weight).map(partial(_spread, mask))
        for mask in markov.legal[player]
    ]
    drawn: SearchStrategy[tuple[tuple[Fraction, ...], ...]] = st.tuples(*rows)
    return drawn


def _spread(mask: Any, row: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The probabilities of legal actions among zeros for the others."""
    values = iter(row)
    return tuple(next(values) if legal else Fraction(0) for legal in mask)


def _mask(allowed: list[set[int]], actions: int) -> Any:
    return np.array([[a in row for a in range(actions)] for row in allowed], dtype=bool)
