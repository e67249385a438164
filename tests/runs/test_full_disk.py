"""A disk that is full in the middle of a row, or of a file: nothing is torn for good."""

import signal
from contextlib import contextmanager

import pytest
from test_loop import checkpoint_of, config, outcome

from gtlearn import files
from gtlearn.errors import InputError
from gtlearn.runs import loop
from gtlearn.runs.metrics import MetricsLog, read_rows

resource = pytest.importorskip("resource", reason="this system does not limit files")


@contextmanager
def room(size):
    """A file that grows beyond the size takes what fits, and then fails, as on a full disk."""
    _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def row(step):
    return {"step": step, "env_steps": step, "learned": 0.5}


def test_a_row_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with MetricsLog(path) as log:
        log.write(row(1))
        whole = path.read_bytes()
        with room(len(whole) + 9), pytest.raises(OSError):
            log.write(row(2))
        assert path.read_bytes() == whole
        log.write(row(3))
        assert log.flush() == len(path.read_bytes()) == 2 * len(whole)
    assert read_rows(path) == [row(1), row(3)]


def test_a_file_that_takes_little_at_a_time_gets_all():
    class Slow:
        def __init__(self):
            self.held = b""

        def write(self, data):
            self.held += bytes(data[:3])
            return min(3, len(data))

    file = Slow()
    files.write_all(file, b"0123456789")
    assert file.held == b"0123456789"


@pytest.mark.parametrize("size", [0, 500, 1500, 2500])
def test_a_run_goes_on_once_there_is_room(toy, tmp_path, size):
    """The disk is full for metrics, the first checkpoint, a later one or TensorBoard."""
    plan = config(toy, tensorboard=size == 2500)
    loop.train(plan, tmp_path / "whole")
    assert size < len(checkpoint_of(tmp_path / "whole"))
    loop.train(plan, tmp_path / "run", stop=lambda step: step == 1)
    with room(size), pytest.raises(InputError, match=r"cannot be written: .*; once it can, go"):
        loop.resume(tmp_path / "run")
    loop.resume(tmp_path / "run")
    assert outcome(tmp_path / "run") == outcome(tmp_path / "whole")
    assert checkpoint_of(tmp_path / "run") == checkpoint_of(tmp_path / "whole")
