"""The rules of the trade: what bullets cost and pay, and what follows what.

The trade is that of section 4 of Gerstgrasser & Parkes (2023). Bullets come to the seller one at a
time. It keeps a bullet or asks a price for it; the buyer accepts or rejects; whoever has the bullet
then fires it, and is paid for the alien that it hits. A bullet passes through these phases:

    WAITING -> OFFER -> (ANSWER ->) LOADED -> FLYING -> WAITING, or OVER after the last bullet

The paper names the prices and what a hit pays. How often bullets come, and how many, it leaves
open. Here the next one comes only after the last one is used up, so that what a bullet earns is
known to be its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from gtlearn.environments.trade.battlefield import BUYER, SELLER, Shot
from gtlearn.errors import InputError

KEEP = 0  # the seller's decision; 1 + k asks the price k
REJECT, ACCEPT = 0, 1  # the buyer's decisions


class Phase(IntEnum):
    """What a bullet is waiting for."""

    WAITING = 0
    """There is no bullet yet."""
    OFFER = 1
    """The seller keeps it or asks a price."""
    ANSWER = 2
    """The buyer accepts the price or rejects it."""
    LOADED = 3
    """Its owner may fire it."""
    FLYING = 4
    """It is in the air."""
    OVER = 5
    """There are no more bullets."""


@dataclass(frozen=True)
class TradeRules:
    """The numbers of the trade; the paper's by default, where it gives them.

    Args:
        prices: what the seller may ask, rising.
        seller_reward: what a hit pays the seller.
        buyer_reward: what a hit pays the buyer.
        bullets: how many come in an episode. The paper does not say.
        arrival: the probability that a bullet comes in a step of waiting, so that the wait is
            geometric, with 1 / arrival steps on average. The paper does not say.

    Raises:
        InputError: if a number cannot be used.
    """

    prices: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    seller_reward: float = 0.1
    buyer_reward: float = 1.0
    bullets: int = 10
    arrival: float = 1 / 30

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in pairwise(self.prices))
        if not (self.prices and rising and self.prices[0] >= 0 and math.isfinite(self.prices[-1])):
            raise InputError(
                f"prices are {self.prices}; give finite prices that rise, none of them negative"
            )
        for name in ("seller_reward", "buyer_reward"):
            if not math.isfinite(getattr(self, name)):
                raise InputError(f"{name} is {getattr(self, name)}; give a finite number")
        if self.bullets < 1 or int(self.bullets) != self.bullets:
            raise InputError(f"bullets is {self.bullets}; give a whole number from 1")
        if not 0 < self.arrival <= 1:
            raise InputError(f"arrival is {self.arrival}; give a probability above 0, at most 1")

    @property
    def decisions(self) -> tuple[int, int]:
        """How many decisions the seller has (keep, and one a price), and the buyer."""
        return len(self.prices) + 1, 2

    @property
    def hit_rewards(self) -> tuple[float, float]:
        """What a hit pays the seller, and the buyer."""
        return self.seller_reward, self.buyer_reward


@dataclass(frozen=True)
class TradeState:
    """Where the trade stands.

    Attributes:
        phase: what is waited for.
        used: how many bullets are used up.
        owner: whose the bullet is, if there is one.
        price: which price is asked; None but in the phase ANSWER.
    """

    phase: Phase = Phase.WAITING
    used: int = 0
    owner: int | None = None
    price: int | None = None

    @property
    def asked(self) -> int | None:
        """The player whose decision counts now."""
        return {Phase.OFFER: SELLER, Phase.ANSWER: BUYER}.get(self.phase)

    @property
    def armed(self) -> int | None:
        """The player who may fire now."""
        return self.owner if self.phase is Phase.LOADED else None


def advance(
    rules: TradeRules, state: TradeState, decision: int, arrived: bool, shot: Shot
) -> tuple[TradeState, tuple[float, float]]:
    """The state after a step, and what the step paid the seller and the buyer.

    Args:
        rules: of the trade.
        state: before the step.
        decision: of the player who is asked, if one is.
        arrived: whether a bullet comes, if one is waited for.
        shot: what became of the bullet, if it was fired.

    >>> rules = TradeRules()
    >>> asked = TradeState(Phase.ANSWER, owner=SELLER, price=2)
    >>> sold, rewards = advance(rules, asked, ACCEPT, False, Shot.NONE)
    >>> sold.phase.name, sold.owner, rewards
    ('LOADED', 1, (0.5, -0.5))
    >>> advance(rules, sold, 0, False, Shot.HIT)
    (TradeState(phase=<Phase.WAITING: 0>, used=1, owner=None, price=None), (0.0, 1.0))
    """
    used, owner = state.used, state.owner
    match state.phase:
        case Phase.WAITING if arrived:
            return TradeState(Phase.OFFER, used, SELLER), (0.0, 0.0)
        case Phase.OFFER if decision == KEEP:
            return TradeState(Phase.LOADED, used, owner), (0.0, 0.0)
        case Phase.OFFER:
            return TradeState(Phase.ANSWER, used, owner, decision - 1), (0.0, 0.0)
        case Phase.ANSWER if decision == ACCEPT and state.price is not None:
            price = rules.prices[state.price]
            return TradeState(Phase.LOADED, used, BUYER), (price, -price)
        case Phase.ANSWER:
            return TradeState(Phase.LOADED, used, owner), (0.0, 0.0)
        case Phase.LOADED | Phase.FLYING if shot is Shot.FLYING:
            return TradeState(Phase.FLYING, used, owner), (0.0, 0.0)
        case Phase.LOADED | Phase.FLYING if shot.over:
            pay = rules.hit_rewards[owner or SELLER] if shot is Shot.HIT else 0.0
            after = Phase.OVER if used + 1 == rules.bullets else Phase.WAITING
            return TradeState(after, used + 1), (pay, 0.0) if owner == SELLER else (0.0, pay)
    return state, (0.0, 0.0)
