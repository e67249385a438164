"""Iterated elimination re-checked step by step from the payoffs alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame, normal_form
from gtlearn.games.numbers import ExactArray
from gtlearn.limits import check
from gtlearn.solvers.verify.claim import COMPLETE
from gtlearn.solvers.verify.elimination import is_dominated
from gtlearn.solvers.verify.form import require_only, text
from gtlearn.solvers.verify.game_block import game_block, game_statements
from gtlearn.solvers.verify.reading import of_kind, one_of, read_integers, read_number
from gtlearn.solvers.verify.report import Statement, Tested, Unproven, unknown_statement, unless

DOMINANCE_SCHEMA = "gtlearn/dominance/1"
_KINDS = ("strict", "weak")

_Standing = Sequence[Sequence[int]]  # the actions that each player still has
Belief = Mapping[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class _Step:
    """One action that is removed; see the solver's `DominanceStep`."""

    round: int
    player: int
    action: int
    label: str
    dominator: tuple[Fraction, ...]
    margin: Fraction


@dataclass(frozen=True)
class Elimination:
    """What is said to be removed and left.

    Attributes:
        game: what is said of the game, by the keys of the JSON's "game".
        kind: "strict" or "weak".
        steps: what is removed.
        surviving: the actions left, by their indices.
        reduced: what is said of the game that is left.
        payoffs: its payoffs, one exact array a player.
        complete: whether nothing more can be removed.
        beliefs: what proves it, for each (player, action); None where it must be found out.
        besides: the keys of the JSON that are none of these.
    """

    game: Mapping[str, Any]
    kind: str
    steps: tuple[Any, ...]
    surviving: tuple[tuple[int, ...], ...]
    reduced: Mapping[str, Any]
    payoffs: tuple[ExactArray, ...]
    complete: bool
    beliefs: Mapping[tuple[int, int], Belief] | None = None
    besides: tuple[str, ...] = ()


def violations(result: Any) -> list[str]:
    """The statements of a dominance result that are false; an empty list means that it holds.

    Checked are: each step's dominator is a mixture of actions that stood when its round began, and
    does better than the removed action at every joint action of the others that stood then (with
    weak dominance: nowhere worse, somewhere better), by the margin stated; the actions left and
    the reduced game are what the steps leave; and, where the result is called complete, that each
    action left is a best response to the belief given for it, which with weak dominance is
    positive everywhere, so that no mixture dominates it (Pearce 1984).

    >>> from gtlearn import games
    >>> from gtlearn.solvers._dominance.elimination import dominance
    >>> violations(dominance(games.normal_form([[3, 0], [5, 1]], [[3, 5], [0, 1]])))
    []
    """
    failed: list[str] = []
    for statement in _statements(result.game, elimination_of(result)):
        try:
            failed += statement.test()
        except InputError as error:
            failed.append(str(error))
    return failed


def dominance_statements(game: NormalFormGame, stated: Elimination) -> Iterator[Statement]:
    """The statements of an elimination, and of the game that it is said to be of."""
    yield from game_statements(game, stated.game)
    yield from _statements(game, stated)
    yield from map(unknown_statement, stated.besides)


def elimination_of(result: Any) -> Elimination:
    """What a DominanceResult says."""
    return Elimination(
        game=game_block(result.game),
        kind=result.kind,
        steps=result.steps,
        surviving=result.surviving,
        reduced=game_block(result.reduced),
        payoffs=result.reduced.payoffs,
        complete=result.complete,
        beliefs=result.beliefs,
    )


def read_elimination(data: Mapping[str, Any]) -> Elimination:
    """What the JSON object of schema gtlearn/dominance/1 says.

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    known = ("game", "kind", "status", "complete", "steps", "surviving", "reduced")
    try:
        of_kind(str, data["status"])
        reduced = dict(of_kind(dict, data["reduced"]))
        payoffs = normal_form(*of_kind(list, reduced.pop("payoffs"))).payoffs
        return Elimination(
            game=of_kind(dict, data["game"]),
            kind=one_of(_KINDS, data["kind"]),
            steps=tuple(_step(of_kind(dict, step)) for step in of_kind(list, data["steps"])),
            surviving=tuple(read_integers(a) for a in of_kind(list, data["surviving"])),
            reduced=reduced,
            payoffs=payoffs,
            complete=of_kind(bool, data["complete"]),
            besides=tuple(k for k in data if k not in (*known, "schema", "seconds", "notes")),
        )
    except KeyError as error:
        raise InputError(f"the elimination's JSON lacks {error.args[0]!r}") from None
    except (TypeError, RecursionError) as error:
        raise InputError(f"the elimination's JSON is not of the expected form: {error}") from None


def _step(entry: Mapping[str, Any]) -> _Step:
    check()
    require_only(entry, [f.name for f in fields(_Step)], "a step")
    return _Step(
        round=of_kind(int, entry["round"]),
        player=of_kind(int, entry["player"]),
        action=of_kind(int, entry["action"]),
        label=of_kind(str, entry["label"]),
        dominator=tuple(Fraction(read_number(p)) for p in of_kind(list, entry["dominator"])),
        margin=Fraction(read_number(entry["margin"])),
    )


def _statements(game: NormalFormGame, stated: Elimination) -> Iterator[Statement]:
    steps = Tested(partial(_all_steps, game, stated))
    yield Statement(f"that every removed action is {stated.kind}ly dominated as stated", steps)
    if steps.failed:
        return
    standing = _left(game, stated.steps)
    same = tuple(map(tuple, standing)) == stated.surviving
    left = Tested(unless(same, "the actions said to be left are not those that the steps leave"))
    yield Statement("the actions left", left)
    if left.failed:
        return
    yield Statement("the reduced game", partial(_reduced_failures, game, standing, stated))
    if stated.complete:
        yield Statement(COMPLETE, partial(_more_dominated, game, standing, stated))


def _all_steps(game: NormalFormGame, stated: Elimination) -> list[str]:
    if stated.kind not in _KINDS:
        return [f"{stated.kind!r} is no kind of dominance"]
    standing = [list(range(size)) for size in game.shape]
    failed: list[str] = []
    rounds = itertools.groupby(stated.steps, key=lambda step: step.round)
    for count, (number, steps) in enumerate(rounds, start=1):
        if number != count:
            failed.append(f"round {count} is called round {text(number)}")
        before = [list(actions) for actions in standing]
        for step in steps:
            check()
            failed += _step_failures(game, stated.kind, before, step)
            if not 0 <= step.player < game.num_players or step.action not in before[step.player]:
                return failed
            if step.action not in standing[step.player]:
                return [*failed, f"round {count} removes action {step.label!r} twice"]
            standing[step.player].remove(step.action)
            if not standing[step.player]:
                return [*failed, f"round {count} leaves player {step.player} no action"]
    return failed


def _left(game: NormalFormGame, steps: Sequence[Any]) -> list[list[int]]:
    gone = {(step.player, step.action) for step in steps}
    return [
        [action for action in range(size) if (player, action) not in gone]
        for player, size in enumerate(game.shape)
    ]


def _step_failures(game: NormalFormGame, kind: str, standing: _Standing, step: Any) -> list[str]:
    name = f"round {text(step.round)}, player {text(step.player)}, action {step.label!r}"
    if not 0 <= step.player < game.num_players or step.action not in standing[step.player]:
        return [f"{name}: there is no such action any more"]
    if game.actions[step.player][step.action] != step.label:
        return [f"{name}: it is called {game.actions[step.player][step.action]!r}"]
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
    if margin == step.margin:
        return []
    return [f"{name}: the margin is {text(margin)}, not {text(step.margin)}"]


def _reduced_failures(game: NormalFormGame, standing: _Standing, stated: Elimination) -> list[str]:
    """What of the game that is left, as it is stated, is not what the steps leave."""
    true = NormalFormGame(
        name=game.name,
        players=game.players,
        actions=tuple(
            tuple(names[a] for a in kept)
            for names, kept in zip(game.actions, standing, strict=True)
        ),
        payoffs=tuple(
            ExactArray(tensor.numerators[np.ix_(*standing)], tensor.denominator)
            for tensor in game.payoffs
        ),
    )
    failed: list[str] = []
    for statement in game_statements(true, stated.reduced):
        try:
            failed += [f"reduced: {sentence}" for sentence in statement.test()]
        except Unproven:
            failed.append(f"the reduced game has an unknown part {statement.says}")
    if len(stated.payoffs) != len(true.payoffs) or any(
        ours != theirs for ours, theirs in zip(true.payoffs, stated.payoffs, strict=True)
    ):
        failed.append("the reduced game has other payoffs than the game")
    return failed


def _more_dominated(game: NormalFormGame, standing: _Standing, stated: Elimination) -> list[str]:
    """What shows that more actions are dominated, or is not shown of those that are left.

    Raises:
        Unproven: if there are no beliefs, and too many actions to do without.
    """
    failed: list[str] = []
    for player, actions in enumerate(standing):
        if stated.beliefs is not None:
            failed += _belief_failures(game, stated, standing, player)
            continue
        rows, _ = _block(game, standing, player)
        failed += [
            f"player {player}, action {game.actions[player][action]!r}: it is dominated, too"
            for k, action in enumerate(actions)
            if is_dominated(rows, k, strict=stated.kind == "strict")
        ]
    return failed


def _belief_failures(
    game: NormalFormGame, stated: Elimination, standing: _Standing, player: int
) -> list[str]:
    payoffs, _ = _block(game, standing, player)
    others = [kept for k, kept in enumerate(standing) if k != player]
    places = {s: i for i, s in enumerate(itertools.product(*others))}
    failed = []
    for position, action in enumerate(standing[player]):
        belief = (stated.beliefs or {}).get((player, action))
        name = f"player {player}, action {game.actions[player][action]!r}"
        if not belief:
            failed.append(f"{name}: no belief shows that it is not dominated")
            continue
        if any(s not in places for s in belief) or min(belief.values()) < 0:
            failed.append(f"{name}: the belief is no distribution over what the others can play")
            continue
        if sum(belief.values()) != 1:
            failed.append(f"{name}: the belief does not sum to one")
            continue
        if stated.kind == "weak" and not all(belief.get(s) for s in places):
            failed.append(f"{name}: the belief is not positive everywhere")
        common = math.lcm(*(p.denominator for p in belief.values()))
        columns = [places[s] for s in belief]
        weights = [p.numerator * (common // p.denominator) for p in belief.values()]
        expected = payoffs[:, columns].dot(np.array(weights, dtype=object))
        if expected[position] != expected.max():
            failed.append(f"{name}: it is no best response to the belief")
    return failed


def _block(game: NormalFormGame, standing: _Standing, player: int) -> tuple[NDArray[Any], int]:
    """The player's payoffs as integers [own action, others' joint action], and denominator."""
    tensor = game.payoffs[player]
    part = np.moveaxis(tensor.numerators[np.ix_(*standing)], player, 0)
    return part.reshape(len(part), -1).astype(object), tensor.denominator
