"""A policy of any `torch.nn.Module`, such as a user's own network; a learned policy as a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, vmap
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

from gtlearn.errors import InputError, first_line
from gtlearn.learning.shaping.sampled.policies.builtin import (
    chosen_log_probs,
    legal_logits,
    normal_log_probs,
)
from gtlearn.learning.shaping.sampled.policies.protocol import (
    Actor,
    Choices,
    Generators,
    Policy,
    Space,
    gumbel,
    normal,
)

MakeModule = Callable[[int, int], Any]  # a torch.nn.Module, of the numbers of inputs and outputs


class ModulePolicy:
    """A softmax over a module's outputs, or a Gaussian whose means they are; see `Policy`.

    The module takes a batch (n, inputs) and gives (n, outputs); it has no memory of the steps
    before. A state that is an index is given to it one-hot. The parameters of one chain are one
    vector, `torch.nn.utils.parameters_to_vector`; of a Gaussian, the logarithms of its deviations
    follow.

    Args:
        make: from the numbers of inputs and outputs to a module, with random parameters.
        observes: what states it sees.
        acts: what actions it takes.
        masked: whether the last numbers of a state say which actions are legal.

    Raises:
        InputError: if what is made is no such module.
    """

    def __init__(
        self, make: MakeModule, observes: Space, acts: Space, *, masked: bool = False
    ) -> None:
        self.observes, self.acts, self._make, self._masked = observes, acts, make, masked
        self.module = self._made()
        held = {name: given.shape for name, given in self.module.named_parameters()}
        self._names, self._shapes = tuple(held), tuple(held.values())
        self._sizes = [shape.numel() for shape in self._shapes]
        self._discrete = isinstance(acts, Choices)
        self.shape = (sum(self._sizes) + (0 if self._discrete else acts.count),)
        self._require_outputs()

    def initial(self, chains: int, generator: torch.Generator) -> Tensor:
        """Parameters as the function makes them, and deviations of one; shape (chains, *shape)."""
        seed = torch.randint(2**62, (), generator=generator, device=generator.device)
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(int(seed))
            made = [parameters_to_vector(self._made().parameters()) for _ in range(chains)]
        parameters = torch.stack(made).to(generator.device)
        return torch.cat(
            [parameters, parameters.new_zeros(chains, self.shape[0] - parameters.shape[1])], dim=1
        )

    def actor(self, parameters: Tensor, trajectories: int, horizon: int) -> Actor:
        """Who plays."""
        return Actor(lambda _, states, noise: self.act(parameters, states, noise))

    def noise(self, shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
        """Gumbel noise of each action, or normal noise of each number; see `Policy.noise`."""
        drawn = gumbel if self._discrete else normal
        return drawn((*shape, self.acts.count), like, generator)

    def log_probs(
        self, parameters: Tensor, states: Tensor, actions: Tensor, memory: Any = None
    ) -> Tensor:
        """The log-probabilities of what was played; see `Policy.log_probs`."""
        outputs = self.outputs(parameters, states)
        if self._discrete:
            return chosen_log_probs(outputs, actions)
        return normal_log_probs(outputs, parameters[:, None, None, -self.acts.count :], actions)

    def act(self, parameters: Tensor, states: Tensor, noise: Tensor) -> Tensor:
        """Actions at the states (chains, trajectories, ...) of one step."""
        outputs = self.outputs(parameters, states)
        if self._discrete:
            return (outputs + noise).argmax(-1)
        return outputs + parameters[:, None, -self.acts.count :].exp() * noise

    def outputs(self, parameters: Tensor, states: Tensor) -> Tensor:
        """The logits, or the means, of every chain; shape (chains, ..., outputs)."""
        seen = states
        if isinstance(self.observes, Choices):
            seen = one_hot(states, self.observes.count).to(parameters.dtype)
        outputs = vmap(self._output)(parameters[:, : sum(self._sizes)], seen.flatten(1, -2))
        outputs = outputs.reshape(*seen.shape[:-1], -1)
        return legal_logits(outputs, states) if self._masked else outputs

    def _output(self, weights: Tensor, seen: Tensor) -> Tensor:
        """Of one chain: from parameters (size) and inputs (n, inputs)."""
        parts = zip(weights.split(self._sizes), self._shapes, strict=True)
        held = dict(zip(self._names, (part.view(shape) for part, shape in parts), strict=True))
        output: Tensor = functional_call(self.module, held, (seen,))
        return output

    def _made(self) -> torch.nn.Module:
        module = self._make(self.observes.count, self.acts.count)
        if not isinstance(module, torch.nn.Module) or not list(module.parameters()):
            raise InputError(
                f"the network is a {type(module).__name__}; have the function return a "
                "torch.nn.Module with parameters"
            )
        return module.eval()

    def _require_outputs(self) -> None:
        """Refuses a module that does not take two chains of three inputs at once."""
        numbers = torch.zeros(2, 3, self.observes.count)
        indices = torch.zeros(2, 3, dtype=torch.long)
        wanted = (2, 3, self.acts.count)
        try:
            start = self.initial(2, torch.Generator().manual_seed(0))
            seen = indices if isinstance(self.observes, Choices) else numbers
            shape = tuple(self.outputs(start, seen).shape)
        except Exception as error:  # whatever the user's own module raises
            said = f"{type(error).__name__}: {first_line(error)}"
            raise InputError(
                f"the network cannot be used with inputs of shape {[3, self.observes.count]}, "
                f"or not by torch.func.vmap: {said}"
            ) from error
        if shape != wanted:
            raise InputError(
                f"the network gives {shape[-1]} numbers for {self.observes.of('states')}; have it "
                f"give {self.acts.count}, for {self.acts.of('actions')}"
            )


class PolicyModule(torch.nn.Module):
    """Plays one policy step by step; it remembers what it has seen until it is reset.

    Args:
        policy: how it plays.
        weights: its parameters, of the policy's shape.

    Attributes:
        policy: as given.
        weights: a parameter of the module.
    """

    def __init__(self, policy: Policy, weights: Tensor) -> None:
        super().__init__()
        self.policy = policy
        self.weights = torch.nn.Parameter(weights.detach().clone())
        self.reset()

    def reset(self, seed: int = 0, episodes: int = 1, horizon: int = 1000) -> None:
        """Begins new episodes, side by side.

        Args:
            seed: of the actions that are drawn.
            episodes: how many.
            horizon: the most steps of one.
        """
        self._generator = torch.Generator(self.weights.device).manual_seed(seed)
        self._episodes, self._horizon, self._step = episodes, horizon, 0
        self._actor: Actor | None = None

    def forward(self, observations: Tensor) -> Tensor:
        """Draws actions, without gradients.

        Args:
            observations: of this step, one an episode: indices of states of shape (episodes,), or
                numbers of shape (episodes, count).

        Returns:
            Indices of actions of shape (episodes,), or numbers of shape (episodes, count).

        Raises:
            InputError: after `horizon` steps.
        """
        if self._step == self._horizon:
            raise InputError(
                f"the episode has had its {self._horizon} steps; call reset, with a longer horizon "
                "if need be"
            )
        with torch.no_grad():
            if self._actor is None:
                weights = self.weights.detach()[None]
                self._actor = self.policy.actor(weights, self._episodes, self._horizon)
            shape = 1, 1, self._episodes
            noise = self.policy.noise(shape, self.weights, self._generator)[:, 0]
            actions: Tensor = self._actor.act(self._step, observations[None], noise)[0]
        self._step += 1
        return actions

    def log_probs(self, observations: Tensor, actions: Tensor) -> Tensor:
        """The log-probabilities of what was played, differentiable in `weights`.

        Args:
            observations: of whole episodes, shape (steps, episodes, ...).
            actions: shape (steps, episodes, ...).

        Returns:
            Shape (steps, episodes).
        """
        return self.policy.log_probs(self.weights[None], observations[None], actions[None])[0]
