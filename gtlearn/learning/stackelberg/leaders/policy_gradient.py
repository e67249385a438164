"""Policy gradient on the logits of the leader's table (REINFORCE with a baseline)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.learning.stackelberg.leaders.decisions import decisions
from gtlearn.learning.stackelberg.leaders.protocol import DrawingLeader, episodes_in
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


class PolicyGradientLeader(DrawingLeader):
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
        self.game = game
        self.episodes = episodes_in(game, batch_steps)
        self.normalise = normalise
        self.mixed = mixed
        self._barred = torch.from_numpy(~game.leader_legal)
        shape = (game.num_states, game.leader_actions)
        self.logits = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        self.optimiser = torch.optim.Adam([self.logits], lr=learning_rate)

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
        return {"leader_entropy": self._entropy()}

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

    def _probabilities(self) -> Floats:
        probabilities: Floats = torch.softmax(self._policy().detach(), dim=-1).numpy()
        return probabilities

    def _policy(self) -> Tensor:
        """Logits of what is legal, minus infinity elsewhere, shape (states, actions)."""
        return self.logits.masked_fill(self._barred, -torch.inf)

    def _entropy(self) -> float:
        """The mean over the states of the policy's entropy, in nats."""
        policy = torch.distributions.Categorical(logits=self._policy().detach())
        return float(policy.entropy().mean())
