"""`gtlearn resume`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def resume(run: Path) -> int:
    """Go on with a run from its last checkpoint.

    RUN is its folder. The outcome is bit by bit that of a run which was never stopped, on the same
    machine. Of a finished run the result is shown again.

    \b
    Example:
      gtlearn resume runs/contextual-stackelberg_chicken_seed0_20270131-120000
    """
    from gtlearn.cli.running import report, stoppable, watching
    from gtlearn.runs.loop import resume as resume_run

    with watching() as watch, stoppable() as stop:
        outcome = resume_run(run, watch=watch, stop=stop)
    return report(outcome)
