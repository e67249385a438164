"""Games on disk and as text: reading by suffix, writing atomically."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.csv_format import dump_csv, parse_csv
from gtlearn.games.efg import parse_efg
from gtlearn.games.iterated.game import IteratedGame
from gtlearn.games.json_format import dump_json, parse_json
from gtlearn.games.markov.game import MarkovGame
from gtlearn.games.matrices import refuse_flags
from gtlearn.games.nfg import dump_nfg, parse_nfg
from gtlearn.games.normal_form import NormalFormGame

Game = NormalFormGame | BayesianGame | MarkovGame

READABLE = (".nfg", ".efg", ".json", ".csv")
WRITABLE = (".nfg", ".json", ".csv")
_MAX_BYTES = 512 * 2**20


def read_game(
    path: str | os.PathLike[str], *, symmetric: bool = False, zero_sum: bool = False
) -> Game:
    """The game in a .nfg, .efg, .json or .csv file; numbers are read exactly as written.

    Raises:
        InputError: if the file is missing, unreadable, no text, of an unknown kind, or wrong.
    """
    path = Path(path)
    what = str(path)
    suffix = path.suffix.lower()
    if suffix not in READABLE:
        raise InputError(f"{what} has no known suffix; a game file ends with {_listed(READABLE)}")
    return loads(
        _read_text(path, what),
        suffix[1:],
        name=path.stem,
        what=what,
        source=path.name,
        symmetric=symmetric,
        zero_sum=zero_sum,
    )


def loads(
    text: str,
    format: str,
    *,
    name: str = "game",
    what: str = "",
    source: str = "",
    symmetric: bool = False,
    zero_sum: bool = False,
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

    Raises:
        InputError: if the text is no such game; it names line and column.
    """
    what = what or f"the {format} text"
    if format == "json":
        return parse_json(
            text, name=name, source=source, what=what, symmetric=symmetric, zero_sum=zero_sum
        )
    if format == "csv":
        return parse_csv(
            text, name=name, source=source, what=what, symmetric=symmetric, zero_sum=zero_sum
        )
    refuse_flags(symmetric, zero_sum, f"{what} holds every player's payoffs")
    if format == "nfg":
        return parse_nfg(text, name=name, source=source, what=what)
    if format == "efg":
        return parse_efg(text, name=name, source=source, what=what)
    raise InputError(f"there is no format {format!r}; use {_listed(READABLE)}")


def dumps(game: Game | IteratedGame, format: str = "json") -> str:
    """The game as text in "nfg", "json" or "csv", exact and with its labels.

    Only JSON holds a Bayesian or a Markov game; an iterated game is written as its Markov game.

    Raises:
        InputError: if the format is unknown, or cannot hold the game.
    """
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
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise InputError(f"cannot write {str(path)!r}: its name must end with {_listed(WRITABLE)}")
    text = dumps(game, suffix[1:])
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        try:
            with open(temporary, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {str(path)!r}: {_reason(error)}") from None


def _read_text(path: Path, what: str) -> str:
    try:
        if path.is_file() and path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{what} is larger than {_MAX_BYTES >> 20} MiB; use a smaller game")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is no text file (byte {error.start} is not UTF-8); give a game as text"
        ) from None
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {what}: {_reason(error)}") from None
    if "\0" in text:
        raise InputError(f"{what} is no text file (it holds a zero byte); give a game as text")
    return text


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def _listed(suffixes: tuple[str, ...]) -> str:
    return f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
