"""A symmetric game: what each player earns by its action and the counts of the others' actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise
from math import comb
from typing import Any, ClassVar

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.labels import Point, check_labels, default_players, label_of
from gtlearn.games.numbers import ExactArray, from_fractions, objects

MAX_COUNTS = 200_000  # of the others' actions
_MAX_PAYOFFS = 4_000_000  # of a normal form that is written out

Counts = tuple[int, ...]  # how many players take each action


@dataclass(frozen=True, eq=False)
class SymmetricGame:
    """A game in which all players have the same actions, and who plays what does not matter.

    Attributes:
        name: what the game is called in output.
        players: one label a player.
        actions: one label an action, the same for all players.
        payoffs: an array (actions, counts): `payoffs[a, k]` is what a player earns by action a
            where the others' actions have the counts `counts[k]`.
        source: where the game comes from (a citation or a file), for display.
        number_note: how float payoffs were read; empty if all were given exactly.
    """

    in_steps: ClassVar[bool] = False  # whether players decide again and again

    name: str
    players: tuple[str, ...]
    actions: tuple[str, ...]
    payoffs: ExactArray
    source: str = ""
    number_note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        what = f"game {quoted(self.name)}"
        if len(self.players) < 2:
            raise InputError(f"{what} has {len(self.players)} player(s); a game needs two or more")
        if not self.actions:
            raise InputError(f"{what} has no action")
        check_labels(self.name, "player", self.players)
        check_labels(self.name, "action", self.actions)
        shape = (len(self.actions), count_of_counts(len(self.players) - 1, len(self.actions)))
        if self.payoffs.shape != shape:
            raise InputError(
                f"the payoffs of {what} have shape {list(self.payoffs.shape)}, not {list(shape)}; "
                "give a row an action, with a payoff for all counts of the others' actions"
            )

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.players)

    @cached_property
    def counts(self) -> tuple[Counts, ...]:
        """The counts of the others' actions, in the order of the payoffs' columns."""
        return counts_of(self.num_players - 1, len(self.actions))

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player, who decides once."""
        return (Point("", self.actions),)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the players, actions and payoffs in a canonical form; not of the name."""
        form = CanonicalForm("symmetric")
        form.texts(self.players)
        form.texts(self.actions)
        form.array(self.payoffs)
        return form.hexdigest()

    def normal_form(self) -> NormalFormGame:
        """The same game with the payoffs at every profile.

        Raises:
            InputError: if it has too many profiles.
        """
        players, size = self.num_players, len(self.actions)
        if players * size**players > _MAX_PAYOFFS:
            raise InputError(
                f"{self.name} has {size}^{players} profiles, which are too many for a normal form; "
                "solve it for its symmetric equilibria, and write it as .json"
            )
        place = {counts: k for k, counts in enumerate(self.counts)}
        profiles = np.indices((size,) * players).reshape(players, -1)
        played = np.stack([(profiles == action).sum(axis=0) for action in range(size)])
        tensors = []
        for own in profiles:
            others = played.copy()
            others[own, np.arange(len(own))] -= 1
            columns = [place[tuple(column)] for column in others.T.tolist()]
            numerators = self.payoffs.numerators[own, columns].reshape((size,) * players)
            tensors.append(ExactArray(numerators, self.payoffs.denominator))
        return NormalFormGame(
            self.name,
            self.players,
            (self.actions,) * players,
            tuple(tensors),
            self.source,
            number_note=self.number_note,
        )

    def __repr__(self) -> str:
        return f"SymmetricGame({self.name!r}, {self.num_players} players, {len(self.actions)})"


def count_of_counts(players: int, actions: int) -> int:
    """In how many ways so many players can take so many actions, who takes which apart."""
    return comb(players + actions - 1, actions - 1)


def counts_of(players: int, actions: int) -> tuple[Counts, ...]:
    """How many of so many players take each action, in every way: first all the first action.

    >>> counts_of(2, 2), counts_of(1, 3)
    (((2, 0), (1, 1), (0, 2)), ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    """
    end = players + actions - 1
    out = []
    for bars in combinations(range(end), actions - 1):
        edges = (-1, *bars, end)
        out.append(tuple(b - a - 1 for a, b in pairwise(edges)))
    return tuple(reversed(out))


def symmetric_game(
    payoff: Callable[[int, Counts], int | Fraction],
    *,
    players: int | Sequence[str],
    actions: Sequence[str],
    name: str = "game",
    source: str = "",
) -> SymmetricGame:
    """A symmetric game from a function.

    Args:
        payoff: what a player earns, from the index of its action and the counts of the others'.
        players: their labels, or how many there are.
        actions: one label an action.
        name: what the game is called.
        source: where the game comes from.

    Raises:
        InputError: if there are fewer than two players, no actions, or too many counts.

    >>> game = symmetric_game(
    ...     lambda own, others: others[0] - own, players=3, actions=["give", "keep"]
    ... )
    >>> game.payoffs[0, 2], game.normal_form().payoff(0, (0, 1, 1))
    (Fraction(0, 1), Fraction(0, 1))
    """
    labels = default_players(players) if isinstance(players, int) else players
    check_counts(len(labels), len(actions))
    every = counts_of(len(labels) - 1, len(actions))
    flat = [payoff(own, counts) for own in range(len(actions)) for counts in every]
    return SymmetricGame(
        name,
        tuple(map(label_of, labels)),
        tuple(map(label_of, actions)),
        from_fractions(flat, (len(actions), len(every))),
        source,
    )


def check_counts(players: int, actions: int) -> None:
    """Refuses a size before anything is built.

    Raises:
        InputError: if there are fewer than two players, no actions, or too many counts.
    """
    if players < 2 or actions < 1:
        raise InputError(f"{players} player(s) with {actions} action(s) are no game")
    if players > MAX_COUNTS or count_of_counts(players - 1, actions) > MAX_COUNTS:
        raise InputError(
            f"the actions of {players} players with {actions} actions have too many counts; at "
            f"most {MAX_COUNTS} are looked at"
        )


def symmetric_form(game: NormalFormGame) -> SymmetricGame:
    """A game in normal form, described by the counts of the others' actions.

    Raises:
        InputError: if it is not symmetric; the first asymmetry is named.

    >>> from gtlearn import games
    >>> symmetric_form(games.load("chicken")).payoffs.fractions().tolist()
    [[Fraction(3, 1), Fraction(2, 1)], [Fraction(4, 1), Fraction(1, 1)]]
    """
    if not game.is_symmetric:
        raise InputError(f"{game.name!r} is not symmetric: {_first_asymmetry(game)}")
    first, actions = game.payoffs[0], game.actions[0]
    every = counts_of(game.num_players - 1, len(actions))
    entries: list[Any] = [
        int(first.numerators[(own, *np.repeat(range(len(actions)), counts))])
        for own in range(len(actions))
        for counts in every
    ]
    numerators = objects(entries, (len(actions), len(every)))
    if first.numerators.dtype != object:
        numerators = numerators.astype(np.int64)
    return SymmetricGame(
        game.name,
        game.players,
        actions,
        ExactArray(numerators, first.denominator),
        game.source,
        number_note=game.number_note,
    )


def _first_asymmetry(game: NormalFormGame) -> str:
    """Where a game that is not symmetric is not, in the order in which symmetry is tested."""
    first, *others = game.payoffs
    for k, other in enumerate(others, start=1):
        if game.actions[k] != game.actions[0]:
            return (
                f"{quoted(game.players[k])} has other actions than {quoted(game.players[0])}, or "
                "names or orders them otherwise"
            )
        for player, payoffs, of, swapped in ((k, other, 0, (0, k)), (0, first, 0, (1, k))):
            told = _first_difference(game, (player, payoffs), of, swapped)
            if told:
                return told
    raise AssertionError("a game that is not symmetric has an asymmetry")


def _first_difference(
    game: NormalFormGame, own: tuple[int, ExactArray], of: int, swapped: tuple[int, int]
) -> str:
    """The first profile at which a player earns other than one where two players swap actions."""
    player, payoffs = own
    image = game.payoffs[of].swapped(*swapped)
    left = payoffs.numerators.astype(object) * image.denominator
    places = np.argwhere(left != image.numerators.astype(object) * payoffs.denominator)
    if not len(places):
        return ""
    place = tuple(map(int, places[0]))
    profile = ", ".join(game.actions[k][a] for k, a in enumerate(place))
    one, two = (quoted(game.players[k]) for k in swapped)
    return (
        f"at ({profile}) {quoted(game.players[player])} earns {payoffs[place]}, but where {one} "
        f"and {two} swap their actions {quoted(game.players[of])} earns {image[place]}"
    )
