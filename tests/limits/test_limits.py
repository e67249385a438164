"""Limits nest, the strictest holds, and each names the status that it leaves."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import limits
from gtlearn.errors import InputError


def test_nothing_is_limited_without_limits():
    limits.check()
    assert limits.seconds_left() is None
    assert limits.bytes_left() is None


def test_the_time_limit_ends_the_work():
    with limits.limited(time_limit=1e-9), pytest.raises(limits.TimeLimitReached) as caught:
        limits.check()
    assert caught.value.status == "time_limit"
    assert isinstance(caught.value, TimeoutError)


def test_the_memory_limit_ends_the_work():
    with limits.limited(memory_limit=20e6):
        limits.check()
        with pytest.raises(limits.MemoryLimitReached):
            limits.require(1e9)
        held = b"x" * 60_000_000
        with pytest.raises(limits.MemoryLimitReached) as caught:
            while True:
                limits.check()
        assert len(held) and caught.value.status == "memory_limit"


def test_an_inner_limit_does_not_loosen_an_outer_one():
    with limits.limited(time_limit=5), limits.limited(time_limit=500):
        assert limits.seconds_left() <= 5
    with limits.limited(time_limit=500, memory_limit=1e6), limits.limited(time_limit=5):
        assert limits.seconds_left() <= 5
        assert limits.bytes_left() <= 1e6


def test_work_that_puts_the_answer_together_is_not_ended():
    with limits.limited(time_limit=1e-9), limits.suspended():
        limits.check()


def test_the_user_can_ask_to_stop():
    with limits.stoppable() as asked:
        limits.check()
        asked.stop = True
        for _ in range(2):
            with pytest.raises(limits.Interrupted):
                limits.check()
    limits.check()


def test_there_is_a_short_time_to_finish_once_the_user_asked_to_stop():
    with limits.stoppable() as asked:
        asked.stop = True
        with limits.finishing():
            limits.check()
        with pytest.raises(limits.Interrupted):
            limits.check()
        asked.until -= 1000
        with limits.finishing(), pytest.raises(limits.Interrupted):
            limits.check()
    with limits.limited(1e-9), limits.finishing(), pytest.raises(limits.TimeLimitReached):
        limits.check()


@pytest.mark.parametrize("wrong", [0, -1, True, "3", float("nan")])
def test_limits_are_positive_numbers(wrong):
    with pytest.raises(InputError, match="positive number of seconds"), limits.limited(wrong):
        pass
    with pytest.raises(InputError, match="positive number of bytes"):
        limits.require_limits(None, wrong)


@pytest.mark.parametrize("never", [float("inf"), 1e308, 10**400])
def test_limits_that_are_never_reached(never):
    with limits.limited(never, never):
        limits.check()
        assert limits.seconds_left() > 1e9


@pytest.mark.parametrize("kind", [np.int64, np.float32, Fraction])
def test_limits_are_numbers_of_any_kind(kind):
    with limits.limited(kind(60)):
        assert 59 < limits.seconds_left() <= 60
