"""`gtlearn_iterated`: an iterated game as an OpenSpiel game of simultaneous moves.

OpenSpiel splits game strings at commas and gives every parameter one type, so in
`pyspiel.load_game` these rules hold (`games.load` reads such strings too, and freer ones):

- `stage` is a name (`stag_hunt`, `matrix_pd`), or a bimatrix with `:` between the two payoffs of
  a cell (`3:3 0:5; 5:0 1:1`), or anything that `games.load` takes with `,`, `(`, `)` and `=`
  written as %2C, %28, %29 and %3D (and % as %25 before them);
- a catalogue game's parameters go into `arguments`, with `:` for `=` and `;` for `,`;
- `discount` is a text: 24/25, not 0.96.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.games.kinds.iterated import IteratedGame, Joint
from gtlearn.games.numbers import ExactArray
from gtlearn.games.openspiel.family import Family
from gtlearn.games.openspiel.iterated_text import SHORT_NAME, from_parameters, to_parameters
from gtlearn.games.openspiel.steps import (
    NOT_GIVEN,
    PERFECT,
    Rules,
    SteppedGame,
    SteppedState,
)

if TYPE_CHECKING:
    from gtlearn.games.kinds.markov.game import MarkovGame

_FAMILY = Family(
    SHORT_NAME,
    "gtlearn iterated game",
    {
        "stage": "prisoners_dilemma",
        "arguments": "",
        "horizon": NOT_GIVEN,
        "discount": "",
        "memory": 1,
        "recall": "",
        "max_length": NOT_GIVEN,
    },
    loadable=False,  # a horizon or a discount must be given
)
_CONTINUE, _STOP = 0, 1


def register() -> None:
    """Makes `pyspiel.load_game("gtlearn_iterated(stage=stag_hunt,horizon=10)")` work."""
    _FAMILY.register(_create)


def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    length = int(parameters["max_length"])
    return IteratedOpenSpielGame(
        from_parameters(parameters, NOT_GIVEN),
        recall=str(parameters["recall"]) or None,
        max_length=None if length == NOT_GIVEN else length,
    )


class IteratedOpenSpielGame(SteppedGame):
    """An iterated game for OpenSpiel; see `SteppedGame` for how long it goes on and what it pays.

    The information state of a player is the whole history, "p0 CC CD"; with recall="memory", and in
    an endless game, what a policy of the game's memory sees, "p0 init", "p0 CC", .... The
    observation is the memory, "CC", either way. Tensors are one-hot: over the memories, or over the
    joint actions of every step.

    Attributes:
        iterated: the same game with exact payoffs.
        payoffs: the stage's payoffs as doubles, one array a player.
    """

    def __init__(
        self, game: IteratedGame, *, recall: str | None = None, max_length: int | None = None
    ) -> None:
        stage = game.stage
        self.iterated = game
        self.payoffs = [stage.floats(k) for k in range(game.num_players)]
        rules = Rules(
            [ExactArray(a.numerators.ravel(), a.denominator) for a in stage.payoffs],
            stage.actions,
            outcomes=2 if game.horizon is None else 0,
            start_outcomes=0,
            width=math.prod(stage.shape),
        )
        parameters = to_parameters(game)
        super().__init__(_FAMILY, game, rules, parameters, recall=recall, max_length=max_length)

    def new_initial_state(self) -> IteratedState:
        """A state before the first step."""
        return IteratedState(self)

    @property
    def markov(self) -> MarkovGame:
        """The exact Markov game whose states are the memories."""
        return self.iterated.markov

    @cached_property
    def places(self) -> dict[tuple[Joint, ...], int]:
        """The index of each memory among the states."""
        return {held: s for s, held in enumerate(self.iterated.memories)}


class IteratedState(SteppedState):
    """How far an iterated game has gone, and what is remembered of it."""

    def __init__(self, game: IteratedOpenSpielGame) -> None:
        super().__init__(game)
        self.held: tuple[Joint, ...] = ()  # the joint actions remembered, the oldest first

    @property
    def place(self) -> int:
        """The index of what is remembered among the game's states."""
        return int(self.get_game().places[self.held])

    def text(self, recall: str) -> str:
        """What is remembered, or all joint actions: "CC CD"; "init" where there are none."""
        seen = self.joint_actions() if recall == PERFECT else self.held
        return str(self.get_game().iterated.label(seen))

    def write_history(self, tensor: NDArray[np.float32]) -> None:
        """Marks the joint action of each step."""
        shape = self.get_game().iterated.stage.shape
        for step, joint in enumerate(self.joint_actions()):
            tensor[step, np.ravel_multi_index(joint, shape)] = 1

    def chance_outcomes(self) -> list[tuple[int, float]]:
        """Whether the game goes on, with its probability."""
        discount = float(self.get_game().iterated.discount)
        return [(_CONTINUE, discount), (_STOP, 1 - discount)]

    def _legal_actions(self, player: int) -> list[int]:
        return list(range(self.get_game().iterated.stage.shape[player]))

    def _apply_action(self, action: int) -> None:
        self._at_chance = False
        self._over = action == _STOP

    def _apply_actions(self, actions: list[int]) -> None:
        game = self.get_game()
        joint = tuple(actions)
        self._pay([array[joint] for array in game.payoffs])
        self.held = game.iterated.remembered((*self.held, joint))
        self._at_chance = game.may_stop and not self._over

    def _action_to_string(self, player: int, action: int) -> str:
        if player == int(pyspiel.PlayerId.CHANCE):
            return ("continue", "stop")[action]
        return str(self.get_game().iterated.stage.actions[player][action])
