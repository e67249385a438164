"""The formats of files, one row each, and games on disk and as text, written atomically."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, first_line, option, quoted
from gtlearn.files import require_replaceable
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.effort import text_seconds, writing_seconds
from gtlearn.games.formats.csv import dump_csv, parse_csv
from gtlearn.games.formats.efg import dump_efg, parse_efg
from gtlearn.games.formats.gam import parse_gam
from gtlearn.games.formats.json import dump_json, parse_json
from gtlearn.games.formats.matrices import refuse_axis, refuse_flags
from gtlearn.games.formats.nfg import dump_nfg, parse_nfg
from gtlearn.games.formats.npz import NPY, ZIP, game_of_npy, game_of_npz
from gtlearn.games.formats.xlsx import is_workbook, parse_xlsx
from gtlearn.games.kinds import KINDS, Game
from gtlearn.games.kinds.extensive import ExtensiveGame, MergedGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.registry import kind_name, normal_form_of
from gtlearn.plugins import plugin
from gtlearn.reading import bytes_of_file, quoted_path, reason, text_of

_GROUP = "gtlearn.formats"


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
_IN_JSON = tuple(kind for kind in KINDS if kind is not MergedGame)
_OWN = (
    Format("nfg", parse_nfg, dump_nfg),
    Format("efg", parse_efg, dump_efg, kinds=(ExtensiveGame,)),
    Format("json", parse_json, dump_json, kinds=_IN_JSON, options=_NEST),
    Format("csv", parse_csv, dump_csv, options=_MATRIX),
    Format("xlsx", parse_xlsx, binary=True, options=_MATRIX),
    Format("npy", game_of_npy, binary=True, options=(*_NEST, "rationalise")),
    Format("npz", game_of_npz, binary=True, options=(*_NEST, "rationalise")),
    Format("gam", parse_gam),
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
        row = plugin(_GROUP, suffix, Format)
        if row is None or row.suffix != suffix:
            return None
        add_format(row)
    return _formats[suffix]


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


def read_game(path: str | os.PathLike[str], **how: Any) -> Any:
    """The game in a file of a known format; text is read exactly as written.

    Args:
        path: of the file.
        **how: symmetric, zero_sum, rationalise and players_axis, as of `load`.

    Raises:
        InputError: if the file is missing, no regular file, too large, of an unknown kind, or
            wrong.
    """
    path = Path(path)
    what = quoted_path(path)
    row = format_row(path.suffix.lower()[1:])
    if row is None or row.read is None:
        raise InputError(f"{what} has no known suffix; a game file ends with {listed()}")
    named = {"name": path.stem, "source": path.name}
    return game_of_bytes(bytes_of_file(path), row.suffix, what=what, **named, **how)


def game_of_bytes(
    data: bytes, format: str, *, what: str, name: str = "game", source: str = "", **how: Any
) -> Any:
    """The game that the content of a file holds.

    Args:
        data: the content.
        format: its suffix, without the dot.
        what: what it is called in error messages.
        name: what the game is called if the content does not say.
        source: where it comes from, likewise; `what` unless given.
        **how: symmetric, zero_sum, rationalise and players_axis, as of `load`.

    Raises:
        InputError: if it is no such game.
    """
    row = _readable(format)
    named = {"name": name, "source": source or what, "what": what}
    if row.binary:
        return _read(row, data, named, how)
    text = text_of(data, what)
    return child.bounded(_read, row, text, named, how, seconds=text_seconds(text, row.suffix))


def format_of(data: bytes, what: str) -> str:
    """The format that content is written in, as it begins; "text" where that does not say.

    Raises:
        InputError: if it is neither a known format nor text.
    """
    if data.startswith(NPY):
        return "npy"
    if data.startswith(ZIP):
        return "xlsx" if is_workbook(data, what) else "npz"
    start = text_of(data, what).lstrip()
    if start.startswith(("NFG", "EFG")):
        return start[:3].lower()
    return "json" if start[:1] in ("[", "{") else "text"


def loads(
    text: str,
    format: str,
    *,
    name: str = "game",
    what: str = "",
    source: str = "",
    symmetric: bool = False,
    zero_sum: bool = False,
    players_axis: str | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Game:
    """The game that a text spells in "nfg", "efg", "json", "csv" or a format that was registered.

    One of a registered kind comes as its normal form.

    Args:
        text: the content of such a file.
        format: which it is.
        name: what the game is called if the text does not say.
        what: what the text is called in error messages.
        source: where it comes from, if the text does not say.
        symmetric: a single matrix (JSON, CSV) is the row player's payoffs of a symmetric game.
        zero_sum: a single matrix (JSON, CSV) is the row player's payoffs of a zero-sum game.
        players_axis: "first" or "last": which level of nested lists (JSON) counts the players;
            the first unless given.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        InputError: if the text is no such game; it names line and column.
        LimitReached: if a limit does not suffice.
    """
    row = _readable(format, text=True)
    named = {"name": name, "source": source, "what": what or f"the {format} text"}
    how = {"symmetric": symmetric, "zero_sum": zero_sum, "players_axis": players_axis}
    with limits.limited(time_limit, memory_limit):
        seconds = text_seconds(text, format)
        game = child.bounded(_read, row, text, named, how, seconds=seconds)
        known: Game = game if isinstance(game, KINDS) else normal_form_of(game)
        return known


def _readable(format: str, *, text: bool = False) -> Format:
    row = format_row(format)
    if row is None or row.read is None or (text and row.binary):
        raise InputError(f"there is no format {quoted(format)}; use {listed(text=True)}")
    return row


def _read(row: Format, content: str | bytes, named: dict[str, str], how: dict[str, Any]) -> Any:
    """What the format's reader makes of the content, with the options that it takes."""
    read: Any = row.read
    what = named["what"]
    if "players_axis" not in row.options:
        refuse_axis(how.get("players_axis"), f"{what} holds no nested lists")
    if "symmetric" not in row.options:
        flags = (how.get("symmetric", False), how.get("zero_sum", False))
        refuse_flags(*flags, f"{what} holds every player's payoffs")
    options = {key: how[key] for key in row.options if key in how}
    try:
        return read(content, **named, **options)
    except InputError:
        raise
    except Exception as error:
        if row in _OWN:
            raise
        raise InputError(f"{what} is no .{row.suffix} file: {first_line(error)}") from None


def dumps(game: Any, format: str = "json") -> str:
    """The game as text in "nfg", "efg", "json", "csv" or a registered format, exact, labelled.

    Only JSON holds a Bayesian or a Markov game; an iterated game is written as its Markov game.

    Raises:
        InputError: if the format is unknown, or cannot hold the game.
        LimitReached: at a limit.
    """
    return child.bounded(_written, game, format, seconds=writing_seconds(game))


def _written(game: Any, format: str) -> str:
    row = format_row(format)
    if row is None or row.write is None:
        raise InputError(f"games are not written as {format!r}; use {listed(written=True)}")
    if isinstance(game, MergedGame):
        raise InputError(
            f"no file holds merged states, as {quoted(game.name)} has; to write its tree, read it "
            f"with {option('merge_states', False)}"
        )
    if not isinstance(game, row.kinds):
        game = normal_form_of(game)
    if not isinstance(game, row.kinds):
        kind = MarkovGame if isinstance(game, IteratedGame) else type(game)
        raise InputError(f"{kind_name(kind)} cannot be written as {format}; use json")
    return row.write(game)


def save(game: Any, path: str | os.PathLike[str]) -> None:
    """Writes the game to a .nfg, .json or .csv file (or a registered one), whole or not at all.

    Raises:
        InputError: if the suffix is unknown, the format cannot hold the game, or the file cannot
            be written.
        LimitReached: at a limit; then there is no file.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    row = format_row(suffix[1:])
    if row is None or row.write is None:
        endings = listed(written=True)
        raise InputError(f"cannot write {str(path)!r}: its name must end with {endings}")
    require_replaceable(path)
    text = dumps(game, row.suffix)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        try:
            with open(
                temporary, "x", encoding="utf-8", errors="backslashreplace", newline="\n"
            ) as file:
                file.write(text)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {str(path)!r}: {reason(error)}") from None
