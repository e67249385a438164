"""`load`: one way in for every kind of game."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.catalogue import catalogue_entry, catalogue_names
from gtlearn.games.literal import parse_literal
from gtlearn.games.matrices import refuse_flags, single_matrix_game
from gtlearn.games.names import nearest, parse_arguments, split_call
from gtlearn.games.normal_form import NormalFormGame, normal_form
from gtlearn.games.openspiel import from_openspiel, load_openspiel

Game = NormalFormGame | BayesianGame


def load(
    spec: Any, *, symmetric: bool = False, zero_sum: bool = False, rationalise: bool = False
) -> Game:
    """The game that `spec` stands for.

    Args:
        spec: a game of this package (returned as it is); a catalogue name, with parameters in
            brackets where it has some (`travellers_dilemma(high=10)`); an OpenSpiel game string;
            a literal (see `parse_literal`); one payoff array a player; a `pyspiel.Game`.
        symmetric: a single matrix is the row player's payoffs of a symmetric game.
        zero_sum: a single matrix is the row player's payoffs of a zero-sum game.
        rationalise: read floats as the shortest decimals that print as them, not as the exact
            binary values that they hold.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.

    >>> load("prisoners_dilemma")
    NormalFormGame('prisoners_dilemma', 2x2)
    """
    if isinstance(spec, str):
        return _from_text(spec, symmetric, zero_sum, rationalise)
    if isinstance(spec, NormalFormGame | BayesianGame):
        refuse_flags(symmetric, zero_sum, "the game is complete")
        return spec
    if isinstance(spec, pyspiel.Game):
        refuse_flags(symmetric, zero_sum, "the game is complete")
        return from_openspiel(spec, rationalise=rationalise)
    if isinstance(spec, np.ndarray | Sequence) and not isinstance(spec, bytes):
        return _from_arrays(spec, symmetric, zero_sum, rationalise)
    raise InputError(
        f"a {type(spec).__name__} is no game; give a name, a path, a literal, payoff arrays, "
        "or a game of OpenSpiel or Gambit"
    )


def _from_text(text: str, symmetric: bool, zero_sum: bool, rationalise: bool) -> Game:
    stripped = text.strip()
    if not stripped:
        raise InputError("the game is an empty string; give a name, a path or a literal")
    if stripped[0] in "+-.0123456789" or ";" in stripped or "\n" in stripped:
        return parse_literal(text, symmetric=symmetric, zero_sum=zero_sum)
    call = split_call(stripped)
    name, inside = call or (stripped, "")
    refuse_flags(symmetric, zero_sum, f"{name!r} is a whole game")
    if call and name in catalogue_names():
        return catalogue_entry(name).build(**parse_arguments(name, inside))
    if call and name in pyspiel.registered_names():
        return load_openspiel(stripped, rationalise=rationalise)
    raise InputError(_unknown(name))


def _unknown(name: str) -> str:
    shown = name if len(name) <= 60 else name[:57] + "..."
    hint = nearest(name, [*catalogue_names(), *pyspiel.registered_names()])
    return f"there is no game called {shown!r}; {hint or 'see `gtlearn games list`'}"


def _from_arrays(spec: Any, symmetric: bool, zero_sum: bool, rationalise: bool) -> NormalFormGame:
    if _depth(spec) == 2:
        return single_matrix_game(
            spec, symmetric=symmetric, zero_sum=zero_sum, rationalise=rationalise
        )
    refuse_flags(symmetric, zero_sum, "one array a player is given")
    return normal_form(*spec, rationalise=rationalise)


def _depth(values: Any) -> int:
    """How deeply the first entries are nested: 2 is a matrix."""
    depth = 0
    while isinstance(values, Sequence | np.ndarray) and not isinstance(values, str | bytes):
        if isinstance(values, np.ndarray):
            return depth + values.ndim
        depth += 1
        if len(values) == 0:
            break
        values = values[0]
    return depth
