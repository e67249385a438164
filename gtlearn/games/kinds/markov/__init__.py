"""Tabular Markov games: finite states, exact transitions and payoffs."""

from gtlearn.games.kinds.markov.building import markov_game as markov_game
from gtlearn.games.kinds.markov.game import MarkovGame as MarkovGame
from gtlearn.games.kinds.markov.game import unrolled as unrolled
