"""Leaders: who commits to a table, and how they learn to.

`sb3`, the leaders of Stable-Baselines3, is imported only by who uses it.
"""

from gtlearn.learning.stackelberg.leaders.listed import BanditLeader as BanditLeader
from gtlearn.learning.stackelberg.leaders.listed import ExactLeader as ExactLeader
from gtlearn.learning.stackelberg.leaders.logits import EvolutionLeader as EvolutionLeader
from gtlearn.learning.stackelberg.leaders.logits import (
    PolicyGradientLeader as PolicyGradientLeader,
)
from gtlearn.learning.stackelberg.leaders.protocol import Leader as Leader
