"""Sets of stochastic tables, a simplex of rows in each state, and bounds on a value over them.

The value of a table that does not see the time is a polynomial in its probabilities. Over a box,
a product of simplices, it is at most what a player earns who may choose a vertex anew at each
step, by dynamic programming; and its derivatives have bounds from those on values and visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.solvers._markov.process import FloatProcess

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Bounds:
    """What is known about boxes.

    Attributes:
        upper: no table of the box is worth more, shape (boxes,).
        value: of the centres, shape (boxes,).
        slopes: least and largest derivative of the value when probability goes from vertex j to
            vertex i of a state, each of shape (boxes, states, vertices i, vertices j).
        visited: whether a table of the box ever visits the state, shape (boxes, states).
    """

    upper: Floats
    value: Floats
    slopes: tuple[Floats, Floats]
    visited: Booleans


def centres(vertices: Floats, kept: Booleans) -> Floats:
    """The mean of the kept vertices of each simplex; shape (boxes, states, actions)."""
    total = np.einsum("bsi,bsia->bsa", kept.astype(float), vertices)
    mean: Floats = total / kept.sum(axis=-1)[..., None]
    return mean


def bounds(process: FloatProcess, vertices: Floats, kept: Booleans) -> Bounds:
    """Bounds on the value over boxes.

    Args:
        process: the process.
        vertices: rows of probabilities, shape (boxes, states, vertices, actions).
        kept: which of the vertices count, shape (boxes, states, vertices).

    Raises:
        LimitReached: at a limit.
    """
    boxes, states, size, _ = vertices.shape
    limits.require(8 * boxes * states * (size + 1) ** 2 * (4 * states + 8))
    middle = centres(vertices, kept)
    points = np.concatenate([vertices, middle[:, :, None]], axis=2)  # the centre comes last
    rewards, moves = _at_points(process, points)
    lowest, highest, value = _values(process, rewards, moves, kept)
    fewest, most = _visits(process, moves, kept)
    size = points.shape[2]
    low, high = (np.zeros((*points.shape[:2], size, size)) for _ in range(2))
    for step in range(process.horizon):
        limits.check()
        now = step if len(rewards) > 1 else 0
        mid, radius = (highest + lowest) / 2, (highest - lowest) / 2
        change = moves[now][:, :, :, None] - moves[now][:, :, None]  # from j to i
        gain = rewards[now][:, :, :, None] - rewards[now][:, :, None]
        gain = gain + process.discount * np.einsum("bsijt,bt->bsij", change, mid[step + 1])
        spread = process.discount * np.einsum("bsijt,bt->bsij", abs(change), radius[step + 1])
        some, many = (process.discount**step * v[step][..., None, None] for v in (fewest, most))
        least, largest = gain - spread, gain + spread
        low = low + np.where(least < 0, many, some) * least
        high = high + np.where(largest > 0, many, some) * largest
    rise = np.where(kept, high[:, :, :-1, -1], -np.inf).max(axis=-1).sum(axis=-1)
    upper = np.minimum(highest[0] @ process.start, value + rise) + process.margin
    slopes = low[:, :, :-1, :-1], high[:, :, :-1, :-1]
    return Bounds(upper, value, slopes, _visited(process, moves, kept))


def _at_points(process: FloatProcess, points: Floats) -> tuple[list[Floats], list[Floats]]:
    """Rewards (boxes, states, points) and moves (boxes, states, points, states), step by step."""
    rewards = [np.einsum("bspa,sa->bsp", points, table) for table in process.rewards]
    moves = [np.einsum("bspa,sat->bspt", points, table) for table in process.moves]
    return rewards, moves


def _values(
    process: FloatProcess, rewards: list[Floats], moves: list[Floats], kept: Booleans
) -> tuple[Floats, Floats, Floats]:
    """The least and the largest value from each step and state on (steps + 1, boxes, states), and
    the values of the centres (boxes,)."""
    steps, discount = process.horizon, process.discount
    low, high = (np.zeros((steps + 1, *kept.shape[:2])) for _ in range(2))
    middle = np.zeros(kept.shape[:2])
    for step in reversed(range(steps)):
        limits.check()
        now = step if len(rewards) > 1 else 0
        least = rewards[now] + discount * np.einsum("bspt,bt->bsp", moves[now], low[step + 1])
        most = rewards[now] + discount * np.einsum("bspt,bt->bsp", moves[now], high[step + 1])
        own = moves[now][:, :, -1]
        middle = rewards[now][:, :, -1] + discount * np.einsum("bst,bt->bs", own, middle)
        low[step] = np.where(kept, least[..., :-1], np.inf).min(axis=-1)
        high[step] = np.where(kept, most[..., :-1], -np.inf).max(axis=-1)
    return low, high, middle @ process.start


def _visits(
    process: FloatProcess, moves: list[Floats], kept: Booleans
) -> tuple[list[Floats], list[Floats]]:
    """The least and the largest probability of each state, one array (boxes, states) a step."""
    here = np.broadcast_to(process.start, kept.shape[:2])
    fewest, most = [here], [here]
    for step in range(process.horizon - 1):
        limits.check()
        own = moves[step if len(moves) > 1 else 0][:, :, :-1]
        rare = np.where(kept[..., None], own, np.inf).min(axis=2)
        often = np.where(kept[..., None], own, -np.inf).max(axis=2)
        least = np.einsum("bs,bst->bt", fewest[-1], rare)
        largest = np.minimum(np.einsum("bs,bst->bt", most[-1], often), 1.0)
        # what is not elsewhere is here: probabilities add up to one
        fewest.append(np.maximum(least, 1 - (largest.sum(axis=1, keepdims=True) - largest)))
        most.append(np.minimum(largest, 1 - (least.sum(axis=1, keepdims=True) - least)))
    return fewest, most


def _visited(process: FloatProcess, moves: list[Floats], kept: Booleans) -> Booleans:
    """Whether a state can be reached, shape (boxes, states)."""
    here: Booleans = np.broadcast_to(process.start > 0, kept.shape[:2])
    out = here.copy()
    for step in range(process.horizon - 1):
        limits.check()
        own = moves[step if len(moves) > 1 else 0][:, :, :-1] > 0
        linked = (own & kept[..., None]).any(axis=2)
        here = np.any(here[..., None] & linked, axis=1)
        out = out | here
    return out
