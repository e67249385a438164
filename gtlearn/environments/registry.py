"""Environments by name: those that users register or install, or name as module:function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gtlearn.named import Named
from gtlearn.plugins import repeatable

_ENVIRONMENTS = Named("an environment", "gtlearn.environments")


@repeatable
def register(name: str, make: Callable[[], Any]) -> None:
    """Makes an environment known by a name, to learners and to the command line's `--env`.

    Args:
        name: what users write.
        make: makes one copy, a PettingZoo parallel environment.

    Raises:
        InputError: if the name is empty, or meant as module:function.
    """
    _ENVIRONMENTS.register(name, make)


def environment_names() -> list[str]:
    """The names that are registered or installed."""
    return _ENVIRONMENTS.names()


def find_environment(name: str) -> Callable[[], Any]:
    """What makes the environment of that name, or what module:function names.

    Raises:
        InputError: if there is none.
    """
    return _ENVIRONMENTS.find(name)
