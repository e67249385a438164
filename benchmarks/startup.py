"""The whole process of `gtlearn solve` on a 3x3 game, and what of it is start-up."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.harness import Row, Target, say, show, timed

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
COMPARISON = {"python -c pass": ["-c", "pass"], "python -c 'import numpy'": ["-c", "import numpy"]}


def startup(quick: bool) -> Iterator[Row]:
    """Each command as a process of its own, in turns, after one run that fills the disk cache."""
    commands = {name: ["-m", "gtlearn", "solve", *words] for name, words in ARGUMENTS.items()}
    commands |= COMPARISON
    walls: dict[str, list[float]] = {name: [] for name in commands}
    cpus: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(4 if quick else 16):
        for name, words in commands.items():
            before = _child_cpu()
            wall, _ = timed(lambda words=words: _python(words))
            if turn:
                walls[name].append(wall)
                cpus[name].append(_child_cpu() - before)
    for name, found in walls.items():
        row = Row("whole process, 3x3", f"`{name}`", found)
        row.remarks = f"{show(statistics.median(cpus[name]))} of processor time"
        if name in ARGUMENTS:
            free = _without_torch(ARGUMENTS[name])
            row.target = Target("< 0.5 s, no torch", seconds=0.5)
            row.reached = free and statistics.median(found) < 0.5
            row.remarks += ", torch never looked for" if free else ", torch looked for"
        say(f"  {row.job}, {name}: {show(statistics.median(found))}, {row.remarks}")
        yield row


def _child_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _python(words: list[str]) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, *words]
    return subprocess.run(run, capture_output=True, text=True, timeout=60, check=True)


def _without_torch(words: list[str]) -> bool:
    return "torch" not in _python(["-c", TORCH, *words]).stderr
