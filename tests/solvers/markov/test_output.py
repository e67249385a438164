"""A Solution as JSON, CSV, LaTeX, numpy, an OpenSpiel policy and tables."""

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.policy import TabularPolicy

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.output.tables import render
from gtlearn.solvers.verify import table_payoffs

GAME = games.iterated("prisoners_dilemma", horizon=4)
MARKET = games.markov_game(
    [[[[2, 0], [0, 1]], [[0, 5], [0, 0]]]] * 2,
    [[[[1, 0], [1, 0]], [[0, 1], [0, 1]]], [[[0, 1], [0, 1]], [[1, 0], [1, 0]]]],
    discount="1/2",
    name="market",
    states=["low", "high"],
)


@pytest.fixture(scope="module", params=["nash", "timed", "optimal", "stationary", "market"])
def found(request):
    kind = request.param
    if kind == "nash":
        return solvers.solve(games.iterated("chicken", discount="1/2"))
    if kind == "timed":
        return solvers.solve(games.iterated("battle", horizon=3))
    if kind == "market":
        return solvers.solve(MARKET, "stackelberg")
    return solvers.solve(GAME, "stackelberg", follower=kind, policy="deterministic")


def test_json_has_the_keys_of_the_schema(found):
    data = json.loads(json.dumps(found.to_json()))
    game = found.game.markov if isinstance(found.game, games.IteratedGame) else found.game
    assert data["schema"] == "gtlearn/solution/1"
    assert data["game"]["states"] == list(game.states)
    assert data["game"].get("horizon") == game.horizon
    assert data["unit"] == game.unit
    assert (data["method"], data["status"], data["complete"]) == (
        found.method,
        found.status,
        found.complete,
    )
    for entry, outcome in zip(data["solutions"], found, strict=True):
        assert list(map(Fraction, entry["payoffs"])) == list(outcome.payoffs)
        assert entry["certificate"]["verified"] is True
        if found.concept == "nash":
            assert entry["timed"] == outcome.timed
            depth = 3 if outcome.timed else 2
            assert np.ndim(entry["strategies"][0]) == depth
            continue
        assert (data["follower"], data["policy"]) == (found.follower, found.policy)
        assert entry["states"] == list(game.states)
        assert np.shape(entry["commitment"]) == (len(game.states), game.shape[outcome.leader])
        assert Fraction(entry["value"]) == Fraction(entry["payoffs"][entry["leader"]])
        assert Fraction(entry["upper_bound"]) - Fraction(entry["value"]) == Fraction(entry["gap"])
        assert entry["attained"] is True and entry["unit"] == game.unit
        rows = game.num_states * (
            game.horizon if found.follower == "optimal" and game.horizon else 1
        )
        assert np.size(entry["response"]) == rows


def test_exported_tables_earn_the_payoffs_that_are_stated(found):
    for index, outcome in enumerate(found):
        tables = found.to_fractions(index)
        assert table_payoffs(found.game, tables) == tuple(outcome.payoffs)
        for array, table in zip(found.to_numpy(index), tables, strict=True):
            assert np.array_equal(array.reshape(len(table), -1), np.array(table, dtype=float))
            assert array.ndim == 2 + (len(table) > len(found.game.states))
    with pytest.raises(InputError, match="no solution 99"):
        found.to_numpy(99)


def test_csv_has_a_row_an_action(found):
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    tables = [table for index in range(len(found)) for table in found.to_fractions(index)]
    flat = [p for table in tables for row in table for p in row]
    assert [Fraction(row["probability"]) for row in rows] == flat
    assert {row["state"] for row in rows} <= set(found.game.states)
    timed = any(len(table) > len(found.game.states) for table in tables)
    assert any(row["step"] for row in rows) == timed


def test_latex_is_a_tabular(found):
    lines = found.to_latex().splitlines()
    assert lines[0].startswith(r"\begin{tabular}{r") and lines[-1] == r"\end{tabular}"
    columns = lines[1].count("&")
    assert all(line.count("&") == columns for line in lines[3:-1])


def test_an_openspiel_policy_earns_the_payoffs_that_are_stated(found):
    """The value of a discounted game converges like discount^t, hence the tolerance."""
    game = found.game
    if game.horizon is None:
        game = replace(game, horizon=7)
    policy = found.to_openspiel()
    stationary = all(len(t) == len(game.states) for t in found.to_fractions())
    assert isinstance(policy, TabularPolicy) == stationary
    returns = policy_value(game.openspiel.new_initial_state(), policy)
    scale = as_markov(found.game).scale
    expected = [float(p / scale) for p in found[0].payoffs]
    room = 1e-9 if found.game.horizon else 5 * float(game.discount) ** 7 / 0.5
    assert np.allclose(returns, expected, rtol=0, atol=room)


# --- tables for people


def test_the_follower_is_named_in_words():
    texts = {
        follower: str(solvers.solve(GAME, "stackelberg", follower=follower, policy="deterministic"))
        for follower in ("stationary", "optimal")
    }
    assert "against a follower who plays a deterministic table" in " ".join(
        texts["stationary"].split()
    )
    assert "responds as well as the whole history allows" in " ".join(texts["optimal"].split())
    assert "mean reward a step" in texts["optimal"]
    assert "Proven: no deterministic table of Row earns more." in texts["optimal"]
    assert "the folk bound" in texts["optimal"] and "unlimited memory" in texts["optimal"]


def test_equal_steps_are_one_line_and_what_never_comes_is_a_dash():
    text = str(solvers.solve(games.iterated("prisoners_dilemma", horizon=10), "stackelberg"))
    assert "C (steps 2-8), D (step 9)" in text
    assert " DD      D                -" in text
    text = str(solvers.solve(games.iterated("chicken", horizon=10)))
    assert "\n 0       init    C     D\n 1-9     CC      C     D\n" in text


def test_what_is_proven_again_and_what_only_by_the_search_is_said():
    found = solvers.solve(GAME, "stackelberg")
    assert "best one of its class, and the upper bound." in " ".join(str(found).split())
    evidence = {**found[0].certificate.evidence, "bound": "branch_and_bound"}
    certificate = replace(found[0].certificate, evidence=evidence)
    searched = replace(found, solutions=(replace(found[0], certificate=certificate),))
    pure = solvers.solve(GAME, "stackelberg", policy="deterministic")
    for solution in (searched, pure):
        text = " ".join(str(solution).split())
        assert "of its class. The upper bound is proven by the search itself." in text


def test_a_supremum_and_a_gap_are_said():
    found = solvers.solve(GAME, "stackelberg", ties="weak")
    assert not found[0].attained
    text = " ".join(str(found).split())
    assert "earns up to" in text and "The value is a limit" in text
    assert "tables near this one earn" in text and "at distance 1/100" in text
    certificate = found[0].certificate
    high = {**certificate.evidence, "upper_bound": found[0].value + 1}
    outcome = replace(found[0], certificate=replace(certificate, evidence=high))
    loose = replace(found, solutions=(outcome,))
    assert "which leaves a gap of 1" in " ".join(str(loose).split())


def test_all_leaders_and_all_equilibria_are_listed_a_line_each():
    game = games.iterated("battle", discount="1/2")
    found = solvers.solve(game, "stackelberg", policy="deterministic")
    assert f"All {len(found)} found" in str(found) and len(found) > 1
    found = solvers.solve(game, find="all")
    assert f"{len(found) - 30} more are in the other formats" in str(found)
    assert "C,D" in str(found)


def test_wide_games_and_long_tables_stay_within_the_width():
    size = 80
    moves = np.zeros((size, 2, 1, size), dtype=int)
    for state in range(size):
        moves[state, :, 0, (state + 1) % size] = 1
    pay = np.arange(2 * size).reshape(size, 2, 1)
    game = games.markov_game([pay, -pay], moves, discount="1/2", name="long")
    found = solvers.solve(game)
    text = render(found, width=100)
    assert "20 more" in text
    assert max(map(len, text.splitlines())) <= 100


def test_what_was_cut_short_and_what_was_not_found_is_said():
    found = solvers.solve(GAME, "stackelberg", policy="deterministic")
    late = replace(found, status="time_limit", complete=False)
    assert "found before the search was stopped" in str(late)
    nothing = replace(found, solutions=(), complete=False)
    assert "No deterministic commitments found" in str(nothing)
    nothing = replace(nothing, concept="nash", follower=None, policy=None)
    assert "No Nash equilibrium found" in str(nothing)


def test_an_approximate_equilibrium_is_called_one():
    found = solvers.solve(games.iterated("chicken", horizon=2))
    certificate = replace(
        found[0].certificate, verified=False, evidence={"regrets": (Fraction(1, 7), Fraction(0))}
    )
    text = str(replace(found, solutions=(replace(found[0], certificate=certificate),)))
    assert "An approximation: by some deviation a player gains up to 1/7" in text
