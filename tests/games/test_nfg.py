"""Gambit's .nfg: the examples of its manual, its own reader and writer, and broken files."""

import io
import itertools
import random
from fractions import Fraction

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.formats.nfg import dump_nfg, parse_nfg

# The payoff form and the outcome form of one game, from Gambit's manual (formats, .nfg).
PAYOFF_FORM = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }

1 1 0 2 0 2 1 1 0 3 2 0
"""
OUTCOME_FORM = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }

{
{ "1" "2" "3" }
{ "1" "2" }
}
"a comment"

{
{ "" 1, 1 }
{ "" 0, 2 }
{ "" 0, 2 }
{ "" 1, 1 }
{ "" 0, 3 }
{ "" 2, 0 }
}
1 2 3 4 5 6
"""


@pytest.mark.parametrize("text", [PAYOFF_FORM, OUTCOME_FORM])
def test_the_first_player_changes_fastest(text):
    game = parse_nfg(text)
    assert game.name == "Selten (IJGT, 75), Figure 2, normal form"
    assert game.shape == (3, 2)
    assert game.payoffs[0].fractions().tolist() == [[1, 1], [0, 0], [0, 2]]
    assert game.payoffs[1].fractions().tolist() == [[1, 1], [2, 3], [2, 0]]


def test_outcome_zero_pays_nothing_and_the_comment_is_the_source():
    game = parse_nfg('NFG 1 D "" { "A" "B" } { {"x"} {"y" "z"} } "c" { { "o" .5 1/3 } } 0 1')
    assert (game.name, game.source) == ("nfg game", "c")
    assert game.payoffs[0].fractions().tolist() == [[0, Fraction(1, 2)]]
    assert game.actions == (("x",), ("y", "z"))


def test_empty_and_repeated_labels_get_numbers():
    game = parse_nfg('NFG 1 R "t" { "A" "A" } { { "" "x" "x" } { "1" } } 1 1 2 2 3 3')
    assert game.players == ("A", "A (2)")
    assert game.actions == (("1", "x", "x (2)"), ("1",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: a .nfg file starts with NFG"),
        ("NFG 2 R", "line 1, column 5: a .nfg file starts with NFG 1 R"),
        ("NFG 1 R title", "line 1, column 9: expected the title in double quotes, found title"),
        ('NFG 1 R "t" {', "expected a player's name|the end of the text"),
        ('NFG 1 R "t" { "A" } { 1 } 1', "1 player.s. named"),
        ('NFG 1 R "t" { "A" "B" } { 2 }', "strategies of 1 players for 2 players"),
        ('NFG 1 R "t" { "A" "B" } { 2 { "a" } }', "for each player, or labels for each"),
        ('NFG 1 R "t" { "A" "B" } { 2 0 }', "player 2 has no strategy"),
        ('NFG 1 R "t" { "A" "B" } { 2 x }', "expected a number of strategies"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 }\n3 x', "line 2, column 3: 'x' is not a number"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 }\n3', "1 x 1 profiles of 2 players need 2 payoffs, but 1"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 } 3 4 5', "need 2 payoffs, but 3 are listed"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 } 1 1/0', "divides by zero"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 } { { "" 1 2 } } 2', "there is no outcome 2"),
        ('NFG 1 R "t" { "A" "B" } { 1 1 } { { "" 1 } } 1', "expected a payoff"),
        ('NFG 1 R "t" { "A" "B" } { 1000000000 1000000000 } 1', "profiles are more than"),
        ('NFG 1 R "t" { "A" "B" } { 4000 4000 } 1', "need 32000000 payoffs, but 1 are listed"),
    ],
)
def test_broken_files_name_line_and_column(text, message):
    with pytest.raises(InputError, match=message) as caught:
        parse_nfg(text, what="game.nfg")
    assert str(caught.value).startswith("game.nfg, line ")
    assert "\n" not in str(caught.value)


def _random_game(seed):
    generator = random.Random(seed)
    shape = [generator.randint(1, 3) for _ in range(generator.randint(2, 4))]

    def tensor(sizes):
        if not sizes:
            return Fraction(generator.randint(-9, 9), generator.randint(1, 4))
        return [tensor(sizes[1:]) for _ in range(sizes[0])]

    return games.normal_form(*[tensor(shape) for _ in shape], name="a game")


@pytest.mark.parametrize("seed", range(20))
def test_gambit_reads_what_we_write_and_we_read_what_it_writes(seed):
    gambit = pytest.importorskip("pygambit", reason="pygambit is an optional peer")
    game = _random_game(seed)
    theirs = gambit.read_nfg(io.StringIO(dump_nfg(game)))
    assert tuple(player.label for player in theirs.players) == game.players
    for profile in itertools.product(*map(range, game.shape)):
        for k, player in enumerate(theirs.players):
            assert Fraction(str(theirs[profile][player])) == game.payoff(k, profile)
    again = parse_nfg(theirs.to_nfg())
    assert again.payoffs == game.payoffs
    assert again.actions == game.actions
