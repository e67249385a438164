"""Meta-gradients through a chain of sampled policies: Meta-MAPG and Meta-PG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.chain import Link, Sampler, check_player, play_chain
from gtlearn.learning.shaping.sampled.credit import Credit, Judge
from gtlearn.learning.shaping.sampled.estimators import score_objective
from gtlearn.learning.shaping.sampled.policies.protocol import Policy
from gtlearn.learning.shaping.sampled.trajectories import Trajectories


@dataclass(frozen=True, eq=False)
class MetaGradient:
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
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    rates: Tensor,
    sample: Sampler,
    credit: Credit,
    judge: Judge,
    *,
    player: int = 0,
    dependence: float = 1.0,
    shaped: Sequence[int] | None = None,
) -> MetaGradient:
    """Meta-MAPG, equation 6 and Algorithm 1 of Kim et al. (2021): shapes what the peers learn.

    The gradient of the sum of the meta-agent's values at phi_1, ..., phi_L in its phi_0: own and
    peers' inner updates by DiCE, each value by its score function. As K grows it converges to the
    exact gradient through exact inner updates; for finite K, phi_1, ... are themselves random.

    Args:
        policies: one a player.
        parameters: phi_0, one tensor a player, shape (chains, *shape of its policy).
        rates: inner learning rates, shape (L, players) or (chains, L, players).
        sample: plays a joint policy.
        credit: every player's weighted advantages in inner updates.
        judge: the meta-agent's weighted advantages, by which phi_1, ..., phi_L are judged.
        player: who the meta-agent is.
        dependence: of the inner updates; see `dice_objective`.
        shaped: whose inner updates are differentiated; None: everyone's.

    Raises:
        InputError: if the rates do not make a chain, or there is no such player.
    """
    check_player(player, policies)
    whose = range(len(policies)) if shaped is None else shaped
    start = [given.detach().requires_grad_() for given in parameters]
    each = rates.detach().expand(len(start[0]), *rates.shape[-2:]).clone().requires_grad_()
    links = play_chain(policies, start, each, sample, credit, shaped=whose, dependence=dependence)
    objective = meta_objective(links, judge, whose).sum()
    gradient, of_rates = torch.autograd.grad(objective, [start[player], each])
    return MetaGradient(gradient, of_rates, tuple(_bare(link) for link in links))


def meta_pg(
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    rates: Tensor,
    sample: Sampler,
    credit: Credit,
    judge: Judge,
    *,
    player: int = 0,
    dependence: float = 1.0,
) -> MetaGradient:
    """Meta-PG as in Appendix C.1 of Kim et al. (2021): the peers' learning is not differentiated.

    Al-Shedivat et al. (2018) without importance sampling. Arguments, result and errors are those of
    `meta_mapg`.
    """
    known = policies, parameters, rates, sample, credit, judge
    return meta_mapg(*known, player=player, dependence=dependence, shaped=[player])


def meta_objective(links: Sequence[Link], judge: Judge, shaped: Sequence[int]) -> Tensor:
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


def _bare(link: Link) -> Link:
    """The link without its graph and memories."""
    played = link.played
    return Link(
        tuple(given.detach() for given in link.parameters),
        Trajectories(played.states, played.actions, played.rewards, (None,) * len(played.memories)),
        link.log_probs.detach(),
    )
