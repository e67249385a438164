"""What is played: games with exact payoffs, each one also an OpenSpiel game."""

if __name__ != "gtlearn.games":
    raise ImportError(
        f"this folder was imported as {__name__!r}; write `from gtlearn import games`"
    )

from gtlearn.games import families as families
from gtlearn.games.catalogue import Entry as Entry
from gtlearn.games.catalogue import catalogue as catalogue_entries
from gtlearn.games.catalogue import catalogue_entry as catalogue_entry
from gtlearn.games.catalogue import catalogue_names as catalogue_names
from gtlearn.games.formats.files import Format as Format
from gtlearn.games.formats.files import dumps as dumps
from gtlearn.games.formats.files import loads as loads
from gtlearn.games.formats.files import save as save
from gtlearn.games.kinds import Game as Game
from gtlearn.games.kinds.bayesian import BayesianGame as BayesianGame
from gtlearn.games.kinds.iterated import IteratedGame as IteratedGame
from gtlearn.games.kinds.iterated import iterated as iterated
from gtlearn.games.kinds.markov import MarkovGame as MarkovGame
from gtlearn.games.kinds.markov import markov_game as markov_game
from gtlearn.games.kinds.normal_form import NormalFormGame as NormalFormGame
from gtlearn.games.kinds.normal_form import normal_form as normal_form
from gtlearn.games.kinds.registry import Kind as Kind
from gtlearn.games.loading import load as load
from gtlearn.games.loading import register as register
from gtlearn.games.openspiel.iterated import register as _register_iterated
from gtlearn.games.openspiel.markov import register as _register_markov
from gtlearn.games.openspiel.normal_form import register as _register
from gtlearn.games.openspiel.traversal import markov_game_of as markov_game_of

_register()
_register_iterated()
_register_markov()

__all__ = [
    "BayesianGame",
    "Entry",
    "Format",
    "Game",
    "IteratedGame",
    "Kind",
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
    "register",
    "save",
]
