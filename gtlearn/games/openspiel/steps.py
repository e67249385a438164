"""What our OpenSpiel games of many steps share: their duration, returns, texts and observers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn.errors import InputError, quoted
from gtlearn.games.numbers import ExactArray
from gtlearn.games.openspiel.family import Family, utility_of

if TYPE_CHECKING:
    from gtlearn.games.kinds.iterated import IteratedGame, Joint
    from gtlearn.games.kinds.markov.game import MarkovGame

MEMORY, PERFECT = "memory", "perfect"  # what an information state recalls
_COPIES = 40  # one of another, each a move further, after which a walk through all is refused
NOT_GIVEN = -(2**31)  # OpenSpiel's parameters have a type, so an integer cannot be None

_MOST_STEPS = 2**31 - 1  # a C++ int
_DOUBLE_BITS = 53


@dataclass(frozen=True)
class Rules:
    """What OpenSpiel has to know of a game's steps.

    Attributes:
        payoffs: what is paid at all legal profiles, one flat exact array a player.
        actions: the labels of each player's actions.
        outcomes: how many outcomes a chance move after a step has at most, 0 where there is none.
        start_outcomes: the same of a chance move before the first step.
        width: how many numbers of the tensor of a history stand for a step.
    """

    payoffs: Sequence[ExactArray]
    actions: Sequence[Sequence[str]]
    outcomes: int
    start_outcomes: int
    width: int


def options_of(parameters: dict[str, Any]) -> dict[str, Any]:
    """The options of a `SteppedGame`, from OpenSpiel's parameters."""
    recall, length = str(parameters["recall"]), int(parameters["max_length"])
    return {"recall": recall or None, "max_length": None if length == NOT_GIVEN else length}


def default_max_length(game: IteratedGame | MarkovGame) -> int:
    """After how many steps a game without a horizon is cut.

    What is cut is worth at most 2^-53 of the largest sum of rewards that the game's payoffs allow,
    which is what rounding to doubles loses.

    Raises:
        InputError: if these may be more steps than OpenSpiel counts.
    """
    rate = float(1 - game.discount)
    if rate == 1:
        return 1
    if rate * _MOST_STEPS < _DOUBLE_BITS:
        raise InputError(f"{game.name} would go on for too many steps; give max_length")
    return math.ceil(_DOUBLE_BITS * math.log(2) / -math.log1p(-rate))


class SteppedGame(pyspiel.Game):  # type: ignore[misc]
    """A game of simultaneous moves and many steps for OpenSpiel; payoffs are rounded to doubles.

    With a horizon the game has so many steps, and a step's rewards are weighted by
    discount^step. Without one, a chance move after each step continues the game with the
    probability `discount`, so that the expected sum of rewards is the discounted sum; it is cut
    after `max_length` steps (see `default_max_length`). Returns are sums of rewards, also where
    the exact game values play by its mean payoff a step: that is the return times `scale`.

    Information states recall the whole history, so OpenSpiel's best responses, NashConv and CFR
    are exact; those of an endless game recall its state, and a walk through all its histories,
    which would not end, is refused.

    Attributes:
        exact: the same game with exact payoffs.
        rules: what OpenSpiel has to know of its steps.
        recall: "memory" or "perfect".
        endless: whether it is cut only where nothing counts any more, after many steps.
        steps: after how many steps the game ends at the latest.
        may_stop: whether a chance move after each step decides if the game goes on.
        chance: whether there is any chance move.
    """

    def __init__(
        self,
        family: Family,
        game: IteratedGame | MarkovGame,
        rules: Rules,
        parameters: dict[str, Any],
        *,
        recall: str | None,
        max_length: int | None,
    ) -> None:
        if max_length is not None:
            if game.horizon is not None:
                raise InputError(f"{game.name} ends at its horizon; leave max_length out")
            check_max_length(max_length)
            parameters["max_length"] = max_length
        self.steps: int = game.horizon or max_length or default_max_length(game)
        self.endless = not (game.horizon or max_length) and self.steps > _COPIES // 2
        self.recall = recall or (MEMORY if self.endless else PERFECT)
        check_recall(self.recall)
        if recall == PERFECT or (recall and not self.endless):
            parameters["recall"] = recall
        self.exact = game
        self.rules = rules
        self.may_stop = game.horizon is None and self.steps > 1
        self.chance = rules.start_outcomes > 0 or (rules.outcomes > 0 and self.steps > 1)
        utility = utility_of(rules.payoffs, any_constant=game.horizon is not None)
        game_type = family.game_type(game.num_players, utility, chance=self.chance)
        super().__init__(game_type, self._info(game_type), parameters)

    def max_chance_nodes_in_history(self) -> int:
        """One if the start is random, and one after each step but the last."""
        after = self.steps - 1 if self.rules.outcomes else 0
        return after + (self.rules.start_outcomes > 0)

    def make_py_observer(self, iig_obs_type: Any = None, params: Any = None) -> SteppedObserver:
        """An observer; `params={"recall": "perfect"}` or "memory" overrules the game's recall."""
        if isinstance(iig_obs_type, dict):  # so does OpenSpiel call it where no type is given
            iig_obs_type, params = None, iig_obs_type
        kind = iig_obs_type or pyspiel.IIGObservationType(perfect_recall=False)
        return SteppedObserver(self, kind, dict(params or {}))

    def decision_states(self) -> dict[str, Any]:
        """For each memory at which players may decide, one OpenSpiel state in which they do.

        With recall="memory", `TabularPolicy(game, states=game.decision_states())` has the same rows
        as `TabularPolicy(game)`, which visits every history to find them. With recall="perfect" a
        policy needs every history; leave `states` out there.
        """
        states: dict[str, Any] = {}
        waiting = self.first_decisions()
        for state in waiting:  # grows meanwhile, the earliest steps first
            key = "" if state.is_terminal() else f"{state.place:09d}"
            if key and key not in states:
                states[key] = state
                waiting.extend(followers(state))
        return dict(sorted(states.items()))

    def first_decisions(self) -> list[Any]:
        """The states in which players may decide first."""
        return _after_chance(self.new_initial_state())

    def weight(self, step: int) -> float:
        """What the payoffs of a step (0, 1, ...) are multiplied by."""
        return 1.0 if self.exact.horizon is None else float(self.exact.discount) ** step

    def __reduce__(self) -> tuple[Any, ...]:
        return pyspiel.load_game, (str(self),)

    def _info(self, game_type: pyspiel.GameType) -> pyspiel.GameInfo:
        rules, utility = self.rules, pyspiel.GameType.Utility
        paid = [array.floats() for array in rules.payoffs]
        constant = game_type.utility in (utility.ZERO_SUM, utility.CONSTANT_SUM)
        total = sum(float(array[0]) for array in paid) * self._weights()
        lowest = self._bound(min(float(array.min()) for array in paid), -1)
        highest = self._bound(max(float(array.max()) for array in paid), 1)
        if lowest == highest:  # which OpenSpiel's tests of games refuse
            highest = math.nextafter(highest, math.inf)
        return pyspiel.GameInfo(
            num_distinct_actions=max(map(len, rules.actions)),
            max_chance_outcomes=max(rules.start_outcomes, rules.outcomes if self.steps > 1 else 0),
            num_players=len(paid),
            min_utility=lowest,
            max_utility=highest,
            utility_sum=total if constant else None,
            max_game_length=self.steps,
        )

    def _weights(self) -> float:
        """The sum of the weights of all steps."""
        discount = self.exact.discount
        rate = float(1 - discount)
        if self.exact.horizon is None or rate == 0:
            return float(self.steps)
        if rate == 1 or self.steps == 1:
            return 1.0
        return -math.expm1(self.steps * math.log1p(-rate)) / rate

    def _bound(self, payoff: float, sign: int) -> float:
        """What the return is at most (sign 1) or at least (sign -1) if no step pays more."""
        weights = self._weights()
        bound = payoff * weights
        if self.may_stop:  # it may also end after one step
            bound = max(bound, payoff) if sign > 0 else min(bound, payoff)
        if bound.is_integer() and abs(bound) < 2**_DOUBLE_BITS and weights.is_integer():
            return bound
        return bound + sign * abs(bound) * 4 * weights * 2.0**-_DOUBLE_BITS  # returns are rounded


class SteppedState(pyspiel.State):  # type: ignore[misc]
    """How far a game has gone.

    Attributes:
        step: how many steps have been played.
    """

    def __init__(self, game: SteppedGame) -> None:
        super().__init__(game)
        self.step = 0
        self._copies = _Copies(0)
        self._at_chance = game.rules.start_outcomes > 0
        self._over = False
        self._rewards = [0.0] * game.num_players()
        self._returns = [0.0] * game.num_players()

    @property
    def place(self) -> int | None:
        """The index of the exact game's state that is remembered, None before there is any."""
        raise NotImplementedError

    def text(self, recall: str) -> str:
        """What is recalled of the play so far."""
        raise NotImplementedError

    def write_history(self, tensor: NDArray[np.float32]) -> None:
        """Writes the play so far into zeros of shape (steps, width)."""
        raise NotImplementedError

    def current_player(self) -> int:
        """OpenSpiel's mark of who moves."""
        if self._over:
            return int(pyspiel.PlayerId.TERMINAL)
        chance = self._at_chance
        return int(pyspiel.PlayerId.CHANCE if chance else pyspiel.PlayerId.SIMULTANEOUS)

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

    def _pay(self, rewards: Sequence[float]) -> None:
        """Ends a step that pays so much before it is weighted."""
        game = self.get_game()
        weight = game.weight(self.step)
        self._rewards = [weight * float(value) for value in rewards]
        self._returns = [a + b for a, b in zip(self._returns, self._rewards, strict=True)]
        self.step += 1
        if game.endless and self._copies > _COPIES:
            raise InputError(
                f"{game.exact.name} goes on for ever, so OpenSpiel's walks through all histories "
                "(nash_conv, policy_value, CFR) do not end; give max_length or a horizon, or use "
                "gtlearn.check and solvers.evaluate, which are exact"
            )
        self._over = self.step == game.steps

    def __str__(self) -> str:
        text = self.text(PERFECT)
        return f"{text} (over)" if self._over else f"{text} (chance)" * self._at_chance or text


class _Copies(int):
    """How many copies lie between a state and the first one of its game: where a walk goes on from
    a copy at each move, as those through all histories do, as many as there were moves."""

    def __deepcopy__(self, memo: Any) -> _Copies:  # by which OpenSpiel copies what a state holds
        return _Copies(self + 1)


class SteppedObserver:
    """What a player sees of a game: its memory, or the whole history.

    Attributes:
        tensor: float32, one-hot; `dict` holds the same numbers under "memory" or "history".
    """

    def __init__(self, game: SteppedGame, kind: Any, params: dict[str, Any]) -> None:
        recall = params.pop("recall", game.recall if kind.perfect_recall else MEMORY)
        if params:
            raise InputError(f"an observer has no parameter {next(iter(params))!r}; give recall")
        check_recall(str(recall))
        self._names_player = bool(kind.perfect_recall)
        self._public = bool(kind.public_info)
        self._recall = str(recall)
        perfect = recall == PERFECT
        shape = (game.steps, game.rules.width) if perfect else (game.exact.num_states,)
        self.tensor: NDArray[np.float32] = np.zeros(math.prod(shape), np.float32)
        self.dict = {"history" if perfect else "memory": self.tensor.reshape(shape)}

    def set_from(self, state: SteppedState, player: int) -> None:
        """Writes the state into `tensor`."""
        self.tensor.fill(0)
        if not self._public:
            return
        if self._recall == PERFECT:
            state.write_history(self.dict["history"])
        elif state.place is not None:
            self.dict["memory"][state.place] = 1

    def string_from(self, state: SteppedState, player: int) -> str:
        """The state's label, and the player's number where it is an information state."""
        if not self._public:
            return ""
        label = state.text(self._recall)
        return f"p{player} {label}" if self._names_player else label


def followers(state: Any) -> list[Any]:
    """The states that may follow one in which players decide, chance moves made."""
    out = []
    for joint in product(*map(state.legal_actions, range(state.get_game().num_players()))):
        child = state.clone()
        child._copies = _Copies(0)  # each state comes once, so this walk ends
        child.apply_actions(list(joint))
        out += _after_chance(child)
    return out


def _after_chance(state: Any) -> list[Any]:
    if not state.is_chance_node():
        return [state]
    return [state.child(action) for action, _ in state.chance_outcomes()]


def check_recall(recall: str) -> None:
    """Complains about a word that is no kind of recall.

    Raises:
        InputError: if `recall` is neither "memory" nor "perfect".
    """
    if recall not in (MEMORY, PERFECT):
        raise InputError(f"the recall is {quoted(recall)}; give memory or perfect")


def check_max_length(length: int) -> None:
    """Complains about a length at which no game can be cut.

    Raises:
        InputError: if it is not positive.
    """
    if length < 1:
        raise InputError(f"max_length is {length}; give a positive number of steps")
