"""Training in environments from the command line, checking and watching what was learned."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from gtlearn.learning.shaping.algorithms.teammates import TEAMMATES_FILE, Teammates, packed
from gtlearn.learning.shaping.sampled import GaussianPolicy

SMALL_TRADE = ("--pretraining", 2, "--iterations", 1, "--batch", 2, "--no-tensorboard")
SMALL_CHAIN = ("--trajectories", 2, "--horizon", 3, "--chains", 1, "--iterations", 1)

CHEETAH = pytest.mark.skipif(  # its import would print a notice
    find_spec("gymnasium_robotics") is None, reason="the cheetah needs the extra envs"
)


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_an_environment_has_options_of_its_own(gtlearn):
    _, games, _ = gtlearn("train", "meta-mapg", "--help")
    assert "--game TEXT" in games and "--teammates" not in games
    assert "With --env half-cheetah it plays there" in games
    _, cheetahs, _ = gtlearn("train", "meta-mapg", "--env=half-cheetah", "--help")
    assert "--teammates TEXT" in cheetahs and "--game" not in cheetahs
    assert re.search(r"--horizon INTEGER .*\[default: 200\]", cheetahs)


def test_a_trade_is_trained_and_checked(gtlearn):
    options = ("--env", "trade-twin", "--hits", "0.8", "--output", "run", "--no-tensorboard")
    code, out, err = gtlearn("train", "contextual-stackelberg", *options)
    assert (code, err) == (0, "")
    assert "Bullets are sold at 0.75 where the seller leads" in out
    code, out, _ = gtlearn("check", "run", "--format", "json")
    assert code == 0
    assert json.loads(out)["stackelberg"]["gap"] == "0"


def test_a_config_in_an_environment_repeats_its_run(gtlearn):
    options = ("--env", "trade-twin", "--leader", "buyer", *SMALL_TRADE)
    assert gtlearn("train", "contextual-stackelberg", *options, "--output", "first")[0] == 0
    assert gtlearn("train", "first/config.toml", "--output", "second")[0] == 0
    first, second = (Path(name, "metrics.jsonl").read_text() for name in ("first", "second"))
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("meta-mapg", "--env", "half-cheeta"), "does not play in 'half-cheeta'; use half-cheetah"),
        (("lola", "--env", "half-cheetah"), "lola does not play in 'half-cheetah'; leave env out"),
        pytest.param(
            ("meta-pg", "--env", "half-cheetah"),
            "no teammates at runs/teammates; make them by",
            marks=CHEETAH,
        ),
        (("contextual-stackelberg", "--env", "trade"), "use trade-atari or trade-twin"),
        (
            ("contextual-stackelberg", "--env", "trade-twin", "--game", "chicken"),
            "No such option '--game'",
        ),
    ],
)
def test_what_does_not_fit(refused, arguments, message):
    assert message in refused("train", *arguments)


@CHEETAH
def test_a_cheetah_is_trained_and_has_no_tables(gtlearn, refused):
    kept = np.array([50, 75, 475])
    weights = GaussianPolicy(17, 3).initial(3, torch.Generator().manual_seed(0))
    Path("mates").mkdir()
    Path("mates", TEAMMATES_FILE).write_bytes(packed(Teammates("half-cheetah", kept, weights)))
    options = ("--env", "half-cheetah", "--teammates", "mates", "--output", "run", *SMALL_CHAIN)
    code, out, err = gtlearn("train", "reinforce", *options, "--no-tensorboard")
    assert (code, err) == (0, "")
    assert out.startswith("reinforce on half-cheetah, seed 0: ")
    assert "no game is known to check them in" in refused("check", "run")


def test_what_cannot_be_watched(gtlearn, refused):
    options = ("--env", "trade-twin", *SMALL_TRADE, "--output", "run")
    assert gtlearn("train", "contextual-stackelberg", *options)[0] == 0
    assert "the twin has no screen" in refused("watch", "run")
    assert "end it in .gif or .mp4" in refused("watch", "run", "--output", "film.avi")
    assert "nowhere is no folder" in refused("watch", "nowhere")


def test_space_invaders_is_watched(gtlearn):
    pytest.importorskip("multi_agent_ale_py", reason="Space Invaders needs the extra atari")
    imageio = pytest.importorskip("imageio.v3", reason="films need the extra envs")
    options = ("--env", "trade-atari", "--measured", 2, "--bullets", 2, *SMALL_TRADE)
    train = ("train", "contextual-stackelberg", "--pretraining-bullets", 2, "--output", "run")
    assert gtlearn(*train, *options)[0] == 0
    code, out, err = gtlearn("watch", "run")
    assert (code, err) == (0, "")
    assert "2 bullets, of which" in out and "Film: run/film.gif" in out
    film = imageio.imread("run/film.gif")
    assert film.shape[1:] == (420, 320, 3) and len(film) > 20
