"""The game that the options of a shaping learner stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import IteratedGame
from gtlearn.learning.shaping.games import DifferentiableGame, tandem, zero_sum_product


@dataclass(frozen=True)
class Stateless:
    """A game of two numbers.

    Attributes:
        make: makes it.
        distance: of both players' numbers, joined, from the nearest equilibrium.
    """

    make: Callable[[], DifferentiableGame]
    distance: Callable[[Tensor], Tensor]


STATELESS = {
    "zero_sum_product": Stateless(zero_sum_product, torch.linalg.norm),  # the origin
    "tandem": Stateless(tandem, lambda numbers: (numbers.sum() - 1).abs() / 2**0.5),  # x + y = 1
}


def make_game(name: str, discount: str) -> IteratedGame:
    """An iterated game without an end.

    Args:
        name: a stage game, or a whole gtlearn_iterated(...).
        discount: of a stage game.

    Raises:
        InputError: if there is no such game, it has a horizon, or one player only.
    """
    loaded = games.load(name)
    if not isinstance(loaded, IteratedGame):
        loaded = games.iterated(name, discount=discount)
    if loaded.num_players < 2 or loaded.horizon is not None:
        raise InputError(
            f"{loaded.name} cannot be used here; give an iterated game of two or more players "
            "with a discount and without a horizon"
        )
    return loaded
