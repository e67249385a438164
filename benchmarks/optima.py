"""Environment steps, everything counted, until followers are exact and leaders optimal."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Case, Row, say
from gtlearn import games
from gtlearn.games.catalogue import symmetric
from gtlearn.runs.learner import find_algorithm

STAGES = [entry.name for entry in symmetric.ENTRIES]
SEEDS = 10
TARGET = 5_000  # environment steps that were asked for
RELABELLING, OPTIMAL, STATIONARY, PAPER = (
    "relabelling",
    "planning, optimal",
    "planning, stationary",
    "contextual (the paper's)",
)
BATCHES = {PAPER: 6}  # episodes between two updates; the paper's 100 steps hold 6 with queries
BUDGETS = {PAPER: 100_000}  # environment steps measured
OURS = 1_500
WRONG = "{}: leaders answered wrongly in the end"
LEADER, WORST = "leader: bandit + planning", "its worst, below 5,000 by"
NEVER = "-"

Found = tuple[int | None, int]  # after how many steps it was exact and stayed so; wrong at the end


def optima(quick: bool) -> Iterator[Case]:
    """Median and worst of the seeds, one line a game."""
    seeds = range(2 if quick else SEEDS)
    for stage in STAGES[:2] if quick else STAGES:
        row = Row("steps to optimum", f"{stage}, horizon 10", [])
        yield Case(row, partial(_measure, stage=stage, seeds=seeds))


def _measure(row: Row, stage: str, seeds: range) -> None:
    from joblib import Parallel, delayed

    # the outcome is a count of steps, so that others' work on the machine does not matter
    workers = Parallel(n_jobs=2, batch_size=1)
    for name in (RELABELLING, OPTIMAL, STATIONARY, PAPER):
        found = workers(delayed(follower_steps)(name, stage, seed) for seed in seeds)
        row.samples[name] = [steps for steps, _ in found]
        row.samples[WRONG.format(name)] = [wrong for _, wrong in found]
        row.columns[f"follower: {name}"] = _cell(row.samples[name])
    wrong = statistics.mean(row.samples[WRONG.format(PAPER)])
    row.columns["of its 32 answers wrong in the end"] = f"{wrong:.1f}"
    # as many episodes of pretraining as the slowest of the planning followers needed
    slowest = max((steps or OURS for steps in row.samples[OPTIMAL]), default=OURS)
    found = workers(delayed(leader_steps)(stage, seed, slowest) for seed in seeds)
    row.samples[LEADER] = list(found)
    row.columns[LEADER] = _cell(row.samples[LEADER])
    row.columns["pretraining in it"] = f"{slowest:,}"
    ours = row.samples[LEADER]
    row.columns[WORST] = NEVER if None in ours else f"{TARGET / max(ours):.1f}x"
    say(f"  {row.job}, {row.case}: leader {row.columns[LEADER]}")


def follower_steps(name: str, stage: str, seed: int) -> Found:
    """Until all 32 deterministic leaders are answered exactly, to the end of the measurement."""
    import torch

    from gtlearn.learning.stackelberg import followers
    from gtlearn.learning.stackelberg.game import iterated_matrix

    torch.set_num_threads(1)
    game = iterated_matrix(games.iterated(stage, horizon=10))
    make: dict[str, Any] = {
        RELABELLING: followers.RelabellingFollower,
        OPTIMAL: followers.PlanningFollower,
        STATIONARY: partial(followers.PlanningFollower, follower_class="stationary"),
        PAPER: partial(followers.ContextualFollower, seed=seed),
    }
    budget, batch = BUDGETS.get(name, OURS), BATCHES.get(name, 1)
    rng = np.random.default_rng(seed)
    found = followers.steps_to_exact(make[name](game), rng, budget=budget, batch=batch)
    return found.lasting, sum(regret > 0 for regret in found.regrets)


def leader_steps(stage: str, seed: int, pretraining: int) -> int | None:
    """Until the leader's table is truly worth the exact optimum, to the end of the run.

    The run goes on until every table was tried at least twice. None if it did not end there.
    """
    algorithm = find_algorithm("contextual-stackelberg")
    options = {"follower": "planning", "leader": "bandit", "posttraining": 0}
    episode = 15  # ten steps, five queries
    lengths = {"pretraining": pretraining // episode, "pretraining_steps": episode}
    config = algorithm.config_type()(game=stage, iterations=8, **lengths, **options)
    learner = algorithm.learner(config, seed)
    since: int | None = None
    for iteration in range(learner.iterations):
        steps = int(learner.step()["env_steps"])
        learned, exact = learner.headline()
        if iteration < lengths["pretraining"] or learned != exact:
            since = None
        elif since is None:
            since = steps
    result = learner.result()
    return since if result["true_value"] == result["exact_value"] else None


def _cell(steps: list[Any]) -> str:
    """Median and worst, or how many seeds came there."""
    came = [count for count in steps if count is not None]
    if not came:
        return f"0 of {len(steps)} seeds"
    text = f"{statistics.median(came):,.0f}, worst {max(came):,}"
    return text if len(came) == len(steps) else f"{len(came)} of {len(steps)} seeds: {text}"
