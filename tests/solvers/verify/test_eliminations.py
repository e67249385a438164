"""Eliminations and results of runs as JSON: verify recomputes each step, value and bound."""

import copy
import json
from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers import dominance, verify

MIXED = games.normal_form(  # M is dominated by half U, half D (Fudenberg & Tirole 1991, fig. 1.2)
    [[2, -1], [0, 0], [-1, 2]], [[0, 1], [0, 1], [0, 2]], actions=["UMD", "LR"]
)
CASES = [
    (game, kind) for game in (MIXED, games.load("prisoners_dilemma")) for kind in ("strict", "weak")
]


def printed(game, kind):
    return json.loads(json.dumps(dominance(game, kind).to_json()))


@pytest.mark.parametrize(("game", "kind"), CASES)
def test_what_the_solver_prints_holds(game, kind):
    result = dominance(game, kind)
    assert result.complete and result.steps
    for claimed in (result, printed(game, kind)):
        report = verify.solution(game, claimed)
        assert report.holds and "that these are all (complete)" in report.proven


def changed(data, path, value):
    data = copy.deepcopy(data)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["game", "players", 0], "Rows", "the players at 0"),
        (["game", "fingerprint"], "0" * 64, "the fingerprint"),
        (["kind"], "weak", "the margin is"),
        (["steps", 0, "label"], "U", "it is called 'M'"),
        (["steps", 0, "player"], 1, "it is called 'R'"),
        (["steps", 0, "player"], 2, "no such action"),
        (["steps", 0, "action"], 0, "it is called"),
        (["steps", 0, "round"], 2, "round 1 is called round 2"),
        (["steps", 0, "margin"], "1", "the margin is 1/2, not 1"),
        (["steps", 0, "dominator"], ["1", "0", "0"], "does not dominate"),
        (["steps", 0, "dominator"], ["1/2", "0", "1/4"], "no mixed strategy"),
        (["steps"], [], "actions said to be left"),
        (["surviving", 0], [0], "actions said to be left"),
        (["reduced", "actions", 0, 0], "V", "reduced: the actions at 0, 0"),
        (["reduced", "payoffs", 1, 0, 0], "9", "other payoffs"),
        (["reduced", "fingerprint"], "0" * 64, "reduced: the fingerprint"),
        (["reduced", "note"], "mine", "unknown part 'note'"),
    ],
)
def test_every_change_is_named(path, value, said):
    report = verify.solution(MIXED, changed(printed(MIXED, "strict"), path, value))
    assert any(said in sentence for sentence in report.false), report


@pytest.mark.parametrize("name", ["round", "player", "action"])
def test_numbers_longer_than_python_prints(name):
    long = changed(printed(MIXED, "strict"), ["steps", 0, name], 10**5000)
    assert verify.solution(MIXED, long).false


def test_an_elimination_that_stops_early_is_not_complete():
    game = games.load("prisoners_dilemma")
    data = printed(game, "strict")
    whole = dominance(game)
    shorter = dominance(games.normal_form([[3, 0]], [[3, 5]], actions=[["1"], ["1", "2"]]))
    assert whole.surviving == ((1,), (1,)) and shorter.surviving == ((0,), (1,))
    data["steps"] = data["steps"][:1]
    data["surviving"] = [[1], [0, 1]]
    left = games.normal_form([[4, 2]], [[1, 2]], players=game.players, actions=[["D"], ["C", "D"]])
    data["reduced"] = {
        "players": list(left.players),
        "actions": [list(labels) for labels in left.actions],
        "payoffs": [[["4", "2"]], [["1", "2"]]],
    }
    assert verify.solution(game, {**data, "complete": False}).holds
    assert "it is dominated, too" in verify.solution(game, data).false[0]


def test_what_is_no_elimination_is_refused():
    data = printed(MIXED, "strict")
    for key in ("game", "kind", "complete", "steps", "surviving", "reduced"):
        with pytest.raises(InputError, match=key):
            verify.solution(MIXED, {k: v for k, v in data.items() if k != key})
    with pytest.raises(InputError, match="normal form"):
        verify.solution(games.iterated("chicken", horizon=2), data)
    unknown = verify.solution(MIXED, {**data, "beliefs": []})
    assert unknown.false == () and "'beliefs'" in unknown.on_trust[0]


def run_result(game, **changes):
    """What a run that learned the best deterministic commitment would write."""
    best = solvers.solve(game, "stackelberg", policy="deterministic")[0]
    response = [[Fraction(int(a == action)) for a in range(2)] for action in best.response]
    result = {
        "schema": "gtlearn/run/1",
        "game": game.name,
        "leader": 0,
        "states": list(game.states),
        "commitment": [[str(p) for p in row] for row in best.commitment],
        "response": [[str(p) for p in row] for row in response],
        "policy": "deterministic",
        "follower_class": "optimal",
        "unit": game.markov.unit,
        "true_value": float(best.value),
        "true_value_weak": float(best.value),
        "value_with_learned_follower": float(best.value),
        "exact_value": float(best.value),
        "exact_upper_bound": float(best.value),
        "gap": 0.0,
        "follower_regret": 0.0,
        "metrics": {"learned": 3.5},
    }
    return {**result, **changes}


RUN = games.iterated("prisoners_dilemma", horizon=4)


def test_the_result_of_a_run_holds():
    assert verify.solution(RUN, run_result(RUN)).holds


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("states", ["init", "DD", "CD", "DC", "CC"]),
        ("unit", "sum of rewards"),
        ("leader", 1),
        ("leader", 2),
        ("commitment", [["1", "0"]] * 5),
        ("commitment", [["1", "1"]] * 5),
        ("response", [["0", "1"]] * 5),
        ("follower_class", "any"),
        ("true_value", 3.0),
        ("true_value_weak", 0.0),
        ("value_with_learned_follower", 1.0),
        ("exact_value", 4.0),
        ("exact_upper_bound", 4.0),
        ("gap", 0.25),
        ("follower_regret", 1.0),
    ],
)
def test_what_is_false_of_a_run_is_named(key, value):
    assert verify.solution(RUN, run_result(RUN, **{key: value})).false


def test_a_gap_needs_a_bound():
    result = run_result(RUN, gap=-5.0)
    del result["exact_upper_bound"]
    assert "the exact_upper_bound" in verify.solution(RUN, result).false[0]


def test_a_bound_that_rounding_made_smaller_is_true():
    thirds = games.normal_form([["1/3", 0], [0, "1/9"]], [[1, 0], [0, 1]])
    game = games.iterated(thirds, horizon=1)
    result = run_result(game, exact_value=None)
    assert Fraction(result["exact_upper_bound"]) < Fraction(1, 3)
    assert verify.solution(game, result).holds
    low = run_result(game, exact_value=None, exact_upper_bound=0.25)
    assert "the best table earns 1/3" in verify.solution(game, low).false[0]


def test_a_bound_on_stochastic_tables_is_on_trust():
    result = run_result(
        RUN, policy="stochastic", exact_value=None, exact_upper_bound=3.75, gap=0.75
    )
    result["gap"] = 3.75 - result["true_value"]
    report = verify.solution(RUN, result)
    assert report.false == () and "exact_upper_bound" in report.on_trust[0]
    low = {**result, "exact_upper_bound": 0.0, "gap": -result["true_value"]}
    assert "more than the bound 0" in verify.solution(RUN, low).false[0]


def test_tables_that_were_learned_without_a_leader():
    game = games.iterated("prisoners_dilemma", discount="1/2")
    result = {
        "schema": "gtlearn/run/1",
        "strategies": [[["0", "1"]] * 5] * 2,
        "values": [2.0, 2.0],
        "nash_conv": 0.0,
        "unit": "mean reward a step",
    }
    assert verify.solution(game, result).holds
    for key, value in {"values": [2.0, 2.1], "nash_conv": 0.1, "unit": "sum"}.items():
        assert verify.solution(game, {**result, key: value}).false
    assert verify.solution(game, {**result, "strategies": [[["0", "1"]] * 5]}).false


def test_a_run_states_nothing_that_only_another_kind_of_run_learns():
    game = games.iterated("prisoners_dilemma", discount="1/2")
    tables = {"schema": "gtlearn/run/1", "strategies": [[["0", "1"]] * 5] * 2}
    for key, value in {"leader": 0, "policy": "deterministic", "gap": 0.0}.items():
        assert f"the {key} is stated" in verify.solution(game, {**tables, key: value}).false[0]
    led = run_result(RUN, nash_conv=0.0)
    assert "the nash_conv is stated" in verify.solution(RUN, led).false[0]


def test_learned_values_are_as_near_as_the_payoffs_are_small():
    tiny = Fraction(1, 10**9)
    game = games.iterated(games.normal_form([[2 * tiny, 0]], [[tiny, 3 * tiny]]), horizon=2)
    tables = [[["1"]] * 3, [["1", "0"]] * 3]
    result = {"schema": "gtlearn/run/1", "strategies": tables, "values": [2e-9, 1e-9]}
    assert verify.solution(game, result).holds
    assert verify.solution(game, {**result, "values": [2e-9, 3e-9]}).false


def test_a_run_without_tables_says_nothing():
    with pytest.raises(InputError, match="no tables"):
        verify.solution(RUN, {"schema": "gtlearn/run/1"})
    with pytest.raises(InputError, match="played once"):
        verify.solution(games.load("chicken"), {"schema": "gtlearn/run/1"})
