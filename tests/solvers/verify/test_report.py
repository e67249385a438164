"""A report has three parts and no truth value."""

import pytest

import gtlearn
from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.limits import limited
from gtlearn.solvers.verify.report import Report, Statement, Unproven, settled


def test_a_report_has_no_truth_value():
    with pytest.raises(TypeError, match=r"ask for its \.false"):
        bool(Report())
    assert Report().holds
    assert not Report(false=("so",)).holds
    assert not Report(on_trust=("so",)).holds


def wrong():
    raise InputError("of the wrong form")


def undecided():
    raise Unproven("too many")


STATEMENTS = [
    Statement("it is so", tuple),
    Statement("it is so", lambda: ("it is not",), "solution 1"),
    Statement("it is so", wrong),
    Statement("complete", undecided, "solution 2"),
]


def test_every_statement_is_settled_once():
    report = settled(STATEMENTS)
    assert report == Report(
        ("solution 1: it is not", "of the wrong form"),
        ("it is so",),
        ("solution 2: complete: too many",),
    )
    assert report.to_json() == {
        "schema": "gtlearn/verification/1",
        "false": list(report.false),
        "proven": list(report.proven),
        "on_trust": list(report.on_trust),
    }


def test_what_a_limit_leaves_is_on_trust():
    with limited(time_limit=1e-9):
        report = settled(STATEMENTS)
    assert report.false == report.proven == ()
    assert len(report.on_trust) == 4
    assert "not verified, since the time limit was reached" in report.on_trust[0]


def test_the_packages_own_verify_is_the_same():
    for game, concept in [("chicken", "nash"), (games.iterated("chicken", horizon=2), "nash")]:
        found = solvers.solve(game, concept)
        assert gtlearn.verify(found, game) == solvers.verify.solution(games.load(game), found)
