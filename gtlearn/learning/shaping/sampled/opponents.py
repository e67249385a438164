"""Learners without a chain of their own: REINFORCE, LOLA-PG and LOLA-DiCE.

Each returns a gradient to ascend, one a chain, of the shape (chains, *shape of the policy).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gtlearn.learning.shaping.sampled.chain import Sampler, check_player, play, play_chain
from gtlearn.learning.shaping.sampled.credit import Credit, Judge
from gtlearn.learning.shaping.sampled.estimators import dice_objective, score_objective
from gtlearn.learning.shaping.sampled.policies.protocol import Policy


def reinforce(
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    sample: Sampler,
    credit: Credit,
    *,
    judge: Judge | None = None,
    player: int = 0,
) -> Tensor:
    """The gradient of a player's value in its own parameters: Williams (1992), REINFORCE.

    Args:
        policies: one a player.
        parameters: one tensor a player, shape (chains, *shape of its policy).
        sample: plays a joint policy.
        credit: every player's weighted advantages.
        judge: the player's weighted advantages, where they are not those of `credit`.
        player: who learns.

    Raises:
        InputError: if there is no such player.
    """
    check_player(player, policies)
    link = play(policies, _leaves(parameters), sample)
    earned = credit(link.played)[player] if judge is None else judge(link.played)
    objective = score_objective(link.log_probs[player], earned)
    (gradient,) = torch.autograd.grad(objective.sum(), link.parameters[player])
    return gradient


def lola_dice(
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    rates: Tensor,
    sample: Sampler,
    credit: Credit,
    *,
    judge: Judge | None = None,
    player: int = 0,
    dependence: float = 1.0,
) -> Tensor:
    """LOLA-DiCE: the gradient of the value after the peers have looked ahead.

    Foerster et al. (2018), DiCE, section 4.2: the peers take naive steps on trajectories that are
    sampled for them, the player's own policy stays, and the value after the last step is
    differentiated through all of them.

    Args:
        policies: one a player.
        parameters: one tensor a player, shape (chains, *shape of its policy).
        rates: of the peers' steps, shape (look-aheads, players); the paper's 1, 3 or 5 rows.
        sample: plays a joint policy.
        credit: every player's weighted advantages.
        judge: the player's own after the last step, where they are not those of `credit`.
        player: who learns.
        dependence: of the peers' steps; see `dice_objective`.

    Raises:
        InputError: if there is no such player, or no look-ahead.
    """
    check_player(player, policies)
    peers = [k for k in range(len(policies)) if k != player]
    links = play_chain(
        policies,
        _leaves(parameters),
        rates,
        sample,
        credit,
        shaped=peers,
        learners=peers,
        dependence=dependence,
    )
    last = links[-1]
    earned = credit(last.played)[player] if judge is None else judge(last.played)
    objective = score_objective(last.log_probs.sum(0), earned)
    (gradient,) = torch.autograd.grad(objective.sum(), links[0].parameters[player])
    return gradient


def lola_pg(
    policies: Sequence[Policy],
    parameters: Sequence[Tensor],
    rates: Tensor,
    sample: Sampler,
    credit: Credit,
    *,
    player: int = 0,
) -> Tensor:
    """LOLA by policy gradients, first order in the peers' steps.

    Foerster et al. (2018), Learning with Opponent-Learning Awareness, equations 4.5 to 4.7: the
    own gradient, and for each peer its rate times the gradient of the player's value in the
    peer's parameters times the mixed second derivatives of the peer's value. The two factors come
    from independent trajectories, so that their product has no bias.

    Args:
        policies: one a player.
        parameters: one tensor a player, shape (chains, *shape of its policy).
        rates: of the peers' steps, shape (players).
        sample: plays a joint policy; called twice.
        credit: every player's weighted advantages.
        player: who learns.

    Raises:
        InputError: if there is no such player.
    """
    check_player(player, policies)
    leaves = _leaves(parameters)
    first, second = play(policies, leaves, sample), play(policies, leaves, sample)
    value = score_objective(first.log_probs.sum(0), credit(first.played)[player])
    slopes = torch.autograd.grad(value.sum(), leaves)
    earned, joint = credit(second.played), second.log_probs.sum(0)
    shaping = torch.zeros((), dtype=value.dtype, device=value.device)
    for peer in (k for k in range(len(policies)) if k != player):
        objective = dice_objective(joint, earned[peer]).sum()
        (step,) = torch.autograd.grad(objective, leaves[peer], create_graph=True)
        shaping = shaping + rates[peer] * (step * slopes[peer]).sum()
    (shaped,) = torch.autograd.grad(shaping, leaves[player])
    return slopes[player] + shaped


def _leaves(parameters: Sequence[Tensor]) -> list[Tensor]:
    """The parameters as leaves that need gradients."""
    return [given.detach().requires_grad_() for given in parameters]
