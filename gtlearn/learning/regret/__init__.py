"""Learning by regret minimisation in game trees, each step measured exactly."""

from gtlearn.learning.regret.cfr import CfrConfig as CfrConfig
from gtlearn.learning.regret.cfr import CfrLearner as CfrLearner
