"""POLA: LOLA with a proximal step in the space of policies, whatever parameters stand for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction, gradients
from gtlearn.learning.shaping.updates.rule import Rates, point

Divergence: TypeAlias = Callable[[Tensor, Tensor], Tensor]  # of new and old, (*batch, ...)
Foreseen: TypeAlias = Literal["gradient", "natural"]

_SLACK = 1e-14  # relative: differences of the objective that are rounding
_CLOSE = 1e-26  # what a step may still gain where the ascent ends
_NULL = 1e-12  # relative: eigenvalues of redundant parameters


def kl(new: Tensor, old: Tensor) -> Tensor:
    """KL(old || new) in each state, shape (*batch, states).

    Args:
        new: logits, shape (*batch, states, actions).
        old: of the same shape.
    """
    before, after = torch.log_softmax(old, -1), torch.log_softmax(new, -1)
    return (before.exp() * (before - after)).sum(-1)


@torch.enable_grad()
def update(
    values: ValueFunction,
    parameters: Parameters,
    rates: Rates,
    *,
    look_ahead: Rates | None = None,
    foreseen: Foreseen = "natural",
    divergence: Divergence = kl,
    iterations: int = 30,
    longest: float = math.inf,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """Each player's proximal step, counting on how it changes the others' next step.

    Outer POLA of Zhao, Lu, Grosse & Foerster (2022), Proximal Learning With Opponent-Learning
    Awareness; there losses are minimised, and beta_out is 1 / eta. Player i moves to

        argmax over theta_i' of V^i(theta_i', theta_j + alpha_j s_j) - D(theta_i', theta_i) / eta_i

    where the step s_j of another player j depends on theta_i': the gradient of V^j at
    (theta_i', theta_j), as published and as in LOLA; or the natural gradient, which is j's own
    proximal step to first order. D compares policies. So where the maximum is unique, i's next
    policy does not depend on how its policy is parametrised; with natural gradients, nor on how
    the others' are, if parametrisations differ by a linear map. Without the others' steps it is a
    proximal policy gradient.

    The maximum is sought by ascent from theta_i along the objective's natural gradient; what the
    last step found is taken, whether or not more would be better. Where leaps make actions all but
    sure, the metric is singular in floats, and parametrisations that mix states may end at
    different maxima; short steps prevent that.

    Args:
        values: as of `rule.point`.
        parameters: as of `rule.point`.
        rates: eta, one for all players or one a player.
        look_ahead: alpha, one for all or one a player; eta by default.
        foreseen: the others' step.
        divergence: D of one player's new and old parameters, (*batch, *its shape): least, and 0,
            where they are the same policy. Axes beyond the batch are averaged.
        iterations: steps of the ascent at most.
        longest: step of the ascent, in the metric of D (a D of longest^2 / 2). The objective may
            have several maxima; long leaps and short steps then end at different ones.
        create_graph: whether the result can be differentiated in the parameters, once.

    Returns:
        New parameters; the given ones are not changed.

    Raises:
        InputError: as `rule.point`, if there is not one rate a player, or no such step to foresee.
    """
    if foreseen not in ("gradient", "natural"):
        raise InputError(f"POLA foresees no {foreseen!r} step; choose gradient or natural")
    at = point(values, parameters, create_graph=create_graph)
    eta, alpha = at.rates(rates), at.rates(rates if look_ahead is None else look_ahead)
    still = [p.detach() for p in at.parameters]
    moved = []
    for player, own in enumerate(at.parameters):
        proximal = _Proximal(values, player, at.batch, eta[player], alpha, divergence, foreseen)
        move = _ascended(proximal, still, iterations, longest)
        if create_graph:
            move = _attached(proximal, at.parameters, move)
        moved.append(own + move)
    return at.finished(moved)


@dataclass(frozen=True, eq=False)
class _Proximal:
    """What one player maximises; the arguments are those of `update`."""

    values: ValueFunction
    player: int
    batch: int
    eta: float | Tensor
    alpha: Sequence[float | Tensor]
    divergence: Divergence
    foreseen: Foreseen

    def objective(self, held: Parameters, move: Tensor) -> Tensor:
        """eta V - D after a move of the player's parameters, shape (*batch)."""
        chosen = [p if p.requires_grad else p.detach().requires_grad_() for p in held]
        chosen[self.player] = held[self.player] + move
        values, ahead = self.values(chosen), list(chosen)
        for other, own in enumerate(chosen):
            if other != self.player:
                (step,) = gradients(values[..., other], [own], create_graph=True)
                if self.foreseen == "natural":
                    step = _solved(self.metric(held[other]), step)
                ahead[other] = own + self.alpha[other] * step
        value = self.values(ahead)[..., self.player]
        eta = self.eta
        if isinstance(eta, Tensor) and eta.ndim:
            eta = eta.reshape(value.shape)
        return eta * value - self.apart(chosen[self.player], held[self.player])

    def slope(self, held: Parameters, move: Tensor) -> tuple[Tensor, Tensor]:
        """The objective after a move, and its gradient in the move."""
        move = move.detach().requires_grad_()
        value = self.objective(held, move)
        return value.detach(), gradients(value, [move])[0]

    def apart(self, new: Tensor, old: Tensor) -> Tensor:
        """D, of shape (*batch)."""
        distance = self.divergence(new, old)
        return distance.reshape(*distance.shape[: self.batch], -1).mean(-1)

    def metric(self, own: Tensor) -> Tensor:
        """The second derivatives of D where old and new are equal, (*batch, size, size).

        For `kl` that is the mean over states of the Fisher information.
        """
        new = own.clone() if own.requires_grad else own.clone().requires_grad_()
        (slope,) = gradients(self.apart(new, own), [new], create_graph=True)
        return _rows(slope, new, self.batch, create_graph=own.requires_grad)


def _ascended(proximal: _Proximal, held: Parameters, iterations: int, longest: float) -> Tensor:
    """The move that maximises the objective, near none.

    Natural gradient steps, which are Newton's where D is steeper than the value; one that does not
    raise the objective is taken back, and the next is shorter. Each item of the batch has its own.
    """
    own, batch = held[proximal.player], proximal.batch
    move = torch.zeros_like(own)
    best, slope = proximal.slope(held, move)
    step = _solved(proximal.metric(own), slope)
    pace = torch.ones_like(best)
    for _ in range(iterations):
        gain = _inner(slope, step, batch)
        if not bool((gain > _CLOSE).any()):
            break
        length = torch.minimum(pace, longest / gain.clamp(min=_CLOSE).sqrt())
        trial = move + _beside(length, own) * step
        value, tilt = proximal.slope(held, trial)
        direction = _solved(proximal.metric(own + trial), tilt)
        better = value >= best - _SLACK * (1 + best.abs())
        better = better & torch.isfinite(_inner(tilt, direction, batch))
        move, step, slope = (
            torch.where(_beside(better, own), a, b)
            for a, b in ((trial, move), (direction, step), (tilt, slope))
        )
        best = torch.where(better, value, best)
        pace = torch.where(better, (2 * pace).clamp(max=1.0), pace / 4)
    return move


def _attached(proximal: _Proximal, held: Parameters, move: Tensor) -> Tensor:
    """The move with its derivatives in all parameters, by the implicit function theorem."""
    at = move.clone().requires_grad_()
    (slope,) = gradients(proximal.objective(held, at), [at], create_graph=True)
    curvature = _rows(slope, at, proximal.batch, create_graph=False)
    return move - _solved(curvature.detach(), slope)


def _rows(slope: Tensor, at: Tensor, batch: int, *, create_graph: bool) -> Tensor:
    """The derivatives of a gradient, shape (*batch, size, size)."""
    shape = (*at.shape[:batch], -1)
    rows = [
        gradients(entry, [at], create_graph=create_graph)[0].reshape(shape)
        for entry in slope.reshape(shape).unbind(-1)
    ]
    return torch.stack(rows, dim=-2)


def _solved(matrix: Tensor, right: Tensor) -> Tensor:
    """The shortest solution, where parameters may be redundant."""
    flat = right.reshape(*matrix.shape[:-1], 1)
    inverse: Tensor = torch.linalg.pinv(matrix, rtol=_NULL, hermitian=True)
    return (inverse @ flat).reshape(right.shape)


def _inner(first: Tensor, second: Tensor, batch: int) -> Tensor:
    return (first * second).reshape(*first.shape[:batch], -1).sum(-1)


def _beside(numbers: Tensor, own: Tensor) -> Tensor:
    return numbers.reshape(*numbers.shape, *[1] * (own.ndim - numbers.ndim))
