"""Packages that only some installations have."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from gtlearn.errors import InputError


def optional(module: str, extra: str) -> ModuleType:
    """A module of an optional package, imported now.

    Raises:
        InputError: if the package is missing; the message says what to install.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != package:
            raise
        raise InputError(
            f"{package} is needed for this and not installed; run pip install 'gtlearn[{extra}]'"
        ) from None


@contextmanager
def needed(purpose: str, extra: str) -> Iterator[None]:
    """Around imports of optional packages.

    Args:
        purpose: for what, such as "the environments".
        extra: what to install.

    Raises:
        InputError: if one of them is missing; the message says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error.name} is needed for {purpose} and not installed; run "
            f"pip install 'gtlearn[{extra}]'"
        ) from error
