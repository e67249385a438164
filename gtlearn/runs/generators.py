"""The random generators that belong to a process, for libraries that draw from them.

Our own learners draw only from generators that they hold. The agents of other libraries draw from
those of `random`, numpy and torch, so a run sets these at its start, keeps their states in its
checkpoints, and gives them back as they were.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Sets the process's generators, and puts back the states that they had."""
    before = states()
    seed_all(seed)
    try:
        yield
    finally:
        restore(before)


def seed_all(seed: int) -> None:
    """Sets the process's generators."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def states() -> dict[str, Any]:
    """The states of all generators of the process, as a checkpoint can hold them."""
    found: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002
    }
    if torch := sys.modules.get("torch"):
        found["torch"] = torch.get_rng_state()
        found["cuda"] = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return found


def restore(found: dict[str, Any]) -> None:
    """Puts the process's generators into the states that `states` returned."""
    random.setstate(found["python"])
    np.random.set_state(found["numpy"])  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch and "torch" in found:
        torch.set_rng_state(found["torch"])
        if found["cuda"]:
            torch.cuda.set_rng_state_all(found["cuda"])
