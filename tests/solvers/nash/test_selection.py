"""Choosing among all equilibria, inside components too."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, load, normal_form
from gtlearn.solvers import all_equilibria, one_equilibrium, solve, verify
from gtlearn.solvers._nash import CRITERIA, select
from gtlearn.solvers._nash.selection import entropy


@pytest.mark.parametrize("criterion", CRITERIA)
def test_one_solution_that_says_how_it_was_chosen(criterion):
    solution = solve("kohlberg_mertens", select=criterion)
    assert len(solution) == 1
    assert solution.method == f"vertex enumeration, best {criterion}"
    assert not solution.complete  # there are others
    assert solution.components is None
    assert verify.is_nash(solution.game, solution[0].strategies)


def test_welfare_and_fairness_differ():
    # (9, 0), (4, 4) and (0, 1) on the diagonal
    game = normal_form(
        [[9, -1, -1], [-1, 4, -1], [-1, -1, 0]], [[0, -1, -1], [-1, 4, -1], [-1, -1, 1]]
    )
    assert solve(game, select="welfare")[0].payoffs == (9, 0)
    assert solve(game, select="fairness")[0].payoffs == (4, 4)


def test_fairness_breaks_ties_by_welfare():
    game = normal_form([[1, 0], [0, 1]], [[1, 0], [0, 5]])
    assert solve(game, select="fairness")[0].payoffs == (1, 5)


def test_entropy_inside_a_component():
    # all strategies of the row player are equally good, and the column player's first one is best
    game = normal_form([[1, 0]] * 4, [[1, 0]] * 4)
    outcome = solve(game, select="entropy")[0]
    row, column = outcome.strategies
    assert column == (1, 0)
    assert [float(p) for p in row] == pytest.approx([0.25] * 4, abs=1e-5)
    assert outcome.certificate.verified


def test_entropy_without_subsets_is_not_called_maximal():
    whole = all_equilibria(families.degenerate(2, 2, kind="zero"))
    cut = replace(whole, status="time_limit", complete=False, components=None, subsets=None)
    [note] = select(cut, "entropy").notes
    assert note == "only equilibria at the ends of sets were compared"
    assert "maximal up to 1e-6" in select(whole, "entropy").notes[0]


def test_entropy_of_a_zero_game_is_uniform():
    strategies = solve(families.degenerate(3, 5, kind="zero"), select="entropy")[0].strategies
    assert entropy(strategies) == pytest.approx(math.log(15), abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_no_member_of_a_subset_has_more_entropy(seed):
    game = families.degenerate(3, 3, seed=seed)
    best = entropy(solve(game, select="entropy")[0].strategies)
    for subset in all_equilibria(game).subsets:
        for weights in ([1] * 20, [1, 2, 3] * 7, [3, 1, 1, 5] * 5):
            mixes = []
            for corners in (subset.rows, subset.columns):
                used = weights[: len(corners)]
                mixes.append(
                    tuple(
                        sum(w * c[i] for w, c in zip(used, corners, strict=True))
                        / Fraction(sum(used))
                        for i in range(3)
                    )
                )
            assert entropy(mixes) <= best + 1e-5


def test_unknown_criterion():
    with pytest.raises(InputError, match="'poverty' is no way to select"):
        select(all_equilibria(load("chicken")), "poverty")
    with pytest.raises(InputError, match="'fairnes' is no select; did you mean fairness"):
        solve("chicken", select="fairnes")


def test_needs_all_equilibria():
    with pytest.raises(InputError, match="no equilibrium to select from"):
        select(one_equilibrium(load("chicken")), "welfare")
