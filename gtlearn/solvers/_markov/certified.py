"""Turns tables into equilibria with certificates: exact regrets against every deviation, also of
short tables near long or irrational ones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from gtlearn import child, limits
from gtlearn.games import MarkovGame
from gtlearn.games.numbers import Number
from gtlearn.solvers._linear.cost import bits_of, solving_seconds
from gtlearn.solvers._markov.planning import optimal_plan
from gtlearn.solvers._markov.process import induced_process
from gtlearn.solvers.outcomes import RATIONAL, Certificate, NashEquilibrium, Strategy, Table
from gtlearn.solvers.profiles.tables import exact_tables
from gtlearn.solvers.verify.markov_values import table_payoffs, table_regrets

SUBGAME_PERFECT = "subgame_perfect"
ACCURACY = Fraction(
    1, 10**9
)  # of approximations, in shares of what the payoffs of a play differ by
_DIGITS = (12, 18, 24, 36)  # of the decimals that probabilities are rounded to, as many as it takes


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
    exact = exact_tables(tables, game)
    for player, table in enumerate(exact):
        _, choices = optimal_plan(induced_process(game, exact, player), player)
        played = np.array([[p != 0 for p in row] for row in table])
        if (played.reshape(-1, *choices.shape[1:]) & ~choices).any():
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


def shortened(
    game: MarkovGame, tables: Sequence[Table], allowed: Sequence[Fraction]
) -> NashEquilibrium:
    """The profile in the fewest decimals for which no player's regret exceeds what is allowed.

    Args:
        game: the game.
        tables: one exact table a player.
        allowed: the largest regret of each player.

    Returns:
        The profile as it is given where no rounding keeps the regrets that low.
    """
    for digits in _DIGITS:
        short = [tuple(decimal(row, digits) for row in table) for table in tables]
        equilibrium = measured(game, short)
        regrets = equilibrium.certificate.evidence["regrets"]
        if all(r <= most for r, most in zip(regrets, allowed, strict=True)):
            return equilibrium
    return measured(game, tables)


def decimal(strategy: Sequence[Number], digits: int) -> Strategy:
    """The probability vector with so many decimals that is nearest to a probability vector.

    >>> from fractions import Fraction
    >>> [str(p) for p in decimal((Fraction(1, 3), Fraction(0), Fraction(2, 3)), 1)]
    ['3/10', '0', '7/10']
    """
    unit = 10**digits
    exact = [Fraction(p) * unit for p in strategy]
    whole = [int(v) for v in exact]
    by_rest = sorted(range(len(exact)), key=lambda a: whole[a] - exact[a])
    for action in by_rest[: unit - sum(whole)]:
        whole[action] += 1
    return tuple(Fraction(v, unit) for v in whole)
