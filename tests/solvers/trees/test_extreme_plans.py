"""All extreme equilibria of small trees of constant sum, in realisation plans."""

from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.games.reduction import plans_of
from gtlearn.games.testing.trees import random_tree
from gtlearn.solvers._trees.extreme_plans import extreme_equilibria
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.from_plans import behaviour_of_plans

F = Fraction


def test_kuhns_family():
    """Kuhn (1950), page 102: player 1 bets with the jack with a probability from 0 to 1/3, with the
    king three times as often, calls with the queen 1/3 more often; player 2 has one strategy."""
    solution = solvers.solve("kuhn_poker", find="all")
    assert solution.complete and len(solution) == 2
    game = solution.game
    bets = []
    for equilibrium in solution:
        own = {
            s.label: row[1] for s, row in zip(game.sets[0], equilibrium.strategies[0], strict=True)
        }
        assert own["2"] == 3 * own["0"] and own["1pb"] == own["0"] + F(1, 3) and own["1"] == 0
        bets.append(own["0"])
    assert set(bets) == {0, F(1, 3)}
    assert solution[0].strategies[1] == solution[1].strategies[1]
    assert "2 extreme Nash equilibria; all others are mixtures of their plans" in str(solution)
    assert not solvers.verify.solution(game, solution).false


@pytest.mark.parametrize("seed", range(25))
def test_as_many_as_in_the_reduced_normal_form(seed):
    """Several mixtures of plans may play alike, so that there are at least as many; and each
    extreme plan is played by one of them."""
    game = random_tree(seed, zero_sum=True, moves=7)
    form, plans = form_of(game), solvers.all_equilibria(game.reduced())
    pure = plans_of(game)
    played = {behaviour_of_plans(form, e, pure) for e in plans}
    every = extreme_equilibria(form, plans[0].payoffs)
    assert every and set(every) <= played


def test_larger_ones_are_said_to_have_others():
    solution = solvers.solve(games.load("leduc_poker"), find="all")
    assert len(solution) == 1 and not solution.complete
    assert any("there are other equilibria" in note for note in solution.notes)
