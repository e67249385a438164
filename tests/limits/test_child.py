"""A child process answers, or is ended by a limit, or dies alone."""

import os
import signal

import pytest

from gtlearn import child, limits


def test_it_answers():
    assert child.call(divmod, 7, 2) == (3, 1)


def test_it_raises_what_was_raised():
    with pytest.raises(ZeroDivisionError):
        child.call(divmod, 7, 0)


def _die():
    os.kill(os.getpid(), signal.SIGABRT)


def _exit():
    os._exit(3)


def test_it_dies_alone():
    with pytest.raises(child.ChildDied, match="signal 6") as caught:
        child.call(_die)
    assert caught.value.signal == signal.SIGABRT
    with pytest.raises(child.ChildDied, match="exit code 3"):
        child.call(_exit)


def _for_ever():
    while True:
        pass


def test_the_time_limit_ends_it():
    with pytest.raises(limits.TimeLimitReached):
        child.call(_for_ever, time_limit=0.1)
    with limits.limited(time_limit=0.1), pytest.raises(limits.TimeLimitReached):
        child.call(_for_ever)


def _fill():
    held = []
    while True:
        held.append(bytearray(1_000_000))


def test_the_memory_limit_ends_it():
    with pytest.raises(limits.MemoryLimitReached):
        child.call(_fill, memory_limit=100e6)


def test_the_memory_of_a_child_counts_among_the_limits_that_hold():
    with limits.limited(memory_limit=100e6), pytest.raises(limits.MemoryLimitReached):
        child.call(_fill)


def _speak():
    print("to standard output")
    os.write(1, b"to its file descriptor\n")
    os.write(2, b"to standard error\n")
    return 1


def test_it_is_quiet(capfd):
    assert child.call(_speak) == 1
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_pickled_is_an_error():
    with pytest.raises(RuntimeError, match="function"):
        child.call(lambda: lambda: 0)
