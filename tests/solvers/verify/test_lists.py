"""Lists of equilibria that are cut, padded, mislabelled or called complete: what verify says."""

import copy
from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.games import families
from gtlearn.solvers import verify

COMPLETE = "that these are all (complete)"


def said(game, data):
    report = verify.solution(game, data)
    return report.false, report.on_trust


def listed(game, **options):
    return solvers.solve(game, find="all", **options).to_json()


def without(data, gone):
    """The list without the isolated equilibrium `gone`, consistently in all its parts."""
    data = copy.deepcopy(data)
    place = data["components"].index([gone])
    for name in ("components", "component_indices"):
        del data[name][place]
    del data["solutions"][gone]
    data["subsets"] = [subset for subset in data["subsets"] if subset["members"] != [gone]]
    for holder in (data["components"], *([s["members"]] for s in data["subsets"])):
        for members in holder:
            members[:] = [member - (member > gone) for member in members]
    return data


@pytest.mark.parametrize("arithmetic", ["exact", "float"])
@pytest.mark.parametrize("name", ["chicken", "von_stengel"])
def test_a_list_that_is_cut_is_not_complete(name, arithmetic):
    game = games.load(name)
    data = listed(game, arithmetic=arithmetic)
    assert said(game, data) == ((), ())
    for gone in range(len(data["solutions"])):
        false, on_trust = said(game, without(data, gone))
        assert len(false) == 1 and "not listed" in false[0] and not on_trust
        assert said(game, {**without(data, gone), "complete": False})[0] == ()


def test_what_a_list_lacks_may_be_longer_than_python_prints():
    large = 10**5000
    game = games.normal_form([[large, 0], [1, large + 3]], [[large + 1, 0], [0, 1]])
    data = listed(game)
    [mixed] = [k for k, one in enumerate(data["solutions"]) if "0" not in one["strategies"][0]]
    assert "1 extreme equilibrium is not listed" in said(game, without(data, mixed))[0][0]


def test_no_list_at_all_is_not_complete():
    empty = {"solutions": [], "components": [], "component_indices": [], "subsets": []}
    for game in (games.load("chicken"), families.uniform(3, 3, seed=1)):
        data = {**listed(game), **empty}
        assert "every finite game" in said(game, data)[0][0]


def test_nothing_need_be_best_where_nothing_was_maximised():
    game = games.load("matching_pennies")  # whose only correlated equilibrium is the Nash one
    data = solvers.solve(game, "correlated", objective=None).to_json()
    false, on_trust = said(game, {**data, "complete": True})
    assert false == () and COMPLETE in on_trust[0]


def test_one_of_several_is_not_all():
    game = games.load("chicken")
    one = {**solvers.solve(game).to_json(), "complete": True}
    assert "is not listed" in said(game, one)[0][0]


class TestLarge:
    """Where the polytopes have too many vertices: what is still seen."""

    def test_a_pure_equilibrium_that_is_missing(self):
        diagonal = np.eye(30, dtype=int) * 3
        game = games.normal_form(diagonal, diagonal)
        mixed = [[Fraction(1, 30)] * 30] * 2
        data = solvers.solve(game).to_json()
        data["solutions"] = [
            {
                "strategies": [[str(p) for p in s] for s in mixed],
                "payoffs": ["1/10", "1/10"],
                "certificate": data["solutions"][0]["certificate"],
            }
        ]
        data["complete"] = True
        assert said(game, data)[0] == ("the equilibrium 1, 1 is not listed",)

    def test_indices_that_do_not_add_up(self):
        """All pure equilibria of a coordination game have index 1, and there are others."""
        diagonal = np.eye(24, dtype=int)
        game = games.normal_form(diagonal, diagonal)
        data = solvers.solve(game).to_json()
        (one,) = data["solutions"]
        units = [["1" if k == place else "0" for k in range(24)] for place in range(24)]
        data["solutions"] = [{**one, "strategies": [unit, unit]} for unit in units]
        data["complete"] = True
        assert "add up to 24" in said(game, data)[0][0]

    def test_what_is_too_much_is_on_trust(self):
        game = families.covariant(24, 24, rho=-0.9, seed=1)  # without a pure equilibrium
        false, on_trust = said(game, {**solvers.solve(game).to_json(), "complete": True})
        assert false == () and COMPLETE in on_trust[0] and "too large" in on_trust[0]

    def test_a_zero_sum_game_of_any_size(self):
        game = families.zero_sum(40, 40, seed=2)
        found = solvers.solve(game)
        assert found.complete
        report = verify.solution(game, found)
        assert COMPLETE in report.proven and report.holds

    def test_a_game_that_dominance_solves(self):
        size = 60
        game = games.normal_form(
            *(np.add.outer(2 * np.arange(size), other * np.arange(size)).T.T for other in (1, 3))
        )
        data = {**solvers.solve(game).to_json(), "complete": True}
        report = verify.solution(game, data)
        assert report.false == () and COMPLETE in report.proven


def test_more_than_two_players():
    """Two prisoners, and a third player whose second action is better, or does not matter."""
    dilemma = games.load("prisoners_dilemma")
    first, second = (np.repeat(p.numerators[..., None], 2, axis=2) for p in dilemma.payoffs)
    (one,) = solvers.solve(dilemma).to_json()["solutions"]
    profile = {"strategies": [*one["strategies"], ["0", "1"]], "payoffs": [*one["payoffs"], "1"]}
    proof = {**one["certificate"], "regrets": ["0"] * 3}
    for third, false in ([0, 1], ()), ([1, 1], ("the equilibrium 2, 2, 1 is not listed",)):
        game = games.normal_form(first, second, np.broadcast_to(third, (2, 2, 2)))
        data = solvers.solve(game, concept="correlated").to_json()
        data |= {"concept": "nash", "solutions": [{**profile, "certificate": proof}]}
        report = verify.solution(game, {**data, "complete": True})
        assert report.false == false and not report.on_trust


def test_padding_is_found_out():
    game = games.load("von_stengel_degenerate")
    data = listed(game)
    double = {**data, "solutions": [*data["solutions"], data["solutions"][0]]}
    assert "solutions 0 and" in said(game, double)[0][0]
    for subset in range(len(data["subsets"])):
        padded = copy.deepcopy(data)
        padded["subsets"].append(padded["subsets"][subset])
        assert "are the same" in said(game, padded)[0][0]
        fewer = copy.deepcopy(data)
        del fewer["subsets"][subset]
        assert said(game, fewer)[0] != ()


def test_a_mixture_is_no_extreme_equilibrium():
    game = games.normal_form([[1, 0], [1, 0]], [[1, 0], [1, 0]])
    data = listed(game)
    (subset,) = data["subsets"]
    half = {**copy.deepcopy(data["solutions"][0]), "strategies": [["1/2", "1/2"], ["1", "0"]]}
    data["solutions"].append(half)
    data["components"] = [[0, 1, 2]]
    subset["rows"].append(["1/2", "1/2"])
    subset["members"].append(2)
    assert "solution 2 is not extreme" in said(game, data)[0][0]


@pytest.mark.parametrize("name", ["chicken", "kohlberg_mertens", "von_stengel_degenerate"])
@pytest.mark.parametrize("arithmetic", ["exact", "float"])
def test_every_other_index_is_false(name, arithmetic):
    game = games.load(name)
    data = listed(game, arithmetic=arithmetic)
    for k in range(len(data["components"])):
        for other in range(-3, 4):
            lie = copy.deepcopy(data)
            lie["component_indices"][k] = other
            fine = other == data["component_indices"][k]
            assert (said(game, lie)[0] == ()) is fine
    for k, entry in enumerate(data["solutions"]):
        lie = copy.deepcopy(data)
        lie["solutions"][k]["index"] = 5 if "index" in entry else 1
        assert "index" in said(game, lie)[0][0]


def test_an_equilibrium_that_is_isolated_and_not_regular():
    """B is weakly worse than A for both; (B, B) is an equilibrium alone, of index 0."""
    game = games.load("1,1 0,0; 0,0 0,0")
    data = listed(game)
    assert sorted(data["component_indices"]) == [0, 1]
    assert verify.solution(game, data).holds
    worse = copy.deepcopy(data)
    place = data["component_indices"].index(0)
    worse["solutions"][data["components"][place][0]]["index"] = 1
    assert "the index is +0, not +1" in said(game, worse)[0][0]


def test_unique_is_decided_both_ways():
    for name, unique in (("matching_pennies", [True, True]), ("0 0; 1 1", [True, False])):
        game = games.load(name, zero_sum=" " in name)
        data = solvers.solve(game, method="zero-sum").to_json()
        assert data["solutions"][0]["certificate"]["unique"] == unique
        assert said(game, data)[0] == ()
        for side in (0, 1):
            lie = copy.deepcopy(data)
            lie["solutions"][0]["certificate"]["unique"][side] = not unique[side]
            assert "only one" in said(game, lie)[0][0]
