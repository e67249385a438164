"""The Markov chain of policies that learn by exact gradients, and exact gradients of its start.

Meta-MAPG and Meta-PG are gradients through the chain. REINFORCE and LOLA-DiCE improve one joint
policy and leave out what the learner itself will learn; in expectation they are what
`gtlearn.learning.shaping.sampled.gradients` estimates.

In all gradients `initial` is phi_0, one tensor a player of shape (*batch, *its shape), whose axes
of the batch broadcast, so that (seeds, 1, states, actions) meets (personas, states, actions); and
`player` is i, whose initial parameters are improved. All raise InputError if there is no such
player, or as `unroll`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import (
    NAIVE,
    Climb,
    DifferentiableGame,
    Parameters,
    gradients,
)

InnerRates: TypeAlias = float | Sequence[float] | Tensor


@dataclass(frozen=True, eq=False)
class Chain:
    """A Markov chain of joint policies phi_0 ... phi_L (Kim et al. 2021, section 2.1).

    Attributes:
        parameters: L + 1 entries, each one tensor a player of shape (*batch, *its shape).
        values: what the players get at each of them, shape (*batch, L + 1, players).
    """

    parameters: tuple[tuple[Tensor, ...], ...]
    values: Tensor

    @property
    def length(self) -> int:
        """L, the number of inner updates."""
        return len(self.parameters) - 1


def unroll(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    length: int,
    *,
    constant: Sequence[int] = (),
    still: Sequence[int] = (),
    ascents: Mapping[int, Climb] = NAIVE,
) -> Chain:
    """The chain of policies under exact inner updates of all players.

        phi_{l+1}^j = phi_l^j + alpha_l^j grad_j V^j(phi_l)    (Kim et al. 2021, equation 4)

    Args:
        game: what is played.
        initial: phi_0, one tensor a player of shape (*batch, *its shape); axes of the batch
            broadcast.
        rates: alpha: a number for all, one a player, or a tensor of shape (*batch, L, players),
            whose axes of the batch broadcast with those of the parameters; (L, players) will do.
        length: L, the number of inner updates, 1 or more.
        constant: players whose later parameters count as constants where the chain is
            differentiated: they learn, but how depends on nobody.
        still: players who do not learn.
        ascents: by player, what it ascends in its steps instead of its own gradient.

    Returns:
        The chain, differentiable in whatever of `initial` and `rates` needs gradients.

    Raises:
        InputError: if a shape does not fit, the length is no positive number, or the chain is not
            finite; it names the step.
    """
    if isinstance(length, bool) or not isinstance(length, int) or length < 1:
        raise InputError(f"the chain's length is {length}; give the number of updates, 1 or more")
    held = tuple(game.expanded(initial))
    alpha = step_rates(rates, length, held[0], game.num_players)
    chain, values = [held], []
    for row in alpha.unbind(-2):
        worth, slopes = game.values_and_gradients(held)
        followed = {player: ascent(held, row) for player, ascent in ascents.items()}
        moved = list(held)
        for player, (own, rate) in enumerate(zip(held, row.unbind(-1), strict=True)):
            if player not in still:
                axes = [1] * len(game.shapes[player])
                step = followed.get(player, slopes[player])
                new = torch.addcmul(own, rate.reshape(*rate.shape, *axes), step)
                moved[player] = new.detach() if player in constant else new
        held = tuple(moved)
        chain.append(held)
        values.append(worth)
    values.append(game.values(held))
    _check_finite(game, chain)
    return Chain(tuple(chain), torch.stack(values, dim=-2))


def step_rates(rates: InnerRates, length: int, like: Tensor, players: int) -> Tensor:
    """Inner rates as a tensor of shape (*batch, L, players), in the type of the parameters.

    Args:
        rates: as `unroll` takes them.
        length: L.
        like: a tensor of the wanted type and device.
        players: how many there are.

    Raises:
        InputError: if the shape does not fit.
    """
    alpha = torch.as_tensor(rates, dtype=like.dtype, device=like.device)
    if alpha.ndim == 0 or alpha.shape == (players,):
        return alpha.expand(length, players)
    if alpha.ndim < 2 or alpha.shape[-2:] != (length, players):
        raise InputError(
            f"the inner rates have shape {list(alpha.shape)}; give one number, one a player, or a "
            f"tensor whose last axes are {[length, players]}: updates, players"
        )
    return alpha


def _check_finite(game: DifferentiableGame, chain: Sequence[tuple[Tensor, ...]]) -> None:
    """Raises InputError, with the first step that is not finite, where the last one is not."""
    if all(bool(torch.isfinite(tensor).all()) for tensor in chain[-1]):
        return
    for step, joint in enumerate(chain):
        for player, tensor in enumerate(joint):
            if not torch.isfinite(tensor).all():
                before = max(float(p.detach().abs().max()) for p in chain[max(step - 1, 0)])
                raise InputError(
                    f"the parameters of player {player} of {game.name} are not finite after inner "
                    f"update {step} (largest before it: {before:.3g}); use smaller inner rates"
                )


@dataclass(frozen=True, eq=False)
class MetaGradient:
    """The gradient of the meta-objective of one player, for each item of a batch.

    Attributes:
        gradient: in the player's initial parameters, shape (*batch, *its shape).
        rates: in the inner rates, in their shape, summed over what they broadcast to; None where
            they do not need gradients.
        objective: the meta-objective, shape (*batch,).
        values: what all players get along the chain, shape (*batch, L + 1, players).
    """

    gradient: Tensor
    rates: Tensor | None
    objective: Tensor
    values: Tensor


def meta_objective(values: Tensor, player: int, *, count_start: bool = False) -> Tensor:
    """What a player gets after each inner update: the sum of V^i(phi_l) over l = 1 ... L.

    That is equation 2 of Kim et al. (2021), whose sum over l = 0 ... L - 1 is of V_{phi_{0:l+1}}:
    what is earned before the first update does not count.

    Args:
        values: along a chain, shape (*batch, L + 1, players).
        player: whose objective it is.
        count_start: whether V^i(phi_0) counts too.

    Returns:
        Shape (*batch,).
    """
    return values[..., 0 if count_start else 1 :, player].sum(-1)


@torch.enable_grad()
def meta_mapg(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    length: int,
    *,
    player: int = 0,
    count_start: bool = False,
    constant: Sequence[int] = (),
) -> MetaGradient:
    """The whole gradient of the meta-objective, through the inner updates of all players.

    With exact inner updates phi_l is a function of phi_0, and Theorem 1 of Kim et al. (2021) is

        sum over l = 1 ... L, and over all players j, of
        (d phi_l^j / d phi_0^i)^T grad_j V^i(phi_l).

    Args:
        game: what is played.
        initial: phi_0.
        rates: the inner rates, as `unroll` takes them.
        length: L, the number of inner updates.
        player: i.
        count_start: whether V^i(phi_0) counts too.
        constant: players whose learning is not differentiated.
    """
    start = tracked_start(game, initial, player)
    chain = unroll(game, start, rates, length, constant=constant)
    objective = meta_objective(chain.values, player, count_start=count_start)
    learned = [rates] if isinstance(rates, Tensor) and rates.requires_grad else []
    return _differentiated(objective, chain.values, [start[player], *learned])


def meta_pg(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    length: int,
    *,
    player: int = 0,
    count_start: bool = False,
) -> MetaGradient:
    """The gradient of Meta-PG: the others learn, but are taken to learn the same whatever i does.

    The parameters of the others along the chain are constants, so that the meta-objective depends
    on phi_0^i through i's own updates only (Al-Shedivat et al. 2018; Kim et al. 2021, equation 5
    and appendix C.1). Arguments and errors are those of `meta_mapg`.
    """
    others = [other for other in range(game.num_players) if other != player]
    return meta_mapg(
        game, initial, rates, length, player=player, count_start=count_start, constant=others
    )


@torch.enable_grad()
def reinforce(game: DifferentiableGame, initial: Parameters, *, player: int = 0) -> MetaGradient:
    """The gradient of a player's value as things stand: what Williams (1992) estimates.

    Returns:
        Its objective is V^i; its values have shape (*batch, 1, players).
    """
    start = tracked_start(game, initial, player)
    values = game.values(start)[..., None, :]
    return _differentiated(values[..., 0, player], values, [start[player]])


@torch.enable_grad()
def lola_dice(
    game: DifferentiableGame,
    initial: Parameters,
    rates: InnerRates,
    look_aheads: int = 1,
    *,
    player: int = 0,
) -> MetaGradient:
    """The gradient of a player's value after the others have taken steps, through these steps.

    Foerster et al. (2018), DiCE: The Infinitely Differentiable Monte Carlo Estimator, section 4.2.
    The player's own parameters stay as they are while the others step.

    Args:
        game: what is played.
        initial: phi_0.
        rates: of the others' steps, as `unroll` takes them; the player's own do not matter.
        look_aheads: how many steps.
        player: i.

    Returns:
        Its objective is V^i after the steps; its values have shape (*batch, 1, players).
    """
    start = tracked_start(game, initial, player)
    values = unroll(game, start, rates, look_aheads, still=[player]).values[..., -1:, :]
    return _differentiated(values[..., 0, player], values, [start[player]])


def tracked_start(game: DifferentiableGame, initial: Parameters, player: int) -> list[Tensor]:
    """phi_0 with all axes of the batch, in which only the player's parameters need gradients.

    Raises:
        InputError: if there is no such player, or a shape does not fit.
    """
    if not 0 <= player < game.num_players:
        raise InputError(
            f"there is no player {player} in {game.name}; choose 0 to {game.num_players - 1}"
        )
    start = [tensor.detach() for tensor in game.expanded(initial)]
    start[player] = start[player].clone().requires_grad_()
    return start


def _differentiated(objective: Tensor, values: Tensor, inputs: list[Tensor]) -> MetaGradient:
    """The gradients in the player's start and, where they are learned, in the inner rates."""
    gradient, *of_rates = gradients(objective, inputs)
    return MetaGradient(
        gradient, of_rates[0] if of_rates else None, objective.detach(), values.detach()
    )


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
    parts = []
    for moving in (True, False):
        later = [
            torch.stack([p if (k == player) == moving else p.detach() for p in policies])
            for k, policies in enumerate(zip(*chain.parameters[1:], strict=True))
        ]
        objective = game.values(later)[..., player]
        parts.append(gradients(objective, [start])[0])
    return parts[0], parts[1]
