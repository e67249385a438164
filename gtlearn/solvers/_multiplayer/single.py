"""One certified equilibrium of n players: pure, or on the smallest supports that have one."""

from __future__ import annotations

import time

from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._multiplayer.enumeration import BRANCH_AND_BOUND, Enumeration
from gtlearn.solvers._nash.pure import first_certified_pure_equilibrium
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.solution import Solution

_PURE = "pure best responses"


def one_equilibrium(
    game: NormalFormGame, *, method: str | None = None, progress: Progress | None = None
) -> Solution:
    """One equilibrium of a game in which more than two players choose.

    A pure one if there is any, else on supports in the order of their size (Porter, Nudelman &
    Shoham 2008), each looked at until it is closed.

    Raises:
        InputError: if payoffs are too long.
    """
    start, status, name = time.monotonic(), OK, _PURE
    notes = [game.number_note] if game.number_note else []
    equilibrium: NashEquilibrium | None = None
    with heard_by(progress):
        try:
            tell(None, name)
            if method != "supports":
                equilibrium = first_certified_pure_equilibrium(game)
            if equilibrium is None and method != "pure":
                name = BRANCH_AND_BOUND
                equilibrium = Enumeration(game).first()
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached}: no equilibrium was found by then; {reached.more}")
    if equilibrium is None and status == OK:
        notes.append(f"{name} found no equilibrium")
    return Solution(
        game=game,
        concept="nash",
        method=name,
        solutions=() if equilibrium is None else (equilibrium,),
        status=status,
        arithmetic=equilibrium.certificate.arithmetic if equilibrium else "rational",
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )
