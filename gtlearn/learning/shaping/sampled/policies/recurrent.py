"""The paper's policy of finitely many actions: a softmax over an LSTM's outputs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.policies.lstm import Notes
from gtlearn.learning.shaping.sampled.policies.network import Network, Unrolled, VectorNetwork
from gtlearn.learning.shaping.sampled.policies.softmax import (
    Softmax,
    chosen_log_probs,
    legal_logits,
)
from gtlearn.learning.shaping.sampled.policies.spaces import Numbers


@dataclass(frozen=True)
class RecurrentPolicy(Softmax):
    """A softmax over the network's outputs.

    Attributes:
        states: the number of states.
        actions: the number of actions.
        units: of the input layer and of the LSTM.
        dtype: the type of the parameters.
    """

    states: int
    actions: int
    units: int = 64
    dtype: torch.dtype = torch.float32

    @property
    def network(self) -> Network:
        """The network whose outputs are logits."""
        return Network(self.states, self.actions, self.units, self.dtype)

    @property
    def shape(self) -> tuple[int]:
        """The number of parameters, in a tuple."""
        return (self.network.size,)

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Random parameters, shape (chains, *shape)."""
        return self.network.initial(chains, generator)

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> RecurrentActor:
        """Who plays, and notes what the network computed."""
        return RecurrentActor(self, parameters, trajectories, horizon)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Notes | None = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        logits = self.legal(self.network(parameters, states, memory), states)
        return chosen_log_probs(logits, actions)

    def legal(self, logits: Tensor, states: Tensor) -> Tensor:
        """The logits of what can be done at states; here, everything."""
        return logits


class CategoricalPolicy(RecurrentPolicy):
    """The same softmax over a network that reads vectors; `states` is their length."""

    @property
    def observes(self) -> Numbers:
        """The states."""
        return Numbers(self.states)

    @property
    def network(self) -> VectorNetwork:
        """The network whose outputs are logits."""
        return VectorNetwork(self.states, self.actions, self.units, self.dtype)


class MaskedPolicy(CategoricalPolicy):
    """The same, where the last numbers of a state say which actions are legal: 1, and else 0."""

    def legal(self, logits: Tensor, states: Tensor) -> Tensor:
        """The logits of what is legal; the others are out of reach."""
        return legal_logits(logits, states)


class RecurrentActor:
    """A recurrent policy while it plays."""

    def __init__(
        self, policy: RecurrentPolicy, parameters: Tensor, trajectories: int, horizon: int
    ) -> None:
        self._policy = policy
        self._logits = Unrolled(policy.network, parameters, trajectories, horizon)

    @property
    def memory(self) -> Notes:
        """What the LSTM computed."""
        return self._logits.notes

    def __call__(self, step: int, states: Tensor, noise: Tensor) -> Tensor:
        """Draws from the softmax; see `Actor`."""
        logits = self._policy.legal(self._logits(step, states), states)
        return (logits + noise).argmax(-1)
