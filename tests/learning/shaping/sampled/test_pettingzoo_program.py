"""PettingZoo environments in the hands of the sampled learners: truths of games that are known."""

import importlib.util
import pickle
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv

from gtlearn import games
from gtlearn.environments.openspiel import parallel_environment
from gtlearn.environments.trade.battlefield import Twin
from gtlearn.environments.trade.parallel import BulletTrade
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.ascents import Estimator, SampledAscent, Sampling
from gtlearn.learning.shaping.sampled import (
    CategoricalPolicy,
    GaussianPolicy,
    MaskedPolicy,
    Numbers,
    PartialPolicy,
    Players,
    RecurrentPolicy,
    TablePolicy,
    VectorNetwork,
    lola_dice,
    meta_mapg,
    pettingzoo_program,
    play,
    reinforce,
    returns_credit,
    rollout,
    state_program,
)

spec = importlib.util.spec_from_file_location(
    "enumeration", Path(__file__).with_name("enumeration.py")
)
enumeration = importlib.util.module_from_spec(spec)
spec.loader.exec_module(enumeration)

DOUBLE = torch.float64
HORIZON, DISCOUNT = 3, 0.9
DILEMMA = "gtlearn_iterated(stage=prisoners_dilemma,horizon=3)"
make_dilemma = partial(parallel_environment, DILEMMA)
CREDIT = partial(returns_credit, discount=DISCOUNT, baseline="none")


class Whisper(ParallelEnv):
    """A speaker knows which of two doors is right; a listener hears its word, and points.

    The listener points with two numbers, and at the door whose number is larger. An episode is a
    word and an answer, which pays both.
    """

    metadata = {"name": "whisper_v0"}  # noqa: RUF012 - as PettingZoo's own
    possible_agents = ["speaker", "listener"]  # noqa: RUF012

    def __init__(self, flaw=0.0):
        self.agents, self.flaw = [], flaw

    def observation_space(self, agent):
        return Discrete(2) if agent == "speaker" else Discrete(3, start=-1)

    def action_space(self, agent):
        return Discrete(2, start=1) if agent == "speaker" else Box(-1.0, 1.0, (2,))

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        self.right, self.word = int(np.random.default_rng(seed).integers(2)), -1
        return self.seen(), {}

    def step(self, actions):
        answered = self.word >= 0
        paid = float(answered and int(np.argmax(actions["listener"])) == self.right) + self.flaw
        if answered:
            self.agents = []
        else:
            self.word = actions["speaker"] - 1
        over = dict.fromkeys(self.possible_agents, answered)
        rewards = dict.fromkeys(self.possible_agents, paid)
        return self.seen(), rewards, over, dict.fromkeys(over, False), {}

    def seen(self):
        return {"speaker": self.right, "listener": self.word}


def whispered():
    """What is played there, with policies and parameters."""
    program, policies = pettingzoo_program(Whisper, discount=0.9, units=3, dtype=DOUBLE)
    generator = torch.Generator().manual_seed(0)
    parameters = [policy.initial(2, generator) for policy in policies]
    played = rollout(program, policies, parameters, trajectories=5, horizon=4, generator=generator)
    return policies, parameters, played


def dilemmas():
    """One game as tables and as an environment: programs, and their LSTM policies.

    The tables pay the mean of the steps, the environment their sum.
    """
    tables = state_program(games.load(DILEMMA), dtype=DOUBLE)
    indexed = [RecurrentPolicy(5, 2, units=3, dtype=DOUBLE)] * 2
    return (tables, indexed), pettingzoo_program(
        make_dilemma, discount=DISCOUNT, unit=HORIZON, units=3, dtype=DOUBLE
    )


def start(policies, chains):
    generator = torch.Generator().manual_seed(1)
    return [3 * policy.initial(chains, generator) for policy in policies]


def found_by(method, program, policies):
    """A learner's gradients. What is played has seeds of its own, in the order of playing."""
    seeds = count(2)

    def sample(parameters):
        generator = torch.Generator().manual_seed(next(seeds))
        options = {"trajectories": 5, "horizon": HORIZON, "generator": generator}
        return rollout(program, policies, parameters, **options)

    rates = torch.full((2, 2), 0.5, dtype=DOUBLE)
    players, given = Players(policies, sample, CREDIT), start(policies, 2)
    if method is reinforce:
        return method(players, given)
    if method is lola_dice:
        return method(players, given, rates)
    return method(players, given, rates, lambda x: CREDIT(x)[0]).parameters


@pytest.mark.parametrize("method", [reinforce, lola_dice, meta_mapg])
def test_an_iterated_game_is_learned_as_from_its_tables(method):
    """An LSTM that reads one-hot vectors is one that reads indices, and draws are the same."""
    tables, environment = (found_by(method, *setting) for setting in dilemmas())
    assert torch.allclose(environment, tables, rtol=1e-10, atol=1e-12)  # sums in another order
    assert environment.abs().max() > 0.01  # so that the test can fail


def test_the_policy_gradient_is_the_exact_one():
    """The mean of 300 chains; 4 standard errors of a few coordinates hold with 99.9 %."""
    (tables, indexed), (program, policies) = dilemmas()
    exact = enumeration.Enumeration(tables, indexed, HORIZON)
    leaves = [given.requires_grad_() for given in start(indexed, 1)]
    (true,) = torch.autograd.grad(exact.values(leaves, DISCOUNT)[0], leaves[0])
    chains = 300
    sample = partial(
        rollout,
        program,
        policies,
        trajectories=8,
        horizon=HORIZON,
        generator=torch.Generator().manual_seed(3),
    )
    parameters = [given.detach().expand(chains, -1) for given in leaves]
    found = reinforce(Players(policies, sample, CREDIT), parameters)
    error = found.std(0) / chains**0.5
    largest = true[0].abs().topk(8).indices
    assert ((found.mean(0) - true[0]).abs() <= 4 * error)[largest].all()
    assert (true[0].abs() > 4 * error)[largest].any()  # so that the test can fail


def test_an_agent_cannot_see_what_only_the_other_sees():
    policies, parameters, played = whispered()
    judge = policies[1].log_probs
    before = judge(parameters[1], played.states, played.actions[1])
    states = played.states.clone()
    states[..., :2] = 7.0  # what the speaker sees
    assert torch.equal(judge(parameters[1], states, played.actions[1]), before)
    states[..., 2:] = 7.0
    assert not torch.allclose(judge(parameters[1], states, played.actions[1]), before)


def test_players_may_act_in_different_spaces():
    """What was played is what is judged, and the episode is over after two steps."""
    policies, parameters, played = whispered()
    assert [actions.shape for actions in played.actions] == [(2, 4, 5), (2, 4, 5, 2)]
    for policy, given, actions, memory in zip(
        policies, parameters, played.actions, played.memories, strict=True
    ):
        noted = policy.log_probs(given, played.states, actions, memory)
        assert torch.allclose(noted, policy.log_probs(given, played.states, actions), rtol=1e-12)
    words, answers = played.actions
    right = played.states[:, 0, :, :2].argmax(-1)
    assert torch.equal(played.states[:, 1, :, 3:].argmax(-1), words[:, 0])
    paid = answers[:, 1].clamp(-1, 1).argmax(-1) == right
    assert torch.equal(played.rewards[0, :, 1], paid.double())
    assert (played.rewards[:, :, 2:] == 0).all()
    assert torch.equal(played.states[:, 2], played.states[:, 3])


def test_the_same_seed_plays_the_same_also_after_pickling():
    played = []
    for _ in range(2):
        program, policies = pickle.loads(pickle.dumps(pettingzoo_program(Whisper, discount=0.9)))
        parameters = start(policies, 2)
        options = {"trajectories": 3, "horizon": 2, "generator": torch.Generator().manual_seed(5)}
        played.append(rollout(program, policies, parameters, **options))
    first, second = played
    assert torch.equal(first.states, second.states)
    assert torch.equal(first.rewards, second.rewards)
    assert all(map(torch.equal, first.actions, second.actions))


def test_everyone_may_be_shown_the_whole_state():
    class Told(Whisper):
        def state(self):
            return np.array([self.right, self.word, 0.5])

    program, policies = pettingzoo_program(Told, discount=0.9, shared=True)
    assert program.observes == Numbers(3)
    assert policies == [CategoricalPolicy(3, 2), GaussianPolicy(3, 2)]


def test_a_learner_with_a_value_network_takes_steps():
    program, policies = pettingzoo_program(Whisper, discount=0.9, units=3)
    critic = VectorNetwork(program.observes.count, 1, units=3)
    estimator = Estimator(program, policies, Sampling(trajectories=4, horizon=3), critic=critic)
    generator = torch.Generator().manual_seed(0)
    own, personas = (policy.initial(2, generator) for policy in policies)
    rates = torch.full((1, 2), 0.1)
    ascent = SampledAscent(estimator, [personas], own[0], rates, generator=generator, chains=2)
    found = ascent.step()
    assert found.parameters.isfinite().all() and (ascent.start != own[0]).any()
    assert ascent.adapted([personas], generator).mean_rewards.shape == (2, 2, 2)


@pytest.mark.parametrize(
    ("module", "options", "numbers", "actions"),
    [
        ("classic.rps_v2", {"max_cycles": 3}, 4, 3),
        (
            "sisl.pursuit_v5",
            {"max_cycles": 3, "n_pursuers": 2, "n_evaders": 2, "x_size": 8, "y_size": 8},
            7 * 7 * 3,
            5,
        ),
    ],
)
def test_environments_of_pettingzoo_itself(module, options, numbers, actions):
    """A few steps beyond their ends, and gradients for everyone."""
    reason = "pygame is missing, or PettingZoo is older; pip install -e '.[atari]'"
    own = pytest.importorskip(f"pettingzoo.{module}", reason=reason)
    make = partial(own.parallel_env, **options)
    program, policies = pettingzoo_program(make, discount=0.9, units=3)
    assert (program.name, program.observes) == (module.split(".")[1], Numbers(2 * numbers))
    assert policies == [
        PartialPolicy(CategoricalPolicy(numbers, actions, units=3), first, 2 * numbers)
        for first in (0, numbers)
    ]
    sample = partial(
        rollout,
        program,
        policies,
        trajectories=4,
        horizon=6,
        generator=torch.Generator().manual_seed(0),
    )
    parameters = [given.requires_grad_() for given in start(policies, 2)]
    link = play(Players(policies, sample, CREDIT), parameters)
    assert (link.played.rewards[:, :, 3:] == 0).all()  # the episodes are over
    assert link.played.rewards[:, :, :3].abs().sum() > 0
    gradients = torch.autograd.grad((link.log_probs * CREDIT(link.played)).sum(), parameters)
    assert all(found.isfinite().all() and found.abs().sum() > 0 for found in gradients)


def test_only_what_is_legal_is_played():
    """Leduc poker: those who do not move have one action; impossible ones have no probability."""
    make = partial(parallel_environment, "leduc_poker")
    program, policies = pettingzoo_program(make, discount=1.0, units=3, dtype=DOUBLE)
    parameters = [given.requires_grad_() for given in start(policies, 2)]
    options = {"trajectories": 16, "horizon": 8, "generator": torch.Generator().manual_seed(0)}
    sample = partial(rollout, program, policies, **options)
    link = play(Players(policies, sample, CREDIT), parameters)
    states, few = link.played.states, 0
    for policy, given, actions in zip(policies, parameters, link.played.actions, strict=True):
        assert isinstance(policy.policy, MaskedPolicy)
        legal = policy.seen(states)[..., -policy.acts.count :]
        assert (legal.gather(-1, actions[..., None]) == 1).all()
        every = [torch.full_like(actions, action) for action in range(policy.acts.count)]
        logs = torch.stack([policy.log_probs(given, states, each) for each in every], dim=-1)
        assert torch.allclose((logs.exp() * legal).sum(-1), torch.ones((), dtype=DOUBLE))
        assert (logs[legal == 0] < -1e8).all()
        few += int((legal.sum(-1) == 2).sum())
    assert few > 0  # neither all nor one of three
    gradients = torch.autograd.grad((link.log_probs * CREDIT(link.played)).sum(), parameters)
    assert all(found.isfinite().all() and found.abs().sum() > 0 for found in gradients)


def test_bullets_are_traded_by_sampled_learners():
    """A dictionary of bytes and numbers; rewards are those of the trade, hits and prices."""
    make = partial(BulletTrade, Twin((1.0, 1.0), flight=2), TradeRules(bullets=2, arrival=0.5))
    program, policies = pettingzoo_program(make, discount=0.99, units=3)
    parts = make().observation_space("first_0")
    numbers = sum(int(np.prod(part.shape)) for part in parts.values())
    assert program.observes == Numbers(2 * numbers)
    options = {"trajectories": 8, "horizon": 60, "generator": torch.Generator().manual_seed(0)}
    played = rollout(program, policies, start(policies, 1), **options)
    assert played.states.abs().max() <= 6  # of six phases
    assert played.rewards.sum(0).unique().numel() > 1
    sums = played.rewards.sum(0)  # prices move between both; hits pay 1/10 or 1
    assert torch.isclose(sums[..., None], torch.tensor([0.0, 0.1, 1.0]), atol=1e-6).any(-1).all()


def test_faults():
    with pytest.raises(InputError, match="cannot be shown a part, from number 2 on, of states of"):
        PartialPolicy(GaussianPolicy(3, 1), 2, 4)
    with pytest.raises(InputError, match="a policy for 5 states cannot be shown a part"):
        PartialPolicy(TablePolicy(5, 2), 0, 5)
    program, policies = pettingzoo_program(partial(Whisper, flaw=float("nan")), discount=0.9)
    options = {"trajectories": 2, "horizon": 2, "generator": torch.Generator().manual_seed(0)}
    with pytest.raises(DivergenceError, match="came to a state or a reward that is not finite"):
        rollout(program, policies, start(policies, 1), **options)
    program, (own, _) = pettingzoo_program(Whisper, discount=0.9)
    with pytest.raises(InputError, match="the policy of 'listener' is for states of 5 numbers and"):
        rollout(program, [own, own], start([own, own], 1), **options)
