"""LOLA: each player counts on how its own parameters change the others' next naive step."""

from __future__ import annotations

from typing import Literal, TypeAlias

from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.games.derivatives import gradients, own_gradients, with_gradients
from gtlearn.learning.shaping.games.protocol import Parameters, ValueFunction
from gtlearn.learning.shaping.updates.derivatives import Point, Rates, point
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
    return at.finished(_climbed(at, values, look_ahead, form, steps))


@with_gradients
def update(
    values: ValueFunction,
    parameters: Parameters,
    rates: Rates,
    *,
    look_ahead: Rates | None = None,
    form: Form = "foerster",
    steps: int = 1,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """One step along `direction`.

    Args:
        values: takes one tensor a player, (*batch, *its shape), and gives (*batch, players).
        parameters: one tensor a player, all with the same axes of the batch.
        rates: one learning rate for all players, or one a player.
        look_ahead: as for `direction`; the learning rates by default.
        form: as for `direction`.
        steps: as for `direction`.
        create_graph: whether the result can be differentiated in the parameters.

    Returns:
        New parameters; the given ones are not changed.

    Raises:
        InputError: as `direction`, or if there is not one rate a player.
    """
    at = point(values, parameters, create_graph=create_graph)
    alpha = rates if look_ahead is None else look_ahead
    return at.moved(_climbed(at, values, alpha, form, steps), rates)


def shaping(at: Point, slopes: list[tuple[Tensor, ...]], look_ahead: Rates) -> list[Tensor]:
    """LOLA's shaping term: for each i, the sum over j of alpha_j (grad_i g_j)^T grad_j V^i."""
    own = [slopes[player][player] for player in at.players]
    weights = [at.scaled(look_ahead, row) for row in slopes]
    return at.transported([own for _ in at.players], weights)


def _climbed(
    at: Point, values: ValueFunction, look_ahead: Rates, form: Form, steps: int
) -> list[Tensor]:
    if form not in ("foerster", "letcher", "exact"):
        raise InputError(f"LOLA has no form {form!r}; choose foerster, letcher or exact")
    if steps < 1 or (steps > 1 and form != "exact"):
        raise InputError(
            f"{steps} step(s) of the others in the form {form!r}; give 1, or in the exact form more"
        )
    if form == "exact":
        return [_exact(at, values, look_ahead, player, steps) for player in at.players]
    slopes = at.slopes()
    ahead = [slopes[player][player] for player in at.players]
    if form == "letcher":
        ahead = looked_ahead(at, slopes, look_ahead)
    return [a + b for a, b in zip(ahead, shaping(at, slopes, look_ahead), strict=True)]


def _exact(at: Point, values: ValueFunction, look_ahead: Rates, player: int, steps: int) -> Tensor:
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
        found = values(held)
    return gradients(found[..., player], [at.parameters[player]], create_graph=at.create_graph)[0]
