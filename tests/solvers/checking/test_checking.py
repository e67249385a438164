"""Exact distances from equilibrium."""

import json
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers import check
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers._correlated import coarse_correlated, correlated
from gtlearn.solvers._nash.enumeration import all_equilibria
from gtlearn.solvers.checking import nearest

F = Fraction
BOS = games.load("battle_of_the_sexes")
FLAT = games.normal_form([[1, 1], [1, 1]], [[1, 0], [0, 1]])  # Row does not care


def test_regrets_by_hand():
    report = check([["3/4", "1/4"], ["1/2", "1/2"]], games.load("matching_pennies"))
    assert not report.holds
    assert report.regrets == (0, F(1, 2))
    assert (report.nash_conv, report.epsilon) == (F(1, 2), F(1, 2))
    assert report.payoffs == (0, 0)
    assert report.nearest.distance == F(1, 4)
    assert report.nearest.strategies == ((F(1, 2), F(1, 2)), (F(1, 2), F(1, 2)))


def test_tolerance_is_compared_exactly():
    profile = [["3/4", "1/4"], ["1/2", "1/2"]]
    pennies = games.load("matching_pennies")
    assert check(profile, pennies, tolerance="1/2").holds
    assert not check(profile, pennies, tolerance=F(1, 2) - F(1, 10**40)).holds
    assert check(profile, pennies, tolerance=0.5).holds


def test_every_equilibrium_holds_and_is_nearest_to_itself():
    for game in (BOS, FLAT, games.load("chicken"), games.normal_form([[0] * 3] * 2, [[0] * 3] * 2)):
        found = all_equilibria(game)
        for index, equilibrium in enumerate(found):
            report = check(equilibrium, game)
            assert report.holds
            assert (report.nearest.index, report.nearest.distance) == (index, 0)
            assert report.nearest.strategies == equilibrium.strategies


def test_distance_to_a_component_not_to_its_extreme_points():
    """All mixtures of Row are in equilibrium with Column's answer: distance 0 inside an edge."""
    inside = check([["2/3", "1/3"], [1, 0]], FLAT)
    assert inside.holds
    assert inside.nearest.distance == 0
    assert inside.nearest.strategies[0] == (F(2, 3), F(1, 3))
    outside = check([["2/3", "1/3"], ["9/10", "1/10"]], FLAT)
    assert outside.nearest.distance == F(1, 10)
    assert outside.nearest.strategies == ((F(2, 3), F(1, 3)), (1, 0))
    assert outside.regrets == (0, F(1, 10) * F(1, 3))


def test_nearest_index_is_the_nearest_of_isolated_equilibria():
    report = check([["3/5", "2/5"], ["1/2", "1/2"]], BOS)
    found = all_equilibria(BOS)
    assert found[report.nearest.index].strategies == ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3)))
    assert report.nearest.distance == F(1, 6)


def test_where_no_nearest_is_computed_a_note_says_so():
    big = games.normal_form(*np.zeros((2, 13, 13), dtype=int))
    report = check([[1] + [0] * 12] * 2, big)
    assert report.nearest is None
    assert "more than 12 actions" in report.notes[-1]
    three = games.normal_form(*np.zeros((3, 5, 5, 5), dtype=int))
    report = check([[1] + [0] * 4] * 3, three)
    assert (report.holds, report.nearest) == (True, None)
    assert "more than 3000 supports" in report.notes[-1]
    assert check([[1] + [0] * 4] * 3, three, nearest=False).notes == ()


def test_time_runs_out(monkeypatch):
    rng = np.random.default_rng(0)
    game = games.normal_form(*rng.integers(0, 100, (2, 12, 12)))
    report = check([["1/12"] * 12] * 2, game, time_limit=1e-9)
    assert not report.holds
    assert report.notes
    assert "in time" in report.notes[-1]


def test_commitment():
    """Committing to A earns Row 2; to an even mixture, Column answers B and Row gets 1/2."""
    report = check({"leader": 0, "strategies": [["1/2", "1/2"]]}, BOS, "stackelberg")
    worth = report.stackelberg
    assert not report.holds
    assert (worth.value, worth.achieved, worth.gap) == (2, F(1, 2), F(3, 2))
    assert worth.best_responses == (1,)
    assert worth.follower_regret is None
    assert report.payoffs is None


def test_commitment_with_a_follower_who_errs():
    report = check([[1, 0], ["3/4", "1/4"]], BOS, "stackelberg")
    assert report.stackelberg.gap == 0
    assert report.stackelberg.follower_regret == F(1, 4)
    assert not report.holds
    assert check([[1, 0], ["3/4", "1/4"]], BOS, "stackelberg", tolerance="1/4").holds


def test_ties():
    """Conitzer & Sandholm (2006): at half and half the follower is indifferent."""
    game = games.load("2,1 4,0; 1,0 3,1")
    half = {"commitment": ["1/2", "1/2"]}
    strong = check(half, game, "stackelberg")
    assert strong.holds
    assert strong.stackelberg.best_responses == (0, 1)
    assert (strong.stackelberg.strong, strong.stackelberg.weak) == (F(7, 2), F(3, 2))
    weak = check(half, game, "stackelberg", ties="weak")
    assert (weak.holds, weak.stackelberg.gap) == (False, 2)
    near = {"commitment": ["499/1000", "501/1000"]}
    assert check(near, game, "stackelberg", ties="weak").stackelberg.gap == F(1, 1000)


def test_second_player_leads():
    solution = stackelberg(BOS, leader=1)
    report = check(solution, BOS, "stackelberg", leader=1)
    assert report.holds
    assert report.stackelberg.value == 2
    alone = {"leader": 1, "strategies": [[0, 1]]}
    assert check(alone, BOS, "stackelberg", leader=1).holds
    with pytest.raises(InputError, match="no strategy of the leader 'Row'"):
        check(alone, BOS, "stackelberg", leader=0)


@pytest.mark.parametrize("leader", [0, 1])
@pytest.mark.parametrize(
    "alone",
    [
        "1/2 1/2",
        "0.5, 0.5",
        '{"commitment": ["1/2", "1/2"]}',
        '["1/2", "1/2"]',
        '[["1/2", "1/2"]]',
        {"commitment": ["1/2", "1/2"]},
        [F(1, 2), F(1, 2)],
        np.array([0.5, 0.5]),
    ],
    ids=str,
)
def test_a_single_strategy_is_the_leaders(alone, leader):
    report = check(alone, BOS, "stackelberg", leader=leader)
    assert report.strategies[leader] == (F(1, 2), F(1, 2))
    assert report.strategies[1 - leader] is None
    assert (report.stackelberg.leader, report.stackelberg.achieved) == (leader, F(1, 2))


@pytest.mark.parametrize("alone", ["1 0", "[[1, 0]]", '{"strategies": [[1, 0]]}'])
def test_a_single_strategy_is_no_profile(alone):
    with pytest.raises(InputError, match="give one a player"):
        check(alone, BOS, "nash")


@pytest.mark.parametrize("alone", ["1 0 0", "[]", "[null, 1]", "[{}, 1]", "1 0; 1 0; 1 0"])
def test_a_single_strategy_of_the_wrong_form(alone):
    with pytest.raises(InputError):
        check(alone, BOS, "stackelberg")


def test_a_best_response_that_the_leader_likes_less_is_noted():
    game = games.load("2,1 4,0; 1,0 3,1")
    report = check([["1/2", "1/2"], [1, 0]], game, "stackelberg")
    assert report.stackelberg.follower_regret == 0
    assert "earns the leader 3/2" in report.notes[0]


def test_correlated_concepts():
    lottery = {"distribution": [["1/2", 0], [0, "1/2"]]}
    report = check(lottery, BOS, "correlated")
    assert (report.holds, report.gain, report.payoffs) == (True, 0, (F(3, 2), F(3, 2)))
    assert check(lottery, BOS, "coarse-correlated").holds
    bad = check({"distribution": [[0, 1], [0, 0]]}, BOS, "correlated")
    assert (bad.holds, bad.gain) == (False, 1)
    for solver, concept in ((correlated, "correlated"), (coarse_correlated, "coarse-correlated")):
        solution = solver(games.load("rock_paper_scissors"), objective="gini")
        assert check(solution, solution.game, concept).holds
        assert check(json.dumps(solution.to_json()), solution.game, concept).holds


def test_json():
    report = check("3/4 1/4; 1/2 1/2", games.load("matching_pennies"))
    data = json.loads(json.dumps(report.to_json()))
    assert data["schema"] == "gtlearn/check/1"
    assert data["holds"] is False
    assert data["regrets"] == ["0", "1/2"]
    assert data["nash_conv"] == "1/2"
    assert data["payoffs"] == ["0", "0"]
    assert (data["nearest"]["index"], data["nearest"]["distance"]) == (0, "1/4")
    assert "stackelberg" not in data
    data = check({"commitment": [1, 0]}, BOS, "stackelberg").to_json()
    assert not {"regrets", "nash_conv", "payoffs", "nearest"} & set(data)
    worth = data["stackelberg"]
    assert (worth["value"], worth["achieved"], worth["gap"]) == ("2", "2", "0")
    assert "follower_regret" not in worth
    assert worth["best_responses"] == [0]
    assert (
        check([[1, 0], [1, 0]], BOS, "stackelberg").to_json()["stackelberg"]["follower_regret"]
        == "0"
    )


def test_tables():
    assert "This is not a Nash equilibrium." in str(check("1/2 1/2; 1 0", BOS))
    assert "set of equilibria" in str(check([["2/3", "1/3"], [1, 0]], FLAT))
    assert "gap of 3/2" in str(check({"commitment": ["1/2", "1/2"]}, BOS, "stackelberg"))
    assert "Largest gain" in str(check({"distribution": [[1, 0], [0, 0]]}, BOS, "correlated"))
    assert "within 1" in str(check("1/2 1/2; 1 0", BOS, tolerance=1))


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("1 0; 1 0", BOS, "nush"), {}, "'nush' is no concept; did you mean nash"),
        (("1 0; 1 0", BOS), {"tolerance": -1}, "negative"),
        (("1 0; 1 0", BOS), {"tolerance": "x"}, "not a number"),
        (("1 0; 1 0", BOS, "stackelberg"), {"leader": 2}, "choose 0 or 1"),
        (("1 0; 1 0", BOS, "stackelberg"), {"ties": "odd"}, "strong or weak"),
        (
            ("1 0; 1 0", games.load("security_bayesian")),
            {},
            "is a Bayesian game, for which nash is not available",
        ),
        (("1 0", BOS), {}, "1 strategies for 2 players"),
    ],
)
def test_bad_input(arguments, options, words):
    with pytest.raises(InputError, match=words):
        check(*arguments, **options)
    three = games.normal_form(*np.zeros((3, 2, 2, 2), dtype=int))
    with pytest.raises(InputError, match="two players"):
        check([[1, 0]] * 3, three, "stackelberg")


@st.composite
def games_and_profiles(draw):
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    top = draw(st.sampled_from([1, 2, 9]))
    table = st.lists(st.integers(0, top), min_size=m * n, max_size=m * n)
    game = games.normal_form(*[np.array(draw(table)).reshape(m, n) for _ in range(2)])
    profile = []
    for size in (m, n):
        weights = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size).filter(any))
        profile.append([F(w, sum(weights)) for w in weights])
    return game, profile


@given(games_and_profiles())
@settings(max_examples=120, deadline=None)
def test_distance_is_zero_exactly_at_equilibria(case):
    game, profile = case
    report = check(profile, game)
    assert report.holds == (report.nearest.distance == 0)
    assert check(report.nearest.strategies, game).holds
    away = [
        nearest.total_variation(own, other)
        for own, other in zip(profile, report.nearest.strategies, strict=True)
    ]
    assert max(away) == report.nearest.distance
    for equilibrium in all_equilibria(game):
        pairs = zip(profile, equilibrium.strategies, strict=True)
        assert report.nearest.distance <= max(nearest.total_variation(a, b) for a, b in pairs)


@given(games_and_profiles())
@settings(max_examples=60, deadline=None)
def test_no_commitment_beats_the_value(case):
    game, profile = case
    report = check(profile, game, "stackelberg").stackelberg
    assert report.gap >= 0
    assert report.weak <= report.strong == report.achieved
    assert report.follower_regret >= 0


def test_a_solution_says_who_leads():
    game = games.load("2,1 4,0; 1,0 3,1")
    found = stackelberg(game, leader=1)
    for claimed in (found, found[0], found.to_json()):
        assert check(claimed, game, "stackelberg").holds
        assert not check(claimed, game, "stackelberg", leader=0).holds
