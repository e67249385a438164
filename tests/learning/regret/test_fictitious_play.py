"""Extensive-form fictitious play: by brute force, by OpenSpiel's, and on Kuhn poker."""

from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.exploitability import nash_conv
from open_spiel.python.algorithms.fictitious_play import XFPSolver

from gtlearn import games
from gtlearn.learning.regret import FictitiousPlayConfig, FictitiousPlayLearner
from gtlearn.solvers._trees.fictitious_play import FictitiousPlay
from gtlearn.solvers._trees.form import form_of


def betting(seed):
    """A player who knows what was drawn moves, is answered, and may move again; payoffs that are
    drawn so that no two plans are worth the same."""
    random = Random(seed)
    tree = games.tree("Betting", ["A", "B"])
    drawn = tree.root.draws({"high": "1/3", "low": "2/3"})
    for card in ("high", "low"):
        opening = drawn[card].decides("A", card, ["bet", "pass"])
        for move in ("bet", "pass"):
            answer = opening[move].decides("B", f"after {move}", ["call", "raise", "fold"])
            for reply in ("call", "fold"):
                answer[reply].pays(random.randrange(10**6), random.randrange(10**6))
            last = answer["raise"].decides("A", f"{card} {move} raise", ["call", "fold"])
            for end in ("call", "fold"):
                last[end].pays(random.randrange(10**6), random.randrange(10**6))
    return tree.game()


def pure_plans(own):
    """The realisation plans of all pure strategies."""
    sizes = np.diff(own.first).tolist()
    for choices in product(*map(range, sizes)):
        plan = [Fraction(1)] * own.size
        for place, choice in enumerate(choices):
            for move in range(sizes[place]):
                plan[own.first[place] + move] = plan[own.before[place]] * (move == choice)
        yield plan


def paid(game, player, plans):
    """What a player gets, leaf by leaf."""
    return sum(
        game.payoffs[player][leaf]
        * game.chance_reach[leaf]
        * plans[0][game.leaf_sequences[0, leaf]]
        * plans[1][game.leaf_sequences[1, leaf]]
        for leaf in range(game.num_leaves)
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_averages_are_those_of_all_pure_strategies(seed):
    """Fictitious play by its definition (Brown 1951), on all pure strategies in exact numbers."""
    game = betting(seed)
    form = form_of(game)
    play = FictitiousPlay(form)
    pure = [list(pure_plans(own)) for own in form.sequences]
    uniform = [
        [sum(column, Fraction(0)) / len(plans) for column in zip(*plans, strict=True)]
        for plans in pure
    ]
    totals = uniform
    for count in range(1, 12):
        means = [[x / count for x in total] for total in totals]
        first = max(pure[0], key=lambda plan: paid(game, 0, (plan, means[1])))
        second = max(pure[1], key=lambda plan: paid(game, 1, (means[0], plan)))
        totals = [
            [x + y for x, y in zip(total, plan, strict=True)]
            for total, plan in zip(totals, (first, second), strict=True)
        ]
        play.step()
        for player, total in enumerate(totals):
            known = [float(x / (count + 1)) for x in total]
            np.testing.assert_allclose(play.average(player), known, atol=1e-12)


@pytest.mark.parametrize(("name", "iterations"), [("kuhn_poker", 4), ("leduc_poker", 2)])
def test_nash_conv_is_that_of_openspiels(name, iterations):
    """Until best responses are tied but for rounding, as on Kuhn poker in the fifth iteration."""
    theirs, play = XFPSolver(pyspiel.load_game(name)), FictitiousPlay(form_of(games.load(name)))
    for _ in range(iterations):
        theirs.iteration()
        play.step()
        known = nash_conv(pyspiel.load_game(name), theirs.average_policy().to_tabular())
        assert play.nash_conv() == pytest.approx(known, abs=1e-9)  # sums of doubles


def test_nash_conv_falls_on_kuhn_poker():
    """The averages converge in zero-sum games (Robinson 1951)."""
    learner = FictitiousPlayLearner(FictitiousPlayConfig(iterations=1000, every=1000), 0)
    measured = {}
    for step in range(1, 1001):
        measured[step] = learner.step()["nash_conv"]
    assert measured[1000] < 0.02 < measured[100] < 0.1 < measured[10]
