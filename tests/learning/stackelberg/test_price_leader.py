"""The numbers of docs/a-price-leader.md, but for what its commands print: those are run too."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.learning.stackelberg.algorithm import build
from gtlearn.learning.stackelberg.config import StackelbergConfig
from gtlearn.solvers import solve

PAGE = (Path(__file__).parents[3] / "docs" / "a-price-leader.md").read_text()
NUMBER = r"([\d.]+) \| "
ROWS = re.findall(rf"^\| ([\w. ]+) \| {NUMBER * 3}([\d.]+) \|$", PAGE, re.M)
MARKET = "bertrand_logit(prices=15,lowest=13/10,highest=2)"
CENTS = "bertrand_logit(prices=71,lowest=13/10,highest=2)"
TWO = "bertrand_logit(prices=2,lowest=3/2,highest=19/10)"
THREE = "bertrand_logit(prices=3,lowest=3/2,highest=19/10)"


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def prices(game, strategies):
    """The prices of both firms, which do not mix."""
    return [
        Fraction(labels[list(row).index(1)])
        for labels, row in zip(game.actions, strategies, strict=True)
    ]


def best_answers(game):
    """For each of the leader's prices the follower's best answer, its index."""
    theirs = game.floats(1)
    assert (np.sort(theirs)[:, -1] > np.sort(theirs)[:, -2]).all()  # no ties
    return theirs.argmax(axis=1)


def learned(seed=0, **options):
    learner = build(StackelbergConfig(**options), seed)
    path = [learner.step() for _ in range(learner.iterations)]
    return path, learner.result()


def test_the_table_of_prices_and_profits():
    game = games.load(MARKET)
    nash = solve(game, find="all")
    pure = [k for k in range(3) if all(p in (0, 1) for s in nash.to_fractions(k) for p in s)]
    leads = solve(game, concept="stackelberg", commitment="pure")
    high = game.actions[0].index("19/10")
    both = [game.payoffs[k][high, high] for k in range(2)]
    expected = [
        [*prices(game, nash.to_fractions(pure[0])), *nash[pure[0]].payoffs],
        [*prices(game, nash.to_fractions(pure[1])), *nash[pure[1]].payoffs],
        [*prices(game, leads.to_fractions(0)), *leads[0].payoffs],
        [Fraction("1.9")] * 2 + both,
    ]
    assert [[Fraction(number) for number in row[1:]] for row in ROWS] == expected
    gains = [float(leads[0].payoffs[k] / nash[pure[1]].payoffs[k] - 1) for k in range(2)]
    assert [f"{100 * gain:.1f} %" for gain in gains] == ["5.7 %", "18.4 %"]
    assert "the leader gains 5.7 % and the follower 18.4 %" in PAGE


def test_the_zigzag_is_the_grids():
    game = games.load(MARKET)
    answers = best_answers(game)
    ours = game.floats(0)[np.arange(15), answers]
    follows, gains = (np.diff(values[game.actions[0].index("3/2") :]) for values in (answers, ours))
    assert set(follows) == {0, 1}
    assert ((follows == 1) == (gains > 0)).all()


def test_a_grid_of_cents_and_a_lottery():
    cents = games.load(CENTS)
    assert prices(cents, solve(cents).to_fractions(0)) == [Fraction("1.47")] * 2
    leads = solve(cents, concept="stackelberg", commitment="pure")
    assert prices(cents, leads.to_fractions(0)) == [Fraction("1.64"), Fraction("1.55")]
    game = games.load(MARKET)
    lottery = solve(game, concept="stackelberg")
    odds = dict(zip(game.actions[0], lottery.to_fractions(0)[0], strict=True))
    assert {label: p for label, p in odds.items() if p} == {
        "31/20": Fraction(9, 64),
        "8/5": Fraction(55, 64),
    }
    assert round(float(lottery[0].payoffs[0]), 6) == 0.248498


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_price_leader_is_learned_in_about_two_thousand_steps(seed):
    game = f"gtlearn_iterated(stage={MARKET},horizon=1,memory=0)"
    path, result = learned(
        seed, game=game, follower="planning", leader="bandit", pretraining=20, iterations=50
    )
    assert result["true_value"] == result["exact_value"] == 0.247596
    found = [row["env_steps"] for row in path if row.get("true_value") == 0.247596]
    assert found[0] in (2016, 2032)


def test_the_mistaken_leader_charges_what_is_answered_wrongly():
    game = f"gtlearn_iterated(stage={MARKET},horizon=1,memory=0)"
    _, result = learned(game=game, follower="contextual", leader="bandit", iterations=50)
    labels = games.load(MARKET).actions[0]
    charged, answer = (result[key][0].index("1") for key in ("commitment", "response"))
    best = best_answers(games.load(MARKET))[charged]
    assert [labels[k] for k in (charged, answer, best)] == ["7/4", "33/20", "8/5"]
    assert result["value_with_learned_follower"] > result["exact_value"] > result["true_value"]


def test_again_and_again():
    two, three = games.load(TWO), games.load(THREE)
    blind = games.iterated(two, horizon=10, memory=0)
    assert solve(blind, concept="stackelberg", policy="deterministic")[0].value == Fraction(
        "0.234155"
    )
    options = {"follower": "planning", "leader": "bandit", "pretraining": 5, "iterations": 50}
    for seed in range(3):
        path, result = learned(seed, game=TWO, horizon=10, **options)
        assert result["true_value"] == result["exact_value"] == 0.3206094
        assert min(r["env_steps"] for r in path if r.get("true_value") == 0.3206094) < 1000
    best = solve(games.iterated(three, horizon=10), concept="stackelberg", policy="deterministic")
    assert [f"{float(p):.6f}" for p in best[0].payoffs] == ["0.357857", "0.290310"]
    assert best[0].certificate.evidence["tables"] == 59_049


def test_with_three_prices_the_policy_gradient_gets_stuck():
    _, result = learned(game=THREE, horizon=10, follower="planning", pretraining=20, iterations=300)
    assert 0.326 < result["true_value"] < 0.337 < result["exact_value"]
