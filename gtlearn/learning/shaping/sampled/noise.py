"""Random draws of many chains; the first axis is that of chains.

With one generator a chain, what a chain draws does not depend on the chains beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import torch
from torch import Tensor

Generators: TypeAlias = torch.Generator | Sequence[torch.Generator]  # one for all, or one a chain


def gumbel(shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
    """Standard Gumbel noise, in the type of `like`; logits plus it are largest at a draw."""
    drawn = torch.empty(shape, dtype=like.dtype, device=like.device)
    for part, own in _parts(drawn, generator):
        part.exponential_(generator=own)
    return drawn.log_().neg_()


def normal(shape: Sequence[int], like: Tensor, generator: Generators) -> Tensor:
    """Standard normal noise, in the type of `like`."""
    drawn = torch.empty(shape, dtype=like.dtype, device=like.device)
    for part, own in _parts(drawn, generator):
        part.normal_(generator=own)
    return drawn


def integers(
    shape: Sequence[int], below: int, device: torch.device, generator: Generators
) -> Tensor:
    """Uniform integers from 0 to `below` - 1."""
    drawn = torch.empty(shape, dtype=torch.long, device=device)
    for part, own in _parts(drawn, generator):
        part.random_(below, generator=own)
    return drawn


def _parts(drawn: Tensor, generator: Generators) -> Iterator[tuple[Tensor, torch.Generator]]:
    """What each generator fills."""
    if isinstance(generator, torch.Generator):
        return iter([(drawn, generator)])
    return zip(drawn, generator, strict=True)
