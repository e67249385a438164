"""What policies of finitely many actions share: noise, and the log-probabilities of choices."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.noise import Generators, gumbel
from gtlearn.learning.shaping.sampled.policies.spaces import Choices, Space

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


def chosen_log_probs(logits: Tensor, actions: Tensor) -> Tensor:
    """The log-probabilities of actions (...) by logits (..., actions)."""
    return torch.log_softmax(logits, dim=-1).gather(-1, actions[..., None]).squeeze(-1)


def legal_logits(logits: Tensor, states: Tensor) -> Tensor:
    """Logits of what is legal, which the last numbers of a state say: 1, and else 0."""
    return logits.masked_fill(states[..., -logits.shape[-1] :] == 0, OUT_OF_REACH)
