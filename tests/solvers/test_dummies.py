"""A player with one action changes nothing for the others, and is part of the answer."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.dummies import choosing_pair, two_player_game
from gtlearn.solvers import verify

F = Fraction


def with_dummies(game, places, rng):
    """The game with further players of one action at these places, paid at random."""
    arrays = [array.fractions() for array in game.payoffs]
    for place in places:
        arrays = [np.expand_dims(array, place) for array in arrays]
        values = [F(int(v)) for v in rng.integers(-3, 4, arrays[0].size)]
        dummy = np.empty(arrays[0].shape, dtype=object)
        dummy[...] = np.array(values, dtype=object).reshape(arrays[0].shape)
        arrays.insert(place, dummy)
    return games.normal_form(*arrays, name="game with dummies")


def of_the_two(game, outcome):
    pair = choosing_pair(game)
    return tuple(outcome.strategies[k] for k in pair), tuple(outcome.payoffs[k] for k in pair)


def fine(game, solution):
    """Whether nothing in a solution, or in its JSON, is false."""
    said = json.loads(json.dumps(solution.to_json()))
    return not verify.solution(game, solution).false and not verify.solution(game, said).false


GAMES = st.tuples(
    st.sampled_from([(2, 2), (2, 3), (3, 2), (1, 3), (2, 1)]), st.integers(0, 2**32 - 1)
).map(lambda drawn: (np.random.default_rng(drawn[1]), drawn[0]))
PLACES = st.sampled_from([(0,), (1,), (2,), (0, 2), (1, 1), (2, 3)])


@given(GAMES, PLACES)
@settings(max_examples=15)
def test_nash_is_that_of_the_two_who_choose(drawn, places):
    rng, shape = drawn
    smaller = games.normal_form(*(rng.integers(-2, 3, shape) for _ in range(2)))
    game = with_dummies(smaller, places, rng)
    if min(shape) > 1:
        found, known = (solvers.solve(g, find="all") for g in (game, smaller))
        pairs = [(e.strategies, e.payoffs) for e in known]
        assert [of_the_two(game, e) for e in found] == pairs
        assert (found.subsets, found.components) == (known.subsets, known.components)
    for options in ({}, {"find": "all"}, {"arithmetic": "float"}, {"select": "entropy"}):
        solution = solvers.solve(game, **options)
        assert solution.game is game
        assert fine(game, solution)
        for outcome in solution:
            sizes = [len(strategy) for strategy in outcome.strategies]
            assert tuple(sizes) == game.shape
            assert len(outcome.payoffs) == game.num_players
            assert len(outcome.certificate.evidence["regrets"]) == game.num_players
    report = solvers.check(solution[0], game)
    assert report.holds
    assert report.nearest.distance == 0
    assert len(report.nearest.strategies) == game.num_players


@given(GAMES, PLACES, st.sampled_from(["strong", "weak"]))
@settings(max_examples=15)
def test_commitments(drawn, places, ties):
    rng, shape = drawn
    game = with_dummies(
        games.normal_form(*(rng.integers(-2, 3, shape) for _ in range(2))), places, rng
    )
    for leader in range(game.num_players):
        pair = choosing_pair(game, leader)
        if pair is None:
            with pytest.raises(InputError, match="one follower who chooses"):
                solvers.solve(game, "stackelberg", leader=leader)
            continue
        alone = solvers.solve(
            two_player_game(game, pair), "stackelberg", leader=pair.index(leader), ties=ties
        )
        for options in ({}, {"commitment": "pure"}, {"arithmetic": "float"}):
            solution = solvers.solve(game, "stackelberg", leader=leader, ties=ties, **options)
            assert fine(game, solution)
            assert solution[0].leader == leader
        found = solvers.solve(game, "stackelberg", leader=leader, ties=ties)
        assert found[0].response == alone[0].response
        assert found[0].payoffs[leader] == alone[0].payoffs[pair.index(leader)]
        assert fine(
            game, solvers.solve(game, "stackelberg", leader=leader, commitment="correlated")
        )
        report = solvers.check(found, game, "stackelberg", leader=leader, ties=ties)
        assert report.stackelberg.value == found[0].payoffs[leader]


# A dilemma of Row and Column, whom a judge watches.
JUDGED = games.normal_form(
    [[[3], [0]], [[5], [1]]],
    [[[3], [5]], [[0], [1]]],
    [[[7], [0]], [[0], ["-1/2"]]],
    players=["Row", "Column", "Judge"],
)


def test_every_form_of_the_answer():
    solution = solvers.solve(JUDGED, find="all")
    only = solution[0]
    assert only.strategies == ((0, 1), (0, 1), (1,))
    assert only.payoffs == (1, 1, F(-1, 2))
    assert solution.complete
    assert "Judge" in str(solution)
    assert "0,Judge,1,1,-1/2" in solution.to_csv()
    assert "Judge" in solution.to_latex()
    policy = solution.to_openspiel()
    state = policy.game.new_initial_state()
    assert policy.action_probabilities(state, 2) == {0: 1.0}
    led = solvers.solve(JUDGED, "stackelberg", leader=1)
    assert "Column commits first, Row best-responds" in str(led)
    report = solvers.check({"strategies": [[0, 1]], "leader": 0}, JUDGED, "stackelberg")
    assert "Column's best responses to it: 2." in str(report)
    assert report.to_json()["stackelberg"]["achieved"] == "1"


def test_zero_sum_games_with_a_dummy():
    game = games.normal_form([[[0, 0]] * 2], [[[1, -1], [-1, 1]]], [[[-1, 1], [1, -1]]])
    solution = solvers.solve(game)
    assert solution.method == "zero-sum linear program"
    assert solution[0].strategies == ((1,), (F(1, 2),) * 2, (F(1, 2),) * 2)
    assert fine(game, solution)
    assert solvers.zero_sum(game)[0].payoffs == (0, 0, 0)


def test_false_statements_about_a_dummy_are_named():
    for solution in (solvers.solve(JUDGED), solvers.solve(JUDGED, "stackelberg")):
        said = solution.to_json()
        said["solutions"][0]["payoffs"][2] = "3"
        assert "the payoff of 'Judge' is" in verify.solution(JUDGED, said).false[0]
        said = solution.to_json()
        said["solutions"][0]["strategies"][2] = ["1/2"]
        assert verify.solution(JUDGED, said).false
        said = solution.to_json()
        del said["solutions"][0]["strategies"][2]
        assert verify.solution(JUDGED, said).false


def test_fairness_says_where_a_mixture_may_be_fairer():
    game = games.normal_form(
        [[[1], [1]], [[1], [1]]], [[[1], [1]], [[1], [1]]], [[[0], [2]], [[2], [0]]]
    )
    notes = solvers.solve(game, select="fairness").notes
    assert any("a mixture of them may be fairer" in note for note in notes)
    assert not solvers.solve(JUDGED, select="fairness").notes


def test_more_than_two_who_choose():
    game = games.normal_form(*[np.zeros((2, 2, 1, 2), dtype=int)] * 4)
    assert fine(game, solvers.solve(game))
    with pytest.raises(InputError, match="exactly two"):
        solvers.solve(game, "stackelberg")
    with pytest.raises(InputError, match="use 0 to 2"):
        solvers.solve(JUDGED, "stackelberg", leader=3)
    assert solvers.check([[1, 0], [1, 0], [1], [1, 0]], game).nearest.distance == 0


@pytest.mark.parametrize("place", range(4))
def test_one_who_has_no_choice_beside_three_changes_nothing(place):
    payoffs = np.random.default_rng(0).integers(0, 10**4, (3, 2, 2, 2))
    known = solvers.solve(games.normal_form(*payoffs), find="all")
    tensors = [np.expand_dims(own, place) for own in payoffs]
    tensors.insert(place, np.zeros_like(tensors[0]))
    game = games.normal_form(*tensors)
    solution = solvers.solve(game, find="all")
    assert known.complete and len(known) == len(solution)
    assert "complete" in str(
        verify.solution(game, solution, proof=solvers.proof_of(solution)).proven
    )
