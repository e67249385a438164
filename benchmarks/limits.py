"""Whether limits on time and memory hold on hard cases, each in a process of its own.

Counted is what is used after the moment at which the limit ends: processor seconds of the process
and of its children, and bytes by which its resident set, with its children's own, has grown.
Libraries run on one thread, so that no second of the clock has more than a processor second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from benchmarks import limit_cases, limit_steps
from benchmarks.harness import Case, Row, say
from benchmarks.limit_cases import MB, LimitCase

CASES = (*limit_cases.CASES, *limit_steps.CASES)
TITLE = "Limits on time and memory"
LATE, BEYOND = 0.2, 50 * MB  # what a tenth of the limit may be exceeded by
POLL = 0.005  # seconds between two looks
PATIENCE = 300.0  # seconds after which a case is given up
SUMMARY = 70  # characters of what came out


def limits(quick: bool) -> Iterator[Case]:
    """Each case as a line; few of them if `quick`."""
    for number, case in enumerate(CASES):
        if quick and number % 8:
            continue
        asked = _asked(case)
        row = Row(TITLE, f"{case.kind}: {case.name}; {asked}", [])
        yield Case(row, partial(_measure, number=number))


def _asked(case: LimitCase) -> str:
    texts = []
    if case.time_limit is not None:
        texts.append(f"{case.time_limit:g} s")
    if case.memory_limit is not None:
        texts.append(f"{case.memory_limit / MB:.0f} MB")
    return " and ".join(texts)


@dataclass
class Used:
    """What a case has used.

    Attributes:
        seconds: processor time of all its processes.
        late: of that, after the time limit.
        grown: the largest growth of their memory, in bytes.
        ended: what came out.
    """

    seconds: float
    late: float
    grown: float
    ended: str


def _measure(row: Row, number: int) -> None:
    case = CASES[number]
    used = measured(case, number)
    held = used.late <= 0.1 * (case.time_limit or 0.0) + LATE
    if case.memory_limit is not None:
        held = held and used.grown <= 1.1 * case.memory_limit + BEYOND
    row.ours, row.reached = [used.seconds], held
    row.columns = {
        "CPU": f"{used.seconds:.2f} s",
        "too late": f"{used.late:.2f} s" if case.time_limit is not None else "-",
        "grown by": f"{used.grown / MB:.0f} MB",
        "ended with": used.ended,
        "holds": "yes" if held else "no",
    }
    say(f"  {row.case}: {row.columns}")


def measured(case: LimitCase, number: int) -> Used:
    """Runs a case and watches it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.limits", str(number)],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    try:
        return _watched(process, case)
    finally:
        process.kill()
        process.wait()


def _watched(process: subprocess.Popen[str], case: LimitCase) -> Used:
    assert process.stdin is not None and process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError(f"the case {case.name} could not be prepared")
    watched = psutil.Process(process.pid)
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak counts from here
    before, memory = _cpu(watched), _resident(process.pid)
    process.stdin.write("go\n")
    process.stdin.flush()
    start, at_limit, peak = time.monotonic(), None, memory
    import selectors

    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not selector.select(POLL):
            passed = time.monotonic() - start
            if at_limit is None and case.time_limit is not None and passed >= case.time_limit:
                at_limit = _cpu(watched)
            peak = max(peak, _resident(process.pid) + _of_children(watched))
            if passed > PATIENCE:
                return Used(_cpu(watched) - before, PATIENCE, peak - memory, "nothing")
    after = _cpu(watched)
    found = json.loads(process.stdout.readline())
    late = 0.0 if at_limit is None else after - at_limit
    if case.time_limit is not None:  # or our look at the clock was late
        late = max(late, after - before - case.time_limit)
    peak = max(peak, _peak(process.pid))
    return Used(after - before, late, peak - memory, found["ended"])


def _cpu(process: psutil.Process) -> float:
    """Processor seconds of a process and of its children, ended or not."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            used = one.cpu_times()
        except psutil.Error:
            continue
        total += used.user + used.system + used.children_user + used.children_system
    return total


def _resident(pid: int) -> float:
    return _field(f"/proc/{pid}/status", "VmRSS")


def _peak(pid: int) -> float:
    return _field(f"/proc/{pid}/status", "VmHWM")


def _of_children(process: psutil.Process) -> float:
    """The memory that children do not share with the process."""
    total = 0.0
    for child in process.children(recursive=True):
        try:
            total += _field(f"/proc/{child.pid}/smaps_rollup", "Private_Clean", "Private_Dirty")
        except OSError:
            continue
    return total


def _field(path: str, *names: str) -> float:
    """The sum of some fields of a file of the system's, in bytes."""
    lines = (line.split() for line in Path(path).read_text().splitlines())
    return sum(1024.0 * int(words[1]) for words in lines if words[0].rstrip(":") in names)


def run(number: int) -> None:
    """The process of a case: prepares, waits, runs, and says what came out."""
    from gtlearn.limits import LimitReached

    case = CASES[number]
    call = case.prepare()
    _say("ready")
    sys.stdin.readline()
    try:
        ended = _summary(call(time_limit=case.time_limit, memory_limit=case.memory_limit))
    except LimitReached as error:
        ended = f"an error: {error}"
    _say(json.dumps({"ended": ended}))
    sys.stdin.readline()  # until the numbers are read


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _summary(found: Any) -> str:
    """A status and a size, in few words."""
    status = getattr(found, "status", "")
    if hasattr(found, "on_trust"):
        counts = (len(found.false), len(found.proven), len(found.on_trust))
        return "{} false, {} proven, {} on trust".format(*counts)
    if hasattr(found, "complete") and hasattr(found, "solutions"):
        return f"{status}, {len(found)} found" + (", complete" if found.complete else "")
    if hasattr(found, "holds"):
        return f"{status}, holds" if found.holds else f"{status}, does not hold or is not known"
    return status or type(found).__name__


if __name__ == "__main__":
    run(int(sys.argv[1]))
