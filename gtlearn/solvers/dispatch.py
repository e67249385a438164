"""`solve`: one verb for every concept."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.solvers.solution import Progress, Solution

CONCEPTS = ("nash", "stackelberg", "correlated", "coarse-correlated")
FINDS = ("one", "all")
ARITHMETICS = ("exact", "float")


def solve(
    game: Any,
    concept: str = "nash",
    *,
    find: str = "one",
    leader: int | None = None,
    ties: str = "strong",
    commitment: str = "mixed",
    objective: str | None = "welfare",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solves a game for one concept, exactly by default, each solution with its certificate.

    Args:
        game: a game, or anything that `games.load` takes.
        concept: "nash", "stackelberg", "correlated" or "coarse-correlated".
        find: for nash, "one" equilibrium or "all" (extreme ones, subsets, components).
        leader: for stackelberg, the index of the player who commits: 0, or a Bayesian game's own
            leader, unless given.
        ties: for stackelberg, how the follower breaks ties for the leader: "strong" or "weak".
        commitment: for stackelberg, to "mixed", "pure" or "correlated" strategies.
        objective: for the correlated concepts, what is maximised: "welfare", "fairness" (the
            smallest payoff), "player:K", "gini", or None for any equilibrium.
        select: for nash, the equilibrium best by "welfare", "fairness" or "entropy" of all.
        arithmetic: "exact" (rational, certified) or "float".
        method: forces one method. For one Nash equilibrium: "pure", "zero-sum",
            "small-supports", "lemke-howson" or "barrier"; for all: "vertex-enumeration" or
            "lemke-howson" (from every label). For stackelberg see `stackelberg`.
        time_limit: seconds after which to return what was found, marked incomplete.
        progress: called as `progress(fraction done or None, what is being done)`.

    Raises:
        InputError: if an option is unknown or the game is of the wrong kind for the concept.

    >>> print(solve("matching_pennies")[0].strategies)
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 2)))
    """
    _one_of("concept", concept, CONCEPTS)
    _one_of("find", find, FINDS)
    _one_of("arithmetic", arithmetic, ARITHMETICS)
    _positive_seconds(time_limit)
    loaded = games.load(game)
    if isinstance(loaded, MarkovGame | IteratedGame):
        raise InputError(f"{loaded.name} is no normal-form game; give one, or a Bayesian game")
    common: dict[str, Any] = {"time_limit": time_limit, "progress": progress}
    if concept == "nash":
        return _nash(_normal_form(loaded, concept), find, select, arithmetic, method, common)
    if concept == "stackelberg":
        from gtlearn.solvers.commitment import stackelberg

        return stackelberg(
            loaded,
            leader=leader,
            ties=ties,
            commitment=commitment,
            arithmetic=arithmetic,
            method=method,
            **common,
        )
    from gtlearn.solvers.correlated import coarse_correlated, correlated

    solver = correlated if concept == "correlated" else coarse_correlated
    plain = _normal_form(loaded, concept)
    return solver(plain, objective=objective, arithmetic=arithmetic, **common)


def _nash(
    game: NormalFormGame,
    find: str,
    criterion: str | None,
    arithmetic: str,
    method: str | None,
    common: dict[str, Any],
) -> Solution:
    from gtlearn.solvers import nash
    from gtlearn.solvers.nash.floats import rounded

    if criterion is not None:
        _one_of("select", criterion, nash.CRITERIA)
    if find == "all" or criterion is not None:
        if method is not None and (method not in nash.ALL_METHODS or criterion is not None):
            raise InputError(
                f"method {method!r} does not find all equilibria; use "
                f"{' or '.join(nash.ALL_METHODS)} with find 'all', or drop --method"
            )
        enumerate_all = nash.ALL_METHODS[method or nash.VERTEX_ENUMERATION]
        solution = enumerate_all(game, **common)
        if criterion is not None and len(solution):
            solution = nash.select(solution, criterion)
    else:
        solution = nash.one_equilibrium(game, method=method, **common)
    return rounded(solution) if arithmetic == "float" else solution


def _normal_form(game: NormalFormGame | BayesianGame, concept: str) -> NormalFormGame:
    if isinstance(game, BayesianGame):
        raise InputError(
            f"{game.name!r} is a Bayesian game, which is solved for --concept stackelberg only, "
            f"not for {concept}"
        )
    return game


def _positive_seconds(time_limit: Any) -> None:
    number = isinstance(time_limit, int | float) and not isinstance(time_limit, bool)
    if time_limit is not None and not (number and time_limit > 0):
        raise InputError(f"the time limit is {time_limit} s; give a positive number of seconds")


def _one_of(option: str, value: str, allowed: Sequence[str]) -> None:
    if value in allowed:
        return
    near = difflib.get_close_matches(str(value), allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(allowed)}"
    raise InputError(f"{value!r} is no {option}; {hint}")
