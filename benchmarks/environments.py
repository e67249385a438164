"""Environment steps a second: the 2-agent HalfCheetah, against the environment that it wraps."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import TURNS, Case, Peer, Row, Target, Timed, rate, say, timed

UNIT = 100_000  # steps that a time stands for
HORIZON = 200
COUNT = 64
EPISODES = 10  # of one cheetah in a turn
AGENTS = ("agent_0", "agent_1")
MAMUJOCO = "mamujoco_v1.parallel_env, one process"

Actions = NDArray[np.float64]


def environments(quick: bool) -> Iterator[Case]:
    """Random actions, episodes of 200 steps; the peer is one cheetah in a process of its own."""
    case = f"HalfCheetah 2x3, horizon {HORIZON}"
    row = Row("environment", f"{case}, PettingZoo", [], MAMUJOCO, steps=UNIT)
    yield Case(row, partial(_measure, make=_one, quick=quick))
    for threads in (1, 2):
        target = Target("≥ 3x on two cores", ratio=3) if threads == 2 else None
        many = f"{case}, {COUNT} at a time, threads: {threads}"
        row = Row("environment", many, [], MAMUJOCO, target=target, steps=UNIT)
        yield Case(row, partial(_measure, make=partial(_many, threads), quick=quick))


def _measure(row: Row, make: Callable[[], tuple[Callable[[], Any], int]], quick: bool) -> None:
    """Fills a row, turn by turn, with the seconds of `UNIT` steps."""
    play, steps = make()
    play()
    peer = Peer(plain_loop, (1,), 60.0)
    episodes = 2 if quick else EPISODES
    for _ in range(TURNS):
        row.ours.append(timed(play)[0] / steps * UNIT)
        (taken, _), stopped = peer(episodes)
        row.theirs.append(taken / (episodes * HORIZON) * UNIT)
        row.stopped.append(stopped)
    peer.close()
    mine, other = (statistics.median(times) for times in (row.ours, row.theirs))
    say(f"  {row.job}, {row.case}: {rate(UNIT, mine)}, {row.peer} {rate(UNIT, other)}")


def _one() -> tuple[Callable[[], Any], int]:
    """What plays gtlearn's PettingZoo environment, and how many steps it plays."""
    from gtlearn.environments.half_cheetah import HalfCheetah

    return partial(_looped, HalfCheetah(), EPISODES), EPISODES * HORIZON


def _many(threads: int) -> tuple[Callable[[], Any], int]:
    """What plays many cheetahs at once, and how many steps it plays."""
    from gtlearn.environments.half_cheetah import HalfCheetahs

    cheetahs = HalfCheetahs(COUNT, threads=threads)
    actions = _actions(COUNT)

    def play() -> None:
        cheetahs.reset(range(COUNT))
        for joint in actions:
            cheetahs.step(joint)

    return play, COUNT * HORIZON


def plain_loop(episodes: int) -> Timed:
    """Gymnasium-Robotics' own environment."""
    from gymnasium_robotics import mamujoco_v1

    from gtlearn.environments.half_cheetah.rules import quiet_loading

    with quiet_loading():
        environment = mamujoco_v1.parallel_env("HalfCheetah", "2x3")
    return _looped(environment, episodes), ""


def _looped(environment: Any, episodes: int) -> float:
    """Seconds of that many episodes in PettingZoo's loop."""
    joint = [dict(zip(AGENTS, pair, strict=True)) for pair in _actions(1)[:, 0]]
    start = time.perf_counter()
    for seed in range(episodes):
        environment.reset(seed=seed)
        for actions in joint:
            environment.step(actions)
    return time.perf_counter() - start


def _actions(count: int) -> Actions:
    """Shape (steps, count, 2, 3)."""
    return np.random.default_rng(0).uniform(-1, 1, (HORIZON, count, 2, 3))
