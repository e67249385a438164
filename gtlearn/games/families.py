"""Random families of games, seeded, with integer payoffs; of two players unless `players` is more.

Every function takes `seed`: an int, or a numpy Generator, which it draws from. The same seed
gives the same game on every machine with the same numpy. Names and definitions follow GAMUT
(Nudelman et al. 2004, Run the GAMUT, AAMAS) and the papers cited at each family.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry, check_size
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form

if TYPE_CHECKING:  # numpy loads its random module on first use
    Seed = int | np.random.Generator

_MOST_PLAYERS = 20
_LARGEST = 10**18  # of a drawn integer, which numpy holds in 64 bits
DEGENERATE_KINDS = ("small", "zero", "identical_rows", "identical_columns", "duplicate", "win_lose")


def _generator(seed: Seed) -> np.random.Generator:
    if isinstance(seed, np.random.Generator):
        return seed
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"seed {seed!r} is no nonnegative integer and no numpy Generator")
    return np.random.default_rng(int(seed))


def _integers(
    generator: np.random.Generator, low: int, high: int, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    if low > high:
        raise InputError(f"low={low} is above high={high}; swap them")
    if max(-low, high) > _LARGEST:
        raise InputError(f"low={low} and high={high} must be from -10^18 to 10^18")
    check_size(*shape[1:] if len(shape) > 2 else shape)
    return generator.integers(low, high, size=shape, endpoint=True)


def _shape(rows: int, columns: int, players: int) -> tuple[int, ...]:
    """The number of actions of each player: those after the second have as many as it."""
    if not 2 <= players <= _MOST_PLAYERS:
        raise InputError(f"players={players} must be from 2 to {_MOST_PLAYERS}")
    return (rows, *[columns] * (players - 1))


def uniform(
    rows: int = 5,
    columns: int = 5,
    low: int = 0,
    high: int = 99,
    seed: Seed = 0,
    players: int = 2,
) -> NormalFormGame:
    """Payoffs independent and uniform on the integers low..high, both included.

    All players but the first have `columns` actions.

    Raises:
        InputError: if low > high, a size is below 1, or there are too many profiles.
    """
    shape = _shape(rows, columns, players)
    draw = _integers(_generator(seed), low, high, (players, *shape))
    return normal_form(*draw, name="random_uniform")


def zero_sum(
    rows: int = 5, columns: int = 5, low: int = -99, high: int = 99, seed: Seed = 0
) -> NormalFormGame:
    """The row player's payoffs uniform on the integers low..high; the column player's negative.

    Raises:
        InputError: if low > high, a size is below 1, or there are too many profiles.
    """
    draw = _integers(_generator(seed), low, high, (rows, columns))
    return normal_form(draw, -draw, name="random_zero_sum")


def covariant(
    rows: int = 5,
    columns: int = 5,
    rho: Fraction | float = Fraction(-1, 2),
    scale: int = 1000,
    seed: Seed = 0,
    players: int = 2,
) -> NormalFormGame:
    """The payoffs of each profile are normal, any two with correlation `rho`, times `scale`,
    rounded. All players but the first have `columns` actions.

    Rinott & Scarsini (2000), On the Number of Pure Strategy Nash Equilibria in Random Games,
    Games and Economic Behavior 33; GAMUT's CovariantGame.

    Raises:
        InputError: if rho is outside -1 / (players - 1)..1, scale below 1, or the size is unfit.
    """
    shape = _shape(rows, columns, players)
    if not Fraction(-1, players - 1) <= Fraction(rho) <= 1:
        raise InputError(
            f"rho={rho} is no correlation of {players} payoffs; give a number from "
            f"{'-1' if players == 2 else f'-1/{players - 1}'} to 1"
        )
    if not 1 <= scale <= 10**9:
        raise InputError(f"scale={scale} must be from 1 to 10^9")
    check_size(*shape)
    drawn = _generator(seed).standard_normal((players, *shape))
    correlated = np.tensordot(_correlating(float(rho), players), drawn, axes=1)
    payoffs = (np.rint(scale * values).astype(np.int64) for values in correlated)
    return normal_form(*payoffs, name="random_covariant")


def _correlating(rho: float, players: int) -> NDArray[np.float64]:
    """The lower triangular L for which L L^T has ones on its diagonal and `rho` elsewhere."""
    lower = np.zeros((players, players))
    for k in range(players):
        before = lower[:k]
        for j in range(k):
            rest = rho - float(lower[k, :j] @ before[j, :j])
            lower[k, j] = rest / lower[j, j] if lower[j, j] > 0 else 0.0
        lower[k, k] = np.sqrt(max(0.0, 1 - float(lower[k, :k] @ lower[k, :k])))
    return lower


def ranking(actions: int = 5, steps: int = 10, seed: Seed = 0) -> NormalFormGame:
    """Effort costs and raises the own score; the higher score wins a prize, ties split it.

    Goldberg, Goldberg, Krysta & Ventre (2013), Ranking Games that Have Competitiveness-Based
    Strategies, Theoretical Computer Science 476. Scores and costs grow by 1..steps from each
    level of effort to the next; all payoffs are scaled to integers, the prize being
    2 * actions * steps.

    Raises:
        InputError: if steps is not in 1..10^6 or the size is unfit.
    """
    if not 1 <= steps <= 10**6:
        raise InputError(f"steps={steps} must be from 1 to 10^6")
    check_size(actions, actions)
    generator = _generator(seed)
    scores = _integers(generator, 1, steps, (2, actions)).cumsum(axis=1)
    costs = _integers(generator, 1, steps, (2, actions)).cumsum(axis=1)
    costs -= costs[:, :1]
    lead = np.sign(scores[0][:, None] - scores[1][None, :])
    half = actions * steps
    row = half * (1 + lead) - 2 * costs[0][:, None]
    column = half * (1 - lead) - 2 * costs[1][None, :]
    return normal_form(row, column, name="random_ranking")


def sgc(k: int = 2, shuffle: int = 0, seed: Seed = 0) -> NormalFormGame:
    """One equilibrium, whose supports hold half the actions: hard for support enumeration.

    Sandholm, Gilpin & Conitzer (2005), Mixed-Integer Programming Methods for Finding Nash
    Equilibria, AAAI. Both players have 4k-1 actions; payoffs are four times those of the paper's
    normalised game, so in {0, 2, 3, 4}. With `shuffle=1` the seed permutes rows and columns;
    otherwise it is not used.

    Raises:
        InputError: if k is below 1 or too large.
    """
    if k < 1:
        raise InputError(f"k={k} must be at least 1")
    size, core = 4 * k - 1, 2 * k - 1
    check_size(size, size)
    base = np.zeros((size, size), dtype=np.int64)
    base[:core] = 2
    for i in range(core):  # a generalised rock-paper-scissors in the corner
        base[i, :core] = 3
        base[i, (i + 1) % core] = 2
        base[i, (i - 1) % core] = 4
    if core == 1:
        base[0, 0] = 3
    row, column = base.copy(), base.T.copy()
    outside = np.arange(core, size)
    row[outside, outside] = 3
    partner = outside.reshape(-1, 2)[:, ::-1].ravel()  # matching pennies, pair by pair
    column[outside, partner] = 3
    if shuffle:
        generator = _generator(seed)
        order = np.ix_(generator.permutation(size), generator.permutation(size))
        row, column = row[order], column[order]
    return normal_form(row, column, name="random_sgc")


def unit_vector(
    rows: int = 5, columns: int = 5, low: int = 0, high: int = 99, seed: Seed = 0
) -> NormalFormGame:
    """Each column of the row player's payoffs holds one 1 and else 0; the other's are uniform.

    Savani & von Stengel (2016), Unit Vector Games, International Journal of Economic Theory 12.

    Raises:
        InputError: if low > high, a size is below 1, or there are too many profiles.
    """
    generator = _generator(seed)
    column = _integers(generator, low, high, (rows, columns))
    row = np.zeros((rows, columns), dtype=np.int64)
    row[generator.integers(rows, size=columns), np.arange(columns)] = 1
    return normal_form(row, column, name="random_unit_vector")


def dispersion(
    players: int = 2, actions: int = 5, high: int = 99, seed: Seed = 0
) -> NormalFormGame:
    """Players do best apart: an action's worth (uniform on 1..high) goes to whoever is alone on it.

    Grenager, Powers & Shoham (2002), Dispersion Games: General Definitions and Some Specific
    Learning Results, AAAI (anti-coordination; the random worths are ours).

    Raises:
        InputError: if there are fewer than 2 or more than 10 players, or the size is unfit.
    """
    if not 2 <= players <= 10:
        raise InputError(f"players={players} must be from 2 to 10")
    check_size(*[actions] * players)
    worth = _integers(_generator(seed), 1, high, (actions,))
    chosen = np.indices((actions,) * players)
    payoffs = []
    for k in range(players):
        others = [chosen[j] != chosen[k] for j in range(players) if j != k]
        payoffs.append(worth[chosen[k]] * np.logical_and.reduce(others))
    return normal_form(*payoffs, name="random_dispersion")


def degenerate(
    rows: int = 5, columns: int = 5, kind: str = "small", seed: Seed = 0
) -> NormalFormGame:
    """Games with many ties, for testing solvers.

    Args:
        rows: the row player's number of actions.
        columns: the column player's.
        kind: "small" (payoffs uniform on 0, 1, 2), "zero" (all payoffs zero), "identical_rows"
            or "identical_columns" (all rows, or columns, are the same), "duplicate" (every
            second row and column repeats the one before), "win_lose" (payoffs 0 or 1).
        seed: an int or a Generator.

    Raises:
        InputError: if the kind is unknown, a size is below 1, or there are too many profiles.
    """
    if kind not in DEGENERATE_KINDS:
        raise InputError(f"kind={kind} is unknown; use one of {', '.join(DEGENERATE_KINDS)}")
    high = {"small": 2, "zero": 0, "win_lose": 1}.get(kind, 9)
    draw = _integers(_generator(seed), 0, high, (2, rows, columns))
    if kind == "identical_rows":
        draw = np.repeat(draw[:, :1], rows, axis=1)
    elif kind == "identical_columns":
        draw = np.repeat(draw[:, :, :1], columns, axis=2)
    elif kind == "duplicate":
        draw = draw[:, np.arange(rows) // 2][:, :, np.arange(columns) // 2]
    return normal_form(*draw, name="random_degenerate")


_GAMUT = "Nudelman et al. (2004), Run the GAMUT, AAMAS"

FAMILIES = (
    Entry("random_uniform", "payoffs uniform on the integers low..high", _GAMUT, uniform),
    Entry("random_zero_sum", "zero-sum, payoffs uniform on low..high", _GAMUT, zero_sum),
    Entry(
        "random_covariant",
        "the payoffs of a profile are normal with correlation rho, times scale, rounded",
        "Rinott & Scarsini (2000), On the Number of Pure Strategy Nash Equilibria in Random "
        "Games, Games and Economic Behavior 33",
        covariant,
    ),
    Entry(
        "random_ranking",
        "costly effort raises the score; the higher score wins the prize",
        "Goldberg, Goldberg, Krysta & Ventre (2013), Ranking Games that Have "
        "Competitiveness-Based Strategies, Theoretical Computer Science 476",
        ranking,
    ),
    Entry(
        "random_sgc",
        "4k-1 actions, one equilibrium with 2k-1 of them (shuffle=1 permutes by the seed)",
        "Sandholm, Gilpin & Conitzer (2005), Mixed-Integer Programming Methods for Finding Nash "
        "Equilibria, AAAI",
        sgc,
    ),
    Entry(
        "random_unit_vector",
        "the row player's columns are unit vectors, the other payoffs uniform on low..high",
        "Savani & von Stengel (2016), Unit Vector Games, International Journal of Economic "
        "Theory 12",
        unit_vector,
    ),
    Entry(
        "random_dispersion",
        "an action's worth goes to whoever is alone on it (2 or more players)",
        "Grenager, Powers & Shoham (2002), Dispersion Games: General Definitions and Some "
        "Specific Learning Results, AAAI",
        dispersion,
    ),
    Entry(
        "random_degenerate",
        "many ties; kind is small, zero, identical_rows, identical_columns, duplicate or win_lose",
        "test families of this package",
        degenerate,
    ),
)
