"""What is learned: differentiable twins of the exact values, on PyTorch; and learners by name.

PyTorch is imported with the first of the names that need it, so that what only reads the options of
a learner does not wait for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gtlearn.learning.protocol import Filmed, Keeping, Learner, Shared
from gtlearn.learning.registry import Algorithm, find_algorithm, register

if TYPE_CHECKING:
    from gtlearn.learning.shaping.updates import cgd, consensus, lola, lookahead, naive, pola, sos
    from gtlearn.learning.table_values import TensorGame, tensor_game, values

_UPDATES, _VALUES = "gtlearn.learning.shaping.updates", "gtlearn.learning.table_values"
_SOURCES = {
    **dict.fromkeys(("cgd", "consensus", "lola", "lookahead", "naive", "pola", "sos"), _UPDATES),
    **dict.fromkeys(("TensorGame", "tensor_game", "values"), _VALUES),
}

__all__ = [
    "Algorithm",
    "Filmed",
    "Keeping",
    "Learner",
    "Shared",
    "TensorGame",
    "cgd",
    "consensus",
    "find_algorithm",
    "lola",
    "lookahead",
    "naive",
    "pola",
    "register",
    "sos",
    "tensor_game",
    "values",
]


def __getattr__(name: str) -> Any:
    """A name of this package, imported now.

    Raises:
        InputError: if PyTorch is missing; the message says what to install.
    """
    if name not in _SOURCES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gtlearn.optional import optional

    optional("torch", "learn")
    return getattr(importlib.import_module(_SOURCES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
