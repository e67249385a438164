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
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, rate, show

HERE = Path(__file__).parent
STORE, REPORT = HERE / "results.json", HERE / "RESULTS.md"
BOUNDS, LEARNING = HERE / "bounds.md", HERE / "learning.md"
PACKAGES = (
    "numpy",
    "scipy",
    "highspy",
    "python-flint",
    "open-spiel",
    "mujoco",
    "gymnasium-robotics",
    "cvxpy",
    "ecos",
    "pygambit",
    "quantecon",
    "torch",
    "gymnasium",
    "pettingzoo",
    "ray",
)
INTRODUCTION = """\
# Benchmarks

Written by `python -m benchmarks`, which runs every job; `python -m benchmarks one-nash` runs one, \
`--case covariance` some of its lines, `--quick` tries it on small games and only prints. Peers: \
`pip install -e '.[peers]' cvxpy ecos`, and Debian's package `lrslib`. `benchmarks/stackelberg.py` \
and `benchmarks/correlated.py` go into detail: harder families, followers of several types.

All times are wall-clock medians over seeded games, warm: imports, compilation and building the \
game are not counted, one untimed call comes first. On each game gtlearn (in one process) and the \
peer (in another) take turns. Every time of gtlearn includes the exact rational solution and its \
verified certificate, but for the values of iterated games, which are a sum and have none, and \
for episodes that are played; a peer marked float gives neither. The ratio is the peer's median \
divided by gtlearn's; "range" is the least and the largest ratio of a single game, "in total" the \
ratio of the times of all games together. "> 60 s" is a peer that was stopped there. Threads are \
left at each package's default. The machine does other work too (its load average is under \
"Runs"), which lengthens all times and blurs ratios.
"""
HEADER = (
    "| job | games | gtlearn | peer | its time | ratio | range | in total | to reach | reached |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)


def store(job: str, row: Row, load: float) -> None:
    """Puts a measured row into results.json, in place of the one before.

    Where a package is absent, a row that was measured with it stays.
    """
    runs = _stored()
    if row.absent and _key(job, row) in runs:
        return
    runs[_key(job, row)] = plain(row) | {
        "when": time.strftime("%Y-%m-%d"),
        "load": round(load, 1),
        "commit": _commit(),
        "machine": machine(),
    }
    STORE.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")


def stored(job: str) -> list[tuple[str, Row]]:
    """The lines of a job whose rows are known only once they are measured."""
    rows = (row for key, row in _stored().items() if key.startswith(f"{job} | "))
    return [(job, Row(row["job"], row["case"], [], row["peer"])) for row in rows]


def _stored() -> dict[str, Any]:
    return json.loads(STORE.read_text()) if STORE.exists() else {}


def _key(job: str, row: Row) -> str:
    return " | ".join([job, row.case, row.peer])


def plain(row: Row) -> dict[str, Any]:
    """A row as JSON; times in seconds, to a microsecond."""
    fields = asdict(row)
    for name in ("ours", "theirs"):
        fields[name] = [round(seconds, 6) for seconds in fields[name]]
    return fields


def machine() -> str:
    """What the benchmarks run on."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores; {system}; {versions}"


def render(lines: list[tuple[str, Row]]) -> str:
    """The text of RESULTS.md: the stored rows, in the order of `lines`."""
    runs = _stored()
    rows = [
        (job, runs[_key(job, row)] | {"target": plain(row)["target"]})
        for job, row in lines
        if _key(job, row) in runs
    ]
    table = HEADER + "".join(line(row) for _, row in rows if not row.get("columns"))
    tables = "".join(_titled(rows, job) for job in dict.fromkeys(job for job, _ in rows))
    notes = "".join(
        f"- {row['job']}, {row['case']}: {_note(row)}.\n"
        for _, row in rows
        if _note(row) and not row.get("columns")
    )
    commands = "".join(dict.fromkeys(_command(job, row) for job, row in rows))
    bounds = LEARNING.read_text() + BOUNDS.read_text()
    return (
        f"{INTRODUCTION}\n{table}\n{tables}{bounds}\n## How they were solved\n\n{notes}\n"
        f"## Runs\n\n{commands}\n" + "\n".join(sorted({row["machine"] for _, row in rows})) + "\n"
    )


def _command(job: str, row: dict[str, Any]) -> str:
    """How a row was measured, and when; in one line for a job that has a table of its own."""
    measured = f"{row['when']}, commit {row['commit']}"
    if row.get("columns"):
        return f"- `python -m benchmarks {job}`: {measured}.\n"
    case = f"`python -m benchmarks {job} --case '{row['case']}'`"
    return f"- {case}: {measured}, load {row['load']}.\n"


def _titled(rows: list[tuple[str, dict[str, Any]]], job: str) -> str:
    """The table of a job that has columns of its own, with a heading; else nothing."""
    own = [row for name, row in rows if name == job and row.get("columns")]
    return f"## {own[0]['job']}\n\n{own_table(own)}\n" if own else ""


def own_table(rows: list[dict[str, Any]]) -> str:
    """Rows with columns of their own; the first row says which."""
    heads = list(rows[0]["columns"])
    lines = [["line" if "games" in heads else "games", *heads], ["---"] * (len(heads) + 1)]
    lines += [[row["case"], *(row["columns"].get(head, "-") for head in heads)] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shown(row: Row) -> str:
    """A row as a table of its own, for the console."""
    found = plain(row)
    return own_table([found]) if row.columns else HEADER + line(found)


def line(row: dict[str, Any]) -> str:
    """One line of the table."""
    mine, target = statistics.median(row["ours"]), row["target"]
    text = partial(rate, row["steps"]) if row.get("steps") else show
    cells = [row["job"], row["case"], text(mine), row["peer"] or "-"]
    ratio = None
    if row["theirs"]:
        theirs, stopped = statistics.median(row["theirs"]), row["stopped"]
        limits = [t for t, late in zip(row["theirs"], stopped, strict=True) if late]
        above = "> " if limits and theirs >= min(limits) else ""
        games = len(row["theirs"])
        count = "" if games == len(row["ours"]) else f" ({games} games)"
        ratio = theirs / mine
        pairs = sorted(
            (their / our, "> " if late else "")
            for their, our, late in zip(row["theirs"], row["ours"], stopped, strict=False)
        )
        ends = " to ".join(f"{late}{digits(pair)}" for pair, late in (pairs[0], pairs[-1]))
        cells += [f"{above}{text(theirs)}{count}", f"{above}{digits(ratio)}", ends]
        cells.append(
            ("> " if limits else "") + digits(sum(row["theirs"]) / sum(row["ours"][:games]))
        )
    else:
        cells += ["-", "-", "-", "-"]
    cells += [target["text"], reached(row, mine, ratio)] if target else ["-", "-"]
    return "| " + " | ".join(cells) + " |\n"


def reached(row: dict[str, Any], mine: float, ratio: float | None) -> str:
    """Whether the row's target was reached."""
    target = row["target"]
    if row["reached"] is not None:
        return "yes" if row["reached"] else "no"
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


def _note(row: dict[str, Any]) -> str:
    methods = f"solved by {row['methods']}" if row["methods"] else ""
    remarks = row["remarks"]
    if remarks and row["peer"]:
        remarks = f"{row['peer']}: {remarks}"
    games = f"{len(row['ours'])} games" if row["ours"] else ""
    return "; ".join(filter(None, [games, methods, remarks]))


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
