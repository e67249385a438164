"""Sampling without noise: every trajectory once, weighted with its probability."""

from itertools import product

import torch

from gtlearn.learning.shaping.sampled import Trajectories


class Enumeration:
    """A sampler that returns all trajectories of a short game, and a credit that weights them.

    A mean over trajectories of what is credited is then an expectation.
    """

    def __init__(self, program, policies, horizon):
        self.program, self.policies = program, policies
        joint = list(product(*(range(acts.count) for acts in program.acts)))
        plays = torch.tensor(list(product(joint, repeat=horizon)))  # (K, H, players)
        self.actions = plays.permute(2, 1, 0)[:, None]
        here = torch.full((1, plays.shape[0]), program.start)
        states, rows = [], []
        for step in range(horizon):
            states.append(here)
            row = here
            for acts, action in zip(program.acts, self.actions[:, :, step], strict=True):
                row = row * acts.count + action
            rows.append(row)
            here = program.moves[row]
        self.states, self.rewards = (
            torch.stack(states, 1),
            program.rewards[:, torch.stack(rows, 1)],
        )
        self.weights = {}

    def log_probs(self, parameters):
        """Of all trajectories, shape (players, 1, H, K)."""
        return torch.stack(
            [
                policy.log_probs(given, self.states, actions)
                for policy, given, actions in zip(
                    self.policies, parameters, self.actions, strict=True
                )
            ]
        )

    def __call__(self, parameters):
        played = Trajectories(self.states, self.actions, self.rewards, (None,) * len(parameters))
        with torch.no_grad():
            chances = self.log_probs(parameters).sum((0, 2)).exp()
        self.weights[id(played)] = played, chances[:, None] * self.states.shape[-1]
        return played

    def credit(self, advantages):
        """A credit that weights what `advantages` gives to trajectories."""
        return lambda played: advantages(played) * self.weights[id(played)][1]

    def values(self, parameters, discount):
        """The exact expected discounted sums, differentiable, shape (players)."""
        chances = self.log_probs(parameters).sum((0, 2)).exp()
        steps = torch.arange(self.states.shape[1])[:, None]
        totals = (self.rewards * discount**steps).sum(2)
        return (totals * chances).sum((1, 2))


def ascended(values, parameters, rates, learners, shaped):
    """One exact inner step; those not in `shaped` become constants."""
    found = values(parameters)
    new = list(parameters)
    for player in learners:
        (step,) = torch.autograd.grad(found[player], parameters[player], create_graph=True)
        new[player] = parameters[player] + rates[player] * step
        if player not in shaped:
            new[player] = new[player].detach().requires_grad_()
    return new
