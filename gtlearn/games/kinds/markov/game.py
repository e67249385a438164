"""A Markov (stochastic) game with finitely many states, exact transitions and exact payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.kinds.registry import openspiel_of
from gtlearn.games.labels import Point, check_labels
from gtlearn.games.numbers import ExactArray, short_number

MAX_HORIZON = 10**6  # steps, each of which is looked at
MAX_WORTH = 10**9  # payoffs that a discounted value may be worth, for floats
MAX_ENTRIES = 20_000_000  # of the transition array; more would not fit a desktop's memory

MEAN = "mean reward a step"
SUM = "sum of rewards"
DISCOUNTED = "discounted sum of rewards"


@dataclass(frozen=True, eq=False)
class MarkovGame:
    """A finite Markov game (Shapley 1953): in each state all players choose at once.

    Every array is indexed by the state first, then by one action a player: `payoffs[k][s, i, j]`
    is what player k is paid when in state s player 0 plays i and player 1 plays j, and
    `transitions[s, i, j, t]` is the probability that the next state is then t.

    Attributes:
        name: what the game is called in output.
        players: one label a player.
        states: one label a state.
        actions: one tuple of labels a player, the same in every state.
        payoffs: one exact array a player, each of shape (states, *actions).
        transitions: exact probabilities of shape (states, *actions, states).
        start: the exact distribution of the first state.
        horizon: the number of steps, None where the game goes on for ever.
        discount: what a payoff one step later is worth; below 1 where there is no horizon.
        averaged: whether a player's value is its mean payoff a step, not the sum.
        legal: one boolean array a player of shape (states, actions); what is not legal is never
            played, and its payoffs and transitions mean nothing. All true by default.
        source: where the game comes from, for display.
        number_note: how floats were read, empty if all numbers were given exactly.
    """

    in_steps: ClassVar[bool] = True  # whether players decide again and again

    name: str
    players: tuple[str, ...]
    states: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    payoffs: tuple[ExactArray, ...]
    transitions: ExactArray
    start: tuple[Fraction, ...]
    horizon: int | None = None
    discount: Fraction = Fraction(1)
    averaged: bool = False
    legal: tuple[NDArray[np.bool_], ...] = ()
    source: str = ""
    number_note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        check_duration(self.name, self.horizon, self.discount)
        if not self.legal:
            ones = tuple(np.ones((len(self.states), n), dtype=bool) for n in self.shape)
            object.__setattr__(self, "legal", ones)
        if self.averaged and (self.horizon is None or self.discount != 1):
            raise InputError(
                f"{self.name} cannot be valued by its mean payoff a step: give it a horizon and "
                "no discount"
            )
        self._check_labels()
        self._check_shapes()
        _check_distribution(self.start, f"the start probabilities of {self.name}", self.states)
        self._check_transitions()

    @property
    def num_players(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def num_states(self) -> int:
        """The number of states."""
        return len(self.states)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of actions of each player."""
        return tuple(len(labels) for labels in self.actions)

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player: the states."""
        return tuple(Point(label, self.actions[player]) for label in self.states)

    @property
    def unit(self) -> str:
        """What a value is: the mean reward a step, or the (discounted) sum of rewards."""
        if self.averaged:
            return MEAN
        return SUM if self.discount == 1 else DISCOUNTED

    @property
    def scale(self) -> Fraction:
        """What the (discounted) sum of rewards is multiplied by to give a value."""
        return Fraction(1, self.horizon) if self.averaged and self.horizon else Fraction(1)

    @cached_property
    def is_zero_sum(self) -> bool:
        """Whether the payoffs of two players add up to zero at every legal profile."""
        if self.num_players != 2:
            return False
        row, column = self.payoffs
        total = (
            row.numerators.astype(object) * column.denominator
            + column.numerators.astype(object) * row.denominator
        )
        return bool(np.all(total[self.legal_profiles] == 0))

    @cached_property
    def legal_profiles(self) -> NDArray[np.bool_]:
        """Which profiles are legal where: boolean, of shape (states, *actions)."""
        out = np.ones((self.num_states, *self.shape), dtype=bool)
        for player, mask in enumerate(self.legal):
            axes = [1] * self.num_players
            axes[player] = self.shape[player]
            out &= mask.reshape(self.num_states, *axes)
        return out

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """Which states can be played in, within the horizon and whatever is done: a boolean each.

        >>> from gtlearn import games
        >>> games.iterated("prisoners_dilemma", horizon=1).markov.reachable.tolist()
        [True, False, False, False, False]
        """
        possible = (self.transitions.numerators != 0) & self.legal_profiles[..., None]
        linked = possible.any(axis=tuple(range(1, self.num_players + 1)))
        reached = np.array([p > 0 for p in self.start])
        for _ in range(min((self.horizon or self.num_states) - 1, self.num_states - 1)):
            reached |= linked[reached].any(axis=0)
        return reached

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all but the name, the source and the notes in a canonical form.

        Payoffs and transitions under what is not legal mean nothing, and count as zeros.
        """
        form = CanonicalForm("markov")
        form.texts(self.players)
        form.texts(self.states)
        for labels in self.actions:
            form.texts(labels)
        form.text("forever" if self.horizon is None else str(self.horizon))
        form.numbers([self.discount])
        form.text("mean" if self.averaged else "sum")
        form.numbers(self.start)
        for mask in self.legal:
            form.array(ExactArray(mask.astype(np.int64)))
        for array in (*self.payoffs, self.transitions):
            form.array(self.where_legal(array))
        return form.hexdigest()

    def where_legal(self, array: ExactArray) -> ExactArray:
        """The array with zeros where a profile is not legal."""
        if self.legal_profiles.all():
            return array
        mask = self.legal_profiles[(..., *[None] * (array.numerators.ndim - self.num_players - 1))]
        return ExactArray(np.where(mask, array.numerators, 0), array.denominator)

    @cached_property
    def openspiel(self) -> Any:
        """The same game as an OpenSpiel game, with payoffs and probabilities rounded to doubles.

        Its returns are sums of rewards; a value of this game is the return times `scale`.
        """
        return openspiel_of(self)

    def __repr__(self) -> str:
        sizes = "x".join(map(str, self.shape))
        return f"MarkovGame({self.name!r}, {self.num_states} states, {sizes})"

    def _check_labels(self) -> None:
        if len(self.players) < 2:
            raise InputError(f"{self.name} has {len(self.players)} player(s); give two or more")
        check_labels(self.name, "player", self.players)
        if not self.states:
            raise InputError(f"{self.name} has no state; give at least one")
        check_labels(self.name, "state", self.states)
        if len(self.actions) != len(self.players):
            raise InputError(
                f"{self.name} has {len(self.players)} players but actions for "
                f"{len(self.actions)}; give one list of actions a player"
            )
        for player, labels in zip(self.players, self.actions, strict=True):
            if not labels:
                raise InputError(f"player {quoted(player)} of {self.name} has no action")
            check_labels(self.name, f"action of player {quoted(player)}", labels)

    def _check_shapes(self) -> None:
        sizes = (self.num_states, *self.shape)
        if len(self.payoffs) != self.num_players:
            raise InputError(
                f"{self.name} has {self.num_players} players but payoffs for "
                f"{len(self.payoffs)}; give one array a player"
            )
        for player, array in zip(self.players, self.payoffs, strict=True):
            if array.shape != sizes:
                raise InputError(
                    f"the payoffs of {quoted(player)} in {self.name} have shape "
                    f"{list(array.shape)}; give {list(sizes)}: states, then one axis a player's "
                    "actions"
                )
        if self.transitions.shape != (*sizes, self.num_states):
            raise InputError(
                f"the transitions of {self.name} have shape {list(self.transitions.shape)}; give "
                f"{[*sizes, self.num_states]}: states, one axis a player's actions, next states"
            )
        if len(self.legal) != self.num_players:
            raise InputError(
                f"{self.name} has {self.num_players} players but says what is legal for "
                f"{len(self.legal)}; give one array a player"
            )
        for player, mask, size in zip(self.players, self.legal, self.shape, strict=True):
            fits = mask.dtype == bool and mask.shape == (self.num_states, size)
            if not fits or not mask.any(axis=1).all():
                raise InputError(
                    f"player {quoted(player)} of {self.name} needs a legal action in every state, "
                    f"said in an array of truth values of shape {[self.num_states, size]}"
                )

    def _check_transitions(self) -> None:
        numerators = self.transitions.numerators
        if self.transitions.denominator >= 2**31:  # sums of int64 could overflow
            numerators = numerators.astype(object)
        wrong = (numerators < 0).any(axis=-1) | (
            numerators.sum(axis=-1) != self.transitions.denominator
        )
        for where in np.argwhere(wrong & self.legal_profiles)[:1]:
            state, profile = int(where[0]), tuple(int(a) for a in where[1:])
            names = [labels[a] for labels, a in zip(self.actions, profile, strict=True)]
            row = [self.transitions[(*where, t)] for t in range(self.num_states)]
            what = (
                f"the transitions of {self.name} from state {self.states[state]!r} under the "
                f"actions {', '.join(names)}"
            )
            _check_distribution(row, what, self.states)


def unrolled(game: MarkovGame) -> MarkovGame:
    """The same finite game with the time in the state: its stationary policies know the time.

    State t * states + s stands for state s at step t, t = 0, ..., horizon - 1; the last step
    leads back to the first one, which no longer counts.

    Raises:
        InputError: if the game has no horizon, or becomes too large.
    """
    if game.horizon is None:
        raise InputError(f"{game.name} has no horizon, so its time cannot be unrolled")
    n, steps = game.num_states, game.horizon
    if (n * steps) ** 2 * int(np.prod(game.shape)) > MAX_ENTRIES:
        raise InputError(f"{game.name} has too many states and steps to be unrolled")
    tile = (steps, *[1] * game.num_players)
    moves = np.zeros((steps, n, *game.shape, steps, n), dtype=game.transitions.numerators.dtype)
    for t in range(steps):
        moves[t, ..., (t + 1) % steps, :] = game.transitions.numerators
    flat = moves.reshape(n * steps, *game.shape, n * steps)
    return replace(
        game,
        states=tuple(f"{label} at {t}" for t in range(steps) for label in game.states),
        payoffs=tuple(
            ExactArray(np.tile(array.numerators, tile), array.denominator) for array in game.payoffs
        ),
        transitions=ExactArray(flat, game.transitions.denominator),
        start=game.start + (Fraction(0),) * (n * (steps - 1)),
        legal=tuple(np.tile(mask, (steps, 1)) for mask in game.legal),
    )


def difference(one: MarkovGame, other: MarkovGame) -> str:
    """The first part in which two games differ at what is legal, "" where they are the same."""
    for part in ("players", "states", "actions", "start", "horizon", "discount", "averaged"):
        if getattr(one, part) != getattr(other, part):
            return part
    if not all(map(np.array_equal, one.legal, other.legal)):
        return "legal actions"
    pairs = [*zip(one.payoffs, other.payoffs, strict=True), (one.transitions, other.transitions)]
    for left, right in pairs:
        if one.where_legal(left) != one.where_legal(right):
            return "payoffs or transitions"
    return ""


def check_duration(name: str, horizon: Any, discount: Fraction) -> None:
    """Complains about a horizon or a discount that cannot be used.

    Raises:
        InputError: if the horizon is no positive integer of at most a million, or the discount
            lies outside [0, 1), or outside [0, 1] where there is a horizon.
    """
    if horizon is None:
        if not 0 <= discount < 1:
            raise InputError(
                f"the discount of {name} is {short_number(discount)}; give one in [0, 1), or a "
                "horizon"
            )
        return
    if isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1:
        shown = quoted(horizon)
        raise InputError(f"the horizon of {name} is {shown}; give a positive number of steps")
    if horizon > MAX_HORIZON:
        raise InputError(
            f"the horizon of {name} is {quoted(horizon)}; give at most 10^6 steps, or a discount"
        )
    if not 0 <= discount <= 1:
        raise InputError(f"the discount of {name} is {short_number(discount)}; give one in [0, 1]")


def check_for_floats(name: str, horizon: int | None, discount: Fraction) -> None:
    """Refuses a game without a horizon whose discount doubles can hardly tell from one.

    Raises:
        InputError: if a value is worth more than 10^9 payoffs.
    """
    if horizon is None and (1 - discount) * MAX_WORTH < 1:
        raise InputError(
            f"the discount of {name[:200]} is nearer to one than 1 - 10^-9, too near for "
            "floats; use a smaller one, or exact arithmetic"
        )


def check_size(name: str, states: int, shape: Sequence[int]) -> None:
    """Refuses a game whose transition probabilities would not fit into memory.

    Raises:
        InputError: if there are more than 20 million.
    """
    if np.prod(shape, dtype=float) * states * states > MAX_ENTRIES:
        raise InputError(
            f"{name} needs {states} x {' x '.join(map(str, shape))} x {states} transition "
            f"probabilities, more than {MAX_ENTRIES}; use a smaller game"
        )


def _check_distribution(row: Sequence[Fraction], what: str, states: Sequence[str]) -> None:
    if len(row) != len(states):
        raise InputError(f"{what} are {len(row)} for {len(states)} states; give one a state")
    for label, p in zip(states, row, strict=True):
        if p < 0:
            raise InputError(
                f"{what}: the probability of {quoted(label)} is {short_number(p)}; give none below "
                "0"
            )
    total = sum(row, Fraction(0))
    if total != 1:
        raise InputError(f"{what} sum to {short_number(total)}; make them sum to 1")
