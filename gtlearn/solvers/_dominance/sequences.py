"""Iterated elimination of dominated sequences of a tree (Shimoji & Watson 1998)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import child, limits
from gtlearn.errors import CertificateError, InputError, quoted
from gtlearn.games import ExtensiveGame
from gtlearn.games.given import of_games
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._dominance.elimination import Examination
from gtlearn.solvers._dominance.sequence_report import (
    LocalStrategy,
    SequenceDominance,
    SequenceStep,
)

_MOST_PROFILES = 200_000  # of plans, at one information set
_SAFE = 2**62
_PROOF_SHARE = 0.3  # of a limit, for checking what was removed

_Plan = frozenset[int]  # the sequences that it plays


@of_games(ExtensiveGame)
def sequence_dominance(
    game: ExtensiveGame,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
) -> SequenceDominance:
    """Removes dominated sequences of a tree, round by round, until none is left.

    A sequence (a move and all own moves before it) is dominated at an information set on its way if
    one strategy from that set on is strictly better than all that play the sequence, whatever the
    others play of what they have left that leads to the set: conditional dominance, where one
    strategy dominates all plans of a sequence. What is removed is played by no extensive-form
    rationalizable strategy (Pearce 1984). All dominated sequences of all players are removed at
    once in each round, and with them those that they lead to, and those after which nothing is
    left.

    Args:
        game: a tree of players with perfect recall.
        time_limit: in seconds; what was removed by then is returned, `complete` false.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: told what is being done.

    Raises:
        InputError: if a player has not perfect recall, there are too many plans at an information
            set, or a limit is no positive number.

    Source: Shimoji & Watson (1998), Conditional dominance, rationalizability, and game forms,
    Journal of Economic Theory 83.

    >>> from gtlearn import games
    >>> tree = games.tree("Entry", ["Entrant", "Incumbent"])
    >>> market = tree.root.decides("Entrant", "market", ["out", "in"])
    >>> market["out"].pays(0, 2)
    >>> reply = market["in"].decides("Incumbent", "entry", ["fight", "accommodate"])
    >>> reply["fight"].pays(-1, -1)
    >>> reply["accommodate"].pays(1, 1)
    >>> [(step.round, step.action) for step in sequence_dominance(tree.game()).steps]
    [(1, 'fight'), (2, 'out')]
    """
    start = time.monotonic()
    with limits.limited(time_limit, memory_limit), heard_by(progress):
        try:
            result = _proven(_Elimination(game).run())
        except LimitReached as limit:  # then nothing is removed, which needs no proof
            result = _Elimination(game).result(limit)
    return replace(result, seconds=time.monotonic() - start)


class _Elimination:
    """The elimination.

    Attributes:
        sequences: each player's.
        kept: those that it still has, by number.
        reach: the probability with which chance leads to each leaf.
    """

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        self.sequences = [game.sequences(player) for player in range(game.num_players)]
        self.kept = [set(range(own.size)) for own in self.sequences]
        self.steps: list[SequenceStep] = []
        self.reach = game.chance_reach

    def run(self) -> SequenceDominance:
        """All rounds."""
        try:
            with limits.keeping(0.0, _PROOF_SHARE):
                while self._has_round():
                    tell(None, f"{len(self.steps)} dominated sequences removed")
        except LimitReached as limit:
            return self.result(limit)
        return self.result()

    def _has_round(self) -> bool:
        """Whether a further round removes something, which it then does."""
        fresh = list(self._round(self.steps[-1].round + 1 if self.steps else 1))
        self.steps += fresh
        self._remove(fresh)
        return bool(fresh)

    def result(self, reached: LimitReached | None = None) -> SequenceDominance:
        """What was removed and is left, where a limit was reached or none."""
        notes = [] if reached is None else [f"{reached}: more sequences may be dominated"]
        left = tuple(
            {
                known.label: tuple(
                    action
                    for k, action in enumerate(known.actions, start=int(own.first[place]))
                    if k in kept
                )
                for place, known in enumerate(self.game.sets[player])
            }
            for player, (own, kept) in enumerate(zip(self.sequences, self.kept, strict=True))
        )
        return SequenceDominance(
            self.game,
            tuple(self.steps),
            left,
            reached is None,
            status=OK if reached is None else reached.status,
            notes=tuple(notes),
        )

    def _round(self, number: int) -> Iterator[SequenceStep]:
        for player, own in enumerate(self.sequences):
            gone: set[int] = set()  # in this round
            for place, before in enumerate(own.before.tolist()):
                if before not in self.kept[player]:
                    continue
                below = self._below(player, place)
                at = _Situation(self, player, place, below)
                if at.payoffs.shape[1] == 0:  # what the others have left does not lead here
                    continue
                for known in below:
                    for sequence in range(int(own.first[known]), int(own.first[known + 1])):
                        if gone & {sequence, int(own.before[known])}:
                            gone.add(sequence)
                        elif sequence in self.kept[player]:
                            step = at.step(number, known, sequence)
                            if step is not None:
                                gone.add(sequence)
                                yield step

    def _below(self, player: int, place: int) -> list[int]:
        """An information set, and those of the same player that it leads to."""
        own = self.sequences[player]
        inside, out = set(range(int(own.first[place]), int(own.first[place + 1]))), [place]
        for later in range(place + 1, own.num_sets):
            if int(own.before[later]) in inside:
                out.append(later)
                inside.update(range(int(own.first[later]), int(own.first[later + 1])))
        return out

    def _remove(self, steps: list[SequenceStep]) -> None:
        for step in steps:
            self.kept[step.player].discard(step.sequence)
        for own, kept in zip(self.sequences, self.kept, strict=True):
            first, before = own.first.tolist(), own.before.tolist()
            for place in range(own.num_sets - 1, -1, -1):  # nothing is left after its last move
                if not kept & set(range(first[place], first[place + 1])):
                    kept.discard(before[place])
            for place in range(own.num_sets):
                if before[place] not in kept:
                    kept.difference_update(range(first[place], first[place + 1]))

    def plans(self, player: int, places: list[int], start: int) -> list[_Plan]:
        """What a player may play at some information sets, from a sequence on, with what it has
        left."""
        own, kept = self.sequences[player], self.kept[player]
        plans = [frozenset([start])]
        for place in places:
            actions = range(int(own.first[place]), int(own.first[place + 1]))
            before = int(own.before[place])
            plans = [
                longer
                for plan in plans
                for longer in (
                    [plan | {k} for k in actions if k in kept] if before in plan else [plan]
                )
            ]
        return plans

    def count(self, player: int, places: list[int], start: int) -> int:
        """How many there are."""
        own, kept = self.sequences[player], self.kept[player]
        counts: dict[int, int] = {}  # of what follows a sequence
        for place in reversed(places):
            actions = range(int(own.first[place]), int(own.first[place + 1]))
            before = int(own.before[place])
            total = sum(counts.get(k, 1) for k in actions if k in kept)
            counts[before] = counts.get(before, 1) * total
        return counts.get(start, 1)


class _Situation:
    """What a player's plans from an information set on earn against all that leads there.

    Attributes:
        plans: the player's.
        payoffs: (plans, what the others may play), integers: chance times payoff over the leaves
            below.
    """

    def __init__(self, all_left: _Elimination, player: int, place: int, below: list[int]) -> None:
        self.left, self.player, self.place, self.below = all_left, player, place, below
        game, own = all_left.game, all_left.sequences[player]
        start = int(own.before[place])
        inside = {k for s in below for k in range(int(own.first[s]), int(own.first[s + 1]))}
        reach = all_left.reach.numerators.tolist()
        paths = game.leaf_sequences.T.tolist()
        leaves = [k for k, path in enumerate(paths) if path[player] in inside and reach[k]]
        others = [k for k in range(game.num_players) if k != player]
        ways = [self._on_the_way(other, {paths[k][other] for k in leaves}) for other in others]
        counts = [all_left.count(k, way, 0) for k, way in zip(others, ways, strict=True)]
        if all_left.count(player, below, start) * math.prod(counts) > _MOST_PROFILES:
            label = game.sets[player][place].label
            raise InputError(
                f"there are more than {_MOST_PROFILES} profiles of plans at information set "
                f"{quoted(label)} of {quoted(game.players[player])}; use a smaller tree"
            )
        self.plans = all_left.plans(player, below, start)
        theirs = [all_left.plans(k, way, 0) for k, way in zip(others, ways, strict=True)]
        table = np.zeros([len(self.plans), *map(len, theirs)], dtype=object)
        led = np.zeros(table.shape[1:], dtype=bool)
        paid = game.payoffs[player].numerators.tolist()
        for leaf in leaves:
            limits.check()
            mine = _with(self.plans, paths[leaf][player])
            where = [_with(p, paths[leaf][k]) for p, k in zip(theirs, others, strict=True)]
            table[np.ix_(mine, *where)] += reach[leaf] * paid[leaf]
            led[np.ix_(*where)] = True
        columns = np.unique(table[:, led].astype(str), axis=1, return_index=True)[1]
        self.payoffs = _short(table[:, led][:, np.sort(columns)])

    def _on_the_way(self, player: int, ends: set[int]) -> list[int]:
        """The information sets of a player that are met on the way to some sequences."""
        own = self.left.sequences[player]
        places: set[int] = set()
        for end in ends:
            while end:
                place = int(own.set_of[end - 1])
                places.add(place)
                end = int(own.before[place])
        return sorted(places)

    def step(self, number: int, known: int, sequence: int) -> SequenceStep | None:
        """The step that removes a sequence, where it is dominated here."""
        limits.check()
        playing = _with(self.plans, sequence)
        most = self.payoffs[playing].max(axis=0)
        examination = Examination(np.vstack([self.payoffs, most]), (tuple(range(len(most))),))
        mixture, margin, _ = child.bounded(
            examination.strict, len(self.plans), seconds=examination.seconds
        )
        if mixture is None:
            return None
        game, own = self.left.game, self.left.sequences[self.player]
        information_set = game.sets[self.player][known]
        return SequenceStep(
            round=number,
            player=self.player,
            at=game.sets[self.player][self.place].label,
            information_set=information_set.label,
            action=information_set.actions[sequence - int(own.first[known])],
            dominator=self._behaviour(mixture),
            margin=margin / (self.left.reach.denominator * game.payoffs[self.player].denominator),
            sequence=sequence,
        )

    def _behaviour(self, mixture: Any) -> LocalStrategy:
        """A mixture of plans in behaviour strategies, where it leads (Kuhn 1953)."""
        own, sets = self.left.sequences[self.player], self.left.game.sets[self.player]
        weight = [Fraction(0)] * own.size
        for plan, p in zip(self.plans, mixture, strict=False):
            for k in plan:
                weight[k] += Fraction(p)
        return {
            sets[place].label: {
                action: weight[k] / weight[int(own.before[place])]
                for k, action in enumerate(sets[place].actions, start=int(own.first[place]))
            }
            for place in self.below
            if weight[int(own.before[place])]
        }


def _proven(result: SequenceDominance) -> SequenceDominance:
    """The result, re-checked from the tree alone; complete only where that is proven, too.

    Raises:
        CertificateError: if it does not hold.
        InputError: if it is too large to check.
        LimitReached: at a limit.
    """
    from gtlearn.solvers.verify.report import Unproven
    from gtlearn.solvers.verify.sequence_dominance import sequence_violations

    try:
        failed = sequence_violations(result)
    except Unproven as reason:
        if not result.complete:
            raise InputError(f"{reason}; use a smaller tree") from None
        note = f"that no more sequences are dominated is not proven: {reason}"
        return _proven(replace(result, complete=False, notes=(*result.notes, note)))
    if failed:
        raise CertificateError(f"the elimination found does not verify: {failed[0]}")
    return result


def _with(plans: list[_Plan], sequence: int) -> list[int]:
    """Which plans play a sequence; all of them, where it is that of no move."""
    return [k for k, plan in enumerate(plans) if sequence == 0 or sequence in plan]


def _short(table: NDArray[Any]) -> NDArray[Any]:
    """The same integers in 64 bits, where they and their differences fit."""
    largest = max((abs(v) for v in table.ravel().tolist()), default=0)
    return table.astype(np.int64) if largest < _SAFE // 4 else table
