"""From measured rows to results.json, and from there to RESULTS.md."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, show

HERE = Path(__file__).parent
STORE, REPORT = HERE / "results.json", HERE / "RESULTS.md"
PACKAGES = (
    "numpy",
    "scipy",
    "highspy",
    "python-flint",
    "open-spiel",
    "cvxpy",
    "ecos",
    "pygambit",
    "quantecon",
)
INTRODUCTION = """\
# Benchmarks

Written by `python -m benchmarks`, which runs every job; `python -m benchmarks one-nash` runs one \
and renews its lines, `--quick` tries it on small games. Peers: `pip install -e '.[peers]' cvxpy \
ecos`, and Debian's package `lrslib`.

All times are wall-clock medians over seeded games, warm: imports, compilation and building the \
game are not counted, one untimed call comes first. On each game gtlearn (in one process) and the \
peer (in another) take turns. Every time of gtlearn includes the exact rational solution and its \
verified certificate; a peer marked float gives neither. The ratio is the peer's median divided \
by gtlearn's; "range" is the least and the largest ratio of a single game. "> 60 s" is a peer \
that was stopped there. Threads are left at each package's default. The machine does other work \
too (its load is below), which lengthens all times and blurs ratios.
"""
HEADER = (
    "| job | games | gtlearn | peer | its time | ratio | range | to reach | reached |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def store(job: str, rows: list[Row], seconds: float) -> None:
    """Replaces a job's rows in results.json and renders RESULTS.md anew."""
    runs: dict[str, Any] = json.loads(STORE.read_text()) if STORE.exists() else {}
    runs[job] = {
        "when": time.strftime("%Y-%m-%d"),
        "seconds": round(seconds),
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }
    STORE.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, str]:
    """What the job ran on."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "commit": _commit(),
    }


def render(order: list[str]) -> str:
    """The text of RESULTS.md."""
    runs = json.loads(STORE.read_text())
    shown = [job for job in order if job in runs]
    rows = [
        (Row(**{**row, "target": None}), row["target"]) for j in shown for row in runs[j]["rows"]
    ]
    table = HEADER + "".join(line(row, target) for row, target in rows)
    notes = "".join(
        f"- {row.job}, {row.case}: {note}.\n"
        for row, _ in rows
        if (
            note := "; ".join(
                filter(None, [row.methods and f"solved by {row.methods}", _theirs(row)])
            )
        )
    )
    runs_text = "".join(
        f"- `python -m benchmarks {job}`: {run['when']}, {run['seconds']} s, commit "
        f"{run['machine']['commit']}, load {run['machine']['load']} when it began.\n"
        for job in shown
        for run in [runs[job]]
    )
    machines = {
        f"{m['processor']}; {m['system']}; {m['versions']}."
        for m in (runs[job]["machine"] for job in shown)
    }
    bounds = HERE / "bounds.md"
    rest = "\n" + bounds.read_text() if bounds.exists() else ""
    return (
        f"{INTRODUCTION}\n{table}{rest}\n## How they were solved\n\n{notes}\n"
        f"## Runs\n\n{runs_text}\n" + "\n".join(sorted(machines)) + "\n"
    )


def line(row: Row, target: dict[str, Any] | None) -> str:
    """One line of the table."""
    mine = statistics.median(row.ours)
    cells = [row.job, row.case, show(mine), row.peer or "-"]
    ratio = None
    if row.theirs:
        theirs = statistics.median(row.theirs)
        above = "> " if any(row.stopped) and theirs >= min(_limits(row)) else ""
        count = "" if len(row.theirs) == len(row.ours) else f" ({len(row.theirs)} games)"
        ratio = theirs / mine
        pairs = [t / o for t, o in zip(row.theirs, row.ours, strict=False)]
        cells += [f"{above}{show(theirs)}{count}", f"{above}{digits(ratio)}"]
        cells.append(
            f"{digits(min(pairs))} - {'> ' if any(row.stopped) else ''}{digits(max(pairs))}"
        )
    else:
        cells += ["-", "-", "-"]
    cells += [target["text"], reached(row, target, mine, ratio)] if target else ["-", "-"]
    return "| " + " | ".join(cells) + " |\n"


def reached(row: Row, target: dict[str, Any], mine: float, ratio: float | None) -> str:
    if row.reached is not None:
        return "yes" if row.reached else "no"
    if target["seconds"] is not None:
        return "yes" if mine < target["seconds"] else "no"
    if ratio is None:
        return "not measured"
    if target["aim"] is not None and ratio >= target["aim"]:
        return "yes, and the aim"
    return "yes" if ratio >= target["ratio"] else "no"


def digits(ratio: float) -> str:
    """A ratio with two digits, or as a whole number."""
    return f"{ratio:.2g}x" if ratio < 9.95 else f"{ratio:,.0f}x"


def _limits(row: Row) -> list[float]:
    return [t for t, stopped in zip(row.theirs, row.stopped, strict=True) if stopped]


def _theirs(row: Row) -> str:
    if not row.remarks:
        return ""
    return f"{row.peer}: {row.remarks}" if row.peer else row.remarks


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "unknown")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _commit() -> str:
    try:
        words = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
