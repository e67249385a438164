"""Iterated elimination re-checked step by step from the payoffs alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import ExactArray

if TYPE_CHECKING:
    from gtlearn.solvers.dominance.elimination import DominanceResult, DominanceStep


def violations(result: DominanceResult) -> list[str]:
    """The statements of a dominance result that are false; an empty list means that it holds.

    Checked are: each step's dominator is a mixture of actions that stood when its round began, and
    does better than the removed action at every joint action of the others that stood then (with
    weak dominance: nowhere worse, somewhere better), by the margin stated; the actions left and
    the reduced game are what the steps leave; and, where the result is called complete, that each
    action left is a best response to the belief given for it, which with weak dominance is
    positive everywhere, so that no mixture dominates it (Pearce 1984).

    >>> from gtlearn import games
    >>> from gtlearn.solvers.dominance.elimination import dominance
    >>> violations(dominance(games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]])))
    []
    """
    game = result.game
    if result.kind not in ("strict", "weak"):
        return [f"{result.kind!r} is no kind of dominance"]
    standing = [list(range(size)) for size in game.shape]
    failed: list[str] = []
    for number, steps in itertools.groupby(result.steps, key=lambda step: step.round):
        before = [list(actions) for actions in standing]
        for step in steps:
            failed += _step_failures(game, result.kind, before, step)
            if not 0 <= step.player < game.num_players or step.action not in before[step.player]:
                return failed
            if step.action not in standing[step.player]:
                return [*failed, f"round {number} removes action {step.label!r} twice"]
            standing[step.player].remove(step.action)
    if tuple(map(tuple, standing)) != result.surviving:
        return [*failed, "the actions said to be left are not those that the steps leave"]
    failed += _reduced_failures(game, standing, result.reduced)
    if result.complete:
        for player, actions in enumerate(standing):
            failed += _belief_failures(result, standing, player, actions)
    return failed


def _step_failures(
    game: NormalFormGame, kind: str, standing: Sequence[Sequence[int]], step: DominanceStep
) -> list[str]:
    name = f"round {step.round}, player {step.player}, action {step.label!r}"
    if not 0 <= step.player < game.num_players or step.action not in standing[step.player]:
        return [f"{name}: there is no such action any more"]
    weights = [Fraction(p) for p in step.dominator]
    if len(weights) != game.shape[step.player] or min(weights) < 0 or sum(weights) != 1:
        return [f"{name}: the dominator is no mixed strategy"]
    own = standing[step.player]
    if any(p for a, p in enumerate(weights) if a not in own):
        return [f"{name}: the dominator plays an action that was removed earlier"]
    payoffs, denominator = _block(game, standing, step.player)
    common = math.lcm(*(p.denominator for p in weights))
    mixed = sum(
        payoffs[i] * (weights[a].numerator * (common // weights[a].denominator))
        for i, a in enumerate(own)
        if weights[a]
    )
    gains = mixed - payoffs[own.index(step.action)] * common
    least, total = int(gains.min()), int(gains.sum())
    unit = common * denominator
    if kind == "strict":
        fine, margin = least > 0, Fraction(least, unit)
    else:
        fine, margin = least >= 0 and total > 0, Fraction(total, unit * gains.size)
    if not fine:
        return [f"{name}: the dominator does not dominate it"]
    return [] if margin == step.margin else [f"{name}: the margin is {margin}, not {step.margin}"]


def _reduced_failures(
    game: NormalFormGame, standing: Sequence[Sequence[int]], reduced: NormalFormGame
) -> list[str]:
    labels = tuple(
        tuple(names[a] for a in kept) for names, kept in zip(game.actions, standing, strict=True)
    )
    if reduced.actions != labels or reduced.players != game.players:
        return ["the reduced game has other labels than the actions left"]
    for ours, theirs in zip(game.payoffs, reduced.payoffs, strict=True):
        if ExactArray(ours.numerators[np.ix_(*standing)], ours.denominator) != theirs:
            return ["the reduced game has other payoffs than the game"]
    return []


def _belief_failures(
    result: DominanceResult,
    standing: Sequence[Sequence[int]],
    player: int,
    actions: Sequence[int],
) -> list[str]:
    payoffs, _ = _block(result.game, standing, player)
    others = [kept for k, kept in enumerate(standing) if k != player]
    places = {s: i for i, s in enumerate(itertools.product(*others))}
    failed = []
    for position, action in enumerate(actions):
        belief = result.beliefs.get((player, action))
        name = f"player {player}, action {result.game.actions[player][action]!r}"
        if belief is None:
            failed.append(f"{name}: no belief shows that it is not dominated")
            continue
        if any(s not in places for s in belief) or min(belief.values()) < 0:
            failed.append(f"{name}: the belief is no distribution over what the others can play")
            continue
        if sum(belief.values()) != 1:
            failed.append(f"{name}: the belief does not sum to one")
            continue
        if result.kind == "weak" and not all(belief.get(s) for s in places):
            failed.append(f"{name}: the belief is not positive everywhere")
        common = math.lcm(*(p.denominator for p in belief.values()))
        columns = [places[s] for s in belief]
        weights = [p.numerator * (common // p.denominator) for p in belief.values()]
        expected = payoffs[:, columns].dot(np.array(weights, dtype=object))
        if expected[position] != expected.max():
            failed.append(f"{name}: it is no best response to the belief")
    return failed


def _block(
    game: NormalFormGame, standing: Sequence[Sequence[int]], player: int
) -> tuple[NDArray[Any], int]:
    """The player's payoffs as integers [own action, others' joint action], and denominator."""
    tensor = game.payoffs[player]
    part = np.moveaxis(tensor.numerators[np.ix_(*standing)], player, 0)
    return part.reshape(len(part), -1).astype(object), tensor.denominator
