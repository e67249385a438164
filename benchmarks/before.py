"""gtlearn against itself: the same lines of the table at an earlier commit and now, in turns.

    python -m benchmarks --before b463142 [job ...] [--case CASE]

The earlier commit is checked out in a folder of its own, and each line is measured by that
commit's own benchmarks, without peers, in processes that alternate: `TURNS` of each. A line's time
is the median over its games of the least time of a game in all turns: what else the machine does
can only lengthen a time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Row, say, show
from benchmarks.report import HERE, digits

JOBS = ("zero-sum", "one-nash", "all-nash", "stackelberg", "correlated", "iterated", "commitments")
JOBS += ("startup", "rollouts", "shaping")
TURNS = 3
Times = dict[str, list[float]]  # seconds of each game, by line
SLOWER = 1 / 1.1  # the ratio of the times below which a line is slower by more than a tenth
ALONE = """
import json, sys
from benchmarks import harness

class Nobody:
    def __init__(self, *_): pass
    def __call__(self, *_): return (1.0, ""), False
    def close(self): pass

race = harness.race
def alone(row, makes, solve, *_, **__): return race(row, makes, solve, None)
harness.Peer, harness.race = Nobody, alone
from benchmarks.__main__ import JOBS

job, part, *known = sys.argv[1:]
lines = {}
for case in JOBS[job](False):
    name = f"{case.row.job}: {case.row.case}"
    if part in name and name not in lines and (not known or name in known):
        try:
            case.measure(case.row)
            lines[name] = case.row.ours
        except Exception as error:
            print(f"  {name} is left out: {error}", file=sys.stderr)
print(json.dumps(lines))
"""


def before(commit: str, jobs: list[str], part: str) -> Iterator[Row]:
    """A measured row for each line of the jobs that both commits have."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["git", "-C", str(HERE.parent), "worktree", "add", "--detach", folder, commit]
        subprocess.run(words, check=True, capture_output=True)
        try:
            for job in jobs or JOBS:
                turns: list[tuple[Times, Times]] = []
                for _ in range(TURNS):  # a line that failed once is left out
                    earlier = _measured(folder, job, part, turns[-1][1] if turns else {})
                    turns.append((earlier, _measured(str(HERE.parent), job, part, earlier)))
                yield from _rows(turns, commit)
        finally:
            words = ["git", "-C", str(HERE.parent), "worktree", "remove", "--force", folder]
            subprocess.run(words, check=True, capture_output=True)


def _measured(checkout: str, job: str, part: str, known: Times) -> Times:
    """Seconds of each game, by line, of one checkout; of the known lines, where there are some."""
    say(f"  {job} in {Path(checkout).name}")
    environment = os.environ | {"PYTHONPATH": checkout}
    words = [sys.executable, "-c", ALONE, job, part, *known]
    run = subprocess.run(
        words, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def _rows(turns: list[tuple[Times, Times]], commit: str) -> Iterator[Row]:
    for name in turns[-1][1]:
        earlier, now = (_least([turn[side][name] for turn in turns]) for side in (0, 1))
        row = Row("Before and after", name, now, f"gtlearn at {commit}", earlier)
        ratio = statistics.median(earlier) / statistics.median(now)
        row.columns = {
            "games": str(len(now)),
            "before": show(statistics.median(earlier)),
            "now": show(statistics.median(now)),
            "before / now": digits(ratio),
            "slower by more than a tenth": "yes" if ratio < SLOWER else "no",
        }
        yield row


def _least(turns: list[list[float]]) -> list[float]:
    """The least time of each game in all turns."""
    return [min(times) for times in zip(*turns, strict=True)]
