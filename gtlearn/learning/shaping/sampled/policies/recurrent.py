"""The paper's network: an input layer, an LSTM and an output layer, as a policy or as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod, sqrt

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.policies.lstm import Notes, Recurrence, lstm


@dataclass(frozen=True)
class Network:
    """Kim et al. (2021), Appendix B.1: a layer, an LSTM and an output layer.

    The weights of one chain are one vector, in the order of `shapes`.

    Attributes:
        states: how many states it reads, one-hot.
        outputs: how many numbers it gives at each step.
        units: of the input layer (rectified) and of the LSTM.
        dtype: the type of the parameters.
    """

    states: int
    outputs: int
    units: int = 64
    dtype: torch.dtype = torch.float32

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Weight and bias of the input layer, of the LSTM (two weights), of the output layer."""
        n = self.units
        return (
            (self.states, n),
            (1, n),
            (n, 4 * n),
            (n, 4 * n),
            (1, 4 * n),
            (n, self.outputs),
            (1, self.outputs),
        )

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(prod(shape) for shape in self.shapes)

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Uniform in +-1 / sqrt(inputs), layer by layer; shape (chains, size)."""
        inputs = (self.states, self.states, *[self.units] * 5)
        bounds = [
            torch.full((prod(shape),), 1 / sqrt(count), dtype=self.dtype)
            for shape, count in zip(self.shapes, inputs, strict=True)
        ]
        device = generator.device
        drawn = torch.rand(
            (chains, self.size), dtype=self.dtype, device=device, generator=generator
        )
        return (2 * drawn - 1) * torch.cat(bounds).to(device)

    def layers(self, parameters: Tensor) -> Iterator[Tensor]:
        """The parameters (chains, size) as views, each (chains, *shape)."""
        start = 0
        for shape in self.shapes:
            end = start + prod(shape)
            yield parameters[:, start:end].unflatten(1, shape)
            start = end

    def gate_inputs(self, parameters: Tensor) -> Tensor:
        """What each state adds to the LSTM's gates, shape (chains, states, 4 * units)."""
        weight, bias, forward, _, gate_bias, *_ = self.layers(parameters)
        return torch.relu(weight + bias) @ forward + gate_bias

    def recurrence(self, parameters: Tensor, trajectories: int, horizon: int) -> Recurrence:
        """The LSTM step by step, without autograd."""
        _, _, _, recurrent, *_ = self.layers(parameters)
        return Recurrence(self.gate_inputs(parameters), recurrent, trajectories, horizon)

    def __call__(self, parameters: Tensor, states: Tensor, notes: Notes | None = None) -> Tensor:
        """The outputs at every step, twice differentiable.

        Args:
            parameters: shape (chains, size).
            states: shape (chains, steps, trajectories).
            notes: of a recurrence with these parameters that read these states, or None.

        Returns:
            Shape (chains, steps, trajectories, outputs).
        """
        _, _, _, recurrent, _, weight, bias = self.layers(parameters)
        hidden = lstm(self.gate_inputs(parameters), recurrent, states, notes)
        flat = torch.baddbmm(bias, hidden.flatten(1, 2), weight)
        return flat.unflatten(1, hidden.shape[1:3])


@dataclass(frozen=True)
class RecurrentPolicy:
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
        return RecurrentActor(self.network, parameters, trajectories, horizon)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Notes | None = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        logs = torch.log_softmax(self.network(parameters, states, memory), dim=-1)
        return logs.gather(-1, actions[..., None]).squeeze(-1)


class RecurrentActor:
    """A recurrent policy while it plays."""

    def __init__(
        self, network: Network, parameters: Tensor, trajectories: int, horizon: int
    ) -> None:
        self._recurrence = network.recurrence(parameters, trajectories, horizon)
        *_, self._weight, self._bias = network.layers(parameters)

    @property
    def memory(self) -> Notes:
        """What the LSTM computed."""
        return self._recurrence.notes

    def __call__(self, step: int, states: Tensor) -> Tensor:
        """The logits at the states."""
        return torch.baddbmm(self._bias, self._recurrence(step, states), self._weight)


def shared_values(network: Network, parameters: Tensor, states: Tensor) -> Tensor:
    """The values that one network with one output gives to the states of all chains.

    Args:
        network: with one output.
        parameters: shape (size), the same for all chains.
        states: shape (chains, steps, trajectories).

    Returns:
        Shape (chains, steps, trajectories), differentiable in the parameters.
    """
    chains, horizon, count = states.shape
    together = states.transpose(0, 1).reshape(1, horizon, chains * count)
    found = network(parameters[None], together)
    return found.reshape(horizon, chains, count).transpose(0, 1)
