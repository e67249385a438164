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


@pytest.mark.parametrize(("follower_class", "optimum"), [("stationary", 3.1), ("optimal", 2.9)])
def test_a_planning_follower_of_either_class_leads_to_the_optimum_of_its_class(
    follower_class, optimum
):
    config = small(
        follower="planning",
        follower_class=follower_class,
        leader="bandit",
        pretraining=6,
        iterations=10,
    )
    learner = build(config, 0)
    run(learner, learner.iterations)
    result = learner.result()
    assert result["exact_value"] == result["true_value"] == optimum
    assert result["posttraining"]["agrees"] and "both checks agree" in result["notes"][-1]


def test_the_good_shepherd_teaches_a_follower_who_learns_from_scratch():
    # ES-MD: each perturbed table is played to a Q-learner that has just been reset. In Battle of
    # the Sexes the commitment to one's favourite place is worth 2, its most.
    config = small(
        game="battle_of_the_sexes",
        horizon=1,
        leader="es",
        follower="q-learning",
        inner=20,
        iterations=40,
    )
    learner = build(config, 0)
    run(learner, learner.iterations)
    result = learner.result()
    assert (result["true_value"], result["exact_value"]) == (2, 2)


def test_evolution_learns_to_mix_beyond_every_deterministic_table():
    # Deterministic tables earn at most 3.1 in the dilemma, stochastic ones at most 3.5.
    config = small(
        leader="es",
        policy="stochastic",
        follower="planning",
        follower_class="stationary",
        iterations=60,
    )
    learner = build(config, 1)
    run(learner, learner.iterations)
    result = learner.result()
    assert 3.1 < result["true_value"] <= result["exact_value"] == 3.5


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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"leader": "exact", "context": "sampled_action"}, "'exact' shows its policy"),
        ({"follower_class": "optimal"}, "is of the class 'stationary'"),
        ({"follower": "relabelling", "follower_class": "stationary"}, "of the class 'optimal'"),
        ({"policy": "stochastic"}, "'pg' learns deterministic tables"),
        ({"policy": "stochastic", "leader": "es"}, "knows deterministic leaders only"),
    ],
)
def test_options_that_do_not_fit_are_named(options, words):
    with pytest.raises(InputError, match=words):
        build(small(**options), 0)


def test_an_unknown_game_gets_the_nearest_name():
    with pytest.raises(InputError, match="did you mean"):
        build(small(game="prisoner_dilemma"), 0)


def test_three_actions_and_discounts_work():
    game = "gtlearn_iterated(stage=rps_meta_mapg,discount=1/2)"
    learner = build(small(game=game, follower="planning", leader="pg"), 0)
    run(learner, learner.iterations)
    result = learner.result()
    assert np.isfinite(result["true_value"])
    assert result["unit"] == "discounted sum of rewards"
