"""`gtlearn doctor`."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Say what is installed and how to add the rest."""
    from gtlearn.cli.installed import report
    from gtlearn.cli.output import emit

    emit(report(), None)
