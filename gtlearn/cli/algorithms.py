"""Commands whose subcommands are algorithms: one option for each field of their dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.options import Parsed, was_given
from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.runs.fields import Field

_ENV = f"{__name__}.env"  # where the algorithm plays, in click's context
_OWN_CODE = "MODULE:NAME"
_SEVERAL = (
    "Its own options take several values between commas, or are given several times; every "
    "combination is trained."
)
_METAVARS = {bool: "BOOLEAN", int: "INTEGER", float: "NUMBER", str: "TEXT"}


class AlgorithmGroup(click.Group):
    """A command followed by an algorithm, or by a config.toml that names one.

    Attributes:
        work: what is done with the config and the command's own options.
        own: those options.
        several: whether options can have several values, and seeds are given otherwise; the work
            is then done with the configs of all combinations.
    """

    def __init__(
        self,
        *,
        callback: Callable[..., int],
        params: list[click.Parameter],
        several: bool = False,
        **keywords: Any,
    ) -> None:
        super().__init__(
            subcommand_metavar="ALGORITHM|CONFIG.toml [OPTIONS]", no_args_is_help=False, **keywords
        )
        self.work, self.own, self.several = callback, params, several

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all algorithms."""
        from gtlearn.learning.registry import known_algorithms

        return list(known_algorithms())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the algorithms without importing them."""
        from gtlearn.learning.registry import known_algorithms

        with formatter.section("Algorithms"):
            formatter.write_dl([(a.name, a.summary) for a in known_algorithms().values()])
        formatter.write(
            f"\n  `{ctx.command_path} ALGORITHM --help` lists an algorithm's options.\n"
        )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's; where the algorithm plays decides which options it has."""
        envs = _values_of("--env", args)
        ctx.meta[_ENV] = next((env.split(",")[0] if self.several else env for env in envs), None)
        _allow(ctx, None, _values_of("--allow", args))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """The command that trains an algorithm, or what a file says.

        Raises:
            InputError: if there is none, the file is wrong, or an option of a learner of the
                user's own has the name of one that every run has.
        """
        from gtlearn.runs import options as chosen
        from gtlearn.runs.config import SEED, Recording
        from gtlearn.runs.fields import fields_of

        base = chosen.base_of(name, ctx.meta.get(_ENV))
        algorithm = base.algorithm

        def callback(**given: Any) -> int:
            context = click.get_current_context()
            own = {p.name: given.pop(p.name) for p in self.own if p.name in given}
            options = {key: value for key, value in given.items() if was_given(context, key)}
            several = self.several
            configs = (
                chosen.grid(base, options) if several else [chosen.with_options(base, options)]
            )
            for config in configs:
                _allow(context, None, config.sources)  # which were named here, or allowed before
            return self.work(configs if several else configs[0], **own)

        def made(kind: type[Any], held: Any) -> list[click.Option]:
            fields = fields_of(kind).items()
            return [_option(f, getattr(held, k, f.default), self.several) for k, f in fields]

        seed = [] if self.several else [_option(SEED, base.seed)]
        common = [*seed, *self.own, *made(Recording, base.recording)]
        options = made(algorithm.config_type(), base.options)
        for taken in {param.name for param in common} & {param.name for param in options}:
            raise InputError(f"{name} has an option {taken}, as all runs do; call it otherwise")
        return Command(
            name,
            callback=callback,
            params=[*options, *common],
            help=f"{algorithm.summary}\n\n{_SEVERAL}" if self.several else algorithm.summary,
            epilog="" if algorithm.env else _elsewhere(algorithm.name),
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's, but the algorithm comes first."""
        if not args:
            raise click.UsageError("say what to train: an algorithm, or a config.toml", ctx)
        if args[0].startswith("-") and args[0] not in ("-h", "--help"):
            raise click.UsageError(f"write the algorithm, or a config.toml, before {args[0]}", ctx)
        return super().parse_args(ctx, args)


def _values_of(option: str, args: list[str]) -> list[str]:
    """What an option is given on a command line that is not parsed yet."""
    values = [after for text, after in pairwise(args) if text == option]
    return values + [a.partition("=")[2] for a in args if a.startswith(f"{option}=")]


def _allow(ctx: click.Context, param: Any, sources: Sequence[str]) -> None:
    """Lets files name code, as long as the command runs."""
    from gtlearn.sources import allowing

    ctx.with_resource(allowing(sources))


allow_option = click.option(
    "--allow",
    multiple=True,
    metavar=_OWN_CODE,
    is_eager=True,
    expose_value=False,
    callback=_allow,
    help="Code of your own that a run's file may name; may be given several times.",
)


def _elsewhere(name: str) -> str:
    """What the help of an algorithm says of its environments."""
    from gtlearn.learning.registry import environments_of, takes_any_environment

    known = " or ".join(f"--env {env}" for env in environments_of(name))
    said = f"With {known} it plays there, with other options; --help lists them." if known else ""
    own = " With --env module:function it plays in a PettingZoo environment of your own."
    return said + own * takes_any_environment(name)


def _metavar(field: Field) -> str:
    """What may be given for a field, in one word, or the choices."""
    if words := [*field.choices, *[_OWN_CODE] * field.kind.code]:
        return f"[{'|'.join(words)}]"
    return "LIST" if field.kind.many else _METAVARS[field.kind.scalar or str]


def _option(field: Field, default: Any, several: bool = False) -> click.Option:
    from gtlearn.runs.options import parsed, shown

    name = field.name.replace("_", "-")
    text = field.help
    if not field.required or default is not None:
        text = f"{text}  [default: {shown(default)}]".strip()
    if field.hint is bool:
        flags = [f"--{name}/--no-{name}", field.name]
        return click.Option(flags, default=None, help=text, multiple=several)
    return click.Option(
        [f"--{name}", field.name],
        type=Parsed(field.name, partial(parsed, field) if several else field.parsed),
        metavar=_metavar(field),
        help=text,
        multiple=several,
        callback=_flattened if several else None,
    )


def _flattened(ctx: click.Context, param: click.Parameter, values: Any) -> Any:
    return [value for given in values for value in given]
