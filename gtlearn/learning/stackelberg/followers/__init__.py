"""Followers: who answers a leader, and how they learn to."""

from gtlearn.learning.stackelberg.followers.protocol import Follower as Follower
from gtlearn.learning.stackelberg.followers.protocol import training_step as training_step
