"""Worker processes: what they return, how they stop, and that they end."""

import os
import pickle
import signal
import threading

import calls
import psutil
import pytest

from gtlearn.runs.stopping import Stopping, deferred, stoppable, was_asked
from gtlearn.runs.workers import each


def lost(argument, code):
    return argument, code


def test_every_call_is_answered_once():
    found = list(each(calls.double, range(7), workers=2, lost=lost))
    assert sorted(found) == [2 * number for number in range(7)]
    assert list(each(calls.double, [], workers=2, lost=lost)) == []


def test_a_lost_worker_is_replaced(capfd):
    given = ["killed", "one", "failed", "two"]
    found = list(each(calls.end, given, workers=1, lost=lost))
    assert found == [("killed", -signal.SIGKILL), "one", ("failed", 1), "two"]
    assert "ValueError: failed" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[lambda: None, 1], [threading.Lock()]])
def test_what_cannot_be_sent_is_said(arguments):
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        list(each(calls.double, arguments, workers=2, lost=lost))


def test_a_worker_that_ends_by_itself_is_lost():
    assert list(each(calls.end, ["left", "one"], workers=1, lost=lost)) == [("left", 0), "one"]


def test_what_has_begun_stops_and_nothing_else_begins(tmp_path):
    given = [str(tmp_path / name) for name in "abc"]
    asked = Stopping()

    def stop(step):
        return asked.requests > 0 or (all(map(os.path.exists, given[:2])) and bool(ask()))

    def ask():
        asked.requests += 1
        return asked.requests

    found = list(each(calls.wait, given, workers=2, lost=lost, stop=stop))
    assert sorted(found) == ["a stopped", "b stopped"]
    assert not os.path.exists(given[2])


def test_a_call_that_was_not_begun_has_no_result(tmp_path):
    """The workers are told to stop before they are ready."""
    given = [str(tmp_path / name) for name in "ab"]
    found = list(each(calls.wait, given, workers=2, lost=lost, stop=lambda step: True))
    assert set(found) <= {"a stopped", "b stopped"}


def test_workers_are_killed_where_the_iteration_is_left(tmp_path):
    hanging = str(tmp_path / "hanging")

    def stop(step):
        if os.path.exists(hanging) and os.path.getsize(hanging):
            raise KeyboardInterrupt  # as a second Ctrl-C
        return False

    with pytest.raises(KeyboardInterrupt):
        list(each(calls.hang, [hanging], workers=1, lost=lost, stop=stop))
    assert not psutil.pid_exists(int((tmp_path / "hanging").read_text()))


# --- requests to stop


def test_a_request_waits_only_where_it_is_looked_for():
    before = signal.getsignal(signal.SIGTERM)
    with stoppable() as stop:
        with deferred(stop):
            signal.raise_signal(signal.SIGINT)
            assert stop(0) and was_asked(stop)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        assert not was_asked(stop)  # but was told to end at once
    with stoppable() as stop, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_is_ignored_stays_so():
    """As by `nohup`, or in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable() as stop:
            signal.raise_signal(signal.SIGINT)
            assert not stop(0)
    finally:
        signal.signal(signal.SIGINT, before)
