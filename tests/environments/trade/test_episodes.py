"""The trade as its decisions alone."""

import numpy as np
import pytest

from gtlearn.environments.trade.battlefield import DrawnShots, Twin
from gtlearn.environments.trade.episodes import play_trades
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.environments.trade.shots import AimedShots
from gtlearn.errors import InputError

RULES = TradeRules(bullets=4)
SHOTS = {
    "drawn": DrawnShots((1.0, 1.0)),
    "aimed": AimedShots(Twin((1.0, 1.0), flight=1), TradeRules(arrival=1.0)),
}


def sellers(*actions):
    """Rules that always do one thing: 0 keeps, 1 + k asks price k."""
    return np.eye(6)[list(actions)]


@pytest.mark.parametrize("shots", SHOTS.values(), ids=SHOTS)
def test_what_bullets_bring_that_all_hit(shots):
    buyers = np.array([[1.0, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0]])
    rng = np.random.default_rng(0)
    trades = play_trades(RULES, shots, sellers(0, 4, 4, 1), buyers, rng)
    for got, want in (
        (trades.offers, [0, 4, 4, 1]),
        (trades.answers, [-1, 1, 0, 0]),
        (trades.hits, [True] * 4),
        (trades.seller_rewards, [0.1, 0.75, 0.1, 0.1]),
        (trades.buyer_rewards, [0, 0.25, 0, 0]),
    ):
        assert np.array_equal(got, np.repeat(np.array(want)[:, None], 4, axis=1))


def test_bullets_that_miss_move_the_price_only():
    trades = play_trades(
        RULES, DrawnShots((0, 0)), sellers(0, 5), np.ones((2, 5)), np.random.default_rng(0)
    )
    assert trades.seller_rewards.tolist() == [[0.0] * 4, [1.0] * 4]
    assert trades.buyer_rewards.tolist() == [[0.0] * 4, [-1.0] * 4]


def test_means_are_those_of_theory():
    rules = TradeRules(bullets=100, seller_reward=0.2)
    seller = np.array([0.1, 0.2, 0.0, 0.3, 0.25, 0.15])
    buyer = np.array([0.9, 0.8, 0.5, 0.4, 0.3])
    trades = play_trades(
        rules,
        DrawnShots((0.6, 0.7)),
        np.tile(seller, (2000, 1)),
        np.tile(buyer, (2000, 1)),
        np.random.default_rng(0),
    )
    count = 200_000
    shares = np.bincount(trades.offers.ravel(), minlength=6) / count
    assert shares == pytest.approx(seller, abs=0.006)  # 5 standard deviations at one half
    assert not np.any((trades.offers == 0) != (trades.answers == -1))
    sold = seller[1:] * buyer
    revenue = sold @ np.array(rules.prices)
    values = 0.2 * 0.6 * (1 - sold.sum()) + revenue, 0.7 * sold.sum() - revenue
    # 5 standard deviations of a mean of 200,000 numbers within [-1, 1]
    assert trades.seller_rewards.mean() == pytest.approx(values[0], abs=0.012)
    assert trades.buyer_rewards.mean() == pytest.approx(values[1], abs=0.012)
    bought = trades.answers == 1
    # 5 standard deviations of a share of some 80,000 and more
    assert trades.hits[bought].mean() == pytest.approx(0.7, abs=0.01)
    assert trades.hits[~bought].mean() == pytest.approx(0.6, abs=0.01)


def test_rewards_are_prices_and_hits():
    rng = np.random.default_rng(1)
    trades = play_trades(
        TradeRules(bullets=20),
        DrawnShots((0.5, 0.5)),
        rng.dirichlet(np.ones(6), 50),
        rng.random((50, 5)),
        rng,
    )
    prices = np.array((0.0, *RULES.prices))[trades.offers]
    for place in np.ndindex(trades.offers.shape):
        hit, price = float(trades.hits[place]), prices[place]
        sold = trades.answers[place] == 1
        pair = (price, hit - price) if sold else (0.1 * hit, 0.0)
        assert (trades.seller_rewards[place], trades.buyer_rewards[place]) == pair


def test_the_same_generator_gives_the_same_trades():
    def rewards(seed):
        rng = np.random.default_rng(seed)
        trades = play_trades(
            RULES, DrawnShots((0.5, 0.5)), np.full((3, 6), 1 / 6), np.full((3, 5), 0.5), rng
        )
        return trades.seller_rewards.tolist(), trades.buyer_rewards.tolist()

    assert rewards(0) == rewards(0)
    assert rewards(0) != rewards(1)


def test_the_emulator_plays_the_same_trade():
    """All its bullets hit, so the first episode is known; the second follows from the seed."""
    pytest.importorskip("multi_agent_ale_py", reason="needs the extra 'atari'")
    from gtlearn.environments.trade.atari import Emulator

    shots = AimedShots(Emulator(), TradeRules(arrival=1.0))
    rules, buyers = TradeRules(bullets=5), np.array([[1.0] * 5, [0.5] * 5])
    rows = np.array([[0, 0, 0, 0, 1, 0], [0.5, 0, 0, 0.5, 0, 0]])
    first, again = (
        play_trades(rules, shots, rows, buyers, np.random.default_rng(0)) for _ in range(2)
    )
    assert first.seller_rewards[0].tolist() == [0.75] * 5
    assert first.buyer_rewards[0].tolist() == [0.25] * 5
    assert np.array_equal(first.seller_rewards, again.seller_rewards)
    assert np.array_equal(first.buyer_rewards, again.buyer_rewards)


@pytest.mark.parametrize(
    ("seller", "buyer", "message"),
    [
        (np.eye(6)[0], np.ones((1, 5)), r"sellers has shape \(6,\); give \(episodes, 6\)"),
        (np.eye(5)[:1], np.ones((1, 5)), r"sellers has shape \(1, 5\)"),
        (np.eye(6)[:1], np.ones((1, 6)), r"buyers has shape \(1, 6\); give \(episodes, 5\)"),
        (np.eye(6)[:2], np.ones((1, 5)), "there are 2 sellers and 1 buyers"),
        (np.eye(6)[:2] * 0.5, np.ones((2, 5)), "row 0 of sellers sums to 0.5; make it sum to 1"),
        (np.full((1, 6), np.nan), np.ones((1, 5)), r"sellers holds numbers that are not in"),
        (np.eye(6)[:1], np.full((1, 5), 1.5), r"buyers holds numbers that are not in \[0, 1\]"),
        (np.eye(6)[:1], np.full((1, 5), np.nan), "buyers holds numbers"),
    ],
)
def test_rules_that_do_not_fit(seller, buyer, message):
    with pytest.raises(InputError, match=message):
        play_trades(RULES, DrawnShots(), seller, buyer, np.random.default_rng(0))
