"""Games of perfect information whose equal states are merged: which, and what is refused."""

import random

import numpy as np
import pyspiel
import pytest

from gtlearn import child, games, limits
from gtlearn.errors import InputError
from gtlearn.games.openspiel.merging import ON_TRUST, PROVEN


def what_of(state):
    if state.is_terminal():
        return tuple(state.returns()), ()
    if state.is_chance_node():
        return tuple(state.chance_outcomes()), [action for action, _ in state.chance_outcomes()]
    return (state.current_player(), tuple(state.legal_actions())), state.legal_actions()


def walked(name):
    """The numbers of texts and of nodes in the whole tree, once texts were compared everywhere."""
    root = pyspiel.load_game(name).new_initial_state()
    stack, seen, nodes = [(root, str(root))], {}, 0
    while stack:
        state, text = stack.pop()
        what, moves = what_of(state)
        below = [state.child(action) for action in moves]
        texts = [str(later) for later in below]
        assert seen.setdefault(text, (what, texts)) == (what, texts)
        stack += zip(below, texts, strict=True)
        nodes += 1
    return len(seen), nodes


@pytest.mark.parametrize("name", sorted(PROVEN))
def test_equal_texts_are_equal_states_in_the_whole_tree(name):
    """The proof: who moves, how, what is paid and what texts follow depend on the text alone.

    The walk is made in a child, with which its memory goes.
    """
    assert str(pyspiel.load_game(name)) == name
    texts, nodes = child.call(walked, name)
    game = games.load(name)
    assert isinstance(game, games.MergedGame)
    assert game.num_nodes == texts < nodes
    assert not game.number_note


@pytest.mark.parametrize(
    "name",
    [
        "breakthrough(columns=2,rows=4)",
        "oware(num_houses_per_player=2,num_seeds_per_house=1)",
        "quoridor(board_size=3)",
    ],
)
def test_the_same_walk_refutes_others(name):
    with pytest.raises(AssertionError):
        walked(name)


def test_tic_tac_toe_has_4520_states_in_which_a_player_moves():
    game = games.load("tic_tac_toe")
    assert (game.num_nodes, *map(len, game.sets)) == (5478, 2423, 2097)
    assert game.num_leaves == 5478 - 4520
    assert game.is_zero_sum
    assert game.has_perfect_information
    assert [game.most_moves(k) for k in (0, 1)] == [5, 4]
    assert repr(game) == "MergedGame('tic_tac_toe', 5478 states, 2423+2097 information sets)"


@pytest.mark.parametrize("name", ["hex(board_size=3)", "nim(pile_sizes=1;2;3)", "nim"])
def test_play_follows_the_arrays(name):
    """Moves lead to the states that OpenSpiel comes to, each later than the one before."""
    game, draw = games.load(name, merge_states=True), random.Random(1)
    before, after = game.edges
    assert np.all(before < after)
    for _ in range(50):
        state, node = game.openspiel.new_initial_state(), 0
        while not state.is_terminal():
            known = game.sets[state.current_player()][game.place[node]]
            actions = state.legal_actions()
            assert known.label == str(state)
            assert known.actions == tuple(state.action_to_string(a) for a in actions)
            move = draw.randrange(len(actions))
            state.apply_action(actions[move])
            node = int(game.after[game.first[node] + move])
        assert [float(own[game.place[node]]) for own in game.payoffs] == state.returns()


def test_each_state_has_a_history_that_leads_to_it():
    game = games.load("clobber(columns=3,rows=2)")
    for node in range(game.num_nodes):
        state = game.openspiel.new_initial_state()
        for label in game.history(node):
            actions = state.legal_actions()
            state.apply_action(next(a for a in actions if state.action_to_string(a) == label))
        who = int(game.mover[node])
        assert state.is_terminal() if who < 0 else state.current_player() == who
        assert who < 0 or game.sets[who][game.place[node]].label == str(state)


def test_states_are_merged_where_that_is_proven_or_asked_for():
    assert isinstance(games.load("nim(pile_sizes=1;2;3)"), games.MergedGame)
    assert isinstance(games.load("nim(pile_sizes=1;2)"), games.ExtensiveGame)
    asked = games.load("nim(pile_sizes=1;2)", merge_states=True)
    assert isinstance(asked, games.MergedGame)
    assert asked.number_note == ON_TRUST
    tree = games.load("nim(pile_sizes=1;2;3)", merge_states=False)
    assert (type(tree), tree.num_nodes) == (games.ExtensiveGame, 447)
    theirs = pyspiel.load_game("nim(pile_sizes=1;2;3)")
    assert games.load(theirs).fingerprint == games.load(str(theirs)).fingerprint
    assert games.load(theirs, merge_states=False).fingerprint == tree.fingerprint


def test_a_loaded_game_is_unmerged():
    game = games.load("nim(pile_sizes=1;2;3)")
    assert games.load(game) is game
    assert games.load(game, merge_states=True) is game
    tree = games.load("nim(pile_sizes=1;2;3)", merge_states=False)
    assert game.unmerged().fingerprint == tree.fingerprint
    assert games.load(game, merge_states=False).fingerprint == tree.fingerprint


def test_the_reduced_normal_form_is_the_trees():
    tree = games.load("hex(board_size=2)", merge_states=False)
    reduced = games.load("hex(board_size=2)", reduced=True)
    assert reduced.fingerprint == tree.reduced().fingerprint
    assert games.load("hex(board_size=2)").reduced().fingerprint == reduced.fingerprint


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("quoridor(board_size=3)", "the state 'Board size: 3.* comes after itself"),
        ("pig(diceoutcomes=2,horizon=4,winscore=4)", "comes after itself, so that its text"),
        (
            "breakthrough(columns=2,rows=4)",
            "'4.*' differs in who moves, the moves",
        ),
        (
            "hex(board_size=2,swap=True)",
            "differs in who moves, the moves, the payoffs or what",
        ),
        ("oware(num_houses_per_player=2,num_seeds_per_house=1)", "or what follows, so that its"),
        ("kuhn_poker", "kuhn_poker is no game of perfect information in which one player moves"),
        ("goofspiel(num_cards=3)", "no game of perfect information in which one player moves at"),
        ("chicken", "'chicken' has no states to merge"),
        ("3,3 0,5; 5,0 1,1", "has no states to merge, as only OpenSpiel's games"),
    ],
)
def test_what_cannot_be_merged_is_refused(name, sentence):
    with pytest.raises(InputError, match=f"(?s){sentence}.*leave merge_states out"):
        games.load(name, merge_states=True)


def test_a_tree_from_elsewhere_has_no_states_to_merge():
    text = 'EFG 2 R "g" { "A" "B" } "" p "" 1 1 "x" { "l" } 0 t "" 1 "" { 1, 2 }'
    with pytest.raises(InputError, match="'g' has no states to merge"):
        games.load(games.loads(text, "efg"), merge_states=True)


def test_too_many_states():
    with pytest.raises(InputError, match=r"too large: .* allow more by max_nodes"):
        games.load("tic_tac_toe", max_nodes=3000)
    with pytest.raises(limits.LimitReached):
        games.load("chess", merge_states=True, time_limit=0.2)


def test_no_file_holds_merged_states(tmp_path):
    game = games.load("nim(pile_sizes=1;2;3)")
    for form in ("json", "efg"):
        with pytest.raises(InputError, match=r"no file holds merged .* with merge_states=False"):
            games.dumps(game, form)
    games.save(game.unmerged(), tmp_path / "nim.efg")
    assert games.load(tmp_path / "nim.efg").num_nodes == 447
