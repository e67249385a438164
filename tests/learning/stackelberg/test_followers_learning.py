"""The learning rules of followers: by hand, and against the exact solvers."""

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning import values
from gtlearn.learning.stackelberg.contexts import all_deterministic, random_leaders
from gtlearn.learning.stackelberg.followers import (
    ContextualFollower,
    OracleFollower,
    PlanningFollower,
    QLearningFollower,
    RelabellingFollower,
    follower_regrets,
    training_step,
)
from gtlearn.learning.stackelberg.followers.contextual import discounted_returns, reinforce_loss
from gtlearn.learning.stackelberg.followers.q_learning import q_learning
from gtlearn.learning.stackelberg.followers.regret import answer_values, best_values
from gtlearn.learning.stackelberg.followers.relabelling import relabelled_targets
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.learning.stackelberg.play import Episodes, rollout

torch.set_num_threads(1)

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
ONCE = leader_game(games.iterated("battle_of_the_sexes", horizon=1))


def rng(seed=0):
    return np.random.default_rng(seed)


def mixed_once(p):
    """A leader of the one-shot game that takes its first action with probability p."""
    return np.full((1, 5, 2), 0.5) * [[[2 * p, 2 - 2 * p]]]


def test_reinforce_by_hand():
    logits = torch.zeros(2, 2, requires_grad=True)
    reinforce_loss(logits, torch.tensor([0, 1]), torch.tensor([3.0, -1.0])).backward()
    # minus (one-hot - probabilities) * return / 2 steps
    assert logits.grad.tolist() == [[-0.75, 0.75], [-0.25, 0.25]]


def test_discounted_returns_by_hand():
    rewards = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 8.0]])
    assert discounted_returns(rewards, 0.5).tolist() == [[3, 4, 4], [2, 4, 8]]
    assert rewards[0, 0] == 1  # untouched


def test_reinforce_is_the_exact_gradient_on_average():
    game = leader_game(games.iterated("chicken", horizon=3))
    leader = random_leaders(game, 1, rng(1), mixed=True)
    logits = torch.tensor(rng(2).normal(size=(5, 2)), requires_grad=True)
    policy = torch.softmax(logits, dim=-1)
    values(game.game, [torch.tensor(leader[0]), policy])[1].backward()
    exact, logits.grad = logits.grad.clone(), None
    count = 200_000
    tables = np.repeat(policy.detach().numpy()[None], count, axis=0)
    played = rollout(game, np.repeat(leader, count, axis=0), tables, rng(3))
    returns = torch.tensor(discounted_returns(played.follower_rewards - 2.5, 1.0))
    acted = logits[torch.tensor(played.states)]
    reinforce_loss(acted, torch.tensor(played.follower_actions), returns).backward()
    assert -logits.grad.numpy() == pytest.approx(exact.numpy(), abs=0.005)
    assert abs(exact).max() > 0.05


def test_the_papers_follower_is_nearly_exact_after_the_papers_training():
    # 500 batches of 100 steps: not exact, but within a tenth of a reward a step on average.
    follower, generator = ContextualFollower(DILEMMA), rng()
    leaders = all_deterministic(DILEMMA)
    before = follower_regrets(follower, leaders)
    for _ in range(500):
        training_step(follower, random_leaders(DILEMMA, 10, generator), generator)
    after = follower_regrets(follower, leaders)
    assert sum(before) / 32 > 0.5
    assert 0 < sum(after) / 32 < 0.05


def test_the_network_answers_leaders_that_mix():
    # The follower prefers its second action until the leader's first has a chance of 2/3.
    follower, generator = ContextualFollower(ONCE, model="network", seed=1), rng()
    for _ in range(300):
        training_step(follower, random_leaders(ONCE, 100, generator, mixed=True), generator)
    for p, action in ((0.0, 1), (0.3, 1), (0.5, 1), (0.8, 0), (1.0, 0)):
        assert follower.tables(mixed_once(p))[0, 0].argmax() == action


def test_the_linear_model_knows_deterministic_leaders_only():
    with pytest.raises(InputError, match="show deterministic leaders"):
        ContextualFollower(DILEMMA).tables(np.full((1, 5, 2), 0.5))
    large = leader_game(games.iterated(np.zeros((2, 4, 4), dtype=int), horizon=2))
    with pytest.raises(InputError, match="use the model 'network'"):
        ContextualFollower(large)
    with pytest.raises(InputError, match="no model 'deep'; choose linear or network"):
        ContextualFollower(DILEMMA, model="deep")


def episode(*steps):
    """One episode from rows (state, follower action, reward), which ends in state 0."""
    states, actions, rewards = (np.array([column]) for column in zip(*steps, strict=True))
    last = np.zeros(1, dtype=int)
    return Episodes(states, actions, actions, rewards, rewards.astype(float), last)


@pytest.mark.parametrize(("endless", "last"), [(False, 2.0), (True, 2.5)])
def test_q_learning_by_hand(endless, last):
    before = np.array([[0.0, 2.0], [4.0, 0.0]])
    played = episode((0, 0, 1), (1, 1, 4))
    after = q_learning(before, played, played.follower_rewards, 0.5, 0.5, endless=endless)
    # Q(0,0) <- 0 + (1 + 4/2 - 0) / 2; then Q(1,1) <- (4 + max Q(0) / 2 or nothing) / 2
    assert after.tolist() == [[1.5, 2.0], [4.0, last]]
    assert before[0, 0] == 0


def test_q_learning_finds_best_responses_of_a_discounted_game():
    game = leader_game(games.iterated("prisoners_dilemma", discount="1/2"))
    generator = rng()
    follower = QLearningFollower(game, learning_rate=0.5, decay=1.0)
    for leader in all_deterministic(game)[::5]:
        follower.leader_changed()
        for _ in range(120):
            training_step(follower, leader[None], generator)
        assert follower_regrets(follower, leader[None]).tolist() == [0]


def test_stationary_q_values_cannot_be_exact_in_ten_steps():
    # The exact limit of discounted Q-learning: the endless game's best responses.
    endless = leader_game(games.iterated("prisoners_dilemma", discount="9/10"))
    leaders = all_deterministic(DILEMMA)
    limit = OracleFollower(endless, ties=None).tables(leaders)
    lost = best_values(DILEMMA, leaders, "stationary") - answer_values(DILEMMA, leaders, limit)
    wrong = [leader.argmax(axis=1).tolist() for leader in leaders[lost > 0]]
    assert wrong == [[0, 0, 1, 0, 0], [0, 0, 1, 1, 0]]
    assert max(lost) * 10 == 1


@pytest.mark.parametrize(("reset", "answer"), [(True, 0), (False, 1)])
def test_a_continuous_follower_may_stay_with_what_was_right_before(reset, answer):
    # Appendix B: against a leader that mixes evenly the follower's favourite is best. When the
    # leader then insists on its own, a follower that starts from scratch answers soon, while one
    # that goes on has long been sure of the other.
    follower = QLearningFollower(ONCE, reset=reset, decay=0.99, learning_rate=0.02)
    generator = rng()
    for p, episodes, best in ((0.5, 300, 1), (1.0, 15, answer)):
        follower.leader_changed()
        for _ in range(episodes):
            training_step(follower, mixed_once(p), generator)
        assert follower.tables(mixed_once(p))[0, 0].argmax() == best


def test_q_learning_refuses_numbers_out_of_range():
    with pytest.raises(
        InputError, match=r"the decay of Q-learning is 2; give a number in \[0, 1\]"
    ):
        QLearningFollower(DILEMMA, decay=2)


def test_relabelled_targets_by_hand():
    later = np.array([[3.0, 2.0, 1.0]])
    assert relabelled_targets(later, 5.0, 0.5, endless=False).tolist() == [[6, 5.5, 5]]
    assert relabelled_targets(later[:, :1], 5.0, 0.5, endless=True).tolist() == [[6.5]]


def test_a_step_teaches_the_contexts_that_agree_with_it_and_no_others():
    game = leader_game(games.iterated("prisoners_dilemma", horizon=1))
    follower = RelabellingFollower(game)
    leaders = all_deterministic(game)
    follower.tables(leaders)
    defects = leaders[-1:]
    played = rollout(game, defects, pure_tables(np.zeros((1, 5), dtype=int), 2), rng())
    follower.learn(defects, played)
    explored = follower.explore(leaders)[:, 0]
    cooperates = leaders[:, 0, 0] == 1
    # Cooperating with a defector pays 1, less than what is unknown may pay.
    assert (explored[~cooperates] == [0, 1]).all()
    assert (explored[cooperates] == [0.5, 0.5]).all()


def test_a_context_that_is_shown_late_is_answered_as_if_shown_from_the_start():
    early, late = RelabellingFollower(DILEMMA), RelabellingFollower(DILEMMA)
    leaders = all_deterministic(DILEMMA)
    early.tables(leaders)
    for follower in (early, late):
        generator = rng(4)
        for leader in leaders[:16].repeat(2, axis=0):
            tables = pure_tables(generator.integers(2, size=(1, 5)), 2)
            follower.learn(leader[None], rollout(DILEMMA, leader[None], tables, generator))
    assert np.array_equal(early.tables(leaders), late.tables(leaders))


def test_planning_goes_where_it_has_not_been():
    follower, generator = PlanningFollower(DILEMMA), rng()
    leader = random_leaders(DILEMMA, 1, rng(3))
    reachable = PlanningFollower(DILEMMA)
    for _ in range(300):
        random = np.full((1, 5, 2), 0.5)
        reachable.learn(leader, rollout(DILEMMA, leader, random, generator))
    while follower.unseen.sum() > reachable.unseen.sum():
        before = follower.unseen.sum()
        training_step(follower, leader, generator)
        assert follower.unseen.sum() < before  # something new in every episode


def test_planning_takes_the_unseen_for_the_best():
    # One-shot dilemma, leader cooperates: once defecting (4) is seen, nothing can be better.
    game = leader_game(games.iterated("prisoners_dilemma", horizon=1))
    follower, leader = PlanningFollower(game), all_deterministic(game)[:1]
    for action, answer in ((0, 1), (1, 1)):
        assert follower.tables(leader)[0, 0].argmax() == (0 if action == 0 else answer)
        tables = pure_tables(np.full((1, 5), action), 2)
        follower.learn(leader, rollout(game, leader, tables, rng()))
        assert follower.tables(leader)[0, 0].argmax() == answer


def test_planning_answers_leaders_that_mix_exactly_once_it_has_seen_all():
    follower, generator = PlanningFollower(DILEMMA), rng()
    for _ in range(30):
        training_step(follower, random_leaders(DILEMMA, 1, generator), generator)
    assert not follower.unseen.any()
    leaders = random_leaders(DILEMMA, 6, generator, mixed=True)
    assert set(follower_regrets(follower, leaders)) == {0}
