"""Ascent on sampled meta-gradients: it climbs, and resumes to the same bits."""

from dataclasses import replace

import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.ascents import Chains, Estimator, Gradients, SampledAscent, Sampling
from gtlearn.learning.shaping.ascents import estimator as estimators
from gtlearn.learning.shaping.methods import METHODS, LolaDice, MetaMapg, MetaPg, Reinforce
from gtlearn.learning.shaping.sampled import (
    Network,
    RecurrentPolicy,
    TablePolicy,
    state_program,
)

IPD = games.iterated("ipd_meta_mapg", discount="24/25")
PROGRAM = state_program(IPD)
PERSONAS = torch.randn(8, 5, 2, generator=torch.Generator().manual_seed(0))


def estimator(kind=TablePolicy, **options):
    policy = kind(5, 2) if kind is TablePolicy else kind(5, 2, 8)
    given = {"sampling": Sampling(trajectories=4, horizon=10), **options}
    return Estimator(PROGRAM, [policy, TablePolicy(5, 2)], **given)


def make(kind=TablePolicy, seed=1, personas=(PERSONAS,), rate=0.5, of=None, **options):
    generator = torch.Generator().manual_seed(seed)
    held = estimator(kind, **(of or {}))
    start = held.policies[0].initial(1, generator)[0]
    rates = torch.full((2, 2), rate)
    given = {"chains": 3, "generator": generator, **options}
    return SampledAscent(held, personas, start, rates, **given)


@pytest.mark.parametrize(
    "kind, options",
    [
        (TablePolicy, {"groups": torch.arange(8) % 2}),
        (TablePolicy, {"of": {"method": MetaPg(learn_rates=False)}}),
        (RecurrentPolicy, {"of": {"critic": Network(5, 1, 8)}}),
        (RecurrentPolicy, {"of": {"critic": Network(5, 1, 8), "method": LolaDice()}}),
    ],
)
def test_resuming_gives_the_same_bits(kind, options):
    """Two steps at once, and one, then one in another object; testing between changes nothing."""
    straight, first, second = (make(kind, seed, **options) for seed in (1, 1, 7))
    straight.step()
    straight.step()
    first.step()
    first.adapted([PERSONAS[:2]], torch.Generator().manual_seed(5))
    second.load_state_dict(first.state_dict())
    second.step()
    for name in ("start", "rates", "values"):
        assert torch.equal(getattr(straight, name), getattr(second, name))
    assert not torch.equal(straight.start, first.start)


def test_only_the_own_rates_are_learned():
    ascent = make(outer_rate=0.1)
    ascent.step()
    assert (ascent.rates[:, 0] != 0.5).all()
    assert (ascent.rates[:, 1] == 0.5).all()
    fixed = make(outer_rate=0.1, of={"method": MetaMapg(learn_rates=False)})
    fixed.step()
    assert (fixed.rates == 0.5).all()


def test_inner_rates_have_a_learning_rate_of_their_own():
    """Adam's first step is as long as its rate, up to its epsilon beside a small gradient."""
    ascent = make(outer_rate=0.1, of={"method": MetaMapg(rates_rate=0.01)})
    before = ascent.start.clone()
    ascent.step()
    torch.testing.assert_close((ascent.start - before).abs().max(), torch.tensor(0.1))
    moved = (ascent.rates[:, 0] - 0.5).abs()
    torch.testing.assert_close(moved, torch.full((2,), 0.01), rtol=1e-3, atol=0)


def test_table_ascent_climbs():
    """Twenty iterations earn more against a learner than the start does (by far: no chance)."""
    of = {"sampling": Sampling(trajectories=32, horizon=60)}
    ascent = make(of=of, rate=1.0, chains=8, outer_rate=0.2)

    def test():
        return ascent.adapted([PERSONAS], torch.Generator().manual_seed(9)).mean_rewards

    before = test()
    assert before.shape == (3, 2, 8)
    for _ in range(20):
        ascent.step()
    assert test()[1:, 0].mean() > before[1:, 0].mean() + 0.2


def chains_of(held, count=5):
    generator = torch.Generator().manual_seed(3)
    start = held.policies[0].initial(1, generator)[0]
    values = torch.empty(0) if held.critic is None else held.critic.initial(1, generator)[0]
    return Chains(start, torch.ones(2, 2), values, (PERSONAS[:count],), torch.arange(count))


@pytest.mark.parametrize("method", METHODS.values())
@pytest.mark.parametrize("kind", [TablePolicy, RecurrentPolicy])
def test_parts_say_what_the_whole_says(kind, method):
    """Wherever a chain is played: the same gradients, up to the rounding of sums in 32 bits."""
    critic = Network(5, 1, 8) if kind is RecurrentPolicy else None
    held = estimator(kind, method=method(), critic=critic)
    chains = chains_of(held)
    parts = chains.parts(2)
    assert [len(part) for part in parts] == [3, 2]
    whole, joined = held(chains), Gradients.joined([held(part) for part in parts])
    for name in ("parameters", "rates", "objective", "values"):
        assert torch.allclose(getattr(whole, name), getattr(joined, name), rtol=1e-4, atol=1e-5)
    assert len(chains.parts(9)) == 5


def test_the_baselines_know_of_no_chain():
    """The gradients of LOLA-DiCE and REINFORCE do not depend on how long the chain is."""
    for method in (LolaDice(), Reinforce()):
        held = estimator(method=method)
        chains = chains_of(held)
        longer = replace(chains, rates=torch.ones(7, 2))
        assert torch.equal(held(chains).parameters, held(longer).parameters)
        assert (held(chains).rates == 0).all()


def test_lola_dice_goes_on_shaping_along_the_chain():
    """Its steps are LOLA-DiCE's own; everybody else's are policy gradients."""
    held, other = estimator(method=LolaDice()), estimator(method=Reinforce())
    for still, moved in ((1, 0), (0, 1)):  # one learner at a time, so that all else is the same
        chains = chains_of(held)
        chains.rates[:, still] = 0
        mine, naive = (
            e.adapted(chains, torch.Generator().manual_seed(1)).parameters[1] for e in (held, other)
        )
        assert torch.equal(mine[still], naive[still])
        assert torch.equal(mine[moved], naive[moved]) == (moved == 1)


@pytest.mark.parametrize("method", METHODS.values())
def test_rollouts_are_counted(method, monkeypatch):
    """What is said to be played is played."""
    own = LolaDice(look_aheads=3) if method is LolaDice else method()
    held = estimator(method=own)
    played = []
    rollout = estimators.rollout
    monkeypatch.setattr(
        estimators, "rollout", lambda *args, **keys: played.append(1) or rollout(*args, **keys)
    )
    held(chains_of(held))
    iteration = len(played)
    held.adapted(chains_of(held), torch.Generator().manual_seed(0))
    assert (iteration, len(played) - iteration) == own.rollouts(2)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"personas": []}, "personas of 0 player"),
        ({"personas": [PERSONAS[:0]]}, "at least one persona"),
        ({"chains": 0}, "0 chains"),
        ({"of": {"player": 2}}, "no player 2"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        make(**options)


def test_lola_dice_foresees_something():
    with pytest.raises(InputError, match="0 look-aheads"):
        LolaDice(look_aheads=0)


def test_a_policy_that_is_not_differentiable():
    class Stuck(TablePolicy):
        def log_probs(self, *args, **options):
            return super().log_probs(*args, **options).detach()

    held = replace(estimator(), policies=[TablePolicy(5, 2), Stuck(5, 2)])
    with pytest.raises(InputError, match="of player 1's policy, a Stuck, are not differentiable"):
        held(chains_of(held))
