"""A MarkovSolution in other people's formats: JSON, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers._markov.solution import (
    MarkovEquilibrium,
    MarkovSolution,
    Outcome,
)
from gtlearn.solvers.enclosures import EnclosedTable, Enclosure, Real
from gtlearn.solvers.output.export import SCHEMA, certificate_json, json_number, number_list, plain
from gtlearn.solvers.output.latex import latex_escape, latex_mix, tabular


def tables_of(solution: MarkovSolution, index: int = 0) -> tuple[EnclosedTable, ...]:
    """The table that each player plays in one outcome; a follower's is its response.

    A table has one row a state, or one a step and state: row `t * states + s` for state s at t.

    Raises:
        InputError: if there is no such outcome.
    """
    if not -len(solution) <= index < len(solution):
        raise InputError(f"there is no solution {index}: {len(solution)} found, counted from 0")
    outcome = solution[index]
    if isinstance(outcome, MarkovEquilibrium):
        return outcome.tables
    size = markov_of(solution.game).shape[1 - outcome.leader]
    response = tuple(
        tuple(Fraction(int(a == action)) for a in range(size)) for action in outcome.response
    )
    pair = (outcome.commitment, response)
    return pair if outcome.leader == 0 else pair[::-1]


def markov_of(game: MarkovGame | IteratedGame) -> MarkovGame:
    """The Markov game that a game is."""
    return game.markov if isinstance(game, IteratedGame) else game


def by_step(rows: Sequence[Any], states: int) -> list[list[Any]]:
    """The rows of a table that depends on the time, one list a step.

    >>> by_step(["a", "b", "c", "d"], 2)
    [['a', 'b'], ['c', 'd']]
    """
    return [list(rows[start : start + states]) for start in range(0, len(rows), states)]


def to_json(solution: MarkovSolution) -> dict[str, Any]:
    """The solution as the JSON object of schema gtlearn/solution/1.

    A commitment has "commitment" (states x actions, the states labelled by "states"), "response"
    (the index of the follower's action in each state, or one such list a step where the response
    depends on the step), "value", "upper_bound", "gap" and "attained". An equilibrium has
    "strategies", one table a player, each a list of tables, one a step, where "timed" is true.
    """
    game = markov_of(solution.game)
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "game": game_json(solution.game),
        "concept": solution.concept,
        "method": solution.method,
        "status": solution.status,
        "complete": solution.complete,
        "arithmetic": solution.arithmetic,
    }
    for key in ("follower", "policy"):
        if getattr(solution, key) is not None:
            out[key] = getattr(solution, key)
    out["unit"] = game.unit
    out["solutions"] = [_outcome_json(outcome, game) for outcome in solution]
    if solution.bounds is not None:
        out["bounds"] = {name: json_number(value) for name, value in solution.bounds.items()}
    if solution.robustness:
        out["robustness"] = [number_list(pair) for pair in solution.robustness]
    if solution.proofs:
        out["proofs"] = plain(solution.proofs)
    out["seconds"] = solution.seconds
    if solution.notes:
        out["notes"] = list(solution.notes)
    return out


def game_json(game: MarkovGame | IteratedGame) -> dict[str, Any]:
    """The game's name, labels and fingerprint, and how long it goes on."""
    markov = markov_of(game)
    out: dict[str, Any] = {
        "name": markov.name,
        "players": list(markov.players),
        "states": list(markov.states),
        "actions": [list(labels) for labels in markov.actions],
    }
    if markov.horizon is not None:
        out["horizon"] = markov.horizon
    if markov.discount != 1:
        out["discount"] = json_number(markov.discount)
    out["fingerprint"] = markov.fingerprint
    return out


def _outcome_json(outcome: Outcome, game: MarkovGame) -> dict[str, Any]:
    if isinstance(outcome, MarkovEquilibrium):
        tables = [[number_list(row) for row in table] for table in outcome.tables]
        return {
            "strategies": [by_step(t, game.num_states) for t in tables]
            if outcome.timed
            else tables,
            "timed": outcome.timed,
            "payoffs": number_list(outcome.payoffs),
            "certificate": certificate_json(outcome.certificate),
        }
    timed = len(outcome.response) > game.num_states
    response = list(outcome.response)
    return {
        "leader": outcome.leader,
        "commitment": [number_list(row) for row in outcome.commitment],
        "states": list(game.states),
        "follower": outcome.follower,
        "policy": outcome.policy,
        "ties": outcome.ties,
        "response": by_step(response, game.num_states) if timed else response,
        "payoffs": number_list(outcome.payoffs),
        "value": json_number(outcome.value),
        "unit": game.unit,
        "upper_bound": json_number(outcome.upper_bound),
        "gap": json_number(outcome.gap),
        "attained": outcome.attained,
        "certificate": certificate_json(outcome.certificate),
    }


def to_csv(solution: MarkovSolution) -> str:
    """The solution as CSV with exact numbers: a row a solution, step, state, player and action.

    Of an enclosed number it is the midpoint and the radius, such as "0.4142+-1e-4".
    The step is empty where a table does not depend on it; the payoff is the player's in the game.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["solution", "step", "state", "player", "action", "probability", "payoff"])
    game = markov_of(solution.game)
    for index, outcome in enumerate(solution):
        for player, table in enumerate(tables_of(solution, index)):
            payoff = csv_number(outcome.payoffs[player])
            for place, row in enumerate(table):
                step, state = divmod(place, game.num_states)
                when = step if len(table) > game.num_states else ""
                where = [index, when, game.states[state], game.players[player]]
                for label, p in zip(game.actions[player], row, strict=True):
                    writer.writerow([*where, label, csv_number(p), payoff])
    return text.getvalue()


def csv_number(value: Real) -> Any:
    """As `json_number`, in one cell."""
    number = json_number(value)
    return f"{number['mid']}+-{number['radius']}" if isinstance(value, Enclosure) else number


def to_latex(solution: MarkovSolution) -> str:
    r"""A LaTeX tabular that needs no package: a row a solution, step and state."""
    game = markov_of(solution.game)
    size = game.num_states
    found = [tables_of(solution, index) for index in range(len(solution))]
    timed = any(len(table) > size for tables in found for table in tables)
    rows = []
    for index, tables in enumerate(found):
        for place in range(max(map(len, tables))):
            step, state = divmod(place, size)
            mixes = [
                latex_mix(labels, table[place if len(table) > size else state])
                for labels, table in zip(game.actions, tables, strict=True)
            ]
            when = [str(step)] * timed
            rows.append([str(index), *when, latex_escape(game.states[state]), *mixes])
    heads = ["", *["step"] * timed, "state", *map(latex_escape, game.players)]
    return tabular(heads, rows)
