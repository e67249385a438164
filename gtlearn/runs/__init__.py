"""Runs of learning algorithms: configs, folders, checkpoints, the loop, sweeps and pictures.

`train` begins a run and `load_run` takes up one that is there; `sweep` trains many, `plot` draws
them. Each name is imported with its first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gtlearn.runs.config import Recording as Recording
    from gtlearn.runs.config import RunConfig as RunConfig
    from gtlearn.runs.config import read_config as read_config
    from gtlearn.runs.run import Metrics as Metrics
    from gtlearn.runs.run import Run as Run
    from gtlearn.runs.run import load_run as load_run
    from gtlearn.runs.run import plot as plot
    from gtlearn.runs.run import sweep as sweep
    from gtlearn.runs.run import train as train

_SOURCES = {
    **dict.fromkeys(("Recording", "RunConfig", "read_config"), "gtlearn.runs.config"),
    **dict.fromkeys(("Metrics", "Run", "load_run", "plot", "sweep", "train"), "gtlearn.runs.run"),
}

__all__ = [
    "Metrics",
    "Recording",
    "Run",
    "RunConfig",
    "load_run",
    "plot",
    "read_config",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_SOURCES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
