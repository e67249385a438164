"""The paper's policy of vectors: a Gaussian whose means are an LSTM's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.noise import Generators, normal
from gtlearn.learning.shaping.sampled.policies.lstm import Notes
from gtlearn.learning.shaping.sampled.policies.network import Unrolled, VectorNetwork
from gtlearn.learning.shaping.sampled.policies.spaces import Numbers

LOG_ROOT = log(2 * pi) / 2


def normal_log_probs(means: Tensor, logs: Tensor, actions: Tensor) -> Tensor:
    """The logarithms of densities of actions (..., numbers), by the deviations' logarithms."""
    distances = (actions - means) * torch.exp(-logs)
    return (-0.5 * distances.square() - logs - LOG_ROOT).sum(-1)


@dataclass(frozen=True)
class GaussianPolicy:
    """Independent normal actions: the network gives their means, parameters their deviations.

    Kim et al. (2021), Appendix B.1, say "a mean and variance"; in their code the deviations do not
    depend on the state, as in Duan et al. (2016), Benchmarking Deep Reinforcement Learning, and so
    it is here. The parameters are the network's, then the logarithms of the deviations.

    Attributes:
        states: how many numbers a state has.
        actions: how many numbers an action has.
        units: of the input layer and of the LSTM.
        dtype: the type of the parameters.
    """

    states: int
    actions: int
    units: int = 64
    dtype: torch.dtype = torch.float32

    @property
    def observes(self) -> Numbers:
        """The states."""
        return Numbers(self.states)

    @property
    def acts(self) -> Numbers:
        """The actions."""
        return Numbers(self.actions)

    @property
    def network(self) -> VectorNetwork:
        """The network whose outputs are means."""
        return VectorNetwork(self.states, self.actions, self.units, self.dtype)

    @property
    def shape(self) -> tuple[int]:
        """The number of parameters, in a tuple."""
        return (self.network.size + self.actions,)

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """A random network, and deviations of one; shape (chains, *shape)."""
        network = self.network.initial(chains, generator)
        return torch.cat([network, network.new_zeros(chains, self.actions)], dim=1)

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> GaussianActor:
        """Who plays, and notes what the network computed."""
        weights, logs = self._split(parameters)
        means = Unrolled(self.network, weights, trajectories, horizon)
        return GaussianActor(means, logs.exp()[:, None])

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


class GaussianActor:
    """A Gaussian policy while it plays."""

    def __init__(self, means: Unrolled, deviations: Tensor) -> None:
        self._means, self._deviations = means, deviations

    @property
    def memory(self) -> Notes:
        """What the LSTM computed."""
        return self._means.notes

    def __call__(self, step: int, states: Tensor, noise: Tensor) -> Tensor:
        """The means plus scaled noise; see `Actor`."""
        return torch.addcmul(self._means(step, states), self._deviations, noise)
