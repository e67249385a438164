"""Kinds of figures: what is read of their runs, and how it is printed and drawn."""

from __future__ import annotations

from collections.abc import Mapping

from gtlearn.errors import InputError
from gtlearn.reproduce.kinds.adaptation import ADAPTATION
from gtlearn.reproduce.kinds.commitments import COMMITMENTS
from gtlearn.reproduce.kinds.convergence import CONVERGENCE
from gtlearn.reproduce.kinds.kind import FigureKind
from gtlearn.reproduce.kinds.paths import PATHS
from gtlearn.reproduce.kinds.populations import POPULATIONS
from gtlearn.reproduce.kinds.trade import TRADE

FIGURE_KINDS: Mapping[str, FigureKind] = {
    kind.name: kind for kind in (COMMITMENTS, ADAPTATION, PATHS, TRADE, POPULATIONS, CONVERGENCE)
}


def find_kind(name: str) -> FigureKind:
    """The kind of that name.

    Raises:
        InputError: if there is none.
    """
    if name not in FIGURE_KINDS:
        raise InputError(f"there is no kind of figures {name!r}; use {' or '.join(FIGURE_KINDS)}")
    return FIGURE_KINDS[name]
