"""The trade as a run: on the twin to its end, on Space Invaders in small."""

import json
from fractions import Fraction

import numpy as np
import pytest
import torch

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.config import TradeConfig
from gtlearn.learning.stackelberg.trade import InGames, TradeLearner, traded_price

SMALL = {"pretraining": 2, "pretraining_bullets": 12, "iterations": 2, "batch": 3, "measured": 5}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run(learner, steps):
    return [dict(learner.step()) for _ in range(steps)]


@pytest.mark.parametrize(
    ("hits", "leader", "price", "rewards"),
    [
        (0.4, "seller", 0.25, [0.25, 0.15]),
        (0.6, "seller", 0.5, [0.5, 0.1]),
        (0.8, "seller", 0.75, [0.75, 0.05]),
        (0.8, "buyer", 0.25, [0.25, 0.55]),
    ],
)
def test_the_price_that_is_learned_is_the_equilibriums(hits, leader, price, rewards):
    """By hand: the largest price below the buyer's value, or the least above the seller's."""
    learner = TradeLearner(TradeConfig(env="trade-twin", hits=hits, leader=leader), 0)
    run(learner, learner.iterations)
    found = learner.result()
    assert found["price"] == price
    assert found["exact_rewards"] == pytest.approx(rewards)  # exact numbers in floats
    assert (found["gap"], found["follower_regret"]) == (0, 0)
    assert found["hits"] == {"rates": [hits, hits]}


def two_halves(config):
    whole, half, other = (TradeLearner(config, seed) for seed in (3, 3, 3))
    expected = run(whole, 4)
    first = run(half, 3)
    other.load_state_dict(half.state_dict())
    assert first + run(other, 1) == expected
    assert json.dumps(other.result()) == json.dumps(whole.result())
    return whole.result()


def test_two_halves_on_the_twin_are_a_whole():
    two_halves(TradeConfig(env="trade-twin", **SMALL))


@pytest.mark.parametrize("leader", ["seller", "buyer"])
def test_two_halves_on_space_invaders_are_a_whole(leader):
    pytest.importorskip("multi_agent_ale_py", reason="Space Invaders needs the extra atari")
    found = two_halves(TradeConfig(leader=leader, bullets=4, haste=0.5, **SMALL))
    assert found["env"] == "trade-atari"
    seller, buyer = found["hits"]["rates"]
    assert found["game"] == f"bullet_trade(seller_hits={_part(seller)},buyer_hits={_part(buyer)})"


def _part(rate):
    """A rate of six bullets, in lowest terms: five are asked for, and games are of four."""
    return str(Fraction(round(rate * 6), 6))


class Counted:
    """Shots that hit where the owner is the buyer."""

    def __init__(self):
        self.games = []

    def fire(self, owners, rng):
        self.games.append(owners.shape)
        return owners == 1


def test_bullets_of_short_episodes_are_fired_in_games():
    shots = Counted()
    owners = np.array([[0], [1], [1], [0], [1]])
    hits = InGames(shots, 2).fire(owners, np.random.default_rng(0))
    assert hits.tolist() == [[False], [True], [True], [False], [True]]
    assert shots.games == [(2, 2), (1, 1)]
    assert InGames(shots, 5).fire(owners, np.random.default_rng(0)).sum() == 3
    assert shots.games[2:] == [(1, 5)]


def test_the_traded_price_of_tables():
    keeps, asks_half = [["1", *"00000", "0"]], [["0", "0", "0", "1", "0", "0", "0"]]
    accepts = [["0", "0", "1"]] * 2 + [["0", "1", "0"]] * 3 + [["1", "0", "0"]] * 2
    refuses = [["0", "0", "1"]] * 2 + [["1", "0", "0"]] * 5
    prices = (0.0, 0.25, 0.5, 0.75, 1.0)

    def price(seller, buyer):
        return traded_price({"leader": 0, "commitment": seller, "response": buyer}, prices)

    assert price(asks_half, accepts) == 0.5
    assert price(asks_half, refuses) is None
    assert price(keeps, accepts) is None
    buyer_leads = {"leader": 1, "commitment": accepts, "response": asks_half}
    assert traded_price(buyer_leads, prices) == 0.5


def test_a_game_on_film():
    pytest.importorskip("multi_agent_ale_py", reason="Space Invaders needs the extra atari")
    learner = TradeLearner(TradeConfig(bullets=2, **SMALL), 0)
    film = learner.film(seed=0)
    assert film.title.startswith("2 bullets, of which ")
    assert {picture.shape for picture in film.pictures} == {(420, 320, 3)}
    assert not np.array_equal(film.pictures[0], film.pictures[-1])  # aliens march


def test_the_twin_cannot_be_seen():
    with pytest.raises(InputError, match="the twin has no screen; film a run with env trade-atari"):
        TradeLearner(TradeConfig(env="trade-twin", **SMALL), 0).film(0)
