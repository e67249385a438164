"""Policies whose parameters are one tensor with a leading axis of chains."""

from gtlearn.learning.shaping.sampled.policies.gaussian import GaussianPolicy as GaussianPolicy
from gtlearn.learning.shaping.sampled.policies.module import ModulePolicy as ModulePolicy
from gtlearn.learning.shaping.sampled.policies.network import Network as Network
from gtlearn.learning.shaping.sampled.policies.network import VectorNetwork as VectorNetwork
from gtlearn.learning.shaping.sampled.policies.network import shared_values as shared_values
from gtlearn.learning.shaping.sampled.policies.partial import PartialPolicy as PartialPolicy
from gtlearn.learning.shaping.sampled.policies.protocol import Actor as Actor
from gtlearn.learning.shaping.sampled.policies.protocol import Policy as Policy
from gtlearn.learning.shaping.sampled.policies.recurrent import (
    CategoricalPolicy as CategoricalPolicy,
)
from gtlearn.learning.shaping.sampled.policies.recurrent import MaskedPolicy as MaskedPolicy
from gtlearn.learning.shaping.sampled.policies.recurrent import RecurrentPolicy as RecurrentPolicy
from gtlearn.learning.shaping.sampled.policies.spaces import Choices as Choices
from gtlearn.learning.shaping.sampled.policies.spaces import Numbers as Numbers
from gtlearn.learning.shaping.sampled.policies.tables import TablePolicy as TablePolicy
