"""Games in which the follower has far more actions than the leader."""

import json

import numpy as np
import pytest

from gtlearn import games
from gtlearn.solvers import solve, verify
from gtlearn.solvers.commitment.data import Bimatrix
from gtlearn.solvers.commitment.multipliers import Multipliers, bounds, rounded
from gtlearn.solvers.output import export
from gtlearn.solvers.testing import Judge, Verdict, mutants
from gtlearn.solvers.verify import commitment_arithmetic

DRAW = np.random.default_rng(4).integers(-9, 10, (2, 2, 40))
GAME = games.normal_form(*DRAW)
OPTIONS = [{}, {"ties": "weak"}, {"commitment": "correlated"}]


def printed(options):
    return json.loads(json.dumps(solve(GAME, "stackelberg", **options).to_json()))


@pytest.mark.parametrize("options", OPTIONS)
class TestMultipliersInShort:
    """Of many actions the JSON names the multipliers that are not zero."""

    def test_are_the_same(self, options, monkeypatch):
        (whole,) = printed(options)["solutions"]
        monkeypatch.setattr(export, "MOST_FULL_ROWS", 1)
        (short,) = printed(options)["solutions"]
        given = short["certificate"].pop("multipliers")
        rows = [[dict(map(tuple, row)).get(k, "0") for k in range(len(given))] for row in given]
        assert rows == whole["certificate"].pop("multipliers")
        assert short == whole

    def test_prove_as_much(self, options, monkeypatch):
        monkeypatch.setattr(export, "MOST_FULL_ROWS", 1)
        data = printed(options)
        assert verify.solution(GAME, data).holds
        judge = Judge(GAME, data)
        changed = [m for m in mutants(data) if "multipliers" in m.path]
        for mutant in changed[:: max(1, len(changed) // 30)]:
            if judge.verdict(mutant) is Verdict.FALSE:
                assert verify.solution(GAME, mutant.data).false


@pytest.mark.parametrize("unit", [1, 2**70])
def test_bounds_do_not_depend_on_how_many_rows_are_looked_at_at_once(unit, monkeypatch):
    game = Bimatrix.of(games.normal_form(*(DRAW.astype(object) * unit)), 0)
    draw = np.random.default_rng(5)
    floats = {j: draw.random(40) * (draw.random(40) < 0.1) for j in range(0, 40, 3)}
    multipliers = rounded(game, floats)
    one_by_one = [bounds(game, Multipliers(40, {j: row}))[j] for j, row in multipliers.rows.items()]
    found = bounds(game, multipliers)
    assert [found[j] for j in multipliers.rows] == one_by_one
    assert [found[j] for j in range(40) if j not in multipliers.rows] == [
        max(game.leader[:, j]) for j in range(40) if j not in multipliers.rows
    ]
    sides = commitment_arithmetic.Sides(game.leader, 1, game.follower, 1)
    for block in (1, 100, 2**18):
        monkeypatch.setattr(commitment_arithmetic, "_BLOCK", block)
        rows = multipliers.for_payoffs(game.ratio)
        assert commitment_arithmetic.bounds_by_multipliers(sides, rows, {}, frozenset()) == found
