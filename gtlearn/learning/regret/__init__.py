"""Learning in game trees: regret minimisation and fictitious play, measured exactly."""

from gtlearn.learning.regret.cfr import CfrConfig as CfrConfig
from gtlearn.learning.regret.cfr import CfrLearner as CfrLearner
from gtlearn.learning.regret.fictitious_play import FictitiousPlayConfig as FictitiousPlayConfig
from gtlearn.learning.regret.fictitious_play import FictitiousPlayLearner as FictitiousPlayLearner
from gtlearn.learning.regret.mccfr import MccfrConfig as MccfrConfig
from gtlearn.learning.regret.mccfr import MccfrLearner as MccfrLearner
