"""Games and the catalogue as text for readers."""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn import games
from gtlearn.errors import quoted
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    HarsanyiGame,
    IteratedGame,
    MarkovGame,
    MergedGame,
    NormalFormGame,
    SequentialGame,
    SymmetricGame,
)
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.games.kinds.registry import kind_of
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.output.json import plain
from gtlearn.solvers.output.pieces import add_row, describe, mix, new_table, short_number, to_text

if TYPE_CHECKING:
    from rich.table import Table

_MAX_ROWS = 40
_MAX_PAYOFFS = 2_000_000  # of a game whose potential is looked for
_MAX_NODES = 200  # of a tree that is shown whole
_MAX_SLICES = 8  # tables shown of a game of more than two players
_MAX_STATES = 8  # states that are shown
_MAX_NAMED = 40  # states that are named
_MAX_LINES = 40  # profiles whose next states are shown


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
    """The game's size, source, and payoffs; of a registered kind those of its normal form."""
    kind = kind_of(game)
    blocks: list[str | Table] = []
    known = isinstance(game, ExtensiveGame | SymmetricGame)
    if kind is not None and kind.normal_form is not None and not known:
        said = f" {kind.describe(game)}" if kind.describe else ""
        blocks.append(f"{game.name} is {kind.name}.{said} Its normal form:\n")
        game = kind.normal_form(game)
    given = game.stage if isinstance(game, IteratedGame) else game
    blocks.append(describe(game))
    if given.source:
        blocks.append(f"Source: {given.source}")
    if given.number_note:
        blocks.append(f"Note: {given.number_note}.")
    if isinstance(game, IteratedGame):
        blocks += _iterated(game)
    elif isinstance(game, MarkovGame):
        blocks += _markov(game)
    elif isinstance(game, BayesianGame):
        blocks += _bayesian(game)
    elif isinstance(game, ExtensiveGame):
        blocks += _tree(game)
    elif isinstance(game, HarsanyiGame):
        blocks += _types(game)
    elif isinstance(game, SymmetricGame):
        blocks += _by_counts(game)
    elif isinstance(game, MergedGame):
        blocks += _sets(game)
    else:
        blocks += [how_to_read(game) + "\n" * (game.num_players > 2), *tables(game)]
        blocks += _potential(game)
    return to_text(blocks)


def _tree(game: ExtensiveGame) -> Iterable[str | Table]:
    """The tree, a line a node, indented by depth; of a large one the first information sets."""
    if game.num_nodes > _MAX_NODES:
        yield from _sets(game)
        yield f"The tree has {game.num_nodes} nodes; `gtlearn games convert` writes all of them."
        return
    lines = []
    for node, depth in enumerate(game.depth.tolist()):
        mover, place = int(game.mover[node]), int(game.place[node])
        label = f"{game.last_move(node)}: " if node else ""
        if mover == LEAF:
            what = ", ".join(short_number(own[place]) for own in game.payoffs)
        elif mover == CHANCE:
            what = f"chance ({mix(*game.chance[place])})"
        else:
            what = f"{game.players[mover]} at {quoted(game.sets[mover][place].label)}"
        lines.append(f"{'  ' * depth}{label}{what}")
    yield f"Payoffs of {', '.join(game.players)}, in this order.\n"
    yield "\n".join(lines)


def _potential(game: NormalFormGame) -> Iterable[str]:
    """That a game has an exact potential, and where it is highest."""
    if math.prod(game.shape) * game.num_players > _MAX_PAYOFFS:
        return
    potential = games.potential(game)
    if potential is None:
        return
    best = np.unravel_index(int(np.argmax(potential.numerators)), game.shape)
    played = ", ".join(labels[a] for labels, a in zip(game.actions, best, strict=True))
    yield _potential_words(potential[best], "at the first profile", f"at ({played})")


def _potential_words(gain: Fraction, first: str, best: str) -> str:
    return (
        "This is an exact potential game: who deviates gains what one function of the profile, the "
        f"potential, gains. It is highest {best}, {short_number(gain)} more than {first}: a pure "
        "equilibrium."
    )


def _by_counts(game: SymmetricGame) -> Iterable[str | Table]:
    """One row for all counts of the others' actions, with what each action earns."""
    yield "What a player earns by each action, by how many of the others take which."
    table = new_table(*(f"others: {label}" for label in game.actions), *game.actions)
    columns = game.payoffs.fractions().T.tolist()
    for counts, earned in list(zip(game.counts, columns, strict=True))[:_MAX_ROWS]:
        add_row(table, [*map(str, counts), *map(short_number, earned)])
    yield table
    if len(columns) > _MAX_ROWS:
        yield f"{len(columns) - _MAX_ROWS} more rows are not shown."
    potential = games.potential_by_counts(game)
    if potential is not None:
        best = max(potential, key=potential.__getitem__)
        pairs = zip(best, game.actions, strict=True)
        played = ", ".join(f"{label}: {count}" for count, label in pairs if count)
        first = f"all take {game.actions[0]}"
        yield _potential_words(potential[best], f"where {first}", f"at these counts ({played})")


def _sets(game: SequentialGame) -> Iterable[str | Table]:
    """The first information sets of each player."""
    table = new_table("player", "information set", "actions")
    for player, own in zip(game.players, game.sets, strict=True):
        for known in own[: _MAX_NAMED // 2]:
            add_row(table, [player, " / ".join(known.label.split("\n")), ", ".join(known.actions)])
    yield table


def _bayesian(game: BayesianGame) -> Iterable[str | Table]:
    yield f"{how_to_read(game.games[0])}\n"
    follower = game.players[game.follower]
    for label, probability, against in zip(game.types, game.prior, game.games, strict=True):
        yield f"{follower} is of type {label} with probability {short_number(probability)}:"
        yield from tables(against)


def _types(game: HarsanyiGame) -> Iterable[str | Table]:
    """What is played for each profile of types, as many as are shown."""
    for number, profile in enumerate(game.profiles[:_MAX_SLICES]):
        points = [own[k] for own, k in zip(game.types, profile.types, strict=True)]
        stage = NormalFormGame(
            name=game.name,
            players=game.players,
            actions=tuple(point.actions for point in points),
            payoffs=profile.payoffs,
        )
        if number == 0:
            yield f"{how_to_read(stage)}\n"
        pairs = zip(game.players, points, strict=True)
        who = ", ".join(f"{player} is {point.label}" for player, point in pairs)
        yield f"{who}, with probability {short_number(profile.probability)}:"
        yield from tables(stage)
    if len(game.profiles) > _MAX_SLICES:
        yield f"{len(game.profiles) - _MAX_SLICES} more profiles of types are not shown."


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
    for choice in others[:_MAX_SLICES]:
        if choice:
            chosen = [
                f"{player} plays {labels[action]}"
                for player, labels, action in zip(
                    game.players[2:], game.actions[2:], choice, strict=True
                )
            ]
            blocks.append(" and ".join(chosen) + ":")
        blocks += _table(game, choice)
    if len(others) > _MAX_SLICES:
        blocks.append(f"{len(others) - _MAX_SLICES} more tables are not shown.")
    return blocks


def _table(game: NormalFormGame, others: tuple[int, ...]) -> list[str | Table]:
    row_count, column_count = game.shape[:2]
    width = shutil.get_terminal_size((100, 24)).columns
    rows = [
        [game.actions[0][i], *(_cell(game, (i, j, *others)) for j in range(column_count))]
        for i in range(min(row_count, _MAX_ROWS))
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
    if fitting == column_count and row_count <= _MAX_ROWS:
        return [table]
    return [
        table,
        f"Shown: {len(rows)} of {row_count} rows, {fitting} of {column_count} columns.",
    ]


def _cell(game: NormalFormGame, profile: tuple[int, ...]) -> str:
    return ", ".join(short_number(game.payoff(k, profile)) for k in range(game.num_players))


def _iterated(game: IteratedGame) -> Iterable[str | Table]:
    yield f"A value is the {game.markov.unit}. A policy sees {_seen(game)}."
    yield f"{how_to_read(game.stage)} At each step:"
    yield from tables(game.stage)


def _seen(game: IteratedGame) -> str:
    """What a policy of the game's memory is a function of."""
    if game.memory == 0:
        return "nothing of what was played"
    last = "last joint action" if game.memory == 1 else f"last {game.memory} joint actions"
    return f"the {last}, {game.stage.players[0]}'s action first: {_listed(game.states)}"


def _markov(game: MarkovGame) -> Iterable[str | Table]:
    yield f"A value is the {game.unit}. The game starts in {mix(game.states, game.start)}."
    stages = [_stage(game, s) for s in range(min(game.num_states, _MAX_STATES))]
    yield how_to_read(stages[0])
    for s, stage in enumerate(stages):
        yield f"In state {game.states[s]}:"
        yield from tables(stage)
        yield from _what_follows(game, s)
    if game.num_states > _MAX_STATES:
        yield f"{game.num_states - _MAX_STATES} more states are not shown."


def _legal(game: MarkovGame, state: int) -> list[list[int]]:
    return [np.flatnonzero(mask[state]).tolist() for mask in game.legal]


def _stage(game: MarkovGame, state: int) -> NormalFormGame:
    """What is paid in a state, for the actions that are legal there."""
    legal = _legal(game, state)
    return NormalFormGame(
        name=game.states[state],
        players=game.players,
        actions=tuple(
            tuple(labels[a] for a in allowed)
            for labels, allowed in zip(game.actions, legal, strict=True)
        ),
        payoffs=tuple(
            ExactArray(array.numerators[state][np.ix_(*legal)], array.denominator)
            for array in game.payoffs
        ),
    )


def _what_follows(game: MarkovGame, state: int) -> Iterable[str | Table]:
    """The next states: in one line where they do not depend on what is done, else a table."""
    profiles = list(itertools.product(*_legal(game, state)))
    shown = [_next_states(game, (state, *profile)) for profile in profiles[:_MAX_LINES]]
    if len(profiles) <= _MAX_LINES and len(set(shown)) == 1:
        yield f"Then: {shown[0]}.\n"
        return
    table = new_table(*game.players, "then")
    for profile, text in zip(profiles, shown, strict=False):
        names = [labels[a] for labels, a in zip(game.actions, profile, strict=True)]
        add_row(table, [*names, text])
    yield table
    if len(profiles) > _MAX_LINES:
        yield f"{len(profiles) - _MAX_LINES} more lines are not shown."


def _next_states(game: MarkovGame, place: tuple[int, ...]) -> str:
    row = game.transitions.numerators[place]
    reached = np.flatnonzero(row).tolist()
    labels = [game.states[t] for t in reached]
    return mix(labels, tuple(game.transitions[(*place, t)] for t in reached))


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - _MAX_NAMED
    return ", ".join(labels[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
