"""Hard cases for limits: commitments, iterated and Markov games, `check` and `verify`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from benchmarks.limit_cases import MB, Call, LimitCase
from gtlearn import games, solvers
from gtlearn.games import BayesianGame, IteratedGame, MarkovGame, NormalFormGame, families
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.verify.solution import solution as verify

MOVES = 60  # the denominator of transitions


def _solving(build: Callable[[], Any], concept: str, **options: Any) -> Callable[[], Call]:
    return lambda: partial(solvers.solve, build(), concept, **options)


def _committing(build: Callable[[], Any], **options: Any) -> Callable[[], Call]:
    return _solving(build, "stackelberg", **options)


def _opposed(size: int, rho: float = -0.9) -> NormalFormGame:
    return families.covariant(size, size, rho=rho, seed=1)


def _long(size: int, digits: int) -> NormalFormGame:
    """Payoffs of so many digits."""
    draw = np.random.default_rng(0)

    def number() -> int:
        return int.from_bytes(draw.bytes(5 * digits // 12), "big")

    return games.normal_form(
        *([[number() for _ in range(size)] for _ in range(size)] for _ in range(2))
    )


def _typed(types: int, size: int, member: Callable[[int], NormalFormGame]) -> BayesianGame:
    labels = tuple(map(str, range(types)))
    members = tuple(member(t) for t in range(types))
    return BayesianGame("types", labels, (Fraction(1, types),) * types, members)


def _bayesian(types: int, size: int, high: int = 100) -> BayesianGame:
    draw = np.random.default_rng(1)
    return _typed(
        types, size, lambda _: games.normal_form(*draw.integers(0, high, (2, size, size)))
    )


def _repeated(actions: int, **duration: Any) -> IteratedGame:
    stage = np.random.default_rng(2).integers(0, 10, (2, actions, actions))
    return games.iterated(games.normal_form(*stage), **duration)


def _markov(states: int, *actions: int, opposed: bool = False, **duration: Any) -> MarkovGame:
    """Random payoffs, and transitions to as many states as may be."""
    draw = np.random.default_rng(3)
    shape = (states, *actions)
    payoffs = [draw.integers(0, 100, shape) for _ in actions]
    if opposed:
        payoffs[1] = 100 - payoffs[0]
    moves = np.zeros((*shape, states), dtype=np.int64)
    places = np.indices(shape)
    for _ in range(MOVES):
        moves[(*places, draw.integers(0, states, shape))] += 1
    return MarkovGame(
        name="random",
        players=tuple(f"Player {k}" for k in range(len(actions))),
        states=tuple(map(str, range(states))),
        actions=tuple(tuple(map(str, range(n))) for n in actions),
        payoffs=tuple(ExactArray(table) for table in payoffs),
        transitions=ExactArray(moves, MOVES),
        start=(Fraction(1), *[Fraction(0)] * (states - 1)),
        **duration,
    )


def _even(game: MarkovGame) -> list[Any]:
    """Tables that play every action alike."""
    return [[[Fraction(1, n)] * n] * game.num_states for n in game.shape]


def _of_tables(function: Callable[..., Any], build: Callable[[], MarkovGame]) -> Callable[[], Call]:
    def prepare() -> Call:
        game = build()
        player = () if function is solvers.evaluate else (0,)
        return partial(function, game, _even(game), *player)

    return prepare


def _checking(
    build: Callable[[], Any], profile: Callable[[Any], Any], *concept: str, **options: Any
) -> Callable[[], Call]:
    def prepare() -> Call:
        game = build()
        return partial(solvers.check, profile(game), game, *concept, **options)

    return prepare


def _mixed(game: NormalFormGame) -> list[list[Fraction]]:
    return [[Fraction(1, n)] * n for n in game.shape]


def _stage(game: IteratedGame) -> list[Any]:
    return _even(game.markov)


def _verifying(build: Callable[[], Any], *concept: str, **options: Any) -> Callable[[], Call]:
    def prepare() -> Call:
        game = build()
        return partial(verify, game, solvers.solve(game, *concept, **options).to_json())

    return prepare


S, B, I, M = "stackelberg", "bayesian", "iterated", "markov"  # noqa: E741
SECOND = 1.0

CASES: tuple[LimitCase, ...] = (
    LimitCase(S, "1000x1000, opposed interests", _committing(lambda: _opposed(1000)), 2.0),
    LimitCase(S, "weak, 300x300", _committing(lambda: _opposed(300), ties="weak"), SECOND),
    LimitCase(S, "60x60 of 2,000 digits", _committing(lambda: _long(60, 2000)), SECOND),
    LimitCase(
        S, "weak, 40x40 of 1,000 digits", _committing(lambda: _long(40, 1000), ties="weak"), SECOND
    ),
    LimitCase(
        S,
        "correlated, one program, 60x60",
        _committing(lambda: _opposed(60), commitment="correlated", method="single-lp"),
        SECOND,
    ),
    LimitCase(
        S, "1500x1500, opposed interests", _committing(lambda: _opposed(1500)), None, 60 * MB
    ),
    LimitCase(B, "10 types, 12x12", _committing(lambda: _bayesian(10, 12)), 2.0),
    LimitCase(B, "60 types, 60x60", _committing(lambda: _bayesian(60, 60)), SECOND),
    LimitCase(
        B, "DOBSS, 10 types, 12x12", _committing(lambda: _bayesian(10, 12), method="dobss"), 2.0
    ),
    LimitCase(
        B,
        "3 types, 12x12 of 1,000 digits",
        _committing(lambda: _typed(3, 12, lambda _: _long(12, 1000))),
        SECOND,
    ),
    LimitCase(B, "40 types, 80x80", _committing(lambda: _bayesian(40, 80)), None, 50 * MB),
    LimitCase(I, "6 actions, 10 steps", _committing(lambda: _repeated(6, horizon=10)), 2.0),
    LimitCase(
        I,
        "prisoners_dilemma, 3,000 steps",
        _committing(lambda: games.iterated("prisoners_dilemma", horizon=3000)),
        SECOND,
    ),
    LimitCase(
        I,
        "deterministic, 3 actions, 300 steps",
        _committing(lambda: _repeated(3, horizon=300), policy="deterministic"),
        SECOND,
    ),
    LimitCase(
        I,
        "weak, chicken, 200 steps, stationary",
        _committing(
            lambda: games.iterated("chicken", horizon=200), ties="weak", follower="stationary"
        ),
        SECOND,
    ),
    LimitCase(
        I,
        "weak, without a horizon, 4 actions",
        _committing(lambda: _repeated(4, discount="97/100"), ties="weak"),
        SECOND,
    ),
    LimitCase(
        I, "14 actions, 20 steps", _committing(lambda: _repeated(14, horizon=20)), None, 60 * MB
    ),
    LimitCase(
        M,
        "zero-sum, 60 states, 8x8",
        _solving(lambda: _markov(60, 8, 8, opposed=True, discount=Fraction(9, 10)), "nash"),
        SECOND,
    ),
    LimitCase(
        M,
        "tracing, 40 states, 3 players",
        _solving(lambda: _markov(40, 5, 5, 5, discount=Fraction(9, 10)), "nash"),
        2.0,
    ),
    LimitCase(
        M,
        "300 steps, 30 states, 6x6, best by welfare",
        _solving(lambda: _markov(30, 6, 6, horizon=300), "nash", select="welfare"),
        SECOND,
    ),
    LimitCase(
        M,
        "all deterministic, 10 states",
        _solving(lambda: _markov(10, 2, 2, discount=Fraction(9, 10)), "nash", find="all"),
        SECOND,
    ),
    LimitCase(
        M,
        "evaluate, 400 states",
        _of_tables(solvers.evaluate, lambda: _markov(400, 3, 3, discount=Fraction(97, 100))),
        SECOND,
    ),
    LimitCase(
        M,
        "optimal_response, 20,000 steps",
        _of_tables(
            solvers.optimal_response,
            lambda: _markov(20, 3, 3, horizon=20_000, discount=Fraction(97, 100)),
        ),
        SECOND,
    ),
    LimitCase(
        M,
        "stochastic_response, 40 steps, 8 states",
        _of_tables(solvers.stochastic_response, lambda: _markov(8, 3, 3, horizon=40)),
        SECOND,
    ),
    LimitCase(
        M,
        "zero-sum, 120 states, 10x10",
        _solving(lambda: _markov(120, 10, 10, opposed=True, discount=Fraction(9, 10)), "nash"),
        None,
        40 * MB,
    ),
    LimitCase(
        "check",
        "nearest, 12x12, degenerate",
        _checking(lambda: families.degenerate(12, 12, seed=1), _mixed),
        0.5,
    ),
    LimitCase(
        "check",
        "commitment, 800x800",
        _checking(lambda: _opposed(800), _mixed, "stackelberg"),
        SECOND,
    ),
    LimitCase(
        "check",
        "independent, 900x900",
        _checking(lambda: _opposed(900), _mixed, "correlated"),
        SECOND,
    ),
    LimitCase(
        "check",
        "tables, 4 actions, 60 steps",
        _checking(lambda: _repeated(4, horizon=60), _stage),
        SECOND,
    ),
    LimitCase(
        "check",
        "independent, 900x900",
        _checking(lambda: _opposed(900), _mixed, "correlated"),
        None,
        50 * MB,
    ),
    LimitCase(
        "verify",
        "all of a degenerate 12x12",
        _verifying(lambda: families.degenerate(12, 12, seed=1), find="all", time_limit=20.0),
        0.5,
    ),
    LimitCase(
        "verify", "commitment, 400x400", _verifying(lambda: _opposed(400), "stackelberg"), 0.5
    ),
    LimitCase(
        "verify",
        "enumeration, 3 actions, 10 steps",
        _verifying(lambda: _repeated(3, horizon=10), "stackelberg", policy="deterministic"),
        SECOND,
    ),
    LimitCase(
        "verify",
        "commitment, 400x400",
        _verifying(lambda: _opposed(400), "stackelberg"),
        None,
        20 * MB,
    ),
)
