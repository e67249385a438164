"""The toy algorithm, registered."""

import os
import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)  # for this process and its workers; toy_learner lies here


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """The toy algorithm, known under its name."""
    monkeypatch.setenv("PYTHONPATH", HERE, prepend=os.pathsep)  # of new processes
    from toy_learner import TOY

    from gtlearn.learning.registry import ALGORITHMS

    monkeypatch.setitem(ALGORITHMS, "toy", TOY)
    return TOY
