"""GameTracer's files."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError


def test_the_first_player_changes_fastest():
    text = "# GAMUT writes comments\n3\n2 3 2\n\n" + " ".join(map(str, range(36)))
    game = games.loads(text, "gam")
    assert game.shape == (2, 3, 2)
    for player in range(3):
        for profile in np.ndindex(2, 3, 2):
            first, second, third = profile
            place = 12 * player + first + 2 * second + 6 * third
            assert game.payoff(player, profile) == place


def test_a_file_is_read_exactly(tmp_path):
    path = tmp_path / "coins.gam"
    path.write_text("2\n2 2\n0.1 -1e-3 1/3 1\n1 2 3 4\n")
    game = games.load(path)
    assert game.name == "coins"
    assert game.payoffs[0].fractions().tolist() == [
        [Fraction(1, 10), Fraction(1, 3)],
        [Fraction(-1, 1000), 1],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: expected the number of players"),
        ("1\n2\n1 2", "1 player"),
        ("2\n2 2\n1 2 3", "3 payoffs follow; 2 x 4 are needed"),
        ("2\n2 0\n", "0 profiles"),
        ("2\n99999 99999\n1", "9999800001 profiles"),
        ("# c\n2\n1 1\n1 x", "line 4, column 3"),
    ],
)
def test_bad_files(text, message):
    with pytest.raises(InputError, match=message):
        games.loads(text, "gam")


def test_quantecon_reads_the_same():
    quantecon = pytest.importorskip("quantecon.game_theory")
    random = np.random.default_rng(3)
    numbers = random.integers(-9, 9, 3 * 2 * 3 * 2)
    text = "3\n2 3 2\n\n" + " ".join(map(str, numbers))
    theirs = games.load(quantecon.GAMReader.from_string(text))
    ours = games.loads(text, "gam")
    assert [a.floats().tolist() for a in ours.payoffs] == [
        a.floats().tolist() for a in theirs.payoffs
    ]
