"""Minimal polynomials of the probabilities of enclosed equilibria, by elimination.

The probabilities solve polynomial equations: all that a player mixes earns the same. A resultant
lies in the ideal of its two polynomials (Cox, Little & O'Shea, Ideals, Varieties, and Algorithms,
chapter 3, section 6), so it is zero at the equilibrium as well, and so is one of its irreducible
factors: the one that is left when all others are proven not to be zero anywhere in the box.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from flint import Ordering, arb, ctx, fmpq, fmpz_mpoly, fmpz_mpoly_ctx

from gtlearn import limits
from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.enclosure import enclosure_failures

MAX_ELIMINATED = 3
MAX_DEGREE = 24
_BITS = 512  # of the balls in which factors are told from zero


def minimal_polynomial(
    game: NormalFormGame, equilibrium: NashEquilibrium, player: int, action: int
) -> tuple[int, ...]:
    """The minimal polynomial of a probability of an equilibrium in a box.

    It is irreducible over the integers, and the probability is proven to be its only root in the
    interval.

    Args:
        game: the game.
        equilibrium: one whose probabilities are enclosed.
        player: the number of the player.
        action: the number of the action.

    Returns:
        Its coefficients, that of the constant first; the last is positive.

    Raises:
        InputError: if the probability is not enclosed, the box is not proven, or the elimination
            has too many unknowns, too high a degree, or leaves no polynomial; it says which.
        LimitReached: at a limit.

    >>> from gtlearn import games, solvers
    >>> hunt = [[[[2, 0], [0, 0]], [[1, 1], [1, 1]]], [[[2, 0], [1, 1]], [[0, 0], [1, 1]]],
    ...         [[[2, 1], [0, 1]], [[0, 1], [0, 1]]]]  # a stag is caught by all three
    >>> mixed = solvers.solve(hunt, find="all")[-1]
    >>> print(mixed.strategies[0][0], minimal_polynomial(games.load(hunt), mixed, 0, 0))
    0.70710678... (-1, 0, 2)
    """
    shape = tuple(len(strategy) for strategy in equilibrium.strategies)
    if shape != tuple(game.shape):
        raise InputError("the equilibrium is of another game; give the game that it was solved for")
    if not (0 <= player < len(shape) and 0 <= action < shape[player]):
        raise InputError(f"there is no action {action} of a player {player}; count both from 0")
    if not isinstance(equilibrium.strategies[player][action], Enclosure):
        raise InputError(
            f"the probability of action {action} of player {player} is "
            f"{equilibrium.strategies[player][action]}, which is exact as it stands"
        )
    failures = enclosure_failures(game, equilibrium)
    if failures:
        raise InputError(f"the equilibrium is not proven: {failures[0]}")
    with ctx.workprec(_BITS):
        return _Elimination(game, equilibrium, player, action).polynomial()


class _Elimination:
    """The equations of an equilibrium, and their elimination down to one unknown.

    The probability that is asked for is the first unknown; of each player one probability is one
    minus the others.
    """

    def __init__(
        self, game: NormalFormGame, equilibrium: NashEquilibrium, player: int, action: int
    ) -> None:
        self._game = game
        supports = [
            [a for a, p in enumerate(s) if isinstance(p, Enclosure) or p]
            for s in equilibrium.strategies
        ]
        supports[player].sort(key=lambda a: a != action)
        unknowns = [(player, action)] + [
            (k, a) for k, own in enumerate(supports) for a in own[:-1] if (k, a) != (player, action)
        ]
        if len(unknowns) > MAX_ELIMINATED:
            raise InputError(
                f"the equilibrium solves equations in {len(unknowns)} unknowns, and minimal "
                f"polynomials are found for at most {MAX_ELIMINATED}; take the interval instead"
            )
        names = [f"x{k}" for k in range(len(unknowns))]
        self._ring: Any = fmpz_mpoly_ctx.get(names, Ordering.lex)
        self._box = [_ball(equilibrium.strategies[k][a]) for k, a in unknowns]
        gens = dict(zip(unknowns, self._ring.gens(), strict=True))
        self._weights: list[dict[int, Any]] = []
        for k, own in enumerate(supports):
            weights = {a: gens[k, a] for a in own[:-1]}
            weights[own[-1]] = 1 - sum(weights.values(), self._ring.constant(0))
            self._weights.append(weights)

    def polynomial(self) -> tuple[int, ...]:
        """Its coefficients, the constant first."""
        equations = self._equations()
        for unknown in reversed(range(1, len(self._box))):
            equations = self._without(unknown, equations)
        univariate = [p for p in equations if p.degrees()[0] > 0]
        if not univariate:
            raise InputError("elimination leaves no polynomial; take the interval instead")
        least = min(univariate, key=lambda p: int(p.degrees()[0]))
        if self._at(least.derivative(0)).contains(0):
            raise InputError("the interval is not proven to hold one root; take it as it is")
        coefficients = [0] * (int(least.degrees()[0]) + 1)
        for powers, coefficient in least.to_dict().items():
            coefficients[powers[0]] = int(coefficient)
        sign = 1 if coefficients[-1] > 0 else -1
        return tuple(sign * c for c in coefficients)

    def _equations(self) -> list[fmpz_mpoly]:
        """What is played earns the same, reduced to the factors that are zero in the box."""
        out = []
        for player, weights in enumerate(self._weights):
            first, *rest = [self._earned(player, action) for action in weights]
            out += [self._factor(other - first) for other in rest if other != first]
        return out

    def _earned(self, player: int, action: int) -> Any:
        choices: list[Any] = [
            [action] if k == player else list(weights) for k, weights in enumerate(self._weights)
        ]
        total = self._ring.constant(0)
        for profile in product(*choices):
            term = self._ring.constant(int(self._game.payoffs[player].numerators[profile]))
            for k, own in enumerate(profile):
                if k != player:
                    term *= self._weights[k][own]
            total += term
        return total

    def _without(self, unknown: int, equations: list[fmpz_mpoly]) -> list[fmpz_mpoly]:
        """Equations that follow and hold the unknown no more."""
        held = [p for p in equations if p.degrees()[unknown] > 0]
        out = [p for p in equations if p.degrees()[unknown] == 0]
        held.sort(key=lambda p: int(p.degrees()[unknown]))
        for other in held[1:]:
            limits.check()
            resultant = held[0].resultant(other, unknown)
            if not resultant.is_zero():
                out.append(self._factor(resultant))
        return out

    def _factor(self, polynomial: Any) -> fmpz_mpoly:
        """The irreducible factor that is zero at the equilibrium."""
        if max(map(int, polynomial.degrees())) > MAX_DEGREE:
            raise InputError(
                f"elimination leads to degrees above {MAX_DEGREE}; take the interval instead"
            )
        zero: list[fmpz_mpoly] = [
            factor for factor, _ in polynomial.factor()[1] if self._at(factor).contains(0)
        ]
        if len(zero) != 1:
            raise InputError("factors are not told apart in the box; take the interval instead")
        return zero[0]

    def _at(self, polynomial: Any) -> arb:
        """The polynomial's value in a ball."""
        total = arb(0)
        for powers, coefficient in polynomial.to_dict().items():
            term = arb(coefficient)
            for x, power in zip(self._box, powers, strict=True):
                term *= x ** int(power)
            total += term
        return total


def _ball(value: Any) -> arb:
    low, high = (
        arb(fmpq(int(v.numerator), int(v.denominator))) for v in (value.lower, value.upper)
    )
    return low.union(high)
