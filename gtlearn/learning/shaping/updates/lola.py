"""LOLA: each player counts on how its own parameters change the others' next naive step."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.derivatives import gradients, own_gradients, with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, Rates, point, stepping
from gtlearn.learning.shaping.updates.lookahead import looked_ahead

Form: TypeAlias = Literal["foerster", "letcher", "exact"]


@with_gradients
def direction(
    values: ValueFunction,
    parameters: Parameters,
    look_ahead: Rates,
    *,
    form: Form = "foerster",
    steps: int = 1,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """The gradient of each player's value after the others' naive step, which it shapes.

    With g_j = grad_j V^j and alpha the others' rate, player i climbs

    - "foerster": grad_i V^i + sum over j of alpha_j (grad_i g_j)^T grad_j V^i, as published
      (Foerster et al. 2018, Learning with Opponent-Learning Awareness, section 4.2);
    - "letcher": the same, plus LookAhead's alpha_j grad_i (grad_j V^i) g_j: all of the first-order
      expansion (Letcher et al. 2019, Stable Opponent Shaping, section 2.4);
    - "exact": grad_i of V^i(theta_i, theta_j + alpha_j g_j(theta)) itself, after as many steps of
      the others as wanted. In expectation, LOLA-DiCE (Foerster et al. 2018, DiCE: The Infinitely
      Differentiable Monte Carlo Estimator, section 5.2) with that many look-aheads.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        look_ahead: alpha, one for all or one a player.
        form: which of the three.
        steps: how many naive steps the others take; more than one in the exact form only.
        create_graph: whether the result can be differentiated again.

    Raises:
        InputError: if values and parameters do not fit together, or cannot be differentiated, or
            there is no such form or number of steps.
    """
    at = point(values, parameters, create_graph=create_graph)
    return at.finished(_climbed(at, look_ahead, form, steps))


def shaping(at: Point, slopes: list[tuple[Tensor, ...]], look_ahead: Rates) -> list[Tensor]:
    """LOLA's shaping term: for each i, the sum over j of alpha_j (grad_i g_j)^T grad_j V^i."""
    own = [slopes[player][player] for player in at.players]
    weights = [at.scaled(look_ahead, row) for row in slopes]
    return at.transported([own for _ in at.players], weights)


def _climbed(at: Point, look_ahead: Rates, form: Form = "foerster", steps: int = 1) -> list[Tensor]:
    if form not in ("foerster", "letcher", "exact"):
        raise InputError(f"LOLA has no form {form!r}; choose foerster, letcher or exact")
    if steps < 1 or (steps > 1 and form != "exact"):
        raise InputError(
            f"{steps} step(s) of the others in the form {form!r}; give 1, or in the exact form more"
        )
    if form == "exact":
        return [_exact(at, look_ahead, player, steps) for player in at.players]
    slopes = at.slopes()
    ahead = [slopes[player][player] for player in at.players]
    if form == "letcher":
        ahead = looked_ahead(at, look_ahead, slopes)
    return [a + b for a, b in zip(ahead, shaping(at, slopes, look_ahead), strict=True)]


def _exact(at: Point, look_ahead: Rates, player: int, steps: int) -> Tensor:
    """The gradient of a player's value after some naive steps of the others, itself at rest."""
    rates = at.rates(look_ahead)
    held = list(at.parameters)
    found = at.values
    for _ in range(steps):
        slopes = own_gradients(found, held, create_graph=True)
        held = [
            own if other == player else own + rates[other] * slopes[other]
            for other, own in enumerate(held)
        ]
        found = at.function(held)
    return gradients(found[..., player], [at.parameters[player]], create_graph=at.create_graph)[0]


update = stepping(_climbed)
