"""Payoffs beyond every float, and beyond the digits that Python prints."""

import json
import random

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.numbers import parse_number
from gtlearn.solvers import check, dominance, read_solution, solve, verify

DIGITS = 400


def number(rng, digits):
    return parse_number(rng.choice(("", "-")) + "".join(rng.choices("123456789", k=digits)))


def integers(rng, digits):
    return number(rng, digits)


def ratios(rng, digits):
    return number(rng, digits) / abs(number(rng, digits))


def far_apart(rng, digits):
    return rng.choice((0, 1, 1, number(rng, digits), number(rng, 9) / 10**digits))


def huge(kind, shape, digits=DIGITS, seed=0):
    rng = random.Random(seed)
    tensors = [
        [[kind(rng, digits) for _ in range(shape[1])] for _ in range(shape[0])] for _ in range(2)
    ]
    return games.normal_form(*tensors, name=f"{kind.__name__} {shape[0]} x {shape[1]}")


GAMES = [
    games.load(f"1e{DIGITS} 2; 3 4", zero_sum=True),
    games.load(f"0,1 1e{DIGITS},0; 1,0 0,1e{DIGITS}"),
    huge(integers, (3, 3)),
    huge(integers, (5, 4)),
    huge(ratios, (2, 3)),
    huge(far_apart, (3, 4)),
    huge(far_apart, (2, 5), seed=1),
]

COMMITMENTS = [
    ("strong", "mixed"),
    ("strong", "pure"),
    ("strong", "correlated"),
    ("weak", "mixed"),
    ("weak", "pure"),
]


def reread(solution):
    """The solution's JSON, after a file."""
    return json.loads(json.dumps(solution.to_json()))


def in_floats_or_refused(game, **options):
    """Float answers within what they state, or a sentence that says why there is none."""
    try:
        solution = solve(game, arithmetic="float", **options)
    except InputError as error:
        assert "float" in str(error)
    else:
        str(solution)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
class TestEveryConcept:
    @pytest.mark.parametrize("concept", ["correlated", "coarse-correlated"])
    @pytest.mark.parametrize("objective", [None, "welfare", "fairness", "player:1"])
    def test_correlated(self, game, concept, objective):
        solution = solve(game, concept=concept, objective=objective)
        assert verify.solution(game, reread(solution)).false == ()
        assert check(reread(solution), game, concept).holds
        assert str(solution)
        if objective != "gini":
            in_floats_or_refused(game, concept=concept, objective=objective)

    @pytest.mark.parametrize("leader", [0, 1])
    @pytest.mark.parametrize(("ties", "commitment"), COMMITMENTS)
    def test_stackelberg(self, game, leader, ties, commitment):
        options = {"leader": leader, "ties": ties, "commitment": commitment}
        solution = solve(game, concept="stackelberg", **options)
        assert solution[0].gap == 0
        assert verify.solution(game, reread(solution)).false == ()
        assert str(solution)
        in_floats_or_refused(game, concept="stackelberg", **options)
        if commitment == "mixed":
            report = check(reread(solution), game, "stackelberg", leader=leader, ties=ties)
            assert report.stackelberg.value == solution[0].payoffs[leader]
            assert report.holds or not solution[0].attained
            assert str(report)

    @pytest.mark.parametrize("kind", ["strict", "weak"])
    def test_dominance(self, game, kind):
        result = dominance(game, kind)
        assert result.complete
        assert str(result)
        assert json.loads(json.dumps(result.to_json()))["kind"] == kind

    def test_check_of_no_equilibrium(self, game):
        uniform = [[f"1/{size}"] * size for size in game.shape]
        report = check(uniform, game)
        assert report.holds == (not any(report.regrets))
        assert str(report)
        assert json.dumps(report.to_json())


def test_types():
    stages = (huge(integers, (3, 3)), huge(ratios, (3, 3)))
    game = games.BayesianGame(
        "types", ("a", "b"), (parse_number("1/3"), parse_number("2/3")), stages
    )
    for method in ("dobss", "harsanyi"):
        solution = solve(game, concept="stackelberg", method=method)
        assert solution[0].gap == 0
        assert verify.solution(game, reread(solution)).false == ()


class TestMoreDigitsThanPythonPrints:
    """Python refuses to print or read integers of more than 4300 digits."""

    @staticmethod
    def pennies(digits):
        """A game whose only equilibrium is mixed."""
        a, b, c, d = (abs(number(random.Random(seed), digits)) for seed in range(4))
        return games.normal_form([[a, 0], [0, b]], [[0, c], [d, 0]])

    @pytest.mark.parametrize("kind", ["ratios", "pennies"])
    @pytest.mark.parametrize(
        "options",
        [
            {"find": "all"},
            {"concept": "correlated"},
            {"concept": "coarse-correlated"},
            {"concept": "stackelberg"},
            {"concept": "stackelberg", "ties": "weak"},
        ],
        ids=str,
    )
    def test_read_back(self, kind, options):
        game = huge(ratios, (2, 2), 5000) if kind == "ratios" else self.pennies(5000)
        solution = solve(game, **options)
        data = reread(solution)
        assert read_solution(data, game).to_json() == data
        assert verify.solution(game, data).false == ()
        assert str(solution)
        concept, ties = options.get("concept", "nash"), options.get("ties", "strong")
        for index in range(len(solution)):
            report = check(json.dumps(data), game, concept, index=index, ties=ties)
            assert report.holds or ties == "weak"
            assert json.dumps(report.to_json())
            assert str(report)

    def test_solutions_have_more_digits_than_games(self):
        game = self.pennies(40_000)
        data = reread(solve(game))
        assert max(map(len, data["solutions"][0]["payoffs"])) > 100_000
        assert verify.solution(game, data).false == ()


@pytest.mark.parametrize("seconds", ["1/2", 10**400])
def test_seconds_of_any_size_are_read_back(seconds):
    solution = solve("chicken")
    data = {**solution.to_json(), "seconds": seconds}
    assert read_solution(data, solution.game).seconds in (0.5, float("inf"))
