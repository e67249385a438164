"""Followers: who answers a leader, and how they learn to."""

from gtlearn.learning.stackelberg.followers.contextual import (
    ContextualFollower as ContextualFollower,
)
from gtlearn.learning.stackelberg.followers.planning import PlanningFollower as PlanningFollower
from gtlearn.learning.stackelberg.followers.protocol import Follower as Follower
from gtlearn.learning.stackelberg.followers.protocol import OracleFollower as OracleFollower
from gtlearn.learning.stackelberg.followers.protocol import training_step as training_step
from gtlearn.learning.stackelberg.followers.q_learning import (
    QLearningFollower as QLearningFollower,
)
from gtlearn.learning.stackelberg.followers.regret import follower_regrets as follower_regrets
from gtlearn.learning.stackelberg.followers.regret import steps_to_exact as steps_to_exact
from gtlearn.learning.stackelberg.followers.relabelling import (
    RelabellingFollower as RelabellingFollower,
)
