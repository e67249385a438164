"""The populations of Kim et al. (2021)."""

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.personas import peers, personas

DILEMMA = games.iterated("ipd_meta_mapg", discount="24/25")
SCISSORS = games.iterated("rps_meta_mapg", discount="24/25")


@pytest.mark.parametrize(
    ("game", "sizes"), [(DILEMMA, (400, 40, 40)), (SCISSORS, (600, 60, 60))], ids=["ipd", "rps"]
)
def test_sizes_and_preferences_are_the_papers(game, sizes):
    found = personas(game, 1, 0)
    assert tuple(map(len, found.values())) == sizes
    for split in found.values():
        assert split.names == game.stage.actions[1]
        assert split.tables.sum(axis=-1) == pytest.approx(np.ones(split.tables.shape[:2]))
        for group in range(len(split.names)):
            preferred = split.tables[split.group == group][..., group]
            assert (preferred >= 0.5).all() and (preferred <= 1).all()
            assert preferred.mean() == pytest.approx(0.75, abs=0.05)  # n >= 100: sd below 0.015


def test_a_seed_repeats_a_population_and_another_does_not():
    first, again, other = (personas(DILEMMA, 1, seed)["train"].tables for seed in (3, 3, 4))
    assert (first == again).all() and not (first == other).any()


def test_out_of_distribution_the_test_personas_are_strict():
    found = personas(DILEMMA, 1, 0, distribution="out")
    for split, low, high in (("train", 0.5, 0.75), ("validation", 0.5, 0.75), ("test", 0.75, 1)):
        preferred = found[split].tables.max(axis=-1)
        assert low <= preferred.min() and preferred.max() <= high


def test_logits_play_the_tables():
    people = personas(SCISSORS, 1, 0)["validation"]
    assert people.logits().softmax(-1).numpy() == pytest.approx(people.tables)


def test_an_unknown_distribution_is_named():
    with pytest.raises(InputError, match="no distribution 'far'"):
        personas(DILEMMA, 1, 0, distribution="far")


def test_peers_are_of_one_group_and_not_the_same():
    found = peers(games.iterated("public_goods", discount="9/10"), 0)["train"]
    assert len(found) == 2
    assert (found[0].group == found[1].group).all()
    assert not np.allclose(found[0].tables, found[1].tables)
    (only,) = peers(DILEMMA, 3)["test"]
    assert (only.tables == personas(DILEMMA, 1, 3)["test"].tables).all()


def test_peers_of_different_actions_have_no_groups():
    zeros = np.zeros((2, 2, 3), dtype=int)
    stage = games.normal_form(zeros, zeros, zeros)
    with pytest.raises(InputError, match="different actions"):
        peers(games.iterated(stage, discount="1/2"), 0)
