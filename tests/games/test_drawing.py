"""Pictures of trees: where nodes stand, and what TikZ is told."""

from itertools import pairwise

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.drawing import draw, layout, tikz


def test_leaves_stand_beside_each_other():
    game = games.load("kuhn_poker")
    where = layout(game)
    assert [where.x[node] for node in game.leaves] == list(range(game.num_leaves))
    assert where.y == game.depth.tolist()
    for node in range(1, game.num_nodes):  # below their parents, within its span
        below = [n for n in range(game.num_nodes) if game.parent[n] == node]
        if below:
            assert where.x[node] == (where.x[below[0]] + where.x[below[-1]]) / 2
    assert len(where.lines) == 12  # every information set of Kuhn poker has two nodes
    assert all(len(line.nodes) == 2 for line in where.lines)


def spanning():
    """A set with nodes after one, two, and three moves."""
    tree = games.tree("spanning", ["A", "B"])
    node = tree.root.draws({"short": "1/2", "long": "1/2"})
    for depth, branch in ((1, node["short"]), (2, node["long"])):
        if depth == 2:
            branch.draws({"short": "1/2", "long": "1/2"})
            for place, own in enumerate((branch["short"], branch["long"])):
                if place:
                    own = own.decides("A", "a", ["on"])["on"]
                own.decides("B", "b", ["l", "r"])
                own["l"].pays(0, 0)
                own["r"].pays(1, 2)
        else:
            branch.decides("B", "b", ["l", "r"])
            branch["l"].pays(0, 0)
            branch["r"].pays(1, 2)
    return tree.game()


@pytest.mark.parametrize("name", ["selten_horse", "kuhn_poker", "beer_quiche", "spanning"])
def test_lines_come_to_all_of_their_nodes_and_to_no_other(name):
    game = spanning() if name == "spanning" else games.load(name)
    where = layout(game)
    for line in where.lines:
        places = {(where.x[node], where.y[node]) for node in line.nodes}
        assert places <= set(line.points)
        assert {line.points[0], line.points[-1]} <= places
        for node in range(game.num_nodes):
            if node not in line.nodes and game.mover[node] >= -1:  # no leaf
                x, y = where.x[node], where.y[node]
                for (x0, y0), (x1, y1) in pairwise(line.points):
                    assert not (y0 == y1 == y and min(x0, x1) <= x <= max(x0, x1))


def test_sets_that_are_above_each_other_are_drawn_by_depth():
    """Two sets, each after the other in a branch, can have no level each (Jakobsen, Sorensen &
    Conitzer 2016, Timeability of extensive-form games)."""
    tree = games.tree("untimeable", ["A", "B"])
    tree.root.draws({"a": "1/2", "b": "1/2"})
    for branch, order in (("a", "AB"), ("b", "BA")):
        first = tree.root[branch].decides(order[0], order[0], ["l", "r"])
        first["l"].pays(0, 0)
        second = first["r"].decides(order[1], order[1], ["l", "r"])
        second["l"].pays(0, 0)
        second["r"].pays(1, 1)
    game = tree.game()
    where = layout(game)
    assert where.y == game.depth.tolist()
    for line in where.lines:
        assert {(where.x[node], where.y[node]) for node in line.nodes} <= set(line.points)


def test_tikz_names_every_move_and_payoff():
    tree = games.tree("a & b", ["A_1", "B"])
    start = tree.root.draws({"50%": "1/2", "else": "1/2"})
    start["50%"].pays(1, "-1/3")
    last = start["else"].decides("A_1", "x", ["l", "r"])
    last["l"].pays(0, 0)
    last["r"].pays(2, 5)
    game = tree.game()
    text = tikz(game, layout(game))
    for piece in (r"50\% (1/2)", r"A\_1", "(1, -1/3)", "(2, 5)", "rectangle"):
        assert piece in text
    assert text.count(r"\draw (n") == game.num_nodes - 1


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "tex"])
def test_files_are_written(tmp_path, suffix):
    if suffix != "tex":
        pytest.importorskip("matplotlib", reason="pictures need the extra plots")
    path = tmp_path / f"kuhn.{suffix}"
    draw(games.load("kuhn_poker"), path)
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "tex": b"\\begin"}
    assert path.read_bytes().startswith(starts[suffix])


def test_what_cannot_be_drawn(tmp_path):
    with pytest.raises(InputError, match="at most 800 can be drawn"):
        draw(games.load("leduc_poker"), tmp_path / "leduc.svg")
    with pytest.raises(InputError, match="name such a file"):
        draw(games.load("kuhn_poker"), tmp_path / "kuhn.gif")
