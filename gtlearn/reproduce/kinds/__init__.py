"""Kinds of figures: what is read of their runs, and how it is printed and drawn."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.reproduce.engine import Reproduction

KINDS: Mapping[str, str] = {
    "commitments": "gtlearn.reproduce.kinds.commitments",
    "adaptation": "gtlearn.reproduce.kinds.adaptation",
    "paths": "gtlearn.reproduce.kinds.paths",
    "trade": "gtlearn.reproduce.kinds.trade",
    "populations": "gtlearn.reproduce.kinds.populations",
}


class Kind(Protocol):
    """What a module of a kind has."""

    def read_run(self, path: Path) -> Any:
        """A finished run, as far as figures of this kind need it."""

    def report(self, found: Reproduction) -> str:
        """All that is printed: the paper's statements, the tables, what differs."""

    def to_json(self, found: Reproduction) -> dict[str, Any]:
        """The numbers of the tables, as JSON values."""

    def draw(self, found: Reproduction, picture: Path) -> Path:
        """Writes the picture; the format is that of the file's name."""


def find_kind(name: str) -> Kind:
    """The kind of that name.

    Raises:
        InputError: if there is none.
    """
    if name not in KINDS:
        raise InputError(f"there is no kind of figures {name!r}; use {' or '.join(KINDS)}")
    return cast("Kind", importlib.import_module(KINDS[name]))
