"""Best responses: against all histories, all tables, and how ties are broken."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.game import unrolled
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response, stationary_response
from gtlearn.solvers.profiles.tables import deterministic_tables, pure_table

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=60, deadline=None)
TIT_FOR_TAT = [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]  # of the second player


def value_of(game, tables, player, plan):
    played = [*tables[:player], pure_table(game, player, plan), *tables[player + 1 :]]
    return evaluate(game, played).payoffs


def all_values(game, tables, player):
    return {
        plan: value_of(game, tables, player, plan) for plan in deterministic_tables(game, player)
    }


@few
@given(seed=SEEDS, horizon=st.integers(1, 3), sign=st.sampled_from([0, 1, -1]))
def test_optimal_against_all_histories(brute, seed, horizon, sign):
    game = brute.random_game(seed, horizon=horizon, masked=seed % 2 == 0)
    player = seed % 2
    tables = [brute.random_table(game, k, seed + k, timed=seed % 3 == 0) for k in range(2)]
    best = brute.best_by_histories(game, tables, player, sign, 1 - player)
    ties = {0: None, 1: "strong", -1: "weak"}[sign]
    found = optimal_response(game, tables, player, ties=ties)
    assert found.value == best[0]
    assert found.payoffs == value_of(game, tables, player, found.plan)
    if sign:
        assert sign * found.payoffs[1 - player] == best[1]


@pytest.mark.parametrize("stage", ["prisoners_dilemma", "battle_of_the_sexes"])
def test_four_steps_against_all_histories(brute, stage):
    game = games.iterated(stage, horizon=4).markov
    tables = [brute.random_table(game, k, 7 + k) for k in range(2)]
    best = brute.best_by_histories(game, tables, 0, 1, 1)
    found = optimal_response(game, tables, 0, ties="strong")
    assert (found.payoffs[0], found.payoffs[1]) == best


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 1, 2, 5]), pure=st.booleans())
def test_stationary_against_all_tables(brute, seed, horizon, pure):
    """With pure tables and payoffs of few values there are many ties."""
    game = brute.random_game(seed, horizon=horizon, masked=seed % 5 == 0)
    player = seed % 2
    tables = [brute.random_table(game, k, seed + k, pure=pure) for k in range(2)]
    values = all_values(game, tables, player)
    best = max(v[player] for v in values.values())
    optimal = {plan: v for plan, v in values.items() if v[player] == best}
    others = [v[1 - player] for v in optimal.values()]
    for ties, wanted in ((None, others), ("strong", [max(others)]), ("weak", [min(others)])):
        found = stationary_response(game, tables, player, ties=ties)
        assert found.kind == "stationary"
        assert found.payoffs == optimal[found.plan]
        assert found.payoffs[1 - player] in wanted
        listed = list(found.all_optimal())
        assert len(listed) == len(set(listed))
        assert found.plan in listed
        # without a horizon only those that are optimal in every state are listed
        assert set(listed) == set(optimal) if horizon else set(listed) <= set(optimal)
        assert found.unique == (len(set(map(tuple, visited(game, tables, player, optimal)))) == 1)


def visited(game, tables, player, plans):
    """How often each state and joint action occurs under each plan."""
    for plan in plans:
        played = [*tables[:player], pure_table(game, player, plan), *tables[player + 1 :]]
        yield evaluate(game, played).occupancy.texts().ravel().tolist()


@few
@given(seed=SEEDS, horizon=st.sampled_from([1, 2, 4]))
def test_optimal_is_stationary_where_the_time_is_seen(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k, timed=True) for k in range(2)]
    stretched = unrolled(game)
    if sum(1 for _ in zip(range(2001), deterministic_tables(stretched, 0), strict=False)) > 2000:
        return
    for ties in ("strong", "weak"):
        optimal = optimal_response(game, tables, 0, ties=ties)
        assert stationary_response(stretched, tables, 0, ties=ties).payoffs == optimal.payoffs
        assert stationary_response(game, tables, 0, ties=ties).value <= optimal.value


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 3]))
def test_no_row_can_be_improved_and_choices_are_exactly_the_optimal_actions(brute, seed, horizon):
    """One-step deviations from an optimal plan, in every row: those of `choices` cost nothing at
    that row, all others cost something (the principle of optimality)."""
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k) for k in range(2)]
    found = optimal_response(game, tables, 0)
    assert all(action in row for action, row in zip(found.plan, found.choices, strict=True))
    size = game.num_states
    for row, chosen in enumerate(found.choices):
        for action in range(game.shape[0]):
            changed = (*found.plan[:row], action, *found.plan[row + 1 :])
            lost = from_row(game, tables, found.plan, row) - from_row(game, tables, changed, row)
            assert (lost == 0) if action in chosen else (lost > 0), (row, action, size)


def from_row(game, tables, plan, row):
    """The first player's value from a row on."""
    step, state = divmod(row, game.num_states)
    rest = None if game.horizon is None else game.horizon - step
    shorter = games.markov_game(
        game.payoffs,
        game.transitions,
        start=state,
        horizon=rest,
        discount=game.discount,
        averaged=False,
    )
    kept = plan[step * game.num_states :]
    return evaluate(shorter, [pure_table(shorter, 0, kept), tables[1]]).payoffs[0]


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 3]), favoured=st.integers(0, 2))
def test_three_players(brute, seed, horizon, favoured):
    game = brute.random_game(seed, horizon=horizon, players=3)
    tables = [brute.random_table(game, k, seed + k, pure=True) for k in range(3)]
    values = all_values(game, tables, 1)
    best = max(v[1] for v in values.values())
    found = stationary_response(game, tables, 1, ties="weak", favoured=favoured)
    wanted = min(v[favoured] for v in values.values() if v[1] == best)
    assert (found.payoffs[1], found.payoffs[favoured]) == (best, wanted)


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 1, 3]))
def test_who_does_not_care_does_what_is_best_or_worst_for_the_other(brute, seed, horizon):
    """With payoffs of zero every table is optimal, so ties decide everything."""
    game = brute.random_game(seed, horizon=horizon)
    nothing = np.zeros((game.num_states, *game.shape), dtype=int)
    careless = games.markov_game(
        [nothing, game.payoffs[1]],
        game.transitions,
        start=game.start,
        horizon=horizon,
        discount=game.discount,
    )
    tables = [brute.random_table(game, k, seed + k) for k in range(2)]
    others = [v[1] for v in all_values(careless, tables, 0).values()]
    assert stationary_response(careless, tables, 0, ties="strong").payoffs == (0, max(others))
    assert stationary_response(careless, tables, 0, ties="weak").payoffs == (0, min(others))
    helpful = optimal_response(careless, tables, 0, ties="strong")
    best = brute.best_by_histories(careless, tables, 0, 1, 1)[1] if horizon else max(others)
    assert helpful.payoffs == (0, best)


def test_defecting_at_the_last_step_against_tit_for_tat():
    """C C ... C D earns (9 * 3 + 4) / 10; nobody who cannot see the time does better than 3."""
    game = games.iterated("prisoners_dilemma", horizon=10)
    optimal = optimal_response(game, [None, TIT_FOR_TAT], 0)
    assert optimal.value == F(31, 10)
    assert [optimal.plan[5 * t + (0 if t == 0 else 1)] for t in range(10)] == [0] * 9 + [1]
    assert optimal.unique
    assert optimal.payoffs[1] == F(9 * 3 + 1, 10)
    stationary = stationary_response(game, [None, TIT_FOR_TAT], 0)
    assert stationary.value == 3


def test_a_knife_edge_is_reported():
    """Against a table that ignores what is done, in a game where one's own action is worthless."""
    stage = games.normal_form([[1, 0], [1, 0]], [[2, 2], [3, 3]])
    game = games.iterated(stage, horizon=2)
    for respond in (optimal_response, stationary_response):
        found = respond(game, [None, [[1, 0]] * 5], 0)
        assert found.value == 1
        assert found.ties[0] == 0
        assert not found.unique
        assert respond(game, [None, [[1, 0]] * 5], 0, ties="strong").payoffs == (1, 3)
        assert respond(game, [None, [[1, 0]] * 5], 0, ties="weak").payoffs == (1, 2)
    # with the first column, the states reached are init and "11", "21": "1" is the first action
    stationary = stationary_response(game, [None, [[1, 0]] * 5], 0)
    assert stationary.idle == (2, 4)
    assert len(list(stationary.all_optimal())) == 32


def test_ties_that_are_never_reached_do_not_count():
    game = games.iterated("prisoners_dilemma", horizon=3)
    grim = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    found = optimal_response(game, [None, grim], 0)
    assert found.value == F(10, 3)
    assert found.unique
    payoffs = np.zeros((2, 2, 1))
    payoffs[0, 1] = 1
    moves = np.zeros((2, 2, 1, 2), dtype=int)
    moves[..., 0] = 1
    absorbing = games.markov_game([payoffs, payoffs], moves, discount="1/2")
    found = optimal_response(absorbing, [None, [[1], [1]]], 0)
    assert found.plan[0] == 1
    assert found.choices == ((1,), (0, 1))
    assert found.ties == ()


def test_rock_paper_scissors_has_too_many_pairs_but_not_too_many_tables():
    """3^10 tables; the answer to a table that plays the same everywhere wins every step."""
    game = games.iterated("rock_paper_scissors", horizon=10)
    found = stationary_response(game, [None, [[1, 0, 0]] * 10], 0)
    assert found.value == 1
    mixed = [["2/5", "2/5", "1/5"]] * 10
    assert stationary_response(game, [None, mixed], 0).value == F(1, 5)


def test_more_tables_than_the_limit_are_refused():
    game = games.iterated("rock_paper_scissors", horizon=10)
    mixed = [["2/5", "2/5", "1/5"]] * 10
    with pytest.raises(InputError, match="59049 deterministic tables, more than the limit of 1000"):
        stationary_response(game, [None, mixed], 0, limit=1000)
    longer = games.iterated("prisoners_dilemma", horizon=10, memory=3)
    with pytest.raises(InputError, match=f"{2**85} deterministic tables"):
        stationary_response(longer, [None, [["1/2", "1/2"]] * 85], 0)
    assert stationary_response(longer, [None, [[1, 0]] * 85], 0).value == 4  # few are reached


def test_float_screening_keeps_what_differs_less_than_rounding():
    """Payoffs that differ by 1 in 10^30 differ for the answer, though not in floats."""
    huge = 10**30
    stage = games.normal_form([[huge, 0], [huge + 1, 0]], [[0, 0], [1, 1]])
    game = games.iterated(stage, horizon=3)
    found = stationary_response(game, [None, [[1, 0]] * 5], 0)
    assert (found.plan[0], found.plan[3]) == (1, 1)
    assert found.unique
    assert found.value == huge + 1


@few
@given(first=st.integers(1, 50), second=st.integers(1, 50), most=st.integers(101, 200))
def test_ties_that_floats_round_apart(first, second, most):
    """first / most, then second / most, or both at once: equal, but seldom in doubles."""
    payoffs = np.zeros((4, 2, 1), dtype=int)
    payoffs[0, :, 0] = [first, first + second]
    payoffs[1, :, 0] = second
    payoffs[3, :, 0] = most  # is never reached, but the largest
    moves = np.zeros((4, 2, 1, 4), dtype=int)
    moves[0, 0, 0, 1] = moves[0, 1, 0, 2] = 1
    moves[1:, :, 0, 2] = 1
    game = games.markov_game([payoffs, payoffs], moves, horizon=2)
    found = stationary_response(game, [None, [[1]] * 4], 0)
    assert 0 in found.ties
    assert found.choices[0] == (0, 1)


@pytest.mark.parametrize("respond", [optimal_response, stationary_response])
def test_what_is_refused(respond):
    game = games.iterated("prisoners_dilemma", horizon=3)
    tables = [None, TIT_FOR_TAT]
    with pytest.raises(InputError, match="no player 2"):
        respond(game, tables, 2)
    with pytest.raises(InputError, match="no player -1"):
        respond(game, tables, -1)
    with pytest.raises(InputError, match="no ties 'best'"):
        respond(game, tables, 0, ties="best")
    with pytest.raises(InputError, match="no player 5"):
        respond(game, tables, 0, ties="weak", favoured=5)
    with pytest.raises(InputError, match="no table"):
        respond(game, tables, 1)
    three = games.markov_game([np.zeros((1, 1, 1, 1), int)] * 3, [[[[[1]]]]], horizon=2)
    with pytest.raises(InputError, match="give `favoured`"):
        respond(three, [[[1]]] * 3, 0, ties="strong")


def test_all_optimal_plans_of_an_optimal_response():
    stage = games.normal_form([[1, 0], [1, 0]], [[2, 2], [3, 3]])
    game = games.iterated(stage, horizon=1)
    found = optimal_response(game, [None, [[1, 0]] * 5], 0)
    assert set(found.all_optimal()) == set(product((0, 1), repeat=5))
