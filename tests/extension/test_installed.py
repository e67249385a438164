"""All packages at once, installed or registered: from `solve` to `plot`, by real command lines."""

import json

import pytest

SMALL = "--trajectories 4 --horizon 4 --chain 1 --chains 2 --iterations 2 --peers 2"
LEARNER, LOGGER = "learning_package.learner:build", "learning_package.loggers:Last"


def loggers_of(folder):
    """The last step that the logger of each run of a sweep was given."""
    return [json.loads(file.read_text())["step"] for file in sorted(folder.glob("*/last.json"))]


def test_a_game_of_one_package_and_a_concept_of_another(gtlearn_all, tmp_path):
    """Who takes the slow road pays 3 whatever the other does; the fast one costs up to 4."""
    (solved,) = gtlearn_all("gtlearn solve two_roads --concept maximin --format json")
    assert json.loads(solved[1])["solutions"][0]["strategies"] == [["0", "1"], ["0", "1"]]
    (tmp_path / "maximin.json").write_text(solved[1])
    verified, checked, nash = gtlearn_all(
        """
        gtlearn verify maximin.json two_roads
        gtlearn check maximin.json two_roads --concept maximin
        gtlearn check maximin.json two_roads
        """
    )
    assert (verified[0], checked[0]) == (0, 0)
    assert nash[0] == 1 and "sum of regrets (NashConv) 4" in nash[1]


def test_a_game_of_a_package_is_learned(gtlearn_all, tmp_path):
    """As itself, iterated for ever, and as a file; a run that is made longer is a long run."""
    pytest.importorskip("matplotlib", reason="plot needs the extra plots")
    (tmp_path / "town.roads").write_text("fast 1 4\nslow 3 3\n")
    done = gtlearn_all(
        """
        gtlearn train lola --game two_roads --iterations 2 --output short
        gtlearn resume short --iterations 4
        gtlearn train lola --game two_roads --iterations 4 --output long
        gtlearn check long --format json
        gtlearn sweep lola --game two_roads,town.roads --rate 0.1,0.3 --seeds 0..1 \
--iterations 2 --workers 2 --output many
        gtlearn plot many --output many.png
        gtlearn train contextual-stackelberg --game two_roads --iterations 1 --output leader
        gtlearn train meta-mapg --game two_roads --chain 1 --chains 2 --trajectories 4 \
--horizon 4 --iterations 1 --output shaper
        """
    )
    assert [code for code, _, _ in done] == [0, 0, 0, 1, 0, 0, 0, 0], done
    assert len({(tmp_path / n / "metrics.jsonl").read_bytes() for n in ("short", "long")}) == 1
    assert len(json.loads(done[3][1])["regrets"]) == 2
    curves = dict(line.split(": ") for line in done[5][1].splitlines() if line.startswith("lola, "))
    for rate in (0.1, 0.3):
        assert curves[f"lola, two_roads, rate {rate}"] == curves[f"lola, town.roads, rate {rate}"]


def test_what_is_installed_is_trained_by_its_name(gtlearn_all, tmp_path):
    for name in ("matplotlib", "gymnasium", "imageio"):
        pytest.importorskip(name, reason="the run needs the extras plots and envs")
    done = gtlearn_all(
        f"""
        gtlearn train walker --logger last --output walk
        gtlearn resume walk --iterations 9
        gtlearn watch walk --output walk.gif
        gtlearn sweep walker --pull 0.1,0.4 --logger last --seeds 0..1 --workers 2 --output walks
        gtlearn resume walks --iterations 8 --workers 2
        gtlearn plot walks --output walks.png
        gtlearn sweep reinforce --env ours --inner-rate 0.1,0.2 {SMALL} --seeds 0..1 --workers 2 \
--policy learning_package.nets:make --logger last --output nets
        gtlearn plot nets --allow learning_package.nets:make --output nets.png
        gtlearn watch nets
        gtlearn sweep reinforce --env ours,ours-again --policy lstm,learning_package.nets:make \
{SMALL} --seeds 0 --output grid
        """
    )
    assert [code for code, _, _ in done] == [*[0] * 8, 2, 0], done
    assert "Picture: grid" in done[9][1] and done[9][2] == ""
    assert json.loads((tmp_path / "walk" / "last.json").read_text())["step"] == 9
    assert loggers_of(tmp_path / "walks") == [8] * 4 and loggers_of(tmp_path / "nets") == [2] * 4
    assert "pull 0.1" in done[5][1] and "inner_rate 0.2" in done[7][1]


def test_what_is_named_by_its_module_reaches_workers(gtlearn_all, tmp_path):
    allowed = f"--allow {LEARNER} --allow {LOGGER}"
    done = gtlearn_all(
        f"""
        gtlearn sweep {LEARNER} --pull 0.1,0.4 --logger {LOGGER} --seeds 0 --workers 2 --output many
        gtlearn resume many --iterations 8 --workers 2 --allow {LEARNER}
        gtlearn resume many --iterations 8 --workers 2 {allowed}
        """
    )
    assert [code for code, _, _ in done] == [0, 2, 0], done
    assert f"--allow {LOGGER}" in done[1][2]
    assert loggers_of(tmp_path / "many") == [8, 8]


REGISTERED = """
import congestion, gtlearn
from gtlearn import environments, games, learning
from gtlearn.runs import loggers
from learning_package.env import make
from learning_package.learner import build
from learning_package.loggers import Last

environments.register("our-dilemma", make)
games.register(congestion.KIND)
games.register(congestion.ENTRY)
learning.register("walk", build)
loggers.register("mine", Last)
loggers.register("of this script", lambda folder, step: None)  # which no worker can import
how = dict(seeds=[0, 1], workers=2, logger="mine")
small = dict(trajectories=4, horizon=4, chain=1, chains=2, iterations=2, peers=2)
gtlearn.sweep("walk", output="walks", **how)
envs = ["our-dilemma", "learning_package.env:make"]
gtlearn.sweep("reinforce", env=envs, output="dilemmas", **small, **how)
gtlearn.sweep("lola", game="two_roads", iterations=2, output="roads", **how)
"""


def test_what_is_registered_in_python_reaches_workers(python, tmp_path):
    pytest.importorskip("gymnasium", reason="the environment needs the extra envs")
    assert python("-c", REGISTERED, only_importable=True).stderr == ""
    steps = {name: loggers_of(tmp_path / name) for name in ("walks", "dilemmas", "roads")}
    assert steps == {"walks": [6, 6], "dilemmas": [2] * 4, "roads": [2, 2]}
