"""Equilibria in boxes: that exactly one lies in each, from the payoffs alone.

On given supports a stationary equilibrium solves equations: all that a player plays in a state
earns the state's value, and each row of probabilities sums to one. `krawczyk` proves that they
have exactly one solution in the box. If everywhere in the box the probabilities are positive, and
what is not played earns less than the value (or is a copy of what is played, so that it earns just
as much), then that solution is an equilibrium from every state on (Fink 1964), against every
deviation (Puterman 1994, Theorem 6.2.10). See `EnclosureEvidence` for the order of unknowns and
equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import product
from operator import mul
from typing import Any

import numpy as np
from flint import fmpq

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame, NormalFormGame, markov_game
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import check
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.claim import verified_failures
from gtlearn.solvers.verify.contraction import Earnings, Spread, contractions
from gtlearn.solvers.verify.form import items, number, text
from gtlearn.solvers.verify.krawczyk import (
    NO_ROOT,
    ONE_ROOT,
    Interval,
    point,
    rational,
    roots_within,
)
from gtlearn.solvers.verify.markov_values import refused, step_failures
from gtlearn.solvers.verify.report import Statement, Unproven

IN_ONE_SHOT = ("radius", "preconditioner", "slack")
EVIDENCE = ("regrets", *IN_ONE_SHOT, "state_values", "subgame_perfect")

_Place = tuple[int, int, int]  # a player, a state, an action


def enclosed_statements(
    game: MarkovGame, outcome: NashEquilibrium, besides: Mapping[str, Any]
) -> Iterator[Statement]:
    """The box, that it holds exactly one equilibrium, the payoffs, and the rest of the certificate.

    Args:
        game: the game.
        outcome: the equilibrium, whose certificate's arithmetic is "enclosure".
        besides: what its JSON says besides.
    """
    try:
        box = _read(game, outcome)
    except InputError as error:
        yield refused("the tables", error)
        return
    yield Statement("the tables", partial(step_failures, game, outcome, besides.get("strategies")))
    yield Statement("that exactly one equilibrium on these supports is in the box", box.failures)
    yield Statement("the payoffs", box.payoff_failures)
    yield Statement("the radius", box.radius_failures)
    yield Statement("the slack", box.slack_failures)
    yield Statement("each player's regret, against every deviation", box.regret_failures)
    if outcome.in_steps:
        yield Statement("whether it is subgame perfect", box.perfection_failures)
    yield Statement("whether it is verified", lambda: verified_failures(outcome, box.is_proven))


def enclosure_failures(
    game: MarkovGame | IteratedGame | NormalFormGame, outcome: NashEquilibrium
) -> list[str]:
    """What of an enclosed equilibrium is false or not proven; empty where all of it is proven.

    Args:
        game: the game. One in one shot is a Markov game of one state whose future is worth nothing.
        outcome: the equilibrium.

    Raises:
        LimitReached: at a limit.
    """
    failed: list[str] = []
    if isinstance(game, NormalFormGame):
        game = one_state(game)
    for statement in enclosed_statements(as_markov(game), outcome, {}):
        try:
            failed += statement.test()
        except (InputError, Unproven) as error:
            failed.append(f"{statement.says}: {error}")
    return failed


def one_state(game: NormalFormGame) -> MarkovGame:
    """A game in one shot as a Markov game whose future is worth nothing."""
    return markov_game(
        [
            (array.numerators if array.denominator == 1 else array.fractions())[None]
            for array in game.payoffs
        ],
        np.ones((1, *game.shape, 1), dtype=int),
        discount=0,
        name=game.name,
        players=game.players,
        actions=game.actions,
    )


@dataclass(frozen=True, eq=False)
class _Box:
    """What is stated of an equilibrium in a box.

    Attributes:
        game: the game.
        outcome: the equilibrium.
        played: the probability of each action that is played; exactly one in a pure row.
        values: what each state is worth, by player and state.
    """

    game: MarkovGame
    outcome: NashEquilibrium
    played: Mapping[_Place, Enclosure | None]
    values: Mapping[tuple[int, int], Enclosure]

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The certificate's."""
        return self.outcome.certificate.evidence

    @cached_property
    def unknowns(self) -> dict[tuple[int, ...], int]:
        """The number of each unknown: of a probability by its place, of a value by its state."""
        mixed = [place for place, p in self.played.items() if p is not None]
        return {key: k for k, key in enumerate([*mixed, *self.values])}

    @cached_property
    def numbers(self) -> list[Enclosure]:
        """The interval of each unknown."""
        mixed = [p for p in self.played.values() if p is not None]
        return [*mixed, *self.values.values()]

    @cached_property
    def middle(self) -> list[Interval]:
        """The midpoint of the box."""
        return [point(n.mid) for n in self.numbers]

    @cached_property
    def whole(self) -> list[Interval]:
        """The box."""
        return [Interval(rational(n.lower), rational(n.upper)) for n in self.numbers]

    @cached_property
    def roots(self) -> str:
        """How many solutions the equations have in the box; see `roots_within`."""
        residual: list[fmpq] = []
        slopes: list[dict[int, Interval]] = []
        for place in self.played:
            if self._in_one_shot:
                excess, by_unknown = self._earned(place)
                residual.append((excess.lower + excess.upper) / 2)
            else:
                residual.append(self._excess(place, self.middle)[0].lower)
                by_unknown = self._excess(place, self.whole)[1]
            slopes.append(by_unknown)
        for row in self._mixed_rows():
            residual.append(sum((self.middle[k].lower for k in row), fmpq(-1)))
            slopes.append({k: point(Fraction(1)) for k in row})
        radius = [n.radius for n in self.numbers]
        return roots_within(residual, slopes, radius, self._preconditioner())

    @cached_property
    def gains(self) -> dict[_Place, Interval]:
        """What each legal action that is not played earns beyond the state's value, in the box.

        Copies are left out: they earn what an action that is played earns.
        """
        return {
            place: (
                self._earned(place)[0] if self._in_one_shot else self._excess(place, self.whole)[0]
            )
            for place in _legal(self.game)
            if place not in self.played and not self._is_copy(place)
        }

    @property
    def is_proven(self) -> bool:
        """Whether exactly one equilibrium is in the box."""
        return all(gain.upper < 0 for gain in self.gains.values()) and self.roots == ONE_ROOT

    def failures(self) -> list[str]:
        """Whether no equilibrium is in the box.

        Raises:
            Unproven: if the certificate proves neither.
        """
        for (player, state, action), gain in self.gains.items():
            if gain.lower > 0:
                return [
                    f"{self.game.players[player]!r} gains by playing "
                    f"{self.game.actions[player][action]!r} in state {self.game.states[state]!r}"
                ]
        if self.roots == NO_ROOT:
            return ["no equilibrium on these supports is in the box"]
        self._require_proof()
        return []

    def payoff_failures(self) -> list[str]:
        """Which payoffs are not in the intervals that are stated.

        Raises:
            Unproven: if that is not known.
        """
        stated = [_enclosure(p, "the payoffs") for p in items(self.outcome.payoffs, "the payoffs")]
        if len(stated) != self.game.num_players:
            raise InputError(f"there is not one payoff for each of {self.game.num_players} players")
        failed, within = [], True
        for k, (player, said) in enumerate(zip(self.game.players, stated, strict=True)):
            start = [(s, p) for s, p in enumerate(self.game.start) if p]
            lower = sum((p * self.values[k, s].lower for s, p in start), Fraction(0))
            upper = sum((p * self.values[k, s].upper for s, p in start), Fraction(0))
            if said.upper < lower or upper < said.lower:
                failed.append(f"the payoff of {player!r} is not within {said.to_json()}")
            within = within and said.lower <= lower and upper <= said.upper
        if not failed:
            self._require_proof()
            if not within:
                raise Unproven("the values of the states do not prove it")
        return failed

    def radius_failures(self) -> list[str]:
        """Whether the stated radius is not the largest of a probability."""
        said = number(self.evidence.get("radius"), "the radius")
        true = max((p.radius for p in self.played.values() if p), default=Fraction(0))
        return [] if said == true else [f"the radius is {text(true)}, not {text(said)}"]

    def slack_failures(self) -> list[str]:
        """Whether some action that is not played may earn more than the slack allows.

        Raises:
            Unproven: if it is only not known to be so.
        """
        said = self.evidence.get("slack")
        if said is None and not self.gains:
            return []
        if said is None or not self.gains:
            return ["the slack is not that of the actions that are not played"]
        slack = rational(number(said, "the slack"))
        if slack <= 0:
            return ["the slack is not positive"]
        if any(gain.lower > -slack for gain in self.gains.values()):
            return [f"an action that is not played earns less only by less than {text(said)}"]
        if any(gain.upper > -slack for gain in self.gains.values()):
            raise Unproven("it is not proven everywhere in the box")
        return []

    def regret_failures(self) -> list[str]:
        """Whether the regrets are not stated to be zero."""
        stated = items(self.evidence.get("regrets", ()), "the regrets")
        if len(stated) != self.game.num_players:
            raise InputError("the certificate does not say the regret of each player")
        for player, said in zip(self.game.players, stated, strict=True):
            if number(said, "the regrets") != 0:
                return [f"the regret of {player!r} is 0, not {text(said)}"]
        self._require_proof()
        return []

    def perfection_failures(self) -> list[str]:
        """Whether it is not stated that no player gains in any state."""
        if self.evidence.get("subgame_perfect") is not True:
            return ["no player gains in any state, so it is subgame perfect"]
        self._require_proof()
        return []

    def _require_proof(self) -> None:
        if not self.is_proven:
            raise Unproven("the certificate does not prove that exactly one equilibrium is there")

    def _preconditioner(self) -> list[list[Fraction]]:
        what, size = "the preconditioner", len(self.numbers)
        rows = [items(row, what) for row in items(self.evidence.get("preconditioner"), what)]
        if [len(row) for row in rows] != [size] * size:
            raise InputError(f"{what} is no matrix of {size} rows and columns")
        return [[number(c, what) for c in row] for row in rows]

    def _mixed_rows(self) -> list[list[int]]:
        """The unknowns of each row that is not pure."""
        rows: dict[tuple[int, int], list[int]] = {}
        for (player, state, action), p in self.played.items():
            if p is not None:
                rows.setdefault((player, state), []).append(self.unknowns[player, state, action])
        return list(rows.values())

    @property
    def _in_one_shot(self) -> bool:
        """Whether the future is worth nothing."""
        return not self.game.discount

    def _earned(self, place: _Place) -> tuple[Interval, dict[int, Interval]]:
        """As `_excess` in the whole box, where the future is worth nothing; around the midpoint."""
        player, state, own = place
        contraction = self._contractions[player, state]
        value = self.numbers[self.unknowns[player, state]]
        excess = _interval(contraction.earned, (own,))
        low, high = rational(value.lower), rational(value.upper)
        slopes = {self.unknowns[player, state]: point(Fraction(-1))}
        for other, table in contraction.by_other.items():
            for column, action in enumerate(contraction.mixed[other]):
                slopes[self.unknowns[other, state, action]] = _interval(table, (own, column))
        return Interval(excess.lower - high, excess.upper - low), slopes

    @cached_property
    def _contractions(self) -> dict[tuple[int, int], Earnings]:
        return contractions(self.game, self.played)

    def _excess(
        self, place: _Place, at: Sequence[Interval]
    ) -> tuple[Interval, dict[int, Interval]]:
        """What an action earns beyond the state's value, and its derivatives by the unknowns.

        Args:
            place: the player, the state and the action.
            at: an interval for each unknown.
        """
        player, state, own = place
        own_value = self.unknowns[player, state]
        total = at[own_value] * point(Fraction(-1))
        slopes = {own_value: point(Fraction(-1))}

        def add(unknown: int, slope: Interval) -> None:
            slopes[unknown] = slopes[unknown] + slope if unknown in slopes else slope

        for profile in product(*self._choices(player, state, own)):
            check()
            mixed = [
                self.unknowns[k, state, action]
                for k, action in enumerate(profile)
                if k != player and self.played[k, state, action] is not None
            ]
            weight = _product([at[k] for k in mixed])
            worth = point(self.game.payoffs[player][(state, *profile)] * self.game.scale)
            for to in np.flatnonzero(self.game.transitions.numerators[(state, *profile)]).tolist():
                chance = self.game.discount * self.game.transitions[(state, *profile, to)]
                worth = worth + point(chance) * at[self.unknowns[player, to]]
                add(self.unknowns[player, to], weight * point(chance))
            total = total + weight * worth
            for unknown in mixed:
                others = _product([at[k] for k in mixed if k != unknown])
                add(unknown, others * worth)
        return total, slopes

    def _is_copy(self, place: _Place) -> bool:
        """Whether an action does to its player just what another one does that is played."""
        player, state, own = place
        size = self.game.shape[player]
        return any(
            self._outcomes(place) == self._outcomes((player, state, action))
            for action in range(size)
            if action != own and (player, state, action) in self.played
        )

    def _outcomes(self, place: _Place) -> list[tuple[Any, ...]]:
        """What an action pays and where it leads, by what the others play."""
        player, state, own = place
        return [
            (
                self.game.payoffs[player].numerators[(state, *profile)],
                *self.game.transitions.numerators[(state, *profile)].tolist(),
            )
            for profile in product(*self._choices(player, state, own))
        ]

    def _choices(self, player: int, state: int, own: int) -> list[list[int]]:
        """What each player may play in a state where `player` plays `own`."""
        return [
            [own] if k == player else [a for a in range(n) if (k, state, a) in self.played]
            for k, n in enumerate(self.game.shape)
        ]


def _read(game: MarkovGame, outcome: NashEquilibrium) -> _Box:
    """The box that is stated.

    Raises:
        InputError: if it is none of this game.
    """
    if not isinstance(outcome.certificate.evidence, Mapping):
        raise InputError("the certificate's evidence is no mapping")
    if outcome.timed or game.horizon is not None:
        raise InputError("equilibria in boxes are stationary, of games without a horizon")
    tables = items(outcome.strategies, "the tables")
    if len(tables) != game.num_players:
        raise InputError(f"there is not one table for each of {game.num_players} players")
    played: dict[_Place, Enclosure | None] = {}
    for player, strategy in enumerate(tables):
        table = strategy if outcome.in_steps else (strategy,)
        whose = f"the table of {game.players[player]!r}"
        if len(items(table, whose)) != game.num_states:
            raise InputError(f"{whose} has {len(table)} rows where {game.num_states} are needed")
        for state, row in enumerate(table):
            for action, p in _read_row(row, game, player, state).items():
                played[player, state, action] = p
    return _Box(game, outcome, played, _read_values(game, outcome))


def _read_row(row: Any, game: MarkovGame, player: int, state: int) -> dict[int, Enclosure | None]:
    """The probability of each action that is played; None where it is one."""
    where = f"the table of {game.players[player]!r} in row {state}"
    if len(items(row, where)) != game.shape[player]:
        raise InputError(f"{where}: {game.shape[player]} probabilities are needed")
    out: dict[int, Enclosure | None] = {}
    for action, p in enumerate(row):
        if isinstance(p, Enclosure):
            if p.lower <= 0 or p.radius <= 0:
                raise InputError(f"{where}: a probability is not positive everywhere in the box")
            out[action] = p
        elif number(p, where) != 0:
            out[action] = None
    pure = [number(row[action], where) for action, p in out.items() if p is None]
    if pure not in ([], [1]) or (pure and len(out) > 1):
        raise InputError(f"{where}: a row is pure, or all that is played is enclosed")
    if not pure and sum((p.mid for p in out.values() if p), Fraction(0)) != 1:
        raise InputError(f"{where}: the midpoints do not sum to one")
    if any(not game.legal[player][state, action] for action in out):
        raise InputError(f"{where} plays what is not legal")
    return out


def _read_values(game: MarkovGame, outcome: NashEquilibrium) -> dict[tuple[int, int], Enclosure]:
    what = "the values of the states"
    rows: Sequence[Any] = [[payoff] for payoff in items(outcome.payoffs, "the payoffs")]
    if outcome.in_steps:
        rows = items(outcome.certificate.evidence.get("state_values"), what)
    if [len(items(row, what)) for row in rows] != [game.num_states] * game.num_players:
        raise InputError(f"{what} are not one for each player and state")
    return {
        (player, state): _enclosure(value, what)
        for player, row in enumerate(rows)
        for state, value in enumerate(row)
    }


def _enclosure(value: Any, what: str) -> Enclosure:
    if not isinstance(value, Enclosure) or value.radius <= 0:
        raise InputError(f"{what}: a number is not enclosed")
    return value


def _legal(game: MarkovGame) -> Iterator[_Place]:
    for player, mask in enumerate(game.legal):
        for state, action in np.argwhere(mask).tolist():
            yield player, state, action


def _interval(numbers: Spread, at: tuple[int, ...]) -> Interval:
    middle, radius = int(numbers.middle[at]), int(numbers.radius[at])
    return Interval(
        fmpq(middle - radius, numbers.denominator), fmpq(middle + radius, numbers.denominator)
    )


def _product(factors: Sequence[Interval]) -> Interval:
    return reduce(mul, factors) if factors else point(Fraction(1))
