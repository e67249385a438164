"""Policies of finitely many actions: a softmax over a table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.learning.shaping.sampled.noise import Generators, gumbel
from gtlearn.learning.shaping.sampled.policies.protocol import Actor, Choices, Space

OUT_OF_REACH = -1e9  # finite, so that a state with a mask of zeros gives no NaN


class Softmax:
    """A policy of so many `actions` in so many `states`."""

    states: int
    actions: int

    @property
    def observes(self) -> Space:
        """The states."""
        return Choices(self.states)

    @property
    def acts(self) -> Choices:
        """The actions."""
        return Choices(self.actions)

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """Gumbel noise of each action; see `Policy.noise`."""
        return gumbel((*shape, self.actions), like, generator)


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

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays the tables, by drawing from the rows of the states."""
        rows = parameters.reshape(-1, self.actions)
        first = torch.arange(len(parameters), device=rows.device)[:, None] * self.states
        return Actor(lambda _, states, noise: (embedding(states + first, rows) + noise).argmax(-1))

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        logs = torch.log_softmax(parameters, dim=-1).flatten(1)
        entries = (states * self.actions + actions).flatten(1)
        return logs.gather(1, entries).reshape(states.shape)


def chosen_log_probs(logits: Tensor, actions: Tensor) -> Tensor:
    """The log-probabilities of actions (...) by logits (..., actions)."""
    return torch.log_softmax(logits, dim=-1).gather(-1, actions[..., None]).squeeze(-1)


def legal_logits(logits: Tensor, states: Tensor) -> Tensor:
    """Logits of what is legal, which the last numbers of a state say: 1, and else 0."""
    return logits.masked_fill(states[..., -logits.shape[-1] :] == 0, OUT_OF_REACH)
