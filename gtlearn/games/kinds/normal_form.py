"""A finite game in normal form: labelled players and actions, exact payoffs, an OpenSpiel game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.arrays import is_array
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.kinds.registry import openspiel_of
from gtlearn.games.labels import Point, check_labels, default_players, label_of, numbered_labels
from gtlearn.games.numbers import ExactArray, exact_array

LITERAL = "literal"  # what a game is called whose text gives no name
MAX_PROFILES = 20_000_000  # payoff tensors beyond this would not fit a desktop's memory
_BLOCK = 2**14  # profiles that are looked at together


@dataclass(frozen=True, eq=False)
class NormalFormGame:
    """A finite n-player game, n >= 2.

    Attributes:
        name: what the game is called in output.
        players: one label a player.
        actions: one tuple of labels a player; its length is the player's number of actions.
        payoffs: one exact tensor a player, each of shape `shape`; `payoffs[k][i, j]` is player
            k's payoff when player 0 plays i and player 1 plays j.
        source: where the game comes from (a citation or a file), for display.
        number_note: how float payoffs were read, and what else is to be said of the reading (such
            as that a player of the tree forgets); empty if there is nothing.
    """

    in_steps: ClassVar[bool] = False  # whether players decide again and again

    name: str
    players: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    payoffs: tuple[ExactArray, ...]
    source: str = ""
    number_note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        what = f"game {quoted(self.name)}"
        if len(self.players) < 2:
            raise InputError(f"{what} has {len(self.players)} player(s); a game needs two or more")
        if not len(self.actions) == len(self.payoffs) == len(self.players):
            raise InputError(
                f"{what} has {len(self.players)} players but labels for "
                f"{len(self.actions)} and payoffs for {len(self.payoffs)}; "
                "give one of each a player"
            )
        check_labels(self.name, "player", self.players)
        for player, labels in zip(self.players, self.actions, strict=True):
            if not labels:
                raise InputError(f"player {quoted(player)} of {what} has no action")
            check_labels(self.name, f"action of player {quoted(player)}", labels)
        for player, tensor in zip(self.players, self.payoffs, strict=True):
            if tensor.shape != self.shape:
                raise InputError(
                    f"the payoffs of player {quoted(player)} have shape {list(tensor.shape)}, but "
                    f"the game's shape is {list(self.shape)}; give one payoff a profile"
                )

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The number of actions of each player."""
        return tuple(len(labels) for labels in self.actions)

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.players)

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player, who decides once."""
        return (Point("", self.actions[player]),)

    def payoff(self, player: int, profile: Sequence[int]) -> Fraction:
        """The exact payoff of `player` at a pure profile (one action index a player)."""
        return self.payoffs[player][tuple(profile)]

    def floats(self, player: int) -> NDArray[np.float64]:
        """The payoffs of `player` rounded to doubles, of shape `shape`."""
        return self.payoffs[player].floats()

    @cached_property
    def is_zero_sum(self) -> bool:
        """Whether the two players' payoffs add up to zero at every profile."""
        origin = (0,) * self.num_players
        return self.is_constant_sum and sum(self.payoff(k, origin) for k in (0, 1)) == 0

    @cached_property
    def is_constant_sum(self) -> bool:
        """Whether the two players' payoffs add up to the same number at every profile."""
        if self.num_players != 2:
            return False
        row, column = self.payoffs
        factors = (1, 1)
        if row.denominator != column.denominator:
            factors = column.denominator, row.denominator
        total: Any = None
        for start in range(0, self.shape[0], max(_BLOCK // self.shape[1], 1)):
            part = slice(start, start + max(_BLOCK // self.shape[1], 1))
            own, other = row.numerators[part], column.numerators[part]
            if factors != (1, 1):  # else entries below 2**62: int64 cannot overflow
                own, other = own.astype(object) * factors[0], other.astype(object) * factors[1]
            sums = own + other
            total = sums.flat[0] if total is None else total
            if not np.all(sums == total):
                return False
        return True

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether all players have the same actions, and swapping any two swaps their payoffs."""
        first, *others = self.payoffs
        return all(
            self.actions[k] == self.actions[0]
            and other == first.swapped(0, k)
            and (k == 1 or first == first.swapped(1, k))
            for k, other in enumerate(others, start=1)
        )

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the players, actions and payoffs in a canonical form; not of the name."""
        form = CanonicalForm("normal-form")
        self.write(form)
        return form.hexdigest()

    def write(self, form: CanonicalForm) -> None:
        """Writes the players, their actions and their payoffs to a canonical form."""
        form.texts(self.players)
        for labels in self.actions:
            form.texts(labels)
        for tensor in self.payoffs:
            form.array(tensor)

    @cached_property
    def openspiel(self) -> Any:
        """The same game as OpenSpiel's MatrixGame or TensorGame, with payoffs as doubles."""
        return openspiel_of(self)

    def __repr__(self) -> str:
        sizes = "x".join(map(str, self.shape))
        return f"NormalFormGame({self.name!r}, {sizes})"


def normal_form(
    *payoffs: Any,
    name: str = "game",
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
    source: str = "",
    rationalise: bool = False,
) -> NormalFormGame:
    """A game from one payoff array a player.

    Args:
        *payoffs: nested lists, numpy arrays or ExactArrays of ints, Fractions, number strings or
            floats, all of the same shape (actions of player 0, actions of player 1, ...).
        name: what the game is called.
        players: labels; "Player 1", ... (or "Row" and "Column" for two players) by default.
        actions: labels a player; "1", "2", ... by default.
        source: where the game comes from.
        rationalise: read a float as the shortest decimal that prints as it.

    Raises:
        InputError: if an array is ragged, of another shape, or holds something else than numbers.

    >>> game = normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]], name="dilemma")
    >>> game.payoff(1, (0, 1))
    Fraction(5, 1)
    """
    tensors = []
    for k, values in enumerate(payoffs):
        tensors.append(
            exact_array(values, rationalise=rationalise, what=f"the payoffs of player {k + 1}")
        )
    if len(tensors) < 2:
        raise InputError(f"{len(tensors)} payoff array(s) given; give one a player, at least two")
    shape = tensors[0].shape
    if len(shape) != len(tensors):
        raise InputError(
            f"payoff arrays of {len(shape)} dimension(s) for {len(tensors)} players; "
            "give each player an array with one axis a player"
        )
    for k, tensor in enumerate(tensors):
        if tensor.shape != shape:
            raise InputError(
                f"the payoffs of player {k + 1} have shape {list(tensor.shape)}, those of "
                f"player 1 {list(shape)}; make them equal"
            )
    if players is None:
        players = default_players(len(shape))
    if actions is None:
        actions = [numbered_labels(size) for size in shape]
    return NormalFormGame(
        name=name,
        players=tuple(map(label_of, players)),
        actions=tuple(tuple(map(label_of, labels)) for labels in actions),
        payoffs=tuple(tensors),
        source=source,
        number_note=number_note(payoffs, tensors, rationalise),
    )


def number_note(payoffs: Sequence[Any], tensors: Sequence[ExactArray], rationalise: bool) -> str:
    """Says how float payoffs were read, if there were any that are not integers."""
    if all(tensor.denominator == 1 for tensor in tensors):
        return ""
    if not any(holds_float(values) for values in payoffs):
        return ""
    if rationalise:
        return "float payoffs read as the decimals that they print as"
    return "float payoffs taken as the exact binary values that they hold"


def holds_float(values: Any) -> bool:
    """Whether a float, also one that is a whole number, is among nested values."""
    if isinstance(values, ExactArray):
        return False
    if is_array(values) and str(getattr(values, "dtype", "object")) != "object":
        return "float" in str(values.dtype)
    if isinstance(values, Sequence | np.ndarray) and not isinstance(values, str):
        return any(holds_float(value) for value in values)
    return isinstance(values, float | np.floating)


def literal_text(game: NormalFormGame) -> str:
    """The literal that `parse_literal` reads as this game, "" where it would lose labels.

    >>> literal_text(normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    '3,3 0,5; 5,0 1,1'
    """
    numbered = tuple(tuple(numbered_labels(size)) for size in game.shape)
    if game.players != tuple(default_players(2)) or game.actions != numbered:
        return ""
    return cells_text([array.texts() for array in game.payoffs])


def cells_text(texts: Sequence[NDArray[Any]]) -> str:
    """A bimatrix as a literal, from its two matrices of texts."""
    rows = zip(*(text.tolist() for text in texts), strict=True)
    return "; ".join(" ".join(f"{a},{b}" for a, b in zip(*row, strict=True)) for row in rows)
