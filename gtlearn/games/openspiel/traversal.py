"""Small OpenSpiel games walked into Markov games whose states are the histories."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyspiel

from gtlearn import child, limits
from gtlearn.errors import InputError
from gtlearn.games.effort import UNKNOWN
from gtlearn.games.kinds.markov.game import MAX_ENTRIES, MarkovGame, check_size
from gtlearn.games.labels import default_players, distinct_labels
from gtlearn.games.numbers import ExactArray, from_fractions, integer_array
from gtlearn.games.openspiel.reading import ExactNumbers, check_walkable
from gtlearn.games.openspiel.steps import SteppedGame
from gtlearn.games.openspiel.text import name_of, of_text

_OVER = "over"
PASS = "-"  # what a player does where only others move

_MAX_HISTORIES = int(MAX_ENTRIES**0.5)


def markov_game_of(
    game: pyspiel.Game | str,
    *,
    rationalise: bool = False,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> MarkovGame:
    """The Markov game of a small OpenSpiel game of simultaneous moves or perfect information.

    A state is a history at which somebody moves; chance moves are folded into the transitions,
    and the end is one absorbing state that pays nothing. A step pays what it adds to the returns,
    in expectation over the chance moves after it, so that a player's value, the sum of rewards
    over the longest history, is its expected return. A player who does not move in a state has
    the one action "-" there. A `gtlearn_iterated` game gives the Markov game of its memories
    instead, whose states are few, and a `gtlearn_markov` game the Markov game that it is.

    Args:
        game: the game, or the string by which OpenSpiel loads it.
        rationalise: read payoffs as the shortest decimals that print as them.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        LimitReached: if a limit does not suffice.
        InputError: if players do not see what was done (the game has imperfect information), it is
            a mean-field game, samples its chance moves, has one player, or is too large.

    >>> game = markov_game_of("repeated_game(stage_game=matrix_rps(),num_repetitions=2)")
    >>> game.horizon, game.states[0], game.states[1], game.states[-1]
    (2, 'start', 'Rock,Rock', 'over')
    """
    with limits.limited(time_limit, memory_limit):
        return child.bounded(_read, game, rationalise, seconds=UNKNOWN)


def _read(game: pyspiel.Game | str, rationalise: bool) -> MarkovGame:
    if isinstance(game, str):
        return of_text(game, markov_game_of, rationalise=rationalise)
    if isinstance(game, SteppedGame):
        exact: MarkovGame = game.markov
        return exact
    check_walkable(game, "is no Markov game of its players")
    if game.get_type().information == pyspiel.GameType.Information.IMPERFECT_INFORMATION:
        raise InputError(
            f"{name_of(game)} has imperfect information, so its players do not know the history; "
            "use a game of perfect information or of simultaneous moves"
        )
    walk = _Walk(game, rationalise)
    walk.run()
    return _assembled(walk)


@dataclass(frozen=True)
class _Branch:
    """What may happen after a joint action: next histories (-1 is the end) and the payoffs."""

    probabilities: dict[int, Fraction]
    payoffs: tuple[Fraction, ...]


@dataclass(frozen=True)
class _History:
    """A node at which somebody moves: its label, the legal actions, and what follows."""

    label: str
    legal: tuple[tuple[int, ...], ...]  # action ids a player; empty for one who does not move
    branches: dict[tuple[int, ...], _Branch]  # by position in `legal`, 0 for who does not move


class _Walk:
    """A walk in breadth over the histories at which somebody moves."""

    def __init__(self, game: pyspiel.Game, rationalise: bool) -> None:
        self.game = game
        self.name = name_of(game)
        self.numbers = ExactNumbers(self.name, rationalise)
        self.players = game.num_players()
        self.histories: list[_History] = []
        self.start: dict[int, Fraction] = {}
        self.horizon = 0
        self.action_names: list[dict[int, set[str]]] = [{} for _ in range(self.players)]
        self.waiting: list[tuple[Any, str, list[Fraction], int]] = []

    def run(self) -> None:
        """Records every history."""
        nothing = [Fraction(0)] * self.players
        root = self.game.new_initial_state()
        for state, probability, label in self._after_chance(root, Fraction(1), ""):
            if state.is_terminal():
                raise InputError(f"{self.name} may end before anybody moves; use another game")
            place = self._enqueue(state, label.strip(), nothing, 1)
            self.start[place] = self.start.get(place, Fraction(0)) + probability
        done = 0
        while done < len(self.waiting):
            state, label, paid, depth = self.waiting[done]
            self.waiting[done] = (None, "", [], 0)  # frees the state
            self.horizon = max(self.horizon, depth)
            self.histories.append(self._visit(state, label, paid, depth))
            done += 1

    def _enqueue(self, state: Any, label: str, paid: list[Fraction], depth: int) -> int:
        if len(self.waiting) >= _MAX_HISTORIES:
            raise InputError(
                f"{self.name} has more than {_MAX_HISTORIES} histories; use a smaller game"
            )
        self.waiting.append((state, label, paid, depth))
        return len(self.waiting) - 1

    def _visit(self, state: Any, label: str, paid: list[Fraction], depth: int) -> _History:
        legal = self._legal(state)
        branches = {}
        for positions in itertools.product(*(range(len(ids) or 1) for ids in legal)):
            moves = [ids[i] if ids else 0 for ids, i in zip(legal, positions, strict=True)]
            branches[positions] = self._branch(state, legal, moves, label, paid, depth)
        return _History(label or "start", legal, branches)

    def _branch(
        self,
        state: Any,
        legal: tuple[tuple[int, ...], ...],
        moves: list[int],
        label: str,
        paid: list[Fraction],
        depth: int,
    ) -> _Branch:
        child = state.clone()
        if state.is_simultaneous_node():
            child.apply_actions(moves)
        else:
            child.apply_action(moves[state.current_player()])
        movers = [(k, a) for k, a in enumerate(moves) if legal[k]]
        names = ",".join(state.action_to_string(k, a)[:40] for k, a in movers)
        probabilities: dict[int, Fraction] = {}
        payoffs = [Fraction(0)] * self.players
        for end, probability, text in self._after_chance(child, Fraction(1), f"{label} {names}"):
            returns = self.numbers.returns(end)
            for k in range(self.players):
                payoffs[k] += probability * (returns[k] - paid[k])
            place = -1
            if not end.is_terminal():
                place = self._enqueue(end, text.strip(), returns, depth + 1)
            probabilities[place] = probabilities.get(place, Fraction(0)) + probability
        return _Branch(probabilities, tuple(payoffs))

    def _after_chance(
        self, state: Any, probability: Fraction, label: str
    ) -> Iterator[tuple[Any, Fraction, str]]:
        """The nodes without chance that may follow, with their probabilities."""
        if not state.is_chance_node():
            yield state, probability, label
            return
        outcomes = [(a, p) for a, p in state.chance_outcomes() if p > 0]
        for action, p in self.numbers.chances(outcomes):
            name = state.action_to_string(pyspiel.PlayerId.CHANCE, action)[:40]
            yield from self._after_chance(state.child(action), probability * p, f"{label} {name}")

    def _legal(self, state: Any) -> tuple[tuple[int, ...], ...]:
        simultaneous = state.is_simultaneous_node()
        legal = []
        for player in range(self.players):
            moves = simultaneous or player == state.current_player()
            ids = tuple(state.legal_actions(player)) if moves else ()
            legal.append(ids)
            for action in ids:
                names = self.action_names[player].setdefault(action, set())
                names.add(state.action_to_string(player, action))
        return tuple(legal)


def _assembled(walk: _Walk) -> MarkovGame:
    """The game of what was walked, the end as its last state."""
    histories, players = walk.histories, walk.players
    ids = [sorted(names) for names in walk.action_names]
    waits = [any(not history.legal[k] for history in histories) for k in range(players)]
    actions = [
        distinct_labels([*(_action_label(names[i], i) for i in mine), *[PASS] * wait])
        for names, mine, wait in zip(walk.action_names, ids, waits, strict=True)
    ]
    shape = tuple(map(len, actions))
    size = len(histories) + 1
    check_size(walk.name, size, shape)
    legal = [np.zeros((size, n), dtype=bool) for n in shape]
    rows: list[tuple[tuple[int, ...], _Branch]] = []
    for s, history in enumerate(histories):
        columns = [
            [mine.index(a) for a in allowed] or [n - 1]
            for mine, allowed, n in zip(ids, history.legal, shape, strict=True)
        ]
        for mask, column in zip(legal, columns, strict=True):
            mask[s, column] = True
        for positions, branch in history.branches.items():
            profile = [column[i] for column, i in zip(columns, positions, strict=True)]
            rows.append(((s, *profile), branch))
    for mask in legal:
        mask[-1, -1] = True
    end = _Branch({-1: Fraction(1)}, (Fraction(0),) * players)
    rows.append(((size - 1, *(n - 1 for n in shape)), end))
    payoffs, transitions = _arrays(rows, (size, *shape))
    labels = distinct_labels([*(history.label for history in histories), _OVER])
    return MarkovGame(
        name=walk.name,
        players=tuple(default_players(players)),
        states=labels,
        actions=tuple(actions),
        payoffs=payoffs,
        transitions=transitions,
        start=tuple(walk.start.get(s, Fraction(0)) for s in range(size)),
        horizon=walk.horizon,
        legal=tuple(legal),
        source="OpenSpiel",
        number_note=walk.numbers.note,
    )


def _arrays(
    rows: Sequence[tuple[tuple[int, ...], _Branch]], shape: tuple[int, ...]
) -> tuple[tuple[ExactArray, ...], ExactArray]:
    """The payoffs and the transitions; zero at profiles that are not legal."""
    values = np.zeros((len(shape) - 1, *shape), dtype=object)
    for place, branch in rows:
        for own, payoff in zip(values, branch.payoffs, strict=True):
            own[place] = payoff
    payoffs = [from_fractions(own.ravel().tolist(), shape) for own in values]
    denominators = {p.denominator for _, branch in rows for p in branch.probabilities.values()}
    common = math.lcm(*denominators)
    moves = np.zeros((*shape, shape[0]), dtype=object)
    for place, branch in rows:
        for t, p in branch.probabilities.items():
            moves[(*place, t)] = p.numerator * (common // p.denominator)
    return tuple(payoffs), integer_array(moves.ravel().tolist(), moves.shape, common)


def _action_label(names: set[str], action: int) -> str:
    """What an action is called in every state where it is legal, else its number."""
    return next(iter(names)) if len(names) == 1 else f"action {action}"
