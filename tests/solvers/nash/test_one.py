"""One equilibrium: the methods, what they say, and hard games."""

import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, load, normal_form
from gtlearn.solvers import all_equilibria, one_equilibrium, verify
from gtlearn.solvers._nash import pure_equilibria
from gtlearn.solvers._nash.lemke_howson import path_equilibrium
from gtlearn.solvers._nash.supports import two_by_two_supports

METHODS = {
    "pure": "pure best responses",
    "zero-sum": "zero-sum linear program",
    "small-supports": "two-by-two supports",
    "lemke-howson": "Lemke-Howson",
    "barrier": "log-barrier path",
}


class TestWhichMethodRuns:
    @pytest.mark.parametrize(
        ("game", "method"),
        [
            ("prisoners_dilemma", "pure"),
            ("matching_pennies", "zero-sum"),
            ("shapley", "lemke-howson"),
        ],
    )
    def test_the_cheapest_that_finds_one(self, game, method):
        solution = one_equilibrium(load(game))
        assert solution.method == METHODS[method]
        assert (solution.status, solution.arithmetic) == ("ok", "rational")
        assert solution.complete == (method != "lemke-howson")  # where it is shown to be the only
        assert solution.seconds > 0

    @pytest.mark.parametrize(("method", "name"), METHODS.items())
    def test_a_forced_method_is_the_one_that_ran(self, method, name):
        game = normal_form([[1, 1], [1, 1]], [[0, 0], [0, 0]], name="flat")
        solution = one_equilibrium(game, method=method)
        assert solution.method == name
        for outcome in solution:
            assert verify.is_nash(game, outcome.strategies)

    def test_progress_names_the_methods(self):
        said = []
        one_equilibrium(load("shapley"), progress=lambda done, what: said.append((done, what)))
        assert said[0] == (None, METHODS["pure"])
        assert said[-1] == (None, METHODS["lemke-howson"])

    @pytest.mark.parametrize("method", ["pure", "small-supports"])
    def test_nothing_found_has_a_reason(self, method):
        solution = one_equilibrium(load("shapley"), method=method)
        assert len(solution) == 0
        assert solution.status == "ok"
        (note,) = solution.notes
        assert METHODS[method] in note
        assert "drop method" in note


class TestBadInput:
    def test_unknown_method(self):
        with pytest.raises(InputError, match=r"'simplex' is no method.*use zero-sum, pure"):
            one_equilibrium(load("shapley"), method="simplex")

    def test_three_players(self):
        game = families.dispersion(3, 2)
        with pytest.raises(InputError, match=r"3 players.*use concept=.correlated"):
            one_equilibrium(game)

    def test_zero_sum_of_another_game(self):
        with pytest.raises(InputError, match="not a two-player zero-sum game"):
            one_equilibrium(load("prisoners_dilemma"), method="zero-sum")

    @pytest.mark.parametrize("label", [-1, 5, 99])
    def test_no_such_label(self, label):
        with pytest.raises(InputError, match="use 0 to 4"):
            path_equilibrium(load("von_stengel"), label)


class TestHardFamilies:
    @pytest.mark.parametrize("method", [None, "lemke-howson"])
    @pytest.mark.parametrize(
        "game",
        [
            families.covariant(60, 60, rho=-0.9, seed=1),
            families.covariant(25, 60, rho=-1.0, seed=2),
            families.ranking(40, seed=1),
            families.sgc(10, shuffle=1, seed=1),
            families.unit_vector(50, 50, seed=1),
            families.dispersion(2, 40, seed=1),
            *(families.degenerate(40, 40, kind=k, seed=1) for k in families.DEGENERATE_KINDS),
        ],
        ids=lambda game: getattr(game, "name", game),
    )
    def test_certified(self, game, method):
        solution = one_equilibrium(game, method=method, time_limit=60)
        assert verify.regrets(game, solution[0].strategies) == (0, 0)
        assert solution[0].certificate.verified

    def test_the_barrier_finds_sgc(self):
        game = families.sgc(6, shuffle=1, seed=4)
        solution = one_equilibrium(game, method="barrier")
        assert verify.is_nash(game, solution[0].strategies)


class TestPure:
    def test_three_players(self):
        # whoever is alone on an action gets its worth, so that nobody shares with two others
        game = families.dispersion(3, 3, seed=1)
        expected = []
        for profile in [(a, b, c) for a in range(3) for b in range(3) for c in range(3)]:
            payoffs = [game.payoff(k, profile) for k in range(3)]
            best = [
                max(game.payoff(k, (*profile[:k], a, *profile[k + 1 :])) for a in range(3))
                for k in range(3)
            ]
            if payoffs == best:
                expected.append(profile)
        assert pure_equilibria(game) == expected

    def test_in_row_major_order(self):
        assert pure_equilibria(normal_form([[0, 0], [0, 0]], [[0, 0], [0, 0]])) == [
            (0, 0),
            (0, 1),
            (1, 0),
            (1, 1),
        ]


class TestSmallSupports:
    @pytest.mark.parametrize("seed", range(40))
    def test_found_exactly_where_there_is_one(self, seed):
        game = families.covariant(4, 5, rho=-0.8, seed=seed)
        there_is = any(
            [sum(p > 0 for p in s) for s in e.strategies] == [2, 2] for e in all_equilibria(game)
        )
        first, second = (tensor.numerators for tensor in game.payoffs)
        assert (two_by_two_supports(first, second) is not None) == there_is

    def test_payoffs_that_could_overflow_are_left_to_other_methods(self):
        big = 2**40
        game = normal_form([[big, 0], [0, big]], [[0, big], [big, 0]])
        assert one_equilibrium(game, method="small-supports").notes
        assert one_equilibrium(game)[0].payoffs == (big // 2, big // 2)
