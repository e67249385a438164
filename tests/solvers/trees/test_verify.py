"""What `verify` says of solutions of trees that were changed."""

import copy
import json

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError

ENTRY = """EFG 2 R "Entry" { "Entrant" "Incumbent" } ""
p "" 1 1 "market" { "out" "in" } 0
t "" 1 "" { 0, 2 }
p "" 2 1 "entry" { "fight" "accommodate" } 0
t "" 2 "" { -1, -1 }
t "" 3 "" { 1, 1 }
"""


@pytest.fixture
def game():
    return games.loads(ENTRY, "efg")


def false(game, data):
    return solvers.verify.solution(game, data).false


@pytest.mark.parametrize("concept", ["stackelberg", "correlated", "coarse-correlated"])
def test_another_concept_is_false(game, concept):
    text = json.dumps(solvers.solve(game).to_json()).replace('"nash"', json.dumps(concept))
    assert false(game, json.loads(text))


def test_a_threat_is_no_subgame_perfect_equilibrium(game):
    text = json.dumps(solvers.solve(game).to_json()).replace('"nash"', '"subgame-perfect"')
    assert false(game, json.loads(text))


def test_every_number_matters(game):
    for name in (game, games.load("kuhn_poker")):
        data = solvers.solve(name, "subgame-perfect").to_json()
        assert not false(name, data)
        for player, strategy in enumerate(data["solutions"][0]["strategies"]):
            for label, row in strategy.items():
                changed = copy.deepcopy(data)
                turned = dict(zip(row, list(row.values())[::-1], strict=True))
                changed["solutions"][0]["strategies"][player][label] = turned
                if turned != row:
                    own = solvers.check(changed, name, "subgame-perfect")
                    same = own.holds and list(own.payoffs) == [
                        own.payoffs[0].__class__(p) for p in data["solutions"][0]["payoffs"]
                    ]
                    assert bool(false(name, changed)) != same
        for key in ("payoffs",):
            changed = copy.deepcopy(data)
            changed["solutions"][0][key][0] = "7"
            assert false(name, changed)


def test_twice_the_same(game):
    data = solvers.solve(game, "subgame-perfect").to_json() | {"complete": False}
    again = copy.deepcopy(data["solutions"][0])
    again["strategies"][0]["market"] = {"in": "1", "out": "0"}
    data["solutions"].append(again)
    assert false(game, data) == ("solutions 0 and 1 are the same",)


@pytest.mark.parametrize("strategies", [[["0", "1"], {}], [None, None], [{"market": 1}, {}], []])
def test_strategies_of_another_form(game, strategies):
    data = solvers.solve(game).to_json()
    data["solutions"][0]["strategies"] = strategies
    try:
        assert false(game, data)
    except InputError as error:
        assert "\n" not in str(error)


def test_a_solution_in_plans_is_verified_in_the_reduced_form(game):
    solution = solvers.solve(game, find="all")
    assert len(solution) == 3 and not false(game, solution.to_json())
