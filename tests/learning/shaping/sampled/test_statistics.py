"""Sampled meta-gradients against exact ones, with a stated confidence."""

from functools import partial

import pytest
import torch

from gtlearn import games
from gtlearn.learning.shaping.sampled import (
    Players,
    TablePolicy,
    meta_mapg,
    meta_pg,
    play_chain,
    returns_credit,
    rollout,
    state_program,
)
from gtlearn.learning.shaping.sampled.gradients import meta_objective
from gtlearn.learning.table_values import tensor_game, values

DOUBLE = torch.float64
DISCOUNT = 0.9
GAME = games.iterated("ipd_meta_mapg", discount="9/10")
TENSORS = tensor_game(GAME)
PROGRAM = state_program(GAME, dtype=DOUBLE)
POLICIES = [TablePolicy(5, 2, DOUBLE)] * 2
CHAINS, TRAJECTORIES, HORIZON = 150, 64, 80  # 0.9 ** 80 = 0.0002 of the value is not played
RATES = torch.full((2, 2), 0.03, dtype=DOUBLE)
START = [
    policy.initial(1, torch.Generator().manual_seed(2 + k)) for k, policy in enumerate(POLICIES)
]
LIKELY = 4.0  # standard errors: 5 free coordinates of one test all pass with 99.97 %


def exact(shaped, scored=(0, 1)):
    """The gradient of V(phi_1) + V(phi_2) through exact updates; `scored` as in Theorem 1."""
    start = [given.clone().requires_grad_() for given in START]
    current, total = start, 0.0
    for row in RATES:
        found = values(TENSORS, [torch.softmax(p, -1) for p in current])[0]
        steps = [torch.autograd.grad(found[k], current[k], create_graph=True)[0] for k in range(2)]
        current = [p + r * s for p, r, s in zip(current, row, steps, strict=True)]
        current = [p if k in shaped else p.detach().requires_grad_() for k, p in enumerate(current)]
        judged = [p if k in scored else p.detach() for k, p in enumerate(current)]
        total = total + values(TENSORS, [torch.softmax(p, -1) for p in judged])[0, 0]
    return torch.autograd.grad(total, start[0])[0][0]


def inputs(seed, **options):
    generator = torch.Generator().manual_seed(seed)
    sample = partial(
        rollout,
        PROGRAM,
        POLICIES,
        trajectories=TRAJECTORIES,
        horizon=HORIZON,
        generator=generator,
    )
    credit = partial(returns_credit, discount=DISCOUNT, **options)
    parameters = [given.expand(CHAINS, -1, -1) for given in START]
    return Players(POLICIES, sample, credit), parameters, RATES


def judged(credit):
    return lambda played: credit(played)[0]


def check(gradients, wanted):
    """The mean over chains is the exact gradient; the test could have told an 8th from it."""
    mean, error = gradients.mean(0), gradients.std(0) / CHAINS**0.5
    assert error.norm() < wanted.norm() / 8
    assert ((mean - wanted).abs() <= LIKELY * error + 1e-3 * wanted.norm()).all()
    assert torch.cosine_similarity(mean.flatten(), wanted.flatten(), dim=0) > 0.97


@pytest.mark.parametrize("baseline", ["split", "linear"])
def test_meta_mapg(baseline):
    given = inputs(0, baseline=baseline)
    check(meta_mapg(*given, judged(given[0].credit)).parameters, exact((0, 1)))


def test_meta_pg():
    given = inputs(1, baseline="split")
    check(meta_pg(*given, judged(given[0].credit)).parameters, exact((0,)))


@pytest.mark.parametrize("scored", [(0,), (1,)], ids=["own learning", "peer learning"])
def test_each_term(scored):
    given = inputs(2, baseline="split")
    links = play_chain(*given, shaped=(0, 1))
    objective = meta_objective(links, judged(given[0].credit), scored).sum()
    check(torch.autograd.grad(objective, links[0].parameters[0])[0], exact((0, 1), scored))


def test_the_published_estimator_is_too_long():
    given = inputs(3, weighted=False)
    mean = meta_mapg(*given, judged(given[0].credit)).parameters.mean(0)
    assert mean.norm() > 2 * exact((0, 1)).norm()
