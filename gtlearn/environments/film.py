"""What was seen of an episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Film:
    """An episode in pictures.

    Attributes:
        pictures: each of shape (height, width, 3).
        rate: pictures a second.
        title: what is seen, in a sentence.
    """

    pictures: Sequence[NDArray[np.uint8]]
    rate: float
    title: str
