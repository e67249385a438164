"""Memory-one tables: one row of logits a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.learning.shaping.sampled.policies.softmax import Softmax


@dataclass(frozen=True)
class TablePolicy(Softmax):
    """A softmax over one row of logits a state, as in Kim et al. (2021), Appendix D.1.

    Attributes:
        states: the number of states.
        actions: the number of actions.
        dtype: the type of the parameters.
    """

    states: int
    actions: int
    dtype: torch.dtype = torch.float32

    @property
    def shape(self) -> tuple[int, int]:
        """(states, actions)."""
        return self.states, self.actions

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Standard normal logits, shape (chains, states, actions)."""
        shape = (chains, *self.shape)
        return torch.randn(shape, dtype=self.dtype, device=generator.device, generator=generator)

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> TableActor:
        """Who plays the tables."""
        return TableActor(parameters)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        logs = torch.log_softmax(parameters, dim=-1).flatten(1)
        entries = (states * self.actions + actions).flatten(1)
        return logs.gather(1, entries).reshape(states.shape)


class TableActor:
    """Tables while they are played."""

    memory = None

    def __init__(self, logits: Tensor) -> None:
        self._rows = logits.reshape(-1, logits.shape[-1])
        chains, states = logits.shape[:2]
        self._first = torch.arange(chains, device=logits.device)[:, None] * states

    def __call__(self, step: int, states: Tensor, noise: Tensor) -> Tensor:
        """Draws from the rows of the states; see `Actor`."""
        return (embedding(states + self._first, self._rows) + noise).argmax(-1)
