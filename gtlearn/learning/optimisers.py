"""The states of torch's optimisers as tensors, for every checkpoint format."""

from __future__ import annotations

import torch
from torch import Tensor

OptimiserState = list[dict[str, Tensor]]


def optimiser_state(optimiser: torch.optim.Optimizer) -> OptimiserState:
    """The state of each parameter, in their order, copied; the settings are left out."""
    return [
        {name: value.clone() for name, value in optimiser.state.get(parameter, {}).items()}
        for group in optimiser.param_groups
        for parameter in group["params"]
    ]


def load_optimiser_state(optimiser: torch.optim.Optimizer, state: OptimiserState) -> None:
    """Takes up what `optimiser_state` returned, in an optimiser of the same parameters.

    What has a parameter's shape goes to its device; a checkpoint holds all on the CPU.
    """
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    optimiser.state.clear()
    for parameter, held in zip(parameters, state, strict=True):
        if held:
            optimiser.state[parameter] = {
                name: value.clone().to(parameter.device)
                if value.shape == parameter.shape
                else value.clone()
                for name, value in held.items()
            }
