"""Between our games and OpenSpiel's: wrapping, unwrapping and registration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.normal_form import NormalFormGame, normal_form

SHORT_NAME = "gtlearn_normal_form"


def _game_type(num_players: int, utility: pyspiel.GameType.Utility) -> pyspiel.GameType:
    return pyspiel.GameType(
        SHORT_NAME,
        "gtlearn normal-form game",
        pyspiel.GameType.Dynamics.SIMULTANEOUS,
        pyspiel.GameType.ChanceMode.DETERMINISTIC,
        pyspiel.GameType.Information.ONE_SHOT,
        utility,
        pyspiel.GameType.RewardModel.TERMINAL,
        num_players,
        num_players,
        True,
        True,
        False,
        False,
        {"game": "prisoners_dilemma"},
    )


def to_openspiel(game: NormalFormGame) -> pyspiel.MatrixGame | pyspiel.TensorGame:
    """The game as an OpenSpiel MatrixGame (two players) or TensorGame (more)."""
    utility = pyspiel.GameType.Utility
    kind = utility.ZERO_SUM if game.is_zero_sum and _sums_to_zero(game) else utility.GENERAL_SUM
    game_type = _game_type(game.num_players, kind)
    tensors = [game.floats(k).ravel() for k in range(game.num_players)]
    labels = [list(actions) for actions in game.actions]
    parameters = {"game": game.name}
    if game.num_players == 2:
        return pyspiel.MatrixGame(game_type, parameters, *labels, *tensors)
    return pyspiel.TensorGame(game_type, parameters, labels, tensors)


def _sums_to_zero(game: NormalFormGame) -> bool:
    origin = (0,) * game.num_players
    return sum(game.payoff(k, origin) for k in range(game.num_players)) == 0


def from_openspiel(game: pyspiel.Game, *, rationalise: bool = False) -> NormalFormGame:
    """An exact normal-form game from an OpenSpiel MatrixGame or TensorGame.

    Raises:
        InputError: if the game is of another kind or too large.
    """
    name = str(game)
    if isinstance(game, pyspiel.MatrixGame):
        shape = (game.num_rows(), game.num_cols())
        tensors: list[Any] = [
            np.array(game.row_utilities()).reshape(shape),
            np.array(game.col_utilities()).reshape(shape),
        ]
        actions = [
            [game.row_action_name(i) for i in range(shape[0])],
            [game.col_action_name(j) for j in range(shape[1])],
        ]
    elif isinstance(game, pyspiel.TensorGame):
        shape = tuple(game.shape())
        tensors = [np.array(game.player_utilities(k)).reshape(shape) for k in range(len(shape))]
        actions = [[game.action_name(k, a) for a in range(n)] for k, n in enumerate(shape)]
    else:
        raise InputError(f"{name} is no OpenSpiel matrix or tensor game")
    return normal_form(
        *tensors, name=name, actions=actions, source="OpenSpiel", rationalise=rationalise
    )


def load_openspiel(text: str, *, rationalise: bool = False) -> NormalFormGame:
    """The game of an OpenSpiel game string.

    Raises:
        InputError: if OpenSpiel refuses the string, or the game cannot be a normal form.
    """
    try:
        game = pyspiel.load_game(text)
    except pyspiel.SpielError as error:
        raise InputError(f"OpenSpiel cannot load {text!r}: {str(error).splitlines()[0]}") from None
    return from_openspiel(game, rationalise=rationalise)
