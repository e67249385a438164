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
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.iterated.game import IteratedGame, Joint
from gtlearn.games.iterated.names import (
    MEMORY,
    PERFECT,
    SHORT_NAME,
    check_max_length,
    check_recall,
    from_parameters,
    to_parameters,
)

_NOT_GIVEN = -(2**31)  # OpenSpiel's parameters have a type, so an integer cannot be None
_DEFAULTS = {
    "stage": "prisoners_dilemma",
    "arguments": "",
    "horizon": _NOT_GIVEN,
    "discount": "",
    "memory": 1,
    "recall": MEMORY,
    "max_length": _NOT_GIVEN,
}
_CONTINUE, _STOP = 0, 1
_MOST_STEPS = 2**31 - 1  # a C++ int
_DOUBLE_BITS = 53


def register() -> None:
    """Makes `pyspiel.load_game("gtlearn_iterated(stage=stag_hunt,horizon=10)")` work."""
    if SHORT_NAME not in pyspiel.registered_names():
        # OpenSpiel drops its reference to the function after Python has shut down; where that is
        # the last one, the process aborts. A function that holds itself is never freed.
        _create.__dict__["itself"] = _create
        utility = pyspiel.GameType.Utility.GENERAL_SUM
        pyspiel.register_game(_game_type(10, utility, chance=True, fewest=2), _create)


def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    length = int(parameters["max_length"])
    return IteratedOpenSpielGame(
        from_parameters(parameters, _NOT_GIVEN),
        recall=str(parameters["recall"]),
        max_length=None if length == _NOT_GIVEN else length,
    )


def default_max_length(game: IteratedGame) -> int:
    """After how many steps a game without a horizon is cut.

    What is cut is worth at most 2^-53 of the largest sum of rewards that the stage allows, which
    is what rounding to doubles loses.

    Raises:
        InputError: if these are more steps than OpenSpiel counts.
    """
    if game.discount == 0:
        return 1
    steps = math.ceil(_DOUBLE_BITS * math.log(2) / -math.log1p(float(game.discount - 1)))
    if steps > _MOST_STEPS:
        raise InputError(f"{game.name} would go on for {steps} steps; give max_length")
    return steps


class IteratedOpenSpielGame(pyspiel.Game):  # type: ignore[misc]
    """An iterated game for OpenSpiel; payoffs are rounded to doubles.

    With a horizon the game has so many steps, and a step's rewards are weighted by
    discount^step. Without one, a chance move after each step continues the game with the
    probability `discount`, so that the expected sum of rewards is the discounted sum; it is cut
    after `max_length` steps (see `default_max_length`).

    The information state of a player is what a policy of the game's memory sees, "p0 init",
    "p0 CC", ...; with recall="perfect" it is the whole history, "p0 CC CD", with which OpenSpiel's
    best response, exploitability and CFR are exact. The observation is the memory, "CC", either
    way. Tensors are one-hot: over the memories, or over the joint actions of every step.

    Attributes:
        iterated: the same game with exact payoffs.
        recall: "memory" or "perfect".
        steps: after how many steps the game ends at the latest.
        chance: whether a chance move after each step decides if the game goes on.
        payoffs: the stage's payoffs as doubles, one array a player.
    """

    def __init__(
        self, game: IteratedGame, *, recall: str = MEMORY, max_length: int | None = None
    ) -> None:
        check_recall(recall)
        parameters = to_parameters(game)
        if recall != MEMORY:
            parameters["recall"] = recall
        if max_length is not None:
            if game.horizon is not None:
                raise InputError(f"{game.name} ends at its horizon; leave max_length out")
            check_max_length(max_length)
            parameters["max_length"] = max_length
        self.iterated = game
        self.recall = recall
        self.steps: int = game.horizon or max_length or default_max_length(game)
        self.chance = game.horizon is None and self.steps > 1
        self.payoffs = [game.stage.floats(k) for k in range(game.num_players)]
        game_type = _game_type(game.num_players, self._utility(), chance=self.chance)
        super().__init__(game_type, self._info(game_type), parameters)

    def new_initial_state(self) -> IteratedState:
        """A state before the first step."""
        return IteratedState(self)

    def make_py_observer(self, iig_obs_type: Any = None, params: Any = None) -> IteratedObserver:
        """An observer; `params={"recall": "perfect"}` or "memory" overrules the game's recall."""
        if isinstance(iig_obs_type, dict):  # so does OpenSpiel call it where no type is given
            iig_obs_type, params = None, iig_obs_type
        kind = iig_obs_type or pyspiel.IIGObservationType(perfect_recall=False)
        return IteratedObserver(self, kind, dict(params or {}))

    @cached_property
    def places(self) -> dict[tuple[Joint, ...], int]:
        """The index of each memory among the states."""
        return {held: s for s, held in enumerate(self.iterated.memories)}

    def max_chance_nodes_in_history(self) -> int:
        """One after each step but the last, where there is no horizon."""
        return self.steps - 1 if self.chance else 0

    def weight(self, step: int) -> float:
        """What the payoffs of a step (0, 1, ...) are multiplied by."""
        game = self.iterated
        return 1.0 if game.horizon is None else float(game.discount) ** step

    def __reduce__(self) -> tuple[Any, ...]:
        return pyspiel.load_game, (str(self),)

    def _utility(self) -> pyspiel.GameType.Utility:
        utility, payoffs = pyspiel.GameType.Utility, self.iterated.stage.payoffs
        stage = self.iterated.stage
        if stage.is_zero_sum:
            total = payoffs[0][(0, 0)] + payoffs[1][(0, 0)]
            if total == 0:
                return utility.ZERO_SUM
            if self.iterated.horizon is not None:
                return utility.CONSTANT_SUM
        same = all(array == payoffs[0] for array in payoffs)
        return utility.IDENTICAL if same else utility.GENERAL_SUM

    def _info(self, game_type: pyspiel.GameType) -> pyspiel.GameInfo:
        stage, utility = self.iterated.stage, pyspiel.GameType.Utility
        lowest = self._bound(min(float(array.min()) for array in self.payoffs), -1)
        highest = self._bound(max(float(array.max()) for array in self.payoffs), 1)
        constant = game_type.utility in (utility.ZERO_SUM, utility.CONSTANT_SUM)
        total = sum(float(array.flat[0]) for array in self.payoffs) * self._weights()
        return pyspiel.GameInfo(
            num_distinct_actions=max(stage.shape),
            max_chance_outcomes=2 if self.chance else 0,
            num_players=stage.num_players,
            min_utility=lowest,
            max_utility=highest,
            utility_sum=total if constant else None,
            max_game_length=self.steps,
        )

    def _weights(self) -> float:
        """The sum of the weights of all steps."""
        discount = self.iterated.discount
        if self.iterated.horizon is None or discount == 1:
            return float(self.steps)
        return (1 - float(discount) ** self.steps) / float(1 - discount)

    def _bound(self, payoff: float, sign: int) -> float:
        """What the return is at most (sign 1) or at least (sign -1) if no step pays more."""
        weights = self._weights()
        bound = payoff * weights
        if self.chance:  # it may also end after one step
            bound = max(bound, payoff) if sign > 0 else min(bound, payoff)
        if bound.is_integer() and abs(bound) < 2**_DOUBLE_BITS and weights.is_integer():
            return bound
        return bound + sign * abs(bound) * 4 * weights * 2.0**-_DOUBLE_BITS  # returns are rounded


class IteratedState(pyspiel.State):  # type: ignore[misc]
    """How far an iterated game has gone, and what is remembered of it."""

    def __init__(self, game: IteratedOpenSpielGame) -> None:
        super().__init__(game)
        self.held: tuple[Joint, ...] = ()  # the joint actions remembered, the oldest first
        self.step = 0
        self._at_chance = False
        self._over = False
        self._rewards = [0.0] * game.num_players()
        self._returns = [0.0] * game.num_players()

    def current_player(self) -> int:
        """OpenSpiel's mark of who moves."""
        if self._over:
            return int(pyspiel.PlayerId.TERMINAL)
        chance = self._at_chance
        return int(pyspiel.PlayerId.CHANCE if chance else pyspiel.PlayerId.SIMULTANEOUS)

    def chance_outcomes(self) -> list[tuple[int, float]]:
        """Whether the game goes on, with its probability."""
        discount = float(self.get_game().iterated.discount)
        return [(_CONTINUE, discount), (_STOP, 1 - discount)]

    def is_terminal(self) -> bool:
        """Whether the game is over."""
        return self._over

    def rewards(self) -> list[float]:
        """The rewards of the last step, one a player."""
        return self._rewards

    def returns(self) -> list[float]:
        """The sums of all rewards, one a player."""
        return self._returns

    def joint_actions(self) -> list[Joint]:
        """What has been played, one joint action a step."""
        players = self.get_game().num_players()
        chance = int(pyspiel.PlayerId.CHANCE)
        moves = [item.action for item in self.full_history() if item.player != chance]
        return [tuple(moves[i : i + players]) for i in range(0, len(moves), players)]

    def _legal_actions(self, player: int) -> list[int]:
        return list(range(self.get_game().iterated.stage.shape[player]))

    def _apply_action(self, action: int) -> None:
        self._at_chance = False
        self._over = action == _STOP

    def _apply_actions(self, actions: list[int]) -> None:
        game = self.get_game()
        joint = tuple(actions)
        weight = game.weight(self.step)
        self._rewards = [weight * float(array[joint]) for array in game.payoffs]
        self._returns = [a + b for a, b in zip(self._returns, self._rewards, strict=True)]
        self.held = (*self.held, joint)[-game.iterated.memory :]
        self.step += 1
        self._over = self.step == game.steps
        self._at_chance = game.chance and not self._over

    def _action_to_string(self, player: int, action: int) -> str:
        if player == int(pyspiel.PlayerId.CHANCE):
            return ("continue", "stop")[action]
        return str(self.get_game().iterated.stage.actions[player][action])

    def __str__(self) -> str:
        label: str = self.get_game().iterated.label(self.joint_actions())
        return f"{label} (over)" if self._over else f"{label} (chance)" * self._at_chance or label


class IteratedObserver:
    """What a player sees of an iterated game; see `IteratedOpenSpielGame`.

    Attributes:
        tensor: float32, one-hot; `dict` holds the same numbers under "memory" or "history".
    """

    def __init__(self, game: IteratedOpenSpielGame, kind: Any, params: dict[str, Any]) -> None:
        recall = params.pop("recall", game.recall if kind.perfect_recall else MEMORY)
        if params:
            raise InputError(f"an observer has no parameter {next(iter(params))!r}; give recall")
        check_recall(str(recall))
        self._game = game
        self._names_player = bool(kind.perfect_recall)
        self._public = bool(kind.public_info)
        self._perfect = recall == PERFECT
        shape = (
            (game.steps, math.prod(game.iterated.stage.shape))
            if self._perfect
            else (game.iterated.num_states,)
        )
        self.tensor: NDArray[np.float32] = np.zeros(math.prod(shape), np.float32)
        self.dict = {"history" if self._perfect else "memory": self.tensor.reshape(shape)}

    def set_from(self, state: IteratedState, player: int) -> None:
        """Writes the state into `tensor`."""
        self.tensor.fill(0)
        if not self._public:
            return
        if not self._perfect:
            self.dict["memory"][self._game.iterated.state(state.held)] = 1
            return
        shape = self._game.iterated.stage.shape
        for step, joint in enumerate(state.joint_actions()):
            self.dict["history"][step, np.ravel_multi_index(joint, shape)] = 1

    def string_from(self, state: IteratedState, player: int) -> str:
        """The state's label, and the player's number where it is an information state."""
        if not self._public:
            return ""
        seen = state.joint_actions() if self._perfect else state.held
        label = self._game.iterated.label(seen)
        return f"p{player} {label}" if self._names_player else label


def _game_type(
    num_players: int,
    utility: pyspiel.GameType.Utility,
    *,
    chance: bool,
    fewest: int | None = None,
) -> pyspiel.GameType:
    modes, information = pyspiel.GameType.ChanceMode, pyspiel.GameType.Information
    return pyspiel.GameType(
        SHORT_NAME,
        "gtlearn iterated game",
        pyspiel.GameType.Dynamics.SIMULTANEOUS,
        modes.EXPLICIT_STOCHASTIC if chance else modes.DETERMINISTIC,
        information.PERFECT_INFORMATION,  # nothing is private, whatever is forgotten
        utility,
        pyspiel.GameType.RewardModel.REWARDS,
        num_players,
        fewest or num_players,
        True,
        True,
        True,
        True,
        _DEFAULTS,
        False,  # there is no default: a horizon or a discount must be given
    )
