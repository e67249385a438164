"""An iterated game: a stage game, how long it goes on, and what its players remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.markov.game import MAX_ENTRIES, MarkovGame, check_duration
from gtlearn.games.normal_form import NormalFormGame
from gtlearn.games.numbers import ExactArray, format_number, to_fraction

if TYPE_CHECKING:
    from gtlearn.games.iterated.openspiel import IteratedOpenSpielGame

INITIAL = "init"

Joint = tuple[int, ...]  # one action a player


@dataclass(frozen=True, eq=False)
class IteratedGame:
    """A stage game that is played at every step; the players remember the last joint actions.

    Attributes:
        stage: what is played at each step.
        horizon: the number of steps, None for ever.
        discount: what a payoff one step later is worth: 1 by default where there is a horizon.
        memory: how many joint actions a player remembers.
    """

    stage: NormalFormGame
    horizon: int | None = None
    discount: Fraction = Fraction(1)
    memory: int = 1

    def __post_init__(self) -> None:
        check_duration(f"the iterated game of {self.stage.name}", self.horizon, self.discount)
        if isinstance(self.memory, bool) or not isinstance(self.memory, int) or self.memory < 1:
            raise InputError(f"the memory is {self.memory}; give a positive number of steps")
        profiles = int(np.prod(self.stage.shape))
        states = float(profiles) ** self.memory
        if states * states * profiles > MAX_ENTRIES:
            raise InputError(
                f"with a memory of {self.memory} steps, {self.stage.name} has too many states "
                f"(about {states:.0f}); use a smaller game or a shorter memory"
            )

    @property
    def name(self) -> str:
        """How OpenSpiel and `games.load` call the game."""
        parts = [f"stage={self.stage.name}"]
        if self.horizon is not None:
            parts.append(f"horizon={self.horizon}")
        if self.discount != 1:
            parts.append(f"discount={format_number(self.discount)}")
        if self.memory != 1:
            parts.append(f"memory={self.memory}")
        return f"gtlearn_iterated({','.join(parts)})"

    @property
    def num_players(self) -> int:
        """The number of players."""
        return self.stage.num_players

    @cached_property
    def memories(self) -> tuple[tuple[Joint, ...], ...]:
        """What may be remembered, one entry a state: joint actions, the oldest first.

        The empty memory of the first step comes first, then those of one step, and so on; within
        one length in the order of the actions, the first player's changing slowest.
        """
        profiles = list(product(*map(range, self.stage.shape)))
        lengths = range(self.memory + 1)
        return tuple(held for length in lengths for held in product(profiles, repeat=length))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The labels of the states: init, then CC, CD, DC, DD; "CC CD" where two are remembered."""
        return tuple(self.label(held) for held in self.memories)

    def label(self, played: Sequence[Joint]) -> str:
        """What joint actions are called: "CC CD"; "init" where there are none."""
        if not played:
            return INITIAL
        between = "" if self._short_labels else ","
        names = [
            between.join(labels[a] for labels, a in zip(self.stage.actions, joint, strict=True))
            for joint in played
        ]
        return " ".join(names)

    @cached_property
    def markov(self) -> MarkovGame:
        """The Markov game whose states are the memories; its value is the mean payoff a step where
        there is a horizon and no discount, else the discounted sum."""
        index = {held: s for s, held in enumerate(self.memories)}
        size, shape = len(index), self.stage.shape
        moves = np.zeros((size, *shape, size), dtype=np.int64)
        for held, s in index.items():
            for profile in product(*map(range, shape)):
                moves[(s, *profile, index[(*held, profile)[-self.memory :]])] = 1
        payoffs = []
        for array in self.stage.payoffs:
            repeated = np.broadcast_to(array.numerators, (size, *shape))
            payoffs.append(ExactArray(repeated, array.denominator))
        return MarkovGame(
            name=self.name,
            players=self.stage.players,
            states=self.states,
            actions=self.stage.actions,
            payoffs=tuple(payoffs),
            transitions=ExactArray(moves),
            start=tuple(Fraction(int(s == 0)) for s in range(size)),
            horizon=self.horizon,
            discount=self.discount,
            averaged=self.horizon is not None and self.discount == 1,
            source=self.stage.source,
            number_note=self.stage.number_note,
        )

    @cached_property
    def openspiel(self) -> IteratedOpenSpielGame:
        """The same game as an OpenSpiel game, with payoffs rounded to doubles."""
        from gtlearn.games.iterated.openspiel import IteratedOpenSpielGame

        return IteratedOpenSpielGame(self)

    def __repr__(self) -> str:
        return f"IteratedGame({self.name!r})"

    @cached_property
    def _short_labels(self) -> bool:
        return all(len(label) == 1 for labels in self.stage.actions for label in labels)


def iterated(
    stage: Any, *, horizon: int | None = None, discount: Any = None, memory: int = 1
) -> IteratedGame:
    """The iterated game of a stage game.

    Args:
        stage: a normal-form game, or anything that `games.load` takes as one.
        horizon: the number of steps; None for a game that goes on for ever.
        discount: what a payoff one step later is worth; in [0, 1) without a horizon, and 1 by
            default with one. A float is read as the decimal that it prints as.
        memory: how many joint actions a player remembers.

    Raises:
        InputError: if the stage is no normal-form game, or a number cannot be used.

    >>> game = iterated("prisoners_dilemma", horizon=10)
    >>> game.states, game.markov.unit
    (('init', 'CC', 'CD', 'DC', 'DD'), 'mean reward a step')
    """
    from gtlearn.games.loading import load

    loaded = load(stage)
    if not isinstance(loaded, NormalFormGame):
        raise InputError(f"{loaded.name!r} is no normal-form game, so it cannot be iterated")
    if horizon is None and discount is None:
        raise InputError(
            f"the iterated game of {loaded.name} needs a horizon, a number of steps, or a "
            "discount in [0, 1)"
        )
    factor = Fraction(1) if discount is None else to_fraction(discount, rationalise=True)
    return IteratedGame(loaded, horizon, factor, memory)
