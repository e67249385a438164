"""What the commands read: GAME, by name, path or literal, or on standard input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gtlearn.errors import InputError

if TYPE_CHECKING:
    from gtlearn.games import Game

STDIN = "-"


def load_game(game: str, how: Mapping[str, Any]) -> Game:
    """The game that GAME stands for; "-" is standard input, whose format its content shows.

    Args:
        game: the argument.
        how: the options of `reading_options`.

    Raises:
        InputError: if it cannot be read, or an option has no meaning for it.
    """
    from gtlearn import games
    from gtlearn.games.loading import load_bytes
    from gtlearn.reading import bytes_of_stdin

    options = dict(how)
    format = options.pop("input_format")
    if game.strip() == STDIN:
        return load_bytes(bytes_of_stdin(), format, what="standard input", **options)
    if format is not None:
        raise InputError("--input-format is for a GAME on standard input, -; leave it out")
    return games.load(game, **options)
