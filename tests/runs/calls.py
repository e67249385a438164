"""Calls for worker processes, in tests."""

import os
import signal
import threading
from pathlib import Path


def double(number, stop):
    """Twice the number; what it prints is no result."""
    print("not a result", flush=True)
    os.write(1, b"nor this\n")
    return 2 * number


def wait(path, stop):
    """Says that it has begun, and waits until it is told to stop."""
    with stop.deferring():
        Path(path).touch()
        while not stop(0):
            threading.Event().wait(0.01)
    return f"{Path(path).name} stopped"


def hang(path, stop):
    """Says that it has begun, and never ends."""
    Path(path).write_text(str(os.getpid()))
    with stop.deferring():
        threading.Event().wait(600)


def end(how, stop):
    """Ends its process, by a signal or an error."""
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "failed":
        raise ValueError(how)
    if how == "left":
        os._exit(0)
    return how
