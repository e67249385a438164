"""Environment steps, everything counted, until followers are exact and leaders optimal."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.harness import Case, Row, say
from gtlearn import games
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.learning.registry import find_algorithm

STAGES = [entry.name for entry in SYMMETRIC_2X2]
SEEDS = 10
EPISODE = 15  # environment steps: ten played, five queries
BUDGET, LONGER = 1_500, 100_000  # environment steps that our followers and the paper's are given
BATCH = 6  # episodes between two updates of the paper's follower: its 100 steps hold no more
TARGET = 5_000  # environment steps that were asked for

RELABELLING, PAPER = "relabelling", "contextual (the paper's)"
OPTIMAL, STATIONARY = "planning, optimal class", "planning, stationary class"
OPTIONS: dict[str, dict[str, Any]] = {
    RELABELLING: {"follower": "relabelling"},
    OPTIMAL: {"follower": "planning"},
    STATIONARY: {"follower": "planning", "follower_class": "stationary"},
}


def followers(quick: bool) -> Iterator[Case]:
    """Until all 32 deterministic leaders are answered exactly, one line a game."""
    yield from _cases(quick, "steps until a follower answers all 32 leaders exactly", _followers)


def leaders(quick: bool) -> Iterator[Case]:
    """Until a bandit's table is truly optimal, the follower's pretraining included."""
    yield from _cases(quick, "steps until the leader is optimal, the follower's included", _leaders)


def _cases(quick: bool, job: str, measure: Callable[..., None]) -> Iterator[Case]:
    seeds = range(2 if quick else SEEDS)
    for stage in STAGES[:2] if quick else STAGES:
        row = Row(job, f"{stage}, horizon 10", [])
        yield Case(row, partial(measure, stage=stage, seeds=seeds))


def _followers(row: Row, stage: str, seeds: range) -> None:
    for name in (*OPTIONS, PAPER):
        found = _each(partial(follower_steps, name, stage), seeds)
        row.samples[name] = [steps for steps, _ in found]
        row.columns[name] = cell(row.samples[name])
        row.samples[f"{name}: wrong in the end"] = [wrong for _, wrong in found]
    mean = statistics.mean(wrong for _, wrong in found)
    row.columns[f"its wrong answers after {LONGER:,}"] = f"{mean:.1f} of 32"
    say(f"  {row.job}, {row.case}: {row.columns}")


def _leaders(row: Row, stage: str, seeds: range) -> None:
    slowest: list[float] = []
    for name in OPTIONS:
        ready = [steps for steps, _ in _each(partial(follower_steps, name, stage), seeds)]
        pretraining = max(BUDGET if steps is None else steps for steps in ready)
        found = _each(partial(leader_steps, name, stage, pretraining), seeds)
        row.samples[name] = found
        row.samples[f"{name}: pretraining"] = [pretraining]
        row.columns[f"bandit + {name}"] = f"{cell(found)}; pretraining {pretraining}"
        slowest += [float("inf") if steps is None else steps for steps in found]
    row.columns[f"{TARGET:,} / the worst"] = f"{TARGET / max(slowest):.1f}"
    say(f"  {row.job}, {row.case}: {row.columns}")


def _each(work: Callable[[int], Any], seeds: range) -> list[Any]:
    """What came out for each seed; steps are counted, not timed, so two processes share them."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        return list(pool.map(work, seeds))


def follower_steps(name: str, stage: str, seed: int) -> tuple[int | None, int]:
    """After how many steps all answers were exact to the end; how many were wrong at the end."""
    import torch

    from gtlearn.learning.stackelberg import followers as kinds
    from gtlearn.learning.stackelberg.game import leader_game

    torch.set_num_threads(1)
    game = leader_game(games.iterated(stage, horizon=10))
    make: dict[str, Callable[[], Any]] = {
        RELABELLING: lambda: kinds.RelabellingFollower(game),
        OPTIMAL: lambda: kinds.PlanningFollower(game),
        STATIONARY: lambda: kinds.PlanningFollower(game, "stationary"),
        PAPER: lambda: kinds.ContextualFollower(game, seed=seed),
    }
    budget, batch = (LONGER, BATCH) if name == PAPER else (BUDGET, 1)
    rng = np.random.default_rng(seed)
    found = kinds.steps_to_exact(make[name](), rng, budget=budget, batch=batch)
    return found.lasting, sum(regret > 0 for regret in found.regrets)


def leader_steps(name: str, stage: str, pretraining: int, seed: int) -> int | None:
    """After how many steps the leader's table was truly worth the exact optimum, to the end.

    The run goes on until every table was tried twice. None if it did not end at the optimum.
    """
    algorithm = find_algorithm("contextual-stackelberg")
    before = pretraining // EPISODE
    lengths = {"pretraining": before, "pretraining_steps": EPISODE, "iterations": 8}
    options = {"leader": "bandit", "posttraining": 0, **OPTIONS[name]}
    learner = algorithm.learner(algorithm.config_type()(game=stage, **lengths, **options), seed)
    since: int | None = None
    for iteration in range(learner.iterations):
        steps = int(learner.step()["env_steps"])
        learned, exact = learner.headline()
        if iteration < before or learned != exact:
            since = None
        elif since is None:
            since = steps
    result = learner.result()
    return since if result["true_value"] == result["exact_value"] else None


def cell(steps: list[Any]) -> str:
    """Median and worst, and how many seeds came there if not all did."""
    came = [count for count in steps if count is not None]
    if not came:
        return f"0 of {len(steps)} seeds"
    text = f"{statistics.median(came):,.0f}, worst {max(came):,}"
    return text if len(came) == len(steps) else f"{len(came)} of {len(steps)} seeds: {text}"
