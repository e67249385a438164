"""Whether the plans of an equilibrium of a tree of constant sum are the only optimal ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of, plan_of
from gtlearn.solvers._trees.optimal_face import OptimalFace
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.verify.report import Unproven
from gtlearn.solvers.verify.unique_plans import is_only_plan

_DRAWS = 6  # pairs of vertices that are looked at


def uniqueness_of_plans(
    form: SequenceForm, tables: tuple[Table, Table], payoffs: tuple[Fraction, ...]
) -> dict[str, Any] | None:
    """The evidence "unique_plans" and "plan_witnesses", None where it is not decided.

    The vertices of the optimal plans at which a random objective is least and greatest are two
    different ones where there are several plans. Where they are one, the mean of such vertices of
    the other player is to show it (Goldman & Tucker 1956).

    Args:
        form: the game, of constant sum, whose entries are small.
        tables: the strategies of an equilibrium.
        payoffs: what they pay.

    Raises:
        LimitReached: at a limit.
    """
    first, second = (plan_of(own, t) for own, t in zip(form.sequences, tables, strict=True))
    plans = first, second
    faces = tuple(OptimalFace(form, player, plans) for player in (0, 1))
    words, witnesses = [], []
    for player, face in enumerate(faces):
        shown = _shown(form, player, tables, plans, payoffs, face, faces[1 - player])
        if shown is None:
            return None
        only, witness = shown
        sets = form.game.sets[1 - player if only else player]
        words.append(only)
        witnesses.append(
            {
                known.label: dict(zip(known.actions, row, strict=True))
                for known, row in zip(sets, witness, strict=True)
            }
        )
    return {"unique_plans": tuple(words), "plan_witnesses": tuple(witnesses)}


def _shown(
    form: SequenceForm,
    player: int,
    tables: tuple[Table, Table],
    plans: tuple[Plan, Plan],
    payoffs: tuple[Fraction, ...],
    face: OptimalFace,
    opposite: OptimalFace,
) -> tuple[bool, Table] | None:
    """Whether a player's plan is the only optimal one, and the strategy that shows it."""
    other = next((v for v in _pair(face, 0) if not _same(v, plans[player])), None)
    if other is not None:
        pair = (other, plans[1]) if player == 0 else (plans[0], other)
        return False, behaviour_of(form, player, pair)
    known = [plans[1 - player]]
    try:
        for draw in range(_DRAWS):
            mean = _mean(known)
            pair = (plans[0], mean) if player == 0 else (mean, plans[1])
            witness = behaviour_of(form, 1 - player, pair)
            if is_only_plan(form.game, player, tables, witness, payoffs):
                return True, witness
            known += _pair(opposite, draw)
    except Unproven:  # too large
        pass
    return None


def _pair(face: OptimalFace, draw: int) -> Iterator[Plan]:
    """The vertices at which a random objective is least and greatest."""
    costs = np.random.default_rng(draw).normal(size=face.form.sequences[face.player].size)
    for sign in (1.0, -1.0):
        vertex = face.vertex(sign * costs)
        if vertex is not None:
            yield vertex


def _same(one: Plan, other: Plan) -> bool:
    return all(p * other[1] == q * one[1] for p, q in zip(one[0], other[0], strict=True))


def _mean(plans: list[Plan]) -> Plan:
    common = math.lcm(*(low for _, low in plans))
    scaled = [[p * (common // low) for p in plan] for plan, low in plans]
    return [sum(column) for column in zip(*scaled, strict=True)], common * len(plans)
