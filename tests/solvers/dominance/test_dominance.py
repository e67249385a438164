"""Textbook cases, invariants, and steps that must be refused."""

import itertools
from dataclasses import replace
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers._correlated import correlated
from gtlearn.solvers._dominance.elimination import dominance
from gtlearn.solvers._nash.pure import pure_equilibria
from gtlearn.solvers.verify.dominance import violations

F = Fraction


def labels(result):
    return [(step.round, step.player, step.label) for step in result.steps]


def test_prisoners_dilemma():
    result = dominance(games.load("prisoners_dilemma"))
    assert result.surviving == ((1,), (1,))
    assert result.complete
    assert [step.margin for step in result.steps] == [1, 1]


def test_iterated_by_pure_strategies():
    """Gibbons (1992), Figure 1.1.1: Right, then Down, then Left go, in three rounds."""
    game = games.normal_form(
        [[1, 1, 0], [0, 0, 2]],
        [[0, 2, 1], [3, 1, 0]],
        actions=[["Up", "Down"], ["Left", "Middle", "Right"]],
    )
    result = dominance(game)
    assert labels(result) == [(1, 1, "Right"), (2, 0, "Down"), (3, 1, "Left")]
    assert result.reduced.actions == (("Up",), ("Middle",))
    assert result.reduced.payoff(1, (0, 0)) == 2


def test_only_a_mixture_dominates():
    """Osborne & Rubinstein (1994), Figure 61.1: B loses to half T and half M, then L goes."""
    game = games.normal_form(
        [[3, 0], [0, 3], [1, 1]], [[0, 1], [0, 1], [1, 0]], actions=["TMB", "LR"]
    )
    result = dominance(game)
    assert labels(result) == [(1, 0, "B"), (2, 1, "L"), (3, 0, "T")]
    assert result.steps[0].dominator == (F(1, 2), F(1, 2), 0)
    assert result.steps[0].margin == F(1, 2)
    assert result.reduced.actions == (("M",), ("R",))


def test_three_players():
    """A player whose third action is dominated by a mixture over the other two."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 9, (3, 2, 2))
    first[2] = (first[0] + first[1]) // 2 - 1
    others = [np.zeros((3, 2, 2), int)] * 2
    result = dominance(games.normal_form(first, *others))
    assert (1, 0, "3") in labels(result)
    assert violations(result) == []


def test_weak_dominance_needs_one_strict_gain():
    game = games.normal_form([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    assert dominance(game).steps == ()
    result = dominance(game, "weak")
    assert result.surviving == ((0,), (0,))
    assert "order" in result.notes[0]
    twins = games.normal_form([[1, 2], [1, 2]], [[0, 0], [0, 0]])
    assert dominance(twins, "weak").steps == ()


def test_weak_dominance_removes_an_equilibrium():
    """Of two equilibria one uses weakly dominated actions, and goes."""
    game = games.normal_form([[1, 0], [0, 0]], [[1, 0], [0, 0]])
    assert pure_equilibria(game) == [(0, 0), (1, 1)]
    assert pure_equilibria(dominance(game, "weak").reduced) == [(0, 0)]


def test_weak_dominance_by_a_mixture():
    game = games.normal_form([[2, 0], [0, 2], [1, 1], [1, 0]], np.zeros((4, 2), int))
    weak = dominance(game, "weak")
    assert labels(weak) == [(1, 0, "4")]
    with_edge = games.normal_form([[4, 0, 1], [0, 4, 1], [2, 2, 0]], np.zeros((3, 3), int))
    step = dominance(with_edge, "weak").steps[0]
    assert (step.label, step.dominator, step.margin) == ("3", (F(1, 2), F(1, 2), 0), F(1, 3))


def test_exact_where_floats_are_blind():
    """A mixture that dominates by 10**-30, or by nothing at all."""
    tiny = F(1, 10**30)
    for gain, removed in ((tiny, 1), (0, 0), (-tiny, 0)):
        rows = [[2, 0], [0, 2], [1 - gain, 1 - gain]]
        result = dominance(games.normal_form(rows, np.zeros((3, 2), int)))
        assert len(result.steps) == removed


def test_surviving_actions_have_beliefs():
    game = games.normal_form([[3, 0], [0, 3], [2, 2]], np.zeros((3, 2), int))
    result = dominance(game)
    assert result.surviving == ((0, 1, 2), (0, 1))
    assert sum(result.beliefs[0, 2].values()) == 1


def test_output():
    result = dominance(games.load("prisoners_dilemma"))
    data = result.to_json()
    assert data["schema"] == "gtlearn/dominance/1"
    assert data["steps"][0] == {
        "round": 1,
        "player": 0,
        "action": 0,
        "label": result.game.actions[0][0],
        "dominator": ["0", "1"],
        "margin": "1",
    }
    assert data["reduced"]["payoffs"] == [[["2"]], [["2"]]]
    assert "dominated by" in str(result)
    assert "No action" in str(dominance(games.load("matching_pennies")))


def test_time_limit():
    table = np.random.default_rng(0).integers(0, 100, (30, 30))
    result = dominance(games.normal_form(table, table.T), time_limit=1e-9)
    assert (result.status, result.complete) == ("time_limit", False)
    assert "time limit" in result.notes[-1]
    assert violations(result) == []


def test_unknown_kind():
    with pytest.raises(InputError, match="choose strict or weak"):
        dominance(games.load("prisoners_dilemma"), "very")


@st.composite
def tables(draw):
    players = draw(st.integers(2, 3))
    shape = tuple(draw(st.integers(1, 4 if players == 2 else 3)) for _ in range(players))
    top = draw(st.sampled_from([1, 2, 4, 30]))
    size = int(np.prod(shape))
    table = st.lists(st.integers(0, top), min_size=size, max_size=size)
    return [np.array(draw(table)).reshape(shape) for _ in range(players)]


@given(tables(), st.sampled_from(["strict", "weak"]))
@settings(max_examples=150, deadline=None)
def test_every_result_is_proven(payoffs, kind):
    result = dominance(games.normal_form(*payoffs), kind)
    assert result.complete
    assert violations(result) == []
    again = dominance(result.reduced, kind)
    assert again.steps == ()


@given(tables())
@settings(max_examples=60, deadline=None)
def test_strict_dominance_keeps_every_equilibrium(payoffs):
    game = games.normal_form(*payoffs)
    result = dominance(game)
    kept = [dict(enumerate(actions)) for actions in result.surviving]
    names = [
        tuple(kept[k][a] for k, a in enumerate(profile))
        for profile in pure_equilibria(result.reduced)
    ]
    assert names == pure_equilibria(game)
    distribution = correlated(game, objective="gini")[0].distribution
    for profile in distribution:
        assert all(a in actions for a, actions in zip(profile, result.surviving, strict=True))


@given(tables())
@settings(max_examples=40, deadline=None)
def test_weak_removes_at_least_what_strict_does(payoffs):
    game = games.normal_form(*payoffs)
    strict, weak = dominance(game), dominance(game, "weak")
    first = {(s.player, s.action) for s in strict.steps if s.round == 1}
    assert first <= {(s.player, s.action) for s in weak.steps if s.round == 1}


@given(tables())
@settings(max_examples=40, deadline=None)
def test_pure_dominance_by_brute_force(payoffs):
    game = games.normal_form(*payoffs)
    gone = {(s.player, s.action) for s in dominance(game).steps if s.round == 1}
    for player, table in enumerate(payoffs):
        block = np.moveaxis(table, player, 0).reshape(game.shape[player], -1)
        for a, b in itertools.permutations(range(len(block)), 2):
            if (block[b] > block[a]).all():
                assert (player, a) in gone


def test_tampered_results_are_refused():
    game = games.normal_form([[3, 0], [0, 3], [1, 1]], [[0, 1], [0, 1], [1, 0]])
    result = dominance(game)
    first = result.steps[0]

    def with_first(**changes):
        return replace(result, steps=(replace(first, **changes), *result.steps[1:]))

    assert violations(with_first(margin=F(1)))
    assert violations(with_first(dominator=(F(1), F(0), F(0))))
    assert violations(with_first(dominator=(F(1, 2), F(1, 3), F(0))))
    assert violations(with_first(dominator=(F(0), F(0), F(1))))
    assert violations(with_first(player=7))
    assert violations(replace(result, steps=result.steps[:-1]))
    assert violations(replace(result, steps=(*result.steps, result.steps[-1])))
    assert violations(replace(result, surviving=((0,), (0,))))
    assert violations(replace(result, reduced=game))
    assert violations(replace(result, beliefs={}))
    assert violations(replace(result, kind="odd"))
    wrong = ExactArray(np.array([[9]]))
    assert violations(replace(result, reduced=replace(result.reduced, payoffs=(wrong, wrong))))
    kept = dominance(games.load("matching_pennies"))
    lie = {**kept.beliefs, (0, 0): {(1,): F(1)}}
    assert violations(replace(kept, beliefs=lie))
    assert violations(replace(kept, beliefs={**kept.beliefs, (0, 0): {(5,): F(1)}}))
    assert violations(replace(kept, beliefs={**kept.beliefs, (0, 0): {}}))
    assert violations(replace(kept, beliefs={**kept.beliefs, (0, 0): {(0,): F(1, 2)}}))
