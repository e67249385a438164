"""A cheetah in two halves: the back leg is one agent, the front leg the other; one or many."""

from gtlearn.environments.half_cheetah.batched import HalfCheetahs as HalfCheetahs
from gtlearn.environments.half_cheetah.parallel import HalfCheetah as HalfCheetah
from gtlearn.environments.half_cheetah.rules import Direction as Direction
