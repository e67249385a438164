"""A policy of any module: a linear one is a table, and gradients through both are the same."""

import pytest
import torch
from torch.distributions import Normal

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.ascents import Chains, Estimator, Sampling
from gtlearn.learning.shaping.methods import METHODS
from gtlearn.learning.shaping.sampled import (
    Choices,
    ModulePolicy,
    Numbers,
    RecurrentPolicy,
    TablePolicy,
    state_program,
)

PROGRAM = state_program(games.iterated("ipd_meta_mapg", discount="24/25"))
PEER = RecurrentPolicy(5, 2, 8)  # so that each draws its actions by itself


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


@pytest.mark.parametrize("method", METHODS.values())
def test_a_linear_module_is_a_table(method):
    """The same trajectories, and the same gradients through the learning of both players."""
    generator = torch.Generator().manual_seed(0)
    table = TablePolicy(5, 2).initial(1, generator)[0]
    peers = (PEER.initial(3, generator),)
    module = ModulePolicy(linear, Choices(5), Choices(2))
    found = []
    for policy, start in ((TablePolicy(5, 2), table), (module, table.T.flatten())):
        estimator = Estimator(PROGRAM, [policy, PEER], Sampling(4, 10), method())
        chains = Chains(start, torch.ones(2, 2), torch.empty(0), peers, torch.arange(3))
        found.append(estimator(chains))
    of_table, of_module = found
    assert torch.equal(of_table.objective, of_module.objective)
    gradient = of_module.parameters.reshape(3, 2, 5).mT
    assert gradient.abs().max() > 0.01
    torch.testing.assert_close(gradient, of_table.parameters, rtol=1e-4, atol=1e-5)  # 32 bits
    torch.testing.assert_close(of_module.rates, of_table.rates, rtol=1e-4, atol=1e-5)


def test_numbers_are_normal_about_the_outputs():
    policy = ModulePolicy(linear, Numbers(3), Numbers(2))
    generator = torch.Generator().manual_seed(0)
    parameters = policy.initial(2, generator)
    assert policy.shape == (8,) and (parameters[:, 6:] == 0).all()  # deviations of one
    parameters[:, 6:] = 0.5
    states, actions = torch.randn(2, 4, 5, 3), torch.randn(2, 4, 5, 2)
    means = torch.einsum("bhks,bas->bhka", states, parameters[:, :6].reshape(2, 2, 3))
    expected = Normal(means, torch.tensor(0.5).exp()).log_prob(actions).sum(-1)
    torch.testing.assert_close(policy.log_probs(parameters, states, actions), expected)
    still = policy.actor(parameters, 5, 4).act(0, states[:, 0], torch.zeros(2, 5, 2))
    torch.testing.assert_close(still, means[:, 0])


def test_what_is_not_legal_is_not_played():
    policy = ModulePolicy(linear, Numbers(4), Choices(2), masked=True)
    generator = torch.Generator().manual_seed(0)
    states = torch.tensor([0.3, -1.0, 0.0, 1.0]).expand(1, 100, 4)  # the first is not legal
    noise = policy.noise((1, 100), states, generator)
    assert (policy.actor(policy.initial(1, generator), 100, 1).act(0, states, noise) == 1).all()


def test_the_generator_alone_decides_the_start():
    policy = ModulePolicy(linear, Choices(5), Choices(2))
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first, again = (policy.initial(2, torch.Generator().manual_seed(0)) for _ in range(2))
    assert torch.equal(first, again) and not torch.equal(first[0], first[1])
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda inputs, outputs: None, "the network is a NoneType"),
        (lambda inputs, outputs: torch.nn.Tanh(), "with parameters"),
        (lambda inputs, outputs: linear(inputs, 3), "gives 3 numbers for 5 states; have it give 2"),
        (lambda inputs, outputs: linear(4, outputs), "cannot be used with inputs of shape"),
        (torch.nn.LSTM, "cannot be used with inputs"),
    ],
)
def test_modules_that_cannot_be_used(make, words):
    with pytest.raises(InputError, match=words):
        ModulePolicy(make, Choices(5), Choices(2))
