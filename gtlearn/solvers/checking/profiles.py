"""Profiles from any tool, read into exact strategies, commitments or joint distributions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn import limits
from gtlearn.errors import InputError, quoted
from gtlearn.games import NormalFormGame
from gtlearn.games.labels import label_of
from gtlearn.games.numbers import Number
from gtlearn.solvers.checking.probabilities import (
    FEW,
    FLOAT_STEP,
    Vector,
    by_label,
    distribution,
    vector,
)
from gtlearn.solvers.checking.sources import content_of_file, json_of_text
from gtlearn.solvers.solution import (
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Solution,
)

SHAPE = '{"strategies": [["1/2", "1/2"], ["1", "0"]]}'

_LITERAL = re.compile(r"[\d\s./;,eE+-]*[\s;,][\d\s./;,eE+-]*")

Joint = Mapping[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class Profile:
    """What a source says about play, exactly.

    Attributes:
        strategies: one probability vector a player, None for a player of whom nothing is said.
        joint: a distribution over pure profiles, where the source gives one.
        notes: what was renormalised.
        leader: who commits, where the source says so.
    """

    strategies: tuple[Vector | None, ...]
    joint: Joint | None = None
    notes: tuple[str, ...] = ()
    leader: int | None = None


def as_profile(
    profile: Any, game: NormalFormGame, *, tolerance: Number = 0, index: int = 0
) -> tuple[tuple[Vector, ...], tuple[str, ...]]:
    """One exact probability vector a player, and notes on what was renormalised.

    Args:
        profile: one of: a sequence of vectors, one a player (lists, numpy arrays, number strings,
            ints, Fractions, floats); a mapping {"strategies": ...}, or from players' labels to
            vectors; each vector may be a mapping from action labels to probabilities; a JSON
            object of schema gtlearn/solution/1; a Solution or one of its outcomes; an OpenSpiel
            policy; a callable from the player's index to its vector; a Profile.
        game: the game that it is played in.
        tolerance: Numbers may miss a sum of one by so much; they are then divided by their sum.
        index: which solution of a Solution is meant.

    Raises:
        InputError: if it is none of these, has another shape than the game, or holds numbers that
            are no probabilities.

    >>> from gtlearn import games
    >>> pennies = games.normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    >>> as_profile({"strategies": [["1/2", "1/2"], {"1": 1}]}, pennies)[0][1]
    (Fraction(1, 1), Fraction(0, 1))
    """
    found = read(profile, game, tolerance=tolerance, index=index)
    known = tuple(strategy for strategy in found.strategies if strategy is not None)
    if len(known) < game.num_players:
        if found.joint is not None:
            raise InputError(
                "the profile is a distribution over joint actions, without a strategy for each "
                "player; check it as a correlated or coarse-correlated equilibrium"
            )
        missing = found.strategies.index(None)
        raise InputError(
            f"the profile holds no strategy of {game.players[missing]!r}; give one a player"
        )
    return known, found.notes


def as_joint(
    profile: Any, game: NormalFormGame, *, tolerance: Number = 0, index: int = 0
) -> tuple[Joint, tuple[str, ...]]:
    """An exact distribution over pure profiles, and notes on what was renormalised.

    Args:
        profile: whatever `as_profile` reads (players then mix independently), a tensor of joint
            probabilities, or a mapping {"distribution": ...} that holds such a tensor or a list
            of {"profile": [...], "probability": ...}.
        game: the game that it is played in.
        tolerance: as in `as_profile`.
        index: as in `as_profile`.

    Raises:
        InputError: as `as_profile`.
        LimitReached: at a limit.
    """
    if _is_joint_tensor(profile, game, tolerance):
        profile = {"distribution": profile}
    found = read(profile, game, tolerance=tolerance, index=index)
    if found.joint is not None:
        return found.joint, found.notes
    strategies, notes = as_profile(found, game)
    joint: dict[tuple[int, ...], Fraction] = {(): Fraction(1)}
    for strategy in strategies:
        longer: dict[tuple[int, ...], Fraction] = {}
        for profile, p in joint.items():
            longer |= {(*profile, a): p * q for a, q in enumerate(strategy) if q}
            if len(longer) > FEW:
                limits.check()
        joint = longer
    return joint, notes


def load_profile(
    source: Any,
    game: NormalFormGame,
    *,
    tolerance: Number = 0,
    index: int = 0,
    leader: int | None = None,
) -> Profile:
    """A profile from a file, JSON text, a literal such as "1/2 1/2; 1 0", or any object.

    Args:
        source: a path, a text, or what `as_profile` takes.
        game: the game that it is played in.
        tolerance: as in `as_profile`.
        index: which solution of a list is meant.
        leader: whose strategy a single one is, where the source does not say.

    Raises:
        InputError: if the file cannot be read, the text is no JSON, or as `as_profile`.
    """
    if isinstance(source, Path):
        source = content_of_file(source, SHAPE)
    elif isinstance(source, str):
        source = _from_text(source.strip())
    return read(source, game, tolerance=tolerance, index=index, leader=leader)


def read(
    source: Any,
    game: NormalFormGame,
    *,
    tolerance: Number = 0,
    index: int = 0,
    leader: int | None = None,
) -> Profile:
    """All that `source` says about play in `game`; see `as_profile` and `load_profile`.

    Raises:
        InputError: as `as_profile`.
    """
    if isinstance(source, Profile):
        return source
    if isinstance(source, Solution):
        if not -len(source) <= index < len(source):
            raise InputError(f"there is no solution {index}: {len(source)} found, counted from 0")
        return read(source[index], game, tolerance=tolerance)
    if isinstance(source, NashEquilibrium | Commitment):
        if isinstance(source, NashEquilibrium):
            return _from_strategies(source.strategies, game, tolerance)
        if source.distribution is None:
            found = _from_strategies(source.strategies, game, tolerance)
        else:
            found = _from_joint(source.distribution, game, tolerance)
        return replace(found, leader=source.leader)
    if isinstance(source, CorrelatedEquilibrium):
        return _from_joint(source.distribution, game, tolerance)
    if isinstance(source, Mapping):
        return _from_mapping(source, game, tolerance, index, leader)
    if isinstance(source, str | bytes):
        raise InputError(f"a profile is no text; write {SHAPE}")
    if isinstance(source, Sequence) or hasattr(source, "tolist"):
        return _from_strategies(source, game, tolerance, leader)
    if hasattr(source, "action_probabilities"):
        from gtlearn.solvers.checking.policies import strategies_of_policy

        return _from_strategies(strategies_of_policy(source, game), game, tolerance)
    if callable(source):
        return _from_strategies(_called(source, game), game, tolerance)
    raise InputError(f"a {type(source).__name__} is no profile; write {SHAPE}")


def _from_mapping(
    source: Mapping[Any, Any],
    game: NormalFormGame,
    tolerance: Number,
    index: int,
    leader: int | None,
) -> Profile:
    if "solutions" in source:
        solutions = source["solutions"]
        if not isinstance(solutions, Sequence) or isinstance(solutions, str):
            raise InputError('"solutions" is no list of solutions')
        if not -len(solutions) <= index < len(solutions):
            raise InputError(
                f"there is no solution {index}: {len(solutions)} given, counted from 0"
            )
        if not isinstance(solutions[index], Mapping) or "solutions" in solutions[index]:
            raise InputError(f"solution {index} is no profile; write {SHAPE}")
        return _from_mapping(solutions[index], game, tolerance, 0, leader)
    said = source.get("leader")
    if said is not None:
        _require_player(said, game)
    whose = leader if said is None else said
    if "distribution" in source:
        return replace(_from_joint(source["distribution"], game, tolerance), leader=said)
    if "strategies" in source:
        found = _from_strategies(source["strategies"], game, tolerance, whose)
        return replace(found, leader=said)
    if "commitment" in source:
        whose = 0 if whose is None else whose
        found = _from_strategies([source["commitment"]], game, tolerance, whose)
        return replace(found, leader=said)
    numbered = [f"strategies_{k}" for k in range(game.num_players)]  # arrays of an .npz file
    if all(name in source for name in numbered):
        return _from_strategies([source[name] for name in numbered], game, tolerance)
    if source and all(player in game.players for player in source):
        return _from_strategies(source, game, tolerance)
    shown = ", ".join(quoted(key, 20) for key in list(source)[:4]) or "nothing"
    raise InputError(f"the profile holds {shown} but no strategies; write {SHAPE}")


def _require_player(leader: Any, game: NormalFormGame) -> None:
    if type(leader) is not int or leader not in range(game.num_players):
        raise InputError(
            f"the leader {quoted(leader)} is no player of {game.name!r}, whose players are counted "
            f"from 0 to {game.num_players - 1}"
        )


def _from_strategies(
    strategies: Any, game: NormalFormGame, tolerance: Number, leader: Any = None
) -> Profile:
    """Strategies of all players, by order or label; of the leader alone where one is named."""
    strategies = by_label(strategies)
    if hasattr(strategies, "tolist"):  # an array or tensor: one vector a row
        strategies = list(strategies) if getattr(strategies, "ndim", 0) else None
    if leader is not None and _is_vector(strategies):
        strategies = [strategies]
    given: list[Any] = [None] * game.num_players
    if isinstance(strategies, Mapping):
        for player, strategy in strategies.items():
            given[_place(player, game.players, "player")] = strategy
    elif isinstance(strategies, Sequence) and not isinstance(strategies, str | bytes):
        if len(strategies) == 1 and leader is not None:
            _require_player(leader, game)
            given[leader] = strategies[0]
        elif len(strategies) != game.num_players:
            raise InputError(
                f"the profile has {len(strategies)} strategies for {game.num_players} players; "
                "give one a player"
            )
        else:
            given = list(strategies)
    else:
        raise InputError(f"the strategies are no list of vectors; write {SHAPE}")
    notes: list[str] = []
    read_strategies: list[Vector | None] = []
    for player, strategy in enumerate(given):
        if strategy is None:
            read_strategies.append(None)
            continue
        whose = f"the strategy of {game.players[player]!r}"
        exact, note = vector(_by_label(strategy, game, player), whose, tolerance)
        if len(exact) != game.shape[player]:
            raise InputError(
                f"{whose} has {len(exact)} probabilities for {game.shape[player]} actions; "
                "give one an action"
            )
        read_strategies.append(exact)
        notes += [note] if note else []
    return Profile(tuple(read_strategies), None, tuple(notes))


def _is_vector(values: Any) -> bool:
    """Whether these are numbers or their texts: one strategy, and no list of them."""
    numbers = str | int | float | Fraction | np.number
    return isinstance(values, list | tuple) and all(isinstance(v, numbers) for v in values)


def _by_label(strategy: Any, game: NormalFormGame, player: int) -> Any:
    """A vector from a mapping of action labels; anything else as it is."""
    strategy = by_label(strategy)
    if not isinstance(strategy, Mapping):
        return strategy
    out: list[Any] = [0] * game.shape[player]
    for label, probability in strategy.items():
        what = f"action of {game.players[player]!r}"
        out[_place(label, game.actions[player], what)] = probability
    return out


def _from_joint(source: Any, game: NormalFormGame, tolerance: Number) -> Profile:
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
    return Profile((None,) * game.num_players, joint, (note,) if note else ())


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
            out.append(_place(action, game.actions[player], what))
    return tuple(out)


def _place(label: Any, labels: Sequence[str], what: str) -> int:
    text = label_of(label)
    if text in labels:
        return labels.index(text)
    near = difflib.get_close_matches(text, labels, n=1) or labels[:1]
    raise InputError(f"there is no {what} {quoted(text)}; did you mean {near[0]!r}?")


def _is_joint_tensor(source: Any, game: NormalFormGame, tolerance: Number) -> bool:
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


def _called(source: Callable[[int], Any], game: NormalFormGame) -> list[Any]:
    strategies = []
    for player in range(game.num_players):
        try:
            strategies.append(source(player))
        except Exception as error:
            raise InputError(
                f"the profile, called with player {player}, raised {type(error).__name__}: {error}"
            ) from error
    return strategies


def _from_text(text: str) -> Any:
    if text.startswith(("{", "[")):
        return json_of_text(text, "the profile")
    if text and _LITERAL.fullmatch(text):
        return [re.split(r"[\s,]+", part.strip()) for part in text.split(";")]
    return content_of_file(Path(text), SHAPE)
