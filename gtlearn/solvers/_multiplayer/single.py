"""One certified equilibrium of n players, by the cheapest method that finds one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._linear.threads import one_blas_thread
from gtlearn.solvers._multiplayer.classes import SupportProfile
from gtlearn.solvers._multiplayer.enumeration import BRANCH_AND_BOUND, Enumeration
from gtlearn.solvers._multiplayer.path import logit_path
from gtlearn.solvers._multiplayer.roots import certified_root, largest_gain, root_near
from gtlearn.solvers._nash.pure import first_certified_pure_equilibrium
from gtlearn.solvers.outcomes import RATIONAL, NashEquilibrium
from gtlearn.solvers.solution import Solution

_Floats = NDArray[np.float64]
_Attempt = Callable[[NormalFormGame], NashEquilibrium | None]

_PURE, _PATH, _SMALL = "pure best responses", "logit path", "small supports"
_FEW = 20_000  # supports that are looked at before a path is followed
_EVERY = 3  # steps of the path after which supports are tried
_PLAYED = (1e-2, 1e-3, 1e-4)  # probabilities from which an action counts as played


def one_equilibrium(
    game: NormalFormGame, *, method: str | None = None, progress: Progress | None = None
) -> Solution:
    """One equilibrium of a game in which more than two players choose.

    In this order: pure best responses, the smallest supports (Porter, Nudelman & Shoham 2008), the
    path of logit equilibria with attempts at the supports that it comes near, and all supports.

    Args:
        game: the game.
        method: "pure", "small-supports", "logit" or "supports" to run only that.
        progress: told what is being done.

    Raises:
        InputError: if the method is unknown, or payoffs are too long.
    """
    start, status, name = time.monotonic(), OK, ""
    notes = [game.number_note] if game.number_note else []
    equilibrium: NashEquilibrium | None = None
    with heard_by(progress), one_blas_thread():
        try:
            for name, attempt in _chosen(method):
                tell(None, name)
                equilibrium = attempt(game)
                if equilibrium is not None:
                    break
            else:
                notes.append(f"{name} found no equilibrium")
        except LimitReached as reached:
            status = reached.status
            notes.append(f"{reached}: no equilibrium was found by then; {reached.more}")
    return Solution(
        game=game,
        concept="nash",
        method=name,
        solutions=() if equilibrium is None else (equilibrium,),
        status=status,
        arithmetic=equilibrium.certificate.arithmetic if equilibrium else RATIONAL,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _chosen(method: str | None) -> list[tuple[str, _Attempt]]:
    named: dict[str, tuple[str, _Attempt]] = {
        "pure": (_PURE, first_certified_pure_equilibrium),
        "small-supports": (_SMALL, lambda game: Enumeration(game).first(_FEW)),
        "logit": (_PATH, along_path),
        "supports": (BRANCH_AND_BOUND, lambda game: Enumeration(game).first()),
    }
    if method is None:
        return list(named.values())
    if method not in named:
        raise InputError(
            f"{method!r} is no method where more than two players choose; use {', '.join(named)}"
        )
    return [named[method]]


def along_path(game: NormalFormGame) -> NashEquilibrium | None:
    """An equilibrium on supports that the path of logit equilibria comes near.

    Raises:
        LimitReached: at a limit.
    """
    floats = [tensor.floats() for tensor in game.payoffs]
    payoffs = [(p - p.min()) / (float(np.ptp(p)) or 1.0) for p in floats]
    tried: set[SupportProfile] = set()
    for step, profile in enumerate(logit_path(payoffs)):
        if step % _EVERY == 0:
            equilibrium = _jump(game, payoffs, profile, tried)
            if equilibrium is not None:
                return equilibrium
    return None


def _jump(
    game: NormalFormGame,
    payoffs: Sequence[_Floats],
    profile: Sequence[_Floats],
    tried: set[SupportProfile],
) -> NashEquilibrium | None:
    """The equilibrium on the actions that a profile plays most, if there is one near it."""
    for least in _PLAYED:
        supports = tuple(tuple(np.flatnonzero(x > least).tolist()) for x in profile)
        if supports in tried or any(not own for own in supports):
            continue
        tried.add(supports)
        limits.check()
        start = [
            x[list(own)] / x[list(own)].sum() for x, own in zip(profile, supports, strict=True)
        ]
        near = root_near([p[np.ix_(*supports)] for p in payoffs], start)
        if near is None or min(x.min() for x in near) <= 0:
            continue
        if largest_gain(payoffs, supports, near) <= 0:
            equilibrium = certified_root(game, supports, near)
            if equilibrium is not None:
                return equilibrium
    return None
