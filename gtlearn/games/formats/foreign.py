"""Games of other packages: pygambit, QuantEcon, nashpy. Known by their types' modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gtlearn.errors import InputError, quoted
from gtlearn.games.formats.efg import parse_efg
from gtlearn.games.formats.nfg import parse_nfg
from gtlearn.games.kinds.extensive import ExtensiveGame
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form

_Reader = Callable[[Any, bool], NormalFormGame | ExtensiveGame]


def reader_of(value: Any) -> _Reader | None:
    """What reads a game of another package, None where it is no such game.

    A reader takes the game, and whether floats are to be read as the decimals that they print as.
    """
    for kind in type(value).__mro__:  # a subclass is such a game too
        reader = _READERS.get((kind.__module__.partition(".")[0], kind.__name__))
        if reader is not None:
            return reader
    return None


def _of_gambit(game: Any, rationalise: bool) -> NormalFormGame | ExtensiveGame:
    """A pygambit game, through the text that it writes of itself, which is exact."""
    what, source = "the Gambit game", "Gambit"
    if game.is_tree:
        return parse_efg(game.to_efg(), source=source, what=what)
    return parse_nfg(game.to_nfg(), source=source, what=what)


def _of_quantecon(game: Any, rationalise: bool) -> NormalFormGame:
    """A QuantEcon game: player i's payoffs are indexed by its own action, then i+1's, ..., i-1's.

    Source: https://quanteconpy.readthedocs.io/en/latest/game_theory/normal_form_game.html
    """
    count = len(game.players)
    if count < 2:
        raise InputError(f"the QuantEcon game has {count} player(s); a game needs two or more")
    payoffs = []
    for i, player in enumerate(game.players):
        players = [(i + k) % count for k in range(count)]  # whose actions each axis counts
        payoffs.append(np.moveaxis(np.asarray(player.payoff_array), range(count), players))
    return normal_form(*payoffs, name="QuantEcon game", source="QuantEcon", rationalise=rationalise)


def _of_nashpy(game: Any, rationalise: bool) -> NormalFormGame:
    payoffs = [np.asarray(matrix) for matrix in game.payoff_matrices]
    return normal_form(*payoffs, name="nashpy game", source="nashpy", rationalise=rationalise)


def _of_quantecon_player(player: Any, rationalise: bool) -> NormalFormGame:
    raise InputError(
        f"{quoted(player)} is one player of QuantEcon's; give its NormalFormGame, with all players"
    )


_READERS: dict[tuple[str, str], _Reader] = {
    ("pygambit", "Game"): _of_gambit,
    ("quantecon", "NormalFormGame"): _of_quantecon,
    ("quantecon", "Player"): _of_quantecon_player,
    ("nashpy", "Game"): _of_nashpy,
}
