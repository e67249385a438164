"""Ascents: starts that climb a method's gradient, exact or sampled, against who learns, too."""

from gtlearn.learning.shaping.ascents.estimator import Chains as Chains
from gtlearn.learning.shaping.ascents.estimator import Estimator as Estimator
from gtlearn.learning.shaping.ascents.estimator import Gradients as Gradients
from gtlearn.learning.shaping.ascents.estimator import Sampling as Sampling
from gtlearn.learning.shaping.ascents.exact import MetaAscent as MetaAscent
from gtlearn.learning.shaping.ascents.exact import ceiling as ceiling
from gtlearn.learning.shaping.ascents.sampled import SampledAscent as SampledAscent
