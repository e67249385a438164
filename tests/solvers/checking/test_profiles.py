"""Profiles from every source, and one sentence for what is none."""

import json
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.python import policy
from open_spiel.python.algorithms import cfr

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers._correlated import correlated
from gtlearn.solvers._nash.enumeration import all_equilibria
from gtlearn.solvers.profile import Profile
from gtlearn.solvers.profiles.joint import is_joint_tensor, joint_of
from gtlearn.solvers.profiles.read import read_profile

F = Fraction
HALF = F(1, 2)
BOS = games.load("battle_of_the_sexes")  # actions A and B, players Row and Column
MIXED = ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3)))


def as_profile(source, game, **options):
    profile = read_profile(source, game, **options)
    return profile.known(), profile.notes


def as_joint(source, game):
    tensor = is_joint_tensor(source, game, 0)
    profile = read_profile({"distribution": source} if tensor else source, game)
    return joint_of(profile), profile.notes


@pytest.mark.parametrize(
    "source",
    [
        [["2/3", "1/3"], ["1/3", "2/3"]],
        ((F(2, 3), F(1, 3)), ["1/3", F(2, 3)]),
        {"strategies": [["2/3", "1/3"], ["1/3", "2/3"]]},
        {"strategies": [{"A": "2/3", "B": "1/3"}, {"B": "2/3", "A": "1/3"}]},
        {"strategies": {"Column": ["1/3", "2/3"], "Row": ["2/3", "1/3"]}},
        {"Row": {"A": "2/3", "B": "1/3"}, "Column": ["1/3", "2/3"]},
        lambda player: MIXED[player],
        {
            "schema": "gtlearn/solution/1",
            "solutions": [{"strategies": [list(map(str, s)) for s in MIXED]}],
        },
        Profile(BOS, tuple((strategy,) for strategy in MIXED)),
    ],
)
def test_exact_sources(source):
    assert as_profile(source, BOS) == (MIXED, ())


@pytest.mark.parametrize(
    "source",
    [
        [[0, 1], [1, 0]],
        [[0.0, 1.0], [1, "0"]],
        np.array([[0, 1], [1, 0]]),
        [np.array([0.0, 1.0]), np.array([1, 0], dtype=np.int8)],
        {"strategies": [{"B": 1}, {"A": 1.0}]},
    ],
)
def test_pure_sources(source):
    assert as_profile(source, BOS) == (((0, 1), (1, 0)), ())


def test_our_own_results():
    solution = all_equilibria(BOS)
    for index, equilibrium in enumerate(solution):
        assert as_profile(solution, BOS, index=index)[0] == equilibrium.strategies
        assert as_profile(equilibrium, BOS)[0] == equilibrium.strategies
        data = json.loads(json.dumps(solution.to_json()))
        assert as_profile(data, BOS, index=index)[0] == equilibrium.strategies
        assert as_profile(solution.to_openspiel(index), BOS)[0][0][0] == pytest.approx(
            equilibrium.strategies[0][0]
        )
    commitment = stackelberg(BOS)
    assert as_profile(commitment, BOS)[0] == commitment[0].strategies


def test_joint_distributions():
    lottery = {(0, 0): HALF, (1, 1): HALF}
    for source in (
        {"distribution": [["1/2", 0], [0, "1/2"]]},
        {
            "distribution": [
                {"profile": [0, 0], "probability": "1/2"},
                {"profile": ["B", "B"], "probability": 0.5},
            ]
        },
        [["1/2", 0], [0, "1/2"]],
        np.diag([0.5, 0.5]),
        correlated(BOS, objective="fairness"),
        correlated(BOS, objective="fairness")[0],
        correlated(BOS, objective="fairness").to_json(),
    ):
        assert as_joint(source, BOS) == (lottery, ())
    independent = as_joint(MIXED, BOS)[0]
    assert independent[0, 1] == F(4, 9)
    with pytest.raises(InputError, match="distribution over joint actions"):
        as_profile(correlated(BOS), BOS)


@pytest.mark.parametrize(
    "source",
    [
        {"leader": 0, "strategies": [["1/2", "1/2"]]},
        {"commitment": ["1/2", "1/2"]},
        {"Row": ["1/2", "1/2"]},
    ],
)
def test_a_leader_alone(source):
    assert read_profile(source, BOS).strategies == ((HALF, HALF), None)
    with pytest.raises(InputError, match="no strategy of 'Column'"):
        as_profile(source, BOS)
    assert read_profile({"leader": 1, "strategies": [[1, 0]]}, BOS).strategies == (None, (1, 0))


def test_floats_are_renormalised_and_said_so():
    strategies, notes = as_profile([[0.1, 0.9 + 1e-12], [0.5, 0.5]], BOS)
    assert sum(strategies[0]) == 1
    assert notes == (
        "the strategy of 'Row' sums to 1 + 1e-12 in floats; it was divided by its sum",
    )
    strategies, notes = as_profile([[1.0, -1e-17], [0.5, 0.5]], BOS)
    assert strategies[0] == (1, 0)
    assert "taken as zero" in notes[0]
    single = np.array([0.1, 0.9], dtype=np.float32)  # misses one by 2e-8
    assert sum(as_profile([single, single], BOS)[0][0]) == 1
    third = np.array([1 / 3, 1 / 3, 1 / 3])
    assert as_profile([third, third], games.load("rock_paper_scissors"))[0][0] == (F(1, 3),) * 3
    assert as_profile([[0.6, 0.4 + 1e-5], [1, 0]], BOS, tolerance=1e-4)[1]


def test_softmaxes_in_32_bits_are_read_whoever_wrote_them():
    """A sum of n floats may miss one by n 2^-23, the error of 32 bits; exact numbers may not."""
    generator = np.random.default_rng(0)
    game = games.normal_form(*np.zeros((2, 7, 7)))
    for _ in range(100):
        scores = generator.normal(size=(2, 7)).astype(np.float32)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        softmax = (weights / weights.sum(axis=1, keepdims=True)).tolist()
        for source in (softmax, {"strategies": softmax}, json.dumps({"strategies": softmax})):
            profile = read_profile(source, game)
            assert all(sum(strategy) == 1 for strategy in profile.strategies)
            exact = all(sum(map(F, strategy)) == 1 for strategy in softmax)
            assert exact or "in floats; it was divided by its sum" in profile.notes[0]
    edge = 2 * 2.0**-23  # of two actions
    assert as_profile([[0.5, 0.5 + edge], [1, 0]], BOS)[1]
    for wrong in (
        [[0.5, 0.5 + 2 * edge], [1, 0]],
        [["1/2", F(1, 2) + F(1, 10**9)], [1, 0]],
        [["0.33", "0.66"], [1, 0]],
    ):
        with pytest.raises(InputError, match="not to 1"):
            as_profile(wrong, BOS)
    report = solvers.check([["0.33", "0.66"], [1, 0]], BOS, tolerance=2)
    assert report.holds
    assert report.strategies[0] == (F(1, 3), F(2, 3))
    assert report.notes == ("the strategy of 'Row' sums to 1 - 0.01; it was divided by its sum",)
    with pytest.raises(InputError, match="not to 1"):
        solvers.check([["0.33", "0.66"], [1, 0]], BOS, tolerance="1/1000")


def test_a_series_is_read_by_its_labels():
    pd = pytest.importorskip("pandas", reason="pandas is an optional package")
    turned = pd.Series([0.25, 0.75], index=["B", "A"])
    assert as_profile([turned, [1, 0]], BOS)[0][0] == (F(3, 4), F(1, 4))
    assert as_profile([pd.Series([0.25, 0.75]), [1, 0]], BOS)[0][0] == (F(1, 4), F(3, 4))
    players = pd.Series([[1, 0], turned], index=["Column", "Row"])
    assert as_profile(players, BOS)[0] == ((F(3, 4), F(1, 4)), (1, 0))
    with pytest.raises(InputError, match="comes twice"):
        as_profile([pd.Series([1, 0], index=["A", "A"]), [1, 0]], BOS)


def test_a_key_that_comes_twice_is_refused():
    with pytest.raises(InputError, match="'strategies' comes twice"):
        read_profile('{"strategies": [[1, 0], [1, 0]], "strategies": [[0, 1], [0, 1]]}', BOS)


def test_an_npz_file_of_strategies(tmp_path):
    path, row, column = tmp_path / "p.npz", np.array([0.5, 0.5]), np.array([1, 0])
    for arrays in (
        {"strategies": np.array([row, column])},
        {"strategies_1": column, "strategies_0": row},
        {"Column": column, "Row": row},
    ):
        np.savez(path, **arrays)
        assert read_profile(path, BOS).strategies == ((HALF, HALF), (1, 0))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([["1/2", "1/3"], [1, 0]], "'Row' sums to 5/6, not to 1"),
        ([[0.5, 0.5 + 1e-6], [1, 0]], "not to 1"),
        ([["1", "1/1000000000000"], [1, 0]], "not to 1"),
        ([[1.5, -0.5], [1, 0]], "negative probability -1/2"),
        ([["3/2", "-1/2"], [1, 0]], "negative probability -1/2"),
        ([[float("nan"), 1], [1, 0]], "nan is not a finite number"),
        ([[float("inf"), 1], [1, 0]], "inf is not a finite number"),
        ([[True, False], [1, 0]], "truth value"),
        ([["x", 1], [1, 0]], "'x' is not a number"),
        ([[None, 1], [1, 0]], "not a number"),
        ([[1], [1, 0]], "1 probabilities for 2 actions"),
        ([[1, 0, 0], [1, 0]], "3 probabilities for 2 actions"),
        ([[1, 0]], "1 strategies for 2 players"),
        ([[1, 0]] * 3, "3 strategies for 2 players"),
        ([], "0 strategies for 2 players"),
        ([[], [1, 0]], "is empty"),
        ([1, 0], "no list of probabilities"),
        (np.zeros((2, 2, 2)), "is not a number|is a list|not a number"),
        (np.array(1.0), "no list of vectors"),
        ({}, "holds nothing but no strategies"),
        ({"policy": 1}, "holds 'policy' but no strategies"),
        ({"strategies": 3}, "no list of vectors"),
        ({"strategies": "1 0; 0 1"}, "no list of vectors"),
        ({"strategies": {"Rou": [1, 0]}}, "did you mean Row"),
        ({"strategies": [{"C": 1}, [1, 0]]}, "'Row' names an action 'C', unknown; they are A, B"),
        ({"solutions": []}, "there is no solution 0"),
        ({"solutions": 3}, "no list of solutions"),
        ({"solutions": [3]}, "solution 0 is no profile"),
        ({"solutions": [{"solutions": []}]}, "solution 0 is no profile"),
        ({"leader": 5, "strategies": [[1, 0]]}, "no player 5; they are Row, Column"),
        ({"leader": "Rou", "strategies": [[1, 0]]}, "no player 'Rou'; did you mean Row"),
        ({"distribution": [[1, 0]]}, "shape"),
        ({"distribution": [[1, 0], [0]]}, "shape"),
        ({"distribution": [{"profile": [0, 0]}]}, '"probability"'),
        ({"distribution": [{"profile": [0, 2], "probability": 1}]}, "no action 2"),
        ({"distribution": [{"profile": [0], "probability": 1}]}, "1 actions for 2 players"),
        ({"distribution": [{"profile": "AA", "probability": 1}]}, "no pure profile"),
        ({"distribution": [{"profile": [0, 0], "probability": "1/2"}] * 2}, "twice"),
        ({"distribution": [["1/2", "1/4"], [0, 0]]}, "sums to 3/4"),
        (3, "a int is no profile"),
        (None, "NoneType is no profile"),
        ("text", "cannot read text: no such file"),
        (lambda player: 1 / 0, "called with player 0, raised ZeroDivisionError"),
        (lambda player: [1], "1 probabilities"),
    ],
)
def test_one_sentence(source, words):
    with pytest.raises(InputError, match=words) as caught:
        as_profile(source, BOS)
    assert "\n" not in str(caught.value)


def test_numbers_longer_than_python_prints():
    long = 10**5000
    with pytest.raises(InputError, match="no action what is given"):
        as_profile({"distribution": [{"profile": [long, 0], "probability": 1}]}, BOS)
    for game in (BOS, games.iterated(BOS, horizon=2)):
        for options in ({"tolerance": -long}, {"concept": "stackelberg", "leader": long}):
            with pytest.raises(InputError, match="what is given is n"):
                solvers.check([[1, 0], [1, 0]], game, **options)


def test_texts_and_files(tmp_path):
    pure = ((HALF, HALF), (1, 0))
    assert read_profile("1/2 1/2; 1 0", BOS).strategies == pure
    assert read_profile("0.5, 0.5; 1, 0", BOS).strategies == pure
    text = '{"strategies": [["1/2", "1/2"], [1, 0]]}'
    assert read_profile(text, BOS).strategies == pure
    assert read_profile('[["1/2", 0.5], [1, 0]]', BOS).strategies == pure
    path = tmp_path / "profile.json"
    path.write_text(text)
    assert read_profile(path, BOS).strategies == pure
    assert read_profile(str(path), BOS).strategies == pure
    for bad, words in (
        (str(tmp_path / "none.json"), "cannot read .*: no such file"),
        (str(tmp_path), "cannot read .*: is a directory"),
        ('{"strategies": [', "not JSON: line 1, column"),
        ('{"strategies": [[NaN, 1], [1, 0]]}', "NaN is not a probability"),
        ("a\0b", "cannot read"),
        ("1/2 1/2", "1 strategies for 2 players"),
        ("", "the profile is empty"),
    ):
        with pytest.raises(InputError, match=words):
            read_profile(bad, BOS)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="is no text"):
        read_profile(binary, BOS)


def test_openspiel_policies():
    matrix = pyspiel.load_game("matrix_bos")
    turns = pyspiel.convert_to_turn_based(matrix)
    uniform = ((HALF, HALF), (HALF, HALF))
    for source in (
        policy.UniformRandomPolicy(matrix),
        policy.TabularPolicy(BOS.openspiel),
        policy.TabularPolicy(turns),
        pyspiel.UniformRandomPolicy(turns),
    ):
        assert as_profile(source, BOS) == (uniform, ())
    solver = cfr.CFRSolver(turns)
    for _ in range(5):
        solver.evaluate_and_update_policy()
    strategies, _ = as_profile(solver.average_policy(), BOS)
    assert all(sum(strategy) == 1 for strategy in strategies)
    rps = policy.UniformRandomPolicy(pyspiel.load_game("matrix_rps"))
    kuhn = policy.UniformRandomPolicy(pyspiel.load_game("kuhn_poker"))
    three = policy.UniformRandomPolicy(pyspiel.load_game("kuhn_poker(players=3)"))
    for source, words in (
        (rps, "3 actions"),
        (kuhn, "does not decide exactly once"),
        (three, "3 players"),
    ):
        with pytest.raises(InputError, match=words):
            as_profile(source, BOS)
