"""Training steps a second, learning included, against environments that are only stepped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from benchmarks.environments import (
    FRAMES,
    INVADERS,
    MAMUJOCO,
    UNIT,
    Turn,
    measure,
    plain_cheetah,
    plain_invaders,
)
from benchmarks.harness import Case, Row
from gtlearn.learning.shaping.methods import METHODS

CHEETAH_STEPS = 4000  # of the peer in a turn
BULLETS = 50  # in an iteration of the follower
CHAINS = 2


def training(quick: bool) -> Iterator[Case]:
    """An iteration of each learner; the peer only steps PettingZoo's own environment."""
    for method in [*METHODS][:1] if quick else METHODS:
        case = f"{method}, HalfCheetah 2x3, K = 64, horizon 200"
        row = Row("training", case, [], f"{MAMUJOCO}, without learning", steps=UNIT)
        make = partial(_among_teammates, method)
        yield Case(row, partial(measure, make=make, theirs=plain_cheetah, count=CHEETAH_STEPS))
    case = "contextual follower, trade on Space Invaders"
    row = Row("training", case, [], f"{INVADERS}, without learning", steps=UNIT)
    yield Case(row, partial(measure, make=_in_the_trade, theirs=plain_invaders, count=FRAMES))


def _among_teammates(method: str) -> Turn:
    """An iteration of a learner among teammates who have learned nothing."""
    from gtlearn.learning.shaping.algorithms.settings import cheetah_setting
    from gtlearn.learning.shaping.ascents import Estimator, SampledAscent, Sampling
    from gtlearn.learning.shaping.sampled import keep_freed_memory

    torch.set_num_threads(1)
    keep_freed_memory()
    setting = cheetah_setting(direction="right", critic=False, device="cpu")
    generator = torch.Generator().manual_seed(0)
    sampling = Sampling(trajectories=64, horizon=200)
    estimator = Estimator(
        setting.program, setting.policies, sampling=sampling, method=METHODS[method]()
    )
    own, peer = setting.policies
    ascent = SampledAscent(
        estimator,
        [peer.initial(CHAINS, generator)],
        own.initial(1, generator)[0],
        torch.full((2, 2), 5e-3),
        generator=generator,
        chains=CHAINS,
    )
    steps = CHAINS * estimator.method.rollouts(2)[0] * sampling.trajectories * sampling.horizon

    def turn() -> int:
        ascent.step()
        return steps

    return turn


def _in_the_trade() -> Turn:
    """An iteration of the follower; a step is a frame of the game that was played for it."""
    from gtlearn.learning.stackelberg.config import TradeConfig
    from gtlearn.learning.stackelberg.trade import TradeLearner

    learner = TradeLearner(TradeConfig(measured=10, pretraining_bullets=BULLETS), 0)
    shots = learner.range.shots.shots
    field = shots.field = Counted(shots.field)

    def turn() -> int:
        before = field.frames
        learner.step()
        return int(field.frames - before)

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
