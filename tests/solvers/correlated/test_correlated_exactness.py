"""Certificates, awkward numbers, limits and bad input."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers._correlated import coarse_correlated, correlated
from gtlearn.solvers._nash import pure_equilibria
from gtlearn.solvers.verify.correlated import violations

F = Fraction
CHICKEN = games.normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]])
OBJECTIVES = ("welfare", "fairness", "player:0", "gini")


def random_game(shape, seed, high=100):
    return games.normal_form(*np.random.default_rng(seed).integers(0, high, (len(shape), *shape)))


def altered(found, **evidence):
    certificate = found.certificate
    return replace(
        found, certificate=replace(certificate, evidence={**certificate.evidence, **evidence})
    )


@pytest.mark.parametrize("solver", [correlated, coarse_correlated])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_tampered_certificates_are_refused(solver, objective):
    game = random_game((3, 3, 2), 1)
    found = solver(game, objective=objective)[0]
    evidence = found.certificate.evidence
    assert violations(game, found) == []
    assert violations(game, replace(found, value=found.value + 1))
    assert violations(game, replace(found, payoffs=(found.payoffs[0] + 1, *found.payoffs[1:])))
    assert violations(game, altered(found, bound=evidence["bound"] - F(1, 10**9)))
    assert violations(game, altered(found, weights=(F(2), *evidence["weights"][1:])))
    if evidence["multipliers"]:
        assert violations(game, altered(found, multipliers={}))
        negative = {key: -m for key, m in evidence["multipliers"].items()}
        assert violations(game, altered(found, multipliers=negative))
    shifted = dict(found.distribution)
    first = next(iter(shifted))
    shifted[first] -= F(1, 10**12)
    assert violations(game, replace(found, distribution=shifted))


def test_a_profile_that_is_no_equilibrium_is_refused():
    found = correlated(games.load("prisoners_dilemma"))[0]
    cooperate = replace(found, distribution={(0, 0): F(1)})
    assert "gains" in violations(games.load("prisoners_dilemma"), cooperate)[0]
    for bad in ({(0, 5): F(1)}, {(0,): F(1)}, {(1, 1): F(-1), (0, 0): F(2)}, {(1, 1): 1.0}, {}):
        assert violations(games.load("prisoners_dilemma"), replace(found, distribution=bad))


def test_payoffs_of_different_denominators():
    game = games.normal_form([["6/7", "2/7"], [1, 0]], [["6/11", "7/11"], ["2/11", 0]])
    found = correlated(game)[0]
    assert found.value == F(21, 4) / 7 + F(21, 4) / 11
    assert correlated(game, objective="gini")[0].value == F(25, 34)
    fair = correlated(game, objective="fairness")[0]
    assert fair.value == min(fair.payoffs)
    assert violations(game, fair) == []


@pytest.mark.parametrize("solver", [correlated, coarse_correlated])
def test_payoffs_from_a_billionth_to_a_billion(solver):
    """Where floats lose all: HiGHS's basis is refined, or repaired by exact pivots."""
    rng = np.random.default_rng(5)
    for shape in ((3, 3), (3, 3, 2), (5, 5)):
        tables = [
            np.array(
                [
                    F(int(a), 10**9) * 10 ** int(e)
                    for a, e in zip(
                        rng.integers(-9, 10, np.prod(shape)),
                        rng.integers(0, 19, np.prod(shape)),
                        strict=True,
                    )
                ],
                dtype=object,
            ).reshape(shape)
            for _ in shape
        ]
        game = games.normal_form(*tables)
        for objective in OBJECTIVES:
            found = solver(game, objective=objective)[0]
            assert violations(game, found) == []


def test_float_payoffs_are_exact_binary_numbers():
    rng = np.random.default_rng(3)
    game = games.normal_form(*rng.normal(size=(2, 4, 4)))
    solution = correlated(game)
    assert violations(game, solution[0]) == []
    assert solution.notes == ("float payoffs taken as the exact binary values that they hold",)


@pytest.mark.parametrize("solver", [correlated, coarse_correlated])
@pytest.mark.parametrize("objective", ["welfare", "fairness", "player:1", None])
def test_float_arithmetic_says_so(solver, objective):
    game = random_game((4, 4, 3), 2)
    solution = solver(game, objective=objective, arithmetic="float")
    (found,) = solution
    assert solution.arithmetic == found.certificate.arithmetic == "float"
    assert not solution.complete
    assert found.certificate.verified
    assert found.certificate.evidence["gain"] <= 1e-7 * 99
    if objective is not None:
        exact = solver(game, objective=objective)[0].value
        assert found.value == pytest.approx(float(exact), abs=1e-5)
    assert isinstance(found.payoffs[0], float)


def test_a_lone_action_and_constant_payoffs():
    for shape in ((1, 1), (1, 3), (2, 1, 2)):
        game = games.normal_form(*[np.full(shape, 7)] * len(shape))
        for objective in (*OBJECTIVES, None):
            for solver in (correlated, coarse_correlated):
                assert solver(game, objective=objective)[0].payoffs == (7,) * len(shape)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_time_limit_returns_a_pure_equilibrium(objective):
    game = random_game((8, 8, 8), 0)
    solution = correlated(game, objective=objective, time_limit=1e-9)
    assert len(solution) == min(len(pure_equilibria(game)), 1)
    assert (solution.status, solution.complete) == ("time_limit", False)
    assert "time limit" in solution.notes[-1]
    for found in solution:
        assert len(found.distribution) == 1
        assert violations(game, found) == []


def test_time_limit_without_a_pure_equilibrium_is_empty_with_a_reason():
    solution = correlated(games.load("matching_pennies"), time_limit=1e-9)
    assert (len(solution), solution.status) == (0, "time_limit")
    assert "time limit was reached: no equilibrium was found" in solution.notes[-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"objective": "utility"}, "choose welfare, fairness, gini"),
        ({"objective": "player:2"}, "choose player:0 to player:1"),
        ({"objective": "player:-1"}, "is not known"),
        ({"objective": "player:"}, "is not known"),
        ({"objective": 3}, "is not known"),
        ({"arithmetic": "double"}, "choose exact or float"),
        ({"objective": "gini", "arithmetic": "float"}, "exactly only"),
    ],
)
def test_unknown_options(options, words):
    for solver in (correlated, coarse_correlated):
        with pytest.raises(InputError, match=words):
            solver(CHICKEN, **options)


def test_a_huge_game_is_refused_at_once():
    table = np.zeros((300, 300), dtype=int)
    with pytest.raises(InputError, match="give a smaller game"):
        correlated(games.normal_form(table, table))


def test_progress_is_told():
    told = []
    correlated(CHICKEN, progress=lambda done, text: told.append((done, text)))
    assert told
    assert all(done is None and text for done, text in told)


def test_the_solution_prints_and_converts():
    solution = correlated(CHICKEN)
    assert "21/2" in str(solution)
    found = solution.to_json()["solutions"][0]
    assert found["value"] == "21/2"
    certificate = found["certificate"]
    assert certificate["bound"] == "21/2"
    read_back = {key: certificate[key] for key in ("bound", "weights", "multipliers")}
    assert violations(CHICKEN, altered(solution[0], **read_back)) == []
    read_back["multipliers"] = read_back["multipliers"][:-1]
    assert violations(CHICKEN, altered(solution[0], **read_back))


@pytest.mark.parametrize("game", ["security_bayesian", None])
def test_something_else_than_a_normal_form_game(game):
    with pytest.raises(InputError, match=r"correlated is for a normal-form game|is no game"):
        correlated(game)


def test_wolfes_method_alone_agrees(monkeypatch):
    """Without the floats' guess the same equilibrium comes out."""
    import sys

    module = sys.modules["gtlearn.solvers._correlated.gini"]
    cases = [random_game(shape, seed, 5) for seed, shape in enumerate([(3, 3), (2, 2, 2), (4, 3)])]
    expected = [correlated(game, objective="gini")[0].distribution for game in cases]
    monkeypatch.setattr(module._Projection, "broken", lambda self, point: True)
    for game, distribution in zip(cases, expected, strict=True):
        assert correlated(game, objective="gini")[0].distribution == distribution
