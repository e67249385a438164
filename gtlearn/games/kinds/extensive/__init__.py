"""Games in extensive form: a tree of moves, chance and information sets, with exact payoffs."""

from gtlearn.games.kinds.extensive.game import Chance as Chance
from gtlearn.games.kinds.extensive.game import ExtensiveGame as ExtensiveGame
from gtlearn.games.kinds.extensive.game import InformationSet as InformationSet
from gtlearn.games.kinds.extensive.game import SequentialGame as SequentialGame
from gtlearn.games.kinds.extensive.merged import MergedGame as MergedGame
from gtlearn.games.kinds.extensive.recorder import TreeRecorder as TreeRecorder
from gtlearn.games.kinds.extensive.sequences import Sequences as Sequences
