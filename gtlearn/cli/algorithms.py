"""Commands whose subcommands are algorithms: one option for each field of their dataclasses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.options import was_given
from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.runs.config import RunConfig
    from gtlearn.runs.fields import Field

_ENV = f"{__name__}.env"  # where the algorithm plays, in click's context
_OWN_CODE = "MODULE:NAME"
_METAVARS = {bool: "BOOLEAN", int: "INTEGER", float: "NUMBER", str: "TEXT"}


class AlgorithmGroup(click.Group):
    """A command followed by an algorithm, or by a config.toml that names one.

    Attributes:
        work: what is done with the config and the command's own options.
        own: makes those options.
        seeded: whether there is an option --seed.
    """

    def __init__(
        self,
        *,
        work: Callable[..., int],
        own: Callable[[], list[click.Parameter]],
        seeded: bool,
        **keywords: Any,
    ) -> None:
        super().__init__(
            subcommand_metavar="ALGORITHM|CONFIG.toml [OPTIONS]", no_args_is_help=False, **keywords
        )
        self.work, self.own, self.seeded = work, own, seeded

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
        ctx.meta[_ENV] = next(iter(_values_of("--env", args)), None)
        _allow(ctx, None, _values_of("--allow", args))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        """The command that trains an algorithm, or what a file says.

        Raises:
            InputError: if there is none, the file is wrong, or an option of a learner of the
                user's own has the name of one that every run has.
        """
        from gtlearn.learning.registry import find_algorithm
        from gtlearn.runs.config import Recording, RunConfig
        from gtlearn.runs.fields import fields_of
        from gtlearn.runs.folder import config_in

        base = None
        if name.endswith(".toml") or "/" in name:
            base = config_in(Path(name))
            algorithm = base.algorithm
        else:
            algorithm = find_algorithm(name, ctx.meta.get(_ENV))
        fields = fields_of(algorithm.config_type())
        recording = fields_of(Recording)

        def callback(**given: Any) -> int:
            context = click.get_current_context()
            chosen = {key: value for key, value in given.items() if was_given(context, key)}
            config = _config(algorithm, base or RunConfig(algorithm, None), chosen)
            _allow(context, None, config.sources)  # which were named here, or allowed before
            own = {p.name: given[p.name] for p in self.own() if p.name}
            return self.work(config, **own)

        held = {**_values(base.options if base else None), **_values(base and base.recording)}
        seed = [_seed_option(base)] if self.seeded else []
        options = [_option(f, held.get(f.name, f.default)) for f in fields.values()]
        beside = [_option(f, held.get(f.name, f.default)) for f in recording.values()]
        common = [*seed, *self.own(), *beside, click.Option(["--allow"], **ALLOW)]
        for taken in {param.name for param in common} & set(fields):
            raise InputError(f"{name} has an option {taken}, as all runs do; call it otherwise")
        return Command(
            name,
            callback=callback,
            params=[*options, *common],
            help=algorithm.summary,
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
    found = [after for text, after in pairwise(args) if text == option]
    return found + [a.partition("=")[2] for a in args if a.startswith(f"{option}=")]


def _allow(ctx: click.Context, param: Any, sources: Sequence[str]) -> None:
    """Lets files name code, as long as the command runs."""
    from gtlearn.sources import allowing

    ctx.with_resource(allowing(sources))


ALLOW: dict[str, Any] = {
    "multiple": True,
    "metavar": _OWN_CODE,
    "is_eager": True,
    "expose_value": False,
    "callback": _allow,
    "help": "Code of your own that a run's file may name; may be given several times.",
}


def _elsewhere(name: str) -> str:
    """What the help of an algorithm says of its environments."""
    from gtlearn.learning.registry import environments_of, takes_any_environment

    known = " or ".join(f"--env {env}" for env in environments_of(name))
    said = f"With {known} it plays there, with other options; --help lists them." if known else ""
    own = " With --env module:function it plays in a PettingZoo environment of your own."
    return said + own * takes_any_environment(name)


class FieldType(click.ParamType):  # type: ignore[type-arg]
    """What may be given for a field of a dataclass."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.name = field.name

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The type in one word, or the choices."""
        from gtlearn.runs.fields import choices, options_of
        from gtlearn.sources import Source

        words = choices(self.field.kind)
        if Source in options_of(self.field.kind):
            words.append(_OWN_CODE)
        if words:
            return f"[{'|'.join(words)}]"
        first = options_of(self.field.kind)[0]
        return _METAVARS.get(first, "LIST")

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value."""
        if not isinstance(value, str):
            return value
        try:
            return self.field.parsed(value)
        except InputError as error:
            return self.fail(str(error), param, ctx)


def ray_address() -> click.Option:
    """The option of where to connect to, which no file may say."""
    return click.Option(
        ["--ray-address"],
        help="Of a Ray cluster for --ray-workers.  [default: as the variable RAY_ADDRESS says, "
        "else one is started on this machine]",
    )


def _option(field: Field, default: Any) -> click.Option:
    from gtlearn.runs.fields import NONE

    name = field.name.replace("_", "-")
    text = field.help
    if not field.required or default is not None:
        shown = NONE if default is None else default
        shown = ",".join(map(str, shown)) if isinstance(shown, tuple) else shown
        shown = str(shown).lower() if isinstance(shown, bool) else shown
        text = f"{text}  [default: {shown}]".strip()
    if field.kind is bool:
        return click.Option([f"--{name}/--no-{name}", field.name], default=None, help=text)
    return click.Option([f"--{name}", field.name], type=FieldType(field), help=text)


def _seed_option(base: RunConfig | None) -> click.Option:
    from gtlearn.runs.config import SEED

    return _option(SEED, base.seed if base else 0)


def _values(options: Any) -> dict[str, Any]:
    if options is None:
        return {}
    return {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}


def _config(algorithm: Any, base: RunConfig, chosen: Mapping[str, Any]) -> RunConfig:
    """The config of the file, or of the defaults, with what the command line chose.

    Raises:
        InputError: if the options do not fit together.
    """
    from gtlearn import __version__
    from gtlearn.runs.config import Recording, RunConfig
    from gtlearn.runs.fields import fields_of, make

    kind = algorithm.config_type()
    held = {**_values(base.options), **_values(base.recording), **chosen}
    options = make(kind, {name: held[name] for name in fields_of(kind) if name in held})
    recording = make(Recording, {name: held[name] for name in fields_of(Recording)})
    seed = chosen.get("seed", base.seed)
    return RunConfig(algorithm, options, seed, recording, __version__)
