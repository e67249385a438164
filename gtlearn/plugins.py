"""What installed packages add to gtlearn: entry points, loaded once something asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from gtlearn.errors import InputError, first_line

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


def plugin(group: str, name: str, kind: type[T]) -> T | None:
    """What an installed package gives under a name; None where none does.

    Args:
        group: of entry points, such as "gtlearn.formats".
        name: of the entry point.
        kind: what it must be.

    Raises:
        InputError: if it cannot be loaded, or is something else; it names the package.
    """
    return next((_loaded(p, kind) for p in _points(group) if p.name == name), None)


def plugins(group: str, kind: type[T], package: str | None = None) -> list[T]:
    """All that installed packages give in a group, or those in modules of one package.

    Raises:
        InputError: as `plugin`.
    """
    points = (p for p in _points(group) if package in (None, p.module.partition(".")[0]))
    return [_loaded(point, kind) for point in points]


def plugin_names(group: str) -> list[str]:
    """The names of a group's entry points, none of which is loaded."""
    return [point.name for point in _points(group)]


def plugin_sources(group: str) -> dict[str, str]:
    """What a group's entry points name, as module:attribute, by their names; none is loaded."""
    return {point.name: point.value for point in _points(group)}


def _points(group: str) -> Iterator[EntryPoint]:
    from importlib.metadata import entry_points

    return iter(entry_points(group=group))


def _loaded(point: EntryPoint, kind: type[T]) -> T:
    owner = f" of the package {point.dist.name}" if point.dist else ""
    what = f"the plug-in {point.name!r} ({point.group}){owner}"
    try:
        value = point.load()
    except Exception as error:  # whatever the code of others raises
        raise InputError(
            f"{what} cannot be loaded: {type(error).__name__}: {first_line(error)}; mend or "
            "uninstall it"
        ) from None
    if not isinstance(value, kind):
        raise InputError(f"{what} is a {type(value).__name__}; it must be a {kind.__name__}")
    return value
