"""Trees solved and measured in other ways: in the reduced form, over all plans, by OpenSpiel.

A hundred seeded trees each time, five hundred and more policies of OpenSpiel with
GTLEARN_NIGHTLY=1.
"""

import os
import random
from fractions import Fraction
from itertools import product

import pyspiel
import pytest

from gtlearn import games, solvers
from gtlearn.games.openspiel.walk import decision_states
from gtlearn.games.reduction import plans_of
from gtlearn.games.testing import random_tree
from gtlearn.solvers.testing.tree_truth import TreeTruth

NIGHTLY = os.environ.get("GTLEARN_NIGHTLY") == "1"
SEEDS = range(500 if NIGHTLY else 100)
ROUNDED = 1e-9  # sums of some thousand products of doubles below 13


def drawn(game, seed, largest=5):
    """A random profile; some actions are never played."""
    generator = random.Random(seed)

    def row(size):
        weights = [generator.randint(0, largest) for _ in range(size)]
        weights[generator.randrange(size)] += 1
        return tuple(Fraction(w, sum(weights)) for w in weights)

    return [[row(len(known.actions)) for known in own] for own in game.sets]


def in_plans(game, profile):
    """The mixture of reduced plans that a behaviour strategy plays, one a player."""
    out = []
    for pure, rows in zip(plans_of(game), profile, strict=True):
        mixture = []
        for plan in pure:
            probability = Fraction(1)
            for place, action in plan.items():
                probability *= rows[place][action]
            mixture.append(probability)
        out.append(tuple(mixture))
    return out


@pytest.mark.parametrize("chance", [True, False])
def test_values_of_zero_sum_trees(chance):
    for seed in SEEDS:
        game = random_tree(seed, moves=8, zero_sum=True, chance=chance)
        solution = solvers.solve(game)
        assert solution[0].certificate.verified, seed
        assert solution[0].payoffs == solvers.solve(game.reduced())[0].payoffs, seed


def test_equilibria_of_other_trees_are_equilibria_in_plans():
    """And where all equilibria in plans are isolated, the payoffs are those of one of them."""
    isolated = 0
    for seed in SEEDS:
        game = random_tree(seed, moves=6)
        solution, reduced = solvers.solve(game), game.reduced()
        mixtures = in_plans(game, solution.profile().tables)
        report = solvers.check(mixtures, reduced, nearest=False)
        assert report.holds and report.payoffs == solution[0].payoffs, seed
        every = solvers.solve(reduced, find="all")
        if every.complete and all(len(own.members) == 1 for own in every.subsets):
            assert solution[0].payoffs in [one.payoffs for one in every], seed
            isolated += 1
    assert isolated > len(SEEDS) / 10


@pytest.mark.parametrize("players", [2, 3])
def test_perfect_information_in_plans(players):
    """A subgame-perfect equilibrium is a Nash equilibrium of the reduced normal form, too."""
    for seed in SEEDS:
        game = random_tree(seed, players=players, moves=6, perfect_information=True)
        solution = solvers.solve(game, "subgame-perfect")
        assert solution[0].certificate.verified, seed
        report = solvers.check(
            in_plans(game, solution.profile().tables), game.reduced(), nearest=False
        )
        assert report.holds and report.payoffs == solution[0].payoffs, seed


def test_backward_induction_leaves_all_equilibria_where_it_says_so():
    """All pure profiles tried: where `complete` is said, one is subgame perfect."""
    complete = 0
    for seed in SEEDS:
        game = random_tree(seed, moves=4, perfect_information=True)
        solution = solvers.solve(game, "subgame-perfect")
        truth = TreeTruth(game)
        sizes = [[len(known.actions) for known in own] for own in game.sets]
        pure = [list(product(*map(units, own))) for own in sizes]
        perfect = [one for one in product(*pure) if not any(truth.regrets_in_subgames(one))]
        assert tuple(solution.profile().tables) in perfect, seed
        assert len(perfect) == 1 or not solution.complete, seed
        complete += solution.complete
    assert complete > len(SEEDS) / 10


def units(size):
    return [tuple(Fraction(int(k == own)) for k in range(size)) for own in range(size)]


@pytest.mark.parametrize("players", [2, 3])
def test_regrets_are_those_over_all_plans(players):
    for seed in SEEDS:
        game = random_tree(seed, players=players, moves=8)
        profile, truth = drawn(game, seed), TreeTruth(game)
        report = solvers.check(profile, game)
        assert list(report.payoffs) == truth.payoffs(profile), seed
        assert list(report.regrets) == truth.regrets(profile), seed
        perfect = solvers.check(profile, game, "subgame-perfect")
        assert list(perfect.regrets) == truth.regrets(profile), seed
        assert list(perfect.subgame_regrets) == truth.regrets_in_subgames(profile), seed


@pytest.mark.parametrize(
    "name",
    [
        "kuhn_poker",
        "leduc_poker",
        "liars_dice(numdice=1,dice_sides=2)",
        "liars_dice(numdice=1,dice_sides=3)",
    ],
)
def test_nash_conv_of_random_policies_is_openspiels(name):
    game, theirs = games.load(name), pyspiel.load_game(name)
    measure = solvers.meter(game)
    for seed in range(5 if NIGHTLY else 2):
        profile = drawn(game, seed)
        table = {
            state.information_state_string(player): [
                (action, float(p))
                for action, p in zip(
                    state.legal_actions(player), profile[player][place], strict=True
                )
            ]
            for player, place, state in decision_states(game)
        }
        conv = pyspiel.nash_conv(theirs, pyspiel.TabularPolicy(table))
        exact = measure.nash_conv(profile)
        assert float(exact) == pytest.approx(conv, abs=ROUNDED)
        assert exact == solvers.check(profile, game).nash_conv
