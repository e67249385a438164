"""The whole process of `gtlearn solve` on a 3x3 game, and what of it is start-up."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.harness import Case, Row, Target, child_cpu, say, show, timed

GAME = "3,1 0,4 2,2; 1,3 4,0 0,1; 2,2 1,1 3,0"  # no pure equilibrium
TORCH = """
import sys
class Spy:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            sys.stderr.write("torch was looked for")
sys.meta_path.insert(0, Spy())
sys.argv = ["gtlearn", "solve", *sys.argv[1:]]
from gtlearn.cli import main
main()
"""
ARGUMENTS = {
    "gtlearn solve": [GAME],
    "gtlearn solve --find all": [GAME, "--find", "all"],
    "gtlearn solve --concept stackelberg": [GAME, "--concept", "stackelberg"],
    "gtlearn solve --concept correlated": [GAME, "--concept", "correlated"],
    "gtlearn solve matrix_rps": ["matrix_rps"],
}
NUMPY = "python -c 'import numpy'"


def startup(quick: bool) -> Iterator[Case]:
    """Each command as a process of its own, in turns with one that only imports numpy."""
    for name, words in ARGUMENTS.items():
        row = Row("whole process, 3x3", f"`{name}`", [], NUMPY)
        row.target = Target("< 0.5 s, no torch", seconds=0.5)
        yield Case(row, partial(_measure, words=words, turns=3 if quick else 15))


def _measure(row: Row, words: list[str], turns: int) -> None:
    cpu: list[float] = []
    free = "torch" not in _python(["-c", TORCH, *words]).stderr
    for _ in range(turns):
        before = child_cpu()
        row.ours.append(timed(lambda: _python(["-m", "gtlearn", "solve", *words]))[0])
        cpu.append(child_cpu() - before)
        row.theirs.append(timed(lambda: _python(["-c", "import numpy"]))[0])
    row.stopped = [False] * turns
    row.reached = free and statistics.median(row.ours) < row.target.seconds
    row.remarks = f"gtlearn takes {show(statistics.median(cpu))} of processor time, "
    row.remarks += "torch is never looked for" if free else "torch is looked for"
    say(f"  {row.job}, {row.case}: {show(statistics.median(row.ours))}, {row.remarks}")


def _python(words: list[str]) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, *words]
    return subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)
