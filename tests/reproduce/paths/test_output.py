"""Figures of learning paths."""

import dataclasses
import json

import pytest

from gtlearn.errors import InputError
from gtlearn.reproduce import read_figure, reproduce
from gtlearn.reproduce.kinds.paths import PATHS


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Figure 7 with two seeds."""
    figure = dataclasses.replace(read_figure("meta-mapg-fig7"), seeds=(0, 1))
    return reproduce(figure, tmp_path_factory.mktemp("runs"))


def test_naive_learners_diverge_and_lola_converges_at_their_exact_rates(found):
    # As in Example 1 with rate 0.1: sqrt(1 + r^2) and sqrt((1 - r^2)^2 + r^2) an update.
    rows = {row["method"]: row for row in PATHS.to_json(found)["rows"]}
    assert rows["naive"]["ratio"] == pytest.approx([1.01 ** (149 / 2)] * 2)
    assert rows["lola"]["ratio"] == pytest.approx([0.9901 ** (149 / 2)] * 2)
    assert (rows["naive"]["nearer"], rows["lola"]["nearer"], rows["sos"]["nearer"]) == (0, 2, 2)
    json.dumps(PATHS.to_json(found), allow_nan=False)


def test_the_report_and_the_picture(found, tmp_path):
    text = PATHS.report(found)
    assert "diverges" in text and "0 of 2" in text and "2 of 2" in text
    assert "n = 2" in PATHS.caption(found)
    assert PATHS.draw(found, tmp_path / "figure.svg").read_text().startswith("<?xml")


def test_a_run_without_a_path_is_refused(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "env_steps": 0}\n')
    with pytest.raises(InputError, match="no finished run in a game of two numbers"):
        PATHS.read_run(tmp_path)
