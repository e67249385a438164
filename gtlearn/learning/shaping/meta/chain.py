"""The Markov chain of policies: all players learn by their own exact gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import NAIVE, Climb, DifferentiableGame, Parameters

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
        held = tuple(
            own
            if player in still
            else _constant_if(
                torch.addcmul(own, _beside(rate, shape), followed.get(player, slope)),
                player in constant,
            )
            for player, (own, slope, shape, rate) in enumerate(
                zip(held, slopes, game.shapes, row.unbind(-1), strict=True)
            )
        )
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


def _beside(rate: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A rate of shape (*batch), so that it multiplies parameters of shape (*batch, *shape)."""
    return rate.reshape(*rate.shape, *[1] * len(shape)) if rate.ndim else rate


def _constant_if(tensor: Tensor, constant: bool) -> Tensor:
    return tensor.detach() if constant else tensor


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
