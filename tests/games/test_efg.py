"""Gambit's .efg and reduced normal forms: by hand, and against Gambit's own reduction."""

import io
import itertools
import random
from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.formats.efg import parse_efg
from gtlearn.games.formats.nfg import parse_nfg

# Myerson's card game (Game Theory, 1991, section 2.1): red or black by a fair coin; player 1 sees
# it and raises or folds; player 2 meets or passes. Expected payoffs as in Table 2.1 of the book.
CARDS = """EFG 2 R "A simple card game" { "Fred" "Alice" }
""
c "" 1 "" { "Red" 1/2 "Black" 1/2 } 0
p "" 1 1 "red" { "Raise" "Fold" } 0
p "" 2 1 "" { "Meet" "Pass" } 0
t "" 1 "" { 2, -2 }
t "" 2 "" { 1, -1 }
t "" 2
p "" 1 2 "black" { "Raise" "Fold" } 0
p "" 2 1 0
t "" 3 "" { -2, 2 }
t "" 2
t "" 4 "" { -1, 1 }
"""


def _reduced(text, **how):
    return parse_efg(text, **how).reduced()


def test_card_game():
    game = _reduced(CARDS)
    assert game.name == "A simple card game"
    assert game.players == ("Fred", "Alice")
    assert game.actions == (
        ("Raise/Raise", "Raise/Fold", "Fold/Raise", "Fold/Fold"),
        ("Meet", "Pass"),
    )
    half = Fraction(1, 2)
    assert game.payoffs[0].fractions().tolist() == [[0, 1], [half, 0], [-half, 1], [0, 0]]
    assert game.is_zero_sum


def test_moves_that_own_moves_rule_out_are_starred_and_outcomes_add_up():
    game = _reduced(
        'EFG 2 R "entry" { "A" "B" } p "" 1 1 "" { "Out" "In" } 1 "fee" { -1, 0 } '
        't "" 2 "" { 1 5 } p "" 1 2 "" { "l" "r" } 0 t "" 3 "" { 7 0 } t "" 4 "" { 0.5 1/3 }'
    )
    assert game.actions == (("Out/*", "In/l", "In/r"), ("-",))
    assert game.payoffs[0].fractions().ravel().tolist() == [0, 6, Fraction(-1, 2)]
    assert game.payoffs[1].fractions().ravel().tolist() == [5, 0, Fraction(1, 3)]


def test_no_perfect_recall():
    """The absent-minded driver (Piccione & Rubinstein 1997): Exit, or Continue at both exits."""
    game = _reduced(
        'EFG 2 R "driver" { "Driver" "Nobody" } p "" 1 1 "" { "E" "C" } 0 t "" 1 "" { 0 0 } '
        'p "" 1 1 0 t "" 2 "" { 4 0 } t "" 3 "" { 1 0 }'
    )
    assert game.actions[0] == ("E", "C")
    assert game.payoffs[0].fractions().ravel().tolist() == [0, 1]
    assert "Driver forgets at the information set '1'" in game.number_note
    assert (
        "(absent-mindedness), and a plan takes the same action at every visit" in game.number_note
    )


# Kuhn's example (1953, figure 1, here with a payoff each): player A forgets the card that it sees.
FORGETFUL = """EFG 2 R "forgetful" { "A" "B" }
c "" 1 "" { "high" 1/2 "low" 1/2 } 0
p "" 1 1 "saw high" { "stop" "go" } 0
t "" 1 "" { 1 -1 }
p "" 1 3 "later" { "l" "r" } 0
t "" 2 "" { 4 -4 }
t "" 3 "" { -4 4 }
p "" 1 2 "saw low" { "stop" "go" } 0
t "" 4 "" { -1 1 }
p "" 1 3 0
t "" 5 "" { -4 4 }
t "" 6 "" { 4 -4 }
"""


def test_imperfect_recall_is_said():
    """The numbers are those of the plans; one sentence says that a mixture is drawn before play."""
    game = _reduced(FORGETFUL)
    assert game.number_note == (
        "A forgets at the information set 'later' what it knew or did before (imperfect recall), "
        "so its mixture of plans is drawn once, before play"
    )
    assert _reduced(CARDS).number_note == ""
    solution = solvers.solve(game, find="all")
    assert game.number_note in solution.notes
    assert game.number_note in " ".join(str(solution).split())
    assert game.number_note in solvers.check(solution[0], game).notes
    assert games.loads(games.dumps(game), "json").number_note == game.number_note
    assert "B forgets" not in game.number_note


def test_perfect_recall_is_not_complained_of():
    """B moves twice and remembers; A moves twice where it sees another player's move only."""
    text = (
        'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "l" "r" } 0 p "" 2 1 "" { "x" "y" } 0 '
        'p "" 1 2 "" { "a" "b" } 0 t "" 1 "" { 1 2 } t "" 1 p "" 1 2 0 t "" 1 t "" 1 '
        'p "" 2 2 "" { "x" "y" } 0 t "" 1 t "" 1'
    )
    assert _reduced(text).number_note == ""


def test_ambiguous_labels_become_numbers():
    game = _reduced(
        'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "x" "x/y" } 0 '
        'p "" 1 2 "" { "y/z" "z" } 0 t "" 0 t "" 0 p "" 1 3 "" { "*/z" "*" } 0 t "" 0 t "" 0'
    )
    assert len(set(game.actions[0])) == 4


def test_payoffs_beyond_53_bits_are_exact():
    big = 10**40 + 1
    game = _reduced(
        f'EFG 2 R "t" {{ "A" "B" }} c "" 1 "" {{ "a" 1/3 "b" 2/3 }} 0 t "" 1 "" {{ {big} 1/7 }} '
        f'p "" 1 1 "" {{ "l" "r" }} 0 t "" 2 "" {{ -{big} 0 }} t "" 3 "" {{ 1e-30 0 }}'
    )
    assert game.payoff(0, (0, 0)) == Fraction(-big, 3)
    assert game.payoff(0, (1, 0)) == Fraction(big, 3) + Fraction(2, 3) / 10**30
    assert game.payoff(1, (1, 0)) == Fraction(1, 21)


def _ladder(levels):
    """One player chooses at `levels` independent information sets after a chance move."""
    chances = " ".join(f'"{k}" 1/{levels}' for k in range(levels))
    body = "".join(f'p "" 1 {k + 1} "" {{ "l" "r" }} 0 t "" 0 t "" 0\n' for k in range(levels))
    return f'EFG 2 R "ladder" {{ "A" "B" }} c "" 1 "" {{ {chances} }} 0\n{body}'


def test_sizes_are_counted_before_anything_is_built():
    assert _reduced(_ladder(10)).shape == (1024, 1)
    with pytest.raises(InputError, match="1048576 x 1 profiles, and at most 1000000"):
        _reduced(_ladder(20))
    with pytest.raises(InputError, match=r"about 10\^\d\d x 1 profiles|10\^60 x 1"):
        _reduced(_ladder(200))


def test_a_deep_tree_is_no_recursion():
    depth = 5000
    line = 'p "" 1 {} "" {{ "only" }} 0\n'
    text = 'EFG 2 R "deep" { "A" "B" }\n' + "".join(line.format(k + 1) for k in range(depth))
    assert _reduced(text + 't "" 1 "" { 1 2 }').payoff(1, (0, 0)) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NFG", "line 1, column 1: a .efg file starts with EFG"),
        ('EFG 2 R "t" { "A" }', "1 player"),
        ('EFG 2 R "t" { "A" "B" }', "expected a node .c, p or t., found the end of the text"),
        ('EFG 2 R "t" { "A" "B" }\nx', "line 2, column 1: expected a node .c, p or t., found x"),
        ('EFG 2 R "t" { "A" "B" } t "" 1', "outcome 1 is used but has no payoffs"),
        ('EFG 2 R "t" { "A" "B" } t "" 0 t "" 0', "the tree is complete, but t follows"),
        ('EFG 2 R "t" { "A" "B" } p "" 3 1 "" { "a" } 0 t "" 0', "there is no player 3"),
        ('EFG 2 R "t" { "A" "B" } p "" 1 1 0', "has no actions; list them"),
        ('EFG 2 R "t" { "A" "B" } p "" 1 1 "" { } 0', "needs at least one action"),
        (
            'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "a" } 0 p "" 1 1 "" { "a" "b" } 0',
            "had 1 actions before, 2 here",
        ),
        (
            'EFG 2 R "t" { "A" "B" } c "" 1 "" { "a" .3 "b" .3 "c" .3 } 0',
            "sum to 9/10, not 1; write them as ratios",
        ),
        ('EFG 2 R "t" { "A" "B" } c "" 1 "" { "a" 2 "b" -1 } 0', "-1 is negative"),
        ('EFG 2 R "t" { "A" "B" } c "" 1 0', "chance information set 1 has no actions"),
        ('EFG 2 R "t" { "A" "B" } t "" 1 "" { 1 }', "expected a payoff"),
        ('EFG 2 R "t" { "A" "B" } t "" 0 "" { 1 1 }', "outcome 0 means none"),
        (
            'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "a" "b" } 0 t "" 1 "" { 1 2 } t "" 1 "" { 1 3 }',
            "outcome 1 had other payoffs before",
        ),
    ],
)
def test_broken_files(text, message):
    with pytest.raises(InputError, match=message) as caught:
        _reduced(text, what="game.efg")
    assert str(caught.value).startswith("game.efg, line ")
    assert "\n" not in str(caught.value)


def _random_tree(seed, players):
    """A random tree with chance, inner outcomes, and information sets of perfect recall."""
    generator = random.Random(seed)
    numbers, outcomes, sets = itertools.count(1), itertools.count(1), {}

    def node(depth, history):
        outcome = "0"
        if depth == 0 or generator.random() < 0.4:
            values = (
                str(generator.choice(["1/3", "0.5", generator.randint(-5, 5)]))
                for _ in range(players)
            )
            number = next(outcomes)
            outcome = f'{number} "o{number}" {{ {" ".join(values)} }}'
        if depth == 0 or generator.random() < 0.15:
            return f't "" {outcome}\n'
        if generator.random() < 0.2:
            head = f'c "" {next(numbers)} "" {{ "a" 1/3 "b" 2/3 }} {outcome}\n'
            return head + node(depth - 1, history) + node(depth - 1, history)
        mover = generator.randrange(players)
        own = history[mover]
        key = (mover, own if generator.random() < 0.7 else (own, generator.random()))
        number, size = sets.setdefault(key, (len(sets) + 1, generator.randint(1, 3)))
        labels = " ".join(f'"{"xyz"[mover]}{action}"' for action in range(size))
        text = f'p "" {mover + 1} {number} "" {{ {labels} }} {outcome}\n'
        for action in range(size):
            after = list(history)
            after[mover] = (key, action)
            text += node(depth - 1, tuple(after))
        return text

    names = " ".join(f'"P{k}"' for k in range(players))
    return f'EFG 2 R "random" {{ {names} }}\n""\n' + node(4, ((),) * players)


def _our_index_of_their_strategies(tree, game):
    """For each player, the position among our strategies of each of Gambit's."""
    orders = {player.label: [] for player in tree.players}
    nodes = [tree.root]
    while nodes:
        node = nodes.pop()
        if node.player and not node.player.is_chance and len(node.infoset.actions) > 1:
            order = orders[node.player.label]
            if node.infoset not in order:
                order.append(node.infoset)
        nodes.extend(reversed(list(node.children)))
    out = []
    for k, player in enumerate(tree.players):
        labels = []
        for strategy in player.strategies:
            actions = [strategy.action(infoset) for infoset in orders[player.label]]
            labels.append("/".join(a.label if a else "*" for a in actions) or "-")
        out.append([game.actions[k].index(label) for label in labels])
    return out


@pytest.mark.parametrize("seed", range(60))
def test_the_same_reduced_normal_form_as_gambit(seed):
    gambit = pytest.importorskip("pygambit", reason="pygambit is an optional peer")
    text = _random_tree(seed, 2 + seed % 2)
    game = _reduced(text)
    tree = gambit.read_efg(io.StringIO(text))
    theirs = parse_nfg(tree.to_nfg())
    assert theirs.shape == game.shape
    positions = _our_index_of_their_strategies(tree, game)
    for profile in itertools.product(*map(range, theirs.shape)):
        ours = tuple(positions[k][a] for k, a in enumerate(profile))
        for k in range(game.num_players):
            assert theirs.payoff(k, profile) == game.payoff(k, ours)


def test_a_file_is_loaded(tmp_path):
    path = tmp_path / "cards.efg"
    path.write_text(CARDS)
    assert games.load(path).reduced().shape == (4, 2)


@pytest.mark.parametrize(
    "label", ["a\nb", "a  b", " a", "100%", "%0A", "\ud800", "日本", 'a "b"', "\x1b[1m"]
)
def test_labels_come_back(label):
    tree = games.tree("odd", ["A", "B"])
    start = tree.root.decides("A", label, [label, "other"])
    start[label].pays(1, 2)
    start["other"].pays(0, 0)
    game = tree.game()
    again = games.loads(games.dumps(game, "efg"), "efg")
    assert again.fingerprint == game.fingerprint
    assert again.sets[0][0].actions == (label, "other")


def test_control_characters_are_written_out():
    tree = games.tree("odd", ["A\x1b[31m", "B\nPayoffs: 9 (B)"])
    start = tree.root.decides("A\x1b[31m", "s", ["x\x1b[1m", "y"])
    start["x\x1b[1m"].pays(1, 2)
    start["y"].pays(0, 0)
    text = str(solvers.solve(tree.game(), "subgame-perfect"))
    assert "\x1b" not in text and r"A\x1b[31m" in text
    assert not any(line.startswith("Payoffs: 9") for line in text.splitlines())
