"""Zero-sum trees, exactly: published values, and OpenSpiel's own judgement."""

from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.algorithms.exploitability import nash_conv

from gtlearn import games, solvers

ROUNDED = 1e-12  # a few thousand products of doubles below 15


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kuhn_poker", Fraction(-1, 18)),  # Kuhn (1950), A simplified two-person poker
        ("liars_dice(numdice=1,dice_sides=4)", Fraction(1, 16)),
        ("goofspiel(num_cards=3,imp_info=True)", Fraction(0)),  # symmetric
    ],
)
def test_values(name, value):
    solution = solvers.solve(name)
    assert solution.method == "linear program of the sequence form"
    assert solution[0].payoffs == (value, -value)
    assert solution[0].certificate.evidence["regrets"] == (0, 0)


def test_leduc_poker():
    """-0.0856064 is what regret minimisation is reported to converge to (Lanctot et al. 2019,
    OpenSpiel: A framework for reinforcement learning in games)."""
    solution = solvers.solve("leduc_poker")
    assert float(solution[0].payoffs[0]) == pytest.approx(-0.0856064240780, abs=1e-13)
    assert not solvers.verify.solution("leduc_poker", solution).false


def test_kuhns_equilibria_are_one_family():
    """The first player bets on the jack with some a in [0, 1/3], on the king with 3a, and calls
    with the queen with a + 1/3; the second player's strategy is the only one (Kuhn 1950)."""
    solution = solvers.solve("kuhn_poker")
    first, second = solution.profile().tables
    own = {
        s.label: dict(zip(s.actions, row, strict=True))
        for s, row in zip(solution.game.sets[0], first, strict=True)
    }
    a = own["0"]["Bet"]
    assert 0 <= a <= Fraction(1, 3)
    assert own["2"]["Bet"] == 3 * a
    assert own["1pb"]["Bet"] == a + Fraction(1, 3)
    theirs = {
        s.label: dict(zip(s.actions, row, strict=True))
        for s, row in zip(solution.game.sets[1], second, strict=True)
    }
    assert (theirs["0p"]["Bet"], theirs["1b"]["Bet"]) == (Fraction(1, 3), Fraction(1, 3))


@pytest.mark.parametrize(
    "name", ["kuhn_poker", "leduc_poker", "liars_dice(numdice=1,dice_sides=3)"]
)
def test_openspiel_agrees(name):
    solution, theirs = solvers.solve(name), pyspiel.load_game(name)
    policy = solution.to_openspiel()
    assert nash_conv(theirs, policy) == pytest.approx(0, abs=ROUNDED)
    value = policy_value(theirs.new_initial_state(), [policy] * 2)
    assert value == pytest.approx([float(p) for p in solution[0].payoffs], abs=ROUNDED)


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=2)"])
def test_the_reduced_normal_form_has_the_same_value(name):
    game = games.load(name)
    assert solvers.solve(game)[0].payoffs == solvers.solve(game.reduced())[0].payoffs


def test_an_approximation_says_what_it_misses():
    solution = solvers.solve("leduc_poker", method="dcfr")
    (profile,) = solution
    assert not profile.certificate.verified
    regrets = profile.certificate.evidence["regrets"]
    assert 0 < sum(regrets) < Fraction(13 * 2, 10**6)  # of payoffs between -13 and 13
    assert "An approximation: by some deviation a player gains up to" in str(solution)
    assert not solvers.verify.solution("leduc_poker", solution).false


def test_a_limit_leaves_an_approximation_or_a_sentence():
    solution = solvers.solve("liars_dice(numdice=1,dice_sides=5)", time_limit=1)
    assert solution.status in ("ok", "time_limit")
    assert len(solution) or "give a higher limit" in solution.notes[-1]
