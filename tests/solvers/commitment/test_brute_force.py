"""Small games against brute force: every vertex of every best-response region, in Fractions."""

from fractions import Fraction
from itertools import combinations, product

import flint
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from gtlearn.games import BayesianGame, normal_form
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers.verify.commitment import commitment, commitment_values


def vertices(constraints, m):
    """The vertices of {x in the simplex: c x >= 0 for all c}."""
    rows = [*constraints, *([int(i == k) for k in range(m)] for i in range(m))]
    found = set()
    for tight in combinations(rows, m - 1):
        entries = [flint.fmpq(*_pq(v)) for row in (*tight, [1] * m) for v in row]
        matrix = flint.fmpq_mat(m, m, entries)
        if matrix.det() == 0:
            continue
        right = flint.fmpq_mat(m, 1, [0] * (m - 1) + [1])
        point = tuple(Fraction(int(v.p), int(v.q)) for v in matrix.solve(right).entries())
        if all(dot(row, point) >= 0 for row in rows):
            found.add(point)
    return found


def _pq(value):
    fraction = Fraction(value)
    return fraction.numerator, fraction.denominator


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def columns(table):
    return list(zip(*table, strict=True))


def minus(a, b):
    return [x - y for x, y in zip(a, b, strict=True)]


def strong_value(leader, follower):
    best = None
    for j, mine in enumerate(columns(follower)):
        region = [minus(mine, other) for k, other in enumerate(columns(follower)) if k != j]
        for point in vertices(region, len(leader)):
            earned = dot(columns(leader)[j], point)
            best = earned if best is None or earned > best else best
    return best


def centre(points):
    return [sum(p) / Fraction(len(points)) for p in zip(*points, strict=True)]


def weak_value(leader, follower):
    """The supremum and whether it is attained, by the geometry of all tie patterns."""
    own, other, m = columns(leader), columns(follower), len(leader)
    values = []
    for j in range(len(other)):
        group = [k for k in range(len(other)) if other[k] == other[j]]
        region = [minus(other[j], other[k]) for k in range(len(other)) if k not in group]
        points = vertices(region, m)
        if not points:
            continue
        middle = centre(points)
        if any(dot(row, middle) == 0 for row in region):
            continue  # the region has no inside
        # the least of several linear functions is largest at a vertex of where they cross
        for a, b in combinations(group, 2):
            points |= _arrangement(region, [minus(own[a], own[b])], m)
        if len(group) > 2:
            crossings = [minus(own[a], own[b]) for a, b in combinations(group, 2)]
            points |= _arrangement(region, crossings, m)
        values.append(max(min(dot(own[k], p) for k in group) for p in points))
    value = max(values)
    return value, _attained(own, other, m, value)


def _arrangement(region, crossings, m):
    """The vertices of the cells into which `crossings` cut a region."""
    points = set()
    for signs in product((1, -1), repeat=len(crossings)):
        signed = [[s * v for v in c] for s, c in zip(signs, crossings, strict=True)]
        points |= vertices([*region, *signed], m)
    return points


def _attained(own, other, m, value):
    n = len(other)
    for size in range(1, n + 1):
        for tied in combinations(range(n), size):
            first = tied[0]
            rows = [minus(other[first], other[k]) for k in range(n) if k != first]
            rows += [minus(other[k], other[first]) for k in tied[1:]]
            rows += [[v - value for v in own[k]] for k in tied]
            points = vertices(rows, m)
            if not points:
                continue
            pays = [dot(column, centre(points)) for column in other]
            if [k for k in range(n) if pays[k] == max(pays)] == list(tied):
                return True
    return False


def tables(m, n, high):
    return st.lists(st.lists(st.integers(0, high), min_size=n, max_size=n), min_size=m, max_size=m)


@st.composite
def bimatrices(draw, actions=3, high=3):
    m, n = draw(st.integers(1, actions)), draw(st.integers(1, actions))
    top = draw(st.integers(1, high))
    return draw(tables(m, n, top)), draw(tables(m, n, top))


@given(bimatrices())
@settings(max_examples=150, deadline=None)
def test_strong_value(pair):
    outcome = stackelberg(normal_form(*pair))[0]
    assert outcome.payoffs[0] == strong_value(*pair)


@given(bimatrices())
@settings(max_examples=150, deadline=None)
def test_weak_value_and_whether_it_is_attained(pair):
    game = normal_form(*pair)
    solution = stackelberg(game, ties="weak")
    assert solution[0].gap == 0
    value, attained = weak_value(*pair)
    assert (solution[0].payoffs[0], solution[0].attained) == (value, attained)


@given(bimatrices(actions=4, high=9))
@settings(max_examples=60, deadline=None)
def test_larger_payoffs(pair):
    outcome = stackelberg(normal_form(*pair))[0]
    assert outcome.payoffs[0] == strong_value(*pair)


@given(bimatrices(), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_grid_earns_more(pair, steps):
    game = normal_form(*pair)
    strong, weak = stackelberg(game)[0].payoffs[0], stackelberg(game, ties="weak")[0].payoffs[0]
    m = len(pair[0])
    for counts in product(range(steps + 1), repeat=m):
        if sum(counts) == steps:
            mix = [Fraction(c, steps) for c in counts]
            _, best, worst = commitment_values(game, 0, mix)
            assert best <= strong
            assert worst <= weak


@given(bimatrices())
@settings(max_examples=60, deadline=None)
def test_a_supremum_is_approached(pair):
    game = normal_form(*pair)
    outcome = stackelberg(game, ties="weak")[0]
    if outcome.attained:
        assert commitment_values(game, 0, outcome.strategies[0])[2] == outcome.payoffs[0]
        return
    inside, limit = outcome.certificate.evidence["interior"], outcome.strategies[0]
    for step in (Fraction(1, 10), Fraction(1, 10**6)):
        mix = [(1 - step) * a + step * b for a, b in zip(limit, inside, strict=True)]
        assert outcome.payoffs[0] - commitment_values(game, 0, mix)[2] <= step * 9


@given(bimatrices(), st.sampled_from(["strong", "weak"]))
@settings(max_examples=60, deadline=None)
def test_pure_commitment(pair, ties):
    game = normal_form(*pair)
    outcome = stackelberg(game, commitment="pure", ties=ties)[0]
    m = len(pair[0])
    place = 1 if ties == "strong" else 2
    values = [commitment_values(game, 0, [int(i == k) for k in range(m)])[place] for i in range(m)]
    assert outcome.payoffs[0] == max(values)


@st.composite
def bayesian_games(draw):
    m, count = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    members = []
    for _ in range(count):
        n = draw(st.integers(1, 3))
        members.append(normal_form(draw(tables(m, n, 4)), draw(tables(m, n, 4))))
    weights = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    weights[0] += 1
    prior = tuple(Fraction(w, sum(weights)) for w in weights)
    return BayesianGame("b", tuple(map(str, range(count))), prior, tuple(members))


def harsanyi(game):
    """The normal form in which the follower picks one action a type before it learns its type."""
    sizes = [g.shape[1] for g in game.games]
    profiles = list(product(*map(range, sizes)))
    tables = []
    for player in (0, 1):
        tables.append(
            [
                [
                    sum(
                        p * g.payoff(player, (i, j))
                        for p, g, j in zip(game.prior, game.games, profile, strict=True)
                    )
                    for profile in profiles
                ]
                for i in range(game.games[0].shape[0])
            ]
        )
    return normal_form(*tables)


@given(bayesian_games())
@settings(max_examples=80, deadline=None)
def test_bayesian_value_is_that_of_the_harsanyi_transformation(game):
    solution = stackelberg(game)
    assert solution[0].gap == 0
    assert solution[0].payoffs[0] == stackelberg(harsanyi(game))[0].payoffs[0]
    for ties in ("strong", "weak"):
        pure = stackelberg(game, commitment="pure", ties=ties)[0]
        expected = stackelberg(harsanyi(game), commitment="pure", ties=ties)[0]
        if all(game.prior):  # a type of probability zero may answer anything there
            assert pure.payoffs[0] == expected.payoffs[0]


@pytest.mark.parametrize("seed", range(3))
def test_every_outcome_passes_the_independent_check(seed):
    import numpy as np

    rng = np.random.default_rng(seed)
    game = normal_form(rng.integers(0, 4, (6, 7)), rng.integers(0, 4, (6, 7)))
    for options in ({}, {"ties": "weak"}, {"commitment": "pure"}, {"commitment": "correlated"}):
        for leader in (0, 1):
            assert commitment(game, stackelberg(game, leader=leader, **options)[0]) == ()
