"""What must not depend on how a tree is written down, on random small trees.

Each transformation rewrites a tree's JSON, and says how strategies by label carry over.
"""

import copy
import json
import os
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.games.formats.tree_json import tree_json
from gtlearn.games.testing import behaviour_strategies, extensive_games

NIGHTLY = os.environ.get("GTLEARN_NIGHTLY") == "1"
few = settings(max_examples=1000 if NIGHTLY else 40)

ZERO_SUM = extensive_games(zero_sum=True)


@st.composite
def played(draw, trees=None):
    """A tree and a profile of it by label."""
    game = draw(extensive_games() if trees is None else trees)
    return game, by_label(game, draw(behaviour_strategies(game)))


def by_label(game, profile):
    return [
        {
            known.label: dict(zip(known.actions, row, strict=True))
            for known, row in zip(own, rows, strict=True)
        }
        for own, rows in zip(game.sets, profile, strict=True)
    ]


def regrets(game, strategies):
    report = solvers.check({"strategies": strategies}, game)
    return report.regrets, report.payoffs


def value(game):
    return solvers.solve(game)[0].payoffs


def rewritten(game, change, players=None):
    """The tree after a change of each node's JSON, those below first, and of the players."""
    data = tree_json(game) | {"players": list(players or game.players)}

    def walk(node):
        if "chance" in node:
            for outcome in node["chance"]:
                outcome["then"] = walk(outcome["then"])
        elif "player" in node:
            node["actions"] = {a: walk(child) for a, child in node["actions"].items()}
        return change(node)

    data["root"] = walk(data["root"])
    return games.loads(json.dumps(data), "json")


# --- labels and order


def with_turned_moves(node):
    if "chance" in node:
        node["chance"].reverse()
    elif "player" in node:
        node["actions"] = dict(reversed(node["actions"].items()))
    return node


@given(played())
@few
def test_the_order_of_moves(pair):
    game, strategies = pair
    assert regrets(rewritten(game, with_turned_moves), strategies) == regrets(game, strategies)


@given(ZERO_SUM)
@few
def test_the_value_and_the_order_of_moves(game):
    assert value(rewritten(game, with_turned_moves)) == value(game)


def renamed(node):
    if "player" in node:
        node["player"], node["set"] = f"{node['player']}!", f"at {node['set']}"
        node["actions"] = {f"to {a}": child for a, child in node["actions"].items()}
    return node


@given(played())
@few
def test_labels(pair):
    game, strategies = pair
    other = rewritten(game, renamed, [f"{player}!" for player in game.players])
    told = [
        {f"at {label}": {f"to {a}": p for a, p in row.items()} for label, row in own.items()}
        for own in strategies
    ]
    assert regrets(other, told) == regrets(game, strategies)
    assert other.fingerprint != game.fingerprint


def turned_payoffs(node):
    return {"payoffs": node["payoffs"][::-1]} if "payoffs" in node else node


@given(played())
@few
def test_players_turned_round(pair):
    """Whoever is named first: payoffs, regrets and strategies go with the player."""
    game, strategies = pair
    other = rewritten(game, turned_payoffs, game.players[::-1])
    mine, theirs = regrets(game, strategies), regrets(other, strategies[::-1])
    assert theirs == tuple(part[::-1] for part in mine)


# --- payoffs


@given(played(), st.fractions("1/7", 9, max_denominator=7), st.fractions(-9, 9, max_denominator=7))
@few
def test_positive_affine_payoffs(pair, factor, shift):
    """The first player's payoffs are scaled and moved: so are its payoff and its regret."""
    game, strategies = pair

    def scaled(node):
        if "payoffs" in node:
            own, *others = node["payoffs"]
            node["payoffs"] = [str(factor * Fraction(own) + shift), *others]
        return node

    (gain, *gains), (paid, *payoffs) = regrets(game, strategies)
    changed = regrets(rewritten(game, scaled), strategies)
    assert changed == ((factor * gain, *gains), (factor * paid + shift, *payoffs))


@given(ZERO_SUM, st.fractions("1/7", 9, max_denominator=7), st.fractions(-9, 9, max_denominator=7))
@few
def test_the_value_of_positive_affine_payoffs(game, factor, shift):
    def scaled(node):
        if "payoffs" in node:
            own, _ = map(Fraction, node["payoffs"])
            node["payoffs"] = [str(factor * own + shift), str(-factor * own - shift)]
        return node

    first, _ = value(game)
    assert value(rewritten(game, scaled))[0] == factor * first + shift


# --- dominated moves


def with_a_bad_move(game, label, lost):
    """One more move at an information set, which costs its player more than all else can."""
    player = next(k for k, own in enumerate(game.sets) if label in {s.label for s in own})

    def change(node):
        if node.get("set") == label:
            paid = [str(lost)] * game.num_players
            paid[player] = str(-lost)
            node["actions"]["worse"] = {"payoffs": paid}
        return node

    return player, rewritten(game, change)


@st.composite
def at_a_set(draw, pairs):
    game, strategies = draw(pairs)
    labels = [known.label for own in game.sets for known in own]
    assume(labels)
    return game, strategies, draw(st.sampled_from(labels))


@given(at_a_set(played()))
@few
def test_a_dominated_move_changes_no_regret(drawn):
    game, strategies, label = drawn
    player, other = with_a_bad_move(game, label, 100)
    told = copy.deepcopy(strategies)
    told[player][label]["worse"] = Fraction(0)
    assert regrets(other, told) == regrets(game, strategies)


@given(at_a_set(played(ZERO_SUM)))
@few
def test_a_dominated_move_is_not_played(drawn):
    game, _, label = drawn
    _, other = with_a_bad_move(game, label, 100)
    assert value(other) == value(game)


# --- transformations that keep the reduced normal form (Thompson 1952; Kohlberg & Mertens 1986)


@st.composite
def at_once(draw):
    """Two moves at once, after which each player sees no more than what it did itself."""
    below = draw(extensive_games(zero_sum=True, max_moves=4))
    bonus = draw(st.lists(st.integers(-3, 3), min_size=4, max_size=4))

    def after(first, second):
        amount = bonus[2 * first + second]
        mine = {"P0": first, "P1": second}

        def change(node):
            if "payoffs" in node:
                own = Fraction(node["payoffs"][0]) + amount
                return {"payoffs": [str(own), str(-own)]}
            if "player" in node:
                return node | {"set": f"{node['set']} after {mine[node['player']]}"}
            return node

        return tree_json(rewritten(below, change))["root"]

    return [[after(first, second) for second in range(2)] for first in range(2)]


def in_turn(ends, first):
    """Either player moves first; the other does not see it."""
    labels = {0: ("P0", "one", "LR"), 1: ("P1", "other", "lr")}
    outer, inner = labels[first], labels[1 - first]

    def end(i, j):
        return copy.deepcopy(ends[i][j] if first == 0 else ends[j][i])

    def node(whose, children):
        player, known, moves = whose
        return {"player": player, "set": known, "actions": dict(zip(moves, children, strict=True))}

    root = node(outer, [node(inner, [end(i, j) for j in range(2)]) for i in range(2)])
    data = {"schema": "gtlearn/tree/1", "name": "at once", "players": ["P0", "P1"], "root": root}
    return games.loads(json.dumps(data), "json")


@given(at_once(), st.data())
@few
def test_the_interchange_of_simultaneous_moves(ends, data):
    one, other = in_turn(ends, 0), in_turn(ends, 1)
    assert value(one) == value(other)
    strategies = by_label(one, data.draw(behaviour_strategies(one)))
    assert regrets(one, strategies) == regrets(other, strategies)


@given(at_once())
@few
def test_deflation(ends):
    """A player need not remember what it did itself: with information sets merged that only its own
    earlier move tells apart, the value stands; perfect recall does not, so that it is in plans."""
    game = in_turn(ends, 0)

    def merged(node):
        if node.get("player") == "P0" and " after " in node["set"]:
            return node | {"set": node["set"].partition(" after ")[0]}
        return node

    other = rewritten(game, merged)
    assume(not other.has_perfect_recall)
    assert value(other) == value(game)
    assert value(game.reduced()) == value(game)


@given(ZERO_SUM)
@few
def test_the_coalescing_of_moves(game):
    """A player who goes on to decide by itself might as well decide at once."""

    def joined(node):
        if "player" not in node:
            return node
        actions = {}
        for action, child in node["actions"].items():
            goes_on = child.get("player") == node["player"] and nodes[child["set"]] == 1
            below = child["actions"] if goes_on and nodes[node["set"]] == 1 else None
            if below is None:
                actions[action] = child
            else:
                actions |= {f"{action}, {then}": end for then, end in below.items()}
        return node | {"actions": actions}

    nodes = {}
    for node in range(game.num_nodes):
        if game.mover[node] >= 0:
            label = game.sets[game.mover[node]][game.place[node]].label
            nodes[label] = nodes.get(label, 0) + 1
    other = rewritten(game, joined)
    assume(other.num_nodes < game.num_nodes)
    assert value(other) == value(game)
