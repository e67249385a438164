"""Returns, advantages, baselines and gradients by hand."""

from functools import partial

import pytest
import torch

from gtlearn import games
from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.ascents.sampled import clip_each, project_conflicts
from gtlearn.learning.shaping.sampled import (
    Players,
    TablePolicy,
    Trajectories,
    meta_mapg,
    play_chain,
    returns_credit,
    rollout,
    state_program,
    value_credit,
)
from gtlearn.learning.shaping.sampled.credit import (
    dice_objective,
    generalised_advantages,
    linear_baseline,
    returns_to_go,
    split_baseline,
)

IPD = games.iterated("ipd_meta_mapg", discount="24/25")


def column(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)[:, None]


def played(rewards, states=None):
    """Of one player in one chain."""
    states = torch.zeros(rewards.shape[-2:], dtype=torch.long) if states is None else states
    return Trajectories(states[None], states[None, None], rewards[None, None], (None,))


def test_returns_to_go():
    assert returns_to_go(column(1, 2, 4), 0.5).flatten().tolist() == [3, 4, 4]
    assert returns_to_go(column(1, 2, 4), 0.0).flatten().tolist() == [1, 2, 4]
    assert returns_to_go(column(1, 2, 4), 1.0).flatten().tolist() == [7, 6, 4]


def test_generalised_advantages():
    """Errors 1 + 5 - 2 = 3 (half of 10), 2 + 2 - 10 = -6, 4 - 4 = 0 at a discount of 1/2."""
    rewards, values = column(1, 2, 4), column(2, 10, 4)
    found = partial(generalised_advantages, rewards, values, 0.5)
    assert found(0.0).flatten().tolist() == [4, -6, 0]
    assert found(0.5).flatten().tolist() == [4 - 6 / 4, -6, 0]
    assert torch.equal(found(1.0), returns_to_go(rewards, 0.5) - values)


def test_weights():
    rewards = column(1, 2, 4)
    assert returns_credit(played(rewards), 0.5, baseline="none").flatten().tolist() == [3, 2, 1]
    unweighted = returns_credit(played(rewards), 0.5, baseline="none", weighted=False)
    assert unweighted.flatten().tolist() == [3, 4, 4]
    found = value_credit(played(rewards), column(2, 10, 4)[None], 0.5, decay=0.0)
    assert found.flatten().tolist() == [4, -3, 0]


@pytest.mark.parametrize("dependence", [0.0, 0.3, 1.0])
def test_dice_counts_a_step_once(dependence):
    """Two steps of one coin: E r0 + E r1 a0 has derivatives that are known.

    Discounted dependence leaves the first alone; the product of scores counts once for the step
    itself and twice for the step before it.
    """
    logit = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    logs = torch.nn.functional.logsigmoid(logit).expand(1, 2, 1)
    earned = torch.tensor([[[0.0], [1.0]]], dtype=torch.float64)
    objective = dice_objective(logs, earned, dependence).sum()
    (first,) = torch.autograd.grad(objective, logit, create_graph=True)
    (second,) = torch.autograd.grad(first, logit)
    p = torch.sigmoid(logit.detach())
    # (box of both - box of the first): derivative of log p, then (log p)'^2 and (log p)''
    assert first.item() == pytest.approx((1 - p).item())
    products = (1 + 2 * dependence) * (1 - p) ** 2
    assert second.item() == pytest.approx((products - p * (1 - p)).item())


def test_a_linear_baseline_fits_what_is_linear():
    """Returns that are linear in state, t, t^2 and t^3 are predicted to the ridge."""
    generator = torch.Generator().manual_seed(0)
    states = torch.randint(3, (2, 150, 6), generator=generator)
    time = torch.arange(150, dtype=torch.float64)[:, None] / 100
    returns = torch.stack([2.0 * states + time - time**3, (states == 1).double() - 3 * time**2])
    assert (linear_baseline(states, returns) - returns).abs().max() < 1e-3


def test_a_split_baseline_does_not_see_its_own_half():
    generator = torch.Generator().manual_seed(0)
    states = torch.randint(3, (1, 10, 6), generator=generator)
    returns = torch.randn((1, 1, 10, 6), dtype=torch.float64, generator=generator)
    changed = returns.clone()
    changed[..., :3] += 1
    before, after = split_baseline(states, returns), split_baseline(states, changed)
    assert torch.equal(before[..., :3], after[..., :3])
    assert not torch.allclose(before[..., 3:], after[..., 3:])
    with pytest.raises(InputError, match="no other half"):
        split_baseline(states[..., :1], returns[..., :1])


def test_an_unknown_baseline():
    with pytest.raises(InputError, match="'square' is unknown"):
        returns_credit(played(column(1, 2)), 0.5, baseline="square")


def test_each_chain_is_clipped_alone():
    gradients = torch.tensor([[[3.0], [4.0]], [[0.0], [0.0]], [[0.3], [0.4]]])
    found = clip_each(gradients, 1.0)
    assert torch.allclose(found[0].flatten(), torch.tensor([0.6, 0.8]))
    assert torch.equal(found[1:], gradients[1:])


def test_conflicts_are_projected_out():
    """(1, 0) and (-1, 1): each loses what it has along the other; their mean is (1/4, 3/4)."""
    groups = torch.tensor([0, 0, 1])
    gradients = torch.tensor([[2.0, 1.0], [0.0, -1.0], [-1.0, 1.0]])
    assert project_conflicts(gradients, groups).tolist() == [0.25, 0.75]
    agreed = torch.tensor([[2.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    assert project_conflicts(agreed, groups).tolist() == [1.0, 1.0]


def test_three_groups_need_an_order():
    gradients = torch.eye(3)
    with pytest.raises(InputError, match="generator"):
        project_conflicts(gradients, torch.arange(3))
    found = project_conflicts(gradients, torch.arange(3), torch.Generator().manual_seed(0))
    assert torch.allclose(found, torch.full((3,), 1 / 3))
    with pytest.raises(InputError, match="do not fit"):
        project_conflicts(gradients, torch.arange(2))


@pytest.fixture
def small():
    policies = [TablePolicy(5, 2)] * 2
    generator = torch.Generator().manual_seed(0)
    parameters = [policy.initial(2, generator) for policy in policies]
    program = state_program(IPD)
    sample = partial(rollout, program, policies, trajectories=3, horizon=4, generator=generator)
    return policies, parameters, sample, partial(returns_credit, discount=0.96)


@pytest.mark.parametrize("shape", [(0, 2), (2, 3), (2,)])
def test_rates_that_make_no_chain(small, shape):
    policies, parameters, sample, credit = small
    with pytest.raises(InputError, match="do not make a chain"):
        play_chain(Players(policies, sample, credit), parameters, torch.ones(shape), shaped=())


def test_a_player_that_does_not_exist(small):
    policies, _, sample, credit = small
    for player in (2, -1):
        with pytest.raises(InputError, match=f"no player {player}"):
            Players(policies, sample, credit, player)


def test_a_chain_that_explodes_is_stopped(small):
    policies, parameters, sample, credit = small
    rates = torch.tensor([[1.0, 1.0], [float("inf"), 1.0]])
    with pytest.raises(DivergenceError, match="inner step 2 leaves player 0"):
        play_chain(Players(policies, sample, credit), parameters, rates, shaped=())


def test_what_is_not_shaped_keeps_no_graph(small):
    """At execution time each policy is a constant, and its update that of naive learning."""
    policies, parameters, sample, credit = small
    rates = torch.full((3, 2), 0.1)
    players = Players(policies, sample, credit)
    links = play_chain(players, parameters, rates, shaped=())
    assert all(given.is_leaf for link in links for given in link.parameters)
    shaped = meta_mapg(players, parameters, rates, lambda p: credit(p)[0])
    assert shaped.mean_rewards.shape == (3, 2, 2)
    assert shaped.parameters.shape == parameters[0].shape
    assert shaped.rates.shape == (2, 3, 2)


def test_a_meta_gradient_is_the_same_again(small):
    policies, parameters, _, credit = small
    program = state_program(IPD)

    def once():
        generator = torch.Generator().manual_seed(3)
        sample = partial(rollout, program, policies, trajectories=3, horizon=4, generator=generator)
        rates = torch.full((2, 2), 0.1)
        players = Players(policies, sample, credit)
        return meta_mapg(players, parameters, rates, lambda p: credit(p)[0])

    one, other = once(), once()
    assert torch.equal(one.parameters, other.parameters)
    assert torch.equal(one.rates, other.rates)
