"""Vectors for states and actions: the network, policies that read it, the truth of one step."""

from functools import partial

import numpy as np
import pytest
import torch

from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.ascents import Chains, Estimator, Sampling
from gtlearn.learning.shaping.methods import METHODS
from gtlearn.learning.shaping.sampled import (
    CategoricalPolicy,
    EnvironmentProgram,
    GaussianPolicy,
    Numbers,
    Players,
    TablePolicy,
    VectorNetwork,
    meta_mapg,
    meta_pg,
    reinforce,
    returns_credit,
    rollout,
)
from gtlearn.learning.shaping.sampled.credit import linear_baseline
from gtlearn.learning.shaping.sampled.policies.lstm import lstm

DOUBLE = torch.float64
LIKELY = 4.0  # standard errors: the few coordinates of one test all pass with 99.9 %


class Sums:
    """One state of one number, and two players whose actions are to add up to one."""

    def __init__(self, count):
        self.states = np.zeros((count, 1))

    def reset(self, seeds):
        assert len(seeds) == len(self.states)
        return self.states

    def step(self, actions):
        return self.states, -((actions.sum(axis=(1, 2)) - 1) ** 2)


class Walk:
    """A point that both players push, and that remembers who began it."""

    def __init__(self, count):
        self.count = count

    def reset(self, seeds):
        self.states = np.array([[seed % 97 / 97, 0.0] for seed in seeds])
        return self.states

    def step(self, actions):
        self.states = self.states + actions.sum(axis=2) / 10
        return self.states, -(self.states**2).sum(axis=1)


def program(simulator, numbers, limit=1e9, unit=1.0):
    return EnvironmentProgram(
        name="test",
        players=("one", "two"),
        discount=0.9,
        observes=Numbers(numbers),
        acts=(Numbers(1), Numbers(1)),
        simulator=simulator,
        limit=limit,
        unit=unit,
    )


POLICIES = [GaussianPolicy(1, 1, units=2, dtype=DOUBLE)] * 2
START = [
    policy.initial(1, torch.Generator().manual_seed(seed)) for seed, policy in enumerate(POLICIES)
]


def plain_outputs(network, parameters, states):
    """The network in operations that autograd knows."""
    weight, bias, forward, recurrent, gate_bias, out, last = network.layers(parameters)
    hidden = cell = states.new_zeros(len(states), states.shape[2], network.units)
    found = []
    for step in range(states.shape[1]):
        entered = torch.relu(states[:, step] @ weight + bias)
        gates = entered @ forward + hidden @ recurrent + gate_bias
        enter, forget, leave, new = gates.chunk(4, -1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        hidden = torch.sigmoid(leave) * torch.tanh(cell)
        found.append(hidden @ out + last)
    return torch.stack(found, 1)


def test_derivatives_of_a_network_that_reads_vectors():
    network = VectorNetwork(3, 2, units=4, dtype=DOUBLE)
    generator = torch.Generator().manual_seed(0)
    parameters = network.initial(2, generator).requires_grad_()
    states = torch.randn(2, 6, 5, 3, dtype=DOUBLE, generator=generator)
    along = torch.randn(parameters.shape, dtype=DOUBLE, generator=generator)

    def derivatives(function):
        outputs = function(parameters, states)
        (first,) = torch.autograd.grad(outputs.pow(3).sum(), parameters, create_graph=True)
        again = (first.sin() * along).sum() + outputs.cos().sum()
        return outputs, first, *torch.autograd.grad(again, parameters)

    plain = partial(plain_outputs, network)
    for mine, true in zip(derivatives(network), derivatives(plain), strict=True):
        assert torch.allclose(mine, true, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2])
def test_derivatives_in_what_enters_the_gates(steps):
    generator = torch.Generator().manual_seed(0)
    draw = partial(torch.randn, dtype=DOUBLE, generator=generator)
    inputs, weight = draw(2, steps, 3, 8).requires_grad_(), draw(2, 2, 8).requires_grad_()
    for function in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
        assert function(lstm, (inputs, weight), fast_mode=True)


def test_log_probabilities_are_those_of_normals():
    policy = GaussianPolicy(3, 2, units=4, dtype=DOUBLE)
    generator = torch.Generator().manual_seed(0)
    parameters = policy.initial(2, generator)
    parameters[:, -2:] = torch.tensor([-1.0, 0.5])
    states = torch.randn(2, 6, 5, 3, dtype=DOUBLE, generator=generator)
    actions = torch.randn(2, 6, 5, 2, dtype=DOUBLE, generator=generator)
    means = plain_outputs(policy.network, parameters[:, :-2], states)
    normal = torch.distributions.Normal(means, torch.tensor([-1.0, 0.5], dtype=DOUBLE).exp())
    found = policy.log_probs(parameters, states, actions)
    assert torch.allclose(found, normal.log_prob(actions).sum(-1), rtol=1e-12)


def test_log_probabilities_are_those_of_a_softmax():
    policy = CategoricalPolicy(3, 4, units=4, dtype=DOUBLE)
    generator = torch.Generator().manual_seed(0)
    parameters = policy.initial(2, generator)
    states = torch.randn(2, 6, 5, 3, dtype=DOUBLE, generator=generator)
    actions = torch.randint(4, (2, 6, 5), generator=generator)
    logits = plain_outputs(policy.network, parameters, states)
    true = torch.distributions.Categorical(logits=logits).log_prob(actions)
    assert torch.allclose(policy.log_probs(parameters, states, actions), true, rtol=1e-12)


def test_log_probabilities_of_choices_are_twice_differentiable():
    """By finite differences, in double precision."""
    policy = CategoricalPolicy(2, 3, units=2, dtype=DOUBLE)
    generator = torch.Generator().manual_seed(0)
    parameters = policy.initial(2, generator).requires_grad_()
    states = torch.randn(2, 3, 2, 2, dtype=DOUBLE, generator=generator)
    actions = torch.randint(3, (2, 3, 2), generator=generator)
    for check in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
        assert check(lambda given: policy.log_probs(given, states, actions), (parameters,))


def test_choices_are_drawn_with_their_probabilities():
    """6 frequencies of 20 000 draws; all are within 5 standard errors with 99.9996 %."""
    policy, count = CategoricalPolicy(2, 3, units=3, dtype=DOUBLE), 20_000
    generator = torch.Generator().manual_seed(0)
    parameters = 3 * policy.initial(2, generator)  # so that the actions are not all as likely
    state = torch.tensor([0.5, -1.0], dtype=DOUBLE).expand(2, 1, count, 2)
    noise = policy.noise((2, 1, count), parameters, generator)
    drawn = policy.actor(parameters, count, 1).act(0, state[:, 0], noise[:, 0])
    for action in range(3):
        asked = torch.full((2, 1, count), action)
        chance = policy.log_probs(parameters, state, asked).exp()[:, 0, 0]
        error = (chance * (1 - chance) / count).sqrt()
        assert (((drawn == action).double().mean(-1) - chance).abs() <= 5 * error).all()


def test_what_is_played_is_what_is_judged():
    """The notes of the rollout give the same log-probabilities as a sweep without them."""
    policies = [GaussianPolicy(2, 1, units=3, dtype=DOUBLE)] * 2
    generator = torch.Generator().manual_seed(0)
    parameters = [policy.initial(2, generator) for policy in policies]
    played = rollout(
        program(Walk, 2), policies, parameters, trajectories=4, horizon=5, generator=generator
    )
    assert played.states.shape == (2, 5, 4, 2)
    assert played.actions.shape == (2, 2, 5, 4, 1)
    moved = played.states[:, :-1] + played.actions[:, :, :-1].squeeze(-1).movedim(0, -1) / 10
    assert torch.allclose(played.states[:, 1:], moved)
    for policy, given, actions, memory in zip(
        policies, parameters, played.actions, played.memories, strict=True
    ):
        noted = policy.log_probs(given, played.states, actions, memory)
        assert torch.allclose(noted, policy.log_probs(given, played.states, actions), rtol=1e-12)


def test_a_chain_plays_the_same_whatever_is_played_beside_it():
    policies = [GaussianPolicy(2, 1, units=3)] * 2
    parameters = [policy.initial(3, torch.Generator().manual_seed(0)) for policy in policies]

    def played(chains):
        return rollout(
            program(Walk, 2),
            policies,
            [given[chains] for given in parameters],
            trajectories=4,
            horizon=5,
            generator=[torch.Generator().manual_seed(seed) for seed in chains],
        )

    together, alone = played([0, 1, 2]), played([1])
    # products of other sizes may be summed in another order
    assert torch.allclose(together.actions[:, 1:2], alone.actions, atol=1e-5)
    assert torch.equal(together.states[1, 0], alone.states[0, 0])


def test_actions_are_clipped_and_rewards_counted_in_a_unit():
    drawn = partial(torch.Generator().manual_seed, 0)
    options = {"trajectories": 3, "horizon": 1}
    wide = [given.clone() for given in START]
    for given in wide:
        given[:, -1] = 5.0  # deviations of e^5
    limited = program(Sums, 1, limit=0.5, unit=100.0)
    played = rollout(limited, POLICIES, wide, generator=drawn(), **options)
    total = played.actions.clamp(-0.5, 0.5).sum(dim=(0, -1))
    assert played.actions.abs().min() > 0.5  # the unclipped draws are what is judged
    assert torch.allclose(played.rewards[0], -((total - 1) ** 2) / 100)


def value(parameters):
    """The exact value of one step of `Sums`."""
    means = [
        policy.network(given[:, :-1], torch.zeros(len(given), 1, 1, 1, dtype=DOUBLE)).flatten()
        for policy, given in zip(POLICIES, parameters, strict=True)
    ]
    variances = sum((2 * given[:, -1]).exp() for given in parameters)
    return -((sum(means) - 1) ** 2) - variances


CHAINS, TRAJECTORIES = 4000, 100


def sampled(method, rates=None, **options):
    """A method's gradients, one a chain, in one step of `Sums` from START."""
    generator = torch.Generator().manual_seed(7)
    sample = partial(
        rollout,
        program(Sums, 1),
        POLICIES,
        trajectories=TRAJECTORIES,
        horizon=1,
        generator=generator,
    )
    credit = partial(returns_credit, discount=0.9, baseline="split")
    parameters = [given.expand(CHAINS, -1) for given in START]
    players = Players(POLICIES, sample, credit)
    if rates is None:
        return method(players, parameters)

    def judge(played):
        return credit(played)[0]

    return method(players, parameters, rates, judge).parameters


def assert_agrees(gradients, true, bias=0.0):
    error = gradients.std(0) / len(gradients) ** 0.5
    assert ((gradients.mean(0) - true).abs() <= LIKELY * error + bias).all()
    assert true.abs().max() > 20 * error.max()  # so that the test can fail


def test_the_policy_gradient_converges_to_the_exact_one():
    leaves = [given.clone().requires_grad_() for given in START]
    (true,) = torch.autograd.grad(value(leaves).sum(), leaves[0])
    assert_agrees(sampled(reinforce), true[0])


@pytest.mark.parametrize(("method", "shaped"), [(meta_mapg, (0, 1)), (meta_pg, (0,))])
def test_meta_gradients_converge_to_the_exact_one(method, shaped):
    """One inner update; the sampled phi_1 is random, a bias of order rate ** 2 / K."""
    rate = 0.02
    start = [given.clone().requires_grad_() for given in START]
    steps = torch.autograd.grad(value(start).sum(), start, create_graph=True)
    moved = [
        old + rate * (step if player in shaped else step.detach())
        for player, (old, step) in enumerate(zip(start, steps, strict=True))
    ]
    (true,) = torch.autograd.grad(value(moved).sum(), start[0])
    rates = torch.full((1, 2), rate, dtype=DOUBLE)
    assert_agrees(sampled(method, rates)[:, :], true[0], bias=rate**2)


def test_the_baseline_of_vectors_is_a_least_squares_fit():
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(2, 4, 30, 3, dtype=DOUBLE, generator=generator)
    time = torch.arange(4, dtype=DOUBLE)[:, None]
    explained = 2 * states[..., 0] - states[..., 2] ** 2 + 5
    noise = torch.randn(1, 2, 4, 30, dtype=DOUBLE, generator=generator)
    predicted = linear_baseline(states, explained[None])
    assert torch.allclose(predicted[0], explained, atol=1e-4)  # for the ridge of 1e-5
    for chain in range(2):
        rows = torch.cat([states[chain].flatten(0, 1), states[chain].flatten(0, 1) ** 2], dim=1)
        hundreds = (time / 100).expand(4, 30).reshape(-1, 1)
        rows = torch.cat([rows, hundreds, hundreds**2, hundreds**3, torch.ones_like(hundreds)], 1)
        square = rows.T @ rows + 1e-5 * torch.eye(rows.shape[1], dtype=DOUBLE)
        weights = torch.linalg.solve(square, rows.T @ noise[0, chain].flatten())
        fitted = linear_baseline(states, noise)[0, chain].flatten()
        assert torch.allclose(fitted, rows @ weights, atol=1e-8)


def test_faults():
    options = {"trajectories": 2, "horizon": 3, "generator": torch.Generator().manual_seed(0)}
    with pytest.raises(InputError, match=r"for 5 states and 2 actions; test has states of 1 num"):
        tables = [TablePolicy(5, 2), TablePolicy(5, 2)]
        rollout(program(Sums, 1), tables, [torch.zeros(1, 5, 2)] * 2, **options)

    class Broken(Sums):
        def step(self, actions):
            return self.states, np.full(len(self.states), np.nan)

    with pytest.raises(DivergenceError, match="test came to a state or a reward"):
        rollout(program(Broken, 1), POLICIES, START, **options)
    loud = [given.clone() for given in START]
    loud[0][:, -1] = 1000.0  # a deviation that is not finite
    with pytest.raises(DivergenceError, match="an action at step 0"):
        rollout(program(Sums, 1), POLICIES, loud, **options)


def test_an_estimator_of_a_network_with_values():
    """All four methods go through the estimator that also serves iterated games."""
    for method in METHODS.values():
        estimator = Estimator(
            program(Walk, 2),
            [GaussianPolicy(2, 1, units=3)] * 2,
            Sampling(trajectories=4, horizon=5),
            method=method(),
            critic=VectorNetwork(2, 1, units=3),
        )
        generator = torch.Generator().manual_seed(0)
        peers = GaussianPolicy(2, 1, units=3).initial(2, generator)
        found = estimator(
            Chains(
                start=peers[0],
                rates=torch.full((2, 2), 0.01),
                values=estimator.critic.initial(1, generator)[0],
                peers=(peers,),
                seeds=torch.tensor([1, 2]),
            )
        )
        assert found.parameters.shape == peers.shape
        assert found.parameters.isfinite().all() and found.parameters.abs().sum() > 0
