"""What is learned: differentiable twins of the exact values, on PyTorch."""

try:
    import torch as torch
except ModuleNotFoundError as error:
    from gtlearn.errors import InputError
    from gtlearn.optional import install_line

    raise InputError(
        f"gtlearn.learning needs PyTorch, which is not installed; run {install_line('learn')}"
    ) from error

from gtlearn.learning.shaping.updates import cgd as cgd
from gtlearn.learning.shaping.updates import consensus as consensus
from gtlearn.learning.shaping.updates import lola as lola
from gtlearn.learning.shaping.updates import lookahead as lookahead
from gtlearn.learning.shaping.updates import naive as naive
from gtlearn.learning.shaping.updates import pola as pola
from gtlearn.learning.shaping.updates import sos as sos
from gtlearn.learning.values import TensorGame as TensorGame
from gtlearn.learning.values import tensor_game as tensor_game
from gtlearn.learning.values import values as values
