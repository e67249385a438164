"""For tests of users' own games and solvers: a checker of games, and hypothesis strategies.

    from gtlearn.games.testing import bimatrix_games, check_game

    check_game(my_game)            # raises a sentence that says which rule is broken

    @hypothesis.given(bimatrix_games(max_rows=4))
    def test_my_solver(game): ...

The strategies need hypothesis (`pip install hypothesis`); `check_game` does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.files import dumps, loads
from gtlearn.games.loading import load
from gtlearn.games.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import ExactArray, from_fractions, integer_array

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_MAX_CHECKED = 100_000  # profiles whose every payoff is compared one by one


def check_game(game: Any) -> None:
    """Checks that a game keeps every promise of this package.

    Shapes and labels fit; payoffs are exact integers over a positive denominator; JSON, .nfg and
    CSV give back the same game; the OpenSpiel game has the same actions and payoffs.

    Args:
        game: a NormalFormGame or BayesianGame, or anything that `games.load` takes.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    game = load(game)
    if isinstance(game, BayesianGame):
        for stage in game.games:
            check_game(stage)
        _check_bayesian_round_trip(game)
        return
    _check_labels(game)
    for player, tensor in zip(game.players, game.payoffs, strict=True):
        _check_exact(game, player, tensor)
    for format in ("json", "nfg", "csv"):
        _check_round_trip(game, format)
    _check_openspiel(game)


def _check_labels(game: NormalFormGame) -> None:
    for what, labels in (("players", game.players), *_action_names(game)):
        if not isinstance(labels, tuple) or not all(isinstance(v, str) and v for v in labels):
            raise InputError(f"the labels of {what} in {game.name!r} are not non-empty strings")
        if len(set(labels)) < len(labels):
            raise InputError(f"the labels of {what} in {game.name!r} are not distinct")


def _action_names(game: NormalFormGame) -> list[tuple[str, tuple[str, ...]]]:
    pairs = zip(game.players, game.actions, strict=True)
    return [(f"the actions of {player!r}", labels) for player, labels in pairs]


def _check_exact(game: NormalFormGame, player: str, tensor: ExactArray) -> None:
    what = f"the payoffs of {player!r} in {game.name!r}"
    if tensor.shape != game.shape:
        raise InputError(f"{what} have shape {tensor.shape}, the game has {game.shape}")
    if not isinstance(tensor.denominator, int) or tensor.denominator < 1:
        raise InputError(f"{what} have the denominator {tensor.denominator!r}, no positive int")
    values = tensor.numerators
    if values.dtype == object:
        if not all(type(value) is int for value in values.flat):
            raise InputError(f"{what} have numerators that are not Python ints")
    elif values.dtype != np.int64:
        raise InputError(f"{what} have numerators of dtype {values.dtype}; use int64 or ints")


def _check_round_trip(game: NormalFormGame, format: str) -> None:
    try:
        text = dumps(game, format)
    except InputError:
        if format == "json":
            raise
        return  # labels that this format cannot hold, which it says
    again = loads(text, format)
    assert isinstance(again, NormalFormGame)
    for what in ("players", "actions", "payoffs"):
        if getattr(again, what) != getattr(game, what):
            raise InputError(f"{game.name!r} written as {format} and read again has other {what}")


def _check_bayesian_round_trip(game: BayesianGame) -> None:
    again = loads(dumps(game, "json"), "json")
    assert isinstance(again, BayesianGame)
    same = (again.types, again.prior, again.leader) == (game.types, game.prior, game.leader)
    stages = zip(again.games, game.games, strict=True)
    if not same or any(a.payoffs != b.payoffs or a.actions != b.actions for a, b in stages):
        raise InputError(f"{game.name!r} written as json and read again is another game")


def _check_openspiel(game: NormalFormGame) -> None:
    theirs = game.openspiel
    if theirs.num_players() != game.num_players:
        raise InputError(f"the OpenSpiel game of {game.name!r} has {theirs.num_players()} players")
    state = theirs.new_initial_state()
    for k, labels in enumerate(game.actions):
        names = [state.action_to_string(k, action) for action in state.legal_actions(k)]
        if names != list(labels):
            raise InputError(
                f"the OpenSpiel game of {game.name!r} has other actions for player {k}"
            )
    if math.prod(game.shape) > _MAX_CHECKED:
        return
    exact = [tensor.fractions() for tensor in game.payoffs]
    for profile in np.ndindex(*game.shape):
        for k in range(game.num_players):
            value = (
                theirs.player_utility(k, profile)
                if game.num_players > 2
                else ((theirs.row_utility, theirs.col_utility)[k](*profile))
            )
            if value != float(exact[k][profile]):
                raise InputError(
                    f"the OpenSpiel game of {game.name!r} pays player {k} {value} at "
                    f"{list(profile)}, not {exact[k][profile]}"
                )


def _strategies() -> Any:
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
    st = _strategies()
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
    st = _strategies()
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: Sequence[int]) -> Any:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        one = flat.map(lambda values: _tensor(values, tuple(shape)))
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
    st = _strategies()
    numbers = payoff_numbers() if payoffs is None else payoffs

    def build(shape: tuple[int, int]) -> Any:
        size = math.prod(shape)
        flat = st.lists(numbers, min_size=size, max_size=size)
        matrices = flat.map(lambda values: _tensor(values, shape))
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
    st = _strategies()
    weights: Any = st.lists(st.integers(0, max_weight), min_size=size, max_size=size)
    vectors: SearchStrategy[tuple[Fraction, ...]] = weights.filter(any).map(
        lambda w: tuple(Fraction(v, sum(w)) for v in w)
    )
    return vectors


def strategy_profiles(game: NormalFormGame) -> SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    """One exact mixed strategy for each player of `game`."""
    profiles: SearchStrategy[tuple[tuple[Fraction, ...], ...]] = _strategies().tuples(
        *[mixed_strategies(size) for size in game.shape]
    )
    return profiles


def _tensor(values: Sequence[Any], shape: tuple[int, ...]) -> ExactArray:
    if all(isinstance(value, int) for value in values):
        return integer_array(values, shape)
    return from_fractions([Fraction(value) for value in values], shape)
