"""Tabular Markov games: finite states, exact transitions and payoffs."""

from gtlearn.games.markov.building import markov_game as markov_game
from gtlearn.games.markov.game import MarkovGame as MarkovGame
from gtlearn.games.markov.game import unrolled as unrolled
