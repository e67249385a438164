"""Sampled gradients of one player's start: Meta-MAPG, Meta-PG, REINFORCE, LOLA-PG and LOLA-DiCE.

Each is to be ascended, one a chain, of the shape (chains, *shape of the policy). Arguments of all:

    players: who plays, of whom one learns.
    parameters: phi_0, one tensor a player, shape (chains, *shape of its policy).
    judge: the learner's weighted advantages, by which what it improves is judged.
    dependence: of the updates that are differentiated; see `dice_objective`.

All raise InputError if the rates do not make a chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.chain import Link, Players, play, play_chain
from gtlearn.learning.shaping.sampled.credit import (
    Valuer,
    dice_objective,
    score_objective,
)
from gtlearn.learning.shaping.sampled.trajectories import Trajectories


@dataclass(frozen=True, eq=False)
class SampledGradient:
    """The gradient of every chain, to ascend.

    Attributes:
        parameters: with respect to the meta-agent's phi_0, shape (chains, *shape of its policy).
        rates: with respect to the inner learning rates, shape (chains, L, players).
        links: phi_0, ..., phi_L and what they played, without graph.
    """

    parameters: Tensor
    rates: Tensor
    links: tuple[Link, ...]

    @property
    def mean_rewards(self) -> Tensor:
        """Mean rewards a step of phi_1, ..., phi_L; shape (L, players, chains)."""
        return torch.stack([link.played.mean_rewards for link in self.links[1:]])


def meta_mapg(
    players: Players,
    parameters: Sequence[Tensor],
    rates: Tensor,
    judge: Valuer,
    *,
    dependence: float = 1.0,
    shaped: Sequence[int] | None = None,
) -> SampledGradient:
    """Meta-MAPG, equation 6 and Algorithm 1 of Kim et al. (2021): shapes what the peers learn.

    The gradient of the sum of the meta-agent's values at phi_1, ..., phi_L in its phi_0: own and
    peers' inner updates by DiCE, each value by its score function. As K grows it converges to the
    exact gradient through exact inner updates; for finite K, phi_1, ... are themselves random.
    `rates` are the inner learning rates, shape (L, players) or (chains, L, players); `shaped` says
    whose inner updates are differentiated, everyone's by default.
    """
    whose = range(len(players.policies)) if shaped is None else shaped
    start = _leaves(parameters)
    each = rates.detach().expand(len(start[0]), *rates.shape[-2:]).clone().requires_grad_()
    links = play_chain(players, start, each, shaped=whose, dependence=dependence)
    objective = meta_objective(links, judge, whose).sum()
    gradient, of_rates = torch.autograd.grad(objective, [start[players.learner], each])
    return SampledGradient(gradient, of_rates, tuple(_bare(link) for link in links))


def meta_pg(
    players: Players,
    parameters: Sequence[Tensor],
    rates: Tensor,
    judge: Valuer,
    *,
    dependence: float = 1.0,
) -> SampledGradient:
    """Meta-PG as in Appendix C.1 of Kim et al. (2021): the peers' learning is not differentiated.

    Al-Shedivat et al. (2018) without importance sampling.
    """
    own = [players.learner]
    return meta_mapg(players, parameters, rates, judge, dependence=dependence, shaped=own)


def meta_objective(links: Sequence[Link], judge: Valuer, shaped: Sequence[int]) -> Tensor:
    """What has the gradient of the values at phi_1, ..., phi_L; one number a chain.

    Args:
        links: phi_0, ..., phi_L.
        judge: the meta-agent's weighted advantages.
        shaped: whose parameters depend on the meta-agent's phi_0.
    """
    terms = [
        score_objective(link.log_probs[list(shaped)].sum(0), judge(link.played))
        for link in links[1:]
    ]
    return torch.stack(terms).sum(0)


def reinforce(
    players: Players, parameters: Sequence[Tensor], judge: Valuer | None = None
) -> Tensor:
    """The gradient of a player's value in its own parameters: Williams (1992), REINFORCE.
    It is judged as inner updates are where there is no `judge`.
    """
    link, player = play(players, _leaves(parameters)), players.learner
    earned = players.credit(link.played)[player] if judge is None else judge(link.played)
    objective = score_objective(link.log_probs[player], earned)
    (gradient,) = torch.autograd.grad(objective.sum(), link.parameters[player])
    return gradient


def lola_dice(
    players: Players,
    parameters: Sequence[Tensor],
    rates: Tensor,
    judge: Valuer | None = None,
    *,
    dependence: float = 1.0,
) -> Tensor:
    """LOLA-DiCE: the gradient of the value after the peers have looked ahead.

    Foerster et al. (2018), DiCE, section 4.2: the peers take naive steps on trajectories that are
    sampled for them, the player's own policy stays, and the value after the last step is
    differentiated through all of them. It is judged as inner updates are where there is no
    `judge`.

    `rates` are those of the peers' steps, shape (look-aheads, players); the paper's 1, 3 or 5 rows.
    """
    peers, player = players.others, players.learner
    links = play_chain(
        players,
        _leaves(parameters),
        rates,
        shaped=peers,
        learners=peers,
        dependence=dependence,
    )
    last = links[-1]
    earned = players.credit(last.played)[player] if judge is None else judge(last.played)
    objective = score_objective(last.log_probs.sum(0), earned)
    (gradient,) = torch.autograd.grad(objective.sum(), links[0].parameters[player])
    return gradient


def lola_pg(players: Players, parameters: Sequence[Tensor], rates: Tensor) -> Tensor:
    """LOLA by policy gradients, first order in the peers' steps.

    Foerster et al. (2018), Learning with Opponent-Learning Awareness, equations 4.5 to 4.7: the
    own gradient, and for each peer its rate times the gradient of the player's value in the
    peer's parameters times the mixed second derivatives of the peer's value. The two factors come
    from independent trajectories, so that their product has no bias: there are two samples;
    `rates` are those of the peers' steps, shape (players).
    """
    leaves, player = _leaves(parameters), players.learner
    first, second = play(players, leaves), play(players, leaves)
    value = score_objective(first.log_probs.sum(0), players.credit(first.played)[player])
    slopes = torch.autograd.grad(value.sum(), leaves)
    earned, joint = players.credit(second.played), second.log_probs.sum(0)
    shaping = torch.zeros((), dtype=value.dtype, device=value.device)
    for peer in players.others:
        objective = dice_objective(joint, earned[peer]).sum()
        (step,) = torch.autograd.grad(objective, leaves[peer], create_graph=True)
        shaping = shaping + rates[peer] * (step * slopes[peer]).sum()
    (shaped,) = torch.autograd.grad(shaping, leaves[player])
    return slopes[player] + shaped


def _bare(link: Link) -> Link:
    """The link without its graph and memories."""
    played = link.played
    return Link(
        tuple(given.detach() for given in link.parameters),
        Trajectories(played.states, played.actions, played.rewards, (None,) * len(played.memories)),
        link.log_probs.detach(),
    )


def _leaves(parameters: Sequence[Tensor]) -> list[Tensor]:
    """The parameters as leaves that need gradients."""
    return [given.detach().requires_grad_() for given in parameters]
