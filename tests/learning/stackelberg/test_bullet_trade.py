"""The trade of bullets, learned: in the game itself, and where bullets really hit or miss."""

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from gtlearn import cli, games
from gtlearn.errors import InputError
from gtlearn.games.formats.files import save
from gtlearn.games.trade import PRICES
from gtlearn.learning.stackelberg.algorithm import StackelbergConfig, build
from gtlearn.learning.stackelberg.contexts import all_deterministic
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.learning.stackelberg.play import rollout
from gtlearn.learning.stackelberg.trade import BulletPlay

SELLER, BUYER = 0, 1
CALL = "bullet_trade(seller_hits=7/10,buyer_hits=7/10)"
ASKED = np.array([float(Fraction(price)) for price in PRICES])


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Fired:
    offers: np.ndarray
    answers: np.ndarray
    seller_rewards: np.ndarray
    buyer_rewards: np.ndarray


def fired(sellers, buyers, rng, *, hits, bullets):
    """A stand-in for Space Invaders: each bullet hits or misses."""
    shape = (len(sellers), bullets)
    offers = (rng.random(shape)[..., None] >= np.cumsum(sellers, axis=1)[:, None, :-1]).sum(axis=2)
    chances = np.take_along_axis(np.pad(buyers, ((0, 0), (1, 0))), offers, axis=1)
    sold = rng.random(shape) < chances
    hit = rng.random(shape) < np.where(sold, hits[BUYER], hits[SELLER])
    price = np.where(sold, np.array([0, *ASKED])[offers], 0)
    return Fired(
        offers=offers,
        answers=np.where(offers == 0, -1, sold),
        seller_rewards=price + np.where(sold, 0, 0.1 * hit),
        buyer_rewards=np.where(sold, hit, 0) - price,
    )


def environment(hits=(0.7, 0.7), bullets=1):
    return BulletPlay(partial(fired, hits=hits, bullets=bullets))


def learned(play=rollout, seed=0, **options):
    """The result of a whole run."""
    options = {
        "game": "bullet_trade",
        "pretraining_steps": 1000,
        "iterations": 100,
        "batch": 60,
        "posttraining": 2,
    } | options
    learner = build(StackelbergConfig(**options), seed, play)
    for _ in range(learner.iterations):
        learner.step()
    return learner.result()


def price(result):
    """What the seller asks and the buyer accepts, as they learned it."""
    seller, buyer = result["commitment"], result["response"]
    if result["leader"] == BUYER:
        seller, buyer = buyer, seller
    asked = seller[0].index("1")
    assert 1 <= asked <= 5 and buyer[1 + asked] == ["0", "1", "0"]
    return ASKED[asked - 1]


@pytest.mark.parametrize(("leader", "paid"), [(SELLER, 0.5), (BUYER, 0.25)])
def test_both_equilibria_are_learned_in_the_game_itself(leader, paid):
    result = learned(leader_player=leader)
    assert price(result) == paid
    assert (result["gap"], result["follower_regret"]) == (0, 0)
    assert result["true_value"] == [0.5, 0.45][leader]


@pytest.mark.parametrize("kind", ["pg", "ppo"])
@pytest.mark.parametrize(("leader", "paid"), [(SELLER, 0.5), (BUYER, 0.25)])
def test_both_equilibria_are_learned_from_hits_and_misses(leader, paid, kind):
    iterations = 20 if kind == "ppo" else 100
    result = learned(environment(), leader_player=leader, leader=kind, iterations=iterations)
    assert price(result) == paid
    assert (result["gap"], result["follower_regret"]) == (0, 0)
    assert not any("seemed" in note for note in result["notes"])  # luck is no deception


@pytest.mark.parametrize(("aim", "paid"), [(0.4, 0.25), (0.6, 0.5), (0.8, 0.75)])
def test_the_learned_price_follows_the_aim(aim, paid):
    game = f"bullet_trade(seller_hits={aim},buyer_hits={aim})"
    result = learned(environment((aim, aim)), game=game)
    assert price(result) == result["true_value"] == paid
    assert (result["gap"], result["follower_regret"]) == (0, 0)


def test_ten_bullets_an_episode():
    result = learned(environment(bullets=10), game="bullet_trade(bullets=10)")
    assert (price(result), result["true_value"], result["gap"]) == (0.5, 5, 0)


@pytest.mark.parametrize("leader", [SELLER, BUYER])
def test_what_is_played_elsewhere_is_worth_on_average_what_it_is_in_the_game(leader):
    game = leader_game(games.load("bullet_trade(seller_hits=2/5,buyer_hits=4/5,bullets=3)"), leader)
    prices = all_deterministic(leader_game(game.game, SELLER))
    count = 20_000
    accepts = pure_tables(np.array([2, 2, 1, 1, 1, 0, 0]), 3)
    accepts[2:, :2] = 0.75 * accepts[2:, :2] + 0.25 * accepts[2:, 1::-1]  # it errs at times
    play = environment((0.4, 0.8), 3)
    for rule in prices:
        many = (np.repeat(table[None], count, axis=0) for table in (rule, accepts))
        tables = game.ordered(*many)
        noisy, exact = (
            play(game, *tables, np.random.default_rng(0)),
            rollout(game, *tables, np.random.default_rng(1)),
        )
        for ours, theirs in (
            (noisy.leader_rewards, exact.leader_rewards),
            (noisy.follower_rewards, exact.follower_rewards),
        ):
            values, expected = game.values(ours), game.values(theirs)
            error = np.sqrt((values.var() + expected.var()) / count)
            # five standard errors: false in fewer than one of a million
            assert abs(values.mean() - expected.mean()) <= 5 * error
        for array in ("states", "leader_actions", "follower_actions", "last_states"):
            seen = [np.unique(getattr(played, array)).tolist() for played in (noisy, exact)]
            assert seen[0] == seen[1]


def test_a_bullet_by_hand():
    def trade(sellers, buyers, rng):
        assert sellers.tolist() == [[0, 0, 0, 1, 0, 0]]
        assert buyers.tolist() == [[1, 1, 0, 0, 0]]
        two = np.array([[0, 3]], dtype=np.int8)
        return Fired(two, np.array([[-1, 0]]), np.array([[0.1, 0.0]]), np.array([[0.0, -0.5]]))

    game = leader_game(games.load("bullet_trade(bullets=2)"), BUYER)
    accepts = pure_tables(np.array([[2, 2, 1, 1, 0, 0, 0]]), 3)
    asks = pure_tables(np.array([[3] + [6] * 6]), 7)
    played = BulletPlay(trade)(game, accepts, asks, np.random.default_rng(0))
    assert played.states.tolist() == [[0, 1, 0, 4]]
    assert played.leader_actions.tolist() == [[2, 2, 2, 0]]
    assert played.follower_actions.tolist() == [[0, 6, 3, 6]]
    assert played.leader_rewards.tolist() == [[0, 0, 0, -0.5]]
    assert played.follower_rewards.tolist() == [[0, 0.1, 0, 0]]


def test_two_halves_are_a_whole_elsewhere_too():
    options = {"game": "bullet_trade", "pretraining": 6, "iterations": 4, "posttraining": 1}
    config = StackelbergConfig(**options)
    whole, half, other = (build(config, seed, environment()) for seed in (3, 3, 99))
    expected = [dict(whole.step()) for _ in range(10)]
    first = [dict(half.step()) for _ in range(5)]
    other.load_state_dict(half.state_dict())
    assert first + [dict(other.step()) for _ in range(5)] == expected
    assert json.dumps(other.result()) == json.dumps(whole.result())


@pytest.mark.parametrize(
    ("options", "bullets", "words"),
    [
        ({"follower": "planning"}, 1, "takes what it has seen once for certain"),
        ({"follower": "relabelling"}, 1, "takes what it has seen once for certain"),
        ({}, 2, "2 bullets an episode were traded, and bullet_trade has 2 steps"),
        ({"game": "stochastic_dilemma"}, 1, "no trade of bullets; use game 'bullet_trade'"),
        ({"game": "prisoners_dilemma"}, 1, "no trade of bullets"),
        ({"follower": "oracle"}, 1, "use a stationary follower"),
        ({"policy": "stochastic", "leader": "es", "model": "network"}, 1, "iterated games only"),
        ({"context": "sampled_action"}, 1, "use policy 'deterministic' and context 'policy'"),
    ],
)
def test_what_does_not_fit_is_named(options, bullets, words):
    with pytest.raises(InputError, match=words):
        learned(environment(bullets=bullets), **options)


@pytest.mark.parametrize(("leader", "game"), [(SELLER, CALL), (BUYER, "trade.json")])
def test_a_run_of_the_command_line_is_checked_without_naming_its_game(
    leader, game, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    save(games.load(CALL), "trade.json")
    command = ["train", "contextual-stackelberg", "--game", game, "--leader-player", str(leader)]
    options = "--leader bandit --iterations 10 --pretraining-steps 1000 --posttraining 2"
    assert cli.run([*command, *options.split(), "--no-tensorboard", "--output", "run"]) == 0
    assert "no deterministic one is worth more" in " ".join(capsys.readouterr().out.split())
    assert json.loads(Path("run/result.json").read_text())["gap"] == 0
    assert cli.run(["check", "run"]) == 0
    assert "This is a best deterministic commitment" in capsys.readouterr().out
