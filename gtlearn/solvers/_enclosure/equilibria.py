"""Equilibria of Markov games, and of games in one shot, as roots of polynomials.

The unknowns and equations are those of `EnclosureEvidence`. A stationary profile is an equilibrium,
from every state on, if what is played earns the value of the state and nothing else earns more
(Fink 1964; Herings & Peeters 2004, Stationary equilibria in stochastic games, section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
from flint import arb, ctx

from gtlearn import limits
from gtlearn.games import MarkovGame, NormalFormGame
from gtlearn.games.numbers import ExactArray, Number
from gtlearn.solvers._enclosure.contraction import Contraction
from gtlearn.solvers._enclosure.krawczyk import (
    DIGITS,
    PRECISIONS,
    Balls,
    Box,
    Monomial,
    NotEnclosed,
    Polynomials,
    System,
    proven_box,
    refined,
)
from gtlearn.solvers.enclosures import EnclosedTable, Enclosure, Real
from gtlearn.solvers.evidence import EnclosureEvidence
from gtlearn.solvers.outcomes import ENCLOSURE, Certificate, NashEquilibrium
from gtlearn.solvers.verify.enclosure import enclosure_failures, one_state
from gtlearn.solvers.verify.nash import payoffs

MAX_UNKNOWNS = 200  # the preconditioner holds the square of so many numbers
SLACK_DIGITS = 6

_Table = Sequence[Sequence[Number]]  # states x actions
_Values = Sequence[Sequence[Number]]  # one row a player: what each state is worth


@dataclass(frozen=True, eq=False)
class Equations:
    """The equations of the equilibria on given supports.

    Attributes:
        game: a game without a horizon.
        played: (player, state, action) of all that is played with positive probability.
    """

    game: MarkovGame
    played: tuple[tuple[int, int, int], ...]

    @cached_property
    def rows(self) -> dict[tuple[int, int], list[int]]:
        """The actions that are played, by player and state."""
        out: dict[tuple[int, int], list[int]] = {}
        for player, state, action in self.played:
            out.setdefault((player, state), []).append(action)
        return out

    @cached_property
    def probabilities(self) -> dict[tuple[int, int, int], int]:
        """The unknown of each probability that is not one."""
        mixed = [(k, s, a) for k, s, a in self.played if len(self.rows[k, s]) > 1]
        return {place: unknown for unknown, place in enumerate(mixed)}

    @property
    def size(self) -> int:
        """The number of unknowns."""
        return len(self.probabilities) + self.game.num_players * self.game.num_states

    def value(self, player: int, state: int) -> int:
        """The unknown that is the value of a state."""
        return len(self.probabilities) + player * self.game.num_states + state

    @cached_property
    def system(self) -> System:
        """What is played earns the value; the probabilities of each row sum to one."""
        if not self.game.discount:
            return Contraction(self.game, self.rows, self.probabilities)
        terms: list[dict[Monomial, Fraction]] = [self.excess(*place) for place in self.played]
        for (player, state), actions in self.rows.items():
            if len(actions) > 1:
                terms.append({(): Fraction(-1)})
                for action in actions:
                    _add(terms[-1], (self.probabilities[player, state, action],), Fraction(1))
        return Polynomials(self.size, terms)

    def excess(self, player: int, state: int, own: int) -> dict[Monomial, Fraction]:
        """What an action earns beyond the value of the state."""
        out: dict[Monomial, Fraction] = {(self.value(player, state),): Fraction(-1)}
        choices = [
            [own] if k == player else self.rows[k, state] for k in range(self.game.num_players)
        ]
        for profile in product(*choices):
            limits.check()
            weight = tuple(
                self.probabilities[k, state, action]
                for k, action in enumerate(profile)
                if k != player and (k, state, action) in self.probabilities
            )
            _add(out, weight, self.game.payoffs[player][(state, *profile)] * self.game.scale)
            moves = self.game.transitions.numerators[(state, *profile)]
            for to in np.flatnonzero(moves).tolist():
                chance = self.game.transitions[(state, *profile, to)]
                _add(out, (*weight, self.value(player, to)), self.game.discount * chance)
        return out

    def others(self, at: Balls) -> list[arb]:
        """What each legal action that is neither played nor a copy earns beyond the value."""
        places = [
            (player, state, action)
            for player, mask in enumerate(self.game.legal)
            for state, action in np.argwhere(mask).tolist()
            if action not in self.rows[player, state]
        ]
        places = [place for place in places if not self._is_copy(place)]
        if isinstance(self.system, Contraction):
            excesses = {row: self.system.excesses(row, at) for row in {p[:2] for p in places}}
            return [excesses[player, state][action] for player, state, action in places]
        return Polynomials(self.size, [self.excess(*place) for place in places]).residual(at)

    def _is_copy(self, place: tuple[int, int, int]) -> bool:
        player, state, own = place
        supports = [self.rows[k, state] for k in range(self.game.num_players)]
        return any(
            same_for(self.game, [player], state, supports, player, (own, action))
            for action in supports[player]
        )


def same_for(
    game: MarkovGame,
    whom: Sequence[int],
    state: int,
    supports: Sequence[Sequence[int]],
    player: int,
    pair: tuple[int, int],
) -> bool:
    """Whether two actions of a player pay `whom` the same and lead to the same states.

    Args:
        game: the game.
        whom: the players whose payoffs count.
        state: where the actions are played.
        supports: what the others may play there, one list a player.
        player: whose actions they are.
        pair: the two actions.
    """
    others = [[0] if k == player else list(s) for k, s in enumerate(supports)]
    for array in [*(game.payoffs[k] for k in whom), game.transitions]:
        one, two = (
            np.take(array.numerators[state], [action], axis=player)[np.ix_(*others)]
            for action in pair
        )
        if not np.array_equal(one, two):
            return False
    return True


def merged(game: MarkovGame, tables: Sequence[_Table]) -> list[list[list[Fraction]]]:
    """Tables in which, of actions that are the same to everybody, only the first is played."""
    out = [[[Fraction(p) for p in row] for row in table] for table in tables]
    for player, table in enumerate(out):
        for state, row in enumerate(table):
            supports = [[a for a, p in enumerate(other[state]) if p] for other in out]
            for first, second in combinations(supports[player], 2):
                everybody = range(game.num_players)
                if row[first] and same_for(
                    game, everybody, state, supports, player, (first, second)
                ):
                    row[first], row[second] = row[first] + row[second], Fraction(0)
    return out


def _add(terms: dict[Monomial, Fraction], monomial: Monomial, coefficient: Fraction) -> None:
    if coefficient:
        terms[monomial] = terms.get(monomial, Fraction(0)) + coefficient


def enclosed(game: MarkovGame, tables: Sequence[_Table], values: _Values) -> NashEquilibrium:
    """The equilibrium near tables, on their supports, in a box with a proof.

    Args:
        game: a game without a horizon.
        tables: one a player; what has probability zero is not played.
        values: near what each state is worth, one row a player.

    Raises:
        NotEnclosed: if there is none, it is not isolated, or an action that is not played earns
            as much as what is.
        LimitReached: at a limit.
    """
    tables = merged(game, tables)
    played = tuple(
        (player, state, action)
        for player, table in enumerate(tables)
        for state, row in enumerate(table)
        for action, p in enumerate(row)
        if p
    )
    equations = Equations(game, played)
    if equations.size > MAX_UNKNOWNS:
        raise NotEnclosed(f"it has {equations.size} unknowns, more than {MAX_UNKNOWNS}")
    start = [tables[k][s][a] for k, s, a in equations.probabilities]
    start += [Fraction(value) for row in values for value in row]
    units = [Fraction(1)] * len(equations.probabilities)
    for array in game.payoffs:
        units += [_unit(array, game)] * game.num_states
    middle = list(refined(equations.system, start, units))
    _sum_to_one(equations, middle)
    if any(middle[k] <= units[k] / 10**DIGITS for k in equations.probabilities.values()):
        raise NotEnclosed("a probability is not proven positive")
    outcome = _outcome(equations, proven_box(equations.system, middle, units))
    failures = enclosure_failures(game, outcome)
    if failures:
        raise NotEnclosed(f"the box is not verified: {failures[0]}")
    return outcome


def enclosed_equilibrium(
    game: NormalFormGame, supports: Sequence[Sequence[int]], start: Sequence[Sequence[Number]]
) -> NashEquilibrium:
    """The equilibrium of a game in one shot near a profile, in a box with a proof.

    Args:
        game: a game of any number of players.
        supports: the actions that are played, one list a player.
        start: near their probabilities, in the same order.

    Raises:
        NotEnclosed: as `enclosed`.
        LimitReached: at a limit.
    """
    strategies = []
    for size, support, probabilities in zip(game.shape, supports, start, strict=True):
        row = [Fraction(0)] * size
        for action, p in zip(support, probabilities, strict=True):
            row[action] = Fraction(p)
        strategies.append([p / sum(row) for p in row])
    values = [[value] for value in payoffs(game, strategies)]
    outcome = enclosed(one_state(game), [[row] for row in strategies], values)
    vectors = tuple(table[0] for table in outcome.strategies)
    earned = tuple(row[0] for row in outcome.certificate.evidence["state_values"])
    proof: dict[str, Any] = {**outcome.certificate.evidence}
    del proof["state_values"], proof["subgame_perfect"]
    certificate = replace(outcome.certificate, evidence=EnclosureEvidence(**proof))
    return NashEquilibrium(vectors, earned, certificate)


def _unit(payoffs: ExactArray, game: MarkovGame) -> Fraction:
    """A power of ten about as large as what the payoffs of a play can differ by."""
    legal = payoffs.numerators[game.legal_profiles]
    most = Fraction(int(legal.max()) - int(legal.min()), payoffs.denominator)
    spread = most / (1 - game.discount)
    if spread == 0:
        return Fraction(1)
    return Fraction(10) ** (Decimal(spread.numerator) / Decimal(spread.denominator)).adjusted()


def _sum_to_one(equations: Equations, middle: list[Fraction]) -> None:
    """Makes the midpoints of each row sum to one exactly, so that they are a profile."""
    for (player, state), actions in equations.rows.items():
        if len(actions) > 1:
            *first, last = (equations.probabilities[player, state, a] for a in actions)
            middle[last] = 1 - sum((middle[k] for k in first), Fraction(0))


def _outcome(equations: Equations, box: Box) -> NashEquilibrium:
    game = equations.game
    numbers = [Enclosure(m, r) for m, r in zip(box.middle, box.radius, strict=True)]
    values = tuple(
        tuple(numbers[equations.value(player, state)] for state in range(game.num_states))
        for player in range(game.num_players)
    )
    evidence = EnclosureEvidence(
        regrets=(Fraction(0),) * game.num_players,
        radius=Fraction(1, 10**DIGITS) if equations.probabilities else Fraction(0),
        preconditioner=box.preconditioner,
        slack=_slack(equations, box),
        state_values=values,
        subgame_perfect=True,
    )
    tables = tuple(_table(equations, numbers, player) for player in range(game.num_players))
    payoffs = tuple(_at_start(game, row) for row in values)
    certificate = Certificate("nash", ENCLOSURE, True, evidence)
    return NashEquilibrium(tables, payoffs, certificate, timed=False)


def _table(equations: Equations, numbers: Sequence[Enclosure], player: int) -> EnclosedTable:
    rows = []
    for state in range(equations.game.num_states):
        row: list[Real] = [Fraction(0)] * equations.game.shape[player]
        for action in equations.rows[player, state]:
            unknown = equations.probabilities.get((player, state, action))
            row[action] = Fraction(1) if unknown is None else numbers[unknown]
        rows.append(tuple(row))
    return tuple(rows)


def _at_start(game: MarkovGame, values: Sequence[Enclosure]) -> Enclosure:
    """The expected value at the start; its midpoint is rounded, so its radius is twice as large."""
    middle = sum((p * v.mid for p, v in zip(game.start, values, strict=True)), Fraction(0))
    places = values[0].radius / 10**9
    return Enclosure(round(middle / places) * places, 2 * values[0].radius)


def _slack(equations: Equations, box: Box) -> Fraction | None:
    """By how much at least each action that is not played earns less, anywhere in the box."""
    with ctx.workprec(PRECISIONS[-1]):
        gains = equations.others(box.balls())
        if not gains:
            return None
        least = min((-gain).lower() for gain in gains)
        if not least > 0:
            raise NotEnclosed("an action that is not played earns as much as one that is")
        exact = least.fmpq()
    return _rounded_down(Fraction(int(exact.p), int(exact.q)))


def _rounded_down(value: Fraction) -> Fraction:
    """A decimal of a few digits below a positive number."""
    first = (Decimal(value.numerator) / Decimal(value.denominator)).adjusted()
    unit = Fraction(10) ** (first - SLACK_DIGITS + 1)
    return (value // unit) * unit
