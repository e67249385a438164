"""Whole solutions re-checked: true ones pass, altered ones do not."""

import copy
from dataclasses import replace
from fractions import Fraction

import pytest

from gtlearn.errors import InputError
from gtlearn.games import families, load
from gtlearn.solvers import all_equilibria, one_equilibrium, solve, verify, zero_sum

TINY = Fraction(1, 10**12)


@pytest.mark.parametrize(
    "game",
    [
        load("kohlberg_mertens"),
        load("von_stengel_degenerate"),
        families.uniform(5, 6, seed=1),
        families.degenerate(4, 4, kind="duplicate", seed=1),
        families.zero_sum(6, 5, seed=1),
    ],
    ids=lambda game: game.name,
)
class TestTrue:
    def test_all_and_one(self, game):
        for solution in (all_equilibria(game), one_equilibrium(game)):
            assert verify.solution(game, solution).false == ()
            assert verify.solution(game, solution.to_json()).false == ()

    def test_floats_state_their_regrets(self, game):
        solution = solve(game, find="all", arithmetic="float")
        assert verify.solution(game, solution).false == ()
        assert verify.solution(game, solution.to_json()).false == ()

    @pytest.mark.parametrize("criterion", ["welfare", "entropy"])
    def test_selected(self, game, criterion):
        assert verify.solution(game, solve(game, select=criterion)).false == ()


def test_zero_sum():
    game = families.zero_sum(8, 9, seed=3)
    assert verify.solution(game, zero_sum(game)).false == ()


class TestAltered:
    game = load("battle_of_the_sexes")
    solution = all_equilibria(game)

    def altered(self, number, **changes):
        outcomes = list(self.solution.solutions)
        outcomes[number] = replace(outcomes[number], **changes)
        return replace(self.solution, solutions=tuple(outcomes))

    def test_a_strategy(self):
        third = Fraction(1, 3) + TINY
        found = verify.solution(
            self.game, self.altered(2, strategies=((1 - third, third), (third, 1 - third)))
        ).false
        assert any(line.startswith("solution 2: the regret of") for line in found)

    def test_a_payoff(self):
        found = verify.solution(self.game, self.altered(0, payoffs=(Fraction(2), 1 + TINY))).false
        assert len(found) == 1
        assert found[0].startswith("solution 0: the payoff of 'Column' is 1, not")

    def test_a_subset(self):
        whole = replace(
            self.solution.subsets[0],
            columns=((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))),
        )
        found = verify.solution(self.game, replace(self.solution, subsets=(whole,))).false
        assert found[0] == "subset 0: row 0 and column 1 are no solution"

    def test_of_another_game(self):
        assert verify.solution(load("chicken"), self.solution).false
        assert verify.solution(load("matching_pennies"), self.solution).false

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (["schema"], "gtlearn/solution/2"),
            (["solutions"], None),
            (["solutions"], [None]),
            (["solutions", 0, "certificate"], None),
            (["solutions", 0, "strategies"], None),
            (["solutions", 0, "strategies"], [["1", "0"], ["x", "0"]]),
            (["components"], 3),
            (["subsets"], "all"),
        ],
    )
    def test_json_of_the_wrong_form(self, path, value):
        data = copy.deepcopy(self.solution.to_json())
        place = data
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with pytest.raises(InputError):
            verify.solution(self.game, data)

    @pytest.mark.parametrize("key", ["schema", "concept", "method", "solutions", "status"])
    def test_json_that_lacks_a_part(self, key):
        data = self.solution.to_json()
        del data[key]
        with pytest.raises(InputError, match=key):
            verify.solution(self.game, data)
