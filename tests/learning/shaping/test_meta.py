"""Exact meta-gradients: against finite differences, brute force and hand-computed chains."""

import pytest
import torch

from gtlearn import games
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.meta import meta_mapg, meta_objective, unroll
from gtlearn.learning.shaping.updates import naive

IPD = table_game(games.iterated("ipd_meta_mapg", discount="24/25"))


def logits(game, batch, seed):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*batch, *shape, generator=generator, dtype=torch.float64)
        for shape in game.shapes
    ]


def objective(game, start, rates, length, player):
    """The meta-objective by repeated naive updates, and nothing else."""
    total = 0.0
    for _ in range(length):
        start = naive.update(game.values, start, rates)
        total = total + game.values(start)[..., player]
    return total


@pytest.mark.parametrize("player", [0, 1])
def test_the_gradient_by_finite_differences(player):
    start = logits(IPD, (2,), seed=player)
    found = meta_mapg(IPD, start, (0.3, 0.2), 3, player=player)
    step = 1e-5
    for place in [(0, 0), (1, 1), (4, 0)]:
        ends = []
        for sign in (1, -1):
            near = [p.clone() for p in start]
            near[player][:, *place] += sign * step
            ends.append(objective(IPD, near, (0.3, 0.2), 3, player))
        torch.testing.assert_close(
            found.gradient[:, *place], (ends[0] - ends[1]) / (2 * step), rtol=1e-6, atol=1e-7
        )


def test_the_chain_is_one_of_naive_updates():
    start = logits(IPD, (4,), seed=0)
    chain = unroll(IPD, start, 0.1, 3)
    for joint, values in zip(chain.parameters, chain.values.unbind(-2), strict=True):
        torch.testing.assert_close(list(joint), list(start))
        torch.testing.assert_close(IPD.values(joint), values)
        start = naive.update(IPD.values, start, 0.1)
    expected = chain.values[..., 1:, 0].sum(-1)
    torch.testing.assert_close(meta_objective(chain.values, 0), expected)
