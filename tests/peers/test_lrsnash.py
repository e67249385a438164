"""Agreement with lrsnash (lrslib), the reference for all extreme equilibria.

D. Avis, G. Rosenberg, R. Savani & B. von Stengel (2010), Enumeration of Nash Equilibria for
Two-Player Games, Economic Theory 42.
"""

import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from gtlearn.games import families, normal_form
from gtlearn.solvers import all_equilibria

LRSNASH = shutil.which("lrsnash")
pytestmark = pytest.mark.skipif(LRSNASH is None, reason="lrsnash is not on the PATH")


def lrsnash(game, folder):
    """The extreme equilibria that lrsnash prints: in each block, every y with the block's x."""
    tables = [
        "\n".join(" ".join(map(str, row)) for row in tensor.fractions().tolist())
        for tensor in game.payoffs
    ]
    path = folder / "game.txt"
    path.write_text("\n\n".join(["{} {}".format(*game.shape), *tables, ""]))
    result = subprocess.run([LRSNASH, path], capture_output=True, text=True, check=True, timeout=60)
    found, answers = [], []
    for line in result.stdout.splitlines():
        player, *numbers = line.split() or [""]
        if player == "2":
            answers.append(tuple(map(Fraction, numbers[:-1])))
        elif player == "1":
            x = tuple(map(Fraction, numbers[:-1]))
            found += [(x, y) for y in answers]
            answers = []
        elif line.startswith("*Number of equilibria found:"):
            assert int(line.split(":")[1]) == len(found)
    return found


def same(game, folder):
    ours, theirs = all_equilibria(game), lrsnash(game, folder)
    assert ours.complete
    assert {e.strategies for e in ours} == set(theirs)
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("high", [1, 2, 4, 99])
@pytest.mark.parametrize("block", range(5))
def test_uniform_games(high, block, tmp_path):
    for seed in range(15 * block, 15 * block + 15):
        rng = np.random.default_rng([seed, high])
        m, n = rng.integers(1, 6, 2, endpoint=True)
        same(normal_form(*rng.integers(0, high, (2, m, n), endpoint=True)), tmp_path)


@pytest.mark.parametrize("kind", families.DEGENERATE_KINDS)
@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (6, 6)])
def test_degenerate_families(kind, shape, tmp_path):
    for seed in range(5):
        same(families.degenerate(*shape, kind=kind, seed=seed), tmp_path)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "family",
    [
        lambda seed: families.covariant(7, 7, rho=-0.9, seed=seed),
        lambda seed: families.covariant(7, 7, rho=1, scale=3, seed=seed),
        lambda seed: families.ranking(6, steps=3, seed=seed),
        lambda seed: families.zero_sum(7, 5, low=-2, high=2, seed=seed),
        lambda seed: families.unit_vector(5, 8, high=3, seed=seed),
        lambda seed: families.dispersion(2, 6, high=3, seed=seed),
        lambda seed: families.sgc(2, shuffle=1, seed=seed),
        lambda seed: families.uniform(9, 9, seed=seed),
    ],
    ids=["covariant", "cooperative", "ranking", "zero-sum", "unit", "dispersion", "sgc", "nine"],
)
def test_other_families(family, seed, tmp_path):
    same(family(seed), tmp_path)


@pytest.mark.parametrize("seed", range(10))
def test_fractions_and_large_numbers(seed, tmp_path):
    rng = np.random.default_rng(seed)
    above = rng.integers(-(10**6), 10**6, (2, 4, 5)).astype(object) * 10**12
    below = rng.integers(1, 10**6, (2, 4, 5)).astype(object)
    ratios = np.vectorize(Fraction, otypes=[object])(above, below)
    same(normal_form(*ratios), tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_twelve_by_twelve(seed, tmp_path):
    same(families.uniform(12, 12, seed=seed), tmp_path)
