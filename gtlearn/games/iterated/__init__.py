"""Iterated games: one stage game played again and again, seen through a bounded memory."""

from gtlearn.games.iterated.game import IteratedGame as IteratedGame
from gtlearn.games.iterated.game import iterated as iterated
