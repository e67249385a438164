"""Figures of adaptation: what is printed and drawn."""

import json

import pytest
import torch

from gtlearn.errors import InputError
from gtlearn.reproduce import read_figure, reproduce
from gtlearn.reproduce.figure import Reproduction, parse_figure
from gtlearn.reproduce.kinds.adaptation import ADAPTATION
from gtlearn.reproduce.kinds.kind import FinishedRun

SMALL = {
    "title": "A small figure",
    "source": "Nobody (2001), Figure 7",
    "kind": "adaptation",
    "group": "C",
    "algorithm": "meta-mapg",
    "seeds": "0..1",
    "run": {"tensorboard": False},
    "panels": [{"name": "ipd", "options": {}}],
    "methods": [
        {
            "name": "mapg",
            "label": "Meta-MAPG",
            "options": {"exact": True, "iterations": 2, "chain": 2},
            "paper": {"auc": "13.77"},
        },
        {
            "name": "pg",
            "label": "Meta-PG",
            "algorithm": "meta-pg",
            "options": {"exact": True, "iterations": 2, "chain": 2},
        },
    ],
    "statements": [{"text": "It adapts.", "where": "Question 1"}],
}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def made_up(seed, auc):
    result = {
        "seed": seed,
        "auc": {"all": auc, "C": auc + 1},
        "rewards": {"all": [0.0, auc / 2, auc / 2], "C": [0.0, 0.5, 0.25]},
        "nash_conv": {"all": [1.0, 1.0, 1.0], "C": [3.0, 2.0, 1.0]},
        "rewards_at_equilibrium": {"all": [0.0, 0.0, 0.0], "C": [0.0, 0.0, 0.0]},
        "rewards_at_ceiling": {"all": [0.0, 2.0, 2.0], "C": [0.0, 2.0, 2.0]},
        "fraction_of_ceiling": 0.75,
        "auc_at_equilibrium": -1.0,
        "auc_ceiling": 4.0,
    }
    return FinishedRun(result, {})


@pytest.fixture
def found(tmp_path):
    figure = parse_figure("small", SMALL)
    runs = (made_up(0, 2.0), made_up(1, 4.0))
    return Reproduction(figure, {("ipd", "mapg"): runs, ("ipd", "pg"): runs}, tmp_path)


def test_numbers_are_means_over_seeds_against_the_group(found):
    row = ADAPTATION.to_json(found)["rows"][0]
    # Student's t with one degree of freedom: 12.706 times sd / sqrt(2) = 1.
    assert row["auc"] == pytest.approx([4.0, 4 - 12.7062, 4 + 12.7062], abs=1e-3)
    assert row["auc_all"][0] == 3.0
    assert (row["rewards"], row["nash_conv"]) == ([0.0, 0.5, 0.25], [3.0, 2.0, 1.0])
    json.dumps(ADAPTATION.to_json(found), allow_nan=False)


def test_the_report_holds_the_papers_number_and_the_shift_that_would_match(found):
    text = ADAPTATION.report(found)
    assert "It adapts. (Question 1)" in text
    assert "13.77" in text and "9.77" in text and "75%" in text
    assert "equilibrium -1.000, ceiling 4.000" in text


def test_the_picture_and_its_caption(found, tmp_path):
    assert "n = 2 seeds" in ADAPTATION.caption(found) and "personas 'C'" in ADAPTATION.caption(
        found
    )
    assert ADAPTATION.draw(found, tmp_path / "figure.svg").read_text().startswith("<?xml")


def test_an_option_across(found, tmp_path):
    """One pair of axes, with the option's values along it."""
    panels = [{"name": f"L={k}", "options": {"chain": k}} for k in (1, 2)]
    figure = parse_figure("small", {**SMALL, "across": "chain", "panels": panels})
    runs = {(p["name"], m): found.runs["ipd", m] for p in panels for m in ("mapg", "pg")}
    drawn = Reproduction(figure, runs, tmp_path)
    assert "Below" not in ADAPTATION.caption(drawn) and "Below" in ADAPTATION.caption(found)
    text = ADAPTATION.draw(drawn, tmp_path / "figure.svg").read_text()
    assert "<!-- chain -->" in text and "<!-- AUC, unshifted -->" in text


def test_what_was_only_played_has_no_nash_conv(found, tmp_path):
    played = {k: v for k, v in made_up(0, 2.0).result.items() if k != "nash_conv"}
    found.runs["ipd", "pg"] = (FinishedRun(played, {}),)
    assert ADAPTATION.to_json(found)["rows"][1]["nash_conv"] is None
    assert " -" in ADAPTATION.report(found)
    assert ADAPTATION.draw(found, tmp_path / "figure.png").is_file()


def test_an_unknown_group_is_named(found, tmp_path):
    figure = parse_figure("small", {**SMALL, "group": "X"})
    with pytest.raises(InputError, match="no group 'X' of personas; choose all or C"):
        ADAPTATION.to_json(Reproduction(figure, found.runs, tmp_path))


def test_runs_of_two_algorithms_make_a_figure(tmp_path):
    found = reproduce(parse_figure("small", SMALL), tmp_path)
    text = ADAPTATION.report(found)
    assert "mapg" in text and "pg" in text
    methods = {run.result["method"] for runs in found.runs.values() for run in runs}
    assert methods == {"meta-mapg, exact", "meta-pg, exact"}


def test_a_run_that_is_not_finished_is_refused(tmp_path):
    with pytest.raises(InputError, match="no finished run of a meta-learner"):
        ADAPTATION.read_run(tmp_path)


@pytest.mark.parametrize("name", ["meta-mapg-fig2a", "meta-mapg-fig2b", "meta-mapg-fig2c"])
def test_the_options_of_every_run_are_known(name):
    figure = read_figure(name)
    for panel in figure.panels:
        for method in figure.methods:
            figure.config(panel, method, 0)
    assert len(figure.seeds) == 10
