"""Policies whose parameters are one tensor with a leading axis of chains."""

from gtlearn.learning.shaping.sampled.policies.protocol import Actor as Actor
from gtlearn.learning.shaping.sampled.policies.protocol import Policy as Policy
from gtlearn.learning.shaping.sampled.policies.recurrent import Network as Network
from gtlearn.learning.shaping.sampled.policies.recurrent import RecurrentPolicy as RecurrentPolicy
from gtlearn.learning.shaping.sampled.policies.recurrent import shared_values as shared_values
from gtlearn.learning.shaping.sampled.policies.tables import TablePolicy as TablePolicy
