"""The tables of a solution in several steps: commitments and equilibria, state by state."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.games import MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.solvers.outcomes import Commitment, NashEquilibrium, Table
from gtlearn.solvers.output.pieces import (
    APPROXIMATE,
    BOUNDS,
    add_row,
    decimal,
    exactly,
    mix,
    new_table,
    short_number,
    tie_words,
)
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_MAX_ROWS = 60  # lines of one table; more are counted, and left to the other formats
MAX_OUTCOMES = 30
_MAX_STATES = 12  # in a table with one column a state
_DASH = "-"


def step_blocks(solution: Record) -> list[str | RichTable]:
    """What is played in each state, and what each player gets."""
    first = solution[0]
    return _commitment(solution, first) if isinstance(first, Commitment) else _equilibria(solution)


def _commitment(solution: Record, first: Commitment) -> list[str | RichTable]:
    game = as_markov(solution.game)
    leader, follower = game.players[first.leader], game.players[1 - first.leader]
    lines = _response_lines(solution, game, first)
    table = new_table("state", f"{leader} commits to", f"{follower} responds")
    for line in lines[:_MAX_ROWS]:
        add_row(table, line)
    if len(lines) > _MAX_ROWS:
        add_row(table, ["...", f"{len(lines) - _MAX_ROWS} more states", ""])
    blocks: list[str | RichTable] = [table]
    left_out = game.num_states - len(lines)
    if left_out:
        blocks.append(f"Left out: {left_out} states that cannot be reached within the horizon.")
    if any(line[-1] == _DASH for line in lines):
        blocks.append(f'"{_DASH}": the game never comes to that state when {follower} responds so.')
    blocks.append(
        f"{leader} earns {'' if first.attained else 'up to '}{exactly(first.value)} and {follower} "
        f"{exactly(first.payoffs[1 - first.leader])} ({game.unit}), where {follower} breaks ties "
        f"{tie_words(first.ties, leader)}."
    )
    blocks.append(_bound_line(first, leader))
    bounds = (solution.bounds or {}).items()
    others = [f"{exactly(value)}: {BOUNDS.get(name, name)}" for name, value in bounds]
    if others:
        blocks.append("Bounds on what any commitment earns: " + "; ".join(others) + ".")
    if solution.robustness:
        away = ", ".join(
            f"{APPROXIMATE}{decimal(Fraction(value))} at distance {short_number(distance)}"
            for distance, value in solution.robustness
        )
        blocks.append(f"With ties against it, tables near this one earn {leader}: {away}.")
    if len(solution) > 1:
        blocks += _all_leaders(solution, game)
    return blocks


def _response_lines(solution: Record, game: MarkovGame, outcome: Commitment) -> list[list[str]]:
    """A line a state that can be reached: what the leader commits to, and what the follower does
    there and when."""
    leader, follower = outcome.leader, 1 - outcome.leader
    visits = _visits(game, solution.profile(0).strategies)
    lines = []
    for state in np.flatnonzero(game.reachable).tolist():
        own = mix(game.actions[leader], outcome.commitment[state])
        played = {
            step: game.actions[follower][outcome.response[_place(outcome.response, game, step, s)]]
            for step, s in sorted(visits)
            if s == state
        }
        lines.append([game.states[state], own, when_played(played)])
    return lines


def when_played(played: dict[int, str]) -> str:
    """What is played when: "C", or "C (steps 1-8), D (step 9)"; a dash where it never is."""
    if len(set(played.values())) <= 1:
        return next(iter(played.values()), _DASH)
    parts: dict[str, list[int]] = {}
    for step, action in played.items():
        parts.setdefault(action, []).append(step)
    return ", ".join(f"{action} ({_steps(steps)})" for action, steps in parts.items())


def _steps(steps: Sequence[int]) -> str:
    """Steps as ranges.

    >>> _steps([0]), _steps([1, 2, 3, 9])
    ('step 0', 'steps 1-3, 9')
    """
    runs = []
    for _, run in groupby(enumerate(steps), key=lambda pair: pair[1] - pair[0]):
        members = [step for _, step in run]
        runs.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return f"step{'' if len(steps) == 1 else 's'} {', '.join(runs)}"


def _bound_line(outcome: Commitment, leader: str) -> str:
    line = f"Proven: no {outcome.policy} table of {leader} earns more"
    if outcome.gap != 0:
        line += (
            f" than {exactly(outcome.upper_bound)}, which leaves a gap of {exactly(outcome.gap)}"
        )
    if outcome.attained:
        return f"{line}."
    return (
        f"{line}. The value is a limit: this table itself earns less, but tables near it come as "
        "close to the value as one likes."
    )


def _all_leaders(solution: Record, game: MarkovGame) -> list[str | RichTable]:
    """All commitments found, a line each."""
    states = np.flatnonzero(game.reachable).tolist()
    if len(states) > _MAX_STATES:
        return [f"The table above is the first of {len(solution)}; the other formats have all."]
    first = solution[0]
    assert isinstance(first, Commitment)
    follower = game.players[1 - first.leader]
    labels = [game.states[state] for state in states]
    table = new_table("#", *labels, f"{follower} gets", right=["#"])
    for number, outcome in enumerate(solution.solutions[:MAX_OUTCOMES]):
        assert isinstance(outcome, Commitment)
        cells = [mix(game.actions[outcome.leader], outcome.commitment[state]) for state in states]
        earned = short_number(outcome.payoffs[1 - outcome.leader])
        add_row(table, [str(number), *cells, earned])
    listed = f"All {len(solution)} found, a column a state; the first is the one above:"
    more = len(solution) - MAX_OUTCOMES
    return [listed, table, f"{more} more are in the other formats." if more > 0 else ""]


def _equilibria(solution: Record) -> list[str | RichTable]:
    game = as_markov(solution.game)
    if len(solution) > 1 and _all_pure(solution, game):
        return _pure_equilibria(solution, game)
    blocks: list[str | RichTable] = []
    for number, outcome in enumerate(solution.solutions[:MAX_OUTCOMES]):
        assert isinstance(outcome, NashEquilibrium)
        if len(solution) > 1:
            blocks.append(f"#{number}")
        blocks.append(profile_table(game, outcome.strategies))
        earned = ", ".join(
            f"{exactly(p)} ({player})"
            for player, p in zip(game.players, outcome.payoffs, strict=True)
        )
        blocks.append(f"Payoffs, {game.unit}: {earned}.")
    if len(solution) > MAX_OUTCOMES:
        blocks.append(f"{len(solution) - MAX_OUTCOMES} more are in the other formats.")
    return blocks


def _all_pure(solution: Record, game: MarkovGame) -> bool:
    """Whether all equilibria are tables of actions that fit one line each."""
    if game.num_states > _MAX_STATES:
        return False
    tables = [solution.profile(index).strategies for index in range(len(solution))]
    return all(
        len(table) == game.num_states and all(p in (0, 1) for row in table for p in row)
        for profile in tables
        for table in profile
    )


def _pure_equilibria(solution: Record, game: MarkovGame) -> list[str | RichTable]:
    """A line an equilibrium, a column a state."""
    table = new_table("#", *game.states, "payoffs", right=["#"])
    for number, outcome in enumerate(solution.solutions[:MAX_OUTCOMES]):
        lines = _lines(game, solution.profile(number).strategies, 0, None)
        payoffs = ", ".join(map(short_number, outcome.payoffs))
        add_row(table, [str(number), *(",".join(line[1:]) for line in lines), payoffs])
    more = len(solution) - MAX_OUTCOMES
    return [
        f"What is played in each state, by {', '.join(game.players)}; payoffs: {game.unit}.",
        table,
        f"{more} more are in the other formats." if more > 0 else "",
    ]


def profile_table(game: MarkovGame, tables: Sequence[Table]) -> RichTable:
    """A line a state, or, where time matters, a line a state and run of steps alike."""
    timed = any(len(table) > game.num_states for table in tables)
    table = new_table(*["steps"] * timed, "state", *game.players)
    lines = _timed_lines(game, tables) if timed else _lines(game, tables, 0, None)
    for line in lines[:_MAX_ROWS]:
        add_row(table, line)
    if len(lines) > _MAX_ROWS:
        add_row(table, [*["..."] * timed, f"{len(lines) - _MAX_ROWS} more", *[""] * len(tables)])
    return table


def _timed_lines(game: MarkovGame, tables: Sequence[Table]) -> list[list[str]]:
    """The lines of consecutive steps whose lines are the same, once; states that cannot be, never.

    Which states may come when is a matter of the transitions, whatever is played.
    """
    possible = _visits(game, None)
    steps = range(game.horizon or 1)
    at = [_lines(game, tables, t, {s for step, s in possible if step == t}) for t in steps]
    out = []
    for _, run in groupby(steps, key=lambda t: at[t]):
        members = list(run)
        for place, line in enumerate(at[members[0]]):
            out.append(["" if place else _steps(members).partition(" ")[2], *line])
    return out


def _lines(
    game: MarkovGame, tables: Sequence[Table], step: int, states: set[int] | None
) -> list[list[str]]:
    return [
        [
            label,
            *(
                mix(labels, table[_place(table, game, step, s)])
                for labels, table in zip(game.actions, tables, strict=True)
            ),
        ]
        for s, label in enumerate(game.states)
        if states is None or s in states
    ]


def _place(rows: Sequence[object], game: MarkovGame, step: int, state: int) -> int:
    """The row of a state at a step, in a table that may or may not see the time."""
    return step * game.num_states + state if len(rows) > game.num_states else state


def _visits(game: MarkovGame, tables: Sequence[Table] | None) -> set[tuple[int, int]]:
    """The pairs (step, state) that may come, where all play their tables, or play anything.

    Without a horizon all is called step 0.
    """
    waiting = [(0, s) for s, p in enumerate(game.start) if p]
    seen = set(waiting)
    while waiting:
        step, state = waiting.pop()
        later = 0 if game.horizon is None else step + 1
        if game.horizon is not None and later >= game.horizon:
            continue
        moves = game.transitions.numerators[state] != 0
        for player, legal in enumerate(game.legal):
            actions = np.flatnonzero(legal[state]).tolist()
            if tables is not None:
                row = tables[player][_place(tables[player], game, step, state)]
                actions = [a for a in actions if row[a] != 0]
            moves = np.take(moves, actions, axis=player)
        axes = tuple(range(game.num_players))
        new = {(later, int(t)) for t in np.flatnonzero(moves.any(axis=axes))} - seen
        seen |= new
        waiting += new
    return seen
