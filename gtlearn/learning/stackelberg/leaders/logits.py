"""Leaders who learn the logits of a table: by REINFORCE with a baseline, or by evolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.stackelberg.game import Floats, LeaderGame, pure_tables
from gtlearn.learning.stackelberg.leaders.protocol import (
    DrawingLeader,
    decisions,
    episodes_in,
    mean_returns,
)
from gtlearn.learning.stackelberg.play import Episodes


def advantages(returns: Tensor) -> Tensor:
    """How much better an episode went from a decision on than the others of the batch.

    The baseline of an episode is the mean of the others, which does not depend on its actions, so
    that the policy gradient stays unbiased (Williams 1992; leave-one-out: Kool et al. 2019).

    Args:
        returns: shape (batch, decisions), of the same decisions in every episode.

    Returns:
        Shape (batch, decisions); the returns themselves where there is one episode only.
    """
    batch = len(returns)
    if batch == 1:
        return returns
    return (returns - returns.mean(dim=0)) * (batch / (batch - 1))


def policy_gradient_loss(
    logits: Tensor, states: Tensor, actions: Tensor, weights: Tensor
) -> Tensor:
    """The loss whose gradient is minus the policy gradient (Williams 1992, REINFORCE).

    Args:
        logits: shape (states, actions).
        states: what was decided about, shape (batch, decisions).
        actions: what was decided, shape (batch, decisions).
        weights: advantages, shape (batch, decisions).

    Returns:
        A scalar: minus the mean over the batch of the sum over an episode's decisions.
    """
    chosen = torch.log_softmax(logits, dim=-1)[states, actions]
    return -(weights * chosen).sum(dim=1).mean()


class LogitsLeader:
    """A leader whose logits follow a gradient by Adam.

    Attributes:
        logits: of its table, shape (states, leader actions); zero at first.
    """

    def __init__(self, game: LeaderGame, learning_rate: float) -> None:
        self.game = game
        shape = (game.num_states, game.leader_actions)
        self.logits = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        self.optimiser = torch.optim.Adam([self.logits], lr=learning_rate)

    def state_dict(self) -> dict[str, Any]:
        """The logits and the optimiser's moments."""
        return {
            "logits": self.logits.detach().clone(),
            "optimiser": optimiser_state(self.optimiser),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        with torch.no_grad():
            self.logits.copy_(state["logits"])
        load_optimiser_state(self.optimiser, state["optimiser"])


class PolicyGradientLeader(LogitsLeader, DrawingLeader):
    """Draws a deterministic table an episode, shows it and plays it; commits to the likeliest.

    Hyper-parameters are the paper's (Table 1, leader policy gradient): 0.156 is the learning rate
    of Adam, the optimiser of RLlib's PG, and 100 environment steps make a batch. The advantages
    are divided by their standard deviation, which the paper's are not: in the dilemma more seeds
    reach the optimum.

    Args:
        game: what is played.
        learning_rate: of Adam.
        batch_steps: environment steps in a batch, queries counted.
        normalise: whether advantages are divided by their standard deviation.
        mixed: plays the mixed table itself, to be shown as sampled actions: the published way,
            which deceives.
    """

    def __init__(
        self,
        game: LeaderGame,
        *,
        learning_rate: float = 0.156,
        batch_steps: int = 100,
        normalise: bool = True,
        mixed: bool = False,
    ) -> None:
        super().__init__(game, learning_rate)
        self.episodes = episodes_in(game, batch_steps)
        self.normalise = normalise
        self.mixed = mixed
        self._barred = torch.from_numpy(~game.leader_legal)

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """One step along the policy gradient; as in `Leader`."""
        made = decisions(self.game, tables, episodes, shown)
        weights = advantages(torch.from_numpy(made.returns.copy()))
        if self.normalise and len(weights) > 1:
            weights = weights / (weights.std() + 1e-8)
        states, actions = torch.tensor(made.states), torch.from_numpy(made.actions)
        loss = policy_gradient_loss(self._policy(), states, actions, weights)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        policy = torch.distributions.Categorical(logits=self._policy().detach())
        return {"leader_entropy": float(policy.entropy().mean())}  # in nats, of the states' mean

    def _probabilities(self) -> Floats:
        return torch.softmax(self._policy().detach(), dim=-1).numpy()

    def _policy(self) -> Tensor:
        """Logits of what is legal, minus infinity elsewhere, shape (states, actions)."""
        return self.logits.masked_fill(self._barred, -torch.inf)


def evolution_gradient(noise: Floats, fitness: Floats, deviation: float) -> Floats:
    """The gradient of the fitness of normally perturbed parameters (Salimans et al. 2017, eq. 1).

    Args:
        noise: standard normal, or antithetic pairs of it; shape (population, *parameters).
        fitness: what the parameters plus `deviation` times the noise earned, shape (population,).
        deviation: the standard deviation of the perturbations.

    Returns:
        The estimate, of the parameters' shape; the mean fitness is its baseline.
    """
    weights = (fitness - fitness.mean()) / (deviation * len(fitness))
    return np.tensordot(weights, noise, axes=1)


def antithetic_noise(count: int, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Standard normal noise in pairs of opposite sign, shape (count, *shape); the last one of an
    odd count stays without its pair."""
    half = rng.standard_normal((-(-count // 2), *shape))
    return np.stack([half, -half], axis=1).reshape(-1, *shape)[:count]


class EvolutionLeader(LogitsLeader):
    """Perturbs its logits once an episode; shows and plays the softmax of what results.

    ES-MD of Balaguer et al. (2022), The Good Shepherd: an oracle agent for mechanism design, takes
    each perturbed mechanism's fitness from agents that learn from scratch in it. So play it against
    a follower that is reset for each leader. As the follower sees, or learns to know, the
    perturbed table that is really played, this leader can learn mixed commitments, whose effect on
    the follower a policy gradient through sampled actions misses. It follows the gradient by Adam.
    The published population and rates are not ours: they took 1.28 billion environment steps.

    Args:
        game: what is played.
        learning_rate: of Adam.
        deviation: of the perturbations of the logits.
        population: how many perturbed tables are tried at a time, in antithetic pairs.
        repeats: episodes that are played with each of them.
        deterministic: plays the likeliest actions of each perturbed table only, for followers
            that know deterministic leaders.
    """

    def __init__(
        self,
        game: LeaderGame,
        *,
        learning_rate: float = 0.05,
        deviation: float = 0.3,
        population: int = 32,
        repeats: int = 1,
        deterministic: bool = False,
    ) -> None:
        if population < 2 or repeats < 1 or deviation <= 0:
            raise InputError(
                f"a population of {population}, {repeats} repeat(s) and a deviation of "
                f"{deviation} make no evolution strategy; give at least 2, 1 and more than 0"
            )
        super().__init__(game, learning_rate)
        self.episodes = population * repeats
        self.deviation = deviation
        self.repeats = repeats
        self.deterministic = deterministic
        self._noise: Floats = np.zeros((0, *self.logits.shape))

    def propose(self, count: int, rng: np.random.Generator) -> Floats:
        """Perturbed tables, each `repeats` times in a row; as in `Leader`.

        Raises:
            InputError: if the count is no multiple of the repeats.
        """
        if count % self.repeats:
            raise InputError(
                f"{count} episodes cannot be shared by tables that are played {self.repeats} "
                "times each; give a multiple"
            )
        self._noise = antithetic_noise(count // self.repeats, tuple(self.logits.shape), rng)
        logits = self.logits.detach().numpy() + self.deviation * self._noise
        return self._tables(logits).repeat(self.repeats, axis=0)

    def learn(
        self, tables: Floats, episodes: Episodes, shown: Floats | None = None
    ) -> dict[str, float]:
        """One step along the estimated gradient; as in `Leader`."""
        fitness = mean_returns(self.game, episodes).reshape(-1, self.repeats).mean(axis=1)
        gradient = evolution_gradient(self._noise, fitness, self.deviation)
        self.logits.grad = -torch.from_numpy(gradient)
        self.optimiser.step()
        return {"leader_fitness_deviation": float(fitness.std())}

    def table(self) -> Floats:
        """The table without perturbation."""
        return self._tables(self.logits.detach().numpy())

    def state_dict(self) -> dict[str, Any]:
        """The logits, the optimiser's moments and the last perturbations."""
        return {**super().state_dict(), "noise": self._noise.copy()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes up what `state_dict` returned."""
        super().load_state_dict(state)
        self._noise = np.array(state["noise"])

    def _tables(self, logits: Floats) -> Floats:
        """What is played with such logits, of their shape; only what is legal."""
        logits = np.where(self.game.leader_legal, logits, -np.inf)
        if self.deterministic:
            return pure_tables(logits.argmax(axis=-1), logits.shape[-1])
        return torch.softmax(torch.from_numpy(logits), dim=-1).numpy()
