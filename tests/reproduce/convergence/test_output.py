"""Figures of convergence in game trees."""

import dataclasses
import json
import math

import numpy as np
import pytest

from gtlearn.errors import InputError
from gtlearn.reproduce import read_figure, reproduce
from gtlearn.reproduce.kinds.convergence import (
    CONVERGENCE,
    FAILS,
    HOLDS,
    OPEN,
    comparison_rows,
    measured,
    nodes_of,
    ratios,
)
from gtlearn.reproduce.kinds.kind import FinishedRun


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The quick figure on Kuhn poker, shorter still."""
    quick = read_figure("cfr-family", quick=True)
    methods = tuple(
        dataclasses.replace(m, options={**m.options, "iterations": 30}) for m in quick.methods
    )
    figure = dataclasses.replace(quick, panels=quick.panels[:1], methods=methods, seeds=(0, 1))
    return reproduce(figure, tmp_path_factory.mktemp("runs"))


def run_of(values, *, iterations=100, nodes=50, env_steps=0, rounding=0.0):
    """A run in which NashConv was measured after 1, 10 and 100 iterations, the last twice."""
    result = {
        "nash_conv": values[-1],
        "iterations": iterations,
        "nodes": nodes,
        "env_steps": env_steps,
        "rounding": rounding,
    }
    metrics = {
        "measured_step": np.array([1.0, 10, 100, 100]),
        "nash_conv": np.array([*values, values[-1]]),
    }
    return FinishedRun(result, metrics)


def test_deterministic_methods_have_one_run_and_no_interval(small):
    rows = {row["method"]: row for row in CONVERGENCE.to_json(small)["rows"] if "method" in row}
    assert {name: row["seeds"] for name, row in rows.items()} == {
        **dict.fromkeys(("cfr", "cfr+", "dcfr", "pcfr+", "fictitious-play"), 1),
        "mccfr": 2,
    }
    assert isinstance(rows["cfr"]["nash_conv"], float)
    mean, low, high = rows["mccfr"]["nash_conv"]
    assert low < mean < high
    assert rows["dcfr"]["nodes"] == 2 * 30 * 58  # Kuhn poker has 58 nodes; both players update
    assert 30 * 8 < rows["mccfr"]["nodes"] < 30 * 58
    json.dumps(CONVERGENCE.to_json(small), allow_nan=False)


def test_the_report_and_the_picture(small, tmp_path):
    text = " ".join(CONVERGENCE.report(small).split())
    assert "only 2 of 4 panels" in text and "cfr+: iterations 1000 instead of 10000" in text
    assert "cfr+ below cfr: CFR+ typically outperforms" in text and HOLDS in text
    assert "With n = 1 the method is deterministic" in text
    assert "geometric mean over n = 2 seeds" in CONVERGENCE.caption(small)
    assert CONVERGENCE.draw(small, tmp_path / "figure.svg").read_text().startswith("<?xml")


def test_verdicts_follow_from_the_runs(small):
    """Each claim, with the runs of its two methods put in by hand."""
    figure = dataclasses.replace(small.figure, comparisons=small.figure.comparisons[:1])
    panel = figure.panels[0].name

    def verdict(lower, higher):
        runs = {**small.runs, (panel, "cfr+"): lower, (panel, "cfr"): higher}
        (row,) = comparison_rows(dataclasses.replace(small, figure=figure, runs=runs))
        return row["verdict"]

    one, ten = run_of([1, 0.1, 0.01]), run_of([1, 0.5, 0.1])
    assert (verdict([one], [ten]), verdict([ten], [one])) == (HOLDS, FAILS)
    assert verdict([one], [one]) == OPEN
    scattered = [run_of([1, 1, value]) for value in (0.001, 0.1, 2.0)]
    assert verdict(scattered, [ten]) == verdict([ten], scattered) == OPEN
    rounded = run_of([1, 0.1, 0.01], rounding=0.02)  # its true NashConv may be three times as much
    assert (verdict([rounded], [ten]), verdict([ten], [rounded])) == (HOLDS, FAILS)
    assert verdict([rounded], [run_of([1, 0.1, 0.02])]) == OPEN


def test_methods_are_compared_after_as_many_nodes():
    """100 iterations of 2 x 50 nodes; the other looked at 1000 nodes, as many as 10 of these."""
    whole, sampled = run_of([1, 0.1, 0.01]), run_of([1, 0.9, 0.5], env_steps=1000)
    assert (nodes_of(whole), nodes_of(sampled)) == (10_000, 1000)
    assert ratios([sampled], [whole], "nodes") == pytest.approx([0.5 / 0.1])
    between = run_of([1, 0.9, 0.5], env_steps=1000 * math.sqrt(10))  # on the log-log line
    assert ratios([between], [whole], "nodes") == pytest.approx([0.5 / 10**-1.5])
    assert ratios([sampled], [whole], "iterations") == pytest.approx([0.5 / 0.01])
    assert [part.tolist() for part in measured(whole)] == [[1, 10, 100], [1, 0.1, 0.01]]


def test_other_runs_are_refused(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "env_steps": 0}\n')
    with pytest.raises(InputError, match="no finished run in a game tree"):
        CONVERGENCE.read_run(tmp_path)
