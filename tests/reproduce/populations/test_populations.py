"""Figures of populations: components, counts, overlap, what is printed and drawn."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gtlearn import cli, games
from gtlearn.errors import InputError
from gtlearn.learning.shaping.personas import Personas, personas
from gtlearn.reproduce import read_figure, reproduce
from gtlearn.reproduce.kinds.populations import (
    POPULATIONS,
    along_components,
    population_of,
    principal_components,
)

FIGURES = ("meta-mapg-fig3a", "meta-mapg-fig3b", "meta-mapg-fig6a")


def people_of(name):
    figure = read_figure(name)
    return population_of(figure, figure.panels[0])


@pytest.mark.parametrize(
    ("name", "counts"),
    [("meta-mapg-fig3a", (400, 40, 40)), ("meta-mapg-fig6a", (600, 60, 60))],
)
def test_the_papers_numbers(name, counts):
    """Appendices D.1 and D.2."""
    people = people_of(name)
    assert tuple(len(people.splits[s]) for s in ("train", "validation", "test")) == counts
    for group in range(len(people.groups)):
        assert people.preferred("train", group).min() >= 0.5
        assert people.covered(group) > 0.97


def test_out_of_distribution_nothing_of_the_test_was_seen():
    people = people_of("meta-mapg-fig3b")
    assert [people.covered(group) for group in range(2)] == [0, 0]


def test_the_shift_out_of_distribution_is_far_beyond_chance():
    """And in distribution it is what 200 and 20 draws from one distribution give."""
    apart, together = people_of("meta-mapg-fig3b"), people_of("meta-mapg-fig3a")
    for group in range(2):
        assert apart.shift_by_chance(group) == pytest.approx((1 / 200 + 1 / 20) ** 0.5)
        assert together.shift(group) < 2 * together.shift_by_chance(group)
        assert apart.shift(group) > 10 * apart.shift_by_chance(group)


def test_a_shift_in_closed_form():
    """Training at 0.2 and 0.4, so a spread of 0.1 around 0.3; the test at 0.8."""

    def people(*chances):
        tables = np.array([[[p, 1 - p], [0.5, 0.5]] for p in chances])
        return Personas(("C",), np.zeros(len(chances), int), tables)

    found = along_components({"train": people(0.2, 0.4), "test": people(0.8)})
    assert found.shift(0) == pytest.approx(5)


@pytest.fixture
def rows():
    drawn = np.random.default_rng(0).uniform(size=(30, 6)) @ np.diag([3, 1, 1, 2, 1, 0.5])
    return drawn - drawn.mean(axis=0)


def test_components_are_orthonormal_and_explain_all(rows):
    directions, explained = principal_components(rows)
    assert np.allclose(directions @ directions.T, np.eye(6))
    assert explained.sum() == pytest.approx(1)
    assert all(explained[:-1] >= explained[1:])
    assert (directions.max(axis=1) == np.abs(directions).max(axis=1)).all()


def test_the_order_of_rows_does_not_matter(rows):
    """Nor do signs: they are fixed."""
    for mine, other in zip(
        principal_components(rows), principal_components(rows[::-1]), strict=True
    ):
        assert np.allclose(mine, other)


def test_components_are_those_of_the_covariance():
    """The variances along them are its largest eigenvalues; centred, and not correlated."""
    held = personas(games.iterated("ipd_meta_mapg", discount="1/2"), 1, 3)
    people = along_components(held)
    places = np.concatenate([people.places[split] for split in held])
    flat = np.concatenate([held[split].tables[..., 0] for split in held])
    values = np.linalg.eigvalsh(np.cov(flat.T))[::-1]
    assert np.allclose(np.cov(places.T), np.diag(values[:2]))
    assert people.explained == pytest.approx(values[:2] / values.sum())
    assert places.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)


def test_two_groups_lie_apart_along_the_first_component():
    """In the dilemma what differs most is whom one prefers."""
    people = people_of("meta-mapg-fig3a")
    first, second = (people.places["train"][people.members("train", g), 0] for g in (0, 1))
    assert max(first.min(), second.min()) > min(first.max(), second.max())
    assert people.explained[0] > 0.7


def test_a_line_has_one_component():
    tables = np.array([[[p, 1 - p]] * 2 for p in (0.5, 0.7, 1.0)])
    people = along_components({"train": Personas(("C",), np.zeros(3, int), tables)})
    assert people.explained == pytest.approx([1, 0])


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_trained(name, tmp_path):
    found = reproduce(read_figure(name), tmp_path / "new" / "folder")
    text = POPULATIONS.report(found)
    assert "The paper says" in text and "What differs" in text
    assert all(statement.text[:40] in text for statement in found.figure.statements)
    assert not found.runs and "seed" not in POPULATIONS.caption(found)
    held = json.loads(json.dumps(POPULATIONS.to_json(found), allow_nan=False))
    assert held["figure"] == name and held["seeds"] == []
    assert sum(g["test"]["personas"] for g in held["rows"][0]["groups"].values()) in (40, 60)
    assert POPULATIONS.draw(found, tmp_path / "a.png").stat().st_size > 10_000
    assert "train" in POPULATIONS.caption(found)


@pytest.mark.parametrize("quick", [[], ["--quick"]])
def test_the_command_leaves_numbers_and_a_picture(quick, tmp_path, capsys):
    """And no runs; nothing is left out of the quick version."""
    code = cli.run(["reproduce", "meta-mapg-fig3b", *quick, "--output", str(tmp_path)])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert "does not say how these were drawn" in out and "Quick" not in out
    assert "Numbers: " in out and "Runs" not in out
    assert {path.name for path in tmp_path.iterdir()} == {"figure.json", "figure.png"}
    row = json.loads((tmp_path / "figure.json").read_text())["rows"][0]
    assert row["groups"]["C"]["covered"] == 0 and row["explained"][0] > row["explained"][1]


def test_what_cannot_be_used(tmp_path):
    figure = read_figure("meta-mapg-fig3a")
    with pytest.raises(InputError, match="has no option 'game'; a population needs"):
        population_of(replace(figure, options={}), figure.panels[0])
    with pytest.raises(InputError, match="have no runs"):
        POPULATIONS.read_run(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        reproduce(figure, tmp_path / "file" / "runs")
