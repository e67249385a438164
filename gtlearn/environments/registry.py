"""Environments by name: those that users register or install, or name as module:function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games.names import nearest
from gtlearn.plugins import plugin_sources
from gtlearn.sources import function, is_source

_GROUP = "gtlearn.environments"  # of entry points
_REGISTERED: dict[str, Callable[[], Any]] = {}


def register(name: str, make: Callable[[], Any]) -> None:
    """Makes an environment known by a name, to learners and to the command line's `--env`.

    Args:
        name: what users write.
        make: makes one copy, a PettingZoo parallel environment.

    Raises:
        InputError: if the name is empty, or meant as module:function.
    """
    if not name or is_source(name):
        raise InputError(f"an environment cannot be called {name!r}; give a name without ':'")
    _REGISTERED[name] = make


def environment_names() -> list[str]:
    """The names that are registered or installed."""
    return [*_REGISTERED, *(name for name in plugin_sources(_GROUP) if name not in _REGISTERED)]


def find_environment(name: str) -> Callable[[], Any]:
    """What makes the environment of that name, or what module:function names.

    Raises:
        InputError: if there is none.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    source = name if is_source(name) else plugin_sources(_GROUP).get(name)
    if source is None:
        advice = nearest(name, environment_names()) or "register it, or give module:function"
        raise InputError(f"there is no environment {name[:60]!r}; {advice}")
    return function(source)
