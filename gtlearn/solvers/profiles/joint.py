"""Distributions over joint actions, which players may follow together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import Game, NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.outcomes import Distribution
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.profiles.probabilities import FEW, FLOAT_STEP, distribution
from gtlearn.solvers.profiles.strategies import place_of


def joint_of(profile: Profile) -> Distribution:
    """The distribution over pure profiles; that of independent strategies is their product.

    Raises:
        InputError: if a player's strategy is not known.
        LimitReached: at a limit.
    """
    if profile.joint is not None:
        return profile.joint
    joint: dict[tuple[int, ...], Any] = {(): Fraction(1)}
    for strategy in profile.known():
        longer: dict[tuple[int, ...], Any] = {}
        for place, p in joint.items():
            longer |= {(*place, a): p * q for a, q in enumerate(strategy) if q}
            if len(longer) > FEW:
                limits.check()
        joint = longer
    return joint


def is_joint_tensor(source: Any, game: NormalFormGame, tolerance: Number) -> bool:
    """Whether a nested sequence holds joint probabilities and not one strategy a player."""
    if not isinstance(source, Sequence | np.ndarray) or isinstance(source, str | bytes):
        return False
    try:
        tensor = np.array(source, dtype=object)
        if tensor.shape != game.shape:
            return False
        total = float(sum(Fraction(v) for v in tensor.ravel()))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return False
    room = max(1e-6, tensor.size * FLOAT_STEP, tolerance)
    return abs(total - 1) <= min(room, 0.25)  # strategies would sum to one a player


def of_distribution(source: Any, game: Game, tolerance: Number = 0) -> Profile:
    """A distribution over pure profiles.

    Args:
        source: a list of {"profile": [...], "probability": ...}, a mapping from pure profiles to
            probabilities, the actions given by indices or labels, or a tensor of probabilities.
        game: the normal-form game that it is played in.
        tolerance: what the sum may miss one by.

    Raises:
        InputError: if it is none of these, or holds numbers that are no probabilities.
    """
    if not isinstance(game, NormalFormGame):
        raise InputError(f"a distribution over joint actions is no way to play {game.name!r}")
    if isinstance(source, Sequence) and source and isinstance(source[0], Mapping):
        entries = []
        for entry in source:
            if not isinstance(entry, Mapping) or not {"profile", "probability"} <= set(entry):
                raise InputError(
                    'an entry of the distribution lacks "profile" or "probability"; write '
                    '{"profile": [0, 1], "probability": "1/2"}'
                )
            entries.append((_pure(entry["profile"], game), entry["probability"]))
    elif isinstance(source, Mapping):
        entries = [(_pure(profile, game), p) for profile, p in source.items()]
    else:
        entries = _tensor_entries(source, game)
    if len(dict(entries)) < len(entries):
        raise InputError("the distribution names a profile twice; give each profile once")
    joint, note = distribution(dict(entries), tolerance)
    return Profile(game, (None,) * game.num_players, joint, notes=(note,) if note else ())


def _tensor_entries(source: Any, game: NormalFormGame) -> list[tuple[tuple[int, ...], Any]]:
    try:
        tensor = np.array(source, dtype=object)
    except ValueError:
        tensor = np.empty(0, dtype=object)
    if tensor.shape != game.shape:
        raise InputError(
            f"the distribution has shape {list(tensor.shape)}, the game {list(game.shape)}; give "
            "one probability a profile"
        )
    return list(np.ndenumerate(tensor))


def _pure(profile: Any, game: NormalFormGame) -> tuple[int, ...]:
    """Action indices of a pure profile given by indices or labels."""
    if isinstance(profile, str | bytes) or not isinstance(profile, Sequence | np.ndarray):
        raise InputError(f"{quoted(profile)} is no pure profile; give one action a player")
    if len(profile) != game.num_players:
        raise InputError(
            f"the profile {quoted(list(profile))} has {len(profile)} actions for "
            f"{game.num_players} players"
        )
    out = []
    for player, action in enumerate(profile):
        if isinstance(action, int | np.integer) and not isinstance(action, bool):
            if not 0 <= action < game.shape[player]:
                raise InputError(
                    f"{game.players[player]!r} has no action {quoted(action)}; its "
                    f"{game.shape[player]} actions are counted from 0"
                )
            out.append(int(action))
        else:
            what = f"action of {game.players[player]!r}"
            out.append(place_of(action, game.actions[player], what))
    return tuple(out)
