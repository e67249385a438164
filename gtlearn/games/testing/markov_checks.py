"""Whether Markov games and iterated games keep the promises of this package."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyspiel

from gtlearn.errors import InputError
from gtlearn.games.files import dumps, loads
from gtlearn.games.iterated.game import IteratedGame
from gtlearn.games.loading import load
from gtlearn.games.markov.game import MarkovGame
from gtlearn.games.testing.pieces import check_exact, check_labels

_PLAYS = 4  # random plays that are compared
_STEPS = 20  # of a game without a horizon
_MAX_ENTRIES = 1_000_000  # of the transitions of a game that is written and read again


def check_markov(game: MarkovGame) -> None:
    """Checks labels, exactness, probabilities, and that JSON gives back the same game.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
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
    if numerators.size <= _MAX_ENTRIES:
        _check_round_trip(game)


def _check_round_trip(game: MarkovGame) -> None:
    again = loads(dumps(game, "json"), "json")
    if not isinstance(again, MarkovGame):
        raise InputError(f"{game.name!r} written as json and read again is no Markov game")
    for what in ("players", "states", "actions", "start", "horizon", "discount", "averaged"):
        if getattr(again, what) != getattr(game, what):
            raise InputError(f"{game.name!r} written as json and read again has other {what}")
    if not all(map(np.array_equal, again.legal, game.legal)):
        raise InputError(f"{game.name!r} written as json and read again has other legal actions")
    pairs = [*zip(again.payoffs, game.payoffs, strict=True), (again.transitions, game.transitions)]
    for theirs, ours in pairs:
        left = theirs.numerators[game.legal_profiles].astype(object) * ours.denominator
        right = ours.numerators[game.legal_profiles].astype(object) * theirs.denominator
        if not np.array_equal(left, right):
            raise InputError(
                f"{game.name!r} written as json and read again has other payoffs or transitions"
            )


def check_iterated(game: IteratedGame) -> None:
    """Checks the Markov game of the memories, and OpenSpiel's game against it on random play.

    Raises:
        InputError: a sentence that says which rule is broken.
    """
    markov = game.markov
    check_markov(markov)
    again = load(str(game.openspiel))
    if not isinstance(again, IteratedGame) or _differ(again, game):
        raise InputError(f"the OpenSpiel game of {game.name!r} is loaded as another game")
    generator = np.random.default_rng(0)
    for _ in range(_PLAYS):
        _check_play(game, markov, generator)


def _differ(one: IteratedGame, other: IteratedGame) -> bool:
    parts = ("horizon", "discount", "memory")
    stage_parts = ("players", "actions", "payoffs")
    return any(getattr(one, part) != getattr(other, part) for part in parts) or any(
        getattr(one.stage, part) != getattr(other.stage, part) for part in stage_parts
    )


def _check_play(game: IteratedGame, markov: MarkovGame, generator: np.random.Generator) -> None:
    what = f"the OpenSpiel game of {game.name!r}"
    state = game.openspiel.new_initial_state()
    place, weight = 0, 1.0
    for step in range(game.horizon or _STEPS):
        seen = [state.observation_string(k) for k in range(game.num_players)]
        if seen != [markov.states[place]] * game.num_players:
            raise InputError(f"{what} calls state {markov.states[place]!r} {seen[0]!r}")
        _check_actions(what, state, game)
        joint = tuple(int(generator.integers(n)) for n in game.stage.shape)
        state.apply_actions(list(joint))
        paid = [weight * float(array[(place, *joint)]) for array in markov.payoffs]
        if not np.allclose(state.rewards(), paid, rtol=1e-12, atol=0):  # a few roundings
            raise InputError(f"{what} pays {state.rewards()} in {markov.states[place]!r}")
        row = markov.transitions.numerators[(place, *joint)]
        place = int(row.argmax())
        if game.horizon is not None:
            weight *= float(game.discount)
        if game.horizon is not None and state.is_terminal() != (step + 1 == game.horizon):
            over = "is" if state.is_terminal() else "is not"
            raise InputError(f"{what} {over} over after {step + 1} steps, not {game.horizon}")
        if state.is_terminal():
            break
        if state.current_player() == pyspiel.PlayerId.CHANCE:
            if dict(state.chance_outcomes())[0] != float(game.discount):
                raise InputError(f"{what} goes on with another probability than the discount")
            state.apply_action(0)


def _check_actions(what: str, state: Any, game: IteratedGame) -> None:
    for player, labels in enumerate(game.stage.actions):
        names = [state.action_to_string(player, a) for a in state.legal_actions(player)]
        if names != list(labels):
            raise InputError(f"{what} has other actions for player {player}")
