"""Figures as data."""

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.reproduce import figure_names, read_figure
from gtlearn.reproduce.figure import parse_figure


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", figure_names())
def test_every_figure_has_a_source_and_known_options(name, quick):
    figure = read_figure(name, quick=quick)
    assert figure.source and all(s.text and s.where for s in figure.statements)
    assert bool(figure.reduced) == (quick and bool(figure.methods))  # others train nothing
    for panel in figure.panels:
        for method in figure.methods:
            config = figure.config(panel, method, figure.seeds[-1])
            assert config.seed == figure.seeds[-1]
            values = {**figure.options, **panel.options}
            played = "env" if "env" in values else "game"
            assert config.subject == (played, values[played])
    for need in figure.needs:
        assert figure.needed(need).options.env == need.options["env"]


def test_figure_1_is_the_twelve_strict_symmetric_games_with_ten_seeds():
    figure = read_figure("stackelberg-fig1")
    stages = [games.load(panel.name) for panel in figure.panels]
    rows = {tuple(map(int, stage.payoffs[0].floats().ravel())) for stage in stages}
    assert len(figure.panels) == len(rows) == 12  # no two of them are the same
    assert all(sorted(row) == [1, 2, 3, 4] for row in rows)
    assert figure.seeds == tuple(range(10))
    options = [figure.config(p, m, 0).options for p in figure.panels for m in figure.methods]
    assert {option.horizon for option in options} == {10}


def test_figure_3_differs_in_the_reset_alone_and_has_at_least_20_seeds():
    figure = read_figure("stackelberg-fig3")
    assert len(figure.seeds) >= 20
    configs = [figure.config(figure.panels[0], m, 0).options for m in figure.methods[:2]]
    apart = {key for key, value in vars(configs[0]).items() if value != vars(configs[1])[key]}
    assert apart == {"reset"}


def test_the_quick_version_says_what_it_leaves_out(held):
    figure = parse_figure("small", held, quick=True)
    assert [panel.name for panel in figure.panels] == ["chicken"]
    assert figure.seeds == (0,)
    assert figure.methods[0].options["iterations"] == 3
    assert figure.reduced == (
        "only 1 of 2 panels",
        "only 1 of 2 seeds",
        "planner: iterations 3 instead of 5",
    )


@pytest.mark.parametrize("name", ["stackelberg-fig4", "stackelberg_fig1", "stakelberg-fig1"])
def test_an_unknown_figure_names_the_nearest(name):
    with pytest.raises(InputError, match=r"there is no figure .*; did you mean stackelberg-fig"):
        read_figure(name)


def test_a_figure_that_is_far_from_all_lists_them():
    with pytest.raises(InputError, match=r"the figures are .*stackelberg-fig1, stackelberg-fig2"):
        read_figure("x")


def test_runs_that_are_needed_are_told_of_by_an_option(tmp_path):
    figure = read_figure("meta-mapg-fig2d")
    (need,) = figure.needs
    assert figure.needed(need).algorithm.name == "teammates"
    config = figure.config(figure.panels[0], figure.methods[0], 0, tmp_path)
    assert config.options.teammates == str(tmp_path / "teammates")
    quick = read_figure("meta-mapg-fig2d", quick=True)
    assert "teammates: trajectories 16 instead of 64" in quick.reduced
    assert quick.needed(quick.needs[0]).options.trajectories == 16


def test_an_unknown_option_is_named(held):
    held["options"]["horizn"] = 3
    figure = parse_figure("small", held)
    with pytest.raises(InputError, match="unknown option 'horizn'; did you mean horizon"):
        figure.config(figure.panels[0], figure.methods[0], 0)


def test_an_unknown_key_is_named(held):
    held["colour"] = "red"
    with pytest.raises(InputError, match=r"small cannot be read: .*colour"):
        parse_figure("small", held)


def test_methods_need_seeds(held):
    del held["seeds"]
    with pytest.raises(InputError, match="has methods and no seeds"):
        parse_figure("small", held)
