"""Whole training runs a minute, and what a sweep costs beside its runs, by workers and by Ray."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.harness import Case, Row, child_cpu, say, show, timed
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs import jobs
from gtlearn.runs.config import RunConfig
from gtlearn.runs.loop import RunOutcome
from gtlearn.runs.stopping import Stop

WORKERS = 2
FINISH = jobs.finish
ALGORITHM = "contextual-stackelberg"
GAME = "prisoners_dilemma"  # of the 12, the one whose exact check takes the longest
PLANNING: dict[str, Any] = {
    "follower": "planning",
    "leader": "bandit",
    "pretraining": 15,
    "pretraining_steps": 15,
    "iterations": 8,
}
TINY: dict[str, Any] = {
    "game": "stag_hunt",
    "horizon": 2,
    "follower": "oracle",
    "leader": "exact",
    "iterations": 1,
    "posttraining": 0,
}
RUNS: dict[str, tuple[dict[str, Any], int]] = {
    "default: contextual follower, PG leader": ({}, 24),
    "planning follower, bandit leader": (PLANNING, 40),
}
SWEEPS: dict[str, tuple[dict[str, Any], int]] = {
    "tiny runs": (TINY, 60),
    "planning follower, bandit leader": (PLANNING, 20),
}


def runs(quick: bool) -> Iterator[Case]:
    """The command `gtlearn sweep` as a process, with its start, its table and its picture."""
    for name, (options, count) in RUNS.items():
        row = Row("whole runs a minute, two cores", f"{GAME}, {name}", [])
        yield Case(row, partial(_commands, options=options, count=4 if quick else count))


def sweeps(quick: bool) -> Iterator[Case]:
    """Sweeps of the same runs: in this process, by worker processes, and by Ray's."""
    for name, (options, count) in SWEEPS.items():
        number = 4 if quick else count
        for backend, workers in (("local", 1), ("local", WORKERS), ("ray", WORKERS)):
            who = {"local": "processes" if workers > 1 else "one process", "ray": "Ray"}[backend]
            case = f"{name}: {number}, {who}" + (f", {workers} workers" if workers > 1 else "")
            row = Row("overhead of a sweep", case, [])
            measure = partial(_overhead, backend=backend, workers=workers)
            yield Case(row, partial(measure, options=options, count=number))


def _commands(row: Row, options: dict[str, Any], count: int) -> None:
    """Times the whole command, three times."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    words += [f"--game={GAME}", f"--seeds=0..{count - 1}", f"--workers={WORKERS}"]
    times, cpu, own = [], [], []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            parent = Path(folder, "sweep")
            before = child_cpu()
            command = [sys.executable, "-m", "gtlearn", "sweep", ALGORITHM, *words]
            command.append(f"--output={parent}")
            run = partial(subprocess.run, command, check=True, capture_output=True, timeout=600)
            times.append(timed(run)[0])
            cpu.append(child_cpu() - before)
            own += [_seconds(path) for path in parent.glob("*/result.json")]
    taken = statistics.median(times)
    row.samples = {"seconds of the command": list(times), "seconds of the runs": list(own)}
    row.columns = {
        "runs": str(count),
        "whole command": show(taken),
        "runs a minute": f"{60 * count / taken:.0f}",
        "one run, from its result.json": show(statistics.median(own)),
        "processor time of the command, a run": show(statistics.median(cpu) / count),
    }
    say(f"  {row.job}, {row.case}: {row.columns['runs a minute']}")


def _seconds(path: Path) -> float:
    return float(json.loads(path.read_text())["seconds"])


@dataclass(frozen=True)
class Span:
    """A run in its worker: the process, and when it began and ended, in seconds of the clock."""

    process: int
    start: float
    end: float


@dataclass(frozen=True)
class Sweep:
    """How long a sweep took.

    Attributes:
        whole: seconds from its call to its end.
        first: seconds from its call to the first outcome.
        spans: of its runs.
    """

    whole: float
    first: float
    spans: list[Span]

    @property
    def own(self) -> list[float]:
        """How long each run was at work."""
        return [span.end - span.start for span in self.spans]

    def start(self) -> float:
        """Until the first outcome, less a run: workers start, and import what they need."""
        return self.first - statistics.median(self.own)

    def beside(self) -> float:
        """What passes between two runs of the same worker; the median."""
        ordered = sorted(self.spans, key=lambda span: (span.process, span.start))
        return statistics.median(
            after.start - before.end
            for before, after in pairwise(ordered)
            if before.process == after.process
        )


def timed_finish(job: jobs.Job, stop: Stop | None = None) -> RunOutcome:
    """What a worker does, with its times in the result."""
    start = time.time()
    outcome = FINISH(job, stop)
    if outcome.result is None:
        raise SystemExit(outcome.error)
    return replace(outcome, result={"span": Span(os.getpid(), start, time.time())})


def _overhead(row: Row, backend: str, workers: int, options: dict[str, Any], count: int) -> None:
    """Times sweeps with fresh workers, three times."""
    if backend == "ray" and importlib.util.find_spec("ray") is None:
        row.absent = "ray"
        row.columns = {"whole sweep": "Ray is not installed: pip install -e '.[scale]'"}
        return
    _swept(options, 1, "local", 1)  # what this process needs is imported
    found = [_swept(options, count, backend, workers) for _ in range(3)]
    median = statistics.median
    whole = median(one.whole for one in found)
    own = median(sum(one.own) for one in found)
    row.samples = {
        "whole": [one.whole for one in found],
        "start": [one.start() for one in found],
        "own": [median(one.own) for one in found],
        "beside": [one.beside() for one in found],
    }
    row.columns = {
        "whole sweep": show(whole),
        "its runs' own times, summed": show(own),
        "start-up": show(median(one.start() for one in found)) if workers > 1 else "-",
        "one run at work": show(median(median(one.own) for one in found)),
        "overhead a run": show(median(one.beside() for one in found)),
    }
    say(f"  {row.job}, {row.case}: {row.columns}")


def _swept(options: dict[str, Any], count: int, backend: str, workers: int) -> Sweep:
    """One sweep in a folder of its own."""
    algorithm = find_algorithm(ALGORITHM)
    config = RunConfig(algorithm, algorithm.config_type()(**options))
    with tempfile.TemporaryDirectory() as folder:
        todo = jobs.prepare([config], range(count), Path(folder, "sweep"))
        spans, first = [], 0.0
        with patch.object(jobs, "finish", timed_finish):
            start = time.perf_counter()
            for outcome in jobs.train_all(todo, workers=workers, backend=backend):
                first = first or time.perf_counter() - start
                spans.append((outcome.result or {})["span"])
            whole = time.perf_counter() - start
    return Sweep(whole, first, spans)
