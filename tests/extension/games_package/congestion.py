"""A package of someone else's: congestion games with payoffs of their own, and a format for them.

A congestion game (Rosenthal 1973): each player uses one road, and who uses it with k - 1 others
pays its k-th delay. What is stored is a list of delays a road, not a payoff a profile.
"""

import json
from dataclasses import dataclass, replace

import numpy as np

from gtlearn import games
from gtlearn.errors import InputError


@dataclass(frozen=True)
class CongestionGame:
    """Roads by their labels, each with its delay for 1, 2, ... users; one delay a player."""

    delays: dict[str, tuple[int, ...]]
    name: str = "congestion game"
    source: str = ""

    @property
    def num_players(self):
        return len(next(iter(self.delays.values())))


def normal_form(game):
    roads, n = list(game.delays), game.num_players
    payoffs = np.zeros((n, *[len(roads)] * n), dtype=int)
    for profile in np.ndindex(payoffs.shape[1:]):
        for player, road in enumerate(profile):
            delay = game.delays[roads[road]][profile.count(road) - 1]
            payoffs[(player, *profile)] = -delay
    reduced = games.normal_form(*payoffs, name=game.name, actions=[roads] * n, source=game.source)
    return reduced


def describe(game):
    roads = ", ".join(f"{road} {list(delays)}" for road, delays in game.delays.items())
    return f"Delays by the number of users: {roads}."


def two_roads(fast: int = 1):
    """Rosenthal's example, as small as it can be: a fast narrow road and a slow wide one."""
    return CongestionGame({"fast": (fast, fast + 3), "slow": (3, 3)})


def read_roads(text, *, name, source, what):
    """`fast 1 4` a line: a road, then its delays."""
    delays = {}
    for number, line in enumerate(text.splitlines(), start=1):
        road, *numbers = line.split()
        if not all(digits.isdigit() for digits in numbers):
            raise InputError(f"{what}, line {number}: a delay is no whole number")
        delays[road] = tuple(map(int, numbers))
    return CongestionGame(delays, name=name, source=source)


def write_roads(game):
    return "".join(f"{road} {' '.join(map(str, d))}\n" for road, d in game.delays.items())


def read_flat(data, *, name, source, what, symmetric, zero_sum):
    """Bytes of JSON whose payoffs are one matrix."""
    assert isinstance(data, bytes)
    game = games.load(json.loads(data), symmetric=symmetric, zero_sum=zero_sum)
    return replace(game, name=name, source=source)


KIND = games.Kind(CongestionGame, "a congestion game", normal_form=normal_form, describe=describe)
ENTRY = games.Entry(
    "two_roads",
    "congestion: one road is fast until both take it",
    "Rosenthal (1973), A Class of Games Possessing Pure-Strategy Nash Equilibria, International "
    "Journal of Game Theory 2",
    two_roads,
)
ROADS = games.Format("roads", read_roads, write_roads, kinds=(CongestionGame,))
FLAT = games.Format("flat", read_flat, binary=True, options=("symmetric", "zero_sum"))
