"""The three terms of the meta-multiagent policy gradient theorem, each on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters, gradients
from gtlearn.learning.shaping.meta.chain import Chain, InnerRates, unroll
from gtlearn.learning.shaping.meta.gradient import meta_objective, meta_pg, tracked_start

Split: TypeAlias = Literal["policies", "updates"]


@dataclass(frozen=True, eq=False)
class Terms:
    """A meta-gradient in three terms, each of shape (*batch, *shape of the player's parameters).

    Attributes:
        current: current policy.
        own: own learning.
        peer: peer learning.
    """

    current: Tensor
    own: Tensor
    peer: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum, which is the gradient of Meta-MAPG to rounding."""
        return self.current + self.own + self.peer


@torch.enable_grad()
def terms(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    length: int,
    *,
    player: int = 0,
    count_start: bool = False,
    split: Split = "policies",
) -> Terms:
    """The terms of Theorem 1 (Kim et al. 2021, equation 6) with exact inner updates.

    Equation 6 multiplies the return of the last trajectory by the scores of all trajectories. With
    exact updates phi_l is a function of phi_0, not of what was sampled before: the returns at
    phi_l do not depend on earlier trajectories, whose scores therefore have mean zero. What
    remains in expectation is the score at phi_l, that is the chain rule, with g_j = grad_j V^i:

    - current: grad_i V^i(phi_0) if V^i(phi_0) counts, else zero. It is no bias of the others: in
      equation 2 the first trajectory matters only through what is learned from it.
    - own: sum over l of (d phi_l^i / d phi_0^i)^T g_i(phi_l): i's policy at phi_l is another one.
    - peer: sum over l and j != i of (d phi_l^j / d phi_0^i)^T g_j(phi_l): the others' are.

    That is the split by "policies". There, own learning includes what comes back from the others:
    phi_0^i changes phi_1^j, which changes phi_2^i. Meta-PG leaves that out, so the split by
    "updates" is the other natural one:

    - own: through i's own updates only, the others' parameters along the chain being constants, so
      that current + own is the gradient of Meta-PG;
    - peer: all that passes through an update of another player at least once.

    With one inner update the two are the same. An inner loop that is sampled without a
    differentiable estimator (REINFORCE instead of DiCE) moves parts of own and peer learning into
    the scores of the earlier trajectories, summed over all that an update is made from; with many
    of them the sum of the three is the same.

    Args:
        game: what is played.
        initial: phi_0, as `meta_mapg` takes it.
        rates: the inner rates, as `unroll` takes them.
        length: L, the number of inner updates.
        player: i.
        count_start: whether V^i(phi_0) counts too.
        split: "policies", as in the theorem, or "updates".

    Raises:
        InputError: as `meta_mapg`, or if there is no such split.
    """
    if split not in ("policies", "updates"):
        raise InputError(f"there is no split {split!r} of a meta-gradient; policies or updates")
    start = tracked_start(game, initial, player)
    chain = unroll(game, start, rates, length)
    zero = torch.zeros_like(start[player])
    first = gradients(chain.values[..., 0, player], [start[player]])[0] if count_start else zero
    if split == "policies":
        own, peer = _by_policies(game, chain, start[player], player)
        return Terms(first, own, peer)
    whole = gradients(meta_objective(chain.values, player), [start[player]])[0]
    own = meta_pg(game, initial, rates, length, player=player).gradient
    return Terms(first, own, whole - own)


def _by_policies(
    game: DifferentiableGame, chain: Chain, start: Tensor, player: int
) -> tuple[Tensor, Tensor]:
    """Through the player's own policies after the updates, and through those of the others."""
    found = []
    for moving in (True, False):
        later = [
            torch.stack([p if (k == player) == moving else p.detach() for p in policies])
            for k, policies in enumerate(zip(*chain.parameters[1:], strict=True))
        ]
        objective = game.values(later)[..., player]
        found.append(gradients(objective, [start])[0])
    return found[0], found[1]
