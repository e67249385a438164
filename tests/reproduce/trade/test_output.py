"""The figure of the trade, on the twin with two seeds."""

import dataclasses
import json

import pytest

from gtlearn.errors import InputError
from gtlearn.reproduce import read_figure, reproduce
from gtlearn.reproduce.kinds.trade import TRADE, prices_cell, rewards


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    whole = read_figure("stackelberg-fig2")
    panels = tuple(panel for panel in whole.panels if panel.name in ("twin_hits_0.4", BUYER))
    assert len(panels) == 2
    figure = dataclasses.replace(whole, panels=panels, seeds=(0, 1), columns=2)
    return reproduce(figure, tmp_path_factory.mktemp("runs"))


BUYER = "twin_hits_0.8_buyer_leads"


def test_both_seeds_learn_the_equilibrium_price(found):
    """By hand: with hits of 0.4 the seller asks 1/4; the buyer, leading, pays no more than that."""
    rows = {row["panel"]: row for row in TRADE.to_json(found)["rows"]}
    assert rows["twin_hits_0.4"]["prices"] == rows[BUYER]["prices"] == [0.25, 0.25]
    assert rows["twin_hits_0.4"]["exact_rewards"] == pytest.approx([0.25, 0.15])
    assert rows[BUYER]["exact_rewards"] == pytest.approx([0.25, 0.55])
    assert all(row["largest_gap"] == row["largest_regret"] == 0 for row in rows.values())
    json.dumps(TRADE.to_json(found), allow_nan=False)


def test_rewards_are_the_sellers_and_the_buyers_whoever_leads(found):
    for panel in found.figure.panels:
        for run in found.of(panel, found.figure.methods[0]):
            seller, buyer = (values[-10:].mean() for values in rewards(run))
            assert seller == pytest.approx(0.25, abs=0.02)  # a price, but for a little exploring
            # 600 bullets, each worth 0 or 1: 4 standard errors are 0.08
            assert buyer == pytest.approx(run.result["exact_rewards"][1], abs=0.1)


def test_the_report_and_the_picture(found, tmp_path):
    text = TRADE.report(found)
    assert "0.25 (2)" in text and "twin hits 0.4" in text
    assert "n = 2 seeds" in TRADE.caption(found)
    assert TRADE.draw(found, tmp_path / "figure.svg").read_text().startswith("<?xml")


def test_prices_are_counted(found):
    runs = found.of(found.figure.panels[0], found.figure.methods[0])
    prices = [run.result["price"] for run in runs]
    assert prices_cell([*prices, None]) == "0.25 (2), not sold (1)"


def test_a_run_of_something_else_is_refused(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "env_steps": 0}\n')
    with pytest.raises(InputError, match="no finished run of a trade"):
        TRADE.read_run(tmp_path)
