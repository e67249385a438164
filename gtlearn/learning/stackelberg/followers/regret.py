"""How exact a follower's answers are, and after how many environment steps they became so."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games.kinds.markov.game import unrolled
from gtlearn.learning.stackelberg.contexts import all_deterministic, random_leaders
from gtlearn.learning.stackelberg.followers.protocol import Follower, best_response, training_step
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.solvers import evaluate_exactly
from gtlearn.solvers.profiles.tables import exact_table

_Values = NDArray[Any]  # Fractions


@dataclass(frozen=True)
class StepsToExact:
    """After how many environment steps a follower answered every leader exactly.

    Attributes:
        first: when all answers were best responses for the first time; None if they never were.
        lasting: from when on they were to the end of the measurement; None if not at its end.
        measured: how many environment steps were measured, queries included.
        regrets: what the answers at the end lose against the best ones, one a leader.
    """

    first: int | None
    lasting: int | None
    measured: int
    regrets: tuple[Fraction, ...]


def best_values(game: LeaderGame, leader_tables: Floats, follower_class: str) -> _Values:
    """The follower's value of an exact best response to each leader, shape (batch,).

    Args:
        game: what is played.
        leader_tables: shape (batch, states, leader actions).
        follower_class: "stationary" or "optimal": among which responses.
    """
    best = [best_response(game, table, follower_class).value for table in leader_tables]
    return np.array(best, dtype=object)


def answer_values(game: LeaderGame, leader_tables: Floats, answers: Floats) -> _Values:
    """The follower's exact value of its answer to each leader, shape (batch,).

    Args:
        game: what is played.
        leader_tables: shape (batch, states, leader actions).
        answers: shape (batch, rows, follower actions), as `Follower.tables` gives them.
    """
    markov = game.markov
    exact = [
        [exact_table(row, markov, player, timed=None) for row in tables]
        for tables, player in ((leader_tables, game.leader), (answers, game.follower))
    ]
    leading, following = (np.array(rows, dtype=object) for rows in exact)
    if answers.shape[1] > game.num_states:
        markov, leading = unrolled(markov), np.tile(leading, (1, game.steps, 1))
    values = evaluate_exactly(markov, game.ordered(leading, following))
    return values.fractions()[:, game.follower]


def follower_regrets(follower: Follower, leader_tables: Floats) -> _Values:
    """What a follower's answers lose against the best ones of its class, shape (batch,).

    In the unit of the game's values; a stationary follower's answer is compared with the best
    stationary one.
    """
    best = best_values(follower.game, leader_tables, follower.follower_class)
    answers = follower.tables(leader_tables)
    return best - answer_values(follower.game, leader_tables, answers)


def steps_to_exact(
    follower: Follower,
    rng: np.random.Generator,
    *,
    budget: int,
    batch: int = 1,
    leaders: Floats | None = None,
) -> StepsToExact:
    """Trains a follower on random deterministic leaders and checks its answers all the while.

    Args:
        follower: who has learned nothing yet.
        rng: where the leaders and the players' coin flips come from.
        budget: how many environment steps are measured, queries included.
        batch: how many episodes are played between two updates; the answers are checked after
            each update.
        leaders: the tables whose answers are checked; all deterministic ones by default.
    """
    game = follower.game
    leaders = all_deterministic(game) if leaders is None else leaders
    best = best_values(game, leaders, follower.follower_class)
    known: dict[bytes, bool] = {}

    def exact() -> bool:
        answers = follower.tables(leaders)
        key = answers.tobytes()
        if key not in known:
            known[key] = bool((answer_values(game, leaders, answers) == best).all())
        return known[key]

    steps, first, lasting = 0, None, None
    while steps < budget:
        steps += training_step(follower, random_leaders(game, batch, rng), rng)[1]
        if exact():
            first = steps if first is None else first
            lasting = steps if lasting is None else lasting
        else:
            lasting = None
    regrets = best - answer_values(game, leaders, follower.tables(leaders))
    return StepsToExact(first, lasting, steps, tuple(regrets))
