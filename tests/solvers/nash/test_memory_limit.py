"""A search that would outgrow the memory stops, and says so."""

from gtlearn.games import families
from gtlearn.solvers import all_equilibria, verify
from gtlearn.solvers._nash import polytope


def test_stops_and_says_so(monkeypatch):
    game = families.uniform(8, 8, seed=3)
    whole = {e.strategies for e in all_equilibria(game)}
    monkeypatch.setattr(polytope, "LEVEL_BYTES", 10_000)
    part = all_equilibria(game)
    assert (part.status, part.complete) == ("memory_limit", False)
    assert any("to find all, take a smaller game" in note for note in part.notes)
    assert {e.strategies for e in part} <= whole
    assert len(part) >= 1
    assert verify.solution(game, part).false == ()
