"""The kinds of game that gtlearn knows itself: data only, a file a kind."""

from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.extensive.game import ExtensiveGame
from gtlearn.games.kinds.extensive.merged import MergedGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.symmetric import SymmetricGame

KINDS = (
    NormalFormGame,
    BayesianGame,
    MarkovGame,
    IteratedGame,
    ExtensiveGame,
    MergedGame,
    SymmetricGame,
    HarsanyiGame,
)
Game = (
    NormalFormGame
    | BayesianGame
    | MarkovGame
    | IteratedGame
    | ExtensiveGame
    | MergedGame
    | SymmetricGame
    | HarsanyiGame
)
