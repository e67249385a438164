"""`solve`, `check` and `verify`: one verb for every concept and kind of game."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from gtlearn import games, limits
from gtlearn.errors import InputError, option
from gtlearn.games import IteratedGame, MarkovGame, NormalFormGame
from gtlearn.games.loading import Game, Reading
from gtlearn.progress import Progress
from gtlearn.solvers.options import CHECK, SOLVE, require_row
from gtlearn.solvers.solution import OPTIMAL, Solution

if TYPE_CHECKING:
    from gtlearn.solvers.checking.result import CheckReport
    from gtlearn.solvers.verify.report import Report

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
    follower: str | None = None,
    policy: str | None = None,
    objective: str | None = "welfare",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
    **reading: Unpack[Reading],
) -> Solution:
    """Solves a game for one concept, exactly by default, each solution with its certificate.

    Args:
        game: a game, or anything that `games.load` takes.
        concept: "nash", "stackelberg", "correlated" or "coarse-correlated".
        find: for nash, "one" equilibrium or "all" (extreme ones, subsets, components).
        leader: for stackelberg, the index of the player who commits: 0, or a Bayesian game's own
            leader, unless given.
        ties: for stackelberg, how the follower breaks ties for the leader: "strong" or "weak".
        commitment: for stackelberg in one shot, to "mixed", "pure" or "correlated" strategies.
        follower: for stackelberg in an iterated or Markov game, who responds: an "optimal"
            follower, by default, to the whole history, a "stationary" one by a deterministic
            table of the states.
        policy: for stackelberg in an iterated or Markov game, what the leader may commit to:
            "deterministic" or "stochastic" tables of the states; by default stochastic ones of
            an iterated game, deterministic ones of another Markov game.
        objective: for the correlated concepts, what is maximised: "welfare", "fairness" (the
            smallest payoff), "player:K", "gini", or None for any equilibrium.
        select: for nash, the equilibrium best by "welfare", "fairness" or "entropy" of all.
        arithmetic: "exact" (rational, certified) or "float".
        method: forces one method. For one Nash equilibrium: "pure", "zero-sum",
            "small-supports", "lemke-howson" or "barrier"; for all: "vertex-enumeration" or
            "lemke-howson" (from every label). For stackelberg see `stackelberg`, for Markov
            games `markov.nash.solve_nash`.
        time_limit: seconds after which to return what was found, marked incomplete; reading the
            game counts.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: called as `progress(fraction done or None, what is being done)`.
        **reading: how the game is read: `symmetric`, `zero_sum`, `rationalise`, `players_axis` and
            `max_bytes` of `games.load`.

    Raises:
        InputError: if an option is unknown or the game is of the wrong kind for the concept.
        LimitReached: if a limit does not even suffice to read the game.

    >>> print(solve("matching_pennies")[0].strategies)
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 2)))
    """
    _one_of("concept", concept, CONCEPTS)
    _one_of("find", find, FINDS)
    _one_of("arithmetic", arithmetic, ARITHMETICS)
    options: dict[str, Any] = {
        "find": find,
        "leader": leader,
        "ties": ties,
        "commitment": commitment,
        "follower": follower,
        "policy": policy,
        "objective": objective,
        "select": select,
        "arithmetic": arithmetic,
        "method": method,
    }
    with limits.limited(time_limit, memory_limit):
        loaded = games.load(game, **reading)
        require_row(SOLVE, concept, loaded, _given(solve, options))
        return _solved(loaded, concept, **options, progress=progress)


def _given(function: Callable[..., Any], options: Mapping[str, Any]) -> list[str]:
    """The options of a call that are not the function's defaults."""
    defaults = function.__kwdefaults__ or {}
    return [name for name, value in options.items() if value != defaults[name]]


def _solved(
    game: Game,
    concept: str,
    *,
    find: str,
    leader: int | None,
    ties: str,
    commitment: str,
    follower: str | None,
    policy: str | None,
    objective: str | None,
    select: str | None,
    arithmetic: str,
    method: str | None,
    progress: Progress | None,
) -> Solution:
    """As `solve`, under the limits that hold."""
    if isinstance(game, MarkovGame | IteratedGame):
        if concept == "nash":
            from gtlearn.solvers._markov.nash import solve_nash

            return solve_nash(game, find=find, select=select, method=method, progress=progress)
        from gtlearn.solvers._markov import commitment as tables

        return tables.stackelberg(
            game,
            leader=0 if leader is None else leader,
            follower=OPTIMAL if follower is None else follower,
            policy=policy,
            ties=ties,
            progress=progress,
        )
    if concept == "stackelberg":
        from gtlearn.solvers._commitment import stackelberg

        return stackelberg(
            game,
            leader=leader,
            ties=ties,
            commitment=commitment,
            arithmetic=arithmetic,
            method=method,
            progress=progress,
        )
    assert isinstance(game, NormalFormGame)  # as the table has it
    if concept == "nash":
        return _nash(game, find, select, arithmetic, method, progress)
    from gtlearn.solvers._correlated import coarse_correlated, correlated

    solver = correlated if concept == "correlated" else coarse_correlated
    return solver(game, objective=objective, arithmetic=arithmetic, progress=progress)


def check(
    profile: Any,
    game: Any = None,
    concept: str | None = None,
    *,
    leader: int | None = None,
    ties: str = "strong",
    follower: str | None = None,
    policy: str | None = None,
    tolerance: Any = 0,
    nearest: bool = True,
    index: int = 0,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    **reading: Unpack[Reading],
) -> CheckReport:
    """Says exactly how far a profile is from an equilibrium, or from the best commitment.

    Args:
        profile: what `profiles.read.read_profile` reads: a file, JSON, lists, arrays, a Solution,
            an OpenSpiel policy, a callable; or a run of `gtlearn.train`. For "stackelberg" the
            leader's strategy suffices; for the correlated concepts it is a joint distribution, or
            independent strategies.
        game: what `games.load` takes; of a run, the game that it played, unless given.
        concept: "nash", "stackelberg", or for a game in one shot a correlated concept; by default
            "nash", of a leader's run "stackelberg".
        leader: who commits, for "stackelberg"; as the profile says, else player 0, unless given.
        ties: for "stackelberg", how the follower breaks ties: "strong" or "weak".
        follower: for "stackelberg" in an iterated or Markov game, the follower's class,
            "optimal" or "stationary"; as the profile says, else "optimal", unless given.
        policy: there, with which tables the commitment is compared; by default those of its kind.
        tolerance: the largest regret, gap or gain that still holds; any exact number.
        nearest: whether to look for the nearest Nash equilibrium of a game in one shot.
        index: which solution of a list is meant.
        time_limit: seconds after which what is known is returned; without a limit, what the
            profile is compared with is looked for during 5 seconds, and during 10 the best
            commitment in an iterated or Markov game.
        memory_limit: bytes by which the process may grow, with the same outcome.
        **reading: how the game is read, as of `solve`.

    Raises:
        InputError: if the profile, the game or an option cannot be used.

    >>> check("3/4 1/4; 1/2 1/2", "matching_pennies").regrets
    (Fraction(0, 1), Fraction(1, 2))
    """
    options: dict[str, Any] = {"ties": ties, "tolerance": tolerance, "index": index}
    _one_of("concept", concept or "nash", CONCEPTS)
    said = {"leader": leader, "ties": ties, "follower": follower, "policy": policy}
    with limits.limited(time_limit, memory_limit):
        if hasattr(profile, "claim"):
            profile, game, concept = profile.claim(game, concept, partial(games.load, **reading))
        else:
            game, concept = games.load(game, **reading), concept or "nash"
        require_row(CHECK, concept, game, _given(check, said))
        from gtlearn.solvers.checking.check import check as check_profile

        options |= {"leader": leader, "follower": follower, "policy": policy, "nearest": nearest}
        return check_profile(profile, game, concept, **options)


def verify(
    claim: Any,
    game: Any,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    **reading: Unpack[Reading],
) -> Report:
    """What of a solution is false, what is proven, and what is taken on trust.

    Args:
        claim: a Solution or Solution, or the JSON object of one.
        game: a game, or anything that `games.load` takes; it alone is believed.
        time_limit: seconds after which what is not yet verified is on trust, reading included.
        memory_limit: bytes by which the memory may grow, with the same outcome.
        **reading: how the game is read, as of `solve`.

    Raises:
        InputError: if one of them cannot be read.
        LimitReached: at a limit, before the game is read.

    >>> verify(solve("chicken"), "chicken").false
    ()
    """
    from gtlearn.solvers.verify.solution import solution

    with limits.limited(time_limit, memory_limit):
        return solution(games.load(game, **reading), claim)


def _nash(
    game: NormalFormGame,
    find: str,
    criterion: str | None,
    arithmetic: str,
    method: str | None,
    progress: Progress | None,
) -> Solution:
    from gtlearn.solvers import _nash as nash
    from gtlearn.solvers._nash.floats import rounded

    if criterion is not None:
        _one_of("select", criterion, nash.CRITERIA)
    if find == "all" or criterion is not None:
        if method is not None and (method not in nash.ALL_METHODS or criterion is not None):
            raise InputError(
                f"method {method!r} does not find all equilibria; use "
                f"{' or '.join(nash.ALL_METHODS)} with {option('find', 'all')}, or drop "
                f"{option('method')}"
            )
        enumerate_all = nash.ALL_METHODS[method or nash.VERTEX_ENUMERATION]
        with limits.keeping(0.0, _share_after(criterion, arithmetic)):
            solution = enumerate_all(game, progress=progress)
        if criterion is not None and len(solution):
            solution = nash.select(solution, criterion)
    else:
        solution = nash.one_equilibrium(game, method=method, progress=progress)
    return rounded(solution) if arithmetic == "float" else solution


def _share_after(criterion: str | None, arithmetic: str) -> float:
    """The share of a limit that what follows an enumeration needs."""
    if criterion == "entropy":
        return 0.3
    return 0.3 if criterion is None and arithmetic == "float" else 0.0


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    if value in allowed:
        return
    near = difflib.get_close_matches(str(value), allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(allowed)}"
    raise InputError(f"{value!r} is no {name}; {hint}")
