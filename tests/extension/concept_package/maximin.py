"""Maximin strategies: what earns a player most against the worst that the others can do."""

from fractions import Fraction

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame, normal_form
from gtlearn.solvers import zero_sum
from gtlearn.solvers.checking.check import read_tolerance
from gtlearn.solvers.checking.report import CheckReport
from gtlearn.solvers.concepts import NORMAL_FORM, Concept, Row
from gtlearn.solvers.outcomes import Certificate, StrategyProfile
from gtlearn.solvers.profiles.read import read_profile
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.report import Statement


def against_all(game: NormalFormGame, player: int) -> list[list[Fraction]]:
    """The player's payoffs: a row an action, a column a joint action of the others."""
    payoffs = np.moveaxis(game.payoffs[player].fractions(), player, 0)
    return payoffs.reshape(game.shape[player], -1).tolist()


def secured(game: NormalFormGame, player: int, strategy) -> Fraction:
    """What a mixed strategy earns against the worst that the others can do."""
    columns = zip(*against_all(game, player), strict=True)
    return min(sum(p * v for p, v in zip(strategy, column, strict=True)) for column in columns)


def solve(game, *, progress=None) -> Solution:
    """One maximin strategy a player, each from a linear program (von Neumann 1928)."""
    strategies, values, bounds = [], [], []
    for player in range(game.num_players):
        rows = against_all(game, player)
        alone = zero_sum(normal_form(rows, [[-v for v in row] for row in rows]))
        best, worst = alone[0].strategies
        strategies.append(best)
        bounds.append(worst)  # a joint strategy of the others that holds the player down
        values.append(alone[0].payoffs[0])
    certificate = Certificate("maximin", "rational", True, {"held_down_by": tuple(bounds)})
    outcome = StrategyProfile(tuple(strategies), tuple(values), certificate)
    return Solution(game, "maximin", "linear programming", (outcome,))


def check(profile, game, *, tolerance=0, index=0) -> CheckReport:
    """How much less each strategy secures than a maximin strategy."""
    limit = read_tolerance(tolerance)
    played = read_profile(profile, game, tolerance=limit, index=index)
    best = solve(game)[0].payoffs
    gained = tuple(
        most - secured(game, player, strategy)
        for player, (strategy, most) in enumerate(zip(played.known(), best, strict=True))
    )
    return CheckReport(played, "maximin", max(gained) <= limit, limit, regrets=gained)


def verify(game, claim):
    """The statements of a solution: each value is secured, and no strategy secures more."""
    for place, outcome in enumerate(claim.outcomes):
        for player in range(game.num_players):
            yield Statement(
                f"what {game.players[player]!r} secures",
                lambda o=outcome, k=player: _failures(game, o, k),
                f"solution {place}",
            )


def _failures(game, outcome, player):
    value = outcome.payoffs[player]
    rows, others = against_all(game, player), outcome.certificate.evidence["held_down_by"][player]
    if len(outcome.strategies[player]) != len(rows) or len(others) != len(rows[0]):
        raise InputError("a strategy is of the wrong size")
    for strategy in (outcome.strategies[player], others):
        if min(strategy) < 0 or sum(strategy) != 1:
            return ["the strategy is no probability vector"]
    if secured(game, player, outcome.strategies[player]) != value:
        return [f"the strategy does not secure {value}"]
    most = max(sum(q * v for q, v in zip(others, row, strict=True)) for row in rows)
    return [] if most == value else [f"a strategy may secure more than {value}"]


CONCEPT = Concept(
    "maximin",
    "maximin profile",
    {NORMAL_FORM: Row(solve, check=check, verify=verify)},
    claim="each strategy secures its payoff, and no other secures more",
)
