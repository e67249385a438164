"""Environment steps a second: many episodes side by side, against loops of one step at a time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import TURNS, Case, Peer, Row, Target, Timed, rate, say, timed
from gtlearn import games
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.learning.stackelberg.game import LeaderGame, leader_game
from gtlearn.learning.stackelberg.play import Episodes, rollout
from gtlearn.solvers._markov.batch import evaluate_floats

STAGES = [entry.name for entry in SYMMETRIC_2X2]
MILLION = 1_000_000
LOOPED = 1_000  # episodes of a peer in one turn
LIKELY = 5.0  # standard errors by which a mean may differ from the exact value
AGENTS = ("leader", "follower")

PETTINGZOO = "PettingZoo loop of PairEnvironment"
DICTIONARIES = "the same loop, environment of bare dicts"
PLAIN = "plain Python loop on lists"

Tables = NDArray[np.float64]
Step = tuple[Any, int, int, float, float]  # what was seen, both actions, both rewards


def rollouts(quick: bool) -> Iterator[Case]:
    """Stochastic tables in the 12 symmetric 2x2 games, horizon 10; one thread."""
    wanted = Target("≥ 50x", ratio=50)
    lines: list[tuple[int, str, Callable[..., Timed], Target | None]] = [
        (10_000, PETTINGZOO, pettingzoo_loop, wanted),
        (10_000, DICTIONARIES, dictionary_loop, None),
        (10_000, PLAIN, plain_loop, None),
        (1_000, PETTINGZOO, pettingzoo_loop, wanted),
        (100, PETTINGZOO, pettingzoo_loop, wanted),
        (8, PETTINGZOO, pettingzoo_loop, None),
    ]
    for batch, who, function, target in lines:
        case = f"12 games, horizon 10, {batch:,} episodes at a time"
        row = Row("rollout", case, [], who, target=target, steps=MILLION)
        stages = STAGES[:2] if quick else STAGES
        yield Case(row, partial(_measure, batch=batch, function=function, stages=stages))


def _measure(row: Row, batch: int, function: Callable[..., Timed], stages: list[str]) -> None:
    """Fills a row with the seconds of a million steps of each game."""
    warm = _arguments(_matrix(stages[0]), *_tables(10))
    peer = Peer(function, warm, 300.0)
    for stage in stages:
        game = _matrix(stage)
        leaders, followers = _tables(batch)
        looped = _arguments(game, *_tables(LOOPED))
        play = partial(rollout, game, leaders, followers, np.random.default_rng(0))
        repeats = max(1, 2_000 // batch)  # so that a turn takes milliseconds
        ours, theirs = [], []
        for turn in range(TURNS + 1):
            taken, played = timed(partial(_repeated, play, repeats))
            (looping, remark), stopped = peer(*looped)
            if turn > 0:
                ours.append(taken / (repeats * played.num_steps) * MILLION)
                theirs.append(looping / (LOOPED * game.steps) * MILLION)
        check_mean(game.values(played.leader_rewards), exact_mean(game, leaders, followers))
        row.ours.append(statistics.median(ours))
        row.theirs.append(statistics.median(theirs))
        row.stopped.append(stopped)
    peer.close()
    row.remarks = f"{remark}; its {LOOPED:,} episodes one after another"
    mine, other = (statistics.median(times) for times in (row.ours, row.theirs))
    say(f"  {row.job}, {row.case}: {rate(MILLION, mine)}, {row.peer} {rate(MILLION, other)}")


def _repeated(play: Callable[[], Episodes], count: int) -> Episodes:
    """Plays so often, and returns the last."""
    for _ in range(count - 1):
        play()
    return play()


def _matrix(stage: str) -> LeaderGame:
    return leader_game(games.iterated(stage, horizon=10))


def _tables(batch: int) -> tuple[Tables, Tables]:
    """A stochastic memory-one table of each player for each episode."""
    leaders, followers = np.random.default_rng(0).dirichlet([1, 1], size=(2, batch, 5))
    return leaders, followers


def exact_mean(game: LeaderGame, leaders: Tables, followers: Tables) -> float:
    """The mean of the leader's exact values, an episode a pair of tables."""
    return float(evaluate_floats(game.game, (leaders, followers))[..., game.leader].mean())


def check_mean(values: Any, exact: float) -> None:
    """Stops the benchmark if what was played is not what the tables say.

    The leader's mean is too far from the exact one; the standard error is that of one episode,
    which is larger than that of the mean over different tables.
    """
    if abs(np.mean(values) - exact) > LIKELY * np.std(values) / np.sqrt(len(values)):
        raise ValueError("the episodes that were played are not worth what the tables say")


def _arguments(game: LeaderGame, leaders: Tables, followers: Tables) -> tuple[Any, ...]:
    """What a peer is given: the stage's name, each player's probabilities of action 0, the mean."""
    chances = leaders[..., 0].tolist(), followers[..., 0].tolist()
    return game.game.stage.name, *chances, exact_mean(game, leaders, followers)


def pettingzoo_loop(stage: str, leaders: Any, followers: Any, exact: float) -> Timed:
    """gtlearn's PettingZoo parallel environment in PettingZoo's loop."""
    from gtlearn.learning.stackelberg.environments import PairEnvironment

    return _looped(PairEnvironment(_matrix(stage)), leaders, followers, exact, one_hot=True)


def dictionary_loop(stage: str, leaders: Any, followers: Any, exact: float) -> Timed:
    """The same loop with the least environment that it needs, so that no library is timed."""
    return _looped(DictionaryEnvironment(_matrix(stage)), leaders, followers, exact, one_hot=False)


class DictionaryEnvironment:
    """PettingZoo's (and, nearly, RLlib's) interface on lists, without checks and spaces."""

    def __init__(self, game: LeaderGame) -> None:
        self.rewards = game.leader_rewards[0].tolist(), game.follower_rewards[0].tolist()
        self.moves = game.moves.tolist()
        self.steps = game.steps
        self.agents: list[str] = []

    def reset(self) -> tuple[dict[str, int], dict[str, Any]]:
        self.agents = list(AGENTS)
        self.state = self.time = 0
        return {"leader": 0, "follower": 0}, {"leader": {}, "follower": {}}

    def step(self, actions: dict[str, int]) -> tuple[dict[str, Any], ...]:
        led, followed = actions["leader"], actions["follower"]
        self.state = state = self.moves[self.state][led][followed]
        self.time += 1
        over = self.time == self.steps
        if over:
            self.agents = []
        first, second = self.rewards
        return (
            {"leader": state, "follower": state},
            {"leader": first[led][followed], "follower": second[led][followed]},
            {"leader": over, "follower": over},
            {"leader": False, "follower": False},
            {"leader": {}, "follower": {}},
        )


def _looped(
    environment: Any, leaders: Any, followers: Any, exact: float, *, one_hot: bool
) -> Timed:
    """PettingZoo's loop: actions are drawn from tables, steps are kept as a learner keeps them."""
    random = Random(0).random
    kept: list[list[Step]] = []
    start = time.perf_counter()
    for pair in zip(leaders, followers, strict=True):
        tables = dict(zip(AGENTS, pair, strict=True))
        observations, _ = environment.reset()
        episode = []
        while environment.agents:
            actions = {}
            for agent in environment.agents:
                seen = observations[agent].argmax() if one_hot else observations[agent]
                actions[agent] = int(random() >= tables[agent][seen])
            after, rewards, *_ = environment.step(actions)
            episode.append((observations["leader"], *actions.values(), *rewards.values()))
            observations = after
        kept.append(episode)
    taken = time.perf_counter() - start
    check_mean([np.mean([step[3] for step in one]) for one in kept], exact)
    return taken, "the same exact mean reward"


def plain_loop(stage: str, leaders: Any, followers: Any, exact: float) -> Timed:
    """No environment at all: two nested loops on lists, the least that Python can do."""
    game = _matrix(stage)
    first, second = game.leader_rewards[0].tolist(), game.follower_rewards[0].tolist()
    moves, steps, random = game.moves.tolist(), range(game.steps), Random(0).random
    kept: list[list[Step]] = []
    start = time.perf_counter()
    for leader, follower in zip(leaders, followers, strict=True):
        state, episode = 0, []
        for _ in steps:
            led, followed = random() >= leader[state], random() >= follower[state]
            paid = first[led][followed], second[led][followed]
            episode.append((state, led, followed, *paid))
            state = moves[state][led][followed]
        kept.append(episode)
    taken = time.perf_counter() - start
    check_mean([np.mean([step[3] for step in one]) for one in kept], exact)
    return taken, "the same exact mean reward"
