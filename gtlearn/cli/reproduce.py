"""`gtlearn reproduce`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


class FigureName(click.ParamType):  # type: ignore[type-arg]
    """A figure that can be reproduced."""

    name = "figure"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What `--help` says."""
        return "FIGURE"

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[Any]:
        """The names that begin so."""
        from click.shell_completion import CompletionItem

        from gtlearn.reproduce import figure_names

        return [CompletionItem(name) for name in figure_names() if name.startswith(incomplete)]

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The name."""
        return str(value)


@click.command()
@click.argument("figure", type=FigureName())
@click.option("--quick", is_flag=True, help="A reduced version, which says what it leaves out.")
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    help="Processes at a time.  [default: one a core]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of its runs.  [default: runs/FIGURE]",
)
def reproduce(figure: str, quick: bool, workers: int | None, output: Path | None) -> None:
    """Run a published figure again, and print the paper's numbers beside ours.

    Every seed is a run of its own. Stopped at any moment, the same command goes on where the runs
    were; finished runs are not repeated.

    \b
    Figures:
      stackelberg-fig1    12 iterated games: learned leaders, and the exact optimum
      stackelberg-fig3    Battle of the Sexes: a Q-learning follower, reset or continuous
    """
    from gtlearn.cli.output import emit, json_text, progress_bar
    from gtlearn.reproduce import read_figure
    from gtlearn.reproduce import reproduce as run_figure
    from gtlearn.reproduce.table import report, to_json
    from gtlearn.runs.pictures import matplotlib_is_there

    wanted = read_figure(figure, quick=quick)
    parent = output or Path("runs") / (f"{figure}-quick" if quick else figure)
    workers = workers or os.cpu_count() or 1
    with progress_bar() as advance:

        def watch(done: int, total: int) -> None:
            if advance is not None:
                advance(done / total, f"{done} of {total} runs")

        found = run_figure(wanted, parent, workers=workers, watch=watch)
    emit(report(found), None)
    emit(json_text(to_json(found)), parent / "figure.json")
    picture = None
    if matplotlib_is_there():
        from gtlearn.reproduce.drawing import draw

        picture = draw(found, parent / "figure.png")
    click.echo(f"Runs: {parent}" + (f"   Picture: {picture}" if picture else ""))
