"""`check_game`: whether a game keeps every promise of this package."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.formats.files import dumps, loads
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.loading import load
from gtlearn.games.testing.markov_checks import check_iterated, check_markov
from gtlearn.games.testing.pieces import check_exact, check_labels

_MAX_CHECKED = 100_000  # profiles whose every payoff is compared one by one


def check_game(game: Any) -> None:
    """Checks that a game keeps every promise of this package.

    Shapes and labels fit; payoffs and probabilities are exact integers over a positive
    denominator; the files that can hold the game (JSON, .nfg, CSV) give back the same game; the
    OpenSpiel game has the same states, actions and payoffs, and can be loaded again.

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
        _check_bayesian_round_trip(game)
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


def _check_bayesian_round_trip(game: BayesianGame) -> None:
    again = loads(dumps(game, "json"), "json")
    assert isinstance(again, BayesianGame)
    same = (again.types, again.prior, again.leader) == (game.types, game.prior, game.leader)
    stages = zip(again.games, game.games, strict=True)
    if not same or any(a.payoffs != b.payoffs or a.actions != b.actions for a, b in stages):
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
