"""A Solution as CSV with exact numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from gtlearn.games import BayesianGame, HarsanyiGame, SequentialGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.outcomes import Distribution
from gtlearn.solvers.output.json import json_number
from gtlearn.solvers.record import Record


def to_csv(solution: Record) -> str:
    """One row a solution, player and action; in a game of several steps one a step and state too.

    For a correlated equilibrium (which has no strategy a player) one row a solution and joint
    action, with a column a player. The step is empty where a table does not depend on it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if any(getattr(outcome, "distribution", None) is not None for outcome in solution):
        writer.writerow(["solution", *solution.game.players, "probability"])
        for index, outcome in enumerate(solution):
            shares = getattr(outcome, "distribution", None) or {}
            for names, p in joint_rows(solution.game, shares):
                writer.writerow([index, *names, json_number(p)])
        return text.getvalue()
    when = ["step", "state"] if solution.game.in_steps else []
    writer.writerow(["solution", *when, "player", "action", "probability", "payoff"])
    writer.writerows(_rows(solution))
    return text.getvalue()


def _rows(solution: Record) -> Iterator[list[Any]]:
    game = solution.game
    states = [point.label for point in game.points(0)] if game.in_steps else [""]
    for index, outcome in enumerate(solution):
        by_player = isinstance(game, SequentialGame | HarsanyiGame)
        for number, (column, table) in enumerate(solution.profile(index).columns):
            payoff = outcome.payoffs[column.player if by_player else number]
            for place, row in enumerate(table):
                step, state = divmod(place, len(states))
                when = [step if len(table) > len(states) else "", states[state]]
                where = [index, *(when if game.in_steps else []), column.heading]
                for label, p in zip(column.actions, row, strict=True):
                    yield [*where, label, _cell(p), _cell(payoff)]


def _cell(value: Real) -> Any:
    """As `json_number`; of an enclosed number the midpoint and the radius, as "0.4142+-1e-4"."""
    number = json_number(value)
    return f"{number['mid']}+-{number['radius']}" if isinstance(value, Enclosure) else number


def joint_rows(game: Any, distribution: Distribution) -> Iterator[tuple[list[str], Number]]:
    """The labels of each joint action of a game in one shot, in their order, and its probability.

    In a Bayesian game they are those of the first type.
    """
    actions = game.games[0].actions if isinstance(game, BayesianGame) else game.actions
    for profile, probability in sorted(distribution.items()):
        yield [labels[a] for labels, a in zip(actions, profile, strict=True)], probability
