"""What a correlated equilibrium may maximise, as integer linear programs and their dual proofs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers._correlated.deviations import DeviationKey, Deviations, multipliers
from gtlearn.solvers._linear.program import Optimum
from gtlearn.solvers._linear.sparse import SparseProgram

WELFARE = "welfare"
FAIRNESS = "fairness"
GINI = "gini"


@dataclass(frozen=True)
class Proof:
    """Why no equilibrium has a higher value: at every profile s,

    sum_k weights[k] u_k(s) + sum multipliers[k, a, b] (u_k(s) - u_k(b, s_-k)) <= bound,

    where the second sum runs over the deviations that apply at s (a = s_k, or all coarse ones).
    """

    weights: tuple[Fraction, ...]
    multipliers: Mapping[DeviationKey, Fraction]
    bound: Fraction


def check_objective(game: NormalFormGame, objective: str | None) -> None:
    """Refuses an objective that is not known or names no player of the game.

    Raises:
        InputError: with the objectives to choose from.
    """
    if objective in (None, WELFARE, FAIRNESS, GINI):
        return
    match = re.fullmatch(r"player:(\d{1,9})", str(objective), flags=re.ASCII)
    if match is None:
        raise InputError(
            f"the objective {objective!r} is not known; choose welfare, fairness, gini, "
            "player:K (K counts from 0) or None"
        )
    if int(match[1]) >= game.num_players:
        raise InputError(
            f"the objective {objective!r} names no player of {game.name!r}, whose "
            f"{game.num_players} players are counted from 0; "
            f"choose player:0 to player:{game.num_players - 1}"
        )


def player_weights(game: NormalFormGame, objective: str) -> tuple[int, ...]:
    """The weight of each player's payoff in a linear objective."""
    players = range(game.num_players)
    if objective == WELFARE:
        return tuple(1 for _ in players)
    chosen = int(objective.removeprefix("player:"))
    return tuple(int(k == chosen) for k in players)


def linear_program(game: NormalFormGame, rows: Deviations, objective: str) -> SparseProgram:
    """Maximise a weighted sum of payoffs; variables are the profiles, in row-major order.

    Rows are the deviations and, last, the one that makes probabilities sum to one. The objective
    is scaled by the least common denominator of the payoffs.
    """
    weights = player_weights(game, objective)
    scale = _scale(game)
    costs = np.sum([_scaled(game, k, scale) for k, w in enumerate(weights) if w], axis=0)
    profiles = int(np.prod(game.shape))
    last = len(rows.keys)
    bounds = np.zeros(last + 1, dtype=np.int64)
    bounds[last] = 1
    return SparseProgram(
        compact(costs.ravel()),
        np.append(rows.starts, rows.starts[-1] + profiles),
        np.concatenate([rows.columns, np.arange(profiles)]),
        compact(np.concatenate([rows.values, np.ones(profiles, dtype=np.int64)])),
        bounds,
        equalities=(last,),
        core=(last,),
    )


def linear_proof(game: NormalFormGame, rows: Deviations, objective: str, optimum: Optimum) -> Proof:
    """The dual of `linear_program` in units of payoffs."""
    scale = _scale(game)
    common = optimum.dual_denominator * scale
    weights = tuple(Fraction(w) for w in player_weights(game, objective))
    duals = multipliers(game, rows, optimum.dual, common)
    return Proof(weights, duals, Fraction(optimum.dual[-1], common))


def fairness_program(game: NormalFormGame, rows: Deviations) -> SparseProgram:
    """Maximise the smallest payoff: as `linear_program`, with one more variable and n more rows.

    The last variable t is bounded by each player's payoff, shifted and scaled to lie in [0, 1].
    """
    profiles, count = int(np.prod(game.shape)), game.num_players
    shifted, spread = _unit_payoffs(game)
    ones = np.ones(profiles, dtype=np.int64)
    columns, values = [rows.columns], [rows.values]
    for tensor in shifted:
        columns += [np.arange(profiles), np.array([profiles])]
        values += [-tensor, np.array([spread])]
    last = len(rows.keys) + count
    bounds = np.zeros(last + 1, dtype=np.int64)
    bounds[last] = 1
    objective = np.zeros(profiles + 1, dtype=np.int64)
    objective[profiles] = 1
    lengths = [profiles + 1] * count + [profiles]
    return SparseProgram(
        objective,
        np.concatenate([rows.starts, rows.starts[-1] + np.cumsum(lengths)]),
        np.concatenate([*columns, np.arange(profiles)]),
        compact(np.concatenate([*values, ones])),
        bounds,
        equalities=(last,),
        core=tuple(range(len(rows.keys), last + 1)),
    )


def fairness_proof(game: NormalFormGame, rows: Deviations, optimum: Optimum) -> Proof:
    """The dual of `fairness_program` in units of payoffs; the weights sum to one."""
    scale = _scale(game)
    lowest = min(int(_scaled(game, k, scale).min()) for k in range(game.num_players))
    first = len(rows.keys)
    shares = optimum.dual[first : first + game.num_players]
    total = sum(shares)  # the dual constraint of t makes it positive
    level = Fraction(optimum.dual[-1], total)  # zero where that constraint is slack
    weights = tuple(Fraction(share, total) for share in shares)
    duals = multipliers(game, rows, optimum.dual, total * scale)
    return Proof(weights, duals, (lowest + level) / scale)


def compact(values: NDArray[Any]) -> NDArray[Any]:
    """Integers as int64 where each is exact as a double, else as Python ints."""
    if values.size == 0:
        return values.astype(np.int64)
    if max(abs(int(values.min())), abs(int(values.max()))) < 2**53:
        return values.astype(np.int64)
    return np.array([int(v) for v in values.ravel().tolist()], dtype=object).reshape(values.shape)


def _scale(game: NormalFormGame) -> int:
    return math.lcm(*(tensor.denominator for tensor in game.payoffs))


def _scaled(game: NormalFormGame, player: int, scale: int) -> NDArray[Any]:
    """The payoffs of `player` times `scale`, integers of the game's shape."""
    tensor = game.payoffs[player]
    factor = scale // tensor.denominator
    numerators = tensor.numerators
    largest = max(abs(int(numerators.max())), abs(int(numerators.min())))
    if max(largest, 1) * factor * game.num_players >= 2**62:  # numpy holds the factor too
        numerators = numerators.astype(object)
    return numerators * factor


def _unit_payoffs(game: NormalFormGame) -> tuple[list[NDArray[Any]], int]:
    """Flat payoffs, scaled to integers and shifted to a least of zero, and their greatest."""
    scale = _scale(game)
    scaled = [_scaled(game, k, scale).ravel() for k in range(game.num_players)]
    if any(tensor.dtype == object for tensor in scaled):  # the least of one may not fit another
        scaled = [tensor.astype(object) for tensor in scaled]
    lowest = min(int(tensor.min()) for tensor in scaled)
    shifted = [tensor - lowest for tensor in scaled]
    return shifted, max(1, *(int(tensor.max()) for tensor in shifted))
