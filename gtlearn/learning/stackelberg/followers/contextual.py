"""The contextual follower: a policy that reads its leader's, trained by policy gradient."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.stackelberg.contexts import (
    count_choices,
    count_deterministic,
    deterministic,
    probabilities,
    written_count,
)
from gtlearn.learning.stackelberg.followers.protocol import Follower
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables, scaled_rewards
from gtlearn.learning.stackelberg.play import Episodes, check_tables
from gtlearn.solvers.outcomes import STATIONARY

MAX_CONTEXTS = 100_000
HIDDEN = 64  # units in each of the network's two layers

Model = Literal["linear", "network"]
RATES: dict[Model, float] = {"linear": 0.02, "network": 0.003}


def discounted_returns(rewards: Floats, discount: float) -> Floats:
    """All that is earned from each step on, discounted from there; shapes (batch, steps).

    >>> discounted_returns(np.array([[1.0, 0.0, 4.0]]), 0.5)
    array([[2., 2., 4.]])
    """
    returns = np.array(rewards)
    for step in range(rewards.shape[1] - 2, -1, -1):
        returns[:, step] += discount * returns[:, step + 1]
    return returns


def reinforce_loss(logits: Tensor, actions: Tensor, returns: Tensor) -> Tensor:
    """The loss whose gradient is minus the policy gradient (Williams 1992; Sutton et al. 1999).

    Args:
        logits: of the policy where it acted, shape (*batch, actions).
        actions: what was drawn from it, shape (*batch,).
        returns: what was earned from then on, shape (*batch,).

    Returns:
        A scalar: minus the mean of the actions' log probabilities times the returns.
    """
    chosen = torch.log_softmax(logits, dim=-1).gather(-1, actions[..., None])[..., 0]
    return -(chosen * returns).mean()


class LinearModel(nn.Module):
    """A table of logits, one a context, state and action: a linear model of one-hot inputs.

    The model of the paper's Algorithm 1. It knows deterministic leaders only.
    """

    def __init__(self, game: LeaderGame) -> None:
        """Logits of zero.

        Raises:
            InputError: if there are too many contexts for a table.
        """
        super().__init__()
        contexts = count_deterministic(game)
        if contexts > MAX_CONTEXTS:
            raise InputError(
                f"{game.game.name} has {written_count(game)} deterministic leaders, more than a "
                f"table of {MAX_CONTEXTS} holds; use the model 'network', or a planning follower"
            )
        self.game = game
        shape = (contexts, game.num_states, game.follower_actions)
        self.logits = nn.Parameter(torch.zeros(shape, dtype=torch.float64))

    def forward(self, leader_tables: Floats) -> Tensor:
        """Logits against each leader, shape (batch, states, follower actions)."""
        return self.logits[torch.from_numpy(deterministic(self.game, leader_tables))]


class NetworkModel(nn.Module):
    """A network of two hidden layers that reads the leader's probabilities and the state."""

    def __init__(self, game: LeaderGame, generator: torch.Generator) -> None:
        """Orthogonal weights from the generator; the last layer's are small."""
        super().__init__()
        self.game = game
        shown = count_choices(game) * (game.leader_actions - 1)
        inputs = shown + game.num_states  # the leader's probabilities, and the state one-hot
        self.states = torch.eye(game.num_states, dtype=torch.float64)
        sizes = [inputs, HIDDEN, HIDDEN, game.follower_actions]
        layers = [nn.Linear(m, n, dtype=torch.float64) for m, n in pairwise(sizes)]
        for layer, gain in zip(layers, (1.0, 1.0, 0.01), strict=True):
            nn.init.orthogonal_(layer.weight, gain, generator=generator)
            nn.init.zeros_(layer.bias)
        self.layers = nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2])

    def forward(self, leader_tables: Floats) -> Tensor:
        """Logits against each leader, shape (batch, states, follower actions)."""
        context = torch.from_numpy(2 * probabilities(self.game, leader_tables) - 1)
        size = len(self.states)
        both = [
            context[:, None].expand(-1, size, -1),
            self.states.expand(len(context), -1, -1),
        ]
        logits: Tensor = self.layers(torch.cat(both, dim=-1))
        return logits


class ContextualFollower(Follower):
    """One policy for all leaders: it reads the leader's policy beside the state.

    The follower of Gerstgrasser & Parkes (2023), Algorithm 1; of the stationary class, since it
    does not see the time. Hyper-parameters are the paper's (Table 1): 0.02 is the learning rate of
    Adam, 0.99 RLlib's discount where the game has none; train it on batches of 100 steps, 500
    times, with random leaders.
    """

    follower_class = STATIONARY

    def __init__(
        self,
        game: LeaderGame,
        *,
        seed: int = 0,
        model: Model = "linear",
        learning_rate: float | None = None,
        discount: float = 0.99,
    ) -> None:
        """A follower that plays at random.

        Args:
            game: what is played.
            seed: of the network's weights.
            model: "linear", a table, or "network".
            learning_rate: of Adam; by default the paper's for the table, less for the network.
            discount: of returns, where the game has none of its own.

        Raises:
            InputError: if there is no such model, or too many contexts for a table.
        """
        if model not in ("linear", "network"):
            raise InputError(f"there is no model {model!r}; choose linear or network")
        self.game = game
        self.discount = game.discount if game.discount < 1 else discount
        self._barred = torch.from_numpy(~game.follower_legal)
        generator = torch.Generator().manual_seed(seed)
        self.model = LinearModel(game) if model == "linear" else NetworkModel(game, generator)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=learning_rate or RATES[model])

    def tables(self, leader_tables: Floats) -> Floats:
        """The likeliest action in each state; see `Follower`.

        Raises:
            InputError: if a leader mixes and the model is linear.
        """
        logits = self._logits(leader_tables).numpy()
        return pure_tables(logits.argmax(axis=-1), self.game.follower_actions)

    def explore(self, leader_tables: Floats) -> Floats:
        """The policy itself."""
        return torch.softmax(self._logits(leader_tables), dim=-1).numpy()

    def learn(self, leader_tables: Floats, episodes: Episodes) -> dict[str, float]:
        """One step along the policy gradient; metric: the policy's mean entropy, in nats."""
        rewards = scaled_rewards(episodes.follower_rewards, self.game.follower_rewards)
        returns = torch.from_numpy(discounted_returns(rewards, self.discount))
        everyone = torch.arange(len(leader_tables))[:, None]
        logits = self._policy(leader_tables)[everyone, torch.tensor(episodes.states)]
        loss = reinforce_loss(logits, torch.tensor(episodes.follower_actions), returns)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        entropy = torch.distributions.Categorical(logits=logits.detach()).entropy().mean()
        return {"follower_entropy": float(entropy)}

    def state_dict(self) -> dict[str, Any]:
        """The model's parameters and the optimiser's moments."""
        parameters = {name: value.clone() for name, value in self.model.state_dict().items()}
        return {"model": parameters, "optimiser": optimiser_state(self.optimiser)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        load_optimiser_state(self.optimiser, state["optimiser"])

    def _logits(self, leader_tables: Floats) -> Tensor:
        """Logits without gradients, shape (batch, states, follower actions)."""
        check_tables(self.game, leader_tables, "leader")
        with torch.no_grad():
            return self._policy(leader_tables)

    def _policy(self, leader_tables: Floats) -> Tensor:
        """Logits of what is legal, minus infinity elsewhere; (batch, states, follower actions)."""
        logits: Tensor = self.model(leader_tables).masked_fill(self._barred, -torch.inf)
        return logits
