"""Exact game theory as ground truth, and learning measured against it.

`gtlearn.load` reads a game, `gtlearn.solve` solves it, `gtlearn.check` says how far a profile is
from an equilibrium, and `gtlearn.verify` what of a solution is false. `gtlearn.train` trains a
learner, `gtlearn.sweep` many, and `gtlearn.load_run` takes up a run from its folder. Each is
imported with its first use, so that `import gtlearn` takes no time.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gtlearn.version import __version__ as __version__

if TYPE_CHECKING:
    from gtlearn.games.loading import load as load
    from gtlearn.runs.run import load_run as load_run
    from gtlearn.runs.run import sweep as sweep
    from gtlearn.runs.run import train as train
    from gtlearn.solvers.dispatch import check as check
    from gtlearn.solvers.dispatch import solve as solve
    from gtlearn.solvers.dispatch import verify as verify

_SOURCES = {
    "load": "gtlearn.games",
    **dict.fromkeys(("load_run", "sweep", "train"), "gtlearn.runs.run"),
    "check": "gtlearn.solvers.dispatch",
    "solve": "gtlearn.solvers.dispatch",
    "verify": "gtlearn.solvers.dispatch",
}

__all__ = ["__version__", "check", "load", "load_run", "solve", "sweep", "train", "verify"]


def __getattr__(name: str) -> Any:
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_SOURCES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_SOURCES})
