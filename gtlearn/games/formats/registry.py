"""The formats of files, one row each: what reads it, what writes it, and what it can hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.formats.csv import dump_csv, parse_csv
from gtlearn.games.formats.efg import parse_efg
from gtlearn.games.formats.json import dump_json, parse_json
from gtlearn.games.formats.nfg import dump_nfg, parse_nfg
from gtlearn.games.formats.npz import game_of_npy, game_of_npz
from gtlearn.games.formats.xlsx import parse_xlsx
from gtlearn.games.kinds import KINDS
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.plugins import plugin

GROUP = "gtlearn.formats"


@dataclass(frozen=True)
class Format:
    """A format of files that hold a game.

    Attributes:
        suffix: what the names of such files end with, without the dot.
        read: makes a game of a file's content. It is called with the content and by keyword with
            `name` (what the game is called if the content does not say), `source` (where it comes
            from, likewise), `what` (what to call the content in error messages) and the options
            listed below. None where such files are only written.
        write: makes the content, a text, of a game; None where such files are only read.
        kinds: the types of game that it can hold; a game of another registered kind is written as
            its normal form.
        binary: whether the content is bytes, not a text.
        options: which of `symmetric` (and with it `zero_sum`), `players_axis` and `rationalise` it
            takes.
    """

    suffix: str
    read: Callable[..., Any] | None = None
    write: Callable[[Any], str] | None = None
    kinds: tuple[type, ...] = (NormalFormGame,)
    binary: bool = False
    options: tuple[str, ...] = ()


_MATRIX = ("symmetric", "zero_sum")
_NEST = (*_MATRIX, "players_axis")
_OWN = (
    Format("nfg", parse_nfg, dump_nfg),
    Format("efg", parse_efg),
    Format("json", parse_json, dump_json, kinds=KINDS, options=_NEST),
    Format("csv", parse_csv, dump_csv, options=_MATRIX),
    Format("xlsx", parse_xlsx, binary=True, options=_MATRIX),
    Format("npy", game_of_npy, binary=True, options=(*_NEST, "rationalise")),
    Format("npz", game_of_npz, binary=True, options=(*_NEST, "rationalise")),
)
_formats = {row.suffix: row for row in _OWN}


def add_format(row: Format) -> None:
    """Adds a format, or replaces one that was added.

    Raises:
        InputError: if it is one of gtlearn's own, or the suffix is none.
    """
    if row.suffix != row.suffix.lower().strip(". ") or not row.suffix:
        raise InputError(f"{quoted(row.suffix)} is no suffix; write it small and without its dot")
    if any(own.suffix == row.suffix for own in _OWN):
        raise InputError(f"gtlearn reads .{row.suffix} itself; give another suffix")
    _formats[row.suffix] = row


def format_row(suffix: str) -> Format | None:
    """The format of a suffix without its dot, of gtlearn or of a package; None if there is none.

    Raises:
        InputError: if a package's cannot be loaded.
    """
    if suffix not in _formats:
        row = plugin(GROUP, suffix, Format)
        if row is None or row.suffix != suffix:
            return None
        add_format(row)
    return _formats[suffix]


def is_own(row: Format) -> bool:
    """Whether a format is gtlearn's own."""
    return row in _OWN


def listed(*, written: bool = False, text: bool = False) -> str:
    """The suffixes of what is read, or written, or read as text: ".nfg, .json or .csv"."""
    rows = [row for row in _formats.values() if (row.write if written else row.read)]
    *most, last = [f".{row.suffix}" for row in rows if not (text and row.binary)]
    return f"{', '.join(most)} or {last}"


def is_path(text: str) -> bool:
    """Whether a text means a file: by its suffix, or because there is such a file."""
    if len(text) > 4096 or "\n" in text or "\0" in text:
        return False
    if text.lower().endswith(tuple(f".{suffix}" for suffix in _formats)):
        return True
    if text in catalogue_names():
        return False
    try:
        return Path(text).is_file() or (os.sep in text and Path(text).exists())
    except (OSError, ValueError):
        return False
