"""Solutions damaged in their JSON: refused in a sentence or a statement, and never believed."""

import copy
import json
from dataclasses import fields, replace
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import families
from gtlearn.solvers import solve, verify

BOS = games.load("battle_of_the_sexes")
DEGENERATE = games.load("kohlberg_mertens")
RANDOM = families.uniform(4, 3, seed=5)
ZERO_SUM = families.zero_sum(4, 5, seed=3)
PUBLISHED = games.load("2,1 4,0; 1,0 3,1")  # Conitzer & Sandholm (2006)
TIED = games.load("1,1 0,1 2,0; 0,0 3,0 1,1; 2,1 2,1 0,0")  # whose follower has equal actions
THREE = games.normal_form(*[[[[1, 0], [0, k]], [[0, k], [2, 1]]] for k in range(3)])
TYPES = games.BayesianGame(
    "two types",
    ("a", "b"),
    (Fraction(1, 3), Fraction(2, 3)),
    (PUBLISHED, games.load("1,0 0,2; 0,1 2,0")),
)


def case(name, game, **options):
    return pytest.param(game, json.loads(json.dumps(solve(game, **options).to_json())), id=name)


STACKELBERG = {"concept": "stackelberg"}
EXACT = [
    case("nash one", RANDOM),
    case("nash all", BOS, find="all"),
    case("nash all, degenerate", DEGENERATE, find="all"),
    case("nash all, random", RANDOM, find="all"),
    case("nash selected", BOS, select="welfare"),
    case("zero-sum", ZERO_SUM, method="zero-sum"),
    case("correlated", RANDOM, concept="correlated"),
    case("correlated, fair", BOS, concept="correlated", objective="fairness"),
    case("coarse", RANDOM, concept="coarse-correlated"),
    case("coarse, player", BOS, concept="coarse-correlated", objective="player:1"),
    case("correlated, any", BOS, concept="correlated", objective=None),
    case("correlated, three players", THREE, concept="correlated"),
    case("gini", BOS, concept="correlated", objective="gini"),
    case("coarse gini", BOS, concept="coarse-correlated", objective="gini"),
    case("strong", PUBLISHED, **STACKELBERG),
    case("strong, second player", RANDOM, leader=1, **STACKELBERG),
    case("weak", PUBLISHED, ties="weak", **STACKELBERG),
    case("weak, tied", TIED, ties="weak", **STACKELBERG),
    case("weak, random", RANDOM, ties="weak", **STACKELBERG),
    case("pure", PUBLISHED, commitment="pure", **STACKELBERG),
    case("pure, weak", TIED, commitment="pure", ties="weak", **STACKELBERG),
    case("correlated commitment", RANDOM, commitment="correlated", **STACKELBERG),
    case("Bayesian", TYPES, **STACKELBERG),
    case("Bayesian, dobss", TYPES, method="dobss", **STACKELBERG),
    case("Bayesian, pure", TYPES, commitment="pure", ties="weak", **STACKELBERG),
]
FLOAT = [
    case("nash all, float", DEGENERATE, find="all", arithmetic="float"),
    case("correlated, float", RANDOM, concept="correlated", arithmetic="float"),
    case("coarse, float", BOS, concept="coarse-correlated", arithmetic="float"),
    case("strong, float", PUBLISHED, arithmetic="float", **STACKELBERG),
    case(
        "correlated commitment, float",
        RANDOM,
        commitment="correlated",
        arithmetic="float",
        **STACKELBERG,
    ),
    case("Bayesian, float", TYPES, arithmetic="float", **STACKELBERG),
]

JUNK = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, 1, -1, 2, 7, 10**30, 0.0, 0.5, -0.0, 1e308,
            float("nan"), float("inf"), -float("inf"), "", "x", "0", "1", "-1", "1/0", "1e9999",
            "nan", "1/3", "9" * 5000, "rational", "float", "nash", "player:9", [], {}, [[]], [None],
            [0], ["1"], [[0, 1]], [[0, 0, 1]], {"0": "1"}, {"profile": [0, 0], "probability": "1"},
            [{}], [["0", "1"], ["1", "0"]],
        ]
    ),
    st.integers(-3, 3),
    st.floats(),
    st.fractions().map(str),
    st.lists(st.sampled_from(["0", "1", "1/2", 0.5, None, 0]), max_size=4),
)  # fmt: skip


def places(value, path=()):
    """The paths of all parts of a JSON value, without its names and timings."""
    if path and path[0] in ("game", "method", "seconds", "notes"):
        return
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, key))


def at(data, path):
    for step in path:
        data = data[step]
    return data


def changed(data, path, value):
    """A copy with another part at `path`."""
    data = copy.deepcopy(data)
    at(data, path[:-1])[path[-1]] = value
    return data


def statements(game, data):
    """What does not hold; a sentence where the JSON cannot be read."""
    try:
        found = verify.solution(game, data).false
    except InputError as error:
        assert "\n" not in str(error)
        return (str(error),)
    assert isinstance(found, tuple)
    assert all(isinstance(statement, str) for statement in found)
    return found


def damaged(draw, data):
    """A copy with a part replaced, removed, repeated, exchanged or wrapped."""
    path = draw(st.sampled_from(list(places(data))))
    parent, key = copy.deepcopy(at(data, path[:-1])), path[-1]
    how = draw(st.sampled_from(["replace", "replace", "remove", "repeat", "move", "wrap"]))
    if how == "remove":
        del parent[key]
    elif how == "repeat" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif how == "move":
        parent[key] = copy.deepcopy(at(data, draw(st.sampled_from(list(places(data))))))
    elif how == "wrap":
        parent[key] = [parent[key]]
    else:
        parent[key] = draw(JUNK)
    return parent if len(path) == 1 else changed(data, path[:-1], parent)


@pytest.mark.parametrize(("game", "data"), EXACT + FLOAT)
class TestEveryKind:
    def test_holds_as_it_is(self, game, data):
        assert verify.solution(game, data).false == ()

    @given(data_=st.data())
    @settings(max_examples=60, deadline=None)
    def test_any_damage_is_survived(self, game, data, data_):
        for _ in range(data_.draw(st.integers(1, 3))):
            data = damaged(data_.draw, data)
        statements(game, data)

    def test_numbers_longer_than_python_prints(self, game, data):
        for path in places(data):
            if not isinstance(at(data, path), dict | list):
                for long in ("9" * 5000, 10**5000):
                    statements(game, changed(data, path, long))

    @given(other=st.sampled_from([BOS, DEGENERATE, RANDOM, TYPES, THREE]))
    @settings(max_examples=5, deadline=None)
    def test_of_another_game(self, game, data, other):
        if other.name != game.name:
            statements(other, data)


def numbers(data):
    """The paths of the numbers that a reader of a solution looks at."""
    outcomes = ("strategies", "payoffs", "distribution", "value")
    proven = ("regrets", "gain", "value", "bound")
    for path in places(data):
        leaf = at(data, path)
        stated = path[0] == "solutions" and len(path) > 2 and (
            path[2] in outcomes or (path[2] == "certificate" and path[3:4] and path[3] in proven)
        )  # fmt: skip
        if stated and isinstance(leaf, str) and path[-1] != "objective":
            yield path
        if path[0] == "subsets" and "members" not in path and isinstance(leaf, str):
            yield path


@pytest.mark.parametrize(("game", "data"), EXACT)
class TestNumbers:
    """Any other number in a strategy, payoff, regret or value is a false statement."""

    @given(data_=st.data(), by=st.sampled_from(["1", "-1", "1/1000000000000", "1e300", "1e-300"]))
    @settings(max_examples=40, deadline=None)
    @example(data_=None, by="1/1000000000000")
    def test_changed(self, game, data, data_, by):
        found = list(numbers(data))
        for path in found if data_ is None else [data_.draw(st.sampled_from(found))]:
            moved = Fraction(at(data, path)) + Fraction(by)
            assert statements(game, changed(data, path, str(moved)))

    def test_as_a_float(self, game, data):
        for path in numbers(data):
            if path[0] == "solutions" and path[2] != "certificate":
                assert statements(game, changed(data, path, float(Fraction(at(data, path)))))

    def test_left_out(self, game, data):
        for path in numbers(data):
            shorter = copy.deepcopy(data)
            del at(shorter, path[:-1])[path[-1]]
            if path[2:] not in (("certificate", "gain"), ("certificate", "value")):  # no need
                assert statements(game, shorter)


class TestFalseStatements:
    """Each alone makes a true solution false."""

    def false(self, game, solution, path, value):
        data = changed(solution.to_json(), path, value)
        found = verify.solution(game, data).false
        assert found
        return found[0]

    def test_regrets(self):
        all_of_them = solve(BOS, find="all")
        path = ["solutions", 1, "certificate", "regrets"]
        assert "the regret of 'Row' is 0, not 1" in self.false(BOS, all_of_them, [*path, 0], "1")
        assert "the regret of each player" in self.false(BOS, all_of_them, path, ["0"])
        assert "the regret of each player" in self.false(BOS, all_of_them, path, ["0"] * 3)
        data = all_of_them.to_json()
        del data["solutions"][0]["certificate"]["regrets"]
        assert verify.solution(BOS, data).false

    def test_value_of_a_zero_sum_game(self):
        solution = solve(ZERO_SUM, method="zero-sum")
        path = ["solutions", 0, "certificate", "value"]
        assert "the value of the game is not 0" in self.false(ZERO_SUM, solution, path, "0")
        path = ["solutions", 0, "certificate"]
        proof = {**solve(BOS).to_json()["solutions"][0]["certificate"], "value": "2"}
        assert "the value of the game" in self.false(BOS, solve(BOS), path, proof)

    def test_value_where_the_first_player_does_not_choose(self):
        pennies = games.load("matching_pennies")
        payoffs = [[[7, 7], [7, 7]]], *([t.numerators.tolist()] for t in pennies.payoffs)
        game = games.normal_form(*payoffs)
        path = ["solutions", 0, "certificate"]
        proof = {**solve(game).to_json()["solutions"][0]["certificate"], "value": "7"}
        assert "the value of the game is not 7" in self.false(game, solve(game), path, proof)
        data = changed(solve(game).to_json(), path, {**proof, "value": "0"})
        assert verify.solution(game, data).false == ()

    def test_index(self):
        for game in (BOS, RANDOM, families.uniform(6, 6, seed=2)):
            solution = solve(game, find="all")
            regular = [k for k, outcome in enumerate(solution) if outcome.index is not None]
            assert regular
            for k in regular:
                outcome = solution[k]
                data = changed(solution.to_json(), ["solutions", k, "index"], -outcome.index)
                assert f"solution {k}: the index is {outcome.index:+d}" in str(
                    verify.solution(game, data).false
                )

    def test_components(self):
        for game in (BOS, DEGENERATE, games.load("von_stengel_degenerate")):
            solution = solve(game, find="all")
            count = len(solution)
            apart = [[k] for k in range(count)]
            lies = [[], [[]], apart[1:], [*apart, [0]], [list(range(count))], apart, [[count]]]
            for lie in lies:
                if lie != solution.to_json()["components"]:
                    self.false(game, solution, ["components"], lie)

    def test_component_indices(self):
        solution = solve(BOS, find="all")
        assert solution.component_indices == (1, 1, -1)
        for lie in ([1, 1], [1, 1, 1], [1, -1, 1], [1, 1, -2], []):
            self.false(BOS, solution, ["component_indices"], lie)
        data = solution.to_json()
        del data["components"]
        assert verify.solution(BOS, data).false
        data = {**data, "complete": False}
        assert verify.solution(BOS, data).false

    def test_subsets(self):
        solution = solve(DEGENERATE, find="all")
        data = solution.to_json()
        for k, subset in enumerate(data["subsets"]):
            members = subset["members"]
            for lie in (members[1:], [*members, members[0]], [*members, 99], [-1], []):
                self.false(DEGENERATE, solution, ["subsets", k, "members"], lie)
            for side in ("rows", "columns"):
                for lie in (subset[side][1:], subset[side] * 2, [*subset[side], ["1"]]):
                    self.false(DEGENERATE, solution, ["subsets", k, side], lie)
        self.false(DEGENERATE, solution, ["subsets"], [])
        isolated = solve(BOS, find="all")
        self.false(BOS, isolated, ["subsets"], isolated.to_json()["subsets"][1:])
        self.false(DEGENERATE, solution, ["solutions"], data["solutions"][:-1])
        self.false(DEGENERATE, solution, ["solutions"], data["solutions"] * 2)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (["follower"], "optimal"),
            (["policy"], "stochastic"),
            (["bounds"], {"folk": "1"}),
            (["robustness"], [["1/2", "1"]]),
            (["proofs"], {"folk": {}}),
        ],
    )
    def test_parts_that_only_commitments_to_tables_have(self, path, value):
        for options in ({}, {"concept": "correlated"}, STACKELBERG):
            assert "which only commitments to tables have" in self.false(
                BOS, solve(BOS, **options), path, value
            )

    @pytest.mark.parametrize(
        "options", [{"concept": "correlated"}, STACKELBERG, {**STACKELBERG, "ties": "weak"}]
    )
    def test_complete_without_a_proof(self, options):
        solution = solve(RANDOM, **options)
        proof = solution.to_json()["solutions"][0]["certificate"]
        name = "bound" if "bound" in proof else "upper_bound"
        without = {key: value for key, value in proof.items() if key != name}
        self.false(RANDOM, solution, ["solutions", 0, "certificate"], without)
        higher = {**proof, name: str(Fraction(proof[name]) + 1)}
        self.false(RANDOM, solution, ["solutions", 0, "certificate"], higher)

    def test_what_a_violation_does_not_excuse(self):
        game = games.load("chicken")  # whose follower earns 2 or 1 against D
        solution = solve(game, arithmetic="float", **STACKELBERG)
        outcome = solution.to_json()["solutions"][0]
        assert outcome["strategies"] == [[0.0, 1.0], [1.0, 0.0]] and outcome["response"] == 0
        path = ["solutions", 0]
        proof = {**outcome["certificate"], "violation": 1.0}
        worse = {
            **outcome,
            "certificate": proof,
            "response": 1,
            "strategies": [[0.0, 1.0], [0.0, 1.0]],
            "payoffs": [1.0, 1.0],
            "gap": 3.0,
        }
        assert "no best one: it is 1 worse" in self.false(game, solution, path, worse)
        exact = solve(game, **STACKELBERG)
        proof = {**exact.to_json()["solutions"][0]["certificate"], "violation": "1"}
        assert "a violation" in self.false(game, exact, [*path, "certificate"], proof)
        tiny = Fraction(1, 10**12)
        scaled = [[[tiny * v for v in row] for row in t.numerators.tolist()] for t in game.payoffs]
        small = games.normal_form(*scaled)
        solution = solve(small, arithmetic="float", **STACKELBERG)
        assert solution[0].payoffs == (4e-12, 2e-12)
        data = changed(solution.to_json(), [*path, "payoffs"], [4e-12, 1e-12])
        assert "payoffs" in str(verify.solution(small, data).false)
        large = games.normal_form([[10**9, 0], [0, 1]], [[10**9, 0], [0, 1]])
        solution = solve(large, arithmetic="float", **STACKELBERG)
        lie = [[1.5, 0.0], [1.0, 0.0]]
        assert "sum to one" in str(
            verify.solution(large, changed(solution.to_json(), [*path, "strategies"], lie)).false
        )

    def test_a_pure_commitment_that_is_not_attained(self):
        solution = solve(PUBLISHED, commitment="pure", ties="weak", **STACKELBERG)
        outcome = solution.to_json()["solutions"][0]
        proof = {**outcome["certificate"], "interior": outcome["strategies"][0]}
        lie = {**outcome, "attained": False, "certificate": proof}
        assert "always attained" in self.false(PUBLISHED, solution, ["solutions", 0], lie)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (["concept"], "correlated"),
            (["solutions", 0, "certificate", "kind"], "correlated"),
            (["solutions", 0, "certificate", "arithmetic"], "float"),
        ],
    )
    def test_of_another_kind(self, path, value):
        self.false(BOS, solve(BOS), path, value)

    def test_float_regrets_that_are_no_rounding(self):
        solution = solve(BOS, find="all", arithmetic="float")
        third = solution.to_json()["solutions"][0]
        half = {
            **third,
            "strategies": [[0.5, 0.5], [0.5, 0.5]],
            "payoffs": [0.75, 0.75],
            "certificate": {**third["certificate"], "regrets": [0.25, 0.25]},
        }
        half.pop("index")
        assert "no rounding explains" in self.false(BOS, solution, ["solutions", 0], half)

    def test_float_strategies_that_are_none(self):
        solution = solve(BOS, arithmetic="float")
        for lie in ([[0.0, 0.0]] * 2, [[5.0, 5.0], [0.0, 1.0]], [[2.0, -1.0], [1.0, 0.0]]):
            self.false(BOS, solution, ["solutions", 0, "strategies"], lie)
        for lie in (float("nan"), float("inf")):
            with pytest.raises(InputError, match="not a finite number"):
                self.false(BOS, solution, ["solutions", 0, "strategies", 0, 0], lie)


OBJECTS = (None, 3, "x", (), [], {}, (None,), ((None,),), float("nan"), {(0,): 1}, object(), True)


@pytest.mark.parametrize(
    "options",
    [{"find": "all"}, {"concept": "correlated"}, STACKELBERG, {**STACKELBERG, "ties": "weak"}],
)
@pytest.mark.parametrize("junk", OBJECTS, ids=lambda junk: type(junk).__name__)
def test_objects_with_a_part_of_another_kind(options, junk):
    solution = solve(BOS, **options)
    outcome = solution[0]
    proof = outcome.certificate
    evidence = [{**proof.evidence, name: junk} for name in proof.evidence]
    certificates = [
        junk,
        *(replace(proof, evidence=changed_evidence) for changed_evidence in evidence),
        *(replace(proof, **{name: junk}) for name in ("kind", "arithmetic", "evidence")),
    ]
    outcomes = [replace(outcome, certificate=certificate) for certificate in certificates]
    outcomes += [replace(outcome, **{f.name: junk}) for f in fields(outcome)]
    claims = [replace(solution, solutions=(changed_outcome,)) for changed_outcome in outcomes]
    claims += [replace(solution, **{name: junk}) for name in ("solutions", "subsets", "components")]
    for claim in claims:
        statements(BOS, claim)


@pytest.mark.parametrize("lie", [None, 3, [], "text", {}])
def test_no_solution_at_all(lie):
    with pytest.raises(InputError):
        verify.solution(BOS, lie)


def test_a_profile_that_is_named_twice():
    """Though all of the probability on it would be an equilibrium, too."""
    game = games.load("1,1 0,1 2,0; 0,0 3,0 1,1; 2,1 2,1 0,0")
    data = json.loads(json.dumps(solve(game, concept="correlated").to_json()))
    data["solutions"][0]["distribution"] = [
        {"profile": [2, 0], "probability": "1/3"},
        {"profile": [2, 0], "probability": "2/3"},
    ]
    false = verify.solution(game, data).false
    assert false == ("solution 0: the distribution names the profile (2, 0) twice",)


def objects_in(value, path=()):
    """The path of every JSON object."""
    if isinstance(value, dict):
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, dict | list):
            yield from objects_in(inner, (*path, key))


@pytest.mark.parametrize(
    ("game", "options"),
    [
        ("1,2 0,0; 0,0 2,1", {"find": "all"}),
        ("1,1 0,0; 0,0 0,0", {"find": "all"}),
        ("aumann_chicken", {"concept": "correlated"}),
        ("chicken", STACKELBERG),
        ("chicken", {**STACKELBERG, "ties": "weak"}),
        ("security_bayesian", STACKELBERG),
        ("gtlearn_iterated(stage=prisoners_dilemma,horizon=3)", STACKELBERG),
        ("gtlearn_iterated(stage=prisoners_dilemma,discount=1/2)", {}),
    ],
)
def test_a_part_that_nobody_reads_is_never_passed(game, options):
    game = games.load(game)
    data = json.loads(json.dumps(solve(game, **options).to_json()))
    for path in objects_in(data):
        changed = copy.deepcopy(data)
        place = changed
        for key in path:
            place = place[key]
        place["payoff"] = "99"
        try:
            report = verify.solution(game, changed)
        except InputError:
            continue
        assert report.false or report.on_trust, path


@pytest.mark.parametrize("concept", ["correlated", "coarse-correlated"])
@pytest.mark.parametrize(
    "game", ["1000000000000.3,0 1000000000000,0", f"{2**60 + 1},0 1,{2**53 + 1}", "1e-400,0 0,1"]
)
def test_payoffs_that_were_rounded_are_true(game, concept):
    game = games.load(game)
    found = solve(game, concept, arithmetic="float")
    assert found[0].certificate.verified
    assert verify.solution(game, json.loads(json.dumps(found.to_json()))).holds
