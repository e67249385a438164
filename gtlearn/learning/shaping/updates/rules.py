"""Rules of the first and the mixed second derivatives of all players' values.

Each is the direction at `ValuesAt`, one tensor a player, made a `Rule`. There g_i = grad_i V^i, and
alpha is the rate of a step that is foreseen, `look_ahead`: one for all or one a player.

>>> naive.update(lambda p: torch.stack([p[0] * p[1], -p[0] * p[1]], -1), torch.ones(2, 1), 0.5)
(tensor([1.5000]), tensor([0.5000]))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.protocol import gradients, own_gradients
from gtlearn.learning.shaping.updates.rule import Rates, Rule, ValuesAt

_Form: TypeAlias = Literal["foerster", "letcher", "exact"]


def naive_direction(at: ValuesAt) -> tuple[Tensor, ...]:
    """The simultaneous gradient g: each player follows its own value's, as if alone.

    The inner loop of Meta-PG and Meta-MAPG (Kim et al. 2021, equation 4) takes steps along it.
    """
    return own_gradients(at.values, at.parameters, create_graph=at.create_graph)


def lookahead_direction(
    at: ValuesAt, look_ahead: Rates, slopes: Sequence[tuple[Tensor, ...]] | None = None
) -> list[Tensor]:
    """The gradient after the others' next naive step, to first order: g + G_o (alpha g).

    G_o are the mixed second derivatives, entry (i, j) grad_j g_i for i != j and zero for i = j. The
    others' steps are constants, so that nothing is shaped (Zhang & Lesser 2010, Multi-Agent
    Learning with Policy Prediction; Letcher et al. 2019, Stable Opponent Shaping, section 2.3,
    where losses are minimised: (I - alpha H_o) xi).

    Args:
        at: where.
        look_ahead: alpha.
        slopes: all first derivatives, where they are known.
    """
    slopes = slopes or at.slopes()
    own = [slopes[player][player] for player in at.players]
    steps = at.scaled(look_ahead, own)
    answers = at.transported(slopes, [steps for _ in at.players])
    return [g + answer for g, answer in zip(own, answers, strict=True)]


def lola_direction(
    at: ValuesAt, look_ahead: Rates, form: _Form = "foerster", steps: int = 1
) -> list[Tensor]:
    """The gradient of each player's value after the others' naive step, which it shapes.

    With alpha the others' rate, player i climbs

    - "foerster": grad_i V^i + sum over j of alpha_j (grad_i g_j)^T grad_j V^i, as published
      (Foerster et al. 2018, Learning with Opponent-Learning Awareness, section 4.2);
    - "letcher": the same, plus LookAhead's alpha_j grad_i (grad_j V^i) g_j: all of the first-order
      expansion (Letcher et al. 2019, Stable Opponent Shaping, section 2.4);
    - "exact": grad_i of V^i(theta_i, theta_j + alpha_j g_j(theta)) itself, after as many steps of
      the others as wanted. In expectation, LOLA-DiCE (Foerster et al. 2018, DiCE: The Infinitely
      Differentiable Monte Carlo Estimator, section 5.2) with that many look-aheads.

    Args:
        at: where.
        look_ahead: alpha.
        form: which of the three.
        steps: how many naive steps the others take; more than one in the exact form only.

    Raises:
        InputError: if there is no such form or number of steps.
    """
    if form not in ("foerster", "letcher", "exact"):
        raise InputError(f"LOLA has no form {form!r}; choose foerster, letcher or exact")
    if steps < 1 or (steps > 1 and form != "exact"):
        raise InputError(
            f"{steps} step(s) of the others in the form {form!r}; give 1, or in the exact form more"
        )
    if form == "exact":
        return [_after_steps(at, look_ahead, player, steps) for player in at.players]
    slopes = at.slopes()
    ahead = [slopes[player][player] for player in at.players]
    if form == "letcher":
        ahead = lookahead_direction(at, look_ahead, slopes)
    return [a + b for a, b in zip(ahead, _shaping(at, slopes, look_ahead), strict=True)]


def sos_direction(at: ValuesAt, look_ahead: Rates, a: float = 0.5, b: float = 0.1) -> list[Tensor]:
    """LookAhead's direction and a share p of LOLA's shaping term: d_p = d_0 + p chi.

    Letcher et al. (2019), Stable Opponent Shaping in Differentiable Games, algorithm 1, for values
    that are maximised: d_0 = g + G_o (alpha g) is LookAhead's direction, chi LOLA's shaping term
    with its rate in it, p = min(p_1, p_2), over the parameters of all players together

        p_1 = 1 if <chi, d_0> >= 0, else min(1, -a |d_0|^2 / <chi, d_0>)
        p_2 = |g|^2 if |g| < b, else 1

    p_1 keeps the angle to d_0 acute, so that strict saddles are avoided; p_2 makes the rule
    LookAhead near fixed points, which are then those of the game.

    Args:
        at: where.
        look_ahead: alpha.
        a: how far from a right angle, in (0, 1).
        b: where a fixed point is near, in (0, 1).
    """
    slopes = at.slopes()
    own = [slopes[player][player] for player in at.players]
    ahead = lookahead_direction(at, look_ahead, slopes)
    chi = _shaping(at, slopes, look_ahead)
    along, size = at.inner(chi, ahead), at.inner(ahead, ahead)
    against = along < 0
    bounded = -a * size / torch.where(against, along, -torch.ones_like(along))
    angle = torch.where(against, bounded.clamp(max=1.0), 1.0)
    square = at.inner(own, own)
    p = torch.minimum(angle, torch.where(square < b**2, square, 1.0))
    return [
        d + at.beside(p, player) * c for player, (d, c) in enumerate(zip(ahead, chi, strict=True))
    ]


def consensus_direction(at: ValuesAt, strength: float = 1.0) -> list[Tensor]:
    """g - strength * grad |g|^2 / 2: naive learning that also makes all gradients small.

    Mescheder, Nowozin & Geiger (2017), The Numerics of GANs, section 4. Where it comes to rest, g
    is zero or the regulariser holds it, so that minima can attract as well as maxima.

    Args:
        at: where.
        strength: gamma, the regulariser's weight.
    """
    own = own_gradients(at.values, at.parameters, create_graph=True)
    length = at.inner(own, own) / 2
    pulls = gradients(length, at.parameters, create_graph=at.create_graph)
    return [g - strength * pull for g, pull in zip(own, pulls, strict=True)]


def cgd_direction(at: ValuesAt, rates: Rates) -> list[Tensor]:
    """The steps x of all players that are best against each other: (I - eta G_o) x = eta g.

    Player i maximises x_i . g_i + sum over j of x_i . (grad_j g_i) x_j - |x_i|^2 / (2 eta_i), with
    g_i = grad_i V^i and G_o the mixed second derivatives between different players. For two
    players that is x = eta (I - eta^2 D_xy V^1 D_yx V^2)^-1 (grad_x V^1 + eta D_xy V^1 grad_y V^2)
    (Schaefer & Anandkumar 2019, Competitive Gradient Descent, theorem 2.2, where losses are
    minimised); for more, Ma et al. (2021), Polymatrix Competitive Gradient Descent. To first order
    in eta it is LookAhead. The system is solved densely.

    Args:
        at: where.
        rates: eta, one for all players or one a player.
    """
    own = own_gradients(at.values, at.parameters, create_graph=True)
    batch = at.values.shape[:-1]
    sizes = [g[(0,) * at.batch].numel() for g in own]
    eta = torch.cat(
        [
            (torch.ones_like(g) * rate).reshape(*batch, size)
            for g, rate, size in zip(own, at.rates(rates), sizes, strict=True)
        ],
        dim=-1,
    )
    flat = torch.cat([g.reshape(*batch, n) for g, n in zip(own, sizes, strict=True)], dim=-1)
    one = torch.eye(sum(sizes), dtype=flat.dtype, device=flat.device)
    solved = torch.linalg.solve(one - eta[..., None] * _mixed(at, own, sizes), eta * flat)
    parts = solved.split(sizes, dim=-1)
    return [part.reshape(g.shape) for part, g in zip(parts, own, strict=True)]


def _shaping(at: ValuesAt, slopes: Sequence[tuple[Tensor, ...]], look_ahead: Rates) -> list[Tensor]:
    """LOLA's shaping term: for each i, the sum over j of alpha_j (grad_i g_j)^T grad_j V^i."""
    own = [slopes[player][player] for player in at.players]
    weights = [at.scaled(look_ahead, row) for row in slopes]
    return at.transported([own for _ in at.players], weights)


def _after_steps(at: ValuesAt, look_ahead: Rates, player: int, steps: int) -> Tensor:
    """The gradient of a player's value after some naive steps of the others, itself at rest."""
    rates = at.rates(look_ahead)
    held = list(at.parameters)
    reached = at.values
    for _ in range(steps):
        slopes = own_gradients(reached, held, create_graph=True)
        held = [
            own if other == player else own + rates[other] * slopes[other]
            for other, own in enumerate(held)
        ]
        reached = at.function(held)
    return gradients(reached[..., player], [at.parameters[player]], create_graph=at.create_graph)[0]


def _mixed(at: ValuesAt, own: tuple[Tensor, ...], sizes: list[int]) -> Tensor:
    """G_o: row k is the gradient of entry k of all players' g in the parameters of the others."""
    batch = at.values.shape[:-1]
    rows = []
    for player, (slope, size) in enumerate(zip(own, sizes, strict=True)):
        for entry in slope.reshape(*batch, size).unbind(-1):
            row = list(gradients(entry, at.parameters, create_graph=at.create_graph))
            row[player] = torch.zeros_like(row[player])
            flat = [part.reshape(*batch, n) for part, n in zip(row, sizes, strict=True)]
            rows.append(torch.cat(flat, dim=-1))
    return torch.stack(rows, dim=-2)


naive = Rule(naive_direction, foresees=False)
lookahead = Rule(lookahead_direction)
lola = Rule(lola_direction)
sos = Rule(sos_direction)
consensus = Rule(consensus_direction, foresees=False)
cgd = Rule(cgd_direction, foresees=False, has_rates=True)
