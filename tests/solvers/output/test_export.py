"""Solutions built by hand, in every format that they can take."""

import csv
import io
import json
from fractions import Fraction as F

import numpy as np
import pyspiel
import pytest

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, normal_form
from gtlearn.solvers.outcomes import (
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    NashSubset,
)
from gtlearn.solvers.output.json import json_number, plain
from gtlearn.solvers.solution import Solution

PROVEN = Certificate("nash", "rational", True, {"regrets": (F(0), F(0))})


@pytest.fixture
def game():
    return normal_form(
        [[2, 0], [0, 1]],
        [[1, 0], [0, 2]],
        name="battle",
        actions=[["Opera", "Box & fight"], ["Opera", "Box"]],
    )


def nash(*strategies, payoffs=(F(0), F(0)), index=None):
    return NashEquilibrium(strategies, payoffs, PROVEN, index)


@pytest.fixture
def solution(game):
    first = nash((F(1), F(0)), (F(1), F(0)), payoffs=(F(2), F(1)), index=1)
    mixed = nash((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3)), payoffs=(F(2, 3), F(2, 3)), index=-1)
    return Solution(
        game, "nash", "by hand", (first, mixed), complete=True, components=((0,), (1,)), subsets=()
    )


def stackelberg(game, **changes):
    fields = {
        "strategies": ((F(1), F(0)), (F(1), F(0))),
        "payoffs": (F(2), F(1)),
        "leader": 0,
        "response": 0,
        "ties": "weak",
        "attained": False,
        "certificate": Certificate("stackelberg", "rational", True),
    }
    return Solution(game, "stackelberg", "by hand", (Commitment(**fields | changes),))


def test_json_of_nash(solution):
    value = json.loads(json.dumps(solution.to_json()))
    assert value == {
        "schema": "gtlearn/solution/1",
        "game": {
            "name": "battle",
            "players": ["Row", "Column"],
            "actions": [["Opera", "Box & fight"], ["Opera", "Box"]],
            "fingerprint": solution.game.fingerprint,
        },
        "concept": "nash",
        "method": "by hand",
        "status": "ok",
        "complete": True,
        "arithmetic": "rational",
        "solutions": [
            {
                "strategies": [["1", "0"], ["1", "0"]],
                "payoffs": ["2", "1"],
                "index": 1,
                "certificate": {
                    "kind": "nash",
                    "arithmetic": "rational",
                    "regrets": ["0", "0"],
                    "verified": True,
                },
            },
            {
                "strategies": [["2/3", "1/3"], ["1/3", "2/3"]],
                "payoffs": ["2/3", "2/3"],
                "index": -1,
                "certificate": {
                    "kind": "nash",
                    "arithmetic": "rational",
                    "regrets": ["0", "0"],
                    "verified": True,
                },
            },
        ],
        "components": [[0], [1]],
        "subsets": [],
        "seconds": 0.0,
    }


def test_json_leaves_out_what_does_not_apply(game):
    value = Solution(game, "nash", "by hand", (nash((F(1), F(0)), (F(1), F(0))),)).to_json()
    assert not {"components", "subsets", "notes"} & value.keys()
    assert "index" not in value["solutions"][0]


def test_json_of_a_subset(solution, game):
    subset = NashSubset(((F(1), F(0)),), ((F(1), F(0)), (F(1, 2), F(1, 2))), (0, 1))
    value = Solution(game, "nash", "by hand", solution.solutions, subsets=(subset,)).to_json()
    assert value["subsets"] == [
        {"rows": [["1", "0"]], "columns": [["1", "0"], ["1/2", "1/2"]], "members": [0, 1]}
    ]


def test_json_of_floats(game):
    found = NashEquilibrium(
        ((0.5, 0.5), (1.0, 0.0)), (1.0, 0.5), Certificate("nash", "float", True)
    )
    value = Solution(game, "nash", "by hand", (found,), arithmetic="float").to_json()
    assert value["solutions"][0]["strategies"] == [[0.5, 0.5], [1.0, 0.0]]


def test_json_of_a_commitment(game):
    value = stackelberg(game).to_json()["solutions"][0]
    assert value["leader"] == 0
    assert value["response"] == 0
    assert value["ties"] == "weak"
    assert value["attained"] is False


def test_json_of_a_mixed_response(game):
    mixed = stackelberg(game, strategies=((F(1), F(0)), (F(1, 2), F(1, 2))), response=None)
    assert mixed.to_json()["solutions"][0]["response"] == ["1/2", "1/2"]


def test_json_of_a_distribution(game):
    found = CorrelatedEquilibrium(
        {(1, 1): F(1, 2), (0, 0): F(1, 2)},
        (F(3, 2), F(3, 2)),
        Certificate("correlated", "rational", True, {"gain": F(0)}),
        F(3),
    )
    solution = Solution(game, "correlated", "by hand", (found,))
    value = solution.to_json()["solutions"][0]
    assert value["distribution"] == [
        {"profile": [0, 0], "probability": "1/2"},
        {"profile": [1, 1], "probability": "1/2"},
    ]
    assert value["value"] == "3"
    assert "strategies" not in value
    assert solution.to_csv().splitlines()[1] == "0,Opera,Opera,1/2"
    assert "Opera & Opera & $\\frac{1}{2}$" in solution.to_latex()
    assert "Value of the objective: 3" in str(solution)
    with pytest.raises(InputError, match="distribution"):
        solution.to_fractions()


def test_json_of_a_bayesian_game(game):
    bayesian = BayesianGame("patrol", ("early", "late"), (F(1, 4), F(3, 4)), (game, game))
    solution = stackelberg(bayesian, response=(0, 1))
    value = solution.to_json()
    assert value["game"]["types"] == ["early", "late"]
    assert value["game"]["prior"] == ["1/4", "3/4"]
    assert value["solutions"][0]["response"] == [0, 1]
    with pytest.raises(InputError, match="Bayesian"):
        solution.to_openspiel()


def test_plain_takes_what_evidence_holds():
    evidence = {
        "duals": {(0, 1): F(1, 2)},
        "basis": np.array([0, 3]),
        "floats": np.float64(0.5),
        "nested": ((F(1, 3), 2), None, True),
    }
    assert plain(evidence) == {
        "duals": [[[0, 1], "1/2"]],
        "basis": [0, 3],
        "floats": 0.5,
        "nested": [["1/3", 2], None, True],
    }
    json.dumps(plain(evidence))


def test_numbers_longer_than_python_prints():
    text = json_number(F(10**5000 + 1, 3**9000))
    assert text.startswith("1000") and len(text) > 5000 + 4000


def test_csv_has_a_row_an_action(solution):
    rows = list(csv.DictReader(io.StringIO(solution.to_csv())))
    assert len(rows) == 8
    assert rows[5] == {
        "solution": "1",
        "player": "Row",
        "action": "Box & fight",
        "probability": "1/3",
        "payoff": "2/3",
    }


def test_latex_escapes_labels(solution):
    text = solution.to_latex()
    assert text.startswith("\\begin{tabular}{rlll}")
    assert "$\\frac{2}{3}$\\,Opera + $\\frac{1}{3}$\\,Box \\& fight" in text


def test_openspiel_policy_is_an_equilibrium_there(solution):
    from open_spiel.python.algorithms import exploitability

    for target in (None, pyspiel.convert_to_turn_based(solution.game.openspiel)):
        policy = solution.to_openspiel(1, target)
        played = target or pyspiel.convert_to_turn_based(solution.game.openspiel)
        if target is not None:
            assert exploitability.nash_conv(played, policy) == pytest.approx(0)
        assert policy.action_probability_array[0] == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("name", ["kuhn_poker", "matrix_rps", "tic_tac_toe", "chess"])
def test_openspiel_policy_refuses_other_games(solution, name):
    with pytest.raises(InputError, match="battle"):
        solution.to_openspiel(0, pyspiel.load_game(name))


def test_no_such_solution(solution):
    with pytest.raises(InputError, match="there is no solution 2: 2 found"):
        solution.to_numpy(2)
