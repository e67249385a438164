"""OpenSpiel: its measure of our equilibria, and its matrix-game solvers."""

import importlib.util
import shutil
import sys

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import exploitability

from gtlearn.games import families, load
from gtlearn.solvers import all_equilibria, one_equilibrium, verify, zero_sum


@pytest.mark.parametrize("turns", [False, True], ids=["simultaneous", "turn-based"])
@pytest.mark.parametrize("name", ["von_stengel", "aumann_chicken", "kohlberg_mertens", "shapley"])
def test_their_nash_conv_of_our_equilibria_is_zero(name, turns):
    game = load(name)
    theirs = pyspiel.convert_to_turn_based(game.openspiel) if turns else game.openspiel
    solution = all_equilibria(game)
    for k in range(len(solution)):
        policy = solution.to_openspiel(k, theirs)
        assert exploitability.nash_conv(theirs, policy) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_their_nash_conv_is_the_sum_of_our_regrets(seed):
    game = families.uniform(4, 3, seed=seed)
    other = families.uniform(4, 3, seed=seed + 100)
    solution = one_equilibrium(other)  # of another game
    policy = solution.to_openspiel(0, game.openspiel)
    expected = sum(verify.regrets(game, solution[0].strategies))
    assert exploitability.nash_conv(game.openspiel, policy) == pytest.approx(float(expected))


@pytest.mark.parametrize("name", ["matrix_rps", "matrix_mp", "matrix_shapleys_game", "matrix_bos"])
def test_games_of_theirs(name):
    theirs = pyspiel.load_game(name)
    solution = all_equilibria(load(name))
    assert solution.complete
    for k in range(len(solution)):
        policy = solution.to_openspiel(k, theirs)
        assert exploitability.nash_conv(theirs, policy) == pytest.approx(0, abs=1e-12)


def test_kuhn_poker_by_its_normal_form():
    theirs = pyspiel.load_game("kuhn_poker")
    solution = zero_sum(load("kuhn_poker"))
    assert float(solution[0].payoffs[0]) == pytest.approx(-1 / 18)
    assert theirs.utility_sum() == 0


@pytest.mark.parametrize("seed", range(5))
def test_zero_sum_program(seed):
    for module in ("cvxpy", "ecos"):
        pytest.importorskip(
            module, reason=f"OpenSpiel's lp_solver needs {module}, which is missing"
        )
    from open_spiel.python.algorithms import lp_solver

    game = families.zero_sum(6, 5, seed=seed)
    _, _, value, _ = lp_solver.solve_zero_sum_matrix_game(game.openspiel)
    assert value == pytest.approx(float(zero_sum(game)[0].payoffs[0]), abs=1e-4)


def test_its_program_solver_needs_what_it_does_not_require():
    if importlib.util.find_spec("cvxpy") is not None:
        pytest.skip("cvxpy is installed, which OpenSpiel does not ask for")
    sys.modules.pop("open_spiel.python.algorithms.lp_solver", None)
    with pytest.raises(ImportError, match="cvxpy"):
        importlib.import_module("open_spiel.python.algorithms.lp_solver")


@pytest.mark.parametrize("seed", range(10))
def test_matrix_nash_by_lrsnash(seed):
    pytest.importorskip("nashpy", reason="OpenSpiel's matrix_nash needs nashpy, which is missing")
    program = shutil.which("lrsnash")
    if program is None:
        pytest.skip("lrsnash is not on the PATH")
    from open_spiel.python.algorithms import matrix_nash

    game = families.degenerate(3, 4, seed=seed)
    found = matrix_nash.lrs_solve(game.floats(0), game.floats(1), 1000, program)
    shown = {tuple(np.round(np.concatenate(pair), 9)) for pair in found}
    ours = {
        tuple(np.round(np.array([*x, *y], dtype=float), 9))
        for x, y in (e.strategies for e in all_equilibria(game))
    }
    assert shown <= ours
