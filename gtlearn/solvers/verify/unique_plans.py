"""Whether a plan of a tree of constant sum is the only optimal one, from the leaves alone.

Optimal plans of such a game are interchangeable: each is a best response to every optimal plan of
the other player (von Neumann 1928). So with an optimal plan y of the other, every optimal plan x
uses only sequences that are best responses to y, and against x the sequences that y plays are
worth as much as any other; the latter are linear equations in x. Where these, and those of a plan,
have one solution, x is the only optimal plan. Some y shows it whenever it is so, for a linear
program has strictly complementary solutions (Goldman & Tucker 1956).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint

from gtlearn.child import bounded
from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame
from gtlearn.solvers.verify.form import items
from gtlearn.solvers.verify.report import Unproven
from gtlearn.solvers.verify.tree_values import (
    TableRows,
    add_best,
    played_plan,
    regrets_and_payoffs,
    sequence_worth,
)

_PRIME = 2**61 - 1
_MOST = 3000  # unknowns of the equations
_Rows = list[dict[int, int]]  # the entries of each equation, by column


def plan_failures(
    game: ExtensiveGame, tables: Sequence[TableRows], stated: Any, shown: Sequence[TableRows]
) -> list[str]:
    """What is false of the statement which plans of an equilibrium are the only optimal ones.

    Args:
        game: the tree.
        tables: the strategies of an equilibrium.
        stated: for each of two players whether its plan is the only one.
        shown: what shows it, one strategy a player: of the other player where it is, and an
            optimal one of the player itself, with another plan, where it is not.

    Raises:
        InputError: if it is not stated of an equilibrium of a game of constant sum.
        Unproven: if the equations are too many.
        LimitReached: at a limit.
    """
    words = items(stated, "unique_plans")
    regrets, payoffs = regrets_and_payoffs(game, tables)
    if not game.is_constant_sum or any(regrets):
        raise InputError("unique_plans is said of equilibria of games of constant sum only")
    if len(words) != 2 or any(type(word) is not bool for word in words):
        raise InputError("unique_plans is not one truth value for each player")
    failed = []
    for player, (word, witness) in enumerate(zip(words, shown, strict=True)):
        shows = is_only_plan if word else is_another_plan
        if not shows(game, player, tables, witness, payoffs):
            how = "the only optimal one" if word else "one of several optimal ones"
            failed.append(f"the plan of {game.players[player]!r} is not shown to be {how}")
    return failed


def is_another_plan(
    game: ExtensiveGame,
    player: int,
    tables: Sequence[TableRows],
    witness: TableRows,
    payoffs: Sequence[Fraction],
) -> bool:
    """Whether a strategy is an optimal one whose plan is not that of the equilibrium.

    Args:
        game: a tree of constant sum.
        player: whose strategy it is.
        tables: the strategies of the equilibrium.
        witness: the strategy.
        payoffs: what the players get in the equilibrium.
    """
    known, other = (played_plan(game.sequences(player), t) for t in (tables[player], witness))
    same = all(a * other[1] == b * known[1] for a, b in zip(known[0], other[0], strict=True))
    return not same and _best_against(game, 1 - player, other)[1] == payoffs[1 - player]


def is_only_plan(
    game: ExtensiveGame,
    player: int,
    tables: Sequence[TableRows],
    witness: TableRows,
    payoffs: Sequence[Fraction],
) -> bool:
    """Whether a strategy of the other player shows that a player's plan is its only optimal one.

    Args:
        game: a tree of constant sum.
        player: whose plan it is.
        tables: the strategies of the equilibrium, whose plan solves the equations.
        witness: the strategy of the other.
        payoffs: what the players get in the equilibrium.

    Raises:
        Unproven: if the equations are too many.
        LimitReached: at a limit.
    """
    planned = played_plan(game.sequences(1 - player), witness)
    worth, value = _best_against(game, player, planned)
    if value != payoffs[player]:
        return False
    equations, unknowns = _equations(game, player, _best_sequences(game, player, worth), planned[0])
    if unknowns > _MOST:
        raise Unproven(f"the equations of a plan have {unknowns} unknowns, and {_MOST} are solved")
    if len(equations) < unknowns:
        return False
    return bounded(_has_full_rank, equations, unknowns, seconds=1e-9 * unknowns**3)


def _best_against(
    game: ExtensiveGame, player: int, other: tuple[list[int], int]
) -> tuple[list[int], Fraction]:
    """What a player's sequences and a best response earn against a plan of the other."""
    plans = [other, other]  # the player's own is not looked at
    worth, bottom = sequence_worth(game, player, plans)
    add_best(game.sequences(player), worth)
    return worth, Fraction(worth[0], bottom)


def _best_sequences(game: ExtensiveGame, player: int, worth: list[int]) -> set[int]:
    """Those that a best response may play."""
    own, best = game.sequences(player), {0}
    first, before = own.first.tolist(), own.before.tolist()
    for place in range(own.num_sets):
        if before[place] in best:
            actions = range(first[place], first[place + 1])
            most = max(worth[k] for k in actions)
            best.update(k for k in actions if worth[k] == most)
    return best


def _equations(
    game: ExtensiveGame, player: int, best: set[int], planned: list[int]
) -> tuple[_Rows, int]:
    """The equations of the difference of two optimal plans, with 0 on their right-hand sides.

    Unknowns are the differences at the sequences that a best response may play, but for that of no
    move, then those of what the other's information sets are worth to which its plan leads.
    """
    own, other = game.sequences(player), game.sequences(1 - player)
    column = {sequence: k for k, sequence in enumerate(sorted(best - {0}))}
    unknowns = len(column)
    rows: _Rows = []
    for place, before in enumerate(own.before.tolist()):
        if before in best:
            actions = range(int(own.first[place]), int(own.first[place + 1]))
            row = {column[k]: 1 for k in actions if k in best}
            if before:
                row[column[before]] = -1
            rows.append(row)
    tied: dict[int, dict[int, int]] = {k: {} for k, p in enumerate(planned) if p}
    for place, before in enumerate(other.before.tolist()):
        if planned[before]:
            tied[before][unknowns] = tied[before].get(unknowns, 0) - 1
            for k in range(int(other.first[place]), int(other.first[place + 1])):
                if planned[k]:
                    tied[k][unknowns] = tied[k].get(unknowns, 0) + 1
            unknowns += 1
    reach, paid = game.chance_reach.numerators, game.payoffs[1 - player].numerators
    leaves = (*game.leaf_sequences[[player, 1 - player]], reach, paid)
    for mine, theirs, p, payoff in zip(*(a.tolist() for a in leaves), strict=True):
        if theirs in tied and mine in column:
            row, at = tied[theirs], column[mine]
            row[at] = row.get(at, 0) - p * payoff
    return rows + list(tied.values()), unknowns


def _has_full_rank(equations: _Rows, unknowns: int) -> bool:
    """Whether only 0 solves the equations: they are independent modulo a prime."""
    matrix = flint.nmod_mat(len(equations), unknowns, _PRIME)
    for i, row in enumerate(equations):
        for j, value in row.items():
            matrix[i, j] = value % _PRIME
    return int(matrix.rank()) == unknowns
