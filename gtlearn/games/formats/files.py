"""Games on disk and as text: reading by suffix, writing atomically."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any

from gtlearn import child, limits
from gtlearn.errors import InputError, quoted
from gtlearn.files import require_replaceable
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.effort import text_seconds, writing_seconds
from gtlearn.games.formats.axes import refuse_axis
from gtlearn.games.formats.csv import dump_csv, parse_csv
from gtlearn.games.formats.efg import parse_efg
from gtlearn.games.formats.json import dump_json, parse_json
from gtlearn.games.formats.matrices import game_from_arrays, refuse_flags
from gtlearn.games.formats.nfg import dump_nfg, parse_nfg
from gtlearn.games.formats.npz import NPY, ZIP, array_of_npy, arrays_of_npz
from gtlearn.games.formats.xlsx import is_workbook, parse_xlsx
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.reading import bytes_of_file, quoted_path, reason, text_of

Game = NormalFormGame | BayesianGame | MarkovGame

READABLE = (".nfg", ".efg", ".json", ".csv", ".xlsx", ".npy", ".npz")
WRITABLE = (".nfg", ".json", ".csv")
_TEXTS = READABLE[:4]


def read_game(
    path: str | os.PathLike[str],
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    rationalise: bool = False,
    players_axis: str | None = None,
) -> Game:
    """The game in a file of one of the `READABLE` formats; text is read exactly as written.

    Raises:
        InputError: if the file is missing, no regular file, too large, of an unknown kind, or
            wrong.
    """
    path = Path(path)
    what = quoted_path(path)
    format = path.suffix.lower()[1:]
    if f".{format}" not in READABLE:
        raise InputError(f"{what} has no known suffix; a game file ends with {_listed(READABLE)}")
    return game_of_bytes(
        bytes_of_file(path),
        format,
        name=path.stem,
        what=what,
        source=path.name,
        symmetric=symmetric,
        zero_sum=zero_sum,
        rationalise=rationalise,
        players_axis=players_axis,
    )


def game_of_bytes(
    data: bytes,
    format: str,
    *,
    what: str,
    rationalise: bool = False,
    **how: Any,
) -> Game:
    """The game that the content of a file holds.

    Args:
        data: the content.
        format: one of the `READABLE` ones, without the dot.
        what: what it is called in error messages.
        rationalise: read the floats of arrays as the shortest decimals that print as them.
        **how: as for `loads`.

    Raises:
        InputError: if it is no such game.
    """
    if format in ("npy", "npz"):
        return _of_arrays(data, format, what, rationalise=rationalise, **how)
    if format == "xlsx":
        refuse_axis(how.pop("players_axis", None), f"{what} is a table")
        return parse_xlsx(data, what=what, **how)
    return loads(text_of(data, what), format, what=what, **how)


def _of_arrays(data: bytes, format: str, what: str, **how: Any) -> NormalFormGame:
    """The game of an .npy or .npz file; several arrays of an .npz file are the players' by name."""
    found = {"": array_of_npy(data, what)} if format == "npy" else arrays_of_npz(data, what)
    arrays: Any = list(found.values())
    if len(found) == 1:
        (arrays,) = arrays
    elif not all(re.fullmatch(r"arr_\d+", name) for name in found):
        how["players"] = list(found)
    try:
        return game_from_arrays(arrays, **how)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def is_path(text: str) -> bool:
    """Whether a text means a file: by its suffix, or because there is such a file."""
    if len(text) > 4096 or "\n" in text or "\0" in text:
        return False
    if text.lower().endswith(READABLE):
        return True
    if text in catalogue_names():
        return False
    try:
        return Path(text).is_file() or (os.sep in text and Path(text).exists())
    except (OSError, ValueError):
        return False


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
    """The game that a text spells in "nfg", "efg", "json" or "csv".

    Args:
        text: the content of such a file.
        format: which of the four.
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
    named: dict[str, Any] = {"name": name, "source": source, "what": what or f"the {format} text"}
    flags: dict[str, Any] = {"symmetric": symmetric, "zero_sum": zero_sum}
    with limits.limited(time_limit, memory_limit):
        seconds = text_seconds(text, format)
        return child.bounded(_read, text, format, named, flags, players_axis, seconds=seconds)


def _read(
    text: str,
    format: str,
    named: dict[str, Any],
    flags: dict[str, Any],
    players_axis: str | None,
) -> Game:
    what = named["what"]
    if format == "json":
        return parse_json(text, **named, **flags, players_axis=players_axis)
    refuse_axis(players_axis, f"{what} holds no nested lists")
    if format == "csv":
        return parse_csv(text, **named, **flags)
    refuse_flags(**flags, why=f"{what} holds every player's payoffs")
    if format == "nfg":
        return parse_nfg(text, **named)
    if format == "efg":
        return parse_efg(text, **named)
    raise InputError(f"there is no format {quoted(format)}; use {_listed(_TEXTS)}")


def dumps(game: Game | IteratedGame, format: str = "json") -> str:
    """The game as text in "nfg", "json" or "csv", exact and with its labels.

    Only JSON holds a Bayesian or a Markov game; an iterated game is written as its Markov game.

    Raises:
        InputError: if the format is unknown, or cannot hold the game.
        LimitReached: at a limit.
    """
    return child.bounded(_written, game, format, seconds=writing_seconds(game))


def _written(game: Game | IteratedGame, format: str) -> str:
    if format == "json":
        return dump_json(game)
    if f".{format}" not in WRITABLE:
        raise InputError(f"games are not written as {format!r}; use {_listed(WRITABLE)}")
    if not isinstance(game, NormalFormGame):
        kind = "Bayesian" if isinstance(game, BayesianGame) else "Markov"
        raise InputError(f"a {kind} game cannot be written as {format}; use json")
    return dump_nfg(game) if format == "nfg" else dump_csv(game)


def save(game: Game | IteratedGame, path: str | os.PathLike[str]) -> None:
    """Writes the game to a .nfg, .json or .csv file, whole or not at all.

    Raises:
        InputError: if the suffix is unknown, the format cannot hold the game, or the file cannot
            be written.
        LimitReached: at a limit; then there is no file.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise InputError(f"cannot write {str(path)!r}: its name must end with {_listed(WRITABLE)}")
    require_replaceable(path)
    text = dumps(game, suffix[1:])
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


def _listed(suffixes: tuple[str, ...]) -> str:
    return f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
