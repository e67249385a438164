"""What users and packages add: by entry points, loaded once something asks for them, or `register`.

What was registered in this process can be told to worker processes.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from gtlearn.errors import InputError, first_line, nearest
from gtlearn.sources import function, is_source

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")
P = ParamSpec("P")
_registered: list[Callable[[], Any]] = []


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


class Named:
    """Makers of one kind of thing, such as environments, which have a name or are module:function.

    Attributes:
        what: what they make, in errors, as in "an environment".
        group: of entry points.
        registered: those that `register` was called with.
    """

    def __init__(self, what: str, group: str) -> None:
        self.what, self.group = what, group
        self.registered: dict[str, Callable[..., Any]] = {}

    def register(self, name: str, make: Callable[..., Any]) -> None:
        """Makes one known by a name.

        Raises:
            InputError: if the name is empty, or meant as module:function.
        """
        if not name or is_source(name):
            raise InputError(f"{self.what} cannot be called {name!r}; give a name without ':'")
        self.registered[name] = make

    def names(self) -> list[str]:
        """The names that are registered or installed."""
        return list(dict.fromkeys([*self.registered, *plugin_sources(self.group)]))

    def find(self, name: str) -> Callable[..., Any]:
        """The maker of that name, or the one that module:function names.

        Raises:
            InputError: if there is none.
        """
        if name in self.registered:
            return self.registered[name]
        source = name if is_source(name) else plugin_sources(self.group).get(name)
        if source is None:
            advice = nearest(name, self.names(), "") or "register it, or give module:function"
            kind = self.what.partition(" ")[2]
            raise InputError(f"there is no {kind} {name[:60]!r}; {advice}")
        return function(source)


def repeatable(register: Callable[P, T]) -> Callable[P, T]:
    """Has what this function of a module registers registered in worker processes, too."""

    @functools.wraps(register)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        result = register(*args, **kwargs)
        _registered.append(functools.partial(call, *args, **kwargs))
        return result

    return call


def registered() -> list[bytes]:
    """What was registered in this process, for `register_again` in another one.

    What another process cannot import is left out: functions within functions, and those of the
    script that runs.
    """
    calls = []
    for call in _registered:
        with suppress(Exception):  # whatever pickle raises
            calls.append(pickle.dumps(call))
    return [pickled for pickled in calls if b"__main__" not in pickled]


def register_again(calls: Iterable[bytes]) -> None:
    """Registers here what `registered` says of another process, as far as it can be imported."""
    for call in calls:
        with suppress(ImportError, AttributeError):
            pickle.loads(call)()


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
