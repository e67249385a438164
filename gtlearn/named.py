"""Makers that users register, install or name as module:function: environments, loggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gtlearn.errors import InputError, nearest
from gtlearn.plugins import plugin_sources
from gtlearn.sources import function, is_source


class Named:
    """Makers of one kind of thing, by their names.

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
