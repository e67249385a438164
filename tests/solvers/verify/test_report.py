"""A report has three parts and no truth value."""

import pytest

import gtlearn
from gtlearn import games, solvers
from gtlearn.solvers.verify.report import Report, joined


def test_a_report_has_no_truth_value():
    with pytest.raises(TypeError, match=r"ask for its \.false"):
        bool(Report())
    assert Report().holds
    assert not Report(false=("so",)).holds
    assert not Report(on_trust=("so",)).holds


def test_parts_are_kept_apart():
    first, second = Report(("a",), ("b",), ("c",)), Report(("d",), (), ("e",))
    assert joined([first, second.within("there")]) == Report(
        ("a", "there: d"), ("b",), ("c", "there: e")
    )
    assert first.to_json() == {
        "schema": "gtlearn/verification/1",
        "false": ["a"],
        "proven": ["b"],
        "on_trust": ["c"],
    }


def test_the_packages_own_verify_is_the_same():
    for game, concept in [("chicken", "nash"), (games.iterated("chicken", horizon=2), "nash")]:
        found = solvers.solve(game, concept)
        assert gtlearn.verify(found, game) == solvers.verify.solution(games.load(game), found)
