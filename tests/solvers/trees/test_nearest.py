"""The distance to the set of equilibria: a textbook family, and the reduced normal form."""

import random
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from gtlearn import games, solvers
from gtlearn.games.reduction import plans_of
from gtlearn.solvers._trees.form import form_of, plan_of

UNIFORM = [[["1/2", "1/2"]] * 6] * 2


def check(profile, game):
    return solvers.check(profile, game, nearest=True)


def kuhn(a):
    """Kuhn's equilibrium (1950) in which the first player bets on the jack with probability a."""
    game = games.load("kuhn_poker")
    bets = (
        {"0": a, "0pb": 0, "1": 0, "1pb": a + Fraction(1, 3), "2": 3 * a, "2pb": 1},
        {
            **{"0p": Fraction(1, 3), "0b": 0, "1p": 0, "1b": Fraction(1, 3)},
            **{"2p": 1, "2b": 1},
        },
    )
    return [
        [
            [own[known.label] if action == "Bet" else 1 - own[known.label] for action in known[1]]
            for known in game.sets[player]
        ]
        for player, own in enumerate(bets)
    ]


def test_kuhns_family():
    for a in (Fraction(0), Fraction(1, 5), Fraction(1, 3)):
        report = check(kuhn(a), "kuhn_poker")
        assert report.holds and report.nearest.distance == 0
    assert "those of an equilibrium" in str(report)


def test_near_kuhns_family():
    """The second player's optimal strategy is one, from which uniform play is 1/2 away; calling a
    bit more often with the queen than the family allows is that bit away."""
    report = check(UNIFORM, "kuhn_poker")
    assert not report.holds and report.nearest.distance == Fraction(1, 2)
    assert solvers.check(report.to_json()["nearest"], "kuhn_poker").holds
    off = kuhn(Fraction(1, 3))
    off[1][1] = [1 - Fraction(1, 3) - Fraction(1, 30), Fraction(1, 3) + Fraction(1, 30)]
    assert games.load("kuhn_poker").sets[1][1].label == "1b"
    assert check(off, "kuhn_poker").nearest.distance == Fraction(1, 30)


def test_it_is_looked_for_only_if_asked():
    assert solvers.check(UNIFORM, "kuhn_poker").nearest is None
    general = games.tree("general", ["A", "B"])
    general.root.decides("A", "only", ["l", "r"])["l"].pays(1, 2)
    general.root["r"].pays(3, 3)
    report = check([[[1, 0]], []], general.game())
    assert report.nearest is None and "constant sums only" in report.notes[-1]


@pytest.mark.parametrize("seed", range(8))
def test_the_extreme_equilibria_in_plans_agree(seed):
    """Each player's optimal plans are the mixtures of those of the reduced form's extreme ones."""
    draw = random.Random(seed)
    tree = games.tree("cards", ["A", "B"])
    cards = tree.root.draws({"high": "1/2", "low": "1/2"})
    for card in ("high", "low"):
        bets = cards[card].decides("A", card, ["l", "r"])
        for bet in "lr":
            answers = bets[bet].decides("B", bet, ["u", "d"])
            for answer in "ud":
                payoff = draw.randint(-2, 2)
                answers[answer].pays(payoff, -payoff)
    game = tree.game()
    form = form_of(game)
    played = [
        [[Fraction(w, 10), 1 - Fraction(w, 10)] for w in draw.choices(range(11), k=len(own))]
        for own in game.sets
    ]
    known = solvers.solve(game.reduced(), find="all")
    assert known.complete
    distances = []
    for player, pure in enumerate(plans_of(game)):
        own = form.sequences[player]
        rows = []
        for plan in pure:
            row = np.zeros(own.size)
            row[0] = 1
            for place, action in plan.items():
                row[own.first[place] + action] = 1
            rows.append(row)
        hull = [np.array(e.strategies[player], dtype=float) @ np.array(rows) for e in known]
        tops, low = plan_of(own, played[player])
        distances.append(_distance(np.array(hull), np.array(tops) / low))
    assert float(check(played, game).nearest.distance) == pytest.approx(max(distances), abs=1e-9)


def _distance(hull, point):
    """In the largest norm, by a program in floats."""
    count, size = hull.shape
    ones = np.ones((size, 1))
    answer = linprog(
        np.append(np.zeros(count), 1),
        np.block([[hull.T, -ones], [-hull.T, -ones]]),
        np.concatenate([point, -point]),
        np.append(np.ones(count), 0)[None, :],
        [1],
    )
    return answer.fun
