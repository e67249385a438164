"""`gtlearn reproduce`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gtlearn.cli.options import output_option, workers_option
from gtlearn.cli.stdout import Command


@click.command(cls=Command)
@click.argument("figure")
@click.option("--quick", is_flag=True, help="A reduced version, which says what it leaves out.")
@workers_option(None, "Processes at a time.  [default: one a core]")
@output_option("The folder of its runs.  [default: runs/FIGURE]")
def reproduce(figure: str, quick: bool, workers: int | None, output: Path | None) -> int:
    """Run a published FIGURE again, and print the paper's numbers beside ours.

    Every seed is a run of its own. Stopped at any moment, the same command goes on where the runs
    were; finished runs are not repeated.

    \b
    Figures:
      stackelberg-fig1    twelve iterated games: what learned leaders earn over all steps
      stackelberg-fig2    Space Invaders: the seller or the buyer of bullets leads
      stackelberg-fig3    Battle of the Sexes: a Q-learning follower, reset or continuous
      meta-mapg-fig2a     prisoner's dilemma: adaptation among cooperative peers that learn
      meta-mapg-fig2b     the same among defective peers
      meta-mapg-fig2c     rock-paper-scissors: adaptation among peers that learn
      meta-mapg-fig2d     a cheetah of two: adaptation with teammates who ran the other way
      meta-mapg-fig3a     prisoner's dilemma: the personas, in distribution
      meta-mapg-fig3b     prisoner's dilemma: the personas, out of distribution
      meta-mapg-fig3c     prisoner's dilemma: adaptation and the number of trajectories
      meta-mapg-table-q3  prisoner's dilemma: personas like, and unlike, those of the training
      meta-mapg-fig6a     rock-paper-scissors: the personas
      meta-mapg-fig7      a zero-sum game of two numbers: learning paths
      cfr-family          four trees: NashConv of regret minimisers and fictitious play
    """
    from gtlearn.cli.output import emit, json_text, progress_bar
    from gtlearn.cli.reading import STOPPED
    from gtlearn.reproduce import read_figure
    from gtlearn.reproduce import reproduce as run_figure
    from gtlearn.reproduce.kinds import find_kind
    from gtlearn.runs.pictures import matplotlib_is_there
    from gtlearn.runs.stopping import stoppable

    wanted = read_figure(figure, quick=quick)
    kind = find_kind(wanted.kind)
    name = wanted.folder or figure
    parent = output or Path("runs") / (f"{name}-quick" if quick else name)
    processes = workers or os.cpu_count() or 1
    try:
        with progress_bar() as advance, stoppable() as stop:

            def watch(count: int, total: int) -> None:
                if advance is not None:
                    advance(count / total, f"{count} of {total} runs")

            done = run_figure(wanted, parent, workers=processes, watch=watch, stop=stop)
    except KeyboardInterrupt:
        click.echo("Stopped and kept; to go on, give the same command", err=True)
        return STOPPED
    stem = figure if wanted.folder else "figure"
    emit(kind.report(done))
    emit(json_text(kind.to_json(done)), parent / f"{stem}.json")
    said = f"{'Runs' if wanted.methods else 'Numbers'}: {parent}"
    if matplotlib_is_there():
        said += f"   Picture: {kind.draw(done, parent / f'{stem}.png')}"
    emit(said)
    return 0
