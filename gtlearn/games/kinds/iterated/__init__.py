"""Iterated games: one stage game played again and again, seen through a bounded memory."""

from gtlearn.games.kinds.iterated.game import IteratedGame as IteratedGame
from gtlearn.games.kinds.iterated.game import as_markov as as_markov
from gtlearn.games.kinds.iterated.game import iterated as iterated
