"""The trade's rules: what follows what, and what is paid."""

import math

import numpy as np
import pytest

from gtlearn.environments.trade.battlefield import BUYER, SELLER, Shot
from gtlearn.environments.trade.rules import (
    ACCEPT,
    KEEP,
    REJECT,
    Phase,
    TradeRules,
    TradeState,
    advance,
)
from gtlearn.errors import InputError

RULES = TradeRules(bullets=2)


def played(rules, *steps):
    """The phases and owners passed through, and what each step paid."""
    state, seen, paid = TradeState(), [], []
    for decision, arrived, shot in steps:
        state, rewards = advance(rules, state, decision, arrived, shot)
        seen.append((state.phase, state.owner))
        paid.append(rewards)
    return state, seen, paid


def test_the_papers_numbers():
    assert TradeRules().prices == (0, 0.25, 0.5, 0.75, 1)
    assert TradeRules().hit_rewards == (0.1, 1.0)
    assert TradeRules().decisions == (6, 2)


def test_a_bullet_that_is_sold():
    _, seen, paid = played(
        RULES,
        (0, False, Shot.NONE),  # none comes
        (0, True, Shot.NONE),
        (4, False, Shot.NONE),  # asks the price 0.75
        (ACCEPT, False, Shot.NONE),
        (0, False, Shot.NONE),  # is not fired yet
        (0, False, Shot.FLYING),
        (0, False, Shot.FLYING),
        (0, False, Shot.HIT),
    )
    assert seen == [
        (Phase.WAITING, None),
        (Phase.OFFER, SELLER),
        (Phase.ANSWER, SELLER),
        (Phase.LOADED, BUYER),
        (Phase.LOADED, BUYER),
        (Phase.FLYING, BUYER),
        (Phase.FLYING, BUYER),
        (Phase.WAITING, None),
    ]
    assert paid == [(0, 0)] * 3 + [(0.75, -0.75)] + [(0, 0)] * 3 + [(0, 1)]


@pytest.mark.parametrize("decisions", [[KEEP], [1, REJECT], [5, REJECT]])
def test_a_bullet_that_is_not_sold_is_the_sellers(decisions):
    steps = [(decision, False, Shot.NONE) for decision in decisions]
    _, seen, paid = played(RULES, (0, True, Shot.NONE), *steps, (0, False, Shot.HIT))
    assert seen[-2] == (Phase.LOADED, SELLER)
    assert paid == [(0, 0)] * (1 + len(decisions)) + [(0.1, 0)]


def test_a_miss_pays_nothing_and_the_last_bullet_ends_it():
    bullet = [
        (0, True, Shot.NONE),
        (1, False, Shot.NONE),
        (ACCEPT, False, Shot.NONE),
        (0, False, Shot.MISSED),
    ]
    state, seen, paid = played(RULES, *bullet, *bullet)
    assert [phase for phase, _ in seen].count(Phase.WAITING) == 1
    assert state == TradeState(Phase.OVER, used=2)
    assert set(paid) == {(0, 0)}
    assert advance(RULES, state, ACCEPT, True, Shot.HIT) == (state, (0, 0))


def test_any_steps_at_all_keep_the_books():
    rng = np.random.default_rng(0)
    rules = TradeRules(bullets=50)
    state, offered, hits, sold = TradeState(), 0, [0, 0], 0.0
    totals = np.zeros(2)
    while state.phase is not Phase.OVER:
        shot = list(Shot)[rng.integers(4)]
        decision = int(rng.integers(rules.decisions[1] if state.asked == BUYER else 6))
        after, rewards = advance(rules, state, decision, bool(rng.random() < 0.5), shot)
        totals += rewards
        offered += after.phase is Phase.OFFER and state.phase is not Phase.OFFER
        if after.used > state.used:
            hits[state.owner] += shot is Shot.HIT
        if after.owner == BUYER and state.owner == SELLER:
            sold += rules.prices[state.price]
        assert (after.armed is None) == (after.phase is not Phase.LOADED)
        assert (after.price is None) == (after.phase is not Phase.ANSWER)
        state = after
    assert offered == state.used == 50
    # sums of decimals, in another order
    assert totals == pytest.approx([sold + 0.1 * hits[0], hits[1] - sold], abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prices": ()}, r"prices are \(\); give finite prices that rise"),
        ({"prices": (0.5, 0.5)}, "finite prices that rise, none of them negative"),
        ({"prices": (0.5, 0.25)}, "finite prices that rise"),
        ({"prices": (-0.25, 0.25)}, "none of them negative"),
        ({"prices": (0.0, math.nan)}, "finite prices"),
        ({"prices": (0.0, math.inf)}, "finite prices"),
        ({"seller_reward": math.nan}, "seller_reward is nan; give a finite number"),
        ({"buyer_reward": math.inf}, "buyer_reward is inf; give a finite number"),
        ({"bullets": 0}, "bullets is 0; give a whole number from 1"),
        ({"bullets": 1.5}, "bullets is 1.5; give a whole number"),
        ({"arrival": 0.0}, "arrival is 0.0; give a probability above 0"),
        ({"arrival": 1.5}, "at most 1"),
        ({"arrival": math.nan}, "arrival is nan"),
    ],
)
def test_numbers_that_cannot_be_used(arguments, message):
    with pytest.raises(InputError, match=message):
        TradeRules(**arguments)
