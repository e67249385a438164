"""Turns tables into equilibria with certificates: exact regrets against every deviation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from gtlearn import child, limits
from gtlearn.games import MarkovGame
from gtlearn.solvers._linear.cost import bits_of, solving_seconds
from gtlearn.solvers._markov.response import optimal_response
from gtlearn.solvers.solution import RATIONAL, Certificate, NashEquilibrium, Table
from gtlearn.solvers.verify.markov_values import table_payoffs, table_regrets

SUBGAME_PERFECT = "subgame_perfect"


def measured(
    game: MarkovGame, tables: Sequence[Table], *, timed: bool = False, **evidence: Any
) -> NashEquilibrium:
    """The profile with its exact payoffs and regrets: an equilibrium where the regrets are zero.

    The evidence is "regrets", one a player, how much its best deviation from the start gains,
    whatever it may depend on; and where all are zero "subgame_perfect", whether also no player
    gains in any state (at any step of a game with a horizon) that is never reached.

    Args:
        game: the game.
        tables: one exact table a player.
        timed: whether row `t * states + s` is played in state s at step t.
        evidence: more evidence by name.

    Raises:
        LimitReached: at a limit.
    """
    payoffs, regrets = child.bounded(_proven, game, tables, seconds=measuring_seconds(game))
    exact = not any(regrets)
    if exact and SUBGAME_PERFECT not in evidence:
        evidence[SUBGAME_PERFECT] = is_subgame_perfect(game, tables)
    certificate = Certificate("nash", RATIONAL, exact, {"regrets": regrets, **evidence})
    return NashEquilibrium(tuple(tables), payoffs, certificate, timed=timed)


def _proven(
    game: MarkovGame, tables: Sequence[Table]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The payoffs and the regrets, by the code that verifies."""
    return table_payoffs(game, tables), table_regrets(game, tables)


def measuring_seconds(game: MarkovGame) -> float:
    """About how long it takes to verify a profile of tables; 0 where nothing limits it."""
    if limits.patience() == inf:
        return 0.0
    moves = int(np.count_nonzero(game.transitions.numerators))
    bits = bits_of(game.transitions.numerators) + max(
        bits_of(array.numerators) for array in game.payoffs
    )
    if game.horizon is None:
        solving = 10 * solving_seconds(game.num_states, bits)
        return game.num_players * (5e-6 * moves + solving)
    return game.num_players * moves * (5e-6 + 1e-6 * game.horizon)


def is_exact(equilibrium: NashEquilibrium) -> bool:
    """Whether no player gains anything by deviating."""
    return not any(equilibrium.certificate.evidence["regrets"])


def is_subgame_perfect(game: MarkovGame, tables: Sequence[Table]) -> bool:
    """Whether each player's table is optimal from every state on, and with a horizon every step.

    A table is if it only plays actions that conserve the optimal value (Puterman 1994, Theorems
    4.3.3 and 6.2.7).
    """
    for player, table in enumerate(tables):
        choices = optimal_response(game, tables, player).choices or ()
        for row, best in enumerate(choices):
            played = table[row % len(table)]
            if any(p and action not in best for action, p in enumerate(played)):
                return False
    return True


def tolerances(game: MarkovGame, share: Fraction) -> tuple[Fraction, ...]:
    """A share of what the payoffs of a play can differ by, one a player; without a horizon."""
    out = []
    for array in game.payoffs:
        legal = array.numerators[game.legal_profiles]
        spread = Fraction(int(legal.max()) - int(legal.min()), array.denominator)
        out.append(share * spread / (1 - game.discount))
    return tuple(out)
