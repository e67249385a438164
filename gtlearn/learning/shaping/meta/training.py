"""Ascent on exact gradients: the best start against a population, many seeds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import adam_groups, load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.games.protocol import DifferentiableGame
from gtlearn.learning.shaping.meta.baselines import lola_dice, reinforce
from gtlearn.learning.shaping.meta.chain import InnerRates, step_rates
from gtlearn.learning.shaping.meta.gradient import MetaGradient, meta_mapg, meta_pg
from gtlearn.learning.shaping.methods import METHODS, Method


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


class MetaAscent:
    """Adam on the mean gradient over personas; each seed on its own.

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
        method: Method = "meta-mapg",
        look_aheads: int = 1,
        outer_rate: float = 0.1,
        learn_rates: bool = False,
        rates_rate: float | None = None,
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
            rates: the inner rates, as `unroll` takes them.
            length: L, the number of inner updates.
            method: whose gradient; those of "lola-dice" and "reinforce" know of no chain.
            look_aheads: of LOLA-DiCE, how many steps of the others it foresees.
            outer_rate: Adam's rate for the start.
            learn_rates: whether the player learns its own inner rates too, one an update; those of
                the others are not its to choose.
            rates_rate: Adam's rate for them; None: as for the start.
            batch: how many personas an iteration takes, drawn anew; all of them by default.
            generator: draws them; needed with `batch` only.
            player: i, who is trained.

        Raises:
            InputError: if an option cannot be used.
        """
        if method not in METHODS:
            raise InputError(f"there is no exact method {method!r}; choose {' or '.join(METHODS)}")
        if len(personas) != game.num_players - 1 or not all(len(p) for p in personas):
            raise InputError(
                f"personas of {len(personas)} player(s) are given; give at least one persona of "
                f"each of the {game.num_players - 1} other players of {game.name}"
            )
        if batch is not None and generator is None:
            raise InputError("batches of personas need a torch.Generator; give one")
        if batch is not None and not 0 < batch <= len(personas[0]):
            raise InputError(f"a batch of {batch} personas; there are 1 to {len(personas[0])}")
        self.start = start.detach().clone()
        alpha = step_rates(rates, length, self.start, game.num_players).detach()
        self.rates = alpha.expand(len(start), length, game.num_players).clone()
        self._game, self._personas, self._player = game, tuple(personas), player
        self._length, self._batch, self._generator = length, batch, generator
        self._method, self._look_aheads = method, look_aheads
        self._learn_rates = learn_rates
        held = adam_groups(self.start, self.rates if learn_rates else None, rates_rate)
        self._optimiser = torch.optim.Adam(held, lr=outer_rate, maximize=True)

    def step(self) -> MetaGradient:
        """One iteration; the gradient that it followed, of shape (seeds, personas, ...)."""
        initial = [persona[self._chosen()] for persona in self._personas]
        initial.insert(self._player, self.start[:, None])
        found = self._gradient(initial)
        self.start.grad = found.gradient.mean(1)
        if found.rates is not None:
            own = torch.zeros_like(self.rates)
            own[..., self._player] = found.rates[:, 0, :, self._player] / len(initial[-1])
            self.rates.grad = own
        self._optimiser.step()
        return found

    def state_dict(self) -> dict[str, Any]:
        """All that changes: parameters, rates, the optimiser, the generator."""
        return {
            "start": self.start.clone(),
            "rates": self.rates.clone(),
            "optimiser": optimiser_state(self._optimiser),
            "generator": None if self._generator is None else self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state."""
        self.start.copy_(state["start"])
        self.rates.copy_(state["rates"])
        load_optimiser_state(self._optimiser, state["optimiser"])
        if self._generator is not None:
            self._generator.set_state(state["generator"])

    def _gradient(self, initial: Sequence[Tensor]) -> MetaGradient:
        """The method's, at phi_0 of everyone."""
        game, player = self._game, self._player
        rates = self.rates[:, None]
        if self._method == "reinforce":
            return reinforce(game, initial, player=player)
        if self._method == "lola-dice":
            ahead = rates[..., :1, :].expand(*rates.shape[:-2], self._look_aheads, -1)
            return lola_dice(game, initial, ahead, self._look_aheads, player=player)
        rates.requires_grad_(self._learn_rates)
        method = meta_mapg if self._method == "meta-mapg" else meta_pg
        return method(game, initial, rates, self._length, player=player)

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
