"""Security games and Colonel Blotto: scarce resources against a chooser of targets."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry, check_size
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form

_SECURITY = (
    "Kiekintveld et al. (2009), Computing Optimal Randomized Resource Allocations for Massive "
    "Security Games, AAMAS (the model; the payoffs here are ours)"
)
_BAYESIAN = (
    "Paruchuri et al. (2008), Playing Games for Security: An Efficient Exact Algorithm for "
    "Solving Bayesian Stackelberg Games, AAMAS (the model; the payoffs here are ours)"
)


def _coverage(targets: int, resources: int) -> tuple[list[tuple[int, ...]], NDArray[np.int64]]:
    """The sets of targets that may be covered, and what each target is worth."""
    if not 1 <= resources <= targets <= 30:
        raise InputError(
            f"it needs 1 <= resources <= targets <= 30, not resources={resources} "
            f"and targets={targets}"
        )
    check_size(math.comb(targets, resources), targets)
    return list(combinations(range(targets), resources)), np.arange(1, targets + 1)


def _stage(
    schedules: list[tuple[int, ...]],
    defender: NDArray[np.int64],
    attacker: NDArray[np.int64],
) -> NormalFormGame:
    """The game in which a schedule covers targets and the attacker strikes one.

    Args:
        schedules: the sets of targets that the defender may cover.
        defender: (targets, 2), its payoff when a target is struck uncovered, covered.
        attacker: (targets, 2), the attacker's.
    """
    targets = len(defender)
    covered = np.array([[int(t in schedule) for t in range(targets)] for schedule in schedules])
    column = np.arange(targets)
    return normal_form(
        defender[column, covered],
        attacker[column, covered],
        players=("Defender", "Attacker"),
        actions=(
            [" ".join(str(t + 1) for t in schedule) for schedule in schedules],
            [str(t + 1) for t in range(targets)],
        ),
    )


def _security(targets: int = 4, resources: int = 1) -> NormalFormGame:
    schedules, worth = _coverage(targets, resources)
    return _stage(
        schedules,
        np.stack([-worth, worth[::-1]], axis=1),
        np.stack([2 * worth, -worth], axis=1),
    )


def _security_zero_sum(targets: int = 4, resources: int = 1) -> NormalFormGame:
    schedules, worth = _coverage(targets, resources)
    loss = np.stack([-worth, np.zeros_like(worth)], axis=1)
    return _stage(schedules, loss, -loss)


def _security_bayesian(
    targets: int = 3, resources: int = 1, thief: Fraction = Fraction(2, 3)
) -> BayesianGame:
    schedules, worth = _coverage(targets, resources)
    defender = np.stack([-worth, np.ones_like(worth)], axis=1)
    takes = np.stack([worth, -np.ones_like(worth)], axis=1)
    breaks = np.stack([worth[::-1], -2 * np.ones_like(worth)], axis=1)
    games = (_stage(schedules, defender, takes), _stage(schedules, 2 * defender, breaks))
    return BayesianGame(
        name="security_bayesian",
        types=("thief", "vandal"),
        prior=(thief, 1 - thief),
        games=games,
    )


def _allocations(coins: int, fields: int) -> list[tuple[int, ...]]:
    """All ways to spread coins over fields, in lexicographic order."""
    bars = combinations(range(coins + fields - 1), fields - 1)
    ends = [(-1, *bar, coins + fields - 1) for bar in bars]
    return [tuple(b - a - 1 for a, b in pairwise(end)) for end in ends]


def _colonel_blotto(coins: int = 5, fields: int = 3) -> NormalFormGame:
    if not (0 <= coins <= 200 and 1 <= fields <= 10):
        raise InputError("it needs 0 to 200 coins and 1 to 10 fields")
    count = math.comb(coins + fields - 1, fields - 1)
    check_size(count, count)
    plans = np.array(_allocations(coins, fields))
    won = np.zeros((count, count), dtype=np.int64)
    for field in range(fields):
        won += np.sign(plans[:, field][:, None] - plans[:, field][None, :])
    labels = [" ".join(map(str, plan)) for plan in plans.tolist()]
    return normal_form(won, -won, players=("Colonel 1", "Colonel 2"), actions=(labels, labels))


SECURITY_GAMES = (
    Entry(
        "security",
        "a defender covers some targets, an attacker strikes one; general-sum, target t worth t",
        _SECURITY,
        _security,
    ),
    Entry(
        "security_zero_sum",
        "as security, but what the defender loses the attacker wins",
        _SECURITY,
        _security_zero_sum,
    ),
    Entry(
        "security_bayesian",
        "a defender who does not know whether a thief or a vandal strikes (Bayesian)",
        _BAYESIAN,
        _security_bayesian,
    ),
    Entry(
        "colonel_blotto",
        "coins spread over fields; the payoff is fields won minus fields lost (zero-sum)",
        "Borel (1921), La théorie du jeu et les équations intégrales à noyau symétrique, Comptes "
        "Rendus de l'Académie des Sciences 173",
        _colonel_blotto,
    ),
)
