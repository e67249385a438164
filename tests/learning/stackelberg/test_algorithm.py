"""Whole runs: what they end with, and that they go on where they were left."""

import json

import numpy as np
import pytest
import torch

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.algorithm import StackelbergConfig, build


def run(learner, steps):
    return [dict(learner.step()) for _ in range(steps)]


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def small(**options):
    return StackelbergConfig(**{"pretraining": 8, "iterations": 6, "posttraining": 2} | options)


@pytest.mark.parametrize("follower", ["contextual", "relabelling", "planning", "q-learning"])
@pytest.mark.parametrize("leader", ["pg", "ppo", "dqn", "es", "bandit"])
def test_two_halves_are_a_whole(follower, leader):
    config = small(follower=follower, leader=leader, inner=5)
    whole = build(config, 3)
    expected = run(whole, whole.iterations)
    half = build(config, 3)
    cut = half.iterations // 2
    first = run(half, cut)
    other = build(config, 99)  # whatever its seed was, the state decides
    other.load_state_dict(half.state_dict())
    assert first + run(other, whole.iterations - cut) == expected
    assert json.dumps(other.result()) == json.dumps(whole.result())


@pytest.mark.parametrize("game", ["prisoners_dilemma", "stag_hunt", "chicken", "deadlock"])
def test_planning_and_the_exact_leader_meet_the_optimum(game):
    learner = build(small(game=game, follower="planning", leader="exact", pretraining=40), 0)
    metrics = run(learner, learner.iterations)
    result = learner.result()
    assert (result["gap"], result["follower_regret"]) == (0, 0)
    assert result["true_value"] == result["exact_value"] == result["value_with_learned_follower"]
    assert result["posttraining"]["leader_change"] == 0
    assert metrics[-1]["env_steps"] == result["env_steps"] < 5000


def test_every_step_and_query_is_counted():
    # A batch of 100 steps is 6 episodes of 10 steps and 5 queries each.
    learner = build(small(follower="relabelling"), 0)
    assert learner.step()["env_steps"] == 6 * (10 + 5)


def test_sampled_actions_deceive_the_follower_but_not_the_check():
    # In prisoners_delight no commitment earns more than 3. A leader that plays a mixed table and
    # shows one sampled action a state seems to earn more; what it plays is scored.
    config = small(
        game="prisoners_delight",
        follower="oracle",
        context="sampled_action",
        leader="pg",
        iterations=150,
    )
    learner = build(config, 0)
    values = [metrics["leader_value"] for metrics in run(learner, learner.iterations)]
    result = learner.result()
    assert result["exact_upper_bound"] == 3
    assert np.mean(values[-100:]) > 3.05
    assert result["true_value"] <= 3


def test_options_that_do_not_fit_are_named():
    with pytest.raises(InputError, match="'exact' shows its policy"):
        build(small(leader="exact", context="sampled_action"), 0)
    with pytest.raises(InputError, match="did you mean"):
        build(small(game="prisoner_dilemma"), 0)


def test_three_actions_and_discounts_work():
    game = "gtlearn_iterated(stage=rps_meta_mapg,discount=1/2)"
    learner = build(small(game=game, follower="planning", leader="pg"), 0)
    run(learner, learner.iterations)
    result = learner.result()
    assert np.isfinite(result["true_value"])
    assert result["unit"] == "discounted sum of rewards"
