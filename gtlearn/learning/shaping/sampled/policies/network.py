"""The paper's network: an input layer, an LSTM and an output layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod, sqrt

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.policies.lstm import Lookup, Notes, Recurrence, doubled, lstm

_Reader = Callable[[Tensor], Tensor]  # what a step's states add to the gates, doubled


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

    def reader(self, parameters: Tensor) -> _Reader:
        """What states add to the gates, step by step, without autograd."""
        return Lookup(self.gate_inputs(parameters))

    def __call__(self, parameters: Tensor, states: Tensor, notes: Notes | None = None) -> Tensor:
        """The outputs at every step, twice differentiable.

        Args:
            parameters: shape (chains, size).
            states: shape (chains, steps, trajectories).
            notes: of a recurrence with these parameters that read these states, or None.

        Returns:
            Shape (chains, steps, trajectories, outputs).
        """
        hidden = self._hidden(parameters, states, notes)
        *_, weight, bias = self.layers(parameters)
        flat = torch.baddbmm(bias, hidden.flatten(1, 2), weight)
        outputs: Tensor = flat.unflatten(1, hidden.shape[1:3])
        return outputs

    def _hidden(self, parameters: Tensor, states: Tensor, notes: Notes | None) -> Tensor:
        """The LSTM's units at every step."""
        _, _, _, recurrent, *_ = self.layers(parameters)
        return lstm(self.gate_inputs(parameters), recurrent, states, notes)


class VectorNetwork(Network):
    """The same network, which reads a vector at each step; `states` is its length.

    States have the shape (chains, steps, trajectories, numbers).
    """

    def reader(self, parameters: Tensor) -> _Reader:
        """What vectors (chains, trajectories, numbers) add to the gates, without autograd."""
        weight, bias, forward, _, gate_bias, *_ = self.layers(parameters)
        forward, gate_bias = doubled(forward), doubled(gate_bias)

        def read(states: Tensor) -> Tensor:
            entered = torch.baddbmm(bias, states, weight).relu_()
            return torch.baddbmm(gate_bias, entered, forward)

        return read

    def _hidden(self, parameters: Tensor, states: Tensor, notes: Notes | None) -> Tensor:
        """The LSTM's units at every step."""
        weight, bias, forward, recurrent, gate_bias, *_ = self.layers(parameters)
        entered = torch.relu(torch.baddbmm(bias, states.flatten(1, 2), weight))
        inputs = torch.baddbmm(gate_bias, entered, forward).unflatten(1, states.shape[1:3])
        return lstm(inputs, recurrent, None, notes)


class Unrolled:
    """A network step by step, without autograd; it notes what `Network.__call__` can be spared."""

    def __init__(
        self, network: Network, parameters: Tensor, trajectories: int, horizon: int
    ) -> None:
        _, _, _, recurrent, _, self._weight, self._bias = network.layers(parameters)
        self._recurrence = Recurrence(recurrent, trajectories, horizon)
        self._read = network.reader(parameters)

    @property
    def notes(self) -> Notes:
        """What the LSTM computed."""
        return self._recurrence.notes

    def __call__(self, step: int, states: Tensor) -> Tensor:
        """The outputs at a step's states, shape (chains, trajectories, outputs)."""
        return torch.baddbmm(self._bias, self._recurrence(step, self._read(states)), self._weight)


def shared_values(network: Network, parameters: Tensor, states: Tensor) -> Tensor:
    """The values that one network with one output gives to the states of all chains.

    Args:
        network: with one output.
        parameters: shape (size), the same for all chains.
        states: shape (chains, steps, trajectories, ...).

    Returns:
        Shape (chains, steps, trajectories), differentiable in the parameters.
    """
    chains, horizon, count = states.shape[:3]
    together = states.transpose(0, 1).flatten(1, 2)[None]
    outputs = network(parameters[None], together)
    return outputs.reshape(horizon, chains, count).transpose(0, 1)
