"""Pictures of trees: where nodes stand, and what TikZ is told."""

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
    assert len(where.joined) == 12  # every information set of Kuhn poker has two nodes
    assert all(len(nodes) == 2 for _, _, nodes in where.joined)


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
    with pytest.raises(InputError, match="at most 400 can be drawn"):
        draw(games.load("leduc_poker"), tmp_path / "leduc.svg")
    with pytest.raises(InputError, match="name such a file"):
        draw(games.load("kuhn_poker"), tmp_path / "kuhn.gif")
