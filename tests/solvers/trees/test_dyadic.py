"""NashConv of strategies of 30 bits, against sums of rationals over the tree."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from gtlearn import games
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
from gtlearn.solvers._trees.dyadic import DyadicMeter, fits, residues_for
from gtlearn.solvers._trees.form import form_of
from gtlearn.solvers._trees.meter import Meter
from gtlearn.solvers.profiles.rounding import BITS, rounded_units, rounded_vector
from gtlearn.solvers.verify.tree_values import regrets_and_payoffs

WHOLE = 1 << BITS


def random_units(game, player, random):
    rows = [random.dirichlet(np.ones(len(s.actions))) for s in game.sets[player]]
    tables = [rounded_vector(row, 1.0) for row in rows]
    return np.array([int(p * WHOLE) for row in tables for p in row], dtype=np.int64)


def table_of_units(own, units):
    rows = np.split(units, own.first[1:-1] - 1)
    return tuple(tuple(Fraction(int(u), WHOLE) for u in row) for row in rows)


@pytest.mark.parametrize("general", [False, True])
@pytest.mark.parametrize(
    "name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=3)", "leduc_poker"]
)
def test_it_is_what_the_verifier_finds_at_the_leaves(name, general):
    random, game = np.random.default_rng(0), games.load(name)
    if general:
        payoffs = (ExactArray(random.integers(-9, 10, game.num_leaves), d) for d in (2, 3))
        game = replace(game, payoffs=tuple(payoffs), openspiel_text="")
    form = form_of(game)
    for _ in range(3):
        units = [random_units(game, player, random) for player in (0, 1)]
        tables = [table_of_units(own, u) for own, u in zip(form.sequences, units, strict=True)]
        exact = sum(regrets_and_payoffs(game, tables)[0])
        assert DyadicMeter(form).nash_conv(*units) == exact


def test_where_actions_tie():
    """Against a player who calls always, betting a middle card or not is worth the same."""
    game = games.load("kuhn_poker")
    form, meter = form_of(game), Meter(game)
    calls = np.array([0, WHOLE] * 6)
    passes = np.array([WHOLE, 0] * 6)
    tables = [
        table_of_units(own, u) for own, u in zip(form.sequences, (passes, calls), strict=True)
    ]
    expected = sum(regrets_and_payoffs(game, tables)[0])
    assert DyadicMeter(form).nash_conv(passes, calls) == expected
    plans = []
    for own, units in zip(form.sequences, (passes, calls), strict=True):
        plan = np.ones(own.size)
        for k, before in enumerate(own.parent[1:], start=1):
            plan[k] = plan[before] * units[k - 1] / WHOLE
        plans.append(plan)
    assert meter.nash_conv_of_plans(plans) == expected > 0


def test_payoffs_that_would_overflow_are_left_to_integers():
    game = games.load("kuhn_poker")
    large = tuple(ExactArray(p.numerators * 2**30, p.denominator) for p in game.payoffs)
    form = form_of(replace(game, payoffs=large, openspiel_text=""))
    assert not fits(form)
    minimiser = Minimiser(form_of(game), VARIANTS["cfr"])
    minimiser.step()
    plans = [minimiser.average(player) for player in (0, 1)]
    small = Meter(game).nash_conv_of_plans(plans)
    assert Meter(form.game).nash_conv_of_plans(plans) == small * 2**30


@pytest.mark.parametrize("number", [0, 1, -1, 2**100, -(2**100) + 1, 3**60])
def test_integers_come_back_from_their_remainders(number):
    residues = residues_for(101)
    assert residues.integer(np.array([number % p for p in residues.primes.tolist()])) == number


def test_units_are_rounded_as_single_vectors_are():
    form = form_of(games.load("leduc_poker"))
    minimiser = Minimiser(form, VARIANTS["cfr+"])
    for _ in range(5):
        minimiser.step()
    for player, own in enumerate(form.sequences):
        plan = minimiser.average(player)
        table = table_of_units(own, rounded_units(own, plan[1:], plan[own.before]))
        for place, (start, end) in enumerate(pairwise(own.first)):
            assert sum(table[place]) == 1
            if plan[own.before[place]] > 0:
                assert table[place] == rounded_vector(plan[start:end], plan[own.before[place]])
            else:
                assert max(abs(p - Fraction(1, end - start)) for p in table[place]) < 2**-28


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=3)"])
def test_near_ties_and_pure_strategies(name):
    """Where floats do not tell actions apart: pure, uniform and nearly pure strategies."""
    random, game = np.random.default_rng(2), games.load(name)
    form = form_of(game)
    for trial in range(12):
        units = []
        for player in (0, 1):
            rows = []
            for known in game.sets[player]:
                size, row = len(known.actions), np.zeros(len(known.actions), dtype=np.int64)
                row[random.integers(size)] = WHOLE
                if trial % 3 == 1:
                    row[:] = WHOLE // size
                    row[0] += WHOLE - row.sum()
                elif trial % 3 == 2 and size > 1:
                    row[row.argmax()] -= 1
                    row[random.integers(size)] += 1
                rows += row.tolist()
            units.append(np.array(rows, dtype=np.int64))
        tables = [table_of_units(own, u) for own, u in zip(form.sequences, units, strict=True)]
        exact = sum(regrets_and_payoffs(game, tables)[0])
        assert DyadicMeter(form).nash_conv(*units) == exact
