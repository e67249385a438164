"""Agreement with OpenSpiel's `stackelberg_lp`, and where it is wrong.

It solves the same linear programs in floats through cvxpy, then projects the mix onto the simplex.
The optimal mix usually leaves the follower indifferent, so that the slightest error makes the
stated response no best response at all; the leader then truly earns the next best thing.
"""

import numpy as np
import pytest

from gtlearn import games
from gtlearn.games import normal_form
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers.verify.commitment import commitment_values

pytest.importorskip("cvxpy", reason="OpenSpiel's stackelberg_lp needs cvxpy, which is missing")


def both(game):
    from open_spiel.python.algorithms.stackelberg_lp import solve_stackelberg

    return solve_stackelberg(game.openspiel), stackelberg(game)[0]


def conflict(seed, size=6):
    """Interests nearly opposed, so that mixing pays."""
    rng = np.random.default_rng(seed)
    leader = rng.integers(0, 100, (size, size))
    return normal_form(leader, 99 - leader + rng.integers(-20, 21, (size, size)))


@pytest.mark.parametrize("seed", range(4))
def test_the_same_value(seed):
    theirs, ours = both(conflict(seed))
    assert theirs[2] == pytest.approx(float(ours.payoffs[0]), abs=1e-3)


def test_the_textbook_example_earns_less_than_it_says():
    # Conitzer and Sandholm (2006): half of each row is worth 7/2; a hair beside it, 3/2.
    game = games.load("2,1 4,0; 1,0 3,1")
    (mix, reply, value, _), ours = both(game)
    assert value == pytest.approx(3.5)
    responses, strong, _ = commitment_values(game, 0, mix.tolist())
    assert int(np.argmax(reply)) not in responses
    assert float(strong) == pytest.approx(1.5)
    assert commitment_values(game, 0, ours.strategies[0])[1] == ours.payoffs[0]


def test_its_response_is_often_no_best_response():
    wrong = 0
    for seed in range(8):
        game = conflict(seed)
        (mix, reply, value, _), ours = both(game)
        responses, strong, _ = commitment_values(game, 0, mix.tolist())
        assert ours.response in commitment_values(game, 0, ours.strategies[0])[0]
        if int(np.argmax(reply)) not in responses:
            wrong += 1
            assert float(strong) < value - 1  # it promises more than its mix earns
    assert wrong >= 4
