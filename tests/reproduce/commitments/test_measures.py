"""Steps to the optimum, and intervals of fractions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtlearn.errors import InputError
from gtlearn.reproduce.kinds.commitments import (
    COMMITMENTS,
    TRUE_VALUE,
    median_steps,
    steps_to,
    wilson_interval,
    within,
)

STEPS = np.array([100.0, 200, 300, 400])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([4, 4, 4, 4], 100),
        ([1, 3.95, 4, 3.92], 200),  # 2 % of 4 are 0.08
        ([4, 1, 4, 4], 300),  # it must stay
        ([4, 4, 4, 3.91], math.inf),
        ([1, 1, 1, 4], 400),
        ([1, 1, 1, 4.5], math.inf),  # more than can be earned is not the optimum
    ],
)
def test_steps_to_the_optimum(values, expected):
    assert steps_to(STEPS, np.array(values, dtype=float), 4.0, 0.02) == expected


@given(st.lists(st.floats(0, 5), min_size=4, max_size=4))
def test_from_that_step_on_all_values_are_within_and_the_one_before_is_not(values):
    found = steps_to(STEPS, np.array(values), 4.0, 0.02)
    fine = [within(value, 4.0, 0.02) for value in values]
    first = list(STEPS).index(found) if math.isfinite(found) else 4
    assert all(fine[first:])
    assert first == 0 or not fine[first - 1]


def test_zero_is_within_of_zero_only():
    assert within(0.0, 0.0, 0.02)
    assert not within(0.01, 0.0, 0.02)


def test_medians_count_those_that_never_arrive(run_of):
    at_100, at_200 = run_of(0, [4.0, 4.0]), run_of(1, [1.0, 4.0])
    at_300, never = run_of(2, [1.0, 1.0, 4.0]), run_of(3, [1.0])
    assert median_steps([at_100, at_300], TRUE_VALUE, 0) == 200
    assert median_steps([at_100, never], TRUE_VALUE, 0) is None
    assert median_steps([never, at_100, at_200], TRUE_VALUE, 0) == 200


# Newcombe (1998), Statistics in Medicine 17, Table I, method 3 (Wilson's score).
@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_of_the_literature(successes, count, low, high):
    found = wilson_interval(successes, count)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_intervals_hold_the_fraction_and_mirror(pair):
    successes, count = pair
    low, high = wilson_interval(successes, count)
    assert 0 <= low <= successes / count <= high + 1e-12 <= 1 + 1e-12
    mirrored = wilson_interval(count - successes, count)
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]))


def test_a_run_that_is_not_finished_is_refused(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "env_steps": 5}\n')
    with pytest.raises(InputError, match="no finished run of a leader; go on by `gtlearn resume"):
        COMMITMENTS.read_run(tmp_path)
