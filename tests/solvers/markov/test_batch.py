"""Many profiles at once: the same values as one by one, exactly or to a bound on rounding."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers._markov import batch
from gtlearn.solvers._markov.batch import evaluate_exactly, evaluate_floats, integer_type
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers.profiles.tables import deterministic_tables

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=60, deadline=None)


def stacked(tables):
    out = np.empty((len(tables), len(tables[0]), len(tables[0][0])), dtype=object)
    out[:] = tables
    return out


def bound(game):
    """Rounding: an operation errs by 2^-53, a visit goes through fewer than S + A + 6 a step."""
    steps = game.horizon or 1 / (1 - game.discount)
    total = sum(game.discount**t for t in range(game.horizon)) if game.horizon else steps
    largest = max(abs(v) for array in game.payoffs for v in array.fractions().ravel())
    size = 12 * game.num_states**2 + 4 * int(np.prod(game.shape)) + 24
    return float((steps + 2) * size * largest * total * game.scale) * 2**-53


@few
@given(seed=SEEDS, horizon=st.sampled_from([None, 1, 2, 9]), players=st.sampled_from([2, 3]))
def test_as_one_by_one(brute, seed, horizon, players):
    game = brute.random_game(seed, horizon=horizon, players=players, masked=seed % 2 == 0)
    profiles = [
        [brute.random_table(game, k, seed + 9 * i + k) for k in range(players)] for i in range(4)
    ]
    expected = [evaluate(game, tables).payoffs for tables in profiles]
    arrays = [stacked([tables[k] for tables in profiles]) for k in range(players)]
    exact = evaluate_exactly(game, arrays)
    assert exact.fractions().tolist() == list(map(list, expected))
    floats = evaluate_floats(game, arrays)
    assert np.abs(floats - exact.floats()).max() <= bound(game)


@pytest.mark.parametrize("duration", [{"horizon": 10}, {"discount": "24/25"}])
@pytest.mark.parametrize("stage", ["prisoners_dilemma", "stag_hunt", "hero"])
def test_all_pairs_of_deterministic_tables(stage, duration):
    game = games.iterated(stage, **duration)
    tables = np.eye(2, dtype=int)[list(deterministic_tables(game.markov, 0))]
    exact = evaluate_exactly(game, [tables[:, None], tables[None]])
    assert exact.shape == (32, 32, 2)
    for i, j in [(0, 0), (31, 5), (10, 21), (17, 17), (3, 30)]:
        pair = [tables[i].tolist(), tables[j].tolist()]
        assert tuple(exact[i, j, k] for k in range(2)) == evaluate(game, pair).payoffs
    floats = evaluate_floats(game, [tables[:, None], tables[None]])
    assert np.abs(floats - exact.floats()).max() <= bound(game.markov)
    # of a symmetric game: against a table with CD and DC exchanged, the players change places
    mirror = [int("".join(f"{k:05b}"[s] for s in (0, 1, 3, 2, 4)), 2) for k in range(32)]
    swapped = exact.fractions()[mirror][:, mirror].swapaxes(0, 1)[..., ::-1]
    assert (exact.fractions() == swapped).all()


def test_integers_that_do_not_fit_64_bits():
    """Fractions over 97 for ten steps need a denominator of 97^20, about 132 bits."""
    game = games.iterated("prisoners_dilemma", horizon=10)
    row = [F(89, 97), F(8, 97)]
    assert integer_type(game.markov, 97**2) is object
    assert integer_type(game.markov, 1) is np.int64
    table = stacked([[row] * 5] * 2)
    exact = evaluate_exactly(game, [table, table])
    assert [exact[0, 0], exact[0, 1]] == list(evaluate(game, [[row] * 5] * 2).payoffs)


@few
@given(scale=st.integers(1, 2**70), horizon=st.sampled_from([None, 1, 5, 20]))
def test_payoffs_of_any_size(scale, horizon):
    """Near the limit of 64 bits nothing may wrap around; twice the payoffs, twice the value."""
    matrix = [[scale, -scale], [-scale + 1, scale]]
    stage = games.normal_form(matrix, matrix)
    game = games.iterated(stage, horizon=horizon, discount="3/4" if horizon is None else None)
    tables = [[[F(1, 2)] * 2] * 5, [[F(1, 3), F(2, 3)]] * 5]
    exact = evaluate_exactly(game, tables)
    assert tuple(exact.fractions()) == evaluate(game, tables).payoffs


def test_parts_of_a_batch_are_put_together(monkeypatch):
    game = games.iterated("chicken", discount="2/3")
    tables = np.random.default_rng(3).dirichlet([1, 1], size=(2, 50, 5))
    whole = evaluate_floats(game, list(tables))
    pure = (tables[0] > 0.5).astype(int)
    exact = evaluate_exactly(game, [pure, pure[::-1]])
    monkeypatch.setattr(batch, "CHUNK", 25 * 7)  # seven profiles at a time
    assert (evaluate_floats(game, list(tables)) == whole).all()
    assert evaluate_exactly(game, [pure, pure[::-1]]) == exact


def test_batch_axes_broadcast():
    game = games.iterated("chicken", horizon=3)
    tables = np.random.default_rng(0).dirichlet([1, 1], size=(4, 3, 5))
    assert evaluate_floats(game, [tables[0, 0], tables[1, 0]]).shape == (2,)
    pairs = evaluate_floats(game, [tables[:, :1], tables[:1]])
    assert pairs.shape == (4, 3, 2)
    assert np.array_equal(pairs[2, 1], evaluate_floats(game, [tables[2, 0], tables[0, 1]]))
    assert evaluate_floats(game, [tables[:0, 0], tables[:0, 0]]).shape == (0, 2)


def test_memory_of_two_steps():
    game = games.iterated("prisoners_dilemma", horizon=5, memory=2)
    table = np.random.default_rng(0).integers(0, 2, size=(2, 6, 21))
    tables = np.eye(2, dtype=int)[table]
    exact = evaluate_exactly(game, list(tables))
    for i in range(6):
        assert tuple(exact.fractions()[i]) == evaluate(game, tables[:, i].tolist()).payoffs


@pytest.mark.parametrize("function", [evaluate_floats, evaluate_exactly])
def test_what_is_refused(function):
    game = games.iterated("prisoners_dilemma", horizon=10)
    good = np.ones((7, 5, 2), dtype=int) * [1, 0]
    with pytest.raises(InputError, match=r"1 array\(s\) of tables given for the 2 players"):
        function(game, [good])
    with pytest.raises(InputError, match=r"'Column' have shape \[7, 2, 5\]"):
        function(game, [good, good.swapaxes(1, 2)])
    with pytest.raises(InputError, match=r"\[7\] and \[3\] of the tables do not fit"):
        function(game, [good, good[:3]])


def test_exact_rows_must_be_probabilities():
    game = games.iterated("prisoners_dilemma", horizon=10)
    good = np.ones((7, 5, 2), dtype=int) * [1, 0]
    for row in ([1, 1], [2, -1], [0, 0], [2**61, 2**61]):
        bad = good.copy()
        bad[4, 2] = row
        with pytest.raises(InputError, match=r"table 4 of 'Column' is no probability .* 'CD'"):
            evaluate_exactly(game, [good, bad])
    legal = [np.array([[True, False]]), np.array([[True, True]])]
    narrow = games.markov_game(
        [[[[1, 0], [0, 1]]]] * 2, np.ones((1, 2, 2, 1), int), horizon=3, legal=legal
    )
    with pytest.raises(InputError, match="plays what is not legal"):
        evaluate_exactly(narrow, [[[0, 1]], [[0, 1]]])
