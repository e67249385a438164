"""Games in which the follower has far more actions than the leader."""

import json
import tracemalloc

import numpy as np
import pytest

from gtlearn import games
from gtlearn.solvers import solve, verify
from gtlearn.solvers._commitment import data
from gtlearn.solvers._commitment.data import LeaderPayoffs
from gtlearn.solvers._commitment.multipliers import Multipliers, bounds, rounded
from gtlearn.solvers.output import json as solution_json
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
        monkeypatch.setattr(solution_json, "MOST_FULL_ROWS", 1)
        (short,) = printed(options)["solutions"]
        given = short["certificate"].pop("multipliers")
        rows = [[dict(map(tuple, row)).get(k, "0") for k in range(len(given))] for row in given]
        assert rows == whole["certificate"].pop("multipliers")
        assert short == whole

    def test_prove_as_much(self, options, monkeypatch):
        monkeypatch.setattr(solution_json, "MOST_FULL_ROWS", 1)
        shown = printed(options)
        assert verify.solution(GAME, shown).holds
        judge = Judge(GAME, shown)
        changed = [m for m in mutants(shown) if "multipliers" in m.path]
        for mutant in changed[:: max(1, len(changed) // 30)]:
            if judge.verdict(mutant) is Verdict.FALSE:
                assert verify.solution(GAME, mutant.data).false


@pytest.mark.parametrize("unit", [1, 2**70])
def test_bounds_do_not_depend_on_how_many_rows_are_looked_at_at_once(unit, monkeypatch):
    game = LeaderPayoffs.of(games.normal_form(*(DRAW.astype(object) * unit)), 0)
    draw = np.random.default_rng(5)
    floats = {j: draw.random(40) * (draw.random(40) < 0.1) for j in range(0, 40, 3)}
    multipliers = rounded(game, floats)
    one_by_one = [bounds(game, Multipliers(40, {j: row}))[j] for j, row in multipliers.rows.items()]
    found = bounds(game, multipliers)
    assert [found[j] for j in multipliers.rows] == one_by_one
    assert [found[j] for j in range(40) if j not in multipliers.rows] == [
        max(game.leader[:, j]) for j in range(40) if j not in multipliers.rows
    ]
    payoffs = commitment_arithmetic.TypePayoffs(game.leader, 1, game.follower, 1)
    for block in (1, 100, 2**18):
        monkeypatch.setattr(commitment_arithmetic, "_BLOCK", block)
        rows = multipliers.for_payoffs(game.ratio)
        assert commitment_arithmetic.bounds_by_multipliers(payoffs, rows, {}, frozenset()) == found


@pytest.mark.parametrize("unit", [1, 2**70])
@pytest.mark.parametrize("collide", [False, True])
def test_classes_are_of_equal_columns(unit, collide, monkeypatch):
    if collide:
        for module in (data, commitment_arithmetic):
            monkeypatch.setattr(module, "hash", lambda _: 0, raising=False)
    tables = np.random.default_rng(6).integers(0, 2, (2, 2, 9)).astype(object) * unit
    game = LeaderPayoffs.of(games.normal_form(*tables), 0)
    columns = tables[1].T.tolist()
    groups = [[k for k in range(9) if columns[k] == column] for column in columns]
    expected = [group for j, group in enumerate(groups) if group[0] == j]
    assert game.classes == expected
    payoffs = commitment_arithmetic.TypePayoffs(game.leader, 1, game.follower, 1)
    assert commitment_arithmetic.classes(payoffs) == expected


def test_a_correlated_commitment_is_checked_by_what_it_plays():
    game = games.normal_form(*np.random.default_rng(7).integers(0, 9, (2, 1000, 1000)))
    (found,) = solve(game, "stackelberg", commitment="correlated", memory_limit=1e3)
    tracemalloc.start()
    try:
        assert verify.commitment(game, found) == ()
        assert tracemalloc.get_traced_memory()[1] < 4e6  # the profiles' probabilities took more
    finally:
        tracemalloc.stop()
