"""A network: one hidden layer."""

import torch


def make(inputs: int, outputs: int) -> torch.nn.Module:
    """From so many inputs to so many outputs."""
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, 8), torch.nn.Tanh(), torch.nn.Linear(8, outputs)
    )


def wrong(inputs: int, outputs: int) -> torch.nn.Module:
    """Gives one number too many."""
    return torch.nn.Linear(inputs, outputs + 1)
