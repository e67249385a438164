"""Bullets fired on a battlefield by a good shot, one after the other, without a trade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gtlearn.environments.trade.battlefield import (
    BUYER,
    SELLER,
    WITH_FIRE,
    Battlefield,
    Bools,
    Ints,
    Shot,
)
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.errors import InputError

DECIDING = 2  # steps of an offer and its answer


class Shots(Protocol):
    """Fires the bullets of a batch of episodes."""

    def fire(self, owners: Ints, rng: np.random.Generator) -> Bools:
        """Which bullets hit.

        Args:
            owners: who fires them, shape (episodes, bullets).
            rng: draws what is random.
        """
        ...


@dataclass(frozen=True)
class Flight:
    """What became of a bullet.

    Attributes:
        hit: whether it hit an alien.
        steps: from firing to the end.
    """

    hit: bool
    steps: int


class AimedShots:
    """Both players do on a battlefield what a good shot does; an episode begins a new game.

    A good shot hits with nearly every bullet, and then a price equal to the pay of a hit leaves the
    buyer with nothing, whether it accepts or not. With some haste it is worth less than its pay, as
    with the paper's agents, which "do not hit every single shot they take".

    Args:
        field: where they play.
        rules: say when bullets come.
        haste: the probability that a bullet is fired at once, without aiming. On the emulator 0.94
            of the bullets hit with a haste of 0.1, and 0.84 with 0.25.

    Raises:
        InputError: if `haste` is no probability.
    """

    def __init__(
        self, field: Battlefield, rules: TradeRules | None = None, *, haste: float = 0.0
    ) -> None:
        if not 0 <= haste <= 1:
            raise InputError(f"haste is {haste}; give a probability")
        self.field = field
        self.rules = rules or TradeRules()
        self.haste = haste

    def fire(self, owners: Ints, rng: np.random.Generator) -> Bools:
        """Which bullets hit; as in `Shots`."""
        hits = [[flight.hit for flight in self.flights(row, rng)] for row in owners]
        return np.array(hits, dtype=np.bool_).reshape(owners.shape)

    def flights(self, owners: Ints, rng: np.random.Generator) -> Iterator[Flight]:
        """The bullets of one episode, each fired when it is asked for.

        Args:
            owners: who fires them, shape (bullets,).
            rng: draws the game's seed, when bullets come, and the haste.
        """
        self.field.reset(int(rng.integers(2**31)))
        for owner in owners.tolist():
            for _ in range(int(rng.geometric(self.rules.arrival)) + DECIDING):
                self._step(None)
            yield self._flight(owner, hasty=bool(rng.random() < self.haste))

    def _flight(self, owner: int, hasty: bool) -> Flight:
        """Fires a bullet and waits for its end."""
        shot, steps = Shot.NONE, 0
        while not shot.over:
            shot = self._step(owner if shot is Shot.NONE else None, hasty)
            steps += shot is Shot.FLYING
        return Flight(shot is Shot.HIT, steps)

    def _step(self, armed: int | None, hasty: bool = False) -> Shot:
        """Plays a step, in which the player who is armed fires, if it is time or it is hasty."""
        moves = [self.field.aim(player, player == armed) for player in (SELLER, BUYER)]
        if hasty and armed is not None:
            moves[armed] = WITH_FIRE[moves[armed]]
        return self.field.step((moves[SELLER], moves[BUYER]))
