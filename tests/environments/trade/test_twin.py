"""The battlefield without an emulator."""

import math

import numpy as np
import pytest

from gtlearn.environments.trade.battlefield import (
    WITH_FIRE,
    WITHOUT_FIRE,
    DrawnShots,
    Move,
    Shot,
    Twin,
)
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.environments.trade.shots import AimedShots, HitRates, measure_hits
from gtlearn.errors import InputError


def test_moves_with_and_without_firing():
    assert [WITHOUT_FIRE[move] for move in Move] == [0, 0, 2, 3, 2, 3]
    assert [move.fires for move in Move] == [False, True, False, False, True, True]
    assert all(WITH_FIRE[move].fires for move in Move)
    assert [WITHOUT_FIRE[WITH_FIRE[move]] for move in Move] == [WITHOUT_FIRE[m] for m in Move]


@pytest.mark.parametrize(("player", "end"), [(0, Shot.HIT), (1, Shot.MISSED)])
def test_a_bullet_flies_and_hits_by_its_owners_probability(player, end):
    twin = Twin((1.0, 0.0), flight=3)
    moves = [Move.LEFT, Move.LEFT]
    assert twin.step(tuple(moves)) is Shot.NONE
    moves[player] = Move.RIGHTFIRE
    assert twin.step(tuple(moves)) is Shot.FLYING
    assert twin.observe().tolist() == [3 - 3 * player, 3 * player]
    idle = (Move.NOOP, Move.NOOP)
    assert [twin.step(idle) for _ in range(4)] == [Shot.FLYING, Shot.FLYING, end, Shot.NONE]


def test_a_new_game_is_drawn_from_its_seed():
    def shots(seed):
        twin.reset(seed)
        return [twin.step((Move.FIRE, Move.NOOP)) for _ in range(60)]

    twin = Twin((0.5, 0.5), flight=1)
    assert shots(3) == shots(3)
    assert shots(3) != shots(4)


def test_drawn_and_aimed_shots_hit_as_often():
    owners = np.tile(np.array([0, 1], dtype=np.int8), (40, 25))
    rng = np.random.default_rng(0)
    twin = AimedShots(Twin((0.3, 0.8), flight=1), TradeRules(arrival=1.0))
    for shots in (DrawnShots((0.3, 0.8)), twin):
        hits = shots.fire(owners, rng)
        assert hits.shape == owners.shape
        # 1000 bullets a player: 5 standard deviations are 0.072 and 0.063
        assert hits[:, ::2].mean() == pytest.approx(0.3, abs=0.072)
        assert hits[:, 1::2].mean() == pytest.approx(0.8, abs=0.063)


def test_wilsons_interval():
    rates = HitRates((7, 300), (10, 300), (1.0, 1.0))
    assert rates.rates == (0.7, 1.0)
    z2 = 1.959963984540054**2
    centre, half = 0.7 + z2 / 20, math.sqrt(z2 * (0.7 * 0.3 / 10 + z2 / 400))
    low, high = (centre - half) / (1 + z2 / 10), (centre + half) / (1 + z2 / 10)
    assert rates.intervals()[0] == pytest.approx((low, high), abs=1e-12)  # rounding
    assert rates.intervals()[1] == pytest.approx((300 / (300 + z2), 1.0), abs=1e-12)


@pytest.mark.parametrize(("bullets", "episode"), [(1, 1), (1, 3), (4, 3), (7, 2), (10, 50)])
def test_each_player_fires_enough(bullets, episode):
    shots = AimedShots(Twin((1.0, 1.0), flight=2), TradeRules(bullets=episode))
    rates = measure_hits(shots, bullets=bullets)
    assert min(rates.bullets) >= bullets
    assert rates.bullets[0] - rates.bullets[1] in (0, 1)
    assert rates.flights == (2.0, 2.0)


@pytest.mark.parametrize("hits", [(0.5,), (0.5, 1.5), (-0.1, 0.5), (0.5, math.nan)])
def test_hits_that_are_no_probabilities(hits):
    for made in (Twin, DrawnShots):
        with pytest.raises(InputError, match="give two probabilities, the seller's and the buyer"):
            made(hits)


def test_other_arguments_out_of_range():
    for flight in (0, 256, 1.5):
        with pytest.raises(InputError, match=r"flight is .*whole number of steps from 1 to 255"):
            Twin(flight=flight)
    for haste in (-0.1, 1.1, math.nan):
        with pytest.raises(InputError, match=r"haste is .*; give a probability"):
            AimedShots(Twin(), haste=haste)
    with pytest.raises(InputError, match="bullets is 0; give a number from 1"):
        measure_hits(AimedShots(Twin()), bullets=0)
    with pytest.raises(InputError, match="the twin has no screen"):
        Twin().render()
