"""Iterated and Markov games as text for people."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gtlearn.cli.game_tables import how_to_read, tables
from gtlearn.games import IteratedGame, MarkovGame, NormalFormGame
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.output.pieces import add_row, mix, new_table, to_text
from gtlearn.solvers.output.words import describe

if TYPE_CHECKING:
    from rich.table import Table

MAX_STATES = 8  # states that are shown
MAX_NAMED = 40  # states that are named
MAX_LINES = 40  # profiles whose next states are shown


def markov_text(game: MarkovGame | IteratedGame) -> str:
    """The game's size, source and unit, what is paid, and what follows."""
    if isinstance(game, IteratedGame):
        note, source, rest = game.stage.number_note, game.stage.source, _iterated(game)
    else:
        note, source, rest = game.number_note, game.source, _markov(game)
    blocks: list[str | Table] = [describe(game)]
    blocks.append(f"Source: {source}" if source else "")
    blocks.append(f"Note: {note}." if note else "")
    return to_text([*blocks, *rest])


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
    stages = [_stage(game, s) for s in range(min(game.num_states, MAX_STATES))]
    yield how_to_read(stages[0])
    for s, stage in enumerate(stages):
        yield f"In state {game.states[s]}:"
        yield from tables(stage)
        yield from _what_follows(game, s)
    if game.num_states > MAX_STATES:
        yield f"{game.num_states - MAX_STATES} more states are not shown."


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
    shown = [_next_states(game, (state, *profile)) for profile in profiles[:MAX_LINES]]
    if len(profiles) <= MAX_LINES and len(set(shown)) == 1:
        yield f"Then: {shown[0]}.\n"
        return
    table = new_table(*game.players, "then")
    for profile, text in zip(profiles, shown, strict=False):
        names = [labels[a] for labels, a in zip(game.actions, profile, strict=True)]
        add_row(table, [*names, text])
    yield table
    if len(profiles) > MAX_LINES:
        yield f"{len(profiles) - MAX_LINES} more lines are not shown."


def _next_states(game: MarkovGame, place: tuple[int, ...]) -> str:
    row = game.transitions.numerators[place]
    reached = np.flatnonzero(row).tolist()
    labels = [game.states[t] for t in reached]
    return mix(labels, tuple(game.transitions[(*place, t)] for t in reached))


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - MAX_NAMED
    return ", ".join(labels[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
