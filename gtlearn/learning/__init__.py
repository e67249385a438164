"""What is learned: differentiable twins of the exact values, on PyTorch."""

try:
    import torch as torch
except ModuleNotFoundError as error:
    from gtlearn.errors import InputError

    raise InputError(
        "gtlearn.learning needs PyTorch, which is not installed; run pip install 'gtlearn[learn]'"
    ) from error

from gtlearn.learning.values import TensorGame as TensorGame
from gtlearn.learning.values import tensor_game as tensor_game
from gtlearn.learning.values import values as values
