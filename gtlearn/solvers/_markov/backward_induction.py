"""Games with a horizon: backward induction, an equilibrium of the stage game in every state."""

from __future__ import annotations

from fractions import Fraction

from gtlearn import limits
from gtlearn.games import MarkovGame
from gtlearn.progress import tell
from gtlearn.solvers._markov.certified import measured
from gtlearn.solvers._markov.stage_games import (
    StageProfile,
    StageSolver,
    continuation_payoffs,
    over_all_actions,
    stage_game,
    stage_solver,
)
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.verify.nash import payoffs as expected_payoffs

INDUCTION = "backward induction"

StateValues = tuple[tuple[Fraction, ...], ...]  # one row a player


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
    values: StateValues = ((Fraction(0),) * game.num_states,) * game.num_players
    steps: list[list[StageProfile]] = []
    for done in range(horizon):
        limits.check()
        tell(done / horizon, INDUCTION)
        solved = _step(game, values, solver)
        if solved is None:
            return None
        profiles, values = solved
        steps.insert(0, profiles)
    rows = [profile for profiles in steps for profile in profiles]
    return measured(game, tuple(zip(*rows, strict=True)), timed=True)


def _step(
    game: MarkovGame, values: StateValues, solver: StageSolver
) -> tuple[list[StageProfile], StateValues] | None:
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
