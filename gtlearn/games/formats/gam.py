"""GameTracer's files (.gam), which GAMUT writes too, for any number of players.

The number of players, then the number of actions of each, then the payoffs, player by player. Of
each player they are listed with the first player's action changing fastest. Lines that begin with
"#" are comments. The format: Blum, Shelton & Koller (2003), GameTracer; Nudelman et al. (2004),
Run the GAMUT, AAMAS.
"""

from __future__ import annotations

import math
import re

from gtlearn.games.formats.tokens import MAX_PLAYERS, Tokens
from gtlearn.games.kinds.normal_form import MAX_PROFILES, NormalFormGame
from gtlearn.games.labels import default_players, numbered_labels
from gtlearn.games.numbers import ExactArray, from_fractions


def parse_gam(
    text: str, *, name: str = "", source: str = "", what: str = "the .gam text"
) -> NormalFormGame:
    """The game of a .gam text; decimals are read exactly.

    Args:
        text: the content of the file.
        name: what the game is called.
        source: where it comes from.
        what: what the text is called in error messages.

    Raises:
        InputError: naming line and column, if the text is no such file or has another number of
            payoffs than it should.

    >>> parse_gam("2  2 2  1 -1 -1 1  -1 1 1 -1").payoff(0, (0, 1))
    Fraction(-1, 1)
    """
    uncommented = re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
    tokens = Tokens(uncommented, what)
    players = tokens.integer("the number of players")
    if not 2 <= players <= MAX_PLAYERS:
        raise tokens.error(f"{players} player(s); give 2 to {MAX_PLAYERS}")
    shape = tuple(tokens.integer(f"the actions of player {k + 1}") for k in range(players))
    size = math.prod(shape)
    if not 0 < size <= MAX_PROFILES:
        raise tokens.error(f"{size} profiles; give 1 to {MAX_PROFILES}")
    if tokens.left != players * size:
        raise tokens.error(f"{tokens.left} payoffs follow; {players} x {size} are needed")
    numbers = tokens.numbers("a payoff")
    payoffs = []
    for start in range(0, players * size, size):
        array = from_fractions(numbers[start : start + size], shape[::-1])
        payoffs.append(ExactArray(array.numerators.T, array.denominator))
    return NormalFormGame(
        name=name or "gam game",
        players=tuple(default_players(players)),
        actions=tuple(tuple(numbered_labels(count)) for count in shape),
        payoffs=tuple(payoffs),
        source=source,
    )
