"""A verification within limits: nothing is lost that was settled, and the rest is on trust."""

import time

import pytest

from gtlearn import games, limits, solvers
from gtlearn.errors import InputError
from gtlearn.games import families
from gtlearn.solvers import verify

GAME = families.uniform(12, 12, seed=12)  # whose polytopes take some seconds to enumerate
FOUND = solvers.all_equilibria(GAME)


@pytest.mark.parametrize(
    ("limit", "said"),
    [({"time_limit": 0.3}, "the time limit"), ({"memory_limit": 10**6}, "the memory limit")],
)
def test_what_a_limit_leaves_is_on_trust(limit, said):
    start = time.monotonic()
    report = verify.solution(GAME, FOUND, **limit)
    assert time.monotonic() - start < 10  # on a machine however busy
    assert report.false == () and not report.holds
    assert all(said in sentence for sentence in report.on_trust)


def test_a_limit_that_is_not_reached_changes_nothing():
    game = games.load("von_stengel")
    data = solvers.solve(game, find="all").to_json()
    data["solutions"][0]["payoffs"][0] = "100"
    without = verify.solution(game, data)
    assert without.false and verify.solution(game, data, time_limit=60) == without
    with limits.limited(time_limit=60):
        assert verify.solution(game, data) == without


def test_errors_are_those_without_a_limit():
    with pytest.raises(InputError, match="no JSON object"):
        verify.solution(GAME, 3, time_limit=60)
    with pytest.raises(InputError, match="time_limit"):
        verify.solution(GAME, FOUND, time_limit=-1)
