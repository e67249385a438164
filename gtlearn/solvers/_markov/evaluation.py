"""What a profile of tables is worth, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.given import of_games
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import ExactArray, integer_array
from gtlearn.limits import limited
from gtlearn.solvers._markov.process import (
    Integers,
    Process,
    from_start,
    induced_process,
    joint_weights,
    plan_values,
    product,
    scaled,
    solve_exactly,
)
from gtlearn.solvers.profiles.tables import exact_tables


@dataclass(frozen=True)
class Evaluation:
    """The exact value of a profile of tables.

    Attributes:
        payoffs: what each player gets, in the game's unit.
        state_values: one tuple a player: what it gets from each state on if the game starts there,
            in the game's unit.
        occupancy: how often each joint action is played in each state, shape (states, *actions):
            the sum over steps of discount ** t * Pr(state and actions at step t), divided by the
            horizon where values are means. `payoffs` are its inner products with the game's.
    """

    payoffs: tuple[Fraction, ...]
    state_values: tuple[tuple[Fraction, ...], ...]
    occupancy: ExactArray


@of_games(MarkovGame, IteratedGame)
def evaluate(
    game: MarkovGame | IteratedGame,
    tables: Sequence[Any],
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Evaluation:
    """The exact value of a profile of tables, by backward and forward recursion in integers.

    Without a horizon the values solve (I - discount * P) V = r, and the occupancy x solves
    x (I - discount * P) = start (Puterman 1994, Markov Decision Processes, theorems 6.1.1 and
    6.9.1).

    Args:
        game: an iterated or a Markov game.
        tables: one a player, states x actions; or (steps * states) x actions, row
            `t * states + s` for state s at step t.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        InputError: if a table does not fit the game.
        LimitReached: at a limit.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", discount="9/10")
    >>> tit_for_tat = [[1, 0], [1, 0], [0, 1], [1, 0], [0, 1]]
    >>> defector = [[0, 1]] * 5
    >>> evaluate(game, [tit_for_tat, defector]).payoffs
    (Fraction(19, 1), Fraction(22, 1))
    """
    with limited(time_limit, memory_limit):
        return _evaluated(as_markov(game), tables)


def _evaluated(markov: MarkovGame, tables: Sequence[Any]) -> Evaluation:
    exact = exact_tables(tables, markov)
    chain = induced_process(markov, exact)
    values = scaled(chain, *plan_values(chain, np.zeros((1, markov.num_states), dtype=int)))
    visits, unit = _visits(chain)
    weights, total = joint_weights(markov, exact)
    played = visits.reshape(-1, markov.num_states, *[1] * markov.num_players) * weights
    numerators = played.sum(axis=0) * markov.scale.numerator
    return Evaluation(
        payoffs=from_start(chain, values),
        state_values=tuple(map(tuple, values)),
        occupancy=integer_array(
            numerators.ravel().tolist(),
            numerators.shape,
            unit * total * markov.scale.denominator,
        ),
    )


def _visits(chain: Process) -> tuple[Integers, int]:
    """How often each state is visited, discounted: numerators (steps, states), denominator."""
    game = chain.game
    keep, grow = chain.decay
    denominator = lcm(*(p.denominator for p in game.start))
    here = np.array([int(p * denominator) for p in game.start], dtype=object)
    if game.horizon is None:
        moves = chain.moves[0, :, 0]
        system = grow * np.eye(len(moves), dtype=int).astype(object) - keep * moves
        solved, unit = solve_exactly(system.T, grow * here)
        return np.array([solved], dtype=object), unit * denominator
    visits = np.zeros(chain.rewards.shape[:2], dtype=object)
    for step in range(game.horizon):
        visits[step if len(visits) > 1 else 0] += here * grow ** (game.horizon - 1 - step)
        here = keep * product(chain.at(step)[1][:, 0].T, here)
    return visits, denominator * grow ** (game.horizon - 1)
