"""A figure of adaptation among teammates: runs that others need, and no floor or ceiling."""

import json
from importlib.util import find_spec

import pytest
import torch

from gtlearn.reproduce import reproduce
from gtlearn.reproduce.figure import parse_figure
from gtlearn.reproduce.kinds.adaptation import ADAPTATION

pytestmark = pytest.mark.skipif(
    find_spec("gymnasium_robotics") is None, reason="the cheetah needs the extra envs"
)
SMALL = {
    "title": "A small figure",
    "source": "Nobody (2001), Figure 8",
    "kind": "adaptation",
    "algorithm": "meta-mapg",
    "seeds": "0..1",
    "run": {"tensorboard": False},
    "options": {
        "env": "half-cheetah",
        "iterations": 1,
        "trajectories": 2,
        "horizon": 2,
        "chains": 1,
    },
    "needs": [
        {
            "name": "teammates",
            "algorithm": "teammates",
            "options": {"env": "half-cheetah", "iterations": 476, "trajectories": 1, "horizon": 1},
        }
    ],
    "panels": [{"name": "half-cheetah", "options": {}}],
    "methods": [
        {"name": "mapg", "label": "Meta-MAPG", "options": {}},
        {"name": "reinforce", "label": "REINFORCE", "algorithm": "reinforce", "options": {}},
    ],
    "statements": [],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    torch.set_num_threads(1)
    return reproduce(parse_figure("small", dict(SMALL)), tmp_path_factory.mktemp("runs"))


def test_all_runs_met_the_same_teammates(found):
    teammates = json.loads((found.folder / "teammates" / "result.json").read_text())
    runs = [run for runs in found.runs.values() for run in runs]
    assert len(runs) == 4
    checksums = {run.result["teammates_sha256"] for run in runs}
    assert checksums == {teammates["teammates_sha256"]}


def test_what_is_printed_has_no_ceiling(found):
    text = ADAPTATION.report(found)
    assert "mean reward before and after each update" in text
    assert "ceiling" not in text and "nan" not in text.lower()
    rows = ADAPTATION.to_json(found)["rows"]
    assert [row["method"] for row in rows] == ["mapg", "reinforce"]
    assert all("auc_ceiling" not in row and len(row["rewards"]) == 3 for row in rows)
    json.dumps(ADAPTATION.to_json(found), allow_nan=False)


def test_the_picture_has_one_row(found, tmp_path):
    picture = ADAPTATION.draw(found, tmp_path / "figure.svg").read_text()
    assert picture.startswith("<?xml")
    assert "ceiling" not in ADAPTATION.caption(found) and "deviating" not in ADAPTATION.caption(
        found
    )


def test_finished_runs_are_not_repeated(found):
    before = (found.folder / "teammates" / "result.json").stat().st_mtime_ns
    again = reproduce(found.figure, found.folder)
    assert (again.folder / "teammates" / "result.json").stat().st_mtime_ns == before
