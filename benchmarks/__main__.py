"""`python -m benchmarks [job ...] [--quick]`."""

from __future__ import annotations

import argparse
import os

import benchmarks
from benchmarks import jobs, report
from benchmarks.agreement import agreement
from benchmarks.before import before
from benchmarks.commitments import commitments
from benchmarks.environments import environments
from benchmarks.harness import say
from benchmarks.iterated import iterated
from benchmarks.limits import limits
from benchmarks.optima import followers, leaders
from benchmarks.players import players
from benchmarks.rollouts import rollouts
from benchmarks.shaping import shaping
from benchmarks.startup import startup
from benchmarks.sweeps import runs, sweeps
from benchmarks.training import training
from benchmarks.trees import trees

JOBS = {
    "zero-sum": jobs.zero_sum,
    "one-nash": jobs.one_nash,
    "all-nash": jobs.all_nash,
    "agreement": agreement,
    "stackelberg": jobs.stackelberg,
    "correlated": jobs.correlated,
    "iterated": iterated,
    "commitments": commitments,
    "startup": startup,
    "limits": limits,
    "rollouts": rollouts,
    "followers": followers,
    "leaders": leaders,
    "runs": runs,
    "sweeps": sweeps,
    "shaping": shaping,
    "environments": environments,
    "training": training,
    "trees": trees,
    "players": players,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=benchmarks.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("jobs", nargs="*", metavar="job", help=f"of {', '.join(JOBS)}; or all")
    parser.add_argument("--quick", action="store_true", help="few small games; only prints")
    parser.add_argument("--case", default="", help="only the lines whose games contain this text")
    parser.add_argument("--render", action="store_true", help="write RESULTS.md anew, run nothing")
    parser.add_argument("--before", metavar="COMMIT", help="against gtlearn at an earlier commit")
    options = parser.parse_args()
    unknown = [job for job in options.jobs if job not in JOBS]
    if unknown:
        parser.error(f"{unknown[0]!r} is no job; use {', '.join(JOBS)}")
    if options.before:
        for row in before(options.before, options.jobs, options.case):
            report.store("before", row, os.getloadavg()[0])
            say(report.shown(row))
    for job in [] if options.render or options.before else options.jobs or JOBS:
        for case in JOBS[job](options.quick):
            if options.case in case.row.case:
                load = os.getloadavg()[0]
                case.measure(case.row)
                say(report.shown(case.row))
                if not options.quick:
                    report.store(job, case.row, load)
    if not options.quick:
        lines = [(job, case.row) for job, cases in JOBS.items() for case in cases(False)]
        report.REPORT.write_text(report.render(lines + report.stored("before")))


if __name__ == "__main__":
    main()
