"""Trees that are no trees: one sentence each, and labels that decide, not positions."""

import json
from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.policy import Policy, TabularPolicy, UniformRandomPolicy

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.openspiel.trees import TreeOpenSpielGame, TreeState
from gtlearn.games.openspiel.walk import tree_of


def read(root, players=("A", "B")):
    tree = {"schema": "gtlearn/tree/1", "players": players, "root": root}
    return games.loads(json.dumps(tree), "json")


def leaf(*payoffs):
    return {"payoffs": list(payoffs)}


def test_labels_decide_which_action_is_meant():
    """B's actions stand in another order at its second node."""
    first = {"player": "B", "set": "h", "actions": {"L": leaf(0, 0), "R": leaf(1, 1)}}
    second = {"player": "B", "set": "h", "actions": {"R": leaf(5, 5), "L": leaf(0, 0)}}
    game = read({"player": "A", "set": "a", "actions": {"x": first, "y": second}})
    assert game.reduced().payoff(0, (1, 1)) == 5
    tree = games.tree("t", ["A", "B"])
    start = tree.root.decides("A", "a", ["x", "y"])
    for move, labels, worth in (("x", "LR", (0, 1)), ("y", "RL", (5, 0))):
        node = start[move].decides("B", "h", labels)
        for label, paid in zip(labels, worth, strict=True):
            node[label].pays(paid, paid)
    assert tree.game().fingerprint == game.fingerprint
    assert solvers.solve(game, "subgame-perfect")[0].payoffs == (5, 5)


def test_other_actions_at_one_information_set():
    wrong = {"player": "B", "set": "h", "actions": {"U": leaf(0, 0), "D": leaf(1, 1)}}
    first = {"player": "B", "set": "h", "actions": {"L": leaf(0, 0), "R": leaf(1, 1)}}
    with pytest.raises(InputError, match="has the actions U, D at one node and L, R at another"):
        read({"player": "A", "set": "a", "actions": {"x": first, "y": wrong}})
    text = 'EFG 2 R "t" { "A" "B" } ""\np "" 1 1 "a" { "x" "y" } 0\n'
    text += 'p "" 2 1 "h" { "L" "R" } 0\nt "" 1 "" { 0, 0 }\nt "" 2 "" { 1, 1 }\n'
    text += 'p "" 2 1 "h" { "R" "L" } 0\nt "" 3 "" { 5, 5 }\nt "" 4 "" { 0, 0 }\n'
    with pytest.raises(InputError, match="had the actions L, R before, R, L here"):
        games.loads(text, "efg")


@pytest.mark.parametrize(
    ("root", "players", "message"),
    [
        (leaf(1, 2), 5, '"players" must be a list of labels, not 5'),
        (leaf(1), ["A"], '"players" must be a list of two or more labels'),
        (leaf(1, 2), ["A", None], '"players" holds None, which is no label'),
        (leaf(1, 2), ["A", ""], "player number 2 of game .* has an empty label"),
        (leaf(1, 2), ["A", "A"], "'A' is given to more than one player"),
        (7, ["A", "B"], "root must be an object of a node, not 7"),
        (None, ["A", "B"], "root must be an object of a node, not None"),
        ({}, ["A", "B"], "root must have exactly one of payoffs, chance, player"),
        ({"payoffs": [1, 2], "player": "A"}, ["A", "B"], "must have exactly one of payoffs"),
        ({"payoffs": [1, 2], "why": "x"}, ["A", "B"], "root has an unknown key 'why'; the keys"),
        ({"payoffs": 1}, ["A", "B"], "the payoffs of root must be a list of numbers, not 1"),
        (leaf(1), ["A", "B"], "root has 1 payoffs for 2 players; give one a player"),
        (leaf(1, "x"), ["A", "B"], "the payoffs of root: 'x' is not a number"),
        (leaf(1, True), ["A", "B"], "the payoffs of root: True is a truth value"),
        ({"chance": 5}, ["A", "B"], "the chance of root must be a list of outcomes, not 5"),
        ({"chance": [3]}, ["A", "B"], "an outcome of chance at root must be an object, not 3"),
        (
            {"chance": [{"label": "x", "probability": 1}]},
            ["A", "B"],
            'an outcome of chance at root has no "then"; give one',
        ),
        (
            {"chance": [{"label": "x", "probability": "?", "then": leaf(1, 2)}]},
            ["A", "B"],
            "an outcome of chance at root: '[?]' is not a number",
        ),
        (
            {"chance": [{"label": None, "probability": 1, "then": leaf(1, 2)}]},
            ["A", "B"],
            "the chance of root holds None, which is no label",
        ),
        ({"chance": []}, ["A", "B"], "has no outcome; give one or more"),
        (
            {"player": "C", "actions": {"x": leaf(1, 2)}},
            ["A", "B"],
            "the player at root: 'C' is no player; use A or B",
        ),
        (
            {"player": "A", "set": ["x"], "actions": {"x": leaf(1, 2)}},
            ["A", "B"],
            "the set at root must be a string, not a list",
        ),
        ({"player": "A", "set": "x", "actions": {}}, ["A", "B"], "has no action in information"),
        ({"player": "A", "set": "x"}, ["A", "B"], "the actions at root must be an object of"),
        (
            {"player": "A", "actions": {"x": leaf(1, 2), "y": {"payoffs": [1, 2, 3]}}},
            ["A", "B"],
            "root/y has 3 payoffs for 2 players",
        ),
    ],
)
def test_json_that_is_no_tree(root, players, message):
    with pytest.raises(InputError, match=message):
        read(root, players)


def test_nodes_that_are_no_nodes():
    tree = games.tree("t", ["A", "B"])
    with pytest.raises(InputError, match="none, or one is named twice"):
        tree.root.decides("A", "s", ["x", "x"])
    with pytest.raises(InputError, match="none, or one is named twice"):
        tree.root.decides("A", "s", [])
    with pytest.raises(InputError, match="is no player"):
        tree.root.decides("C", "s", ["x"])
    with pytest.raises(InputError, match="3 payoffs for 2 players"):
        tree.root.pays(1, 2, 3)
    with pytest.raises(InputError, match="nothing happens at 'the start'"):
        tree.game()
    node = tree.root.decides("A", "s", [1, 2])
    with pytest.raises(InputError, match="said twice"):
        tree.root.pays(1, 2)
    with pytest.raises(InputError, match="there is no move '3'"):
        node["3"]
    with pytest.raises(InputError, match="give two or more"):
        games.tree("t", ["A"])


def guessing(count, worth):
    tree = games.tree("g", ["A", "B"])
    chance = tree.root.draws({str(k): Fraction(1, count) for k in range(count)})
    for k in range(count):
        move = chance[str(k)].decides("A", "s", ["l", "r"])
        move["l"].pays(worth + k, -worth - k)
        move["r"].pays(0, 0)
    return tree.game()


@pytest.mark.parametrize("worth", [5, 2**61 - 20, 10**18 + 1, 2305843009213693951, 10**40 + 1])
def test_payoffs_of_any_size(worth):
    game = guessing(8, worth)
    true = worth + Fraction(7, 2)
    for concept in ("nash", "subgame-perfect"):
        solution = solvers.solve(game, concept)
        assert solution[0].payoffs == (true, -true)
        assert not solvers.verify.solution(game, solution).false
    idle = [[[0, 1]], []]
    assert solvers.meter(game)(idle) == solvers.check(idle, game).nash_conv == true


def test_labels_of_any_kind_are_written():
    tree = games.tree('a "b" \\ c', ["A\\n", "B"])
    node = tree.root.decides("A\\n", 'x"y', ["\\l", "r\\n"])
    node["\\l"].pays(1, "1/3")
    node["r\\n"].pays(0, 10**30)
    for form in ("efg", "json"):
        assert games.loads(games.dumps(tree.game(), form), form).fingerprint == (
            tree.game().fingerprint
        )


def test_players_have_information_sets_of_their_own():
    """Two players' sets of one label are two sets, as those of .efg files without names are."""
    second = {"player": "B", "set": "h", "actions": {"L": leaf(0, 0), "R": leaf(1, 1)}}
    game = read({"player": "A", "set": "h", "actions": {"x": second, "y": leaf(2, 2)}})
    assert [len(own) for own in game.sets] == [1, 1]


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ({"a": "1/2", "b": "1/3"}, "sum to 5/6, not 1"),
        ({"a": -1, "b": 2}, "has probability -1; give zero or more"),
        ({}, "has no outcome; give one or more"),
    ],
)
def test_chance_that_is_none(outcomes, message):
    tree = games.tree("t", ["A", "B"])
    node = tree.root.draws(outcomes)
    for label in outcomes:
        node[label].pays(0, 0)
    with pytest.raises(InputError, match=message):
        tree.game()


def test_simple_floats_are_exact():
    tree = games.tree("t", ["A", "B"])
    node = tree.root.draws({"a": 0.25, "b": 0.75})
    node["a"].pays(0.5, 0)
    node["b"].pays(0, 0)
    assert tree.game().chance[0].probabilities == (Fraction(1, 4), Fraction(3, 4))


class _Wrong(TreeState):
    """B's second action has another number at its second node."""

    def _legal_actions(self, player):
        return [0, 2] if self.node > 2 and player == 1 else [0, 1]


class _WrongGame(TreeOpenSpielGame):
    def new_initial_state(self):
        return _Wrong(self)


def test_an_information_state_with_other_actions():
    tree = games.tree("t", ["A", "B"])
    start = tree.root.decides("A", "a", ["x", "y"])
    for move in "xy":
        reply = start[move].decides("B", "h", ["L", "R", "M"])
        for label in "LRM":
            reply[label].pays(0, 0)
    with pytest.raises(
        InputError, match=r"'h' of player 1 of .* has the legal actions \[0, 2\] in"
    ):
        tree_of(_WrongGame(tree.game()))


def test_policies_that_are_no_profile():
    game = games.load("kuhn_poker")
    uniform = UniformRandomPolicy(game.openspiel)
    with pytest.raises(InputError, match=r"not of all players.*no strategy of 'Column'"):
        solvers.check(Policy(game.openspiel, [0]), game)
    with pytest.raises(InputError, match="no answer for 'Column' at '1p'"):
        solvers.check(BestResponsePolicy(game.openspiel, 0, uniform), game)
    known = TabularPolicy(game.openspiel).to_dict()
    del known["2pb"]
    with pytest.raises(InputError, match="no answer for 'Row' at '2pb'"):
        solvers.check(pyspiel.TabularPolicy(known), game)
    for answer, shown in ((None, "None"), (0, "0"), ("01", "'01'")):
        with pytest.raises(InputError, match=f"gives {shown} after '0 1', and no probabilities"):
            solvers.check(lambda state, given=answer: given, game)


def test_a_meter_is_for_two():
    with pytest.raises(InputError, match="has 3 players; a meter is for two, so use"):
        solvers.meter("selten_horse")


def test_chance_in_floats_is_the_nearest_ratios():
    tree = games.tree("t", ["A", "B"])
    node = tree.root.draws({"a": 1 / 3, "b": 2 / 3})
    for label in "ab":
        node[label].pays(0, 0)
    game = tree.game()
    assert game.chance[0].probabilities == (Fraction(1, 3), Fraction(2, 3))
    assert not game.number_note
    with pytest.raises(InputError, match=r"sum to 0\.8, not 1"):
        games.tree("t", ["A", "B"]).root.draws({"a": 0.3, "b": 0.5})
    with pytest.raises(InputError, match=r"is no mapping; give \{outcome: probability\}"):
        games.tree("t", ["A", "B"]).root.draws(["1/3", "2/3"])
    with pytest.raises(InputError, match=r"write int\(\.\.\.\)"):
        node["a"].pays(True, 0)
