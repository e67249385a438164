"""Small PettingZoo environments as Markov games, by playing them."""

from gtlearn.environments.enumeration.building import markov_game_of as markov_game_of
