"""Correct solutions changed in every way: `verify.solution` names the false ones false.

A sample of the changes is tried each time. With GTLEARN_NIGHTLY=1 all kinds of solutions of many
more games are changed, and the score is printed by concept and by field.
"""

import json
import os
from fractions import Fraction
from itertools import product

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, families
from gtlearn.limits import LimitReached
from gtlearn.solvers import solve, verify
from gtlearn.solvers.testing import (
    Judge,
    Score,
    Verdict,
    by_field,
    mutants,
    mutation_score,
    relabelled,
    scoring,
    table_of,
)
from gtlearn.solvers.testing.scoring import NAMED, REFUSED
from gtlearn.solvers.verify.report import Report

KILLED = 0.999  # of the false changes
SAMPLE = 30  # changes of each solution that are tried

BOS = games.load("battle_of_the_sexes")
DEGENERATE = games.load("kohlberg_mertens")
PUBLISHED = games.load("2,1 4,0; 1,0 3,1")  # Conitzer & Sandholm (2006)
TIED = games.load("1,1 0,1 2,0; 0,0 3,0 1,1; 2,1 2,1 0,0")  # whose follower has equal actions
RANDOM = families.uniform(4, 3, seed=5)
ZERO_SUM = families.zero_sum(4, 5, seed=3)
THREE = games.normal_form(*[[[[1, 0], [0, k]], [[0, k], [2, 1]]] for k in range(3)])
TYPES = BayesianGame(
    "two types",
    ("a", "b"),
    (Fraction(1, 3), Fraction(2, 3)),
    (PUBLISHED, games.load("1,0 0,2; 0,1 2,0")),
)
DILEMMA = games.iterated("prisoners_dilemma", horizon=4)
REPEATED = games.iterated("prisoners_dilemma", discount="1/2")
PAYOFFS = [[[[1, 0], [3, 1]], [[0, 2], [1, 1]]], [[[2, 0], [0, 1]], [[1, 0], [3, 1]]]]
MOVES = [
    [[[1, 0], ["1/2", "1/2"]], [[0, 1], [1, 0]]],
    [[[0, 1], [1, 0]], [["1/3", "2/3"], [0, 1]]],
]
MARKOV = games.markov_game(PAYOFFS, MOVES, discount="1/2")
SHORT = games.markov_game(PAYOFFS, MOVES, horizon=3)

STACKELBERG = {"concept": "stackelberg"}
DETERMINISTIC = {**STACKELBERG, "policy": "deterministic"}
ONE_SHOT = {
    "nash one": (BOS, {}),
    "nash all": (BOS, {"find": "all"}),
    "nash all, degenerate": (DEGENERATE, {"find": "all"}),
    "nash all, continua": (games.load("von_stengel_degenerate"), {"find": "all"}),
    "nash selected": (RANDOM, {"select": "welfare"}),
    "nash floats": (DEGENERATE, {"find": "all", "arithmetic": "float"}),
    "zero-sum": (ZERO_SUM, {}),
    "zero-sum, mixed": (games.load("rock_paper_scissors"), {}),
    "correlated": (RANDOM, {"concept": "correlated"}),
    "correlated, fair": (BOS, {"concept": "correlated", "objective": "fairness"}),
    "correlated, gini": (BOS, {"concept": "correlated", "objective": "gini"}),
    "correlated, any": (BOS, {"concept": "correlated", "objective": None}),
    "correlated, three players": (THREE, {"concept": "correlated"}),
    "correlated, floats": (RANDOM, {"concept": "correlated", "arithmetic": "float"}),
    "coarse": (RANDOM, {"concept": "coarse-correlated"}),
    "coarse, player": (BOS, {"concept": "coarse-correlated", "objective": "player:1"}),
    "strong": (RANDOM, {**STACKELBERG, "leader": 1}),
    "strong, floats": (PUBLISHED, {**STACKELBERG, "arithmetic": "float"}),
    "weak": (PUBLISHED, {**STACKELBERG, "ties": "weak"}),
    "weak, tied": (TIED, {**STACKELBERG, "ties": "weak"}),
    "pure": (TIED, {**STACKELBERG, "commitment": "pure", "ties": "weak"}),
    "correlated commitment": (RANDOM, {**STACKELBERG, "commitment": "correlated"}),
    "Bayesian": (TYPES, STACKELBERG),
    "Bayesian, dobss": (TYPES, {**STACKELBERG, "method": "dobss"}),
    "Bayesian, pure": (TYPES, {**STACKELBERG, "commitment": "pure", "ties": "weak"}),
    "Bayesian, floats": (TYPES, {**STACKELBERG, "arithmetic": "float"}),
}
IN_STEPS = {
    "Markov nash": (MARKOV, {}),
    "Markov nash all": (MARKOV, {"find": "all"}),
    "Markov zero-sum": (games.load("big_match"), {}),
    "iterated nash": (DILEMMA, {}),
    "iterated zero-sum": (games.iterated("matching_pennies", horizon=2), {}),
    "deterministic tables": (DILEMMA, DETERMINISTIC),
    "deterministic tables, weak": (MARKOV, {**DETERMINISTIC, "leader": 1, "ties": "weak"}),
    "deterministic tables, stationary": (SHORT, {**DETERMINISTIC, "follower": "stationary"}),
    "deterministic tables, Markov": (MARKOV, STACKELBERG),
    "stochastic tables": (DILEMMA, STACKELBERG),
    "stochastic tables, weak": (DILEMMA, {**STACKELBERG, "ties": "weak"}),
    "stochastic tables, for ever": (REPEATED, STACKELBERG),
}
CASES = {**ONE_SHOT, **IN_STEPS}


def printed(game, options):
    """The JSON that a solution prints."""
    return json.loads(json.dumps(solve(game, **options).to_json()))


@pytest.mark.parametrize("name", CASES)
def test_false_changes_are_named_false(name):
    game, options = CASES[name]
    score = mutation_score(game, printed(game, options), sample=SAMPLE, seed=len(name))
    assert score.of(Verdict.FALSE) > SAMPLE / 3
    assert score.killed >= KILLED, "\n".join(map(str, score.survivors))
    refused = score.of(Verdict.NO_SOLUTION, REFUSED) + score.of(Verdict.NO_SOLUTION, NAMED)
    assert refused == score.of(Verdict.NO_SOLUTION)
    assert not score.alarms, "\n".join(map(str, score.alarms))


@pytest.mark.parametrize(
    ("duration", "ties"),
    [
        ({"horizon": 4}, "strong"),
        ({"horizon": 4}, "weak"),
        ({"horizon": 20}, "strong"),
        ({"discount": "24/25"}, "strong"),
        ({"discount": "24/25"}, "weak"),
    ],
)
def test_the_best_deterministic_commitment_is_not_the_best_of_all(duration, ties):
    """Relabelled "stochastic, branch and bound, gap 0", though a better stochastic table exists."""
    game = games.iterated("prisoners_dilemma", **duration)
    best = printed(game, {**DETERMINISTIC, "ties": ties})
    change = "policy stochastic by branch and bound"
    (mutant,) = [m for m in relabelled(best) if m.change == change]
    report = verify.solution(game, mutant.data)
    assert "more than the upper bound" in report.false[0]


TOLD = {  # what is solved, and changes of it with what a `Judge` says of them
    "one": ("battle_of_the_sexes", {}),
    "all": ("kohlberg_mertens", {"find": "all"}),
    "pennies": ("matching_pennies", {}),
    "correlated": ("battle_of_the_sexes", {"concept": "correlated"}),
    "commitment": ("2,1 4,0; 1,0 3,1", STACKELBERG),
    "tables": ("gtlearn_iterated(stage=prisoners_dilemma,horizon=2)", DETERMINISTIC),
}
VERDICTS = [
    ("one", "method", "removed", Verdict.NO_CLAIM),
    ("one", "game/name", "renamed", Verdict.NO_CLAIM),
    ("one", "game/players/0", "renamed", Verdict.FALSE),
    ("one", "game/fingerprint", "renamed", Verdict.FALSE),
    ("one", "complete", "flipped", Verdict.ON_TRUST),
    ("one", "solutions", "doubled", Verdict.FALSE),
    ("one", "solutions", "emptied", Verdict.TRUE),
    ("one", "solutions/0/payoffs", "removed", Verdict.NO_SOLUTION),
    ("one", "solutions/0/payoffs/0", "plus one", Verdict.FALSE),
    ("pennies", "solutions/0/certificate/unique/0", "flipped", Verdict.ON_TRUST),
    ("all", "subsets", "reversed", Verdict.TRUE),
    ("all", "subsets", "one left out", Verdict.FALSE),
    ("all", "solutions", "one left out", Verdict.FALSE),
    ("all", "component_indices/0", "plus one", Verdict.FALSE),
    ("correlated", "solutions/0/certificate/objective", "other word", Verdict.FALSE),
    ("correlated", "solutions/0/certificate/bound", "minus very little", Verdict.FALSE),
    # the follower's first action bounds the leader by 2, far below 7/2, the second just by that
    ("commitment", "solutions/0/certificate/multipliers/0/1", "plus very little", Verdict.TRUE),
    ("commitment", "solutions/0/certificate/multipliers/1/0", "plus very little", Verdict.FALSE),
    ("tables", "unit", "other word", Verdict.FALSE),
    ("tables", "solutions/0/gap", "plus one", Verdict.FALSE),
    ("tables", "bounds", "removed", Verdict.TRUE),
]


@pytest.mark.parametrize(("what", "path", "change", "verdict"), VERDICTS)
def test_a_judge_says_of_a_change(what, path, change, verdict):
    name, options = TOLD[what]
    game = games.load(name)
    data = printed(game, options)
    judge = Judge(game, data)
    changed = [m for m in mutants(data) if "/".join(map(str, m.path)) == path]
    assert {judge.verdict(m) for m in changed if m.change == change} == {verdict}


def test_a_solution_that_is_false_is_refused():
    data = printed(BOS, {"find": "all"})
    data["solutions"][2]["payoffs"][0] = "1"
    with pytest.raises(InputError, match=r"not correct \(the payoffs\)"):
        Judge(BOS, data)


def test_a_verifier_that_says_nothing_scores_nothing(monkeypatch):
    monkeypatch.setattr(scoring, "verified", lambda game, data: Report())
    score = mutation_score(BOS, printed(BOS, {}), sample=SAMPLE)
    assert score.killed == 0
    assert len(score.survivors) == score.of(Verdict.FALSE) > SAMPLE / 3
    assert "| 0.00 % |" in table_of([("none", score)])


def test_a_verifier_that_calls_everything_false_is_found_out(monkeypatch):
    monkeypatch.setattr(scoring, "verified", lambda game, data: Report(false=("so",)))
    score = mutation_score(BOS, printed(BOS, {}))
    assert score.killed == 1
    assert score.alarms


class TestMutants:
    data = printed(DILEMMA, {**STACKELBERG, "ties": "weak"})

    def test_leave_the_original_alone(self):
        before = json.dumps(self.data)
        for mutant in (*mutants(self.data), *relabelled(self.data)):
            assert json.dumps(mutant.data) != before
        assert json.dumps(self.data) == before

    def test_reach_every_part(self):
        paths = {mutant.path for mutant in mutants(self.data)}
        assert {("solutions", 0, "certificate", "direction", 0, 1)} <= paths
        added = {"components", "component_indices", "subsets"}
        assert {path[0] for path in paths} == set(self.data) | added


# --- every night


def nightly_cases():
    """Solutions of many games: pairs of a concept and what is solved."""
    small = [
        *(families.uniform(rows, columns, seed=s) for rows, columns, s in _sizes(12)),
        *(families.zero_sum(3, 4, seed=s) for s in range(4)),
        *(families.degenerate(3, 3, kind=kind, seed=1) for kind in ("duplicate", "small")),
        *map(games.load, ("chicken", "stag_hunt", "matching_pennies", "shapley", "von_stengel")),
        BOS, DEGENERATE, PUBLISHED, TIED,
    ]  # fmt: skip
    for game in small:
        for options in ({}, {"find": "all"}, {"select": "fairness"}, {"arithmetic": "float"}):
            yield "nash", game, options
        for concept, objective in product(
            ("correlated", "coarse-correlated"), ("welfare", "fairness", "player:0", "gini", None)
        ):
            yield concept, game, {"concept": concept, "objective": objective}
        for commitment, ties, leader in product(
            ("mixed", "pure", "correlated"), ("strong", "weak"), (0, 1)
        ):
            if commitment != "correlated" or ties == "strong":
                options = {"commitment": commitment, "ties": ties, "leader": leader}
                yield "stackelberg", game, {**STACKELBERG, **options}
    for seed, method in product(range(6), ("dobss", "harsanyi")):
        pair = (families.uniform(3, 3, seed=seed), families.uniform(3, 3, seed=seed + 50))
        bayesian = BayesianGame("types", ("a", "b"), (Fraction(1, 3), Fraction(2, 3)), pair)
        yield "Bayesian stackelberg", bayesian, {**STACKELBERG, "method": method}
    stages = ("prisoners_dilemma", "chicken", "battle", "stag_hunt", "2,1 4,0; 1,0 3,1")
    durations = ({"horizon": 2}, {"horizon": 3}, {"discount": "1/2"})
    for stage, duration in product(stages, durations):
        game = games.iterated(stage, **duration)
        yield "iterated nash", game, {}
        for policy, ties, follower in product(
            ("deterministic", "stochastic"), ("strong", "weak"), ("optimal", "stationary")
        ):
            options = {"policy": policy, "ties": ties, "follower": follower, "time_limit": 10}
            yield "iterated stackelberg", game, {**STACKELBERG, **options}
    for options in ({}, {"find": "all"}, STACKELBERG, {**STACKELBERG, "ties": "weak"}):
        yield "Markov", MARKOV, options


def _sizes(count):
    return [(2 + s % 3, 2 + s % 2, s) for s in range(count)]


@pytest.mark.skipif(os.environ.get("GTLEARN_NIGHTLY") != "1", reason="set GTLEARN_NIGHTLY=1 for it")
def test_every_night(capsys):
    scores = {}
    for concept, game, options in nightly_cases():
        try:
            data = printed(game, options)
        except (InputError, LimitReached):  # not of this game
            continue
        score = mutation_score(game, data, sample=100, seed=len(str(options)))
        scores.setdefault(concept, Score()).add(score)
    whole = Score()
    for score in scores.values():
        whole.add(score)
    with capsys.disabled():
        print("", table_of(scores.items()), table_of(by_field(whole)), sep="\n\n")
        print(*whole.survivors, sep="\n")
    assert whole.killed >= KILLED
