"""Equilibria on the supports of regret minimisation: always exact, and those of the plans."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.exploitability import nash_conv

from gtlearn import games, limits, solvers
from gtlearn.errors import InputError
from gtlearn.games.kinds.extensive.game import payoff_arrays
from gtlearn.solvers._trees.form import form_of, num_plans
from gtlearn.solvers._trees.supports import equilibrium_on_supports, plans_on_supports

METHOD = "linear programs on the supports of regret minimisation (DCFR)"
SHERIFF = "sheriff(max_bribe=3,max_items=5,num_rounds=2)"  # 223 and 73 sequences


def paying(game, rows):
    return replace(game, payoffs=payoff_arrays(rows, 2), openspiel_text="")


def with_random_payoffs(game, seed, most=99):
    draw = random.Random(seed)
    return paying(game, [[draw.randint(0, most) for _ in "ab"] for _ in range(game.num_leaves)])


def raked(game, rate):
    """The house keeps a share of what is won."""
    rows = zip(*(payoffs.fractions().tolist() for payoffs in game.payoffs), strict=True)
    return paying(game, [[p * (1 - rate) if p > 0 else p for p in row] for row in rows])


def signalling(seed):
    """A type is drawn, its player sends one of two messages, the other answers, and after one of
    the answers the first player moves once more."""
    draw = random.Random(seed)
    tree = games.tree("signalling", ["S", "R"])
    types = tree.root.draws({"strong": "2/3", "weak": "1/3"})
    for kind in ("strong", "weak"):
        messages = types[kind].decides("S", kind, ["l", "r"])
        for message in "lr":
            answers = messages[message].decides("R", message, ["u", "d"])
            answers["u"].pays(draw.randint(0, 9), draw.randint(0, 9))
            ends = answers["d"].decides("S", f"{kind} {message} d", ["x", "y"])
            for end in "xy":
                ends[end].pays(draw.randint(0, 9), draw.randint(0, 9))
    return tree.game()


def solve(game):
    solution = solvers.solve(game, method="supports")
    assert solution.status == "ok" and not solvers.verify.solution(game, solution).false
    return solution


@pytest.mark.parametrize("seed", range(10))
def test_kuhns_tree_with_random_payoffs(seed):
    solution = solve(with_random_payoffs(games.load("kuhn_poker"), seed))
    assert solution.method == METHOD
    assert solution[0].certificate.evidence["regrets"] == (0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_the_payoffs_are_those_of_an_equilibrium_in_plans(seed):
    game = signalling(seed)
    known = solvers.solve(game.reduced(), find="all")
    assert known.complete
    (equilibrium,) = solve(game)
    assert equilibrium.certificate.evidence["regrets"] == (0, 0)
    assert equilibrium.payoffs in {other.payoffs for other in known}


def test_ties():
    for seed in range(10):
        (equilibrium,) = solve(with_random_payoffs(games.load("kuhn_poker"), seed, most=1))
        assert equilibrium.certificate.verified


def test_kuhn_poker_with_a_rake():
    """A sixteenth is kept; the reduced normal form is solved by other code."""
    game = raked(games.load("kuhn_poker"), Fraction(1, 16))
    assert solve(game)[0].payoffs == (Fraction(-197, 2208), Fraction(7, 376))
    assert solvers.solve(game, method="reduced")[0].payoffs == solve(game)[0].payoffs


def test_large_trees_of_general_sum():
    """Their reduced normal forms have more than a million profiles."""
    sheriff = solvers.solve(SHERIFF)
    assert sheriff.method == METHOD and sheriff[0].certificate.verified
    theirs = pyspiel.load_game(SHERIFF)
    assert nash_conv(theirs, sheriff.to_openspiel()) == pytest.approx(0, abs=1e-12)
    leduc = with_random_payoffs(games.load("leduc_poker"), 1)
    solution = solvers.solve(leduc)
    assert solution.method == METHOD and solution[0].certificate.verified


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=4)"])
def test_the_value_of_zero_sum_games(name):
    game = games.load(name)
    assert solve(game)[0].payoffs == solvers.solve(game, method="sequence-form")[0].payoffs


def test_supports_without_an_equilibrium():
    """Whoever holds the king bets or calls, so that no equilibrium passes always."""
    form = form_of(games.load("kuhn_poker"))
    passing = []
    for player, own in enumerate(form.sequences):
        plan = np.zeros(own.size)
        plan[0] = 1.0
        for place, known in enumerate(form.game.sets[player]):
            plan[own.first[place] + known.actions.index("Pass")] = plan[own.before[place]]
        passing.append(plan)
    assert equilibrium_on_supports(form, tuple(passing), 1e-3) is None


def test_a_limit_leaves_the_best_approximation():
    game = with_random_payoffs(games.load("leduc_poker"), 1)
    with limits.limited(time_limit=1e-6):
        result = plans_on_supports(form_of(game))
    assert not result.exact and result.reached is not None
    solution = solvers.solve(game, time_limit=0.02)
    assert solution.status == "time_limit" and not any(o.certificate.verified for o in solution)


@pytest.mark.parametrize("seconds", [0.02, 0.15])
def test_a_limit_is_said_once(seconds):
    solution = solvers.solve(games.load("leduc_poker"), time_limit=seconds)
    limited = [note for note in solution.notes if "time limit" in note]
    assert len(limited) == (solution.status == "time_limit")
    assert not any("is shown" in note for note in limited) or len(solution)


def test_a_program_that_takes_too_long_is_given_up(monkeypatch):
    """Then supports are looked for, unless it was asked for alone."""
    monkeypatch.setattr("gtlearn.solvers._trees.nash._MEDIUM", 0)
    monkeypatch.setattr("gtlearn.solvers._trees.nash._TRIED", 1e-9)
    solution = solvers.solve("liars_dice(numdice=1,dice_sides=3)")
    assert solution.method == METHOD and solution[0].certificate.verified
    alone = solvers.solve("liars_dice(numdice=1,dice_sides=3)", method="sequence-form")
    assert alone[0].payoffs == solution[0].payoffs


def test_what_the_method_is_not_for():
    huge = paying(games.load("kuhn_poker"), [[10**20 + k, k] for k in range(30)])
    with pytest.raises(InputError, match="too many digits for method"):
        solvers.solve(huge, method="supports")
    with pytest.raises(InputError, match="finds one equilibrium"):
        solvers.solve("kuhn_poker", method="supports", find="all")


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=2)"])
def test_plans_are_counted(name):
    game = games.load(name)
    assert tuple(num_plans(game.sequences(k)) for k in (0, 1)) == game.reduced().shape
