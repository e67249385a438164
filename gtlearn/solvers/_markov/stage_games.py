"""The games of one step: what is played in a state where the values of the next states are known.

Shapley (1953) calls it the game A(alpha): payoffs r + discount * sum over t of p(t) alpha(t). With
a horizon backward induction plays an equilibrium of the stage game in every state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from gtlearn import limits
from gtlearn.games import MarkovGame, NormalFormGame
from gtlearn.games.numbers import ExactArray, common_denominator, integer_array, lowest_terms
from gtlearn.limits import OK
from gtlearn.progress import tell
from gtlearn.solvers._markov.certified import measured
from gtlearn.solvers._markov.process import product
from gtlearn.solvers._nash import all_equilibria, one_equilibrium, pure_equilibria
from gtlearn.solvers._nash import select as selected
from gtlearn.solvers._nash.selection import ENTROPY, WELFARE, score
from gtlearn.solvers.outcomes import NashEquilibrium, Strategy, pure
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.nash import payoffs as expected_payoffs

BACKWARD_INDUCTION = "backward induction"

_Values = Sequence[Sequence[Fraction]]  # one row a player: what each state is worth
StageProfile = tuple[Strategy, ...]  # one probability vector a player, over all of its actions
StageSolver = Callable[[NormalFormGame], StageProfile | None]


def continuation_payoffs(game: MarkovGame, values: _Values) -> tuple[ExactArray, ...]:
    """What each joint action earns where `values` are earned from the next step on.

    Args:
        game: the game.
        values: one row a player, one number a state; not scaled.

    Returns:
        One array a player, of shape (states, *actions).
    """
    moves, discount = game.transitions, game.discount
    numerators = moves.numerators.astype(object)
    out = []
    for array, row in zip(game.payoffs, values, strict=True):
        unit = common_denominator(row)
        worth = np.array([v.numerator * (unit // v.denominator) for v in row], dtype=object)
        grow = discount.denominator * unit * moves.denominator
        keep = discount.numerator * array.denominator
        total = grow * array.numerators.astype(object) + keep * product(numerators, worth)
        out.append(lowest_terms(total.ravel().tolist(), total.shape, grow * array.denominator))
    return tuple(out)


def stage_game(game: MarkovGame, payoffs: Sequence[ExactArray], state: int) -> NormalFormGame:
    """The normal form of one state: the legal actions, paid as `continuation_payoffs` says."""
    kept = [np.flatnonzero(mask[state]) for mask in game.legal]
    tensors = []
    for array in payoffs:
        part = array.numerators[state][np.ix_(*kept)]
        tensors.append(integer_array(part.ravel().tolist(), part.shape, array.denominator))
    return NormalFormGame(
        name=f"{game.name} in state {game.states[state]}",
        players=game.players,
        actions=tuple(
            tuple(labels[a] for a in actions)
            for labels, actions in zip(game.actions, kept, strict=True)
        ),
        payoffs=tuple(tensors),
    )


def over_all_actions(game: MarkovGame, state: int, strategies: Sequence[Strategy]) -> StageProfile:
    """The strategies of a stage game with zeros for the actions that are not legal."""
    out = []
    for mask, strategy in zip(game.legal, strategies, strict=True):
        row = [Fraction(0)] * mask.shape[1]
        for action, p in zip(np.flatnonzero(mask[state]).tolist(), strategy, strict=True):
            row[action] = Fraction(p)
        out.append(tuple(row))
    return tuple(out)


def stage_solver(select: str | None = None) -> StageSolver:
    """A function that gives an equilibrium of a stage game, None where it finds none.

    With two players it is any exact equilibrium, or the best of all by "welfare", "fairness" or
    "entropy"; with more players it is pure, and None says that none is.

    Args:
        select: the criterion, None for any equilibrium.

    Raises:
        LimitReached: by the function, at a limit.
    """

    def solve(stage: NormalFormGame) -> StageProfile | None:
        if stage.num_players > 2:
            return _best_pure(stage, select)
        limits.check()
        solution = one_equilibrium(stage) if select is None else all_equilibria(stage)
        require_solved(solution)
        best = solution if select is None else selected(solution, select)
        return tuple(best[0].strategies)  # type: ignore[union-attr]

    return solve


def require_solved(solution: Solution) -> None:
    """Raises the limit that ended a solver before it found what was asked for.

    Raises:
        LimitReached: if so.
    """
    if solution.status != OK:
        raise limits.of_status(solution.status)


def _best_pure(stage: NormalFormGame, select: str | None) -> StageProfile | None:
    profiles = pure_equilibria(stage)
    if not profiles:
        return None

    def worth(profile: tuple[int, ...]) -> tuple[Fraction, ...]:
        payoffs = [stage.payoff(player, profile) for player in range(stage.num_players)]
        return score(payoffs, select or WELFARE)

    best = profiles[0] if select in (None, ENTROPY) else max(profiles, key=worth)
    return tuple(pure(size, action) for size, action in zip(stage.shape, best, strict=True))


def subgame_perfect_equilibrium(
    game: MarkovGame, *, select: str | None = None
) -> NashEquilibrium | None:
    """A subgame-perfect equilibrium of a game with a horizon, in tables that depend on the time.

    From the last step to the first, an equilibrium of each state's stage game is chosen, with what
    is earned afterwards added to its payoffs (Kuhn 1953; Selten 1965). Equal stage games get equal
    equilibria. No player gains by any deviation, since none gains by one of a single step.

    Args:
        game: a game with a horizon.
        select: with "welfare", "fairness" or "entropy", the stage equilibrium that is best by it.

    Returns:
        None where three or more players meet a stage game without a pure equilibrium.

    Raises:
        LimitReached: at a limit.
    """
    horizon, solver = game.horizon or 0, stage_solver(select)
    values: _Values = ((Fraction(0),) * game.num_states,) * game.num_players
    steps: list[list[StageProfile]] = []
    for done in range(horizon):
        limits.check()
        tell(done / horizon, BACKWARD_INDUCTION)
        solved = _step(game, values, solver)
        if solved is None:
            return None
        profiles, values = solved
        steps.insert(0, profiles)
    rows = [profile for profiles in steps for profile in profiles]
    return measured(game, tuple(zip(*rows, strict=True)), timed=True)


def _step(
    game: MarkovGame, values: _Values, solver: StageSolver
) -> tuple[list[StageProfile], _Values] | None:
    """The profile of each state at one step, and what the players earn from that step on."""
    payoffs = continuation_payoffs(game, values)
    known: dict[object, tuple[StageProfile, tuple[Fraction, ...]]] = {}
    profiles, worth = [], []
    for state in range(game.num_states):
        stage = stage_game(game, payoffs, state)
        key = (stage.actions, *(tuple(a.numerators.ravel().tolist()) for a in stage.payoffs))
        if key not in known:
            chosen = solver(stage)
            if chosen is None:
                return None
            known[key] = chosen, expected_payoffs(stage, chosen)
        chosen, earned = known[key]
        profiles.append(over_all_actions(game, state, chosen))
        worth.append(earned)
    return profiles, tuple(zip(*worth, strict=True))
