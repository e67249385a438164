"""The tables of what is played at each information set of a tree, or by each type of a player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gtlearn.games import HarsanyiGame, SequentialGame
from gtlearn.solvers.outcomes import Table
from gtlearn.solvers.output.one_shot import MAX_ROWS
from gtlearn.solvers.output.pieces import (
    add_row,
    mix_cell,
    new_table,
    one_line,
    short_number,
)
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_MAX_SETS = 24  # of all players, that are shown; more are counted, and left to the other formats


def tree_blocks(game: SequentialGame | HarsanyiGame, solution: Record) -> list[str | RichTable]:
    """Each solution's payoffs and behaviour strategies."""
    blocks: list[str | RichTable] = []
    for number, outcome in enumerate(solution.solutions[:MAX_ROWS]):
        if len(solution) > 1:
            blocks.append(f"#{number}")
        paid = zip(game.players, outcome.payoffs, strict=True)
        listed = ", ".join(
            f"{short_number(payoff)} ({one_line(player)})" for player, payoff in paid
        )
        blocks.append(f"Payoffs: {listed}.")
        blocks += strategy_blocks(game, solution.profile(number).tables)
        blocks += _uniqueness(game, outcome.certificate.evidence.get("unique_plans"))
    if len(solution) > MAX_ROWS:
        blocks.append(f"{len(solution) - MAX_ROWS} more are in the other formats.")
    return blocks


def _uniqueness(game: SequentialGame | HarsanyiGame, stated: Sequence[bool] | None) -> list[str]:
    """Whose plan is the only optimal one."""
    only = [player for player, word in zip(game.players, stated or (), strict=False) if word]
    if len(only) != 1:
        return []
    return [f"The plan of {only[0]} is its only optimal one."]


def strategy_blocks(
    game: SequentialGame | HarsanyiGame,
    tables: Sequence[Table | None],
    worth: Sequence[Sequence[Any]] = (),
    best: Sequence[Sequence[int]] = (),
) -> list[str | RichTable]:
    """A row an information set or type; of more than are shown, those where most is lost, or each
    player's first.

    Args:
        game: the game.
        tables: one a player, None for one that is not known.
        worth: the regret there, one list a player, where it is known; None for types of probability
            zero.
        best: the position of a best action there, one list a player, where it is known.
    """
    more_columns = [*["best response"] * bool(best), *["regret there"] * bool(worth)]
    table = new_table("player", _point(game), "plays", *more_columns)
    rows = [(k, place) for k, own in enumerate(tables) for place in range(len(own or ()))]
    left = len(rows) - _MAX_SETS
    if left > 0 and worth:
        rows.sort(key=lambda row: -(worth[row[0]][row[1]] or 0))
    elif left > 0:  # the first of every player
        rows = sorted(sorted(rows, key=lambda row: row[1])[:_MAX_SETS])
    for player, place in rows[:_MAX_SETS]:
        known, vector = game.points(player)[place], (tables[player] or ())[place]
        cells = [game.players[player], one_line(known.label), mix_cell(known.actions, vector)]
        if best:
            cells.append(one_line(known.actions[best[player][place]]))
        if worth:
            own = worth[player][place]
            cells.append("" if own is None else short_number(own))
        add_row(table, cells)
    least = "with smaller regrets " if worth else ""
    more = f"{left} more {_point(game)}s {least}are in the other formats." if left > 0 else ""
    return [table, more]


def _point(game: SequentialGame | HarsanyiGame) -> str:
    return "type" if isinstance(game, HarsanyiGame) else "information set"
