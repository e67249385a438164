"""All equilibria of a Bayesian game with types on every side, looked for from the game alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from gtlearn.games import HarsanyiGame, NormalFormGame, normal_form
from gtlearn.limits import check
from gtlearn.solvers.verify.polytopes import extreme_rays
from gtlearn.solvers.verify.report import Unproven

_MAX_PROFILES = 1_000_000  # of actions of all types, for whose agent form something is verified

PlayedByType = tuple[tuple[Fraction, ...], ...]  # a vector for each type of positive probability
_Key = tuple[int, int, int]  # a player, its type, an action


def agent_form(game: HarsanyiGame) -> NormalFormGame:
    """The game of the types of positive probability, each paid what it gets, weighted by the prior.

    Raises:
        Unproven: if it is too large.
    """
    agents = [
        (player, place)
        for player, chances in enumerate(game.marginals)
        for place, chance in enumerate(chances)
        if chance
    ]
    shape = [len(game.types[player][place].actions) for player, place in agents]
    if math.prod(shape) > _MAX_PROFILES:
        raise Unproven("the game has too many types to look at all their actions together here")
    payoffs = [np.full(shape, Fraction(0), dtype=object) for _ in agents]
    for drawn in game.profiles:
        check()
        axes = [agents.index(pair) for pair in enumerate(drawn.types)] if drawn.probability else []
        for player, axis in enumerate(axes):
            whole = np.array(drawn.payoffs[player].fractions(), dtype=object) * drawn.probability
            where = tuple(slice(None) if k in axes else None for k in range(len(agents)))
            payoffs[axis] = payoffs[axis] + whole[where]
    return normal_form(*payoffs, name=game.name)


def extreme_equilibria(game: HarsanyiGame) -> set[tuple[PlayedByType, PlayedByType]]:
    """Those of two players: the pairs of vertices of their polyhedra at which each action of each
    type is unplayed or a best response (Mangasarian 1964).

    Raises:
        Unproven: if the polyhedra have too many vertices.
    """
    first, second = (_polyhedron(game, player) for player in (0, 1))
    every = (1 << sum(len(t.actions) for own in game.types for t in own)) - 1
    out = set()
    for (one, labels), (two, more) in product(first, second):
        if labels | more == every:
            check()
            out.add((one, two))
    return out


def _polyhedron(game: HarsanyiGame, player: int) -> list[tuple[PlayedByType, int]]:
    """The vertices of what a player's types may play, with the other's best responses.

    Returns:
        What the types of positive probability play at each, and its labels as bits: actions of
        types are counted through, player 0's first; those of probability zero are always there.
    """
    number_of: dict[_Key, int] = {}
    for who, own in enumerate(game.types):
        for place, point in enumerate(own):
            for action in range(len(point.actions)):
                number_of[who, place, action] = len(number_of)
    other = 1 - player
    columns, rows = (
        [key for key in number_of if key[0] == who and game.marginals[who][key[1]]]
        for who in (player, other)
    )
    types, others = ([*dict.fromkeys(key[1] for key in keys)] for keys in (columns, rows))
    size = len(columns) + len(others)
    equalities = []
    for place in types[1:]:
        equalities.append(
            [(key[1] == types[0]) - (key[1] == place) for key in columns] + [0] * len(others)
        )
    worth = _integers(_worth_by(game, player, rows, columns))
    responses = [
        [-value for value in row] + [int(key[1] == place) for place in others]
        for key, row in zip(rows, worth, strict=True)
    ]
    inequalities = [*equalities, *responses]
    out = []
    for ray in extreme_rays(size, inequalities, range(len(equalities))):
        total = sum(v for v, key in zip(ray.vector, columns, strict=False) if key[1] == types[0])
        if not total:
            continue
        bits = sum(1 << bit for key, bit in number_of.items() if not game.marginals[key[0]][key[1]])
        for k, key in enumerate(columns):
            bits |= (ray.tight >> k & 1) << number_of[key]
        for k, key in enumerate(rows, start=size + len(equalities)):
            bits |= (ray.tight >> k & 1) << number_of[key]
        vector = {key: Fraction(v, total) for key, v in zip(columns, ray.vector, strict=False)}
        played = tuple(tuple(p for key, p in vector.items() if key[1] == place) for place in types)
        out.append((played, bits))
    return out


def _worth_by(
    game: HarsanyiGame, player: int, rows: Sequence[_Key], columns: Sequence[_Key]
) -> list[list[Fraction]]:
    """What each of the other's actions earns by each of a player's, raised above zero."""
    drawn = {p.types: p for p in game.profiles if p.probability}
    out = []
    for other, other_type, b in rows:
        row = []
        for _, own_type, a in columns:
            types = (own_type, other_type) if player == 0 else (other_type, own_type)
            profile = drawn.get(types)
            place = (a, b) if player == 0 else (b, a)
            row.append(profile.probability * profile.payoffs[other][place] if profile else 0)
        out.append([Fraction(value) for value in row])
    least = min(map(min, out))
    return [[value - least + 1 for value in row] for row in out]


def _integers(rows: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    scale = math.lcm(*(value.denominator for row in rows for value in row))
    return [[int(value * scale) for value in row] for row in rows]
