"""Supports that are closed by counting all complex solutions of their conditions."""

import itertools
import json
from math import prod

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers._multiplayer import enumeration
from gtlearn.solvers._multiplayer.classes import float_payoffs, support_classes
from gtlearn.solvers._multiplayer.counted import counted
from gtlearn.solvers._multiplayer.homotopy import Paths, number_of_roots
from gtlearn.solvers.verify.counted_roots import most_solutions


def random_game(seed, shape, largest=9999):
    random = np.random.default_rng(seed)
    return games.normal_form(*(random.integers(0, largest + 1, shape) for _ in shape))


def full_support(game):
    """The class of the support of all actions."""
    return list(support_classes(float_payoffs(game)))[-1]


@pytest.fixture
def only_counting(monkeypatch):
    """No support is closed by regions that is not closed at once."""
    monkeypatch.setattr(enumeration, "_BUDGETS", (0, 0, 0, 0))


def as_json(solution):
    return json.loads(json.dumps(solution.to_json()))


def log_of(solution):
    return json.loads(json.dumps(solvers.proof_of(solution)))


@pytest.mark.parametrize(
    ("sizes", "roots"),
    [
        ((2, 2, 2), 2),
        ((2,) * 4, 9),
        ((2,) * 5, 44),
        ((2,) * 6, 265),
        ((3, 3, 3), 10),
        ((4, 4, 4), 56),
        ((5, 5, 5), 346),
        ((2, 1, 2, 2), 2),
        ((4, 2, 2), 0),
    ],
)
def test_the_bound(sizes, roots):
    """Derangements for two actions, Franel numbers for three players (McKelvey & McLennan)."""
    assert number_of_roots(sizes) == most_solutions(sizes) == roots


@pytest.mark.parametrize("sizes", [(3, 2, 2), (3, 3, 2), (2, 2, 2, 2)])
def test_the_bound_counts_assignments(sizes):
    """Each condition of a player is assigned to another player, who takes one for each unknown."""
    owners = [k for k, size in enumerate(sizes) for _ in range(size - 1)]
    wanted = [size - 1 for size in sizes]
    every = itertools.product(range(len(sizes)), repeat=len(owners))
    count = sum(
        all(to != own for to, own in zip(assigned, owners, strict=True))
        and [assigned.count(k) for k in range(len(sizes))] == wanted
        for assigned in every
    )
    assert number_of_roots(sizes) == count == len(Paths(sizes, 0).starts)


@pytest.mark.parametrize("shape", [(3, 3, 3), (2, 2, 2, 2), (3, 2, 2), (4, 3, 3)])
@pytest.mark.parametrize("seed", [1, 2])
def test_all_roots_of_the_full_support(shape, seed):
    supports = full_support(random_game(seed, shape))
    ((place, every),) = counted(supports)
    assert place == 0
    assert len(every.entry[1]) == number_of_roots(shape)


def test_a_continuum_is_not_counted():
    """(y - 1/2)(z - 1/2) = 0 for each two of three players: two at 1/2, and the third anything."""
    signs = np.array([1, -1])
    same = np.einsum("i,j,k->ijk", signs, signs, signs)
    game = games.normal_form(same, same, same)
    assert list(counted(full_support(game))) == []
    assert not solvers.solve(game, find="all").complete


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 3, 2), (2, 2, 2, 2), (3, 3, 3)])
def test_counting_and_dividing_agree(shape, seed, monkeypatch):
    game = random_game(seed, shape)
    divided = solvers.solve(game, find="all")
    monkeypatch.setattr(enumeration, "_BUDGETS", (0, 0, 0, 0))
    by_count = solvers.solve(game, find="all")
    assert by_count.complete and divided.complete
    assert [e.strategies for e in by_count] == [e.strategies for e in divided]
    pairs = zip(by_count, divided, strict=True)
    assert all(one.index in (None, other.index) for one, other in pairs)  # None: from polytopes


@pytest.mark.parametrize("shape", [(2, 2, 2, 2), (3, 3, 2)])
def test_the_log_is_replayed(shape, only_counting):
    game = random_game(2, shape)
    solution = solvers.solve(game, find="all")
    log = log_of(solution)
    assert any(entries[0][0] == "count" for _, entries in log["supports"])
    report = solvers.verify.solution(game, as_json(solution), proof=log)
    assert not report.false and not report.on_trust


def mutants(entry):
    """Polydiscs that prove nothing, or too little."""
    kind, every = entry
    assert kind == "count"
    yield [kind, every[1:]]  # one is missing
    yield [kind, [every[1], *every[1:]]]  # one stands twice
    for player, (unit, radius, centre) in enumerate(every[0]):
        if centre:
            (real, imag), *rest = centre
            for changed in (
                [unit, 0, centre],
                [unit, 2**43, centre],  # half: too large for one solution
                [unit, radius, [[real + 2**40, imag], *rest]],
                [unit, radius, [[real, imag + 2**40], *rest]],
                [unit, radius, rest],
            ):
                first = [*every[0][:player], changed, *every[0][player + 1 :]]
                yield [kind, [first, *every[1:]]]


def test_false_logs_are_refused(only_counting):
    game = random_game(2, (2, 2, 2, 2))
    solution = solvers.solve(game, find="all")
    data, log = as_json(solution), log_of(solution)
    place = max(
        (k for k, (_, entries) in enumerate(log["supports"]) if entries[0][0] == "count"),
        key=lambda k: len(log["supports"][k][1][0][1]),
    )
    supports, (entry,) = log["supports"][place]
    for mutant in mutants(entry):
        log["supports"][place] = [supports, [mutant]]
        report = solvers.verify.solution(game, data, proof=log)
        assert report.false or report.on_trust, mutant


def test_an_equilibrium_that_is_left_out_is_missed(only_counting):
    """A solution that is counted, and may be an equilibrium, must be in the list."""
    game = next(
        g
        for g in (random_game(seed, (2, 2, 2)) for seed in itertools.count())
        if any(prod(len(s) - s.count(0) for s in e.strategies) == 8 for e in all_of(g))
    )
    solution = solvers.solve(game, find="all")
    log = log_of(solution)
    data = as_json(solution)
    place = next(
        k for k, e in enumerate(solution) if all(0 not in strategy for strategy in e.strategies)
    )
    del data["solutions"][place]
    report = solvers.verify.solution(game, data, proof=log)
    assert report.false or report.on_trust


def all_of(game):
    return solvers.solve(game, find="all")


@pytest.mark.parametrize("shape", [(3, 3, 2), (2, 2, 2, 2)])
def test_workers_give_the_same_answer(shape):
    game = random_game(3, shape)
    one, two = (as_json(solvers.solve(game, find="all", workers=n)) for n in (1, 2))
    del one["seconds"], two["seconds"]
    assert one == two


def test_workers_give_the_same_answer_by_counting(only_counting):
    game = random_game(3, (2, 2, 2, 2))
    one, two = (as_json(solvers.solve(game, find="all", workers=n)) for n in (1, 2))
    del one["seconds"], two["seconds"]
    assert one == two


def test_limits_hold_for_workers():
    game = random_game(1, (5, 5, 5))
    solution = solvers.solve(game, find="all", workers=2, time_limit=0.5)
    assert solution.status == "time_limit" and not solution.complete


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2"])
def test_bad_numbers_of_workers(workers):
    with pytest.raises(InputError, match="cannot be used as workers"):
        solvers.solve(random_game(0, (2, 2, 2)), find="all", workers=workers)


def test_workers_where_there_is_nothing_to_share():
    with pytest.raises(InputError, match="three players and more"):
        solvers.solve("matching_pennies", find="all", workers=2)
    with pytest.raises(InputError, match="three players and more"):
        solvers.solve(random_game(0, (2, 2, 2)), workers=2)


def test_singular_conditions_are_replayed():
    """Where a player mixes more actions than the others together can make up for, the derivatives
    of the conditions are singular everywhere, and their inverse is that of noise."""
    game = random_game(3, (2, 2, 4))
    solution = solvers.solve(game, find="all")
    report = solvers.verify.solution(game, as_json(solution), proof=log_of(solution))
    assert not report.false and not report.on_trust
