"""The verifier's own values and best responses, against histories, all tables and the solvers'."""

from fractions import Fraction
from itertools import product

import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers import verify
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers._markov.response import optimal_response, stationary_response
from gtlearn.solvers.verify import markov_values
from gtlearn.solvers.verify.markov_values import (
    OPTIMAL,
    STATIONARY,
    best_actions,
    best_deviation,
    best_tables,
    plays_best_everywhere,
    response_to,
    table_payoffs,
    table_regrets,
)

SEEDS = range(12)


def pair(brute, seed, **options):
    game = brute.random_game(seed, **options)
    return game, [brute.random_table(game, k, seed + k) for k in range(game.num_players)]


def pure(game, player, actions):
    size = game.shape[player]
    return [[Fraction(int(a == action)) for a in range(size)] for action in actions]


def all_tables(game, player):
    legal = [[a for a in range(game.shape[player]) if row[a]] for row in game.legal[player]]
    return product(*legal)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("players", [2, 3])
def test_payoffs_are_those_of_all_histories(brute, seed, players):
    game, tables = pair(brute, seed, horizon=2, players=players, masked=True)
    assert table_payoffs(game, tables) == brute.by_histories(game, tables)


@pytest.mark.parametrize("seed", SEEDS)
def test_timed_payoffs_are_those_of_all_histories(brute, seed):
    game = brute.random_game(seed, horizon=3)
    tables = [brute.random_table(game, k, seed + k, timed=bool(k)) for k in range(2)]
    assert table_payoffs(game, tables) == brute.by_histories(game, tables)


@pytest.mark.parametrize("seed", SEEDS)
def test_regrets_are_against_every_history_dependent_deviation(brute, seed):
    game, tables = pair(brute, seed, horizon=3, masked=True)
    payoffs = brute.by_histories(game, tables)
    best = [brute.best_by_histories(game, tables, k)[0] for k in range(2)]
    assert table_regrets(game, tables) == tuple(b - p for b, p in zip(best, payoffs, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("ties", "sign"), [("strong", 1), ("weak", -1)])
def test_ties_are_broken_over_all_histories(brute, seed, ties, sign):
    game = brute.random_game(seed, horizon=3)
    tables = [brute.random_table(game, k, seed + k, pure=True) for k in range(2)]
    own, other = brute.best_by_histories(game, tables, 1, sign, 0)
    found = response_to(game, tables[0], 0, OPTIMAL, ties)
    assert (found.own, found.other) == (own, sign * other)
    reply = pure(game, 1, found.plan)
    assert table_payoffs(game, [tables[0], reply]) == (found.other, found.own)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("ties", "sign"), [("strong", 1), ("weak", -1)])
def test_a_stationary_response_is_best_of_all_tables(brute, seed, ties, sign):
    game = brute.random_game(seed, horizon=3, masked=True)
    tables = [brute.random_table(game, k, seed + k, pure=seed % 2) for k in range(2)]
    worths = {}
    for actions in all_tables(game, 1):
        leader, follower = table_payoffs(game, [tables[0], pure(game, 1, actions)])
        worths[actions] = (follower, sign * leader)
    found = response_to(game, tables[0], 0, STATIONARY, ties)
    assert (found.own, sign * found.other) == max(worths.values()) == worths[found.plan]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("horizon", [3, None])
def test_all_best_tables_are_found(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k, pure=True) for k in range(2)]
    worths = {
        actions: table_payoffs(game, [tables[0], pure(game, 1, actions)])[1]
        for actions in all_tables(game, 1)
    }
    best = {actions for actions, worth in worths.items() if worth == max(worths.values())}
    found = best_tables(game, tables, 1, most=1000)
    covered = set()
    for pattern in found:
        filled = [range(game.shape[1]) if a is None else [a] for a in pattern]
        covered |= set(product(*filled))
    assert covered == best


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("horizon", [3, None])
def test_best_actions_are_those_of_optimal_responses(brute, seed, horizon):
    game = brute.random_game(seed, horizon=horizon)
    tables = [brute.random_table(game, k, seed + k, pure=True) for k in range(2)]
    best = best_deviation(game, tables, 1)
    rows = best_actions(game, tables, 1)
    for place, actions in enumerate(rows):
        for action in actions:
            plan = [others[0] if others else 0 for others in rows]
            plan[place] = action
            assert table_payoffs(game, [tables[0], pure(game, 1, plan)])[1] == best


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("horizon", [4, None])
def test_it_agrees_with_the_solvers_which_it_shares_no_code_with(brute, seed, horizon):
    game, tables = pair(brute, seed, horizon=horizon, masked=True)
    assert table_payoffs(game, tables) == evaluate(game, tables).payoffs
    for ties in ("strong", "weak"):
        optimal = optimal_response(game, tables, 1, ties=ties)
        found = response_to(game, tables[0], 0, OPTIMAL, ties)
        assert optimal.payoffs == (found.other, found.own)
        stationary = stationary_response(game, tables, 1, ties=ties)
        found = response_to(game, tables[0], 0, STATIONARY, ties)
        assert stationary.payoffs == (found.other, found.own)


@pytest.mark.parametrize("name", ["battle", "shapley", "random_uniform(rows=3,columns=2,seed=4)"])
def test_one_step_is_the_stage_game(name):
    stage = games.load(name)
    game = games.iterated(stage, horizon=1)
    rows = [[Fraction(k + 1, sum(range(1, n + 1))) for k in range(n)] for n in stage.shape]
    tables = [[row] * len(game.states) for row in rows]
    assert table_payoffs(game, tables) == verify.payoffs(stage, rows)
    assert table_regrets(game, tables) == verify.regrets(stage, rows)


def test_grim_is_an_equilibrium_from_the_threshold_on():
    """Friedman (1971): grim deters where the discount is at least (4 - 3)/(4 - 2) = 1/2."""
    grim = [[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]
    for discount, holds in [("1/2", True), ("499/1000", False)]:
        game = games.iterated("prisoners_dilemma", discount=discount)
        assert (table_regrets(game, [grim, grim]) == (0, 0)) is holds
        assert plays_best_everywhere(game, [grim, grim], 0) is holds


def test_tit_for_tat_is_an_equilibrium_but_not_off_the_path():
    """Axelrod (1984); after a defection two who play it alternate, and forgiving is better."""
    game = games.iterated("prisoners_dilemma", discount="9/10")
    tit_for_tat = [[1, 0], [1, 0], [0, 1], [1, 0], [0, 1]]
    mirrored = [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]  # for the player whose action comes second
    assert table_regrets(game, [tit_for_tat, mirrored]) == (0, 0)
    assert not plays_best_everywhere(game, [tit_for_tat, mirrored], 0)


def test_a_search_that_would_take_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(markov_values, "MAX_NODES", 1)
    game = games.iterated("chicken", horizon=10)
    first = [Fraction(1), Fraction(1, 3), Fraction(1, 7), Fraction(1, 2), Fraction(4, 5)]
    mixed = [[p, 1 - p] for p in first]
    with pytest.raises(InputError, match="not known after 1 steps"):
        response_to(game, mixed, 0, STATIONARY, "strong")
