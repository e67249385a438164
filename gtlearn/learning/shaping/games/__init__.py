"""Differentiable games: tables of iterated games, and games without states."""

from gtlearn.learning.shaping.games.protocol import DifferentiableGame as DifferentiableGame
from gtlearn.learning.shaping.games.stateless import MatrixGame as MatrixGame
from gtlearn.learning.shaping.games.stateless import QuadraticGame as QuadraticGame
from gtlearn.learning.shaping.games.stateless import bilinear as bilinear
from gtlearn.learning.shaping.games.stateless import tandem as tandem
from gtlearn.learning.shaping.games.stateless import zero_sum_product as zero_sum_product
from gtlearn.learning.shaping.games.tables import TableGame as TableGame
from gtlearn.learning.shaping.games.tables import nash_conv as nash_conv
from gtlearn.learning.shaping.games.tables import table_game as table_game
