"""The LSTM whose second derivatives are written by hand, against plain autograd."""

from functools import partial

import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled import (
    Network,
    Players,
    RecurrentPolicy,
    TablePolicy,
    meta_mapg,
    returns_credit,
    rollout,
    state_program,
    values_and_gradient,
)
from gtlearn.learning.shaping.sampled.credit import returns_to_go
from gtlearn.learning.shaping.sampled.policies.lstm import lstm

IPD = games.iterated("ipd_meta_mapg", discount="24/25")
DOUBLE = torch.float64


def plain_lstm(inputs, weight, states):
    """The same, step by step in operations that autograd knows."""
    chains, _, count = states.shape
    hidden = cell = torch.zeros(chains, count, weight.shape[1], dtype=weight.dtype)
    found = []
    for step in range(states.shape[1]):
        read = torch.stack([inputs[b][states[b, step]] for b in range(chains)])
        enter, forget, leave, new = (read + hidden @ weight).chunk(4, -1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        hidden = torch.sigmoid(leave) * torch.tanh(cell)
        found.append(hidden)
    return torch.stack(found, 1)


@pytest.fixture
def weights():
    generator = torch.Generator().manual_seed(0)
    draw = partial(torch.randn, dtype=DOUBLE, generator=generator)
    inputs, weight = draw(2, 3, 16).requires_grad_(), draw(2, 4, 16).requires_grad_()
    return inputs, weight, torch.randint(3, (2, 6, 5), generator=generator), draw


def test_first_and_second_derivatives(weights):
    """Of a function of all outputs, whose gradient is used more than linearly."""
    inputs, weight, states, draw = weights
    scale, along = draw(2, 6, 5, 4), draw(2, 4, 16)

    def derivatives(function):
        hidden = function(inputs, weight, states)
        first = torch.autograd.grad(
            (scale * hidden).sum() + hidden.pow(3).sum(), [inputs, weight], create_graph=True
        )
        again = first[0].pow(2).sum() + (first[1].sin() * along).sum() + hidden.cos().sum()
        return hidden, *first, *torch.autograd.grad(again, [inputs, weight])

    for mine, true in zip(derivatives(lstm), derivatives(plain_lstm), strict=True):
        assert torch.allclose(mine, true, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2])
def test_the_shortest_sequences(weights, steps):
    inputs, weight, states, _ = weights
    for function in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
        assert function(
            lambda i, w: lstm(i, w, states[:, :steps]), (inputs, weight), fast_mode=True
        )


def test_a_third_derivative_is_refused(weights):
    inputs, weight, states, _ = weights
    (first,) = torch.autograd.grad(
        lstm(inputs, weight, states).pow(2).sum(), weight, create_graph=True
    )
    with pytest.raises(InputError, match="third derivatives"):
        torch.autograd.grad(first.pow(2).sum(), weight, create_graph=True)


class PlainPolicy(RecurrentPolicy):
    """The same policy on the plain LSTM."""

    def log_probs(self, parameters, states, actions, memory=None):
        network = self.network
        _, _, _, recurrent, _, weight, bias = network.layers(parameters)
        hidden = plain_lstm(network.gate_inputs(parameters), recurrent, states)
        logits = torch.einsum("bhkn,bna->bhka", hidden, weight) + bias[:, None]
        return torch.log_softmax(logits, -1).gather(-1, actions[..., None]).squeeze(-1)


def meta_gradient(kind, dtype, chains=3):
    program = state_program(IPD, dtype=dtype)
    policies = [kind(5, 2, 8, dtype=dtype), TablePolicy(5, 2, dtype)]
    generator = torch.Generator().manual_seed(5)
    parameters = [policy.initial(chains, generator) for policy in policies]
    sample = partial(rollout, program, policies, trajectories=4, horizon=12, generator=generator)
    credit = partial(returns_credit, discount=0.96)
    rates = torch.full((2, 2), 0.3, dtype=dtype)
    players = Players(policies, sample, credit)
    return meta_mapg(players, parameters, rates, lambda played: credit(played)[0])


def test_the_meta_gradient_through_two_updates_of_an_lstm():
    """What the rollout noted serves the derivatives; plain autograd finds the same."""
    mine, plain = meta_gradient(RecurrentPolicy, DOUBLE), meta_gradient(PlainPolicy, DOUBLE)
    assert torch.equal(mine.links[0].played.actions, plain.links[0].played.actions)
    assert torch.allclose(mine.parameters, plain.parameters, rtol=1e-8, atol=1e-9)
    assert torch.allclose(mine.rates, plain.rates, rtol=1e-8, atol=1e-9)


def test_single_precision_is_near_double_precision():
    """On the same actions; these are drawn in the type of the parameters, so they are replayed."""
    double = meta_gradient(RecurrentPolicy, DOUBLE)
    policy = RecurrentPolicy(5, 2, 8)
    played = double.links[0].played
    given = double.links[0].parameters[0]
    wanted = RecurrentPolicy(5, 2, 8, DOUBLE).log_probs(given, played.states, played.actions[0])
    found = policy.log_probs(given.float(), played.states, played.actions[0])
    assert torch.allclose(found.double(), wanted, atol=1e-5)


def test_a_policy_is_a_distribution_at_every_step():
    policy = RecurrentPolicy(5, 3, 8, DOUBLE)
    generator = torch.Generator().manual_seed(0)
    states = torch.randint(5, (2, 7, 4), generator=generator)
    parameters = policy.initial(2, generator)
    each = [policy.log_probs(parameters, states, torch.full_like(states, a)) for a in range(3)]
    assert torch.allclose(torch.stack(each).exp().sum(0), torch.ones(2, 7, 4, dtype=DOUBLE))


def test_chains_do_not_mix():
    """Each chain of a batch is what it would be alone."""
    policy = RecurrentPolicy(5, 2, 8, DOUBLE)
    generator = torch.Generator().manual_seed(0)
    states = torch.randint(5, (3, 7, 4), generator=generator)
    parameters = policy.initial(3, generator)
    together = policy.log_probs(parameters, states, states % 2)
    for b in range(3):
        one = slice(b, b + 1)
        alone = policy.log_probs(parameters[one], states[one], states[one] % 2)
        assert torch.allclose(together[one], alone, rtol=1e-12)


def test_initial_weights_are_bounded_by_their_layer():
    network = Network(5, 2)
    drawn = network.initial(2, torch.Generator().manual_seed(0))
    bounds = [5**-0.5] * 2 + [1 / 8] * 5
    for layer, bound in zip(network.layers(drawn), bounds, strict=True):
        assert layer.abs().max() <= bound
    assert network.size == drawn.shape[1] == 5 * 64 + 64 + 2 * 64 * 256 + 256 + 64 * 2 + 2


def test_a_value_network_learns_the_returns():
    """Of two defectors, whose returns depend on the steps that are left only."""
    program = state_program(IPD)
    policies = [TablePolicy(5, 2)] * 2
    generator = torch.Generator().manual_seed(0)
    parameters = [torch.tensor([[[-40.0, 40.0]] * 5] * 2)] * 2
    played = rollout(program, policies, parameters, trajectories=8, horizon=10, generator=generator)
    network = Network(5, 1, 8)
    weights = network.initial(1, generator)[0]
    returns = returns_to_go(played.rewards[0], 0.96)
    errors = []
    for _ in range(150):
        values, gradient = values_and_gradient(network, weights, played, 0.96)
        errors.append((values - returns).square().mean())
        weights = weights - 0.1 * gradient
    assert values.shape == played.states.shape
    assert errors[-1] < errors[0] / 20
