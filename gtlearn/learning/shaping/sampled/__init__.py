"""Trajectories of games and environments, and learners that shape their opponents by sampling."""

from gtlearn.learning.shaping.sampled.chain import Players as Players
from gtlearn.learning.shaping.sampled.chain import play as play
from gtlearn.learning.shaping.sampled.chain import play_chain as play_chain
from gtlearn.learning.shaping.sampled.credit import returns_credit as returns_credit
from gtlearn.learning.shaping.sampled.credit import value_credit as value_credit
from gtlearn.learning.shaping.sampled.credit import values_and_gradient as values_and_gradient
from gtlearn.learning.shaping.sampled.environment_program import (
    EnvironmentProgram as EnvironmentProgram,
)
from gtlearn.learning.shaping.sampled.environment_program import (
    pettingzoo_program as pettingzoo_program,
)
from gtlearn.learning.shaping.sampled.gradients import lola_dice as lola_dice
from gtlearn.learning.shaping.sampled.gradients import lola_pg as lola_pg
from gtlearn.learning.shaping.sampled.gradients import meta_mapg as meta_mapg
from gtlearn.learning.shaping.sampled.gradients import meta_pg as meta_pg
from gtlearn.learning.shaping.sampled.gradients import reinforce as reinforce
from gtlearn.learning.shaping.sampled.memory import keep_freed_memory as keep_freed_memory
from gtlearn.learning.shaping.sampled.policies.builtin import (
    CategoricalPolicy as CategoricalPolicy,
)
from gtlearn.learning.shaping.sampled.policies.builtin import GaussianPolicy as GaussianPolicy
from gtlearn.learning.shaping.sampled.policies.builtin import MaskedPolicy as MaskedPolicy
from gtlearn.learning.shaping.sampled.policies.builtin import RecurrentPolicy as RecurrentPolicy
from gtlearn.learning.shaping.sampled.policies.builtin import TablePolicy as TablePolicy
from gtlearn.learning.shaping.sampled.policies.module import ModulePolicy as ModulePolicy
from gtlearn.learning.shaping.sampled.policies.network import Network as Network
from gtlearn.learning.shaping.sampled.policies.network import VectorNetwork as VectorNetwork
from gtlearn.learning.shaping.sampled.policies.protocol import Choices as Choices
from gtlearn.learning.shaping.sampled.policies.protocol import Numbers as Numbers
from gtlearn.learning.shaping.sampled.policies.protocol import PartialPolicy as PartialPolicy
from gtlearn.learning.shaping.sampled.policies.protocol import Policy as Policy
from gtlearn.learning.shaping.sampled.state_program import state_program as state_program
from gtlearn.learning.shaping.sampled.team import TeamAscent as TeamAscent
from gtlearn.learning.shaping.sampled.trajectories import Program as Program
from gtlearn.learning.shaping.sampled.trajectories import Trajectories as Trajectories
from gtlearn.learning.shaping.sampled.trajectories import rollout as rollout
