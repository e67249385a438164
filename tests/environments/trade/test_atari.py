"""The emulator: agreement with PettingZoo's Space Invaders, and what it reports of bullets."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("multi_agent_ale_py", reason="needs the extra 'atari'")

from gtlearn.environments.trade import atari
from gtlearn.environments.trade.atari import INTRODUCTION, Emulator
from gtlearn.environments.trade.battlefield import WITH_FIRE, Move, Shot
from gtlearn.errors import InputError

IDLE = (Move.NOOP, Move.NOOP)
OBSERVATIONS = ["ram", "rgb_image", "grayscale_image"]


def played(emulator, moves):
    """What is seen after each step."""
    seen = []
    for pair in moves:
        emulator.step(pair)
        seen.append(emulator.observe().copy())
    return np.array(seen)


def random_moves(steps, seed=0):
    rng = np.random.default_rng(seed)
    return [(Move(first), Move(second)) for first, second in rng.integers(6, size=(steps, 2))]


@pytest.mark.parametrize("observations", OBSERVATIONS)
def test_it_is_pettingzoos_game(observations):
    space_invaders = pytest.importorskip(
        "pettingzoo.atari.space_invaders_v2", reason="the reference"
    )
    ale_py = pytest.importorskip("ale_py", reason="brings the ROM")
    roms = Path(ale_py.__file__).parent / "roms"
    theirs = space_invaders.parallel_env(auto_rom_install_path=str(roms), obs_type=observations)
    theirs.reset(seed=1)
    agents = theirs.possible_agents
    for _ in range(INTRODUCTION + 1):
        theirs.step(dict.fromkeys(agents, 0))
    moves = random_moves(400)
    wanted = []
    for pair in moves:
        seen, *_ = theirs.step(dict(zip(agents, map(int, pair), strict=True)))
        wanted.append(seen[agents[0]].copy())
    ours = Emulator(observations)
    assert played(ours, moves).shape[1:] == ours.shape
    ours.reset()
    assert np.array_equal(played(ours, moves), np.array(wanted))


def test_the_introduction_ends_where_moves_begin_to_count():
    emulator = Emulator()
    emulator.step((Move.RIGHT, Move.LEFT))
    assert emulator.observe()[28:30].tolist() == [36, 116]  # from 35 and 117


def test_a_game_can_be_played_again():
    emulator = Emulator()
    moves = random_moves(200)
    first = played(emulator, moves)
    emulator.reset(5)
    assert np.array_equal(first, played(emulator, moves))


def test_frames_can_be_skipped():
    every, fourth = Emulator(), Emulator(frame_skip=4)
    for _ in range(3):  # a game begins after 125 frames, or after 32 times 4
        every.step(IDLE)
    moves = random_moves(60)
    held = [pair for pair in moves for _ in range(4)]
    assert np.array_equal(played(every, held)[3::4], played(fourth, moves))


@pytest.mark.parametrize("player", [0, 1])
def test_a_bullet_is_followed_from_firing_to_its_end(player):
    emulator = Emulator()
    shots, ends = [], []
    for _ in range(1500):
        moves = [emulator.aim(p, armed=p == player and not shots) for p in (0, 1)]
        shot = emulator.step(tuple(moves))
        if shot is not Shot.NONE:
            shots.append(shot)
        if shot.over:
            assert set(shots[:-1]) == {Shot.FLYING}
            ends.append(shot)
            shots = []
    assert len(ends) > 10
    assert ends.count(Shot.HIT) > 10
    aliens = emulator.observe()[17]
    assert 36 - aliens == ends.count(Shot.HIT)  # the game counts the same


def test_the_loss_of_a_life_is_no_hit_and_a_lost_game_begins_anew():
    emulator = Emulator()
    start, lives, begun = emulator.observe(), set(), 0
    for _ in range(4000):
        assert emulator.step(IDLE) is Shot.NONE
        memory = emulator.observe()
        lives.add(int(memory[73]))
        begun += np.array_equal(memory, start)
    assert lives >= {1, 2, 3}
    assert begun >= 1


def test_a_bullet_in_the_air_when_a_game_is_lost_has_missed():
    """Both players evade the bombs, and one fires without aiming, until the aliens land."""
    emulator = Emulator()
    start, ends = emulator.observe(), []
    while not ends:
        flying = min(emulator.observe()[85:87]) < 246
        moves = [emulator.aim(player, armed=False) for player in (0, 1)]
        if not flying:
            moves[0] = WITH_FIRE[moves[0]]
        shot = emulator.step(tuple(moves))
        if np.array_equal(emulator.observe(), start) and flying:
            ends.append(shot)
    assert ends == [Shot.MISSED]


def test_wrong_arguments():
    with pytest.raises(InputError, match="observations is 'pixels'; choose from ram, rgb_image"):
        Emulator("pixels")
    for frames in (0, 5, 1.5):
        with pytest.raises(InputError, match=r"frame_skip is .*; give a whole number from 1 to 4"):
            Emulator(frame_skip=frames)


def test_without_the_extra(monkeypatch):
    def refuse(module, extra):
        raise InputError(f"{module} is needed for this; run the install line of {extra}")

    monkeypatch.setattr(atari, "optional", refuse)
    with pytest.raises(InputError, match=r"multi_agent_ale_py is needed .* line of atari"):
        Emulator()


def test_without_the_rom(monkeypatch, tmp_path):
    import ale_py

    monkeypatch.setattr(ale_py, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(InputError, match=r"the ROM of Space Invaders is not at .* ale-py, which"):
        Emulator()
