"""Values of the literature."""

from fractions import Fraction

import pytest

from gtlearn import games
from gtlearn.solvers._correlated import coarse_correlated, correlated

F = Fraction
CHICKEN = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]], name="Aumann's chicken")


def test_aumanns_chicken():
    """Aumann (1987), p. 5: (1/3, 1/3, 1/3) pays 5 each; the best one pays 21/4 each."""
    best = correlated(CHICKEN)[0]
    assert best.value == F(21, 2)
    assert best.distribution == {(0, 0): F(1, 2), (0, 1): F(1, 4), (1, 0): F(1, 4)}
    assert best.payoffs == (F(21, 4), F(21, 4))
    assert correlated(CHICKEN, objective="fairness")[0].value == F(21, 4)
    assert correlated(CHICKEN, objective="player:1")[0].value == 7


def test_battle_of_the_sexes_by_turns():
    """Luce & Raiffa (1957), section 6.3: tossing a coin gives both 3/2, beyond the mixed 2/3."""
    game = games.load("battle_of_the_sexes")
    fair = correlated(game, objective="fairness")[0]
    assert fair.value == F(3, 2)
    assert fair.distribution == {(0, 0): F(1, 2), (1, 1): F(1, 2)}
    assert fair.certificate.evidence["weights"] == (F(1, 2), F(1, 2))
    assert correlated(game)[0].value == 3


def test_three_players_conceal_a_lottery():
    """Osborne & Rubinstein (1994), Exercise 48.1, after Aumann (1974): all get 2, Nash at most 1.

    Player 3 would leave action B if it knew which of the two profiles was drawn.
    """
    first = [[[0, 2, 0], [0, 0, 0]], [[1, 0, 0], [0, 2, 0]]]
    second = [[[0, 2, 0], [0, 0, 0]], [[0, 0, 1], [0, 2, 0]]]
    third = [[[3, 2, 0], [0, 0, 0]], [[0, 0, 0], [0, 2, 3]]]
    game = games.normal_form(first, second, third, actions=["TB", "LR", "ABC"])
    best = correlated(game, objective="fairness")[0]
    assert best.payoffs == (2, 2, 2)
    assert set(best.distribution) == {(0, 0, 1), (1, 1, 1)}


@pytest.mark.parametrize("solver", [correlated, coarse_correlated])
@pytest.mark.parametrize("name", ["matching_pennies", "rock_paper_scissors"])
def test_zero_sum_payoffs_are_the_value(name, solver):
    """Forges (1990): every correlated equilibrium of a zero-sum game pays the value."""
    for objective in ("player:0", "player:1", "fairness", None):
        assert solver(games.load(name), objective=objective)[0].payoffs == (0, 0)


def test_dominant_strategies_leave_one_equilibrium():
    for objective in ("welfare", "fairness", "player:0", "gini", None):
        for solver in (correlated, coarse_correlated):
            found = solver(games.load("prisoners_dilemma"), objective=objective)[0]
            assert found.distribution == {(1, 1): 1}


def test_matching_pennies_has_one_correlated_equilibrium():
    """Nau & McCardle (1990): it is the product of the mixed strategies."""
    game = games.load("matching_pennies")
    for objective in ("welfare", "player:0", "gini"):
        assert set(correlated(game, objective=objective)[0].distribution.values()) == {F(1, 4)}


def test_coarse_beats_correlated():
    """Moulin & Vial (1978): where the correlated equilibrium is unique, coarse ones can do better.

    By hand: rock-paper-scissors with draws at 3/4. Drawing one of the six decisive profiles pays
    both 1, and a fixed action, ignoring the lottery, only (3/4 + 0 + 2) / 3. But who is told to
    lose would rather draw, so the correlated equilibrium is uniform, with welfare 11/6.
    """
    draw = F(3, 4)
    row = [[draw, 0, 2], [2, draw, 0], [0, 2, draw]]
    game = games.normal_form(row, [list(column) for column in zip(*row, strict=True)])
    assert coarse_correlated(game)[0].value == 2
    for objective in ("welfare", "player:0", "gini"):
        unique = correlated(game, objective=objective)[0]
        assert set(unique.distribution.values()) == {F(1, 9)}
    assert correlated(game)[0].value == F(11, 6)


def test_most_spread_equilibrium_is_uniform_where_that_is_one():
    game = games.load("rock_paper_scissors")
    for solver in (correlated, coarse_correlated):
        found = solver(game, objective="gini")[0]
        assert found.value == F(8, 9)
        assert set(found.distribution.values()) == {F(1, 9)}


def test_most_spread_equilibrium_of_chicken():
    """By hand: told to dare, a player is indifferent, with multiplier y, so q = 1 - G'y is
    (1, 1 + y, 1 + y, 1 - 4y), and 2 (1 - 4y) = 1 + y gives y = 1/9.
    """
    found = correlated(CHICKEN, objective="gini")[0]
    p = found.distribution
    assert p == {(0, 0): F(9, 34), (0, 1): F(10, 34), (1, 0): F(10, 34), (1, 1): F(5, 34)}
    assert 2 * p[1, 1] == p[1, 0]
    assert found.value == F(25, 34)
