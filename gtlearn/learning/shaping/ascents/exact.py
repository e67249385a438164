"""Ascent on exact gradients: the best start against a population, many seeds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.shaping.ascents.base import Ascent, check_personas
from gtlearn.learning.shaping.games.protocol import DifferentiableGame
from gtlearn.learning.shaping.meta.chain import InnerRates, step_rates
from gtlearn.learning.shaping.meta.gradient import MetaGradient
from gtlearn.learning.shaping.methods import MetaMapg, Method

FIXED_RATES = MetaMapg(learn_rates=False)


@dataclass(frozen=True, eq=False)
class Trained:
    """What an exact training ends with.

    Attributes:
        start: the player's initial parameters phi_0^i, shape (seeds, *its shape).
        rates: the inner rates, shape (seeds, L, players).
        objective: the meta-objective, mean over personas, before each iteration; shape
            (iterations, seeds).
    """

    start: Tensor
    rates: Tensor
    objective: Tensor


class MetaAscent(Ascent):
    """Adam on the mean exact gradient over personas; each seed on its own.

    Attributes:
        start: the player's initial parameters phi_0^i now, shape (seeds, *its shape).
        rates: the inner rates now, shape (seeds, L, players).
    """

    def __init__(
        self,
        game: DifferentiableGame,
        personas: Sequence[Tensor],
        start: Tensor,
        *,
        rates: InnerRates,
        length: int = 5,
        method: Method = FIXED_RATES,
        outer_rate: float = 0.1,
        batch: int | None = None,
        generator: torch.Generator | None = None,
        player: int = 0,
    ) -> None:
        """An ascent that has not begun.

        Args:
            game: what is played.
            personas: the initial parameters of the other players, in their order, each of shape
                (personas, *its shape).
            start: phi_0^i of each seed, shape (seeds, *its shape).
            rates: the inner rates, as `unroll` takes them; of learned ones only the player's own
                change, one an update.
            length: L, the number of inner updates.
            method: whose gradient; Meta-MAPG's by default.
            outer_rate: Adam's rate for the start.
            batch: how many personas an iteration takes, drawn anew; all of them by default.
            generator: draws them; needed with `batch` only.
            player: i, who is trained.

        Raises:
            InputError: if an option cannot be used.
        """
        check_personas(personas, game.num_players - 1)
        if batch is not None and generator is None:
            raise InputError("batches of personas need a torch.Generator; give one")
        if batch is not None and not 0 < batch <= len(personas[0]):
            raise InputError(f"a batch of {batch} personas; there are 1 to {len(personas[0])}")
        alpha = step_rates(rates, length, start, game.num_players)
        alpha = alpha.expand(len(start), length, game.num_players)
        super().__init__(start, alpha, method, outer_rate, player, generator)
        self._game, self._personas, self._method = game, tuple(personas), method
        self._batch = batch

    def step(self) -> MetaGradient:
        """One iteration; the gradient that it followed, of shape (seeds, personas, ...)."""
        initial = [persona[self._chosen()] for persona in self._personas]
        initial.insert(self._player, self.start[:, None])
        rates = self.rates[:, None].requires_grad_(self._learns_rates)
        found = self._method.exact(self._game, initial, rates, self._player)
        of_rates = None
        if found.rates is not None:
            of_rates = found.rates[:, 0, :, self._player] / len(initial[-1])
        self.climb(found.gradient.mean(1), of_rates)
        return found

    def _chosen(self) -> Tensor | slice:
        """Which personas this iteration takes."""
        if self._batch is None:
            return slice(None)
        drawn = torch.randperm(len(self._personas[0]), generator=self._generator)
        return drawn[: self._batch]


def train(
    game: DifferentiableGame,
    personas: Sequence[Tensor],
    start: Tensor,
    *,
    iterations: int,
    rates: InnerRates,
    **options: Any,
) -> Trained:
    """Trains all seeds at once; against a whole population the ceiling of its kind of policy.

    Args:
        game: as for `MetaAscent`, like all but the iterations.
        personas: the other players' initial parameters.
        start: phi_0^i of each seed.
        iterations: how many steps of Adam.
        rates: the inner rates.
        options: of `MetaAscent`.

    Raises:
        InputError: as `MetaAscent`, or if there are no iterations.
    """
    if iterations < 1:
        raise InputError(f"{iterations} iterations; give 1 or more")
    ascent = MetaAscent(game, personas, start, rates=rates, **options)
    curve = [ascent.step().objective.mean(-1) for _ in range(iterations)]
    return Trained(ascent.start, ascent.rates, torch.stack(curve))
