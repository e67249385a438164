"""The paper's policies: a softmax over a table's rows or an LSTM's outputs, or a Gaussian of means.

The Gaussian's means are an LSTM's outputs, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding

from gtlearn.learning.shaping.sampled.policies.lstm import Notes
from gtlearn.learning.shaping.sampled.policies.network import Network, Unrolled, VectorNetwork
from gtlearn.learning.shaping.sampled.policies.protocol import (
    Actor,
    Choices,
    Generators,
    Numbers,
    Space,
    gumbel,
    normal,
)

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


LOG_ROOT = log(2 * pi) / 2


@dataclass(frozen=True)
class NetworkPolicy:
    """What policies of a network share.

    Attributes:
        states: the number of states; where they are vectors, their length.
        actions: the number of actions; where they are vectors, their length.
        units: of the input layer and of the LSTM.
        dtype: the type of the parameters.
    """

    states: int
    actions: int
    units: int = 64
    dtype: torch.dtype = torch.float32

    @property
    def network(self) -> Network:
        """The network, with an output for each action, or each number of one."""
        return VectorNetwork(self.states, self.actions, self.units, self.dtype)

    @property
    def observes(self) -> Space:
        """The states."""
        return Numbers(self.states)

    @property
    def shape(self) -> tuple[int]:
        """The number of parameters, in a tuple."""
        return (self.network.size,)

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Random parameters, shape (chains, *shape)."""
        return self.network.initial(chains, generator)


@dataclass(frozen=True)
class CategoricalPolicy(NetworkPolicy, Softmax):
    """A softmax over the outputs of a network that reads vectors."""

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who draws from the softmax, and notes what the network computed."""
        logits = Unrolled(self.network, parameters, trajectories, horizon)
        return Actor(
            lambda step, states, noise: (self.legal(logits(step, states), states) + noise).argmax(
                -1
            ),
            logits.notes,
        )

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Notes | None = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        logits = self.legal(self.network(parameters, states, memory), states)
        return chosen_log_probs(logits, actions)

    def legal(self, logits: Tensor, states: Tensor) -> Tensor:
        """The logits of what can be done at states; here, everything."""
        return logits


class RecurrentPolicy(CategoricalPolicy):
    """The same softmax over a network that reads one of so many states."""

    @property
    def observes(self) -> Choices:
        """The states."""
        return Choices(self.states)

    @property
    def network(self) -> Network:
        """The network whose outputs are logits."""
        return Network(self.states, self.actions, self.units, self.dtype)


class MaskedPolicy(CategoricalPolicy):
    """The same, where the last numbers of a state say which actions are legal: 1, and else 0."""

    def legal(self, logits: Tensor, states: Tensor) -> Tensor:
        """The logits of what is legal; the others are out of reach."""
        return legal_logits(logits, states)


@dataclass(frozen=True)
class GaussianPolicy(NetworkPolicy):
    """Independent normal actions: the network gives their means, parameters their deviations.

    Kim et al. (2021), Appendix B.1, say "a mean and variance"; in their code the deviations do not
    depend on the state, as in Duan et al. (2016), Benchmarking Deep Reinforcement Learning, and so
    it is here. The parameters are the network's, then the logarithms of the deviations. States and
    actions are vectors.
    """

    @property
    def acts(self) -> Numbers:
        """The actions."""
        return Numbers(self.actions)

    @property
    def shape(self) -> tuple[int]:
        """The number of parameters, in a tuple."""
        return (self.network.size + self.actions,)

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """A random network, and deviations of one; shape (chains, *shape)."""
        network = super().initial(chains, generator)
        return torch.cat([network, network.new_zeros(chains, self.actions)], dim=1)

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays the means plus scaled noise, and notes what the network computed."""
        weights, logs = self._split(parameters)
        means, deviations = Unrolled(self.network, weights, trajectories, horizon), logs.exp()
        return Actor(
            lambda step, states, noise: torch.addcmul(
                means(step, states), deviations[:, None], noise
            ),
            means.notes,
        )

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """Standard normal noise of each number; see `Policy.noise`."""
        return normal((*shape, self.actions), like, generator)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Notes | None = None
    ) -> Tensor:
        """The logarithms of the densities of what was played; see `Policy.log_probs`."""
        weights, logs = self._split(parameters)
        return normal_log_probs(self.network(weights, states, memory), logs[:, None, None], actions)

    def _split(self, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """The network's parameters and the logarithms of the deviations."""
        size = self.network.size
        return parameters[:, :size], parameters[:, size:]


def normal_log_probs(means: Tensor, logs: Tensor, actions: Tensor) -> Tensor:
    """The logarithms of densities of actions (..., numbers), by the deviations' logarithms."""
    distances = (actions - means) * torch.exp(-logs)
    return (-0.5 * distances.square() - logs - LOG_ROOT).sum(-1)
