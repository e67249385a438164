"""Training steps a second, learning included, against environments that are only stepped."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from benchmarks.environments import INVADERS, MAMUJOCO, plain_cheetah, plain_invaders
from benchmarks.harness import TURNS, Case, Peer, Row, rate, say

UNIT = 100_000  # steps that a time stands for
CHEETAH_STEPS = 4000  # of the peer in a turn
FRAMES = 3000
BULLETS = 50  # in an iteration of the follower
CHAINS = 2
METHODS = ("meta-mapg", "meta-pg", "lola-dice", "reinforce")

Turn = Callable[[], tuple[float, int]]  # seconds, and the steps that were learned from


def training(quick: bool) -> Iterator[Case]:
    """An iteration of each learner; the peer only steps PettingZoo's own environment."""
    for method in METHODS[:1] if quick else METHODS:
        case = f"{method}, HalfCheetah 2x3, K = 64, horizon 200"
        row = Row("training", case, [], f"{MAMUJOCO}, without learning", steps=UNIT)
        theirs = partial(Peer, plain_cheetah, (200,), 60.0)
        make = partial(_among_teammates, method)
        yield Case(row, partial(_measure, make=make, theirs=theirs, count=CHEETAH_STEPS))
    case = "contextual follower, trade on Space Invaders"
    row = Row("training", case, [], f"{INVADERS}, without learning", steps=UNIT)
    theirs = partial(Peer, plain_invaders, (200,), 60.0)
    yield Case(row, partial(_measure, make=_in_the_trade, theirs=theirs, count=FRAMES))


def _measure(row: Row, make: Callable[[], Turn], theirs: Callable[[], Peer], count: int) -> None:
    """Fills a row, turn by turn, with the seconds of `UNIT` steps."""
    turn, peer = make(), theirs()
    turn()
    for _ in range(TURNS):
        seconds, steps = turn()
        row.ours.append(seconds / steps * UNIT)
        (taken, _), stopped = peer(count)
        row.theirs.append(taken / count * UNIT)
        row.stopped.append(stopped)
    peer.close()
    mine, other = (statistics.median(times) for times in (row.ours, row.theirs))
    say(f"  {row.case}: {rate(UNIT, mine)}, {row.peer} {rate(UNIT, other)}")


def _among_teammates(method: str) -> Turn:
    """An iteration of a learner among teammates who have learned nothing."""
    from gtlearn.learning.shaping.algorithms.settings import cheetah_setting
    from gtlearn.learning.shaping.sampled import (
        Estimator,
        SampledAscent,
        Sampling,
        keep_freed_memory,
    )

    torch.set_num_threads(1)
    keep_freed_memory()
    setting = cheetah_setting(direction="right", critic=False, device="cpu")
    generator = torch.Generator().manual_seed(0)
    sampling = Sampling(trajectories=64, horizon=200)
    estimator = Estimator(setting.program, setting.policies, sampling=sampling, method=method)
    own, peer = setting.policies
    ascent = SampledAscent(
        estimator,
        [peer.initial(CHAINS, generator)],
        own.initial(1, generator)[0],
        torch.full((2, 2), 5e-3),
        generator=generator,
        chains=CHAINS,
    )
    steps = CHAINS * estimator.rollouts(2)[0] * sampling.trajectories * sampling.horizon
    return lambda: (_seconds(ascent.step), steps)


def _in_the_trade() -> Turn:
    """An iteration of the follower; a step is a frame of the game that was played for it."""
    from gtlearn.learning.stackelberg.config import TradeConfig
    from gtlearn.learning.stackelberg.trade import TradeLearner

    learner = TradeLearner(TradeConfig(measured=10, pretraining_bullets=BULLETS), 0)
    shots = learner.range.shots.shots
    field = shots.field = Counted(shots.field)

    def turn() -> tuple[float, int]:
        before = field.frames
        return _seconds(learner.step), field.frames - before

    return turn


class Counted:
    """A battlefield that counts its frames."""

    def __init__(self, field: Any) -> None:
        self.field, self.frames = field, 0
        self.reset, self.aim = field.reset, field.aim

    def step(self, moves: Any) -> Any:
        """A frame."""
        self.frames += 1
        return self.field.step(moves)


def _seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
