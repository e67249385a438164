"""Random small Markov games, and values by enumerating every history."""

from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from gtlearn import games


def random_game(seed, *, horizon=None, players=2, masked=False):
    """A random game of 1 to 3 states and actions with exact transitions and payoffs."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 4))
    shape = tuple(int(n) for n in rng.integers(1, 4, size=players))
    whole = (size, *shape)
    halves = rng.integers(-9, 10, size=(players, *whole))
    cuts = np.sort(rng.integers(0, 5, size=(*whole, size - 1)), axis=-1)
    ends = np.concatenate([np.zeros((*whole, 1), int), cuts, np.full((*whole, 1), 4)], axis=-1)
    moves = [Fraction(int(v), 4) for v in np.diff(ends).ravel()]
    legal = None
    if masked:
        legal = [rng.integers(0, 2, size=(size, n)).astype(bool) for n in shape]
        for mask in legal:
            mask[:, 0] |= ~mask.any(axis=1)
    first = rng.integers(0, 4, size=size)
    first[int(rng.integers(size))] += 1
    discount = None if horizon is not None and rng.integers(2) else f"{rng.integers(1, 10)}/10"
    return games.markov_game(
        list(halves / 2),
        np.array(moves, dtype=object).reshape(*whole, size),
        start=[Fraction(int(p), int(first.sum())) for p in first],
        horizon=horizon,
        discount=discount,
        legal=legal,
    )


def random_table(game, player, seed, *, timed=False, pure=False):
    """A random table over the legal actions with fourths, or thirds where there are three."""
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(game.num_states * (game.horizon if timed else 1)):
        mask = game.legal[player][index % game.num_states]
        counts = rng.integers(0, 4, size=len(mask)) * mask
        if pure or not counts.any():
            counts = np.eye(len(mask), dtype=int)[rng.choice(np.flatnonzero(mask))]
        rows.append(tuple(Fraction(int(c), int(counts.sum())) for c in counts))
    return tuple(rows)


def row_at(game, table, state, step):
    """What a table, with or without the time, plays."""
    return table[state if len(table) == game.num_states else step * game.num_states + state]


def by_histories(game, tables):
    """The values of a profile, summed over all histories of states and actions one by one."""
    totals = [Fraction(0)] * game.num_players

    def visit(state, step, probability):
        if step == game.horizon or probability == 0:
            return
        rows = [row_at(game, table, state, step) for table in tables]
        for profile in product(*map(range, game.shape)):
            weight = probability
            for row, action in zip(rows, profile, strict=True):
                weight *= row[action]
            if weight == 0:
                continue
            for k in range(game.num_players):
                totals[k] += weight * game.discount**step * game.payoffs[k][(state, *profile)]
            for following in range(game.num_states):
                visit(following, step + 1, weight * game.transitions[(state, *profile, following)])

    for state, probability in enumerate(game.start):
        visit(state, 0, probability)
    return tuple(game.scale * total for total in totals)


def best_by_histories(game, tables, player, sign=0, favoured=0):
    """The best value of a player who sees every history; ties by sign times another's value."""

    def best(state, step):
        if step == game.horizon:
            return (Fraction(0), Fraction(0))
        rows = [None if k == player else row_at(game, t, state, step) for k, t in enumerate(tables)]
        options = []
        for own in np.flatnonzero(game.legal[player][state]).tolist():
            worth = [Fraction(0), Fraction(0)]
            choices = [[own] if k == player else range(n) for k, n in enumerate(game.shape)]
            for profile in product(*choices):
                weight = Fraction(1)
                for k, action in enumerate(profile):
                    weight *= 1 if k == player else rows[k][action]
                if weight == 0:
                    continue
                where = (state, *profile)
                worth[0] += weight * game.payoffs[player][where]
                worth[1] += weight * sign * game.payoffs[favoured][where]
                for following in range(game.num_states):
                    chance = weight * game.transitions[(*where, following)]
                    if chance:
                        later = best(following, step + 1)
                        for k in range(2):
                            worth[k] += chance * game.discount * later[k]
            options.append(tuple(worth))
        return max(options)

    values = [best(state, 0) for state in range(game.num_states)]
    return tuple(
        game.scale * sum(p * v[k] for p, v in zip(game.start, values, strict=True))
        for k in range(2)
    )


@pytest.fixture(scope="session")
def brute():
    """The functions of this file, for tests that compare with them."""
    return SimpleNamespace(
        random_game=random_game,
        random_table=random_table,
        by_histories=by_histories,
        best_by_histories=best_by_histories,
    )
