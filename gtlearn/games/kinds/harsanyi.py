"""A Bayesian game with types on every side: any number of players, types, a common prior."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gtlearn.errors import InputError, nearest, quoted
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.labels import Point, check_labels, default_players, label_of
from gtlearn.games.numbers import ExactArray, exact_array, from_fractions, short_number, to_fraction


class TypeProfile(NamedTuple):
    """A type of each player, how likely they are together, and what they then play.

    Attributes:
        types: the index of each player's type.
        probability: of these types, by the common prior.
        payoffs: one exact tensor a player, with an axis for the actions of each player's type.
    """

    types: tuple[int, ...]
    probability: Fraction
    payoffs: tuple[ExactArray, ...]


@dataclass(frozen=True, eq=False)
class HarsanyiGame:
    """A game of incomplete information with a common prior (Harsanyi 1967-68).

    Chance draws a type of each player. Each sees its own, and all choose at the same time. Types
    that no profile names have probability zero, as have those whose profiles all have.

    Attributes:
        name: what the game is called in output.
        players: one label a player.
        types: one tuple of types a player, each with its label and the labels of its actions.
        profiles: the profiles of types that may be drawn.
        source: where the game comes from (a citation or a file), for display.
        number_note: how float payoffs were read, empty if all were given exactly.
    """

    in_steps: ClassVar[bool] = False  # whether players decide again and again

    name: str
    players: tuple[str, ...]
    types: tuple[tuple[Point, ...], ...]
    profiles: tuple[TypeProfile, ...]
    source: str = ""
    number_note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        what = f"Bayesian game {quoted(self.name)}"
        if len(self.players) < 2:
            raise InputError(f"{what} has {len(self.players)} player(s); a game needs two or more")
        check_labels(self.name, "player", self.players)
        if len(self.types) != len(self.players):
            raise InputError(f"{what} has types of {len(self.types)} players; give those of each")
        for player, own in zip(self.players, self.types, strict=True):
            self._check_types(player, own)
        for profile in self.profiles:
            self._check_profile(profile)
        drawn = [profile.types for profile in self.profiles]
        twice = next((types for types in drawn if drawn.count(types) > 1), None)
        if twice is not None:
            raise InputError(f"{what} has {self._named(twice)} twice in its prior; give it once")
        total = sum((p.probability for p in self.profiles), Fraction(0))
        if total != 1:
            raise InputError(f"the prior of {what} sums to {short_number(total)}; make it sum to 1")

    def _check_types(self, player: str, own: Sequence[Point]) -> None:
        if not own:
            raise InputError(f"{quoted(player)} of {quoted(self.name)} has no type; give one")
        check_labels(self.name, f"type of {quoted(player)}", [point.label for point in own])
        for label, actions in ((point.label, point.actions) for point in own):
            whose = f"type {quoted(label)} of {quoted(player)}"
            if not actions:
                raise InputError(f"{whose} of {quoted(self.name)} has no action; give it one")
            check_labels(self.name, f"action of {whose}", actions)

    def _check_profile(self, profile: TypeProfile) -> None:
        named = self._named(profile.types)
        if profile.probability < 0:
            shown = short_number(profile.probability)
            raise InputError(f"the probability of {named} is {shown}; it must be nonnegative")
        if len(profile.payoffs) != len(self.players):
            raise InputError(
                f"{named} has payoffs of {len(profile.payoffs)} players, not of "
                f"{len(self.players)}; give one nested list a player"
            )
        shape = self.shape_of(profile.types)
        for player, tensor in zip(self.players, profile.payoffs, strict=True):
            if tensor.shape != shape:
                raise InputError(
                    f"the payoffs of {quoted(player)} for {named} have shape "
                    f"{list(tensor.shape)}, but their actions are {list(shape)}; give one payoff "
                    "an action profile"
                )

    def _named(self, types: Sequence[int]) -> str:
        labels = (own[k].label for own, k in zip(self.types, types, strict=True))
        return f"the type profile ({', '.join(map(quoted, labels))})"

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.players)

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player: its types."""
        return self.types[player]

    def shape_of(self, types: Sequence[int]) -> tuple[int, ...]:
        """The number of actions of each of these types, one a player."""
        return tuple(len(own[k].actions) for own, k in zip(self.types, types, strict=True))

    @cached_property
    def marginals(self) -> tuple[tuple[Fraction, ...], ...]:
        """The probability of each type, a list a player."""
        out = [[Fraction(0)] * len(own) for own in self.types]
        for profile in self.profiles:
            for own, k in zip(out, profile.types, strict=True):
                own[k] += profile.probability
        return tuple(map(tuple, out))

    @cached_property
    def is_zero_sum(self) -> bool:
        """Whether the payoffs add up to zero whatever is drawn and done."""
        possible = (profile for profile in self.profiles if profile.probability)
        return all(not np.any(sum(p.fractions() for p in t.payoffs)) for t in possible)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the players, the types, the prior and the payoffs in a canonical form."""
        form = CanonicalForm("harsanyi")
        form.texts(self.players)
        for own in self.types:
            form.texts([point.label for point in own])
            for point in own:
                form.texts(point.actions)
        form.text(str(len(self.profiles)))
        for profile in sorted(self.profiles, key=lambda profile: profile.types):
            form.texts(list(map(str, profile.types)))
            form.numbers([profile.probability])
            for tensor in profile.payoffs:
                form.array(tensor)
        return form.hexdigest()

    def __repr__(self) -> str:
        sizes = "x".join(str(len(own)) for own in self.types)
        return f"HarsanyiGame({self.name!r}, {sizes} types)"


def bayesian_game(
    types: Any,
    prior: Mapping[Any, Any],
    payoffs: Callable[..., Any] | Mapping[Any, Any],
    *,
    players: Sequence[str] | None = None,
    name: str = "game",
    source: str = "",
) -> HarsanyiGame:
    """A Bayesian game with types on every side.

    Args:
        types: of each player, in order or by its label, a mapping from its types' labels to the
            labels of their actions.
        prior: the probability of each profile of types (a tuple of labels, one a player); profiles
            that are left out have probability zero.
        payoffs: by profile of types one nested list a player, with an axis for each player's
            actions; or a function of the labels of the types and of the actions, two tuples, that
            gives one number a player.
        players: the players' labels, where `types` does not say.
        name: what the game is called in output.
        source: where it comes from.

    Raises:
        InputError: if the parts do not fit each other, or the prior does not sum to one.

    >>> game = bayesian_game(
    ...     {"Row": {"only": ["B", "S"]}, "Column": {"meets": ["B", "S"], "avoids": ["B", "S"]}},
    ...     {("only", "meets"): "1/2", ("only", "avoids"): "1/2"},
    ...     lambda types, actions: (
    ...         2 * (actions == ("B", "B")) + (actions == ("S", "S")),
    ...         (1 + (actions[1] == "S")) * ((types[1] == "meets") == (actions[0] == actions[1])),
    ...     ),
    ...     name="Osborne (2004), Example 273.1",
    ... )
    >>> game.marginals
    ((Fraction(1, 1),), (Fraction(1, 2), Fraction(1, 2)))
    """
    if isinstance(types, Mapping):
        players, types = [label_of(player) for player in types], list(types.values())
    if not isinstance(types, Sequence) or not all(isinstance(own, Mapping) for own in types):
        raise InputError("the types are no list with a mapping of types to actions for each player")
    points = tuple(
        tuple(Point(label_of(t), tuple(map(label_of, a))) for t, a in own.items()) for own in types
    )
    drawn = []
    for labels, probability in prior.items():
        place = places_of(labels, points)
        key = tuple(own[k].label for own, k in zip(points, place, strict=True))
        exact = to_fraction(probability)
        if callable(payoffs):
            tensors = _tensors(
                payoffs, key, [o[k].actions for o, k in zip(points, place, strict=True)]
            )
        elif labels in payoffs:
            tensors = tuple(exact_array(tensor) for tensor in payoffs[labels])
        else:
            raise InputError(f"the type profile {key} has a probability, but no payoffs; give them")
        drawn.append(TypeProfile(place, exact, tensors))
    labels = tuple(players or default_players(len(points)))
    return HarsanyiGame(name, labels, points, tuple(drawn), source)


def places_of(labels: Any, types: Sequence[Sequence[Point]]) -> tuple[int, ...]:
    """The index of each player's type.

    Args:
        labels: the label of each player's type.
        types: the types of each player.

    Raises:
        InputError: if there is not one label a player, or a player has no such type.
    """
    given = list(labels) if isinstance(labels, list | tuple) else [labels]
    if len(given) != len(types):
        raise InputError(
            f"the type profile {quoted(labels)} names {len(given)} types for {len(types)} players; "
            "name one a player"
        )
    out = []
    for player, (label, own) in enumerate(zip(map(label_of, given), types, strict=True)):
        known = [point.label for point in own]
        if not known:
            raise InputError(f"player {player} has no type; give one")
        if label not in known:
            advice = nearest(label, known)
            raise InputError(f"{quoted(label)} is no type of player {player}; {advice}")
        out.append(known.index(label))
    return tuple(out)


def _tensors(
    payoffs: Callable[..., Any], types: tuple[str, ...], actions: Sequence[Sequence[str]]
) -> tuple[ExactArray, ...]:
    """One tensor a player of what a function pays at each profile of actions."""
    rows = [[to_fraction(p) for p in payoffs(types, chosen)] for chosen in product(*actions)]
    if any(len(row) != len(actions) for row in rows):
        raise InputError(f"the payoffs at the types {types} are not one number a player")
    shape = tuple(map(len, actions))
    return tuple(from_fractions([row[k] for row in rows], shape) for k in range(len(actions)))
