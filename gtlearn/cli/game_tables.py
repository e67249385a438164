"""Games and the catalogue as text for people."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING, Any

from gtlearn import games
from gtlearn.games import BayesianGame, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.solvers.output.json import plain
from gtlearn.solvers.output.pieces import add_row, new_table, short_number, to_text
from gtlearn.solvers.output.words import describe

if TYPE_CHECKING:
    from rich.table import Table

MAX_ROWS = 40
MAX_SLICES = 8  # tables shown of a game of more than two players


def catalogue_json() -> dict[str, Any]:
    """The catalogue as one JSON object."""
    return {
        "schema": "gtlearn/catalogue/1",
        "games": [
            {
                "name": entry.name,
                "summary": entry.summary,
                "citation": entry.citation,
                "parameters": plain(dict(entry.parameters)),
            }
            for entry in games.catalogue_entries()
        ],
    }


def catalogue_text() -> str:
    """The catalogue as a table."""
    table = new_table("game", "what it is")
    families = False
    for entry in games.catalogue_entries():
        arguments = ", ".join(f"{key}={value}" for key, value in entry.parameters.items())
        families |= bool(arguments)
        summary = f"{entry.summary} [{arguments}]" if arguments else entry.summary
        add_row(table, [entry.name, summary])
    closing = "`gtlearn games show NAME` prints payoffs and citation."
    if families:
        closing += ' Parameters in brackets can be set: "NAME(key=value)".'
    closing += (
        ' Any game in normal form can be iterated: "gtlearn_iterated(stage=NAME,horizon=10)", or '
        '"gtlearn_iterated(stage=NAME,discount=24/25)" for ever.'
    )
    return to_text([table, closing])


def game_text(game: games.Game) -> str:
    """The game's size, source, and payoffs."""
    if isinstance(game, MarkovGame | IteratedGame):
        from gtlearn.cli.markov_tables import markov_text

        return markov_text(game)
    blocks: list[str | Table] = [describe(game)]
    if game.source:
        blocks.append(f"Source: {game.source}")
    if game.number_note:
        blocks.append(f"Note: {game.number_note}.")
    if isinstance(game, BayesianGame):
        blocks.append(f"{how_to_read(game.games[0])}\n")
        for label, probability, against in zip(game.types, game.prior, game.games, strict=True):
            follower = game.players[game.follower]
            blocks.append(
                f"{follower} is of type {label} with probability {short_number(probability)}:"
            )
            blocks += tables(against)
    else:
        blocks += [how_to_read(game) + "\n" * (game.num_players > 2), *tables(game)]
    return to_text(blocks)


def how_to_read(game: NormalFormGame) -> str:
    """Whose payoffs stand in a cell, and who chooses what."""
    players = " and ".join([", ".join(game.players[:-1]), game.players[-1]])
    return (
        f"Payoffs of {players}, in this order. {game.players[0]} chooses the row and "
        f"{game.players[1]} the column."
    )


def tables(game: NormalFormGame) -> list[str | Table]:
    """One table of (player 0's actions) x (player 1's) for each choice of the others."""
    blocks: list[str | Table] = []
    others = list(itertools.product(*(range(size) for size in game.shape[2:])))
    for choice in others[:MAX_SLICES]:
        if choice:
            chosen = [
                f"{player} plays {labels[action]}"
                for player, labels, action in zip(
                    game.players[2:], game.actions[2:], choice, strict=True
                )
            ]
            blocks.append(" and ".join(chosen) + ":")
        blocks += _table(game, choice)
    if len(others) > MAX_SLICES:
        blocks.append(f"{len(others) - MAX_SLICES} more tables are not shown.")
    return blocks


def _table(game: NormalFormGame, others: tuple[int, ...]) -> list[str | Table]:
    row_count, column_count = game.shape[:2]
    width = shutil.get_terminal_size((100, 24)).columns
    rows = [
        [game.actions[0][i], *(_cell(game, (i, j, *others)) for j in range(column_count))]
        for i in range(min(row_count, MAX_ROWS))
    ]
    heads = ["", *game.actions[1]]
    used, fitting = 0, 0
    for column, head in enumerate(heads):
        used += max(len(head), *(len(row[column]) for row in rows)) + 3
        if used > width and column > 1:
            break
        fitting = column
    table = new_table(*heads[: fitting + 1])
    for row in rows:
        add_row(table, row[: fitting + 1])
    if fitting == column_count and row_count <= MAX_ROWS:
        return [table]
    return [
        table,
        f"Shown: {len(rows)} of {row_count} rows, {fitting} of {column_count} columns.",
    ]


def _cell(game: NormalFormGame, profile: tuple[int, ...]) -> str:
    return ", ".join(short_number(game.payoff(k, profile)) for k in range(game.num_players))
