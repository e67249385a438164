"""Bullets fired on a battlefield by a good shot, without a trade, and how many of them hit."""

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
    Shot,
    SmallInts,
)
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.errors import InputError

DECIDING = 2  # steps of an offer and its answer


class Shots(Protocol):
    """Fires the bullets of a batch of episodes."""

    def fire(self, owners: SmallInts, rng: np.random.Generator) -> Bools:
        """Which bullets hit.

        Args:
            owners: who fires them, shape (episodes, bullets).
            rng: draws what is random.
        """


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

    def fire(self, owners: SmallInts, rng: np.random.Generator) -> Bools:
        """Which bullets hit; as in `Shots`."""
        hits = [[flight.hit for flight in self.flights(row, rng)] for row in owners]
        return np.array(hits, dtype=np.bool_).reshape(owners.shape)

    def flights(self, owners: SmallInts, rng: np.random.Generator) -> Iterator[Flight]:
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


_Interval = tuple[float, float]


@dataclass(frozen=True)
class HitRates:
    """Hits and bullets, the seller's and the buyer's.

    Attributes:
        hits: how many bullets hit an alien.
        bullets: how many were fired.
        flights: the mean number of steps from firing to the end.
    """

    hits: tuple[int, int]
    bullets: tuple[int, int]
    flights: tuple[float, float]

    @property
    def rates(self) -> tuple[float, float]:
        """Hits a bullet."""
        return self.hits[0] / self.bullets[0], self.hits[1] / self.bullets[1]

    def intervals(self, confidence: float = 0.95) -> tuple[_Interval, _Interval]:
        """Wilson's intervals of the two rates (Wilson 1927)."""
        from scipy.stats import binomtest

        pairs = zip(self.hits, self.bullets, strict=True)
        seller, buyer = (
            binomtest(*pair).proportion_ci(confidence, method="wilson") for pair in pairs
        )
        return (float(seller.low), float(seller.high)), (float(buyer.low), float(buyer.high))


def measure_hits(shots: AimedShots, *, bullets: int = 300, seed: int = 0) -> HitRates:
    """Has the players fire in turns, in episodes as long as those of the trade.

    Args:
        shots: fires the bullets, by its own rules.
        bullets: how many each player fires at least.
        seed: of all that is drawn.

    Raises:
        InputError: if `bullets` is not positive.

    >>> from gtlearn.environments.trade.battlefield import Twin
    >>> measure_hits(AimedShots(Twin((1.0, 0.0), flight=7)), bullets=20)
    HitRates(hits=(20, 0), bullets=(20, 20), flights=(7.0, 7.0))
    """
    if bullets < 1:
        raise InputError(f"bullets is {bullets}; give a number from 1")
    rng = np.random.default_rng(seed)
    episode = shots.rules.bullets
    episodes = -(-2 * bullets // episode)
    players = (np.arange(episodes * episode) % 2).astype(np.int8).reshape(episodes, episode)
    flights = [flight for owners in players for flight in shots.flights(owners, rng)]
    seller, buyer = flights[SELLER::2], flights[BUYER::2]
    return HitRates(
        (sum(flight.hit for flight in seller), sum(flight.hit for flight in buyer)),
        (len(seller), len(buyer)),
        (_mean_steps(seller), _mean_steps(buyer)),
    )


def _mean_steps(flights: list[Flight]) -> float:
    """The mean number of steps from firing to the end."""
    return sum(flight.steps for flight in flights) / len(flights)
