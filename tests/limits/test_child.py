"""A child process answers, or is ended by a limit, or dies alone."""

import os
import select
import signal
import struct
import subprocess
import sys
from fractions import Fraction
from multiprocessing.connection import Connection

import flint
import pytest

from gtlearn import child, limits
from gtlearn.progress import heard_by, tell


def test_it_answers():
    assert child.call(divmod, 7, 2) == (3, 1)


def test_it_raises_what_was_raised():
    with pytest.raises(ZeroDivisionError):
        child.call(divmod, 7, 0)


def _die():
    os.kill(os.getpid(), signal.SIGABRT)


def _exit():
    os._exit(3)


def _die_in_the_middle_of_the_answer():
    def send_half(connection, data):
        connection._send(struct.pack("!i", len(data)) + bytes(data)[:1])
        os._exit(5)

    Connection._send_bytes = send_half


def test_it_dies_alone():
    with pytest.raises(child.ChildDied, match="signal 6") as caught:
        child.call(_die)
    assert caught.value.signal == signal.SIGABRT
    with pytest.raises(child.ChildDied, match="exit code 5"):
        child.call(_die_in_the_middle_of_the_answer)
    with pytest.raises(child.ChildDied, match="exit code 3"):
        child.call(_exit)


def _have_a_child_that_dies():
    child.call(_exit)


def test_the_death_of_its_own_child_is_told_on():
    with pytest.raises(child.ChildDied, match="exit code 3"):
        child.call(_have_a_child_that_dies)


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


def _ask_a_child():
    return child.call(divmod, 7, 2)


def test_children_may_have_children():
    assert child.call(_ask_a_child) == (3, 1)


def _have_a_child_that_never_ends(write):
    child.call(_never_end, write)


def _never_end(write):
    os.write(write, b"I live")
    _for_ever()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system offers it on Linux")
def test_a_child_ends_with_its_caller():
    read, write = os.pipe()
    with pytest.raises(limits.TimeLimitReached):
        child.call(_have_a_child_that_never_ends, write, time_limit=0.5)
    os.close(write)
    assert os.read(read, 100) == b"I live"
    assert select.select([read], [], [], 30)[0], "somebody still holds the other end"
    assert os.read(read, 100) == b""
    os.close(read)


SCRIPT = """
from gtlearn import child
child._can_fork = lambda: False
print(child.call(divmod, 7, 2), child.call(divmod, 9, 2, memory_limit=1e9))
"""


def test_a_script_is_not_run_again_where_the_system_cannot_fork(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert done.stdout == "(3, 1) (4, 1)\n"


def _where():
    return os.getpid()


def test_short_work_is_done_here():
    assert child.bounded(_where, seconds=1e9) == os.getpid()  # nothing is limited
    with limits.limited(time_limit=60):
        assert child.bounded(_where, seconds=1e-3) == os.getpid()


def test_long_work_is_done_where_it_can_be_ended():
    with limits.limited(time_limit=60):
        assert child.bounded(_where, seconds=9) != os.getpid()
    with limits.stoppable():
        assert child.bounded(_where, seconds=9) != os.getpid()
        assert child.bounded(_where, seconds=0.1) == os.getpid()
    with limits.limited(time_limit=0.1), pytest.raises(limits.TimeLimitReached):
        child.bounded(_for_ever, seconds=9)


def _nested():
    return child.bounded(_where, seconds=9), os.getpid()


def _power(exponent):
    return int(flint.fmpz(3) ** exponent % 7)


def test_memory_that_a_library_is_refused_is_the_limit():
    with limits.limited(memory_limit=100e6), pytest.raises(limits.MemoryLimitReached):
        child.bounded(_power, 3 * 10**10, seconds=60)
    with limits.limited(time_limit=60), pytest.raises(child.ChildDied, match="signal 6"):
        child.bounded(_die, seconds=60)


def test_what_is_in_a_child_stays_there():
    with limits.limited(time_limit=60):
        inner, outer = child.bounded(_nested, seconds=9)
    assert inner == outer


def _talk():
    tell(None, "working")
    return True


def test_a_child_tells_nobody():
    heard = []
    with heard_by(lambda done, what: heard.append(what)):
        assert child.call(_talk)
        _talk()
    assert heard == ["working"]


def _ratios(bits):
    return [Fraction(3**bits + k, 2**bits) for k in range(8)], Fraction(-3, 7)


def test_fractions_arrive_as_they_are_and_are_not_reduced_again():
    big, small = child.call(_ratios, 50_000)
    assert (big, small) == _ratios(50_000)
    assert hash(small) == hash(Fraction(-3, 7)) and small + 1 == Fraction(4, 7)
