"""`solve`, the one verb, for Nash equilibria: options, provenance, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, load
from gtlearn.solvers import Solution, all_equilibria, one_equilibrium, solve, verify


class TestNash:
    def test_one_by_default(self):
        solution = solve("von_stengel")
        assert isinstance(solution, Solution)
        assert (len(solution), solution.concept, solution.status) == (1, "nash", "ok")
        assert solution.arithmetic == "rational"
        assert not solution.complete  # one was asked for, and there may be others
        assert solution[0].strategies == one_equilibrium(load("von_stengel"))[0].strategies

    def test_all(self):
        solution = solve("von_stengel", find="all")
        assert solution.method == "vertex enumeration"
        assert solution.complete
        assert [e.strategies for e in solution] == [
            e.strategies for e in all_equilibria(load("von_stengel"))
        ]

    @pytest.mark.parametrize(
        "source",
        [
            "3,3 0,5; 5,0 1,1",
            [[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
            (np.array([[3, 0], [5, 1]]), np.array([[3.0, 5.0], [0.0, 1.0]])),
            "matrix_pd",
        ],
    )
    def test_any_source(self, source):
        assert solve(source, find="all")[0].strategies == ((0, 1), (0, 1))

    @pytest.mark.parametrize("find", ["one", "all"])
    def test_floats_are_rounded_and_not_called_exact(self, find):
        game = families.uniform(4, 4, seed=3)
        exact, floats = solve(game, find=find), solve(game, find=find, arithmetic="float")
        assert floats.arithmetic == "float"
        assert len(floats) == len(exact)
        for ours, rounded in zip(exact, floats, strict=True):
            assert all(isinstance(p, float) for s in rounded.strategies for p in s)
            assert np.allclose(
                np.concatenate([np.array(s, dtype=float) for s in ours.strategies]),
                np.concatenate(rounded.strategies),
                atol=1e-15,
            )
            assert not rounded.certificate.verified
            assert rounded.certificate.arithmetic == "float"
            assert max(rounded.certificate.evidence["regrets"]) < 1e-9

    def test_it_says_how_floats_were_read(self):
        solution = solve([[[0.1, 0], [0, 1]], [[1, 0], [0, 1]]])
        assert solution.notes == ("float payoffs taken as the exact binary values that they hold",)
        assert solve([[["0.1", 0], [0, 1]], [[1, 0], [0, 1]]]).notes == ()

    def test_to_numpy_and_fractions(self):
        solution = solve("aumann_chicken", find="all")
        third = Fraction(1, 3)
        assert solution.to_fractions(2) == [[2 * third, third]] * 2
        assert [v.tolist() for v in solution.to_numpy(2)] == [[2 / 3, 1 / 3]] * 2
        assert [e.index for e in solution] == [1, 1, -1]
        assert len(list(solution)) == len(solution) == 3

    @pytest.mark.parametrize("method", ["pure", "lemke-howson", "barrier", "small-supports"])
    def test_a_method_is_passed_on(self, method):
        expected = one_equilibrium(load("chicken"), method=method)
        solution = solve("chicken", method=method)
        assert solution.method == expected.method
        assert [e.strategies for e in solution] == [e.strategies for e in expected]

    def test_progress(self):
        said = []
        solve("von_stengel", find="all", progress=lambda done, what: said.append((done, what)))
        assert [done for done, _ in said] == [None, 0.5]
        assert all("polytope" in what or "answer" in what for _, what in said)

    @pytest.mark.parametrize("name", ["prisoners_dilemma", "chicken", "stag_hunt", "deadlock"])
    def test_every_certificate_is_verified(self, name):
        for find in ("one", "all"):
            for outcome in solve(name, find=find):
                assert outcome.certificate.kind == "nash"
                assert outcome.certificate.verified
                assert verify.regrets(load(name), outcome.strategies) == (0, 0)


class TestOtherConcepts:
    """One door to all; what each returns is tested beside its solver."""

    @pytest.mark.parametrize("concept", ["stackelberg", "correlated", "coarse-correlated"])
    def test_concept(self, concept):
        solution = solve("chicken", concept)
        assert solution.concept == concept
        assert solution[0].certificate.verified

    def test_three_players(self):
        game = families.dispersion(3, 2, seed=1)
        assert len(solve(game, "correlated")) == 1
        assert len(solve(game)) == len(solve(game, select="welfare")) == 1


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"concept": "nahs"}, "'nahs' is no concept; did you mean nash"),
            ({"concept": "stackleberg"}, "did you mean stackelberg"),
            ({"concept": "xyz"}, "use nash, subgame-perfect, stackelberg, correlated or"),
            ({"find": "al"}, "'al' is no find; did you mean all"),
            ({"find": "every"}, "use one or all"),
            ({"arithmetic": "exat"}, "did you mean exact"),
            ({"select": "welfair"}, "did you mean welfare"),
            ({"method": "simplex"}, "'simplex' is no method"),
            ({"method": "zero-sum"}, "not a two-player zero-sum game"),
            ({"time_limit": 0}, "time_limit is 0; give a positive number of seconds"),
            ({"time_limit": -1}, "time_limit is -1"),
            ({"time_limit": float("nan")}, "time_limit is nan"),
            ({"memory_limit": 0}, "memory_limit is 0; give a positive number of bytes"),
        ],
    )
    def test_options(self, options, message):
        with pytest.raises(InputError, match=message) as raised:
            solve("chicken", **options)
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize(
        "source", ["chiken", "1 2; 3", [[[1, float("nan")]], [[1, 2]]], 7, "", [[[1]]]]
    )
    def test_sources(self, source):
        with pytest.raises(InputError):
            solve(source)

    def test_bayesian(self):
        for concept in ("nash", "correlated"):
            with pytest.raises(InputError, match="is a Bayesian game"):
                solve("security_bayesian", concept)
