"""`gtlearn_normal_form`: a game in normal form as an OpenSpiel game, and back.

In `pyspiel.load_game`, a catalogue game's parameters go into `arguments`, with `:` and `;` where we
write `=` and `,`: `gtlearn_normal_form(game=cournot,arguments=cost:2;maximum:6)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.catalogue import catalogue_entry, catalogue_names
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.normal_form import MAX_PROFILES, NormalFormGame, normal_form
from gtlearn.games.kinds.symmetric import SymmetricGame
from gtlearn.games.labels import distinct_labels
from gtlearn.games.names import call_of, call_parameters, parse_arguments, split_call
from gtlearn.games.openspiel.family import Family
from gtlearn.games.openspiel.text import name_of

_SHORT_NAME = "gtlearn_normal_form"
_DEFAULTS = {"game": "prisoners_dilemma", "arguments": ""}
_FAMILY = Family(_SHORT_NAME, "gtlearn normal-form game", _DEFAULTS, loadable=True, steps=False)


@_FAMILY.register
def _create(parameters: dict[str, Any]) -> pyspiel.Game:
    return _catalogue_game(parameters).openspiel


def _catalogue_game(parameters: dict[str, Any]) -> NormalFormGame:
    """The catalogue game that an OpenSpiel game's parameters stand for, exact."""
    name = str(parameters.get("game", _DEFAULTS["game"]))
    _, inside = split_call(call_of(name, str(parameters.get("arguments", "")))) or (name, "")
    game = catalogue_entry(name).build(**parse_arguments(name, inside))
    if not isinstance(game, NormalFormGame):
        if isinstance(game, BayesianGame | HarsanyiGame):
            raise InputError(f"{name} is a Bayesian game, which OpenSpiel cannot hold")
        if isinstance(game, SymmetricGame):
            raise InputError(f"{name} has too many players for OpenSpiel")
        raise InputError(f"{name} is a Markov game; load gtlearn_markov(game={name})")
    return game


def to_openspiel(game: NormalFormGame) -> pyspiel.MatrixGame | pyspiel.TensorGame:
    """The game as an OpenSpiel MatrixGame (two players) or TensorGame (more).

    Its parameters say how to load it again where it is a catalogue game; for any other game they
    only hold the name.
    """
    game_type = _FAMILY.game_type(game.num_players, _utility(game))
    tensors = [game.floats(k).ravel() for k in range(game.num_players)]
    labels = [list(actions) for actions in game.actions]
    parameters = _parameters(game)
    if game.num_players == 2:
        return pyspiel.MatrixGame(game_type, parameters, *labels, *tensors)
    return pyspiel.TensorGame(game_type, parameters, labels, tensors)


def _parameters(game: NormalFormGame) -> dict[str, str]:
    """What OpenSpiel prints and serialises the game by; a catalogue name only where it is true."""
    parameters = call_parameters("game", game.name)
    if parameters["game"] not in catalogue_names():
        return {"game": game.name}
    try:
        original = _catalogue_game(parameters)
    except InputError:
        original = None
    if original and original.payoffs == game.payoffs and original.actions == game.actions:
        return parameters
    return {"game": f"own {game.name}"}


def _utility(game: NormalFormGame) -> pyspiel.GameType.Utility:
    utility = pyspiel.GameType.Utility
    if game.is_zero_sum:
        return utility.ZERO_SUM
    if all(tensor == game.payoffs[0] for tensor in game.payoffs):
        return utility.IDENTICAL
    return utility.GENERAL_SUM


def of_tables(game: pyspiel.Game, *, rationalise: bool = False) -> NormalFormGame | None:
    """An exact normal-form game from an OpenSpiel matrix or tensor game; None of any other.

    Raises:
        InputError: if it is too large.
    """
    name = name_of(game)
    parameters = game.get_parameters()
    if game.get_type().short_name == _SHORT_NAME and parameters.get("game") in catalogue_names():
        return _catalogue_game(parameters)
    if isinstance(game, pyspiel.MatrixGame):
        shape = (game.num_rows(), game.num_cols())
        _check_profiles(name, shape)
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
        _check_profiles(name, shape)
        tensors = [np.array(game.player_utilities(k)).reshape(shape) for k in range(len(shape))]
        actions = [[game.action_name(k, a) for a in range(n)] for k, n in enumerate(shape)]
    else:
        return None
    return normal_form(
        *tensors,
        name=name,
        actions=[distinct_labels(labels) for labels in actions],
        source="OpenSpiel",
        rationalise=rationalise,
    )


def _check_profiles(name: str, shape: tuple[int, ...]) -> None:
    if np.prod(shape, dtype=float) > MAX_PROFILES:
        sizes = " x ".join(map(str, shape))
        raise InputError(
            f"{name} has {sizes} profiles, more than {MAX_PROFILES}; use a smaller one"
        )
