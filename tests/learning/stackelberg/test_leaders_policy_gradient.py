"""The policy gradient of a table against the exact value's gradient."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import norm

from gtlearn import games
from gtlearn.learning import values
from gtlearn.learning.stackelberg.contexts import all_deterministic, sampled_action
from gtlearn.learning.stackelberg.followers.protocol import OracleFollower
from gtlearn.learning.stackelberg.game import leader_game
from gtlearn.learning.stackelberg.leaders import PolicyGradientLeader
from gtlearn.learning.stackelberg.leaders.logits import advantages, policy_gradient_loss
from gtlearn.learning.stackelberg.leaders.protocol import decisions
from gtlearn.learning.stackelberg.play import rollout

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
DISCOUNTED = leader_game(games.iterated("chicken", discount="4/5"))


def random_logits(game, seed):
    generator = torch.Generator().manual_seed(seed)
    shape = (game.num_states, game.leader_actions)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


def table_probabilities(logits, tables):
    """The probability of drawing each deterministic table."""
    chosen = torch.softmax(logits, dim=-1)[None] * torch.from_numpy(tables)
    return chosen.sum(dim=-1).prod(dim=-1)


def exact_values(game, leader_tables, follower_tables):
    """The leader's exact mean rewards a step, on the scale that leaders learn from, in the game as
    it is played: without a horizon, cut off."""
    tables = game.ordered(leader_tables, torch.from_numpy(follower_tables))
    cut = replace(game.game, horizon=game.steps)
    worth = values(cut, tables)[..., game.leader]
    weights = game.discount ** np.arange(game.steps)
    mean = worth / (weights.sum() * game.scale)
    low, high = game.leader_rewards.min(), game.leader_rewards.max()
    return (mean - (low + high) / 2) * 3 / (high - low)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["prisoners_dilemma", "chicken", "deadlock"])
def test_all_32_tables_weighed_by_their_probability_give_the_exact_gradient(name, seed):
    """E[policy gradient] = the gradient of E[value of the table drawn], follower's answer included;
    and finite differences of the latter agree."""
    game = leader_game(games.iterated(name, horizon=10))
    follower = OracleFollower(game, "stationary")
    tables = all_deterministic(game)
    answers = follower.tables(tables)
    logits = random_logits(game, seed)
    worth = exact_values(game, torch.from_numpy(tables), answers)

    def expected(at):
        return (table_probabilities(at, tables) * worth).sum()

    (exact,) = torch.autograd.grad(expected(logits), logits)

    episodes = rollout(game, tables, answers, np.random.default_rng(0))  # nothing is random
    made = decisions(game, tables, episodes)
    baseline = 0.3  # whatever it is
    weights = torch.tensor(made.returns - baseline) * 32
    weights = weights * table_probabilities(logits.detach(), tables)[:, None]
    loss = policy_gradient_loss(
        logits, torch.tensor(made.states), torch.tensor(made.actions), weights
    )
    (sampled,) = torch.autograd.grad(-loss, logits)
    assert torch.allclose(sampled, exact, rtol=0, atol=1e-12)

    step = 1e-5
    differences = torch.zeros_like(exact)
    for place in np.ndindex(*exact.shape):
        moved = torch.zeros_like(exact)
        moved[place] = step
        difference = expected(logits.detach() + moved) - expected(logits.detach() - moved)
        differences[place] = difference / (2 * step)
    assert torch.allclose(differences, exact, rtol=0, atol=1e-9)


@pytest.mark.parametrize("game", [DILEMMA, DISCOUNTED], ids=["horizon", "discount"])
def test_sampled_steps_against_a_fixed_follower_agree_with_the_exact_gradient(game):
    """A mixed leader whose actions are decisions of their own: each of the ten entries of the
    estimate lies within the normal interval that holds all ten with a confidence of
    99.99 %."""
    rng = np.random.default_rng(0)
    logits = random_logits(game, 1)
    batch = 20_000
    mixed = torch.softmax(logits.detach(), dim=-1).numpy()
    tables = mixed[None].repeat(batch, axis=0)
    answer = rng.dirichlet(np.ones(2), size=5)
    episodes = rollout(game, tables, answer[None].repeat(batch, axis=0), rng)
    made = decisions(game, tables, episodes, sampled_action(tables, rng))
    states, actions = torch.tensor(made.states), torch.tensor(made.actions)
    weights = advantages(torch.tensor(made.returns.copy()))

    score = torch.nn.functional.one_hot(actions, 2) - torch.softmax(logits, dim=-1)[states]
    each = torch.zeros(batch, 5, 2, dtype=torch.float64)
    index = states[..., None].expand(-1, -1, 2)
    each.scatter_add_(1, index, (weights[..., None] * score).detach())
    estimate, error = each.mean(dim=0), each.std(dim=0) / batch**0.5

    loss = policy_gradient_loss(logits, states, actions, weights)
    (gradient,) = torch.autograd.grad(-loss, logits)
    assert torch.allclose(gradient, estimate, rtol=0, atol=1e-12)

    worth = exact_values(game, torch.softmax(logits, dim=-1), answer)
    (exact,) = torch.autograd.grad(worth, logits)
    width = norm.ppf(1 - 0.0001 / 20)
    assert ((estimate - exact).abs() <= width * error).all()


def test_advantages_by_hand():
    returns = torch.tensor([[3.0, 1.0], [1.0, 1.0], [2.0, 4.0]])
    assert advantages(returns).tolist() == [[1.5, -1.5], [-1.5, -1.5], [0.0, 3.0]]
    assert advantages(returns[:1]).tolist() == [[3.0, 1.0]]


def test_the_loss_by_hand():
    logits = torch.tensor([[0.0, 0.0], [np.log(3), 0.0]], requires_grad=True)
    loss = policy_gradient_loss(
        logits, torch.tensor([[0, 1]]), torch.tensor([[1, 0]]), torch.tensor([[2.0, 4.0]])
    )
    assert loss.item() == pytest.approx(2 * np.log(2) + 4 * np.log(4 / 3))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient.tolist() == [[1.0, -1.0], [pytest.approx(-1.0), pytest.approx(1.0)]]


def test_decisions_of_a_commitment_are_its_entries_each_once():
    tables = all_deterministic(DILEMMA)[[0b10101]]  # D, C, D, C, D: the follower cooperates
    answers = OracleFollower(DILEMMA).tables(tables)
    made = decisions(DILEMMA, tables, rollout(DILEMMA, tables, answers, np.random.default_rng(0)))
    assert made.states.tolist() == [[0, 1, 2, 3, 4]]
    assert made.actions.tolist() == [[1, 0, 1, 0, 1]]
    assert made.returns == pytest.approx(np.full((1, 5), 2.9 - 2.5))


def test_decisions_of_a_leader_that_shows_something_else():
    tables = np.full((1, 5, 2), 0.5)
    shown = all_deterministic(DILEMMA)[[0]]
    answers = OracleFollower(DILEMMA).tables(shown)
    episodes = rollout(DILEMMA, tables, answers, np.random.default_rng(0))
    made = decisions(DILEMMA, tables, episodes, shown)
    assert made.states[0].tolist() == [0, 1, 2, 3, 4, *episodes.states[0].tolist()]
    assert made.actions[0].tolist() == [0] * 5 + episodes.leader_actions[0].tolist()
    assert made.rewards[0, :5].tolist() == [0] * 5
    expected = (episodes.leader_rewards[0] - 2.5) / 10
    assert made.rewards[0, 5:] == pytest.approx(expected)


def test_tables_are_drawn_with_the_policys_probabilities():
    """10,000 draws: every frequency within 4.5 standard errors."""
    leader = PolicyGradientLeader(DILEMMA)
    with torch.no_grad():
        leader.logits[:, 0] = torch.linspace(-2, 2, 5)
    tables = leader.propose(10_000, np.random.default_rng(0))
    assert set(np.unique(tables)) == {0.0, 1.0}
    likely = torch.softmax(leader.logits, dim=-1)[:, 0].detach().numpy()
    error = np.sqrt(likely * (1 - likely) / 10_000)
    assert (abs(tables[..., 0].mean(axis=0) - likely) <= 4.5 * error).all()
    assert leader.table()[:, 0].tolist() == [0, 0, 1, 1, 1]
