"""What is played: games with exact payoffs, each one also an OpenSpiel game."""

if __name__ != "gtlearn.games":
    raise ImportError(
        f"this folder was imported as {__name__!r}; write `from gtlearn import games`"
    )

from gtlearn.games import families
from gtlearn.games.catalogue import Entry, catalogue_entry, catalogue_names
from gtlearn.games.catalogue import catalogue as catalogue_entries
from gtlearn.games.congestion import congestion_game
from gtlearn.games.formats.files import Format, dumps, loads, save
from gtlearn.games.kinds import Game
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.extensive.game import ExtensiveGame, SequentialGame
from gtlearn.games.kinds.extensive.merged import MergedGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame, bayesian_game
from gtlearn.games.kinds.iterated import IteratedGame, iterated
from gtlearn.games.kinds.markov import MarkovGame, markov_game
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.kinds.registry import Kind
from gtlearn.games.kinds.symmetric import SymmetricGame, symmetric_form, symmetric_game
from gtlearn.games.loading import load, register
from gtlearn.games.openspiel.traversal import markov_game_of
from gtlearn.games.potentials import potential, potential_by_counts
from gtlearn.games.trees import tree

__all__ = [
    "BayesianGame",
    "Entry",
    "ExtensiveGame",
    "Format",
    "Game",
    "HarsanyiGame",
    "IteratedGame",
    "Kind",
    "MarkovGame",
    "MergedGame",
    "NormalFormGame",
    "SequentialGame",
    "SymmetricGame",
    "bayesian_game",
    "catalogue_entries",
    "catalogue_entry",
    "catalogue_names",
    "congestion_game",
    "dumps",
    "families",
    "iterated",
    "load",
    "loads",
    "markov_game",
    "markov_game_of",
    "normal_form",
    "potential",
    "potential_by_counts",
    "register",
    "save",
    "symmetric_form",
    "symmetric_game",
    "tree",
]
