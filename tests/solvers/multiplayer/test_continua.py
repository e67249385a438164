"""Supports on which infinitely many profiles of three players and more are equilibria."""

import copy
import itertools
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.solvers._linear.extreme_points import extreme_points, probabilities
from gtlearn.solvers.verify.support_polytopes import Polytope

F = Fraction
ZERO = np.zeros((2, 2, 2), dtype=int)
BILINEAR = games.normal_form(ZERO, ZERO, [[[0, 1], [0, -1]], [[0, -1], [0, 2]]])
# Each of three wants to be alone with its action (the minority game).
MINORITY = games.normal_form(
    *(
        [
            [[int([a, b, c].count([a, b, c][k]) == 1) for c in (0, 1)] for b in (0, 1)]
            for a in (0, 1)
        ]
        for k in range(3)
    )
)


def tied_game(seed, shape, largest=3):
    random = np.random.default_rng(seed)
    return games.normal_form(*(random.integers(0, largest + 1, shape) for _ in shape))


def losses_at(continuum, condition, profile):
    """The condition's left-hand side at a profile of two who mix two actions each."""
    mixers = [k for k, own in enumerate(continuum.supports) if len(own) == 2]
    weights = []
    for k in mixers:
        first, second = (s[continuum.supports[k][0]] for s in continuum.within[k])
        own = profile[k][continuum.supports[k][0]]
        weights.append((F(own - second, first - second), F(first - own, first - second)))
    x, y = (np.array(w, dtype=object) for w in weights)
    return x @ np.array(condition.losses, dtype=object) @ y


def test_a_condition_on_two_mixtures():
    """Where player 3 plays its first action the equilibria are (x - 3/5)(y - 3/5) <= -1/25."""
    solution = solvers.solve(BILINEAR, find="all")
    assert not solution.complete and solution.open_supports == ()
    (continuum,) = (c for c in solution.continua if c.supports == ((0, 1), (0, 1), (0,)))
    (condition,) = continuum.conditions
    assert (condition.player, condition.action) == (2, 1)
    for i, j in itertools.product(range(1, 12), repeat=2):
        x, y = F(i, 12), F(j, 12)
        profile = (x, 1 - x), (y, 1 - y), (1, 0)
        holds = (x - F(3, 5)) * (y - F(3, 5)) <= F(-1, 25)
        assert holds == (losses_at(continuum, condition, profile) >= 0)
        assert holds == (max(solvers.verify.regrets(BILINEAR, profile)) == 0)


def test_the_segments_of_the_minority_game():
    """Two play opposite actions, and the third anything: six segments. All mix evenly: isolated."""
    solution = solvers.solve(MINORITY, find="all")
    segments = set(itertools.permutations([(0,), (1,), (0, 1)]))
    assert {c.supports for c in solution.continua} == segments
    assert all(not c.conditions for c in solution.continua)
    assert ((F(1, 2),) * 2,) * 3 in {e.strategies for e in solution}
    assert solution.open_supports == () and len(solution) == 7
    assert "infinitely many equilibria on each of 6 supports" in str(solution)


@pytest.mark.parametrize("seed", range(40))
def test_every_equilibrium_on_a_grid_is_told(seed):
    """Each profile of quarters without regret is listed, or on a continuum, or on a support that is
    said to be open."""
    game = tied_game(seed, (2, 2, 2), largest=1 + seed % 3)
    solution = solvers.solve(game, find="all")
    listed = {e.strategies for e in solution}
    continua = {c.supports: c for c in solution.continua}
    assert not set(continua) & set(solution.open_supports)
    quarters = [(F(k, 4), 1 - F(k, 4)) for k in range(5)]
    for profile in itertools.product(quarters, repeat=3):
        supports = tuple(tuple(a for a in (0, 1) if s[a]) for s in profile)
        is_one = max(solvers.verify.regrets(game, profile)) == 0
        continuum = continua.get(supports)
        if continuum is None or continuum.within is None:
            assert (
                not is_one or continuum or profile in listed or supports in solution.open_supports
            )
            continue
        inside = all(
            min(s[0] for s in extreme) <= own[0] <= max(s[0] for s in extreme)
            for own, extreme in zip(profile, continuum.within, strict=True)
        )
        held = inside and all(losses_at(continuum, c, profile) >= 0 for c in continuum.conditions)
        assert is_one == held


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (2, 2, 2, 2)])
def test_the_second_code_agrees(shape, seed):
    game = tied_game(seed, shape)
    solution = solvers.solve(game, find="all")
    data, log = (
        json.loads(json.dumps(part)) for part in (solution.to_json(), solvers.proof_of(solution))
    )
    report = solvers.verify.solution(game, data, proof=log)
    assert not report.false
    assert any("all others" in line or "these are all" in line for line in report.proven)
    again = solvers.read_solution(data, game)
    assert again.to_json() == solution.to_json()


def test_a_continuum_that_is_left_out_is_missed():
    solution = solvers.solve(BILINEAR, find="all")
    log = json.loads(json.dumps(solvers.proof_of(solution)))
    for place in range(len(solution.continua)):
        data = solution.to_json()
        del data["continua"][place], data["continuum_sets"][place]
        assert solvers.verify.solution(BILINEAR, data, proof=log).false


def changed_numbers(value, path=()):
    """Each number of a JSON value, as a place and another number."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from changed_numbers(part, (*path, key))
    elif isinstance(value, str):
        yield path, str(F(value) + F(1, 7))
    else:
        yield path, 1 - value


def test_what_is_said_of_a_continuum_is_tested():
    solution = solvers.solve(BILINEAR, find="all")
    data = json.loads(json.dumps(solution.to_json()))
    tried = 0
    for key in ("continua", "continuum_sets"):
        for path, other in changed_numbers(data[key]):
            mutant = copy.deepcopy(data)
            part = mutant[key]
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = other
            assert solvers.verify.solution(BILINEAR, mutant).false, (key, path)
            tried += 1
    assert tried > 100
    assert solvers.verify.solution(BILINEAR, {**data, "complete": True}).false


conditions = st.integers(2, 4).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(*[st.integers(-3, 3)] * size), max_size=1),
        st.lists(st.tuples(*[st.integers(-3, 3)] * size), max_size=3),
    )
)


@settings(max_examples=60)
@given(conditions)
def test_extreme_points_are_vertices(drawn):
    """Cut by one condition after the other, and by trying what is tight: the same points."""
    size, equal, at_least = drawn
    points = {probabilities(w) for w in extreme_points(size, equal, at_least)}
    assert points == set(Polytope(size, tuple(equal), tuple(at_least)).vertices)


def test_conditions_of_two_players_together():
    """Jakobsen, Sorensen & Conitzer (2016, Timeability of extensive-form games), Figure 3: on the
    two supports on which opposite players mix, only both conditions together rule all out."""
    n = 4
    tensors = [np.zeros((2,) * n, dtype=int) for _ in range(n)]
    for first in range(n):  # forwards first, then the player before it: both do by action 1
        second = (first - 1) % n
        cell = tuple(1 if k in (first, second) else slice(None) for k in range(n))
        tensors[first][cell] -= 100
        tensors[second][cell] += 101
    solution = solvers.solve(games.normal_form(*tensors), find="all")
    assert solution.complete and len(solution) == 2
    log = json.loads(json.dumps(solvers.proof_of(solution)))
    assert not solvers.verify.solution(solution.game, solution.to_json(), proof=log).on_trust


def test_the_distance_to_a_continuum():
    """Player 3 plays its second action, and player 2 nearly its first: of the two segments on which
    one of them does, and the third mixes, that of player 1 is nearest."""
    report = solvers.check([["1/2", "1/2"], ["9/10", "1/10"], [0, 1]], MINORITY)
    assert report.nearest.distance == F(1, 10) and report.nearest.index is None
    assert report.nearest.strategies == ((F(1, 2),) * 2, (1, 0), (0, 1))
    assert "one of infinitely many" in str(report)
    assert set(report.to_json()["nearest"]) == {"distance", "strategies"}
    on_it = solvers.check(report.nearest.strategies, MINORITY)
    assert on_it.holds and on_it.nearest.distance == 0
