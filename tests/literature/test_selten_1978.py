"""R. Selten (1978), The Chain Store Paradox, Theory and Decision 9."""

from fractions import Fraction as F

import pytest

from gtlearn import games, solvers


def test_deterrence_is_a_segment():
    # Out is best as soon as Fight has probability 1/2: 2 (1 - q) <= 1.
    solution = solvers.all_equilibria(games.load("chain_store"))
    entry, deterrence = solution.subsets
    assert (entry.rows, entry.columns) == (((1, 0),), ((1, 0),))
    assert deterrence.rows == ((0, 1),)
    assert set(deterrence.columns) == {(0, 1), (F(1, 2), F(1, 2))}
    assert solution.component_indices == (1, 0)


@pytest.mark.parametrize("markets", [1, 2, 4])
def test_every_entrant_enters_and_none_is_fought(markets):
    """By induction from the last market: the only subgame-perfect equilibrium."""
    game = games.load(f"entry_deterrence(markets={markets})")
    solution = solvers.solve(game, "subgame-perfect")
    assert solution.complete
    assert solution[0].payoffs == (2,) * markets + (2 * markets,)


def test_deterrence_is_an_equilibrium_by_an_empty_threat():
    """Staying out while all would be fought pays the monopolist 5 a market."""
    game = games.load("entry_deterrence(markets=3)")
    out = [[[0, 1]] * len(own) for own in game.sets[:-1]]
    threat = [*out, [[0, 1]] * len(game.sets[-1])]
    report = solvers.check(threat, game)
    assert report.holds and report.payoffs == (1, 1, 1, 15)
    assert not solvers.check(threat, game, "subgame-perfect").holds
