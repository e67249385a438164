"""Rollouts: the right distribution, the right rewards, the same again from the same state."""

import pytest
import torch

from gtlearn import games
from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.sampled import (
    RecurrentPolicy,
    TablePolicy,
    rollout,
    state_program,
)
from gtlearn.learning.table_values import values

IPD = games.iterated("ipd_meta_mapg", discount="24/25")
RPS = games.iterated("rps_meta_mapg", discount="24/25")


def setting(game, chains, kind=TablePolicy, seed=0):
    program = state_program(game)
    policies = [kind(program.observes.count, program.acts[0].count)] + [
        TablePolicy(program.observes.count, acts.count) for acts in program.acts[1:]
    ]
    generator = torch.Generator().manual_seed(seed)
    return program, policies, [p.initial(chains, generator) for p in policies], generator


@pytest.mark.parametrize("game", [IPD, RPS], ids=["ipd", "rps"])
def test_mean_returns_are_the_exact_values(game):
    """Each chain's, within 4.5 standard errors: all pass with a probability above 99.98 %."""
    program, policies, parameters, generator = setting(game, 4)
    played = rollout(
        program, policies, parameters, trajectories=4000, horizon=120, generator=generator
    )
    weights = 0.96 ** torch.arange(120.0)[:, None]
    returns = (played.rewards * weights).sum(2)  # (players, chains, trajectories)
    exact = values(game, [torch.softmax(p.double(), -1) for p in parameters]).T
    spread = returns.std(-1) / 4000**0.5
    cut = 0.96**120 / 0.04 * program.rewards.abs().max()  # what lies beyond the horizon
    assert ((returns.mean(-1) - exact).abs() <= 4.5 * spread + cut).all()


@pytest.mark.parametrize("kind", [TablePolicy, RecurrentPolicy])
def test_actions_are_drawn_from_the_log_probabilities(kind):
    """Per step: the mean of p(a) - [a was played] is zero within 5 standard errors."""
    program, policies, parameters, generator = setting(RPS, 2, kind)
    played = rollout(
        program, policies, parameters, trajectories=3000, horizon=6, generator=generator
    )
    for action in range(3):
        asked = torch.full_like(played.states, action)
        chances = policies[0].log_probs(parameters[0], played.states, asked).exp()
        errors = chances - (played.actions[0] == action).to(chances)
        assert (errors.mean(-1).abs() <= 5 * (errors.std(-1) + 1e-3) / 3000**0.5).all()


def test_states_and_rewards_are_the_game_s():
    program, policies, parameters, generator = setting(IPD, 3)
    played = rollout(program, policies, parameters, trajectories=5, horizon=9, generator=generator)
    assert played.states.shape == (3, 9, 5)
    assert played.actions.shape == played.rewards.shape == (2, 3, 9, 5)
    assert (played.states[:, 0] == 0).all()
    mine, yours = played.actions
    assert torch.equal(played.states[:, 1:], (1 + 2 * mine + yours)[:, :-1])
    stage = torch.tensor(games.load("ipd_meta_mapg").payoffs[0].floats()).float()
    assert torch.equal(played.rewards[0], stage[mine, yours])
    assert torch.equal(played.rewards[1], stage[yours, mine])


def test_the_same_generator_state_plays_the_same():
    program, policies, parameters, generator = setting(IPD, 3, RecurrentPolicy)
    state = generator.get_state()
    first, other, again = (
        rollout(program, policies, parameters, trajectories=5, horizon=9, generator=g)
        for g in (generator, generator, torch.Generator().set_state(state))
    )
    assert torch.equal(first.actions, again.actions)
    assert torch.equal(first.memories[0].hidden, again.memories[0].hidden)
    assert not torch.equal(first.actions, other.actions)


def test_three_players():
    payoffs = torch.arange(8 * 3).reshape(2, 2, 2, 3)
    game = games.markov_game(
        [payoffs[None, ..., p].tolist() for p in range(3)],
        torch.ones(1, 2, 2, 2, 1, dtype=int).tolist(),
        discount="1/2",
    )
    program, policies, parameters, generator = setting(game, 2)
    played = rollout(program, policies, parameters, trajectories=4, horizon=3, generator=generator)
    a, b, c = played.actions
    assert torch.equal(played.rewards, payoffs[a, b, c].movedim(-1, 0).float())


@pytest.mark.parametrize("size", [{"trajectories": 0}, {"horizon": 0}])
def test_nothing_to_play(size):
    program, policies, parameters, generator = setting(IPD, 2)
    with pytest.raises(InputError, match="cannot be learned from"):
        rollout(
            program,
            policies,
            parameters,
            **{"trajectories": 2, "horizon": 3, **size},
            generator=generator,
        )


def test_what_does_not_fit():
    program, policies, parameters, generator = setting(IPD, 2)
    options = {"trajectories": 2, "horizon": 3, "generator": generator}
    with pytest.raises(InputError, match="one of each a player"):
        rollout(program, policies[:1], parameters, **options)
    with pytest.raises(InputError, match="is for 10 states and 3 actions"):
        rollout(program, [TablePolicy(10, 3), policies[1]], parameters, **options)
    with pytest.raises(InputError, match=r"must have \[2, 5, 2\]"):
        rollout(program, policies, [parameters[0], parameters[1][:1]], **options)


@pytest.mark.parametrize("kind", [TablePolicy, RecurrentPolicy])
def test_a_generator_a_chain(kind):
    """What a chain plays depends on its own parameters and generator alone."""
    program, policies, parameters, _ = setting(IPD, 3, kind)
    seeds = [7, 8, 9]

    def played(chains):
        own = [torch.Generator().manual_seed(seeds[c]) for c in chains]
        given = [p[chains] for p in parameters]
        return rollout(program, policies, given, trajectories=5, horizon=9, generator=own)

    together = played([0, 1, 2])
    for chain in range(3):
        assert torch.equal(together.actions[:, [chain]], played([chain]).actions)
    with pytest.raises(InputError, match="2 generators for 3 chains"):
        rollout(
            program,
            policies,
            parameters,
            trajectories=5,
            horizon=9,
            generator=[torch.Generator()] * 2,
        )


def test_tables_act_with_their_probabilities():
    """Of 40,000 first steps each joint action's share is right within four standard errors."""
    program, policies, parameters, generator = setting(IPD, 1)
    many = rollout(
        program, policies, parameters, trajectories=40_000, horizon=1, generator=generator
    )
    mine, yours = (torch.softmax(p[0, 0], -1) for p in parameters)
    for a in (0, 1):
        for b in (0, 1):
            wanted = float(mine[a] * yours[b])
            share = ((many.actions[0] == a) & (many.actions[1] == b)).double().mean().item()
            assert abs(share - wanted) < 4 * (wanted * (1 - wanted) / 40_000) ** 0.5


def test_what_is_not_finite_is_not_played():
    program, policies, parameters, generator = setting(IPD, 2)
    parameters[1][0, 0] = float("nan")
    with pytest.raises(DivergenceError, match="of 'Agent j' are not finite"):
        rollout(program, policies, parameters, trajectories=2, horizon=3, generator=generator)


def test_chance_moves_are_refused():
    half = [[[["1/2", "1/2"]] * 2] * 2] * 2
    game = games.markov_game([[[[0, 0]] * 2] * 2] * 2, half, discount="1/2")
    with pytest.raises(InputError, match="chance moves"):
        state_program(game)
