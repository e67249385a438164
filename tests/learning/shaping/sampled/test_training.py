"""Ascent on sampled meta-gradients: it climbs, and resumes to the same bits."""

from functools import partial

import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled import (
    Network,
    RecurrentPolicy,
    SampledAscent,
    Sampling,
    TablePolicy,
    state_program,
)

IPD = games.iterated("ipd_meta_mapg", discount="24/25")
PROGRAM = state_program(IPD)
PERSONAS = torch.randn(8, 5, 2, generator=torch.Generator().manual_seed(0))


def make(kind=TablePolicy, seed=1, **options):
    generator = torch.Generator().manual_seed(seed)
    policy = kind(5, 2) if kind is TablePolicy else kind(5, 2, 8)
    given = {
        "personas": [PERSONAS],
        "rates": torch.full((2, 2), 0.5),
        "sampling": Sampling(trajectories=4, horizon=10),
        "chains": 3,
        "generator": generator,
        **options,
    }
    policies = [policy, TablePolicy(5, 2)]
    start = policy.initial(1, generator)[0]
    return SampledAscent(PROGRAM, policies, start=start, **given)


@pytest.mark.parametrize(
    "kind, options",
    [
        (TablePolicy, {"groups": torch.arange(8) % 2}),
        (TablePolicy, {"method": "meta-pg", "learn_rates": False}),
        (RecurrentPolicy, {"critic": Network(5, 1, 8)}),
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
    fixed = make(outer_rate=0.1, learn_rates=False)
    fixed.step()
    assert (fixed.rates == 0.5).all()


def test_table_ascent_climbs():
    """Twenty iterations earn more against a learner than the start does (by far: no chance)."""
    ascent = make(
        sampling=Sampling(trajectories=32, horizon=60),
        rates=torch.ones(2, 2),
        chains=8,
        outer_rate=0.2,
    )
    test = partial(ascent.adapted, [PERSONAS], torch.Generator().manual_seed(9))
    before = test()
    assert before.shape == (3, 2, 8)
    for _ in range(20):
        ascent.step()
    assert test()[1:, 0].mean() > before[1:, 0].mean() + 0.2


@pytest.mark.parametrize(
    "options, message",
    [
        ({"method": "lola"}, "no method 'lola'"),
        ({"personas": []}, "personas of 0 player"),
        ({"personas": [PERSONAS[:0]]}, "at least one persona"),
        ({"chains": 0}, "0 chains"),
        ({"player": 2}, "no player 2"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        make(**options)
