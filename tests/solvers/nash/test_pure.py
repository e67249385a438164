"""Pure equilibria of games of any number of players, in normal form and as trees."""

import json

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError

HORSE = """EFG 2 R "Selten's horse" { "1" "2" "3" } ""
p "" 1 1 "1" { "C" "D" } 0
p "" 2 1 "2" { "c" "d" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 1 "3" { "L" "R" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 1 "3" { "L" "R" } 0
t "" 4 "" { 3, 3, 2 }
t "" 5 "" { 0, 0, 0 }
"""


def pure(game, **options):
    solution = solvers.solve(game, method="pure", find="all", **options)
    report = solvers.verify.solution(game, json.loads(json.dumps(solution.to_json())))
    assert not report.false and not report.on_trust
    return solution


def test_seltens_horse():
    """Selten (1975): the pure equilibria are (C, c, R) and (D, c, L)."""
    solution = pure(games.loads(HORSE, "efg"))
    assert [e.payoffs for e in solution] == [(1, 1, 1), (3, 3, 2)]
    assert not solution.complete  # there are mixed ones
    assert "all in pure strategies" in solution.notes[0] and "plans" in solution.notes[-1]
    first = solvers.solve(games.loads(HORSE, "efg"), method="pure")
    assert [e.payoffs for e in first] == [(1, 1, 1)]


def test_there_may_be_none():
    solution = pure("matching_pennies")
    assert len(solution) == 0 and "there is none in pure strategies" in solution.notes[0]


def test_dominance_leaves_no_other():
    """Each of three players gains one by playing 1, whatever the others do."""
    payoffs = np.moveaxis(np.indices((2, 2, 2)), 0, 0)
    solution = pure(games.normal_form(*payoffs.tolist()))
    assert solution.complete and solution[0].payoffs == (1, 1, 1)


@pytest.mark.parametrize("seed", range(5))
def test_they_are_those_of_the_whole_list(seed):
    game = games.families.uniform(4, 5, seed=seed)
    everything = solvers.solve(game, find="all")
    expected = [e.strategies for e in everything if all(max(s) == 1 for s in e.strategies)]
    assert sorted(e.strategies for e in pure(game)) == sorted(expected)


def test_a_time_limit():
    solution = solvers.solve(
        games.families.uniform(60, 60, seed=1), method="pure", find="all", time_limit=1e-9
    )
    assert solution.status == "time_limit" and not solution.complete


def test_a_tree_too_large_for_plans():
    with pytest.raises(InputError, match="reduced normal form"):
        solvers.solve("leduc_poker", method="pure", find="all")
