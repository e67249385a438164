"""`gtlearn games list | show | convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import GameCommand, OneOf, limit_options, nearest, reading_options
from gtlearn.cli.stdout import Command


class GamesGroup(click.Group):
    """A group in which a misspelt command names the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest command in the complaint."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            advice = nearest(args[0], self.commands)
            raise click.UsageError(f"there is no command {args[0]!r}; {advice}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=GamesGroup, invoke_without_command=True)
@click.pass_context
def games(ctx: click.Context) -> None:
    """List, show and convert games."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@games.command("list", cls=Command)
@click.option(
    "--format",
    "form",
    type=OneOf("table", "json"),
    default="table",
    show_default=True,
    help="How to print; json has the citations too.",
)
def list_games(form: str) -> None:
    """List the games that can be called by name."""
    from gtlearn.cli.game_tables import catalogue_json, catalogue_text
    from gtlearn.cli.output import emit, json_text

    emit(json_text(catalogue_json()) if form == "json" else catalogue_text(), None)


@games.command(cls=GameCommand)
@click.argument("game", metavar="NAME")
@limit_options
@reading_options
def show(
    game: str, how: dict[str, Any], time_limit: float | None, memory_limit: float | None
) -> None:
    """Show a game's payoffs, labels and citation; of a Markov game also what follows each state.

    NAME is anything that `gtlearn solve` takes as GAME.
    """
    from gtlearn import child
    from gtlearn.cli.game_tables import game_text
    from gtlearn.cli.interrupt import reading
    from gtlearn.cli.output import emit
    from gtlearn.cli.reading import load_game
    from gtlearn.games.effort import writing_seconds
    from gtlearn.limits import limited

    with limited(time_limit, memory_limit), reading("the game"):
        loaded = load_game(game, {**how, "reduced": False})
        text = child.bounded(game_text, loaded, seconds=writing_seconds(loaded))
    emit(text, None)


@games.command(cls=GameCommand)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@limit_options
@reading_options
def convert(
    source: str,
    target: Path,
    how: dict[str, Any],
    time_limit: float | None,
    memory_limit: float | None,
) -> None:
    """Write the game IN to the file OUT, in the format of OUT's suffix.

    IN is anything that `gtlearn solve` takes as GAME, "-" for standard input; OUT ends in .nfg,
    .json or .csv, or as another package's format does. A Markov game is written as .json only, and
    an iterated game as the Markov game of what is remembered.
    """
    from gtlearn import games as library
    from gtlearn.cli.interrupt import reading
    from gtlearn.cli.reading import load_game
    from gtlearn.limits import limited

    with limited(time_limit, memory_limit), reading("the game"):
        library.save(load_game(source, {**how, "reduced": False}), target)
