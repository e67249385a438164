"""How many bullets hit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gtlearn.environments.trade.battlefield import BUYER, SELLER
from gtlearn.environments.trade.shots import AimedShots, Flight
from gtlearn.errors import InputError

Interval = tuple[float, float]


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

    def intervals(self, confidence: float = 0.95) -> tuple[Interval, Interval]:
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

    >>> from gtlearn.environments.trade.twin import Twin
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
