"""Games of other packages, and pandas' frames: the payoffs and the labels that they hold."""

import io

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError

ROW, COLUMN = [[3, 0, 1], [5, 1, 2]], [[3, 5, 0], [0, 1, 7]]


def payoffs(game):
    return [tensor.fractions().tolist() for tensor in game.payoffs]


def test_nashpy():
    nashpy = pytest.importorskip("nashpy", reason="nashpy is an optional peer")
    game = games.load(nashpy.Game(np.array(ROW), np.array(COLUMN)))
    assert (payoffs(game), game.source) == ([ROW, COLUMN], "nashpy")
    zero_sum = games.load(nashpy.Game(np.array(ROW)))
    assert zero_sum.is_zero_sum
    assert payoffs(zero_sum)[0] == ROW
    assert "binary" in games.load(nashpy.Game(np.array([[0.1]]))).number_note


def test_quantecon_two_players():
    theory = pytest.importorskip("quantecon.game_theory", reason="quantecon is an optional peer")
    profiles = np.stack([ROW, COLUMN], axis=-1)  # (2, 3, 2): a pair a profile
    game = games.load(theory.NormalFormGame(profiles))
    assert payoffs(game) == [ROW, COLUMN]
    players = [theory.Player(np.array(ROW)), theory.Player(np.array(COLUMN).T)]
    assert payoffs(games.load(theory.NormalFormGame(players))) == [ROW, COLUMN]
    with pytest.raises(InputError, match="one player of QuantEcon's; give its NormalFormGame"):
        games.load(players[0])
    with pytest.raises(InputError, match="1 player"):
        games.load(theory.NormalFormGame([[1], [2]]))


def test_quantecon_indexes_by_the_own_action_first():
    theory = pytest.importorskip("quantecon.game_theory", reason="quantecon is an optional peer")
    shape = (2, 3, 4)
    profiles = np.random.default_rng(0).integers(-9, 9, (*shape, 3))
    game = games.load(theory.NormalFormGame(profiles))
    assert game.shape == shape
    for place in np.ndindex(*shape):
        assert [game.payoff(k, place) for k in range(3)] == profiles[place].tolist()


@pytest.fixture(name="pd")
def _pd():
    return pytest.importorskip("pandas", reason="pandas is an optional package")


def test_a_frame_keeps_its_labels(pd):
    frame = pd.DataFrame(ROW, index=["C", "D"], columns=["a", "b", "c"])
    game = games.load(frame, zero_sum=True)
    assert game.actions == (("C", "D"), ("a", "b", "c"))
    assert payoffs(game)[0] == ROW
    frame.index.name, frame.columns.name = "Alice", "Bob"
    assert games.load(frame, zero_sum=True).players == ("Alice", "Bob")
    assert games.load(pd.DataFrame(ROW), zero_sum=True).actions == (("1", "2"), ("1", "2", "3"))
    assert games.load(pd.DataFrame(ROW, index=["x", "y"]), zero_sum=True).actions[0] == ("x", "y")
    with pytest.raises(InputError, match="exactly one of"):
        games.load(frame)


def test_a_frame_a_player(pd):
    labels = {"index": ["C", "D"], "columns": ["a", "b", "c"]}
    frames = [pd.DataFrame(matrix, **labels) for matrix in (ROW, COLUMN)]
    game = games.load(frames)
    assert (payoffs(game), game.actions) == ([ROW, COLUMN], (("C", "D"), ("a", "b", "c")))
    turned = frames[1].iloc[::-1]
    with pytest.raises(InputError, match="labels of frame 2 are not those of frame 1"):
        games.load([frames[0], turned])


@pytest.mark.parametrize("write", [tuple, list, "{0[0]} {0[1]}".format, "{0[0]},{0[1]}".format])
def test_a_frame_of_pairs(pd, write):
    cells = [
        [write(pair) for pair in zip(*rows, strict=True)] for rows in zip(ROW, COLUMN, strict=True)
    ]
    game = games.load(pd.DataFrame(cells, index=["C", "D"]))
    assert (payoffs(game), game.actions[0]) == ([ROW, COLUMN], ("C", "D"))


def test_a_frame_with_a_line_a_profile(pd):
    game = games.load(
        pd.DataFrame(
            {
                "Alice": ["u", "d"],
                "Bob": ["l", "l"],
                "payoff Alice": [1, 2],
                "payoff Bob": [0.5, 4],
            }
        )
    )
    assert (game.players, game.actions) == (("Alice", "Bob"), (("u", "d"), ("l",)))
    assert payoffs(game)[1] == [[0.5], [4]]
    assert "binary" in game.number_note


def test_a_frame_whose_payoff_columns_are_in_another_order(pd):
    frame = pd.DataFrame({"A": ["u"], "B": ["l"], "payoff B": [1], "payoff A": [2]})
    with pytest.raises(InputError, match="'payoff B' stands where the payoff of 'A' belongs"):
        games.load(frame)


def test_frames_that_are_refused(pd):
    for frame, message in (
        (
            pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
            "NAType, not a number|nan is not a finite",
        ),
        (pd.DataFrame({"a": [1.0, None]}), "nan .*is not a finite number"),
        (pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])}), "dates|datetime|Timestamp"),
        (pd.DataFrame({"a": [True]}), "truth value"),
        (pd.DataFrame({"a": ["1,500"], "b": ["2,300"]}), "thousands separator"),
        (pd.DataFrame({"a": ["1 2"], "b": [3]}), "one payoff, or two"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "several levels"),
        (pd.Series([1, 2]), "dimension"),
        (pd.read_csv(io.StringIO("3,0\n5,1")), "labels, such as '3', may be a first line of"),
        (pd.read_csv(io.StringIO("3 3,3 3\n5 0,1 1")), "read the file by header=None"),
    ):
        with pytest.raises(InputError, match=message):
            games.load(frame, zero_sum=isinstance(frame, pd.DataFrame))


def test_kinds_of_columns_that_hold_numbers(pd):
    big = 2**60 + 1  # which no float holds
    frame = pd.DataFrame({"a": [big, 2], "b": [0.5, 1], "c": pd.array([3, 4], dtype="Int64")})
    assert payoffs(games.load(frame, zero_sum=True))[0] == [[big, 0.5, 3], [2, 1, 4]]
    kinds = pd.DataFrame({"a": pd.Categorical([5, 7]), "b": pd.arrays.SparseArray([0, 1])})
    assert payoffs(games.load(kinds, zero_sum=True))[0] == [[5, 0], [7, 1]]
