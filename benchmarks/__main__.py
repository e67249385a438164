"""`python -m benchmarks [job ...] [--quick]`."""

from __future__ import annotations

import argparse
import time

import benchmarks
from benchmarks import jobs, report
from benchmarks.agreement import agreement
from benchmarks.harness import say
from benchmarks.startup import startup

JOBS = {
    "zero-sum": jobs.zero_sum,
    "one-nash": jobs.one_nash,
    "all-nash": jobs.all_nash,
    "agreement": agreement,
    "stackelberg": jobs.stackelberg,
    "correlated": jobs.correlated,
    "startup": startup,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("jobs", nargs="*", metavar="job", help=f"of {', '.join(JOBS)}; or all")
    parser.add_argument("--quick", action="store_true", help="few small games; only prints")
    options = parser.parse_args()
    unknown = [job for job in options.jobs if job not in JOBS]
    if unknown:
        parser.error(f"{unknown[0]!r} is no job; use {', '.join(JOBS)}")
    for job in options.jobs or JOBS:
        say(job)
        start = time.perf_counter()
        rows = list(JOBS[job](options.quick))
        if options.quick:
            targets = [None if r.target is None else vars(r.target) for r in rows]
            say(report.HEADER + "".join(map(report.line, rows, targets)))
            continue
        report.store(job, rows, time.perf_counter() - start)
        report.REPORT.write_text(report.render(list(JOBS)))


if __name__ == "__main__":
    main()
