"""`gtlearn games list | show | convert | draw`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gtlearn.cli.options import CommandGroup, GameCommand, format_option, game_options
from gtlearn.cli.stdout import Command


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def games(ctx: click.Context) -> None:
    """List, show, convert and draw games."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@games.command("list", cls=Command)
@format_option("table", "json", default="table", help="How to print; json has the citations too.")
def list_games(form: str) -> None:
    """List the games that can be called by name."""
    from gtlearn.cli.game_tables import catalogue_json, catalogue_text
    from gtlearn.cli.output import emit, json_text

    emit(json_text(catalogue_json()) if form == "json" else catalogue_text(), None)


@games.command(cls=GameCommand)
@click.argument("game", metavar="NAME")
@game_options
def show(game: str, how: dict[str, Any], limits: dict[str, Any]) -> None:
    """Show a game's payoffs, labels and citation; of a Markov game also what follows each state.

    NAME is anything that `gtlearn solve` takes as GAME.
    """
    from gtlearn import child
    from gtlearn.cli.game_tables import game_text
    from gtlearn.cli.output import emit
    from gtlearn.cli.reading import load_game, reading
    from gtlearn.games.effort import writing_seconds
    from gtlearn.limits import limited

    with limited(**limits), reading("the game"):
        loaded = load_game(game, {**how, "reduced": how["reduced"] or False})
        text = child.bounded(game_text, loaded, seconds=writing_seconds(loaded))
    emit(text, None)


@games.command(cls=GameCommand)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@game_options
def convert(source: str, target: Path, how: dict[str, Any], limits: dict[str, Any]) -> None:
    """Write the game IN to the file OUT, in the format of OUT's suffix.

    IN is anything that `gtlearn solve` takes as GAME, "-" for standard input; OUT ends in .nfg,
    .efg, .json or .csv, or as another package's format does. A Markov game is written as .json
    only, a tree as .efg or .json, or else as its reduced normal form, and an iterated game as the
    Markov game of what is remembered. A tree is written whole, also where `gtlearn solve` merges
    its equal states.
    """
    from gtlearn import games as library
    from gtlearn.cli.reading import load_game, reading
    from gtlearn.limits import limited

    with limited(**limits), reading("the game"):
        as_it_is = {
            "reduced": how["reduced"] or False,
            "merge_states": how["merge_states"] or False,
        }
        library.save(load_game(source, {**how, **as_it_is}), target)


@games.command(cls=GameCommand)
@click.argument("source", metavar="GAME")
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@game_options
def draw(source: str, target: Path, how: dict[str, Any], limits: dict[str, Any]) -> None:
    """Draw the tree GAME to the file OUT: .svg, .png, .pdf, or .tex (TikZ).

    GAME is a tree: a .efg file, or an OpenSpiel game such as kuhn_poker.
    """
    from gtlearn.cli.reading import load_game, reading
    from gtlearn.errors import InputError
    from gtlearn.games import ExtensiveGame
    from gtlearn.games.drawing import draw as draw_tree
    from gtlearn.limits import limited

    with limited(**limits), reading("the game"):
        loaded = load_game(source, {**how, "merge_states": how["merge_states"] or False})
        if not isinstance(loaded, ExtensiveGame):
            raise InputError(f"{loaded.name} is no tree; `gtlearn games show` prints it")
        draw_tree(loaded, target)
