"""The command group; each command imports what it needs when it runs, so that `--help` is fast."""

from __future__ import annotations

import importlib

import click

from gtlearn.cli.options import CommandGroup
from gtlearn.version import __version__

COMMANDS = {  # name: the module in gtlearn.cli that defines it, in the order of --help
    "solve": "solve",
    "check": "check",
    "verify": "verify",
    "games": "games",
    "train": "train",
    "resume": "train",
    "sweep": "train",
    "reproduce": "reproduce",
    "plot": "pictures",
    "watch": "pictures",
    "demo": "demo",
    "doctor": "doctor",
}


class LazyGroup(CommandGroup):
    """A group whose commands are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"gtlearn.cli.{COMMANDS[name]}")
        command: click.Command = getattr(module, name)
        return command


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, message="gtlearn %(version)s")
@click.pass_context
def app(ctx: click.Context) -> None:
    """Exact game theory as ground truth, and learning measured against it.

    \b
    Try:
      gtlearn games list
      gtlearn solve chicken --find all
      gtlearn solve "3,3 0,5; 5,0 1,1"
      gtlearn check "1/2 1/2; 1 0" matching_pennies
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
