"""What exact and sampled ascents share: Adam on a start, and on the inner rates of its learner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.learning.optimisers import load_optimiser_state, optimiser_state
from gtlearn.learning.shaping.methods import Method


class Ascent:
    """A start that climbs.

    Attributes:
        start: the learner's phi_0 now.
        rates: the inner rates now, shape (..., L, players).
    """

    def __init__(
        self,
        start: Tensor,
        rates: Tensor,
        method: Method,
        outer_rate: float,
        player: int,
        generator: torch.Generator | None,
    ) -> None:
        """An ascent that has not begun; the arguments are those of `MetaAscent`."""
        self.start, self.rates = start.detach().clone(), rates.detach().clone()
        self._learns_rates, self._player = method.learn_rates, player
        self._generator = generator
        groups: list[dict[str, Any]] = [{"params": [self.start]}]
        if method.learn_rates:
            own = method.rates_rate
            groups.append({"params": [self.rates], **({} if own is None else {"lr": own})})
        self._optimiser = torch.optim.Adam(groups, lr=outer_rate, maximize=True)

    def climb(self, gradient: Tensor, of_rates: Tensor | None) -> None:
        """One step of Adam.

        Args:
            gradient: in the start.
            of_rates: in the learner's own inner rates, shape (..., L); None where they stay.
        """
        self.start.grad = gradient
        if self._learns_rates and of_rates is not None:
            own = torch.zeros_like(self.rates)
            own[..., self._player] = of_rates
            self.rates.grad = own
        self._optimiser.step()

    def state_dict(self) -> dict[str, Any]:
        """All that changes: parameters, rates, the optimiser, the generator."""
        return {
            "start": self.start.clone(),
            "rates": self.rates.clone(),
            "optimiser": optimiser_state(self._optimiser),
            "generator": None if self._generator is None else self._generator.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, to the same bits."""
        self.start.copy_(state["start"])
        self.rates.copy_(state["rates"])
        load_optimiser_state(self._optimiser, state["optimiser"])
        if self._generator is not None:
            self._generator.set_state(state["generator"])


def check_personas(personas: Sequence[Tensor], peers: int) -> None:
    """Refuses populations of which there is not one for each peer.

    Raises:
        InputError: if so.
    """
    if len(personas) != peers or not all(len(given) for given in personas):
        raise InputError(
            f"personas of {len(personas)} player(s) are given; give at least one persona of each "
            f"of the {peers} peers"
        )
