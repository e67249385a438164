"""Differentiable games: tables of iterated games, and games without states."""

from gtlearn.learning.shaping.games.derivatives import gradients as gradients
from gtlearn.learning.shaping.games.derivatives import own_gradients as own_gradients
from gtlearn.learning.shaping.games.protocol import DifferentiableGame as DifferentiableGame
from gtlearn.learning.shaping.games.protocol import Parameters as Parameters
from gtlearn.learning.shaping.games.protocol import ValueFunction as ValueFunction
from gtlearn.learning.shaping.games.tables import TableGame as TableGame
from gtlearn.learning.shaping.games.tables import table_game as table_game
