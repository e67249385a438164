"""Options and arguments that several commands share."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError, nearest
from gtlearn.plugins import plugin_names

if TYPE_CHECKING:
    from gtlearn.solvers.options import Option

Decorator = Callable[[Any], Any]

_OBJECTIVES = ("welfare", "fairness", "gini", "none")
_LIMITS = ("time_limit", "memory_limit")
_READING = (
    *("symmetric", "zero_sum", "rationalise", "players_axis", "input_format"),
    *("max_nodes", "reduced", "merge_states"),
)
_FORMATS = ("csv", "efg", "json", "literal", "nfg", "npy", "npz", "xlsx")
_NEGATIVE_NUMBER = re.compile(r"-[.\d]")


class OneOf(click.Choice[str]):
    """A choice of words; a misspelt one names the nearest.

    Attributes:
        more: gives further words, such as those that packages add; it is only asked where none of
            the others fits, and for the help.
    """

    def __init__(self, *words: str, more: Callable[[], Iterable[str]] = tuple) -> None:
        super().__init__(words)
        self.more = more

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """All words that there are."""
        return f"[{'|'.join(self._all())}]"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The word, if it is one of those known."""
        if value in self.choices or value in (known := self._all()):
            return str(value)
        self.fail(f"{value!r} is unknown; {nearest(value, known)}", param, ctx)

    def _all(self) -> list[str]:
        return list(dict.fromkeys([*self.choices, *self.more()]))


class Parsed(click.ParamType):  # type: ignore[type-arg]
    """What a function makes of a text; its complaint is shown with the option's name.

    Attributes:
        name: the type in one word.
        parse: raises InputError for a text that cannot be used.
    """

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name, self.parse = name, parse

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value; a default may be one already."""
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


def objective(text: str) -> str:
    """What a correlated equilibrium is to maximise.

    Raises:
        InputError: if it is none of those known.
    """
    if text not in _OBJECTIVES and not re.fullmatch(r"player:\d+", text):
        known = [*_OBJECTIVES, "player:0", "player:1"]
        raise InputError(f"{text!r} is unknown; {nearest(text, known)}")
    return text


def natural(text: str, largest: int | None = None) -> int:
    """An integer of at least zero, and at most `largest`.

    Raises:
        InputError: if it is none.
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 19:
        number = int(text)
        if largest is None or number <= largest:
            return number
    known = "0 or more" if largest is None else f"from 0 to {largest}"
    raise InputError(f"{text!r} cannot be used; give an integer, {known}")


def seconds(text: str) -> float:
    """A positive number of seconds.

    Raises:
        InputError: if it is none.
    """
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise InputError(f"{text.strip()!r} is not a positive number of seconds")


def size(text: str, unit: str = "b") -> int:
    """A positive size, such as 500MB or 2GB, as a number of bytes.

    Args:
        text: what was given.
        unit: what a bare number counts: b, kb, mb, gb or tb.

    Raises:
        InputError: if it is none.
    """
    text = text.strip()
    if match := re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kmgt]?b?)", text, re.I | re.A):
        thousands = "bkmgt".index((match[2] or unit)[0].lower())
        if number := int(Fraction(match[1]) * 1000**thousands):
            return number
    raise InputError(f"{text[:60]!r} is no size; give one such as 500MB or 2GB")


def exact_number(text: str) -> Fraction:
    """A nonnegative exact number: an integer, a decimal or p/q.

    Raises:
        InputError: if it is none.
    """
    from gtlearn.games.numbers import parse_number

    number = parse_number(text)
    if number < 0:
        raise InputError(f"{number} is negative")
    return number


class CommandGroup(click.Group):
    """A group in which a misspelt command names the nearest."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """As click's, with the nearest command in the complaint."""
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            raise click.UsageError(
                f"there is no command {args[0]!r}; {nearest(args[0], known)}", ctx
            )
        return super().resolve_command(ctx, args)


class GameCommand(Command):
    """A command whose arguments may be literals that begin with a minus sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's, but "-1 0; 0 1" is an argument, not an unknown option."""
        args = [f" {arg}" if _NEGATIVE_NUMBER.match(arg) else arg for arg in args]
        return super().parse_args(ctx, args)


def _allow(ctx: click.Context, param: click.Parameter, value: int | None) -> None:
    """Lets all that the command reads be as large as asked for."""
    from gtlearn.reading import at_most

    ctx.with_resource(at_most(value))


def game_options(function: Callable[..., Any]) -> Any:
    """The options of a command that reads a GAME, which takes them as two mappings.

    One is `how` it is to be read, for `gtlearn.cli.reading.load_game`; the other are the `limits`
    on time and memory.
    """

    @functools.wraps(function)
    def command(*args: Any, **options: Any) -> Any:
        how, limits = ({name: options.pop(name) for name in names} for names in (_READING, _LIMITS))
        return function(*args, how=how, limits=limits, **options)

    decorated: Any = command
    for option in (
        click.option(
            "--max-size",
            type=Parsed("size", size),
            expose_value=False,
            callback=_allow,
            help="How large a file may be, and what it unpacks to, such as 1GB. [default: 256MB]",
        ),
        click.option(
            "--max-nodes",
            type=Parsed("number", natural),
            help="How many nodes the tree of an OpenSpiel game may have. [default: 2000000]",
        ),
        click.option(
            "--reduced",
            is_flag=True,
            default=None,
            help="Take the reduced normal form of a tree, whose strategies are plans.",
        ),
        click.option(
            "--merge-states/--no-merge-states",
            default=None,
            help="Merge the states that OpenSpiel prints alike of a game of perfect information. "
            "[default: where that is proven to be right]",
        ),
        click.option(
            "--input-format",
            type=OneOf(*_FORMATS, more=functools.partial(plugin_names, "gtlearn.formats")),
            help="How the GAME on standard input is written, where that cannot be seen.",
        ),
        click.option(
            "--players-axis",
            type=OneOf("first", "last"),
            help="Which axis of nested payoffs counts the players, where that cannot be seen.",
        ),
        click.option(
            "--rationalise",
            is_flag=True,
            help="Read a float as the decimal that it prints as, not as its binary value.",
        ),
        click.option(
            "--zero-sum",
            is_flag=True,
            help="A single matrix holds the row player's payoffs of a zero-sum game.",
        ),
        click.option(
            "--symmetric",
            is_flag=True,
            help="A single matrix holds the row player's payoffs of a symmetric game.",
        ),
        click.option(
            "--memory-limit",
            type=Parsed("size", functools.partial(size, unit="mb")),
            help="Stop before the process grows by more than that, such as 500MB or 2GB (a bare "
            "number counts megabytes); keep what was found.",
        ),
        click.option(
            "--time-limit",
            type=Parsed("seconds", seconds),
            help="Stop after so many seconds, reading included; keep what was found.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def output_option(
    help: str = "Write here instead of printing.", default: str | None = None
) -> Decorator:
    """The option --output, a path."""
    return click.option(
        "--output",
        type=click.Path(path_type=Path),
        default=default,
        help=help,
    )


def format_option(*words: str, default: str | None = None, help: str = "") -> Decorator:
    """The option --format, as `form`."""
    return click.option(
        "--format",
        "form",
        type=OneOf(*words),
        default=default,
        help=help or "How to print; by default a table, or what the name of --output says.",
    )


def workers_option(default: int | None, help: str) -> Decorator:
    """The option --workers, a number of processes."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 1000),
        default=default,
        help=help,
    )


def concept_options(verb: str, default: str | None) -> Decorator:
    """The option --concept, and those of all concepts, of `solve` or `check`.

    Args:
        verb: "solve" or "check".
        default: the concept unless one is given; None where that depends on the profile.
    """
    from gtlearn.solvers.concepts import OWN, names, owners_of
    from gtlearn.solvers.options import OPTIONS

    def decorate(decorated: Any) -> Any:
        for option in reversed(OPTIONS.values()):
            if owners := owners_of(verb, option.name):
                decorated = _concept_option(option, owners)(decorated)
        what = "What to solve for." if default else "What the profile claims to be."
        rest = "" if default else "  [default: nash; of a run, what it learned]"
        kind = OneOf(*OWN, more=names)
        return click.option("--concept", type=kind, default=default, help=f"{what}{rest}")(
            decorated
        )

    return decorate


def _concept_option(option: Option, owners: str) -> Decorator:
    flag = f"--{option.name.replace('_', '-')}"
    if option.kind == "flag":
        return click.option(flag, is_flag=True, help=f"{owners}: {option.help}.")
    kinds = {
        "player": Parsed("integer", natural),
        "count": click.IntRange(1, 1000),
        "objective": Parsed("objective", objective),
    }
    return click.option(
        flag,
        type=OneOf(*option.words) if option.words else kinds.get(option.kind),
        default=option.default,
        show_default=option.shown or None,
        metavar="[welfare|fairness|gini|player:K|none]" if option.kind == "objective" else None,
        help=f"{owners}: {option.help}.",
    )


def was_given(ctx: click.Context, name: str) -> bool:
    """Whether the option was written on the command line."""
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
