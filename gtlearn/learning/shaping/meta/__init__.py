"""Exact meta-gradients: through the learning of all players."""

from gtlearn.learning.shaping.meta.chain import unroll as unroll
from gtlearn.learning.shaping.meta.gradient import meta_mapg as meta_mapg
from gtlearn.learning.shaping.meta.gradient import meta_objective as meta_objective
from gtlearn.learning.shaping.meta.gradient import meta_pg as meta_pg
from gtlearn.learning.shaping.meta.gradient import terms as terms
