"""The good shot: where it says the aliens will be they are, and it hits."""

import numpy as np
import pytest

pytest.importorskip("multi_agent_ale_py", reason="needs the extra 'atari'")

from gtlearn.environments.trade.aim import aim, alien_path
from gtlearn.environments.trade.atari import Emulator
from gtlearn.environments.trade.battlefield import Move
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.environments.trade.shots import AimedShots, measure_hits

IDLE = (Move.NOOP, Move.NOOP)


def memory(**places):
    """A memory of a full wave at the start of a game, but for the given places."""
    game = [0] * 128
    game[17:30] = [36, 63, 63, 63, 63, 63, 63, 118, 0, 24, 34, 35, 117]
    game[81:87] = [246] * 6
    for place, value in places.items():
        game[int(place[1:])] = value
    return game


def test_aliens_go_where_they_are_said_to_go():
    """In each of 24 frames, for as long as none dies and no life is lost.

    They stand still for a while as a wave begins, and when a ship was hit; so a few frames differ.
    """
    emulator = Emulator()
    right, wrong, turns, counts = 0, 0, 0, set()
    for start in range(0, 12000, 24):
        begun = emulator.observe()
        path = alien_path(begun.tolist(), 25) if begun[17] else []
        for frame in range(1, 25):
            moves = [emulator.aim(player, player == start // 240 % 2) for player in (0, 1)]
            emulator.step(tuple(moves))
            now = emulator.observe()
            if not path or tuple(now[[17, 73]]) != tuple(begun[[17, 73]]):
                path = []  # for the rest of the 24 frames: the emulator goes on
                continue
            right += tuple(now[[26, 16]]) == path[frame]
            wrong += tuple(now[[26, 16]]) != path[frame]
            turns += now[16] != begun[16]
            counts.add(int(now[17]))
    assert right > 5000
    assert wrong < 0.03 * right
    assert turns > 100
    assert counts >= set(range(3, 37))


def test_unarmed_it_never_fires_and_armed_it_does():
    for place in range(35, 118):
        for player in (0, 1):
            game = memory(_28=place, _29=place)
            assert aim(game, player, armed=False) is Move.NOOP
    gun = {aim(memory(_28=place), 0, armed=True) for place in range(35, 118)}
    assert gun == {Move.FIRE, Move.LEFT, Move.RIGHT}
    assert aim(memory(_17=0, _18=0, _19=0, _20=0, _21=0, _22=0, _23=0), 0, True) is Move.NOOP


@pytest.mark.parametrize(
    ("bomb", "move"),
    [(-7, Move.NOOP), (-6, Move.RIGHT), (-2, Move.RIGHT), (0, Move.LEFT), (4, Move.LEFT), (5, 0)],
)
def test_it_steps_aside_for_bombs(bomb, move):
    falling = memory(_28=75, _81=80, _83=80 + bomb)  # the gun is at 80
    assert aim(falling, 0, armed=False) == move
    assert aim(memory(_28=75, _82=80, _84=80 + bomb), 0, armed=False) == move
    assert aim(memory(_28=75, _81=60, _83=80 + bomb), 0, armed=False) is Move.NOOP  # far above


def test_it_does_not_step_out_of_the_field():
    assert aim(memory(_28=35, _81=80, _83=42), 0, armed=False) is Move.RIGHT
    assert aim(memory(_29=117, _81=80, _83=118), 1, armed=False) is Move.LEFT


def test_no_shot_goes_into_a_shield():
    """No bullet of a good shot ends as early as one that strikes a shield, in 17 frames."""
    shots = AimedShots(Emulator(), TradeRules(bullets=60, arrival=1.0))
    owners = (np.arange(60) % 2).astype(np.int8)
    flights = list(shots.flights(owners, np.random.default_rng(0)))
    assert sum(flight.hit for flight in flights) > 50
    assert not [flight for flight in flights if not flight.hit and flight.steps <= 17]


def test_nine_in_ten_bullets_hit():
    """Of both players, even at the lower end of a 95% interval over 300 bullets of each."""
    shots = AimedShots(Emulator(), TradeRules(arrival=1.0))
    rates = measure_hits(shots, bullets=300, seed=0)
    assert rates.bullets == (300, 300)
    (seller, _), (buyer, _) = rates.intervals()
    assert min(seller, buyer) > 0.9
    assert 24 <= min(rates.flights) <= max(rates.flights) <= 83  # to the lowest row; to the top


def test_who_is_hasty_hits_less():
    shots = AimedShots(Emulator(), TradeRules(arrival=1.0), haste=1.0)
    rates = measure_hits(shots, bullets=100, seed=0)
    _, ends = zip(*rates.intervals(), strict=True)
    assert max(ends) < 0.7
