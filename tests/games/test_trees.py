"""Game trees: what is read, from whom, and what is refused."""

from fractions import Fraction

import numpy as np
import pyspiel
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.openspiel.walk import decision_states, tree_of

ENTRY = """EFG 2 R "Entry" { "Entrant" "Incumbent" } ""
p "" 1 1 "market" { "out" "in" } 0
t "" 1 "" { 0, 2 }
p "" 2 1 "entry" { "fight" "accommodate" } 0
t "" 2 "" { -1, -1 }
t "" 3 "" { 1, 1 }
"""

# player A forgets at its second information set whether it went left or right
FORGETFUL = """EFG 2 R "forgets" { "A" "B" } ""
p "" 1 1 "first" { "l" "r" } 0
p "" 1 2 "second" { "x" "y" } 0
t "" 1 "" { 1, 0 }
t "" 2 "" { 0, 0 }
p "" 1 2 "second" { "x" "y" } 0
t "" 3 "" { 0, 0 }
t "" 4 "" { 1, 0 }
"""


@pytest.mark.parametrize(
    ("name", "nodes", "sets", "sequences"),
    [
        ("kuhn_poker", 58, (6, 6), (13, 13)),
        ("leduc_poker", 9457, (468, 468), (1093, 1093)),
        ("liars_dice(numdice=1,dice_sides=4)", 8181, (512, 512), (1021, 1021)),
        ("kuhn_poker(players=3)", 617, (16, 16, 16), (33, 33, 33)),
    ],
)
def test_sizes_of_openspiels_trees(name, nodes, sets, sequences):
    game = games.load(name)
    assert game.num_nodes == nodes
    assert tuple(map(len, game.sets)) == sets
    assert tuple(game.sequences(k).size for k in range(game.num_players)) == sequences


@pytest.mark.parametrize("name", ["kuhn_poker", "tiny_hanabi", "goofspiel(num_cards=3)"])
def test_every_node_is_openspiels(name):
    """Walked along each path, OpenSpiel's returns and chances are those of the leaf."""
    game, theirs = games.load(name), pyspiel.load_game(name)
    seen = np.zeros(game.num_leaves, dtype=int)

    def walk(state, node, probability):
        if state.is_terminal():
            leaf = int(game.place[node])
            seen[leaf] += 1
            assert [float(own[leaf]) for own in game.payoffs] == state.returns()
            assert float(game.chance_reach[leaf]) == pytest.approx(probability, abs=1e-15)
            return
        if state.is_simultaneous_node():
            below = np.flatnonzero(game.parent == node)
            for one, middle in zip(state.legal_actions(0), below, strict=True):
                last = np.flatnonzero(game.parent == middle)
                for other, end in zip(state.legal_actions(1), last, strict=True):
                    child = state.clone()
                    child.apply_actions([one, other])
                    walk(child, end, probability)
            return
        moves = state.chance_outcomes() if state.is_chance_node() else None
        moves = moves or [(action, 1.0) for action in state.legal_actions()]
        for (action, p), child in zip(moves, np.flatnonzero(game.parent == node), strict=True):
            walk(state.child(action), child, probability * p)

    walk(theirs.new_initial_state(), 0, 1.0)
    assert (seen == 1).all()


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker", "goofspiel(num_cards=3)"])
def test_information_sets_are_openspiels(name):
    game = games.load(name)
    for player, place, state in decision_states(game):
        known = game.sets[player][place]
        assert known.label == state.information_state_string(player)
        names = [state.action_to_string(player, a) for a in state.legal_actions(player)]
        assert list(known.actions) == names


def test_moves_at_the_same_time_are_said_to_be_in_turn():
    said = "players who move at once are put one after another"
    assert said in games.load("goofspiel(num_cards=3)").number_note
    for name in ("kuhn_poker", "blotto(coins=3,fields=2,players=2)", "matrix_pd"):
        assert said not in games.load(name).number_note


def test_a_file_is_a_tree():
    game = games.loads(ENTRY, "efg")
    assert game.players == ("Entrant", "Incumbent")
    assert game.sets[1][0].actions == ("fight", "accommodate")
    assert [game.history(node) for node in range(1, 5)] == [
        ("out",),
        ("in",),
        ("in", "fight"),
        ("in", "accommodate"),
    ]
    assert game.has_perfect_information and not game.is_constant_sum
    assert game.reduced().payoff(0, (1, 1)) == Fraction(1)


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker", "kuhn_poker(players=3)"])
@pytest.mark.parametrize("format", ["efg", "json"])
def test_what_is_written_is_read_again(name, format):
    game = games.load(name)
    again = games.loads(games.dumps(game, format), format)
    assert again.fingerprint == game.fingerprint
    assert again.name == game.name


def test_deep_trees_are_no_json():
    """A move takes two levels of JSON, of which Python reads about a thousand."""

    def deep(moves):
        tree = games.tree("deep", ["A", "B"])
        node = tree.root
        for k in range(moves):
            node.decides("AB"[k % 2], f"{k}", ["take", "pass"])["take"].pays(k, 0)
            node = node["pass"]
        node.pays(0, 0)
        return tree.game()

    for moves, formats in ((400, ("json", "efg")), (900, ("efg",))):
        for format in formats:
            again = games.loads(games.dumps(deep(moves), format), format)
            assert again.fingerprint == deep(moves).fingerprint
    with pytest.raises(InputError, match=r"900 moves deep, and .* write it as .efg"):
        games.dumps(deep(900), "json")
    nested = '{"player": "A", "actions": {"on": ' * 900 + "1" + "}}" * 900
    with pytest.raises(InputError, match="nested too deeply"):
        games.loads('{"schema": "gtlearn/tree/1", "root": ' + nested + "}", "json")


def test_players_who_forget_have_no_behaviour_strategies():
    game = games.loads(FORGETFUL, "efg")
    assert not game.has_perfect_recall
    with pytest.raises(
        InputError, match=r"imperfect recall: at information set 'second'.*'l'.*'r'"
    ):
        game.sequences(0)
    assert game.sequences(1).size == 1


def test_trees_that_are_too_large_are_refused_early():
    with pytest.raises(InputError, match="more by max_nodes"):
        tree_of(pyspiel.load_game("leduc_poker"), max_nodes=1000)
    with pytest.raises(InputError, match=r"about 10\^"):
        games.load("connect_four")


def test_actions_that_openspiel_cannot_tell_apart():
    """`load_efg_game` merges equal labels of one node, so both outcomes lead to the first."""
    twice = ENTRY.replace('{ "fight" "accommodate" }', '{ "a" "a" }')
    with pytest.raises(InputError, match="legal actions twice"):
        games.load(pyspiel.load_efg_game(twice))
