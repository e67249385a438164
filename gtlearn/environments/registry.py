"""Environments by name: those that users register or install, or name as module:function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gtlearn.plugins import Named, repeatable

ENVIRONMENTS = Named("an environment", "gtlearn.environments")


@repeatable
def register(name: str, make: Callable[[], Any]) -> None:
    """Makes an environment known by a name, to learners and to the command line's `--env`.

    Args:
        name: what users write.
        make: makes one copy, a PettingZoo parallel environment.

    Raises:
        InputError: if the name is empty, or meant as module:function.
    """
    ENVIRONMENTS.register(name, make)
