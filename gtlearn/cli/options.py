"""Options and arguments that several commands share."""

from __future__ import annotations

import difflib
import functools
import math
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gtlearn.cli.stdout import Command
from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.solvers.options import Option

Function = TypeVar("Function", bound=Callable[..., Any])

_READING = ("symmetric", "zero_sum", "rationalise", "players_axis", "input_format")
_NEGATIVE_NUMBER = re.compile(r"-[.\d]")


def nearest(text: str, known: Iterable[str]) -> str:
    """Advice for a misspelt word.

    >>> nearest("stackelburg", ["nash", "stackelberg"])
    "did you mean 'stackelberg'?"
    >>> nearest("x", ["nash", "stackelberg"])
    'use nash or stackelberg'
    """
    known = list(known)
    close = difflib.get_close_matches(text.lower(), known, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"use {' or '.join([', '.join(known[:-1]), known[-1]] if known[1:] else known)}"


class OneOf(click.Choice[str]):
    """A choice of words; a misspelt one names the nearest."""

    def __init__(self, *words: str) -> None:
        super().__init__(words)

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The word, if it is one of those known."""
        if value in self.choices:
            return str(value)
        self.fail(f"{value!r} is unknown; {nearest(value, self.choices)}", param, ctx)


class Objective(click.ParamType):  # type: ignore[type-arg]
    """What a correlated equilibrium is to maximise."""

    name = "objective"
    words = ("welfare", "fairness", "gini", "none")

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The objective, if it is one of those known."""
        if value in self.words or re.fullmatch(r"player:\d+", value):
            return str(value)
        known = [*self.words, "player:0", "player:1"]
        self.fail(f"{value!r} is unknown; {nearest(value, known)}", param, ctx)


class Natural(click.ParamType):  # type: ignore[type-arg]
    """An integer of at least zero, and at most `largest`."""

    name = "integer"

    def __init__(self, largest: int | None = None) -> None:
        self.largest = largest

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """The integer."""
        text = str(value).strip()
        if text.isascii() and text.isdigit() and len(text) < 19:
            number = int(text)
            if self.largest is None or number <= self.largest:
                return number
        known = "0 or more" if self.largest is None else f"from 0 to {self.largest}"
        self.fail(f"{text!r} cannot be used; give an integer, {known}", param, ctx)


class Seconds(click.ParamType):  # type: ignore[type-arg]
    """A positive number of seconds."""

    name = "seconds"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """The number."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not (math.isfinite(seconds) and seconds > 0):
            self.fail(f"{str(value).strip()!r} is not a positive number of seconds", param, ctx)
        return seconds


class Size(click.ParamType):  # type: ignore[type-arg]
    """A positive size, such as 500MB or 2GB, as a number of bytes."""

    name = "size"

    def __init__(self, unit: str = "b") -> None:
        """`unit` is what a bare number counts: b, kb, mb, gb or tb."""
        self.unit = unit

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """The number of bytes."""
        if isinstance(value, int):
            return value
        text = str(value).strip()
        found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kmgt]?b?)", text, re.I | re.A)
        size = 0
        if found is not None:
            thousands = "bkmgt".index((found[2] or self.unit)[0].lower())
            size = int(Fraction(found[1]) * 1000**thousands)
        if size < 1:
            self.fail(f"{text[:60]!r} is no size; give one such as 500MB or 2GB", param, ctx)
        return size


class ExactNumber(click.ParamType):  # type: ignore[type-arg]
    """A nonnegative exact number: an integer, a decimal or p/q."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> Fraction:
        """The number as a Fraction."""
        from gtlearn.games.numbers import parse_number

        if isinstance(value, Fraction):
            return value
        try:
            number = parse_number(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)
        if number < 0:
            self.fail(f"{number} is negative", param, ctx)
        return number


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


def reading_options(function: Function) -> Function:
    """The options that say how GAME is to be read; the command takes them as one mapping, `how`.

    It goes to `gtlearn.cli.reading.load_game`.
    """

    @functools.wraps(function)
    def command(*args: Any, **options: Any) -> Any:
        how = {name: options.pop(name) for name in _READING}
        return function(*args, how=how, **options)

    decorated: Any = command
    for option in (
        click.option(
            "--max-size",
            type=Size(),
            expose_value=False,
            callback=_allow,
            help="How large a file may be, and what it unpacks to, such as 1GB. [default: 256MB]",
        ),
        click.option(
            "--input-format",
            type=OneOf("csv", "efg", "json", "literal", "nfg", "npy", "npz", "xlsx"),
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
    ):
        decorated = option(decorated)
    bundled: Function = decorated
    return bundled


def limit_options(function: Function) -> Function:
    """The options of what may take long, or much memory."""
    for option in (
        click.option(
            "--memory-limit",
            type=Size("mb"),
            metavar="SIZE",
            help="Stop before the process grows by more than that, such as 500MB or 2GB (a bare "
            "number counts megabytes); keep what was found.",
        ),
        click.option(
            "--time-limit",
            type=Seconds(),
            metavar="SECONDS",
            help="Stop after so many seconds, reading included; keep what was found.",
        ),
    ):
        function = option(function)
    return function


def concept_options(verb: str, default: str | None) -> Callable[[Function], Function]:
    """The option --concept, and those of all concepts, of `solve` or `check`.

    Args:
        verb: "solve" or "check".
        default: the concept unless one is given; None where that depends on the profile.
    """
    from gtlearn.solvers.concepts import names, owners_of
    from gtlearn.solvers.options import OPTIONS

    def decorate(function: Function) -> Function:
        decorated: Any = function
        for option in reversed(OPTIONS.values()):
            owners = owners_of(verb, option.name)
            if owners:
                decorated = _concept_option(option, owners)(decorated)
        what = "What to solve for." if default else "What the profile claims to be."
        rest = "" if default else "  [default: nash; of a run, what it learned]"
        decorated = click.option(
            "--concept",
            type=OneOf(*names()),
            default=default,
            show_default=bool(default),
            help=f"{what}{rest}",
        )(decorated)
        bundled: Function = decorated
        return bundled

    return decorate


def _concept_option(option: Option, owners: str) -> Callable[[Any], Any]:
    kinds: dict[str, Any] = {"player": Natural(), "objective": Objective()}
    return click.option(
        f"--{option.name}",
        type=OneOf(*option.words) if option.words else kinds.get(option.kind),
        default=option.default,
        show_default=option.shown or option.default is not None,
        metavar="[welfare|fairness|gini|player:K|none]" if option.kind == "objective" else None,
        help=f"{owners}: {option.help}.",
    )


def was_given(ctx: click.Context, name: str) -> bool:
    """Whether the option was written on the command line."""
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def refuse_unused(ctx: click.Context, rules: dict[str, tuple[bool, str]]) -> None:
    """Complains about an option that was given but has no meaning beside the others.

    Args:
        ctx: the context of the running command.
        rules: for each parameter's name, whether it has a meaning now, and what it belongs to.

    Raises:
        InputError: if one without meaning was given.
    """
    for name, (meaningful, owner) in rules.items():
        if was_given(ctx, name) and not meaningful:
            raise InputError(
                f"--{name.replace('_', '-')} has no effect here: it goes with {owner}; leave it out"
            )
