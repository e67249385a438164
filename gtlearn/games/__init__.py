"""What is played: games with exact payoffs, each one also an OpenSpiel game."""

if __name__ != "gtlearn.games":
    raise ImportError(
        f"this folder was imported as {__name__!r}; write `from gtlearn import games`"
    )

from gtlearn.games import families as families
from gtlearn.games.bayesian import BayesianGame as BayesianGame
from gtlearn.games.catalogue import Entry as Entry
from gtlearn.games.catalogue import catalogue as catalogue_entries
from gtlearn.games.catalogue import catalogue_entry as catalogue_entry
from gtlearn.games.catalogue import catalogue_names as catalogue_names
from gtlearn.games.files import dumps as dumps
from gtlearn.games.files import loads as loads
from gtlearn.games.files import save as save
from gtlearn.games.iterated import IteratedGame as IteratedGame
from gtlearn.games.iterated import iterated as iterated
from gtlearn.games.iterated.openspiel import register as _register_iterated
from gtlearn.games.loading import Game as Game
from gtlearn.games.loading import load as load
from gtlearn.games.markov import MarkovGame as MarkovGame
from gtlearn.games.markov import markov_game as markov_game
from gtlearn.games.markov.openspiel import register as _register_markov
from gtlearn.games.markov.traversal import markov_game_of as markov_game_of
from gtlearn.games.normal_form import NormalFormGame as NormalFormGame
from gtlearn.games.normal_form import normal_form as normal_form
from gtlearn.games.openspiel import register as _register

_register()
_register_iterated()
_register_markov()

__all__ = [
    "BayesianGame",
    "Entry",
    "Game",
    "IteratedGame",
    "MarkovGame",
    "NormalFormGame",
    "catalogue_entries",
    "catalogue_entry",
    "catalogue_names",
    "dumps",
    "families",
    "iterated",
    "load",
    "loads",
    "markov_game",
    "markov_game_of",
    "normal_form",
    "save",
]
