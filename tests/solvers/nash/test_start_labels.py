"""Lemke-Howson from every label, as one of the methods that list equilibria."""

import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, load
from gtlearn.solvers import all_equilibria, solve, verify
from gtlearn.solvers._nash import every_label, path_equilibrium


@pytest.mark.parametrize("seed", range(10))
def test_ends_are_extreme_equilibria(seed):
    game = families.uniform(4, 5, high=9, seed=seed)
    ends = every_label(game)
    whole = {equilibrium.strategies for equilibrium in all_equilibria(game)}
    assert {end.strategies for end in ends} <= whole
    assert {end.strategies for end in ends} == {
        path_equilibrium(game, label).strategies for label in range(9)
    }
    assert not ends.complete
    assert verify.solution(game, ends).false == ()


def test_it_is_a_method_of_solve():
    game = load("battle_of_the_sexes")
    found = solve(game, find="all", method="lemke-howson")
    assert found.method == "Lemke-Howson from every label"
    assert [e.payoffs for e in found] == [(2, 1), (1, 2)]  # no path ends at the mixed one
    assert any("need not reach every equilibrium" in note for note in found.notes)


def test_stops_at_the_time_limit():
    found = every_label(families.uniform(9, 9, seed=1), time_limit=1e-9)
    assert found.status == "time_limit"
    assert not found.complete


@pytest.mark.parametrize("options", [{"find": "all"}, {"select": "welfare"}])
def test_methods_that_do_not_list_all_are_refused(options):
    with pytest.raises(InputError, match="'barrier' does not find all equilibria"):
        solve("chicken", method="barrier", **options)


def test_no_such_label():
    with pytest.raises(InputError, match="4 is no start label of a 2x2 game; use 0 to 3"):
        path_equilibrium(load("chicken"), 4)
