"""Tables read from JSON, npz, OpenSpiel policies, callables and solutions."""

import itertools
import json
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.python.policy import TabularPolicy, UniformRandomPolicy

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers.profiles.read import read_profile

GAME = games.iterated("prisoners_dilemma", horizon=4)
GRIM = ((1, 0), (1, 0), (0, 1), (0, 1), (0, 1))
TIT_FOR_TAT = ((1, 0), (1, 0), (0, 1), (1, 0), (0, 1))


def listed(table):
    return [list(row) for row in table]


@pytest.mark.parametrize(
    "source",
    [
        {"strategies": [listed(GRIM), listed(TIT_FOR_TAT)]},
        [listed(GRIM), listed(TIT_FOR_TAT)],
        np.array([GRIM, TIT_FOR_TAT]),
        np.array([GRIM, TIT_FOR_TAT], dtype=np.float32),
        {"Row": listed(GRIM), "Column": listed(TIT_FOR_TAT)},
        {"strategies": {"Column": listed(TIT_FOR_TAT), "Row": listed(GRIM)}},
        {"strategies_0": np.array(GRIM), "strategies_1": np.array(TIT_FOR_TAT)},
        [
            {"init": 1, "CC": "1", "CD": 0, "DC": 0.0, "DD": Fraction(0)},
            {"init": {"C": 1}, "CC": [1, 0], "DD": {"D": 1}, "CD": "0", "DC": 1},
        ],
        {"commitment": listed(GRIM), "response": listed(TIT_FOR_TAT)},
        {"commitment": listed(GRIM), "response": [0, 0, 1, 0, 1]},
        {"commitment": listed(TIT_FOR_TAT), "response": [0, 0, 1, 1, 1], "leader": 1},
        {"strategies": [listed(GRIM), listed(TIT_FOR_TAT)], "states": np.array(GAME.states)},
        lambda player, label: (GRIM, TIT_FOR_TAT)[player][GAME.states.index(label)],
    ],
)
def test_one_profile_in_many_forms(source):
    assert read_profile(source, GAME).tables == (GRIM, TIT_FOR_TAT)


@pytest.mark.parametrize("text", [str, lambda value: value])
def test_texts_files_folders_and_arrays(tmp_path, text):
    value = {"strategies": [listed(GRIM), listed(TIT_FOR_TAT)]}
    expected = (GRIM, TIT_FOR_TAT)
    assert read_profile(json.dumps(value), GAME).tables == expected
    (tmp_path / "profile.json").write_text(json.dumps(value))
    assert read_profile(text(tmp_path / "profile.json"), GAME).tables == expected
    np.savez(tmp_path / "named.npz", strategies_0=GRIM, strategies_1=TIT_FOR_TAT)
    assert read_profile(text(tmp_path / "named.npz"), GAME).tables == expected
    np.savez(tmp_path / "labels.npz", Row=GRIM, Column=TIT_FOR_TAT)
    assert read_profile(text(tmp_path / "labels.npz"), GAME).tables == expected
    np.savez(tmp_path / "leader.npz", commitment=GRIM, leader=1, shown=TIT_FOR_TAT)
    found = read_profile(text(tmp_path / "leader.npz"), GAME)
    assert (found.tables, found.leader, found.shown) == ((None, GRIM), 1, TIT_FOR_TAT)
    run = {"schema": "gtlearn/run/1", "commitment": listed(GRIM), "follower_class": "stationary"}
    (tmp_path / "result.json").write_text(json.dumps(run))
    found = read_profile(text(tmp_path), GAME)
    assert (found.tables, found.follower) == ((GRIM, None), "stationary")


def test_one_table_is_the_leaders():
    for source in (listed(GRIM), np.array(GRIM), {"commitment": listed(GRIM)}):
        assert read_profile(source, GAME, leader=1).tables == (None, GRIM)
        assert read_profile(source, GAME).tables == (GRIM, None)
    with pytest.raises(InputError, match="0 tables for 2 players"):
        read_profile([], GAME)


def test_what_a_follower_was_told_is_kept_apart():
    for key in ("shown", "context"):
        found = read_profile({"commitment": listed(GRIM), key: listed(TIT_FOR_TAT)}, GAME)
        assert (found.tables[0], found.shown) == (GRIM, TIT_FOR_TAT)


def test_tables_that_see_the_time_are_flat_or_nested():
    steps = [listed(GRIM), listed(GRIM), listed(TIT_FOR_TAT), listed(GRIM)]
    flat = [row for step in steps for row in step]
    rows = tuple(map(tuple, flat))
    for own in (steps, flat, np.array(steps)):
        found = read_profile({"timed": True, "strategies": [own, flat]}, GAME)
        assert found.tables == (rows, rows)
        assert read_profile([own, listed(GRIM)], GAME).tables == (rows, GRIM)
    with pytest.raises(InputError, match="said not to see the time"):
        read_profile({"timed": False, "strategies": [steps, steps]}, GAME)
    with pytest.raises(InputError, match="20 row"):
        read_profile({"timed": False, "strategies": [flat, flat]}, GAME)


@pytest.mark.parametrize("concept", ["nash", "stackelberg"])
def test_solutions_and_their_json(concept):
    found = solvers.solve(GAME, concept)
    direct = read_profile(found, GAME)
    assert read_profile(found[0], GAME).tables == direct.tables
    again = read_profile(json.dumps(found.to_json()), GAME)
    assert again.tables == direct.tables
    assert (again.follower, again.policy) == (found.follower, found.policy)
    assert direct.tables[0] == tuple(map(tuple, found.to_fractions()[0]))
    with pytest.raises(InputError, match="no solution 1"):
        read_profile(found, GAME, index=1)
    with pytest.raises(InputError, match="no solution 1"):
        read_profile(found.to_json(), GAME, index=1)


def tabular(game, tables):
    policy = TabularPolicy(game)
    for player, table in enumerate(tables):
        for label, row in zip(GAME.states, table, strict=True):
            policy.policy_for_key(f"p{player} {label}")[:] = row
    return policy


def test_openspiel_policies():
    game = pyspiel.load_game(f"{GAME.name[:-1]},recall=memory)")
    policy = tabular(game, (GRIM, TIT_FOR_TAT))
    assert read_profile(policy, GAME).tables == (GRIM, TIT_FOR_TAT)
    in_cpp = pyspiel.TabularPolicy(
        {
            f"p{player} {label}": list(enumerate(map(float, row)))
            for player, table in enumerate((GRIM, TIT_FOR_TAT))
            for label, row in zip(GAME.states, table, strict=True)
        }
    )
    assert read_profile(in_cpp, GAME).tables == (GRIM, TIT_FOR_TAT)
    half = Fraction(1, 2)
    uniform = read_profile(UniformRandomPolicy(game), GAME).tables
    assert uniform == (((half, half),) * 5,) * 2


def test_a_policy_of_perfect_recall_must_depend_on_the_memory_alone():
    game = pyspiel.load_game(f"{GAME.name[:-1]},recall=perfect)")
    policy = TabularPolicy(game)
    half = ((Fraction(1, 2),) * 2,) * 5
    assert read_profile(policy, GAME).tables == (half, half)
    policy.policy_for_key("p1 CC DD")[:] = [1, 0]
    with pytest.raises(InputError, match=r"plays differently in state 'DD' after CC DD"):
        read_profile(policy, GAME)


def test_what_solve_gives_openspiel_is_read_back():
    game = games.iterated("ipd_meta_mapg", discount="1/2")
    found = solvers.solve(game, "stackelberg", policy="deterministic")
    tables = read_profile(found.to_openspiel(), game).tables
    assert tables == tuple(tuple(map(tuple, table)) for table in found.to_fractions())


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (lambda: UniformRandomPolicy(pyspiel.load_game("kuhn_poker")), "belongs to kuhn_poker"),
        (lambda: pyspiel.TabularPolicy({"p0 init": [(0, 1.0)]}), "no answer in the information"),
    ],
)
def test_policies_of_other_games_are_refused(policy, said):
    with pytest.raises(InputError, match=said):
        read_profile(policy(), GAME)


def test_policies_of_a_markov_game():
    """Stay is the only action in two states, and the last state cannot be reached."""
    market = games.markov_game(
        [[[[1, 2], [3, 4]]] * 4] * 2,
        [[[["1/2", "1/2", 0, 0]] * 2] * 2, *[[[[0, 0, 1, 0]] * 2] * 2] * 3],
        discount="1/2",
        legal=[[[1, 1], [1, 0], [1, 1], [1, 0]], [[1, 1], [1, 1], [0, 1], [1, 1]]],
    )
    chosen = (
        ((Fraction(1, 4), Fraction(3, 4)), (1, 0), (0, 1), (1, 0)),
        ((1, 0), (Fraction(1, 2),) * 2, (0, 1), (Fraction(1, 2),) * 2),
    )
    policy = TabularPolicy(market.openspiel, states=market.openspiel.decision_states())
    in_cpp = {}
    for player, state in itertools.product((0, 1), range(3)):
        row = [float(p) for p in chosen[player][state]]
        policy.policy_for_key(f"p{player} {state}")[:] = row
        in_cpp[f"p{player} {state}"] = list(enumerate(row))
    assert read_profile(policy, market).tables == chosen
    assert read_profile(pyspiel.TabularPolicy(in_cpp), market).tables == chosen
    with pytest.raises(InputError, match="the policy belongs to gtlearn_iterated"):
        read_profile(UniformRandomPolicy(pyspiel.load_game(GAME.name)), market)


def test_floats_are_renormalised_and_it_is_said():
    found = read_profile({"commitment": [[0.1, 0.9]] * 5}, GAME)
    assert all(sum(row) == 1 for row in found.tables[0])
    assert "divided by its sum" in found.notes[0] and len(found.notes) == 3
    rough = np.full((5, 2), 1 / 3, dtype=np.float32)
    rough[:, 1] = 2 / 3
    assert all(sum(row) == 1 for row in read_profile({"commitment": rough}, GAME).tables[0])


def raises():
    raise RuntimeError("lost")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"commitment": [[1, 0]] * 4}, r"'Row' has 4 row\(s\); give one for each of the 5 states"),
        ({"commitment": [[1, 0]] * 6}, "has 6 row"),
        ({"commitment": [[1, 0, 0]] * 5}, "'init' has 3 probabilities"),
        ({"commitment": [[2, -1]] * 5}, "'init' has the negative probability -1"),
        ({"commitment": [["3/2", "1/2"]] * 5}, "sums to 2, not to 1"),
        ({"commitment": [["1/2", "1/3"]] * 5}, "sums to 5/6, not to 1"),
        ({"commitment": [[1, 0]] * 4 + [["half", "half"]]}, "'DD': 'half' is not a number"),
        ({"commitment": [[1, 0]] * 4 + [[float("nan"), 0]]}, "'DD'"),
        ({"commitment": [0.5] * 5}, "no list of probabilities"),
        ({"commitment": {"init": 1, "CC": 1}}, "no row for state 'CD'"),
        ({"commitment": {"start": 1}}, "names a state 'start', unknown; they are init, CC"),
        ({"commitment": {"Init": 1}}, "did you mean init"),
        ({"commitment": {**dict.fromkeys(GAME.states, 1), "CC": {"E": 1}}}, "names an action 'E'"),
        ({"commitment": {**dict.fromkeys(GAME.states, 1), "CC": "3/2"}}, "negative probability"),
        (
            {"commitment": listed(GRIM), "states": ["init", "CC", "DC", "CD", "DD"]},
            "states of gtlearn_iterated.* in another order; write the rows in the order init, CC",
        ),
        ({"commitment": listed(GRIM), "states": list("abcde")}, "lists a state 'a', so these are"),
        ({"commitment": listed(GRIM), "states": ["init", "CC"]}, "lists 2 states, so these are"),
        ({"commitment": listed(GRIM), "states": "init"}, "no list of labels"),
        ({"states": list("abcde"), "solutions": [{"strategies": []}]}, "lists a state 'a'"),
        ({"commitment": 3}, "is no table"),
        ({"commitment": "all"}, "is no table"),
        ({"commitment": listed(GRIM), "leader": 2}, "no player 2"),
        ({"commitment": listed(GRIM), "response": [0, 1]}, r"2 action\(s\) given for 'Column'"),
        ({"commitment": listed(GRIM), "response": [0, 1, 0, 0, 5]}, "no action 5"),
        ({"strategies": [listed(GRIM)]}, "1 tables for 2 players"),
        ({"strategies": {"Peter": listed(GRIM)}}, "no player 'Peter'; they are Row, Column"),
        ({"strategies": "both"}, "no list of tables"),
        ({"timed": 3, "strategies": [listed(GRIM)] * 2}, '"timed" is 3'),
        ({"solutions": 3}, "no list of solutions"),
        ({"solutions": [3]}, "solution 0 is no profile"),
        ({"payoffs": 3}, "holds 'payoffs' but no tables"),
        ({}, "holds nothing but no tables"),
        ("", "the profile is empty"),
        ("{", "line 1, column 2"),
        ('{"commitment": NaN}', "NaN is not a probability"),
        ("nowhere.json", "no such file"),
        ("nowhere.npz", "no such file"),
        (3, "a int is no profile"),
        (lambda player, label: raises(), "raised RuntimeError: lost"),
    ],
)
def test_bad_tables_are_refused_in_a_sentence(source, said):
    with pytest.raises(InputError, match=said) as refused:
        read_profile(source, GAME)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"broken\.npz is no archive") as refused:
        read_profile(tmp_path / "broken.npz", GAME)
    assert "no file name" not in str(refused.value)
    np.savez(tmp_path / "objects.npz", commitment=np.array([None, "x"], dtype=object))
    with pytest.raises(InputError, match="holds Python objects"):
        read_profile(tmp_path / "objects.npz", GAME)
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is no text"):
        read_profile(tmp_path / "binary.json", GAME)


def test_a_commitment_of_another_leader_is_refused():
    with pytest.raises(InputError, match="leader=0"):
        read_profile({"commitment": listed(GRIM), "leader": 0}, GAME, leader=1)


def test_an_illegal_action_is_refused():
    game = games.markov_game(
        [[[[1, 0], [0, 1]]]] * 2,
        [[[[1], [1]], [[1], [1]]]],
        discount="1/2",
        legal=[[[True, False]], [[True, True]]],
    )
    with pytest.raises(InputError, match="'2', which is not legal"):
        read_profile([[["1/2", "1/2"]], [[1, 0]]], game)
