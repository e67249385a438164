"""Backward induction over the states of a game of perfect information (Zermelo 1913; Kuhn 1953)."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

from gtlearn import limits
from gtlearn.games import MergedGame
from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.limits import OK, LimitReached
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers.outcomes import (
    RATIONAL,
    Certificate,
    NashEquilibrium,
    StrategyProfile,
    Table,
    pure,
)
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.merged import regrets_in_states

_METHOD = "backward induction over merged states"
_LOOK = 4096  # states between two looks at the limits

_Number = int | Fraction


def solve_subgame_perfect(game: MergedGame, *, progress: Progress | None = None) -> Solution:
    """One subgame-perfect equilibrium, of any number of players; see `solvers.solve`.

    In each state its mover takes the first of its best moves. Where none is ever indifferent,
    there is no other equilibrium, and `complete` says so.
    """
    return _solved(game, "subgame-perfect", progress)


def solve_nash(game: MergedGame, *, progress: Progress | None = None) -> Solution:
    """One Nash equilibrium, which is subgame-perfect; see `solvers.solve`."""
    return replace(_solved(game, "nash", progress), complete=False)


def _solved(game: MergedGame, concept: str, progress: Progress | None) -> Solution:
    start = time.monotonic()
    notes = [game.number_note] if game.number_note else []
    solutions: tuple[StrategyProfile, ...] = ()
    status, alone = OK, False
    with heard_by(progress):
        try:
            tables, alone = _induced(game)
            solutions = (_certified(game, concept, tables),)
        except LimitReached as reached:
            status, alone = reached.status, False
            notes.append(f"{reached} before all states were solved; {reached.more}")
    return Solution(
        game=game,
        concept=concept,
        method=_METHOD,
        solutions=solutions,
        status=status,
        complete=alone,
        seconds=time.monotonic() - start,
        notes=tuple(notes),
    )


def _induced(game: MergedGame) -> tuple[tuple[Table, ...], bool]:
    """A best move in each state, from the last one on, and whether it is the only one in each.

    A value is counted in units of the payoffs' common denominator: an integer below moves of
    players alone.
    """
    mover, place = game.mover.tolist(), game.place.tolist()
    first, after = game.first.tolist(), game.after.tolist()
    leaves = list(zip(*(p.numerators.tolist() for p in game.payoffs), strict=True))
    values: list[tuple[_Number, ...]] = [()] * game.num_nodes
    rows: list[list[tuple[Fraction, ...]]] = [[()] * len(own) for own in game.sets]
    alone = True
    for node in range(game.num_nodes - 1, -1, -1):
        if node % _LOOK == 0:
            limits.check()
        who = mover[node]
        if who == LEAF:
            values[node] = leaves[place[node]]
            continue
        below = [values[later] for later in after[first[node] : first[node + 1]]]
        if who == CHANCE:
            values[node] = _mean(below, game.chance[place[node]].probabilities)
            continue
        own = [value[who] for value in below]
        best = own.index(max(own))
        alone = alone and own.count(own[best]) == 1
        values[node] = below[best]
        rows[who][place[node]] = pure(len(own), best)
    return tuple(map(tuple, rows)), alone


def _mean(values: list[tuple[_Number, ...]], weights: tuple[Fraction, ...]) -> tuple[_Number, ...]:
    columns = zip(*values, strict=True)
    return tuple(sum(w * v for w, v in zip(weights, own, strict=True)) for own in columns)


def _certified(game: MergedGame, concept: str, tables: tuple[Table, ...]) -> StrategyProfile:
    at_start, anywhere, payoffs = regrets_in_states(game, tables)
    if concept == "subgame-perfect":
        proof = Certificate(concept, RATIONAL, not any(anywhere), {"regrets": anywhere})
        return StrategyProfile(tables, payoffs, proof)
    evidence = {"regrets": at_start, **({"value": payoffs[0]} if game.is_zero_sum else {})}
    proof = Certificate(concept, RATIONAL, not any(at_start), evidence)
    return NashEquilibrium(tables, payoffs, proof)
