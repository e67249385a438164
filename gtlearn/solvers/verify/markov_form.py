"""Tables and responses of a claim, read exactly, and sentences that both kinds of outcome share."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import STATIONARY, Commitment
from gtlearn.solvers.verify.form import ROUNDING, index, items, number, text
from gtlearn.solvers.verify.markov_values import Table
from gtlearn.solvers.verify.report import Statement


def refused(what: str, error: InputError) -> Statement:
    """The statement about a part that is not of the form that is needed."""

    def test() -> tuple[str, ...]:
        raise error

    return Statement(what, test)


def read_table(game: MarkovGame, table: Any, player: int, rows: int, exact: bool) -> Table:
    """The table in Fractions, if its rows are distributions over the legal actions.

    Args:
        game: the game.
        table: rows of numbers.
        player: whose table it is.
        rows: how many are needed.
        exact: whether the probabilities must sum to one exactly.

    Raises:
        InputError: if it is no such table.
    """
    whose = f"the table of {game.players[player]!r}"
    if len(items(table, whose)) != rows:
        raise InputError(f"{whose} has {len(table)} rows where {rows} are needed")
    out = []
    for place, row in enumerate(table):
        where = f"{whose} in row {place}"
        numbers = [number(p, where) for p in items(row, where)]
        if len(numbers) != game.shape[player] or min(numbers) < 0:
            raise InputError(f"{where}: {game.shape[player]} probabilities are needed")
        total = sum(numbers, Fraction(0))
        if total != 1 if exact else abs(total - 1) > ROUNDING:
            raise InputError(f"{where} does not sum to one")
        legal = game.legal[player][place % game.num_states]
        if any(p and not legal[action] for action, p in enumerate(numbers)):
            raise InputError(f"{where} plays what is not legal")
        out.append(tuple(p / total for p in numbers))
    return tuple(out)


def lists_every_step(game: MarkovGame, steps: Any) -> bool:
    """Whether there is a list of an entry a state for each step."""
    return len(steps) == game.horizon and all(
        isinstance(step, list) and len(step) == game.num_states for step in steps
    )


def read_response(game: MarkovGame, outcome: Commitment, follower: int) -> Table:
    """The follower's response as a table, if it is one of its class.

    Raises:
        InputError: if it is none.
    """
    sizes = {game.num_states}
    if outcome.follower != STATIONARY:
        sizes.add(game.num_states * (game.horizon or 1))
    actions = items(outcome.response, "the response")
    if len(actions) not in sizes:
        raise InputError(
            f"the response has {len(actions)} rows where {' or '.join(map(str, sorted(sizes)))} "
            "are needed"
        )
    for place, action in enumerate(actions):
        index(action, game.shape[follower], "an action of the response")
        if not game.legal[follower][place % game.num_states, action]:
            raise InputError(f"the response plays what is not legal in row {place}")
    one = np.eye(game.shape[follower], dtype=int).tolist()
    return tuple(tuple(Fraction(p) for p in one[action]) for action in actions)


def payoff_failures(
    game: MarkovGame, true: Sequence[Fraction], stated: Any, exact: bool
) -> list[str]:
    """Which payoffs are not as stated; in floats, up to a rounding."""
    claims = [number(p, "the payoffs") for p in items(stated, "the payoffs")]
    if len(claims) != game.num_players:
        raise InputError(f"there is not one payoff for each of {game.num_players} players")
    return [
        f"the payoff of {player!r} is {text(payoff)}, not {text(claim)}"
        for player, payoff, claim in zip(game.players, true, claims, strict=True)
        if (payoff != claim if exact else nearest_double(payoff) != nearest_double(claim))
    ]
