"""Environment steps a second: HalfCheetah of two agents and the trade, against PettingZoo's own."""

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
INVADERS = "space_invaders_v2.parallel_env"
FRAMES = 3000  # of Space Invaders in a turn

Actions = NDArray[np.float64]
Turn = Callable[[], int]  # plays, and says how many steps


def environments(quick: bool) -> Iterator[Case]:
    """Random actions; a peer plays in a process of its own. A step of Space Invaders is a frame."""
    case = f"HalfCheetah 2x3, horizon {HORIZON}"
    count = 2 * HORIZON if quick else EPISODES * HORIZON
    row = Row("environment", f"{case}, PettingZoo", [], MAMUJOCO, steps=UNIT)
    yield Case(row, partial(measure, make=_one, theirs=plain_cheetah, count=count))
    for threads in (1, 2):
        target = Target("≥ 3x on two cores", ratio=3) if threads == 2 else None
        many = f"{case}, {COUNT} at a time, threads: {threads}"
        row = Row("environment", many, [], MAMUJOCO, target=target, steps=UNIT)
        make = partial(_many, threads)
        yield Case(row, partial(measure, make=make, theirs=plain_cheetah, count=count))
    row = Row("environment", "trade on Space Invaders, memory", [], INVADERS, steps=UNIT)
    yield Case(row, partial(measure, make=_trade, theirs=plain_invaders, count=count))


def measure(row: Row, make: Callable[[], Turn], theirs: Callable[[int], Timed], count: int) -> None:
    """Fills a row, turn by turn, with the seconds of `UNIT` steps.

    Args:
        row: to be filled.
        make: makes what plays a turn of ours.
        theirs: plays the peer, so many steps.
        count: the peer's steps in a turn.
    """
    turn = make()
    turn()
    peer = Peer(theirs, (HORIZON,), 60.0)
    for _ in range(TURNS):
        seconds, steps = timed(turn)
        row.ours.append(seconds / steps * UNIT)
        (taken, _), stopped = peer(count)
        row.theirs.append(taken / count * UNIT)
        row.stopped.append(stopped)
    peer.close()
    mine, other = (statistics.median(times) for times in (row.ours, row.theirs))
    say(f"  {row.job}, {row.case}: {rate(UNIT, mine)}, {row.peer} {rate(UNIT, other)}")


def _one() -> Turn:
    """What plays gtlearn's PettingZoo environment."""
    from gtlearn.environments.half_cheetah import HalfCheetah

    cheetah = HalfCheetah()

    def play() -> int:
        _looped(cheetah, EPISODES)
        return EPISODES * HORIZON

    return play


def _many(threads: int) -> Turn:
    """What plays many cheetahs at once."""
    from gtlearn.environments.half_cheetah import HalfCheetahs

    cheetahs = HalfCheetahs(COUNT, threads=threads)
    actions = _actions(COUNT)

    def play() -> int:
        cheetahs.reset(range(COUNT))
        for joint in actions:
            cheetahs.step(joint)
        return COUNT * HORIZON

    return play


def _trade() -> Turn:
    """What plays gtlearn's trade on the emulator."""
    from gtlearn.environments.trade.atari import Emulator
    from gtlearn.environments.trade.parallel import BulletTrade

    trade = BulletTrade(Emulator())

    def play() -> int:
        _frames(trade, FRAMES)
        return FRAMES

    return play


def plain_invaders(frames: int) -> Timed:
    """PettingZoo's own Space Invaders."""
    from pathlib import Path

    import ale_py
    from pettingzoo.atari import space_invaders_v2

    roms = str(Path(ale_py.__file__).parent / "roms")
    environment = space_invaders_v2.parallel_env(obs_type="ram", auto_rom_install_path=roms)
    return _frames(environment, frames), ""


def _frames(environment: Any, frames: int) -> float:
    """Seconds of so many frames in PettingZoo's loop; resets are counted."""
    moves = np.random.default_rng(0).integers(6, size=(frames, 2)).tolist()
    start = time.perf_counter()
    environment.reset(seed=0)
    for joint in moves:
        if not environment.agents:
            environment.reset()
        environment.step(dict(zip(environment.possible_agents, joint, strict=True)))
    return time.perf_counter() - start


def plain_cheetah(steps: int) -> Timed:
    """Gymnasium-Robotics' own environment."""
    from gtlearn.environments.half_cheetah.rules import quiet_loading

    with quiet_loading():
        from gymnasium_robotics import mamujoco_v1

        environment = mamujoco_v1.parallel_env("HalfCheetah", "2x3")
    return _looped(environment, steps // HORIZON), ""


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
