"""The trade and the game around it as a PettingZoo environment."""

from __future__ import annotations

from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.parallel import ACTION_MASK, Environment, Infos, StepResult
from gtlearn.environments.trade.battlefield import (
    SELLER,
    WITHOUT_FIRE,
    Battlefield,
    Bytes,
    Move,
    SmallInts,
)
from gtlearn.environments.trade.rules import Phase, TradeRules, TradeState, advance
from gtlearn.errors import InputError
from gtlearn.optional import needed

with needed("the environments", "envs"):
    from gymnasium.spaces import Box, Dict, Discrete

AGENTS = ("first_0", "second_0")  # the seller and the buyer, as in PettingZoo's Space Invaders

_Observation = dict[str, NDArray[Any]]


def joint_action(move: Move, decision: int = 0) -> int:
    """The action that makes a move and a decision.

    Args:
        move: of the ship.
        decision: of the seller, 0 to keep the bullet and 1 + k to ask the price k; of the buyer, 0
            to reject and 1 to accept.
    """
    return int(move) + len(Move) * decision


class BulletTrade(Environment[_Observation, np.int64]):
    """Two-player Space Invaders in which bullets are traded.

    The agents are "first_0", the seller, and "second_0", the buyer. An action is a move of the ship
    and a decision in one number (see `joint_action`), so that any algorithm for discrete actions
    can play: 6 moves times 6 decisions for the seller, times 2 for the buyer. A decision counts
    only where it is asked, and only who has a bullet can fire. `infos[agent]["action_mask"]` says
    which actions count; another one is played as the same move without firing, and decides nothing.

    An observation has two parts. "game" is what the battlefield shows. "trade" holds what the
    trade waits for (one of the six phases), whose bullet it is (two numbers), the price that is
    asked (0 where none is), and the fraction of the bullets that is used up.

    A step is one of the battlefield. An episode terminates when the last bullet is used up. Lives
    play no part: a game that is lost begins anew.

    Args:
        field: where bullets are fired: `atari.Emulator`, or `twin.Twin` without an emulator.
        rules: of the trade.
        max_cycles: steps after which an episode is truncated.
        render_mode: "rgb_array", or None for no pictures.

    Raises:
        InputError: if there is no such render mode, or `max_cycles` is not positive.

    >>> from gtlearn.environments.trade.battlefield import Twin
    >>> environment = BulletTrade(Twin((1, 1)), TradeRules(arrival=1, bullets=1))
    >>> _ = environment.reset(seed=0)
    >>> wait, ask_half = joint_action(Move.NOOP), joint_action(Move.NOOP, 3)
    >>> accept, fire = joint_action(Move.NOOP, 1), joint_action(Move.FIRE)
    >>> for seller, buyer in [(wait, wait), (ask_half, wait), (wait, accept), (fire, fire)]:
    ...     _, rewards, *_ = environment.step({"first_0": seller, "second_0": buyer})
    ...     print(environment.trade.phase.name, rewards)
    OFFER {'first_0': 0.0, 'second_0': 0.0}
    ANSWER {'first_0': 0.0, 'second_0': 0.0}
    LOADED {'first_0': 0.5, 'second_0': -0.5}
    FLYING {'first_0': 0.0, 'second_0': 0.0}
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "gtlearn_bullet_trade_v0",
        "render_modes": ["rgb_array"],
        "render_fps": 60,
        "is_parallelizable": True,
    }

    def __init__(
        self,
        field: Battlefield,
        rules: TradeRules | None = None,
        *,
        max_cycles: int = 100_000,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise InputError(f"render_mode is {render_mode!r}; choose 'rgb_array' or None")
        if max_cycles < 1:
            raise InputError(f"max_cycles is {max_cycles}; give a number from 1")
        self.field = field
        self.rules = rules or TradeRules()
        self.max_cycles = max_cycles
        self.render_mode = render_mode
        self.possible_agents = list(AGENTS)
        self.agents: list[str] = []
        self.trade = TradeState()
        self._rng = np.random.default_rng(0)
        self._cycles = 0
        self._masks = [_masks(decisions) for decisions in self.rules.decisions]
        seen = Dict({"game": Box(0, 255, field.shape, np.uint8), "trade": self._box()})
        self.observation_spaces = dict.fromkeys(AGENTS, seen)
        self.action_spaces = {
            agent: Discrete(len(Move) * decisions)
            for agent, decisions in zip(AGENTS, self.rules.decisions, strict=True)
        }

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, _Observation], Infos]:
        """Begins an episode.

        Args:
            seed: of all that is drawn; without one the generator goes on, from seed 0 at first.
            options: there are none.
        """
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.field.reset(int(self._rng.integers(2**31)))
        self.agents = list(AGENTS)
        self.trade = TradeState()
        self._cycles = 0
        return self._seen(), self._infos()

    def step(self, actions: dict[str, np.int64]) -> StepResult[_Observation]:
        """Plays a step.

        Args:
            actions: one an agent.

        Raises:
            InputError: if an agent has no such action, or the episode is over.
        """
        (seller, offer), (buyer, answer) = self._played(actions)
        decision = offer if self.trade.asked == SELLER else answer
        arrived = self.trade.phase is Phase.WAITING and self._rng.random() < self.rules.arrival
        shot = self.field.step((seller, buyer))
        self.trade, rewards = advance(self.rules, self.trade, decision, arrived, shot)
        self._cycles += 1
        over = self.trade.phase is Phase.OVER
        terminated = dict.fromkeys(AGENTS, over)
        truncated = dict.fromkeys(AGENTS, not over and self._cycles >= self.max_cycles)
        if over or self._cycles >= self.max_cycles:
            self.agents = []
        paid = dict(zip(AGENTS, rewards, strict=True))
        return self._seen(), paid, terminated, truncated, self._infos()

    def render(self) -> Bytes | None:
        """The battlefield's picture, if the render mode is "rgb_array"."""
        return self.field.render() if self.render_mode else None

    def close(self) -> None:
        """Frees what the battlefield holds."""
        self.field.close()

    def _box(self) -> Box:
        """The space of the observation's part "trade"."""
        highest = np.ones(len(Phase) + 4, dtype=np.float32)
        highest[-2] = max(self.rules.prices[-1], 1.0)
        return Box(np.zeros_like(highest), highest)

    def _played(self, actions: dict[str, np.int64]) -> list[tuple[Move, int]]:
        """Each player's move, without firing if it has no bullet, and decision."""
        self.require_all(actions)
        played = []
        for player, agent in enumerate(AGENTS):
            action, size = actions[agent], len(Move) * self.rules.decisions[player]
            if not 0 <= action < size or int(action) != action:
                raise InputError(f"{action!r} is no action of {agent}; choose from 0 to {size - 1}")
            decision, move = divmod(int(action), len(Move))
            armed = player == self.trade.armed
            played.append((Move(move) if armed else WITHOUT_FIRE[move], decision))
        return played

    def _seen(self) -> dict[str, _Observation]:
        """What the agents see."""
        trade = np.zeros(len(Phase) + 4, dtype=np.float32)
        trade[self.trade.phase] = 1
        if self.trade.owner is not None:
            trade[len(Phase) + self.trade.owner] = 1
        if self.trade.price is not None:
            trade[-2] = self.rules.prices[self.trade.price]
        trade[-1] = self.trade.used / self.rules.bullets
        game = self.field.observe()
        return {agent: {"game": game, "trade": trade} for agent in AGENTS}

    def _infos(self) -> Infos:
        """The actions that count."""
        asked, armed = self.trade.asked, self.trade.armed
        return {
            agent: {ACTION_MASK: self._masks[player][asked == player, armed == player]}
            for player, agent in enumerate(AGENTS)
        }


def _masks(decisions: int) -> dict[tuple[bool, bool], SmallInts]:
    """A player's masks, by whether it is asked and whether it has a bullet."""
    masks = {}
    for asked, armed in product((False, True), repeat=2):
        decides = np.arange(decisions) < (decisions if asked else 1)
        moves = np.array([armed or not move.fires for move in Move])
        masks[asked, armed] = np.outer(decides, moves).ravel().astype(np.int8)
        masks[asked, armed].flags.writeable = False
    return masks
