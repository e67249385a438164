"""Correct solutions of trees changed in every way: `verify.solution` names the false ones false.

All changes are tried of the small trees, a sample of those of liar's dice; with GTLEARN_NIGHTLY=1
all of these, too.
"""

import json
import os
from fractions import Fraction

import pytest

from gtlearn import games
from gtlearn.solvers import solve, verify
from gtlearn.solvers.testing import Judge, Verdict, mutants, mutation_score, relabelled
from gtlearn.solvers.testing.scoring import NAMED, REFUSED
from gtlearn.solvers.testing.tree_truth import TreeTruth, plans

NIGHTLY = os.environ.get("GTLEARN_NIGHTLY") == "1"
KILLED = 0.999  # of the false changes
HALF = [Fraction(1, 2)] * 2
PERFECT = {"concept": "subgame-perfect"}
APPROXIMATE = {"method": "dcfr"}


def entry():
    """Selten (1978): who enters is not fought, though fighting is threatened."""
    tree = games.tree("Entry", ["Entrant", "Incumbent"])
    market = tree.root.decides("Entrant", "market", ["out", "in"])
    market["out"].pays(0, 2)
    reply = market["in"].decides("Incumbent", "entry", ["fight", "accommodate"])
    reply["fight"].pays(-1, -1)
    reply["accommodate"].pays(1, 1)
    return tree.game()


def three_in_turn():
    """Chance, then three players, one after another, each of whom may end the game."""
    tree = games.tree("turns", ["A", "B", "C"])
    weather = tree.root.draws({"rain": "1/3", "sun": "2/3"})
    for k, sky in enumerate(("rain", "sun")):
        node = weather[sky]
        for turn, player in enumerate("ABC"):
            node = node.decides(player, f"{player} in {sky}", ["stop", "go"])
            node["stop"].pays(*(3 * turn if p == turn else p - k for p in range(3)))
            node = node["go"]
        node.pays(1 - k, 7, 6 * k + 1)
    return tree.game()


ENTRY, KUHN = entry(), games.load("kuhn_poker")
CASES = {
    "Kuhn": (KUHN, {}),
    "Kuhn, perfect": (KUHN, PERFECT),
    "entry": (ENTRY, {}),
    "entry, approximate": (ENTRY, APPROXIMATE),
    "entry, perfect": (ENTRY, PERFECT),
    "three in turn": (three_in_turn(), PERFECT),
    "liar's dice": (games.load("liars_dice(numdice=1,dice_sides=2)"), {}),
}
LARGE = {"liar's dice": 100}  # how many changes are tried by day


def printed(game, options):
    """The JSON that a solution prints, but for what the judge does not look at: which plans are the
    only optimal ones (`test_unique_plans` changes that)."""
    data = json.loads(json.dumps(solve(game, **options).to_json()))
    for solution in data["solutions"]:
        for name in ("unique_plans", "plan_witnesses"):
            solution["certificate"].pop(name, None)
    return data


@pytest.mark.parametrize("name", CASES)
def test_false_changes_are_named_false(name):
    game, options = CASES[name]
    sample = None if NIGHTLY else LARGE.get(name)
    score = mutation_score(game, printed(game, options), sample=sample)
    assert score.of(Verdict.FALSE) > 50
    assert score.killed >= KILLED, "\n".join(map(str, score.survivors))
    assert not score.alarms, "\n".join(map(str, score.alarms))
    refused = score.of(Verdict.NO_SOLUTION, REFUSED) + score.of(Verdict.NO_SOLUTION, NAMED)
    assert refused == score.of(Verdict.NO_SOLUTION)


def test_solutions_in_plans_are_of_the_reduced_normal_form():
    score = mutation_score(ENTRY, printed(ENTRY, {"find": "all"}), sample=100)
    assert score.of(Verdict.FALSE) > 50
    assert score.killed >= KILLED, "\n".join(map(str, score.survivors))


REPLY = "solutions/0/strategies/1/entry"
VERDICTS = [
    # whoever fights half of the time still keeps the entrant out, but is better off not to fight
    ({}, REPLY, "uniform", Verdict.TRUE),
    (PERFECT, REPLY, "uniform", Verdict.FALSE),
    ({}, REPLY, "label changed", Verdict.FALSE),
    ({}, "solutions/0/strategies/1", "label added", Verdict.FALSE),
    ({}, "game/kind", "removed", Verdict.TRUE),
    ({}, "concept", "as subgame-perfect", Verdict.FALSE),
    (PERFECT, "concept", "as nash", Verdict.ON_TRUST),  # but that there is no other
    (PERFECT, "solutions", "nothing listed, and complete", Verdict.FALSE),
]


@pytest.mark.parametrize(("options", "path", "change", "verdict"), VERDICTS)
def test_a_judge_says_of_a_change(options, path, change, verdict):
    data = printed(ENTRY, options)
    judge, every = Judge(ENTRY, data), [*mutants(data), *relabelled(data)]
    of_it = [m for m in every if "/".join(map(str, m.path)) == path and m.change == change]
    assert {judge.verdict(m) for m in of_it} == {verdict}


def test_a_solution_without_a_word_on_its_game():
    """Strategies by information set are those of a tree."""
    data = printed(KUHN, {})
    del data["game"]
    assert verify.solution(KUHN, data).holds


class TestTruth:
    """What changes are judged by, on trees that can be worked out by hand."""

    def test_uniform_play_of_kuhn_poker(self):
        """11/12 in all, as OpenSpiel's `nash_conv` says of its uniform policy."""
        truth = TreeTruth(KUHN)
        profile = [[HALF] * 6] * 2
        assert truth.payoffs(profile) == [Fraction(1, 8), Fraction(-1, 8)]
        assert sum(truth.regrets(profile)) == Fraction(11, 12)
        assert list(truth.subgames()) == [0]

    def test_a_threat_is_a_mistake_where_it_is_carried_out(self):
        truth = TreeTruth(ENTRY)
        threat = [[[Fraction(1), Fraction(0)]]] * 2  # out, fight
        assert list(truth.subgames()) == [0, 2]
        assert truth.regrets(threat) == [0, 0]
        assert truth.regrets_in_subgames(threat) == [0, 2]

    def test_reduced_plans(self):
        """Of two actions, the first ends the game and the second is followed by two more sets."""
        sequences = [((0, 0),), *(((0, 1), (k, action)) for k in (1, 2) for action in (0, 1))]
        assert len(list(plans(sequences))) == 1 + 2 * 2
