"""How long gtlearn takes, each job against the best peer in the same run.

    python -m benchmarks [job ...] [--quick]

from the root of the repository. Peers: `pip install -e '.[peers]' cvxpy ecos`, and Debian's
package `lrslib`. Results land in benchmarks/results.json, and from there in benchmarks/RESULTS.md;
a quick run (fewer games) only prints.
"""
