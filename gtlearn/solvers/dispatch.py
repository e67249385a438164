"""`solve`, `check` and `verify`: one verb for every concept and kind of game."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from gtlearn import games, limits
from gtlearn.games.loading import Reading
from gtlearn.progress import Progress
from gtlearn.solvers.concepts import concept_of, game_for, row_of
from gtlearn.solvers.options import given
from gtlearn.solvers.solution import Solution

if TYPE_CHECKING:
    from gtlearn.solvers.checking.report import CheckReport
    from gtlearn.solvers.verify.report import Report


def solve(
    game: Any,
    concept: str = "nash",
    *,
    find: str = "one",
    symmetric_equilibria: bool = False,
    leader: int | None = None,
    ties: str = "strong",
    commitment: str = "mixed",
    follower: str | None = None,
    policy: str | None = None,
    objective: str | None = "welfare",
    select: str | None = None,
    arithmetic: str = "exact",
    method: str | None = None,
    workers: int = 1,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
    **reading: Unpack[Reading],
) -> Solution:
    """Solves a game for one concept, exactly by default, each solution with its certificate.

    Args:
        game: a game, or anything that `games.load` takes.
        concept: "nash", "stackelberg", "correlated" or "coarse-correlated", or one that is
            registered; see `concepts.register`.
        find: for nash, "one" equilibrium or "all" (extreme ones, subsets, components); for
            subgame-perfect, "one" or "all" as far as they are finitely many.
        symmetric_equilibria: for nash in a symmetric game, all equilibria in which all players play
            the same strategy.
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
            "small-supports", "lemke-howson" or "barrier"; for all: "vertex-enumeration",
            "lemke-howson" (from every label) or "pure" (any number of players); of a tree
            "sequence-form", "supports", "dcfr", "reduced" or "pure". For stackelberg see
            `stackelberg`, for Markov games `markov.nash.solve_nash`.
        workers: for all Nash equilibria of three players and more, how many processes share the
            search; the answer is the same.
        time_limit: seconds after which to return what was found, marked incomplete; reading the
            game counts.
        memory_limit: bytes by which the process may grow, to the same effect.
        progress: called as `progress(fraction done or None, what is being done)`.
        **reading: how the game is read: `symmetric`, `zero_sum`, `rationalise`, `players_axis`,
            `max_bytes`, `max_nodes`, `reduced` and `merge_states` of `games.load`.

    Raises:
        InputError: if an option is unknown or the game is of the wrong kind for the concept.
        LimitReached: if a limit does not even suffice to read the game.

    >>> print(solve("matching_pennies")[0].strategies)
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 2)))
    """
    concept_of(concept)
    options = {
        "find": find,
        "symmetric_equilibria": symmetric_equilibria,
        "leader": leader,
        "ties": ties,
        "commitment": commitment,
        "follower": follower,
        "policy": policy,
        "objective": objective,
        "select": select,
        "arithmetic": arithmetic,
        "method": method,
        "workers": workers,
    }
    asked = given(solve, options)
    with limits.limited(time_limit, memory_limit):
        loaded = game_for("solve", concept, games.load(game, **reading), asked)
        work = row_of("solve", concept, loaded, asked).work("solve")
        assert work is not None  # as `row_of` has it
        solution: Solution = work(loaded, **asked, progress=progress)
        return solution


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
    nearest: bool | None = None,
    exact_floats: bool = False,
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
        nearest: whether to look for the nearest Nash equilibrium: of a game in one shot by
            default, of a tree of constant sum where it is asked for.
        exact_floats: whether to take floats in a strategy of a tree as the ratios that they are,
            divided by their sum, instead of multiples of 2^-30, which are much shorter.
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
    concept_of(concept or "nash")
    options = {"leader": leader, "ties": ties, "follower": follower, "policy": policy}
    asked = given(check, {**options, "exact_floats": exact_floats})
    with limits.limited(time_limit, memory_limit):
        if hasattr(profile, "claim"):  # a run
            profile, loaded, concept = profile.claim(game, concept, partial(games.load, **reading))
        else:
            loaded, concept = games.load(game, **reading), concept or "nash"
        needed = {*asked, "nearest"} if nearest else asked
        loaded = game_for("check", concept, loaded, needed)
        row = row_of("check", concept, loaded, asked)
        if "nearest" in row.check_options:
            asked["nearest"] = nearest
        work = row.work("check")
        assert work is not None  # as `row_of` has it
        report: CheckReport = work(profile, loaded, tolerance=tolerance, index=index, **asked)
        return report


def verify(
    claim: Any,
    game: Any,
    *,
    proof: Any = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    **reading: Unpack[Reading],
) -> Report:
    """What of a solution is false, what is proven, and what is taken on trust.

    Args:
        claim: a Solution, or the JSON object of one.
        game: a game, or anything that `games.load` takes; it alone is believed.
        proof: a log that proves that a list of Nash equilibria is complete, from `proof_of`.
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
        return solution(games.load(game, **reading), claim, proof=proof)
