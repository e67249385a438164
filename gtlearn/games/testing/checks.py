"""`check_game`: whether a game of any kind keeps every promise of this package."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.formats.files import dumps, loads
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.extensive.game import ExtensiveGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame, difference
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.symmetric import SymmetricGame
from gtlearn.games.loading import load
from gtlearn.games.numbers import ExactArray
from gtlearn.games.openspiel.markov import MarkovOpenSpielGame
from gtlearn.games.openspiel.walk import tree_of

_MAX_CHECKED = 100_000  # profiles whose every payoff is compared one by one


def check_game(game: Any) -> None:
    """Checks that a game keeps every promise of this package.

    Shapes and labels fit; payoffs and probabilities are exact integers over a positive
    denominator; the files that can hold the game (JSON, .nfg, .efg, CSV) give back the same game;
    the OpenSpiel game has the same states, actions and payoffs, and can be loaded again.

    Args:
        game: a game of this package, or anything that `games.load` takes.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    game = load(game)
    if isinstance(game, IteratedGame):
        check_game(game.stage)
        check_iterated(game)
    elif isinstance(game, MarkovGame):
        check_markov(game)
    elif isinstance(game, BayesianGame):
        for stage in game.games:
            check_game(stage)
        _check_round_trip_by_fingerprint(game)
    elif isinstance(game, SymmetricGame):
        check_labels(game.name, "players", game.players)
        check_labels(game.name, "the actions", game.actions)
        shape = (len(game.actions), len(game.counts))
        check_exact(f"the payoffs of {game.name!r}", game.payoffs, shape)
        _check_round_trip_by_fingerprint(game)
    elif isinstance(game, ExtensiveGame):
        check_tree(game)
    elif isinstance(game, HarsanyiGame):
        _check_round_trip_by_fingerprint(game)
    else:
        _check_normal_form(game)


def _check_normal_form(game: NormalFormGame) -> None:
    check_labels(game.name, "players", game.players)
    for player, labels, tensor in zip(game.players, game.actions, game.payoffs, strict=True):
        check_labels(game.name, f"the actions of {player!r}", labels)
        check_exact(f"the payoffs of {player!r} in {game.name!r}", tensor, game.shape)
    for format in ("json", "nfg", "csv"):
        _check_round_trip(game, format)
    _check_openspiel(game)


def _check_round_trip(game: NormalFormGame, format: str) -> None:
    try:
        text = dumps(game, format)
    except InputError:
        if format == "json":
            raise
        return  # labels that this format cannot hold, which it says
    again = loads(text, format)
    assert isinstance(again, NormalFormGame)
    for what in ("players", "actions", "payoffs"):
        if getattr(again, what) != getattr(game, what):
            raise InputError(f"{game.name!r} written as {format} and read again has other {what}")


def _check_round_trip_by_fingerprint(game: BayesianGame | SymmetricGame | HarsanyiGame) -> None:
    again = loads(dumps(game, "json"), "json")
    if again.fingerprint != game.fingerprint:
        raise InputError(f"{game.name!r} written as json and read again is another game")


def _check_openspiel(game: NormalFormGame) -> None:
    theirs = game.openspiel
    if theirs.num_players() != game.num_players:
        raise InputError(f"the OpenSpiel game of {game.name!r} has {theirs.num_players()} players")
    state = theirs.new_initial_state()
    for k, labels in enumerate(game.actions):
        names = [state.action_to_string(k, action) for action in state.legal_actions(k)]
        if names != list(labels):
            raise InputError(
                f"the OpenSpiel game of {game.name!r} has other actions for player {k}"
            )
    if math.prod(game.shape) > _MAX_CHECKED:
        return
    exact = [tensor.fractions() for tensor in game.payoffs]
    for profile in np.ndindex(*game.shape):
        for k in range(game.num_players):
            value = (
                theirs.player_utility(k, profile)
                if game.num_players > 2
                else ((theirs.row_utility, theirs.col_utility)[k](*profile))
            )
            if value != float(exact[k][profile]):
                raise InputError(
                    f"the OpenSpiel game of {game.name!r} pays player {k} {value} at "
                    f"{list(profile)}, not {exact[k][profile]}"
                )


_PLAYS = 4  # random plays that are compared
_STEPS = 20  # of a game without a horizon
_MAX_ENTRIES = 1_000_000  # of the transitions of a game that is written and read again


def check_markov(game: MarkovGame) -> None:
    """Checks labels, exactness, probabilities, that JSON gives back the same game, and OpenSpiel's.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    _check_arrays(game)
    if game.transitions.numerators.size <= _MAX_ENTRIES:
        written = loads(dumps(game, "json"), "json")
        _check_same(written, game, f"{game.name!r} written as json and read again")
        loaded = load(str(game.openspiel))
        _check_same(loaded, game, f"the OpenSpiel game of {game.name!r}, loaded again,")
        _check_plays(game.openspiel, game)


def check_iterated(game: IteratedGame) -> None:
    """Checks the Markov game of the memories, and OpenSpiel's game against it on random play.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    check_markov(game.markov)
    again = load(str(game.openspiel))
    same = isinstance(again, IteratedGame) and again.memory == game.memory
    if not same or again.fingerprint != game.fingerprint:
        raise InputError(f"the OpenSpiel game of {game.name!r} is loaded as another game")
    _check_plays(game.openspiel, game.markov)


def _check_arrays(game: MarkovGame) -> None:
    name, sizes = game.name, (game.num_states, *game.shape)
    check_labels(name, "players", game.players)
    check_labels(name, "states", game.states)
    for player, labels, array in zip(game.players, game.actions, game.payoffs, strict=True):
        check_labels(name, f"the actions of {player!r}", labels)
        check_exact(f"the payoffs of {player!r} in {name!r}", array, sizes)
    check_exact(f"the transitions of {name!r}", game.transitions, (*sizes, game.num_states))
    if not all(isinstance(p, Fraction) for p in game.start):
        raise InputError(f"the start probabilities of {name!r} are no Fractions")
    numerators = game.transitions.numerators.astype(object)
    if numerators.min() < 0 or np.any(
        numerators.sum(axis=-1)[game.legal_profiles] != game.transitions.denominator
    ):
        raise InputError(f"the transitions of {name!r} are no probabilities that sum to 1")


def _check_same(again: Any, game: MarkovGame, what: str) -> None:
    if not isinstance(again, MarkovGame):
        raise InputError(f"{what} is no Markov game")
    part = difference(again, game)
    if part:
        raise InputError(f"{what} has other {part}")


def _check_plays(theirs: Any, game: MarkovGame) -> None:
    """Plays OpenSpiel's game at random and compares what it shows and pays."""
    generator = np.random.default_rng(0)
    for _ in range(_PLAYS):
        _Play(theirs, game, generator).run()


class _Play:
    """One random play of an OpenSpiel game, beside the Markov game that it should be."""

    def __init__(self, theirs: Any, game: MarkovGame, generator: np.random.Generator) -> None:
        self.game = game
        self.players = range(game.num_players)
        self.what = f"the OpenSpiel game of {game.name!r}"
        self.generator = generator
        self.state = theirs.new_initial_state()
        self.tells_state = isinstance(theirs, MarkovOpenSpielGame)  # by chance moves
        self.place = self._drawn(game.start, Fraction(1))

    def run(self) -> None:
        """Compares every step."""
        game, weight = self.game, 1.0
        for step in range(game.horizon or _STEPS):
            self._compare_labels()
            joint = tuple(
                int(self.generator.choice(self._legal(k))) for k in range(self.game.num_players)
            )
            self.state.apply_actions(list(joint))
            where = (self.place, *joint)
            paid = [weight * float(array[where]) for array in game.payoffs]
            if not np.allclose(self.state.rewards(), paid, rtol=1e-12, atol=0):  # few roundings
                label = game.states[self.place]
                raise InputError(f"{self.what} pays {self.state.rewards()} in {label!r}")
            if game.horizon is not None:
                weight *= float(game.discount)
                if self.state.is_terminal() != (step + 1 == game.horizon):
                    over = "is" if self.state.is_terminal() else "is not"
                    raise InputError(
                        f"{self.what} {over} over after {step + 1} steps, not {game.horizon}"
                    )
            if self.state.is_terminal():
                break
            row = [game.transitions[(*where, t)] for t in range(game.num_states)]
            self.place = self._drawn(row, Fraction(1) if game.horizon else game.discount)

    def _legal(self, player: int) -> list[int]:
        return [int(a) for a in np.flatnonzero(self.game.legal[player][self.place])]

    def _compare_labels(self) -> None:
        label = self.game.states[self.place]
        seen = [self.state.observation_string(k) for k in self.players]
        if seen != [label] * self.game.num_players:
            raise InputError(f"{self.what} calls state {label!r} {seen[0]!r}")
        for player, labels in enumerate(self.game.actions):
            moves = self.state.legal_actions(player)
            names = [self.state.action_to_string(player, a) for a in moves]
            if moves != self._legal(player) or names != [labels[a] for a in moves]:
                raise InputError(f"{self.what} has other actions for player {player} in {label!r}")

    def _drawn(self, row: Sequence[Fraction], goes_on: Fraction) -> int:
        """The next state; the chance move to it, if there should be one, is compared and made."""
        place = int(self.generator.choice([t for t, p in enumerate(row) if p]))
        if self.tells_state:
            chances = {t: goes_on * p for t, p in enumerate(row) if p}
            move, stop = place, len(row)
        else:  # an iterated game, where what is remembered next is certain
            chances = {0: goes_on}
            move, stop = 0, 1
        if goes_on < 1:
            chances[stop] = 1 - goes_on
        at_chance = self.state.is_chance_node()
        drawn = dict(self.state.chance_outcomes()) if at_chance else {move: 1.0}
        wanted = {outcome: float(p) for outcome, p in chances.items()}
        same = at_chance == (len(wanted) > 1) and drawn.keys() == wanted.keys()
        # 1 - discount, of rounded numbers, is off by one rounding
        if not same or any(abs(drawn[outcome] - p) > 2**-52 for outcome, p in wanted.items()):
            raise InputError(f"{self.what} draws from {drawn} in {self.state}, not from {wanted}")
        if at_chance:
            self.state.apply_action(move)
        return place


def check_tree(game: ExtensiveGame) -> None:
    """Checks labels, exactness, that .efg and JSON give back the same tree, and OpenSpiel's.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    check_labels(game.name, "the players", game.players)
    for player, own, payoffs in zip(game.players, game.sets, game.payoffs, strict=True):
        labels = tuple(known.label for known in own)
        check_labels(game.name, f"the information sets of {player!r}", labels)
        check_exact(f"the payoffs of {player!r} in {game.name!r}", payoffs, (game.num_leaves,))
    for format in ("efg", "json"):
        if loads(dumps(game, format), format).fingerprint != game.fingerprint:
            raise InputError(f"{game.name!r} written as {format} and read again is another game")
    walked = tree_of(game.openspiel)
    if all(min(drawn.probabilities) > 0 for drawn in game.chance):  # others are not walked
        for what in ("parent", "move", "mover", "place"):
            if not np.array_equal(getattr(walked, what), getattr(game, what)):
                raise InputError(f"the OpenSpiel game of {game.name!r} has another {what}")
        for mine, theirs in zip(game.payoffs, walked.payoffs, strict=True):
            if not np.array_equal(mine.floats(), theirs.floats()):
                raise InputError(f"the OpenSpiel game of {game.name!r} has other payoffs")


def check_labels(game: str, what: str, labels: Sequence[str]) -> None:
    """Checks that labels are a tuple of distinct strings, none of them empty.

    Raises:
        InputError: if they are not.
    """
    if not isinstance(labels, tuple) or not all(isinstance(v, str) and v for v in labels):
        raise InputError(f"the labels of {what} in {game!r} are not non-empty strings")
    if len(set(labels)) < len(labels):
        raise InputError(f"the labels of {what} in {game!r} are not distinct")


def check_exact(what: str, array: ExactArray, shape: tuple[int, ...]) -> None:
    """Checks that an array has a shape and holds integers over a positive denominator.

    Raises:
        InputError: if it does not.
    """
    if array.shape != shape:
        raise InputError(f"{what} have shape {array.shape}, the game has {shape}")
    if not isinstance(array.denominator, int) or array.denominator < 1:
        raise InputError(f"{what} have the denominator {array.denominator!r}, no positive int")
    values = array.numerators
    if values.dtype == object:
        if not all(type(value) is int for value in values.flat):
            raise InputError(f"{what} have numerators that are not Python ints")
    elif values.dtype != np.int64:
        raise InputError(f"{what} have numerators of dtype {values.dtype}; use int64 or ints")
