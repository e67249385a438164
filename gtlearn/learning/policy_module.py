"""A learned policy as a torch module that plays."""

from __future__ import annotations

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.sampled.policies.protocol import Actor, Policy


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
