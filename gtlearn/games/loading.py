"""`load`: one way in for every kind of game."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.bayesian import BayesianGame
from gtlearn.games.catalogue import catalogue_entry, catalogue_names
from gtlearn.games.files import READABLE, loads, read_game
from gtlearn.games.iterated.game import IteratedGame
from gtlearn.games.iterated.names import is_iterated, load_iterated
from gtlearn.games.literal import parse_literal
from gtlearn.games.markov.game import MarkovGame
from gtlearn.games.markov.openspiel import SHORT_NAME as MARKOV
from gtlearn.games.matrices import game_from_arrays, is_nested, refuse_flags
from gtlearn.games.names import nearest, parse_arguments, split_call
from gtlearn.games.normal_form import NormalFormGame
from gtlearn.games.openspiel import from_openspiel, load_openspiel
from gtlearn.games.openspiel_steps import SteppedGame
from gtlearn.games.openspiel_text import of_text

Game = NormalFormGame | BayesianGame | MarkovGame | IteratedGame


def load(
    spec: Any, *, symmetric: bool = False, zero_sum: bool = False, rationalise: bool = False
) -> Game:
    """The game that `spec` stands for.

    Args:
        spec: one of
            - a catalogue name, with parameters in brackets where it has some:
              `chicken`, `travellers_dilemma(high=10)`, `random_uniform(rows=3,columns=4,seed=1)`;
            - an iterated game, `gtlearn_iterated(stage=chicken,horizon=10)`, whose stage is any
              of these texts; see `gtlearn.games.iterated.names.load_iterated`;
            - a Markov game as OpenSpiel prints it, `gtlearn_markov(game=big_match)`;
            - an OpenSpiel game string (`matrix_rps`, `kuhn_poker`): matrix games directly, other
              small games by their reduced normal form;
            - the path of a .nfg, .efg, .json or .csv file (a Markov game is a .json file);
            - a literal: `"3,3 0,5; 5,0 1,1"`, or `"3 0; 5 1"` with a flag; or JSON text;
            - one payoff array a player (numpy arrays, nested lists; entries int, Fraction,
              "p/q", float), or a single matrix with a flag;
            - a `pyspiel.Game`, a `pygambit.Game`, or a game of this package, which is returned
              as it is.
        symmetric: a single matrix is the row player's payoffs of a symmetric game.
        zero_sum: a single matrix is the row player's payoffs of a zero-sum game.
        rationalise: read floats as the shortest decimals that print as them, not as the exact
            binary values that they hold (`number_note` of the game says which). Text is always
            read exactly as it is written: "0.1" is 1/10.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.

    >>> load("prisoners_dilemma")
    NormalFormGame('prisoners_dilemma', 2x2)
    >>> load("1 -1; -1 1", zero_sum=True).payoff(1, (0, 0))
    Fraction(-1, 1)
    >>> load("gtlearn_iterated(stage='3,3 0,5; 5,0 1,1',discount=24/25)").states
    ('init', '11', '12', '21', '22')
    """
    if isinstance(spec, str):
        return _from_text(spec, symmetric, zero_sum, rationalise)
    if isinstance(spec, os.PathLike):
        return read_game(os.fspath(spec), symmetric=symmetric, zero_sum=zero_sum)
    if is_nested(spec):
        return game_from_arrays(
            spec, symmetric=symmetric, zero_sum=zero_sum, rationalise=rationalise
        )
    refuse_flags(symmetric, zero_sum, "the game is complete")
    if isinstance(spec, Game):
        return spec
    if isinstance(spec, SteppedGame):
        return _exact(spec)
    if isinstance(spec, pyspiel.Game):
        return from_openspiel(spec, rationalise=rationalise)
    if type(spec).__module__.split(".")[0] == "pygambit" and hasattr(spec, "to_nfg"):
        return _from_gambit(spec)
    raise InputError(
        f"a {type(spec).__name__} is no game; give a name, a path, a literal, payoff arrays, "
        "or a game of OpenSpiel or Gambit"
    )


def _from_text(text: str, symmetric: bool, zero_sum: bool, rationalise: bool) -> Game:
    stripped = text.strip()
    if not stripped:
        raise InputError("the game is an empty string; give a name, a path or a literal")
    if is_iterated(stripped):
        flags = {"symmetric": symmetric, "zero_sum": zero_sum, "rationalise": rationalise}
        return load_iterated(stripped, **flags)
    if _is_path(stripped):
        return read_game(stripped, symmetric=symmetric, zero_sum=zero_sum)
    if stripped[0] in "[{":
        return loads(stripped, "json", symmetric=symmetric, zero_sum=zero_sum)
    call = split_call(stripped)
    name, inside = call or (stripped, "")
    if call and name in catalogue_names():
        refuse_flags(symmetric, zero_sum, f"{name} is a whole game")
        return catalogue_entry(name).build(**parse_arguments(name, inside))
    if call and name in pyspiel.registered_names():
        refuse_flags(symmetric, zero_sum, f"{name} is a whole game")
        if name == MARKOV:
            return of_text(stripped, _exact)
        return load_openspiel(stripped, rationalise=rationalise)
    if stripped[0] in "+-.0123456789" or ";" in stripped or "\n" in stripped:
        return parse_literal(text, symmetric=symmetric, zero_sum=zero_sum)
    raise InputError(_unknown(name))


def _exact(game: SteppedGame) -> IteratedGame | MarkovGame:
    return game.exact


def _is_path(text: str) -> bool:
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


def _from_gambit(game: Any) -> NormalFormGame:
    """A pygambit game, through the text that it writes of itself."""
    what = "the Gambit game"
    text, format = (game.to_efg(), "efg") if game.is_tree else (game.to_nfg(), "nfg")
    loaded = loads(text, format, what=what, source="Gambit")
    assert isinstance(loaded, NormalFormGame)  # neither format can hold another kind
    return loaded


def _unknown(name: str) -> str:
    shown = name if len(name) <= 60 else name[:57] + "..."
    if name.count("(") > name.count(")"):
        return f"a bracket of {shown!r} is not closed; write name(key=value)"
    if os.sep in name:
        return f"there is no file {shown!r}; give the path of a game file, or a name"
    hint = nearest(name, [*catalogue_names(), *pyspiel.registered_names()])
    return f"there is no game called {shown!r}; {hint or 'see `gtlearn games list`'}"
