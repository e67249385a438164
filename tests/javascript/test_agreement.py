"""The checker in JavaScript says what `gtlearn.verify` says, of solutions and of changed ones.

A sample is compared each time, and tens of thousands with GTLEARN_NIGHTLY=1, counted by concept.
Whoever changes a statement of one changes the other, and docs/certificate-format.md, too.
"""

import json
import math
import os
import random
import shutil
import subprocess
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import gtlearn
from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, families
from gtlearn.games.formats.json import dump_json
from gtlearn.games.numbers import nearest_double
from gtlearn.games.testing import random_tree
from gtlearn.limits import LimitReached
from gtlearn.solvers import dominance, solve
from gtlearn.solvers.testing import Mutant, mutants, relabelled
from gtlearn.solvers.testing.mutation import REMOVED, places

NODE = shutil.which("node")
DRIVER = Path(__file__).with_name("driver.mjs")
SAMPLE = 30  # changes of each solution that are drawn
PLACES = ("game", "solution", "subset", "component")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")

BOS = games.load("battle_of_the_sexes")
DEGENERATE = games.load("kohlberg_mertens")
PUBLISHED = games.load("2,1 4,0; 1,0 3,1")  # Conitzer & Sandholm (2006)
TIED = games.load("1,1 0,1 2,0; 0,0 3,0 1,1; 2,1 2,1 0,0")  # whose follower has equal actions
RANDOM = families.uniform(4, 3, seed=5)
ZERO_SUM = families.zero_sum(4, 5, seed=3)
THREE = games.normal_form(*[[[[1, 0], [0, k]], [[0, k], [2, 1]]] for k in range(3)])
IDLE = games.normal_form(  # the second of three players has one action
    [[[2, 4]], [[1, 3]]], [[[1, 0]], [[5, "1/3"]]], [[[1, 0]], [[0, 1]]]
)
TYPES = BayesianGame(
    "two types",
    ("a", "b"),
    (Fraction(1, 3), Fraction(2, 3)),
    (PUBLISHED, games.load("1,0 0,2; 0,1 2,0")),
)
TURNED = BayesianGame("turned", ("é", "b"), (Fraction(0), Fraction(1)), TYPES.games, leader=1)

MIXED = games.load("3,0 0,1; 0,0 3,1; 1,5 1,2")  # whose last row a mixture dominates
WEAK = games.load("1,1 1,0 2,3; 1,1 0,2 2,2; 0,1 1,1 1,0")

ENTRY = games.loads(
    """EFG 2 R "Entry" { "Entrant" "Incumbent" } ""
p "" 1 1 "market" { "out" "in" } 0
t "" 1 "" { 0, 2 }
p "" 2 1 "entry" { "fight" "accommodate" } 0
t "" 2 "" { -1, -1 }
t "" 3 "" { 1, 1 }
""",
    "efg",
)


def three_in_turn():
    """Moves whose labels are numbers, in no order; information sets of several nodes; chance."""
    tree = games.tree("turns", ["1", "é", "C"])
    weather = tree.root.draws({"7": "1/3", "3": "2/3", "5": 0})
    for k, sky in enumerate("735"):
        first = weather[sky].decides("1", f"{k}", ["2", "0", "1"])
        for move in "201":
            second = first[move].decides("é", f"{sky} after {move}", ["y", "x"])
            second["y"].pays(k, "1/7", 10**20)
            last = second["x"].decides("C", f"{sky} after {move}", ["10", "9"])
            last["10"].pays(move, 1, k)
            last["9"].pays(2, move, 1)
    return tree.game()


STACKELBERG = {"concept": "stackelberg"}
PERFECT = {"concept": "subgame-perfect"}
PURE = {**STACKELBERG, "commitment": "pure"}
FLOATS = {"arithmetic": "float"}
SOLVED = {
    "nash one": (BOS, {}),
    "nash all": (BOS, {"find": "all"}),
    "nash all, degenerate": (DEGENERATE, {"find": "all"}),
    "nash all, continua": (games.load("von_stengel_degenerate"), {"find": "all"}),
    "nash selected": (RANDOM, {"select": "welfare"}),
    "nash floats": (DEGENERATE, {"find": "all", **FLOATS}),
    "nash, an idle player": (IDLE, {"find": "all"}),
    "zero-sum": (ZERO_SUM, {}),
    "zero-sum, mixed": (games.load("rock_paper_scissors"), {}),
    "zero-sum, floats": (ZERO_SUM, FLOATS),
    "correlated": (RANDOM, {"concept": "correlated"}),
    "correlated, fair": (BOS, {"concept": "correlated", "objective": "fairness"}),
    "correlated, gini": (BOS, {"concept": "correlated", "objective": "gini"}),
    "correlated, any": (BOS, {"concept": "correlated", "objective": None}),
    "correlated, three players": (THREE, {"concept": "correlated"}),
    "correlated, floats": (RANDOM, {"concept": "correlated", **FLOATS}),
    "coarse": (RANDOM, {"concept": "coarse-correlated"}),
    "coarse, player": (BOS, {"concept": "coarse-correlated", "objective": "player:1"}),
    "strong": (RANDOM, {**STACKELBERG, "leader": 1}),
    "strong, floats": (PUBLISHED, {**STACKELBERG, **FLOATS}),
    "weak": (PUBLISHED, {**STACKELBERG, "ties": "weak"}),
    "weak, tied": (TIED, {**STACKELBERG, "ties": "weak"}),
    "weak, an idle player": (IDLE, {**STACKELBERG, "ties": "weak", "leader": 2}),
    "weak, floats": (TIED, {**STACKELBERG, "ties": "weak", **FLOATS}),
    "pure": (TIED, {**PURE, "ties": "weak"}),
    "correlated commitment": (RANDOM, {**STACKELBERG, "commitment": "correlated"}),
    "Bayesian": (TYPES, STACKELBERG),
    "Bayesian, dobss": (TYPES, {**STACKELBERG, "method": "dobss"}),
    "Bayesian, pure": (TYPES, {**PURE, "ties": "weak"}),
    "Bayesian, floats": (TYPES, {**STACKELBERG, **FLOATS}),
    "Bayesian, turned": (TURNED, STACKELBERG),
    "tree": (games.load("kuhn_poker"), {}),
    "tree, a threat": (ENTRY, {}),
    "tree, perfect": (ENTRY, PERFECT),
    "tree, approximate": (ENTRY, {"method": "dcfr"}),
    "tree, three players": (three_in_turn(), PERFECT),
    "tree, unseen moves": (random_tree(6, moves=8, zero_sum=True), PERFECT),
    "strict dominance": (MIXED, {"kind": "strict"}),
    "weak dominance": (WEAK, {"kind": "weak"}),
    "dominance, an idle player": (IDLE, {"kind": "strict"}),
}

STRANGE = [
    *(REMOVED, None, True, False, 0, 1, -1, 10**30, -(10**400), 0.0, 0.5, 1e-9, 1e300),
    *("", "x", "null", "0", " 1 ", "2/4", "1/0", "-1", "0.5", "1e-3", "1e9999", "1e99999", "٣"),
    *([], {}, [0], ["1"], [[]], [[0, "1"]], {"0": "1"}, {"profile": [0, 0], "probability": "0"}),
]
ONE_OF_THREE = {  # no solver finds it
    "schema": "gtlearn/solution/1",
    "concept": "nash",
    "method": "by hand",
    "status": "ok",
    "complete": False,
    "arithmetic": "rational",
    "solutions": [
        {
            "strategies": [["1", "0"], ["1", "0"], ["1", "0"]],
            "payoffs": ["1", "1", "1"],
            "certificate": {
                "kind": "nash",
                "arithmetic": "rational",
                "regrets": ["0", "0", "0"],
                "verified": True,
            },
        }
    ],
}


def printed(game, options):
    """The JSON that a solution prints, or an elimination where a kind of it is given; but for which
    plans are the only optimal ones, which the second checker leaves on trust."""
    result = dominance(game, **options) if "kind" in options else solve(game, **options)
    data = json.loads(json.dumps(result.to_json()))
    for solution in data.get("solutions", ()):
        for name in ("unique_plans", "plan_witnesses"):
            solution["certificate"].pop(name, None)
    return data


def changed(data, sample, seed):
    """A solution, changes of it that are drawn, and all consistent ones."""
    single = list(mutants(data))
    drawn = random.Random(seed).sample(single, min(sample, len(single)))
    consistent = list(relabelled(data)) if "solutions" in data else []
    consistent += enclosed(data)
    return [data, *(mutant.data for mutant in [*drawn, *consistent])]


def enclosed(data):
    """A solution that is said to be of enclosed numbers, as a whole or everywhere."""
    if not data.get("solutions"):
        return
    whole = (("arithmetic",), "enclosure")
    each = [
        (("solutions", k, "certificate", "arithmetic"), "enclosure")
        for k in range(len(data["solutions"]))
    ]
    for edits in ([whole], each, [whole, *each]):
        yield Mutant("enclosed", tuple(edits), data)


def damaged(data, count, seed):
    """A solution in which something else stands in a place, of whatever kind."""
    drawn, paths = random.Random(seed), [path for path, _ in places(data)]
    for _ in range(count):
        yield Mutant("damaged", ((drawn.choice(paths), drawn.choice(STRANGE)),), data).data


def in_javascript(cases):
    """What the checker in JavaScript says of pairs of a game and a solution."""
    forms = {id(game): dump_json(game) for game, _ in cases}
    lines = [json.dumps([json.dumps(data), forms[id(game)]]) + "\n" for game, data in cases]
    done = subprocess.run(
        [NODE, str(DRIVER)], input="".join(lines), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def in_python(game, data):
    """What `gtlearn.verify` says of it, in the same form."""
    try:
        return gtlearn.verify(json.loads(json.dumps(data)), game).to_json()
    except InputError as error:
        return {"refused": str(error)}


def parts(sentences):
    """Which parts of a solution the sentences are about."""
    firsts = {sentence.partition(": ")[0] for sentence in sentences}
    return {first if first.split(" ")[0] in PLACES else "" for first in firsts}


def kind(report):
    """What is said of a solution, in a word."""
    for part in ("refused", "false", "on_trust"):
        if report.get(part):
            return part
    return "proven"


def disagreement(ours, theirs):
    """In what the report of JavaScript differs from Python's; "" where they agree."""
    if kind(ours) != kind(theirs):
        return f"{kind(ours)} and {kind(theirs)}"
    if parts(ours.get("false", ())) != parts(theirs.get("false", ())):
        return "other parts are false"
    proven, known = set(ours.get("proven", ())), set(theirs.get("proven", ()))
    if not proven <= known or (kind(theirs) != "false" and proven < known):
        return "other statements are proven"
    return ""


def compared(cases):
    """How many solutions were called what; fails where the two do not agree."""
    reports = in_javascript(cases)
    assert len(reports) == len(cases)
    counts, differences = Counter(), []
    for (game, data), ours in zip(cases, reports, strict=True):
        theirs = in_python(game, data)
        counts[kind(theirs)] += 1
        if disagreement(ours, theirs):
            differences.append((disagreement(ours, theirs), game, json.dumps(data), ours, theirs))
    assert not differences, f"{len(differences)} of {len(cases)} differ, such as {differences[0]}"
    return counts


def test_both_say_the_same():
    cases = [(THREE, one) for one in changed(ONE_OF_THREE, SAMPLE, 0)]
    for name, (game, options) in SOLVED.items():
        data = printed(game, options)
        cases += [(game, one) for one in changed(data, SAMPLE, len(name))]
    counts = compared(cases)
    assert counts["false"] > 1000
    assert counts["proven"] > 100 and counts["refused"] > 50 and counts["on_trust"] > 10


def test_what_is_damaged():
    cases = []
    for name, (game, options) in SOLVED.items():
        cases += [(game, one) for one in damaged(printed(game, options), SAMPLE, len(name))]
    counts = compared(cases)
    assert counts["false"] > 200 and counts["refused"] > 200


def test_a_player_who_forgets():
    """What it did at first it does not know later; then nothing holds of behaviour strategies."""
    tree = games.tree("forgets", ["A", "B"])
    first = tree.root.decides("A", "first", ["l", "r"])
    for k, move in enumerate("lr"):
        second = first[move].decides("A", "second", ["x", "y"])
        second["x"].pays(k, 0)
        second["y"].pays(1 - k, 0)
    game, half = tree.game(), {"x": "1/2", "y": "1/2"}
    (outcome,) = json.loads(json.dumps(ONE_OF_THREE["solutions"]))
    outcome["certificate"]["regrets"] = outcome["payoffs"] = ["0", "0"]
    outcome["strategies"] = [{"first": {"l": "1", "r": "0"}, "second": half}, {}]
    claim = {**ONE_OF_THREE, "game": {"kind": "extensive"}, "solutions": [outcome]}
    empty = {**claim, "solutions": [], "complete": True}
    counts = compared([(game, claim), (game, empty)])
    assert counts == {"false": 1, "on_trust": 1}


NUMBERS = [0, 1, -1, 127, 128, -128, -129, 2**15, -(2**31), 2**62, 2**63, -(2**63) - 1, "1/3"]
TEXTS = ["a", "é", "€", "😀", "\ud800", "日本", "\x7f\x80߿ࠀ\uffff", '"\\\n']


def test_fingerprints():
    stated = []
    for k, number in enumerate(NUMBERS):
        text = TEXTS[k % len(TEXTS)]
        game = games.normal_form(
            [[number, 1, 0]], [["2/7", 0, number]], players=[text, "B"], actions=[[text], "xyz"]
        )
        stated.append(game)
        stated.append(BayesianGame("t", (text,), (Fraction(1),), (game,), leader=k % 2))
    empty = {"solutions": [], "complete": False}
    cases = [
        (game, {**ONE_OF_THREE, **empty, "game": {"fingerprint": game.fingerprint}})
        for game in stated
    ]
    reports = in_javascript(cases)
    assert [report["false"] for report in reports] == [[]] * len(cases)
    assert all("game: the fingerprint" in report["proven"] for report in reports)


def test_floats_are_the_nearest_doubles():
    """Half to even, also among those that are not normal (IEEE 754, 4.3.1)."""
    unit, least = Fraction(1, 2**52), Fraction(1, 2**1074)
    exact = [
        *(1 + unit / 2, 1 + 3 * unit / 2, 1 + unit / 2 + least, Fraction(1, 3), Fraction(10**400)),
        *(least / 2, 3 * least / 2, least / 2 + least**2, 2**52 * least - least / 2),
        *(Fraction(2**1024 - 2**970) - 1, Fraction(2**1024 - 2**970), Fraction(1, 10**320)),
        *(Fraction(2**53 + 1), Fraction(2**53 + 3), Fraction(2**55 + 6), Fraction(7, 10**300)),
    ]
    cases = []
    for number, minus in product(exact, (1, -1)):
        truth = nearest_double(minus * number)
        stated = {truth, math.nextafter(truth, math.inf), math.nextafter(truth, -math.inf)}
        for value in filter(math.isfinite, stated):
            (outcome,) = json.loads(json.dumps(ONE_OF_THREE["solutions"]))
            outcome |= {"strategies": [[1.0], [1.0]], "payoffs": [value, 0.0]}
            outcome["certificate"] |= {"arithmetic": "float", "regrets": [0.0, 0.0]}
            outcome["certificate"]["verified"] = False
            game = games.normal_form([[minus * number]], [[0]])
            cases.append((game, {**ONE_OF_THREE, "arithmetic": "float", "solutions": [outcome]}))
    counts = compared(cases)
    assert counts["proven"] == 2 * len([n for n in exact if math.isfinite(nearest_double(n))])
    assert counts["false"] == len(cases) - counts["proven"]


# --- every night


def nightly_cases():
    """Solutions of many games: triples of a concept, a game and options."""
    sizes = [(2 + seed % 3, 2 + seed % 2, seed) for seed in range(12)]
    two = [
        *(families.uniform(rows, columns, seed=seed) for rows, columns, seed in sizes),
        *(families.zero_sum(3, 4, seed=seed) for seed in range(4)),
        *(families.degenerate(3, 3, kind=kind, seed=1) for kind in ("duplicate", "small")),
        *map(games.load, ("chicken", "stag_hunt", "matching_pennies", "shapley", "von_stengel")),
        *(BOS, DEGENERATE, PUBLISHED, TIED, IDLE),
    ]
    for game in two:
        for options in ({}, {"find": "all"}, {"select": "fairness"}, FLOATS):
            yield "nash", game, options
    for game in [*two, THREE]:
        for concept, objective in product(
            ("correlated", "coarse-correlated"), ("welfare", "fairness", "player:0", "gini", None)
        ):
            yield concept, game, {"concept": concept, "objective": objective}
    for game, how in product([*two, THREE, MIXED, WEAK], ("strict", "weak")):
        yield "dominance", game, {"kind": how}
    for game, commitment, ties, leader in product(
        two, ("mixed", "pure", "correlated"), ("strong", "weak"), (0, 1, 2)
    ):
        options = {**STACKELBERG, "commitment": commitment, "ties": ties, "leader": leader}
        yield "stackelberg", game, options
        yield "stackelberg, floats", game, {**options, **FLOATS}
    for seed, options, chance in product(range(20), ({}, PERFECT), (True, False)):
        yield "trees", random_tree(seed, moves=8, chance=chance), options
        yield "trees", random_tree(seed, moves=8, chance=chance, zero_sum=True), options
        perfect = {"players": 3, "perfect_information": True}
        yield "trees", random_tree(seed, chance=chance, **perfect), PERFECT
    for seed, method in product(range(6), ("dobss", "harsanyi")):
        pair = (families.uniform(3, 3, seed=seed), families.uniform(3, 3, seed=seed + 50))
        bayesian = BayesianGame("types", ("a", "b"), (Fraction(1, 3), Fraction(2, 3)), pair)
        yield "stackelberg, types", bayesian, {**STACKELBERG, "method": method}


@pytest.mark.skipif(os.environ.get("GTLEARN_NIGHTLY") != "1", reason="set GTLEARN_NIGHTLY=1 for it")
def test_every_night(capsys):
    cases = {}
    for number, (concept, game, options) in enumerate(nightly_cases()):
        try:
            data = printed(game, options)
        except (InputError, LimitReached):  # not of this game
            continue
        solutions = [*changed(data, SAMPLE, number), *damaged(data, SAMPLE, number)]
        cases.setdefault(concept, []).extend((game, one) for one in solutions)
    counts = {concept: compared(listed) for concept, listed in cases.items()}
    whole = sum(counts.values(), Counter())
    with capsys.disabled():
        print(
            "\n\n| | compared | false | proven | on trust | unreadable |",
            "|---" * 6 + "|",
            sep="\n",
        )
        for concept, own in {**counts, "all": whole}.items():
            numbers = [own.total(), *map(own.get, ("false", "proven", "on_trust", "refused"))]
            print("|", concept, *(f"| {n or 0:,}" for n in numbers), "|")
    assert whole.total() >= 10_000


@pytest.mark.parametrize("seed", range(6))
def test_lists_of_three_players_are_partly_on_trust(seed):
    """Nothing true is false there: indices, open supports and continua are left on trust."""
    payoffs = np.random.default_rng(seed).integers(0, 4 if seed % 2 else 100, (3, 2, 2, 2))
    game = games.normal_form(*payoffs)
    data = printed(game, {"find": "all"})
    (said,) = in_javascript([(game, data)])
    assert said["false"] == [] and said["on_trust"]
