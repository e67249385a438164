"""Iterated elimination of sequences of a tree, re-checked node by node (Shimoji & Watson 1998)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.limits import check
from gtlearn.solvers.verify.claim import COMPLETE
from gtlearn.solvers.verify.elimination import is_dominated
from gtlearn.solvers.verify.form import require_only, text
from gtlearn.solvers.verify.game_block import game_block, game_statements
from gtlearn.solvers.verify.moves_left import MovesLeft, OwnMove, PlansBelow, TreeMoves
from gtlearn.solvers.verify.reading import of_kind, read_number
from gtlearn.solvers.verify.report import Statement, Tested, unknown_statement, unless

SEQUENCE_SCHEMA = "gtlearn/sequence-dominance/1"
_KNOWN = ("game", "status", "complete", "steps", "kept")
_OF_STEP = ("round", "player", "at", "information_set", "action", "dominator", "margin")


@dataclass(frozen=True)
class SequenceElimination:
    """What is said to be removed from a tree and left.

    Attributes:
        game: what is said of the game, by the keys of the JSON's "game".
        steps: what is removed, by the keys of the JSON's "steps".
        kept: the labels of the actions left, by that of their information set, one a player.
        complete: whether nothing more can be removed.
        besides: the keys of the JSON that are none of these.
    """

    game: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    kept: Sequence[Mapping[str, Sequence[str]]]
    complete: bool
    besides: tuple[str, ...] = ()


def sequence_elimination_of(result: Any) -> SequenceElimination:
    """What a SequenceDominance says."""
    steps = [{name: getattr(step, name) for name in _OF_STEP} for step in result.steps]
    return SequenceElimination(game_block(result.game), steps, result.kept, result.complete)


def read_sequence_elimination(data: Mapping[str, Any]) -> SequenceElimination:
    """What the JSON object of schema gtlearn/sequence-dominance/1 says.

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    try:
        of_kind(str, data["status"])
        return SequenceElimination(
            game=of_kind(dict, data["game"]),
            steps=[_step(of_kind(dict, step)) for step in of_kind(list, data["steps"])],
            kept=[
                {label: of_kind(list, actions) for label, actions in of_kind(dict, own).items()}
                for own in of_kind(list, data["kept"])
            ],
            complete=of_kind(bool, data["complete"]),
            besides=tuple(k for k in data if k not in (*_KNOWN, "schema", "seconds", "notes")),
        )
    except KeyError as error:
        raise InputError(f"the elimination's JSON lacks {error.args[0]!r}") from None


def _step(entry: Mapping[str, Any]) -> dict[str, Any]:
    require_only(entry, _OF_STEP, "a step")
    for name in ("round", "player"):
        of_kind(int, entry[name])
    for name in ("at", "information_set", "action"):
        of_kind(str, entry[name])
    dominator = {
        label: {action: Fraction(read_number(p)) for action, p in of_kind(dict, row).items()}
        for label, row in of_kind(dict, entry["dominator"]).items()
    }
    return {**entry, "dominator": dominator, "margin": Fraction(read_number(entry["margin"]))}


def sequence_statements(game: ExtensiveGame, stated: SequenceElimination) -> Iterator[Statement]:
    """The statements of an elimination, and of the tree that it is said to be of."""
    yield from game_statements(game, stated.game)
    for player in range(game.num_players):
        game.sequences(player)  # raises where one forgets
    tree = TreeMoves(game)
    steps = Tested(partial(_all_steps, tree, stated))
    yield Statement("that every removed sequence is dominated as stated", steps)
    if steps.failed:
        return
    left = tree.after(tree.all_moves(), [_moved(tree, step) for step in stated.steps])
    same = [{k: list(v) for k, v in own.items()} for own in stated.kept] == tree.labelled(left)
    test = Tested(unless(same, "the actions said to be left are not those that the steps leave"))
    yield Statement("the actions left", test)
    if stated.complete and not test.failed:
        yield Statement(COMPLETE, partial(_more_dominated, tree, left))
    yield from map(unknown_statement, stated.besides)


def sequence_violations(result: Any) -> list[str]:
    """The statements of a SequenceDominance that are false.

    Raises:
        Unproven: if one is too much to prove.
    """
    failed: list[str] = []
    for statement in sequence_statements(result.game, sequence_elimination_of(result)):
        try:
            failed += statement.test()
        except InputError as error:
            failed.append(str(error))
    return failed


def _moved(tree: TreeMoves, step: Mapping[str, Any]) -> tuple[int, OwnMove]:
    """Whose move a step removes, and which.

    Raises:
        InputError: if there is no such move.
    """
    player = step["player"]
    if not 0 <= player < tree.game.num_players:
        raise InputError(f"there is no player {text(player)}")
    place = tree.place_of(player, step["information_set"])
    actions = tree.game.sets[player][place].actions
    if step["action"] not in actions:
        raise InputError(f"there is no action {step['action']!r} at {step['information_set']!r}")
    return player, (place, actions.index(step["action"]))


def _all_steps(tree: TreeMoves, stated: SequenceElimination) -> list[str]:
    left, failed = tree.all_moves(), []
    rounds = itertools.groupby(stated.steps, key=lambda step: step["round"])
    for count, (number, listed) in enumerate(rounds, start=1):
        steps = list(listed)
        if number != count:
            failed.append(f"round {count} is called round {text(number)}")
        moves = [_moved(tree, step) for step in steps]
        if len(set(moves)) < len(moves):
            failed.append(f"round {count} removes a sequence twice")
        for (player, move), step in zip(moves, steps, strict=True):
            failed += _step_failures(tree, left, player, move, step)
        left = tree.after(left, moves)
    return failed


def _step_failures(
    tree: TreeMoves, left: MovesLeft, player: int, move: OwnMove, step: Mapping[str, Any]
) -> list[str]:
    name = f"round {step['round']}, {step['action']!r} at {step['information_set']!r}"
    place = tree.place_of(player, step["at"])
    before = tree.before[player][place]
    if move not in left[player] or (before is not None and before not in left[player]):
        return [f"{name}: it was removed earlier"]
    at = PlansBelow(tree, left, player, place)
    if move[0] not in at.places:
        return [f"{name}: {step['at']!r} does not lead there"]
    dominator = at.weights(step["dominator"])
    if dominator is None:
        return [f"{name}: the dominator is no strategy of what was left"]
    payoffs = at.payoffs()
    if payoffs.shape[1] == 0:
        return [f"{name}: what the others have left does not lead to {step['at']!r}"]
    most = payoffs[at.playing(move)].max(axis=0).tolist()
    earned = at.earned_by(dominator)
    least = min(e - Fraction(m, at.denominator) for e, m in zip(earned, most, strict=True))
    if least <= 0:
        return [f"{name}: the dominator does not dominate it"]
    if least != step["margin"]:
        return [f"{name}: the margin is {text(least)}, not {text(step['margin'])}"]
    return []


def _more_dominated(tree: TreeMoves, left: MovesLeft) -> list[str]:
    """Which more sequences are dominated.

    Raises:
        Unproven: if there are too many plans.
    """
    failed = []
    for player, before in enumerate(tree.before):
        for place, own in enumerate(before):
            if own is not None and own not in left[player]:
                continue
            at = PlansBelow(tree, left, player, place)
            payoffs = at.payoffs()
            if payoffs.shape[1] == 0:
                continue
            for move in sorted(m for m in left[player] if m[0] in at.places):
                check()
                rows = np.vstack([payoffs, payoffs[at.playing(move)].max(axis=0)])
                if (rows.max(axis=0) == rows[-1]).any():
                    continue  # a best response to something
                if is_dominated(rows, len(payoffs)):
                    known = tree.game.sets[player][move[0]]
                    failed.append(
                        f"{known.actions[move[1]]!r} at {known.label!r} is dominated, too"
                    )
    return failed
