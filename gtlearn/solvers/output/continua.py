"""The table of supports on which infinitely many profiles are equilibria."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gtlearn.games import NormalFormGame
from gtlearn.solvers.outcomes import Continuum
from gtlearn.solvers.output.pieces import add_row, mix, new_table
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    from rich.table import Table

_MAX_ROWS = 50  # more are counted, and left to the other formats
_CONDITION = "as far as {player} loses nothing by {action} instead"
_NAMED = "only some mixtures of these"


def continuum_blocks(solution: Record) -> list[str | Table]:
    """What is known of each continuum; nothing where there is none."""
    continua, game = solution.continua, solution.game
    if not continua or not isinstance(game, NormalFormGame):
        return []
    limited = [_limits(game, continuum) for continuum in continua[:_MAX_ROWS]]
    table = new_table("support", *game.players, *[""] * any(limited))
    for number, (continuum, limit) in enumerate(zip(continua, limited, strict=False), start=1):
        own = continuum.within or [()] * game.num_players
        cells = [
            "\n".join(mix(labels, strategy) for strategy in extreme)
            or ", ".join(labels[a] for a in support)
            for labels, extreme, support in zip(game.actions, own, continuum.supports, strict=True)
        ]
        add_row(table, [str(number), *cells, *[limit] * any(limited)])
    blocks: list[str | Table] = [_sentence(len(continua), sum(map(bool, limited)), len(limited))]
    blocks.append(table)
    if len(continua) > _MAX_ROWS:
        blocks.append(f"{len(continua) - _MAX_ROWS} more are in JSON.")
    return blocks


def _sentence(count: int, limited: int, shown: int) -> str:
    where = f"on each of {count} supports" if count > 1 else "on one support"
    said = f"There are infinitely many equilibria {where}"
    if limited == shown:
        return f"{said}."
    those = ", where nothing else is said" if limited else ""
    return f"{said}: all mixtures of the strategies shown, player by player{those}."


def _limits(game: NormalFormGame, continuum: Continuum) -> str:
    """Which mixtures are no equilibria, in words."""
    if continuum.within is None:
        return _NAMED
    return "\n".join(
        _CONDITION.format(player=game.players[c.player], action=game.actions[c.player][c.action])
        for c in continuum.conditions
    )
