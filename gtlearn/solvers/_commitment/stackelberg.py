"""Optimal strategies to commit to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.limits import limited
from gtlearn.progress import Progress, heard_by
from gtlearn.solvers.dummies import two_who_choose
from gtlearn.solvers.outcomes import Commitment
from gtlearn.solvers.solution import Solution

TIES = ("strong", "weak")
_COMMITMENTS = ("mixed", "pure", "correlated")
_ARITHMETICS = ("exact", "float")
_METHODS = {
    "mixed": ("multiple-lps",),
    "pure": ("enumeration",),
    "correlated": ("single-lp", "multiple-lps"),
}
BAYESIAN_METHODS = {"mixed": ("dobss", "harsanyi"), "pure": ("enumeration",)}


@of_games(NormalFormGame, BayesianGame)
def stackelberg(
    game: NormalFormGame | BayesianGame,
    *,
    leader: int | None = None,
    ties: str = "strong",
    commitment: str = "mixed",
    arithmetic: str = "exact",
    time_limit: float | None = None,
    memory_limit: float | None = None,
    progress: Progress | None = None,
    method: str | None = None,
) -> Solution:
    """The commitment that earns the leader most against a best-responding follower.

    Args:
        game: a two-player game, in which further players may have one action each, or a Bayesian
            one whose follower has a type.
        leader: the player who commits: 0 by default, and a Bayesian game's own leader.
        ties: "strong": of several best responses the follower takes the one that the leader
            likes best; "weak": the one that it likes least. The value under weak ties is a
            supremum, and the outcome's `attained` says whether some commitment earns it.
        commitment: "mixed"; "pure" (one of the leader's actions); or "correlated" (the leader
            draws a joint profile and tells the follower its part; strong ties only).
        arithmetic: "exact", or "float", which rounds the result and proves nothing.
        time_limit: seconds; the best commitment found by then is returned, with what it earns
            at least and a proven upper bound.
        memory_limit: bytes by which the process may grow, with the same outcome.
        progress: called now and then with the fraction done (None if unknown) and a sentence.
        method: "multiple-lps" (Conitzer and Sandholm 2006) for mixed commitments; "single-lp"
            (Conitzer and Korzhyk 2011) or "multiple-lps" for correlated ones; "dobss"
            (Paruchuri et al. 2008) or "harsanyi" (one linear program a response profile, most of
            them pruned) for Bayesian games; None chooses.

    Returns:
        A Solution with one Commitment. It is optimal where its `gap` is 0: the certificate's upper
        bound equals the leader's payoff, which `verify.commitment` re-checks from the payoffs
        alone. `complete` is false, since others may earn as much. For a Bayesian game
        `strategies` and `payoffs` hold the leader's first and then one for each follower type, and
        `response` has one action index a type.

    Raises:
        InputError: if more than two players have a choice, an option has an unknown value, or the
            combination asked for is not supported; the message says which.

    Source: Conitzer and Sandholm (2006), Theorem 2; von Stengel and Zamir (2010) for weak ties.

    The example of Conitzer and Sandholm (2006): the only Nash equilibrium pays the row player 2,
    commitment to its first row 2, to its second 3, and to half of each 7/2.

    >>> from gtlearn import games
    >>> solution = stackelberg(games.load("2,1 4,0; 1,0 3,1"))
    >>> solution[0].strategies[0], solution[0].response, solution[0].payoffs[0]
    ((Fraction(1, 2), Fraction(1, 2)), 1, Fraction(7, 2))
    >>> solution[0].gap, solution[0].certificate.verified  # no commitment earns more
    (Fraction(0, 1), True)
    >>> weak = stackelberg(games.load("2,1 4,0; 1,0 3,1"), ties="weak")
    >>> weak[0].payoffs[0], weak[0].attained
    (Fraction(7, 2), False)
    """
    _check_options(ties, commitment, arithmetic)
    who = _leader_of(game, leader)
    asked = _Request(who, ties, commitment, method, arithmetic == "exact")
    start = time.monotonic()
    with limited(time_limit, memory_limit), heard_by(progress):
        if isinstance(game, BayesianGame):
            solution = _bayesian(game, asked)
        else:
            solution = _two_players(game, asked)
    if not asked.exact:
        solution = _rounded(solution)
    return replace(solution, seconds=time.monotonic() - start)


@dataclass(frozen=True)
class _Request:
    """What was asked for, after the options' values were checked."""

    leader: int
    ties: str
    commitment: str
    method: str | None
    exact: bool


def _two_players(game: NormalFormGame, asked: _Request) -> Solution:
    from gtlearn.solvers._commitment import mixed

    if game.num_players != 2:
        two = two_who_choose(game, asked.leader)
        if two is None:
            raise InputError(
                f"game {game.name!r} has {game.num_players} players; a Stackelberg commitment "
                "needs exactly two, or a leader, one follower who chooses, and others who do not"
            )
        leader = two.pair.index(asked.leader)
        return two.lifted(_two_players(two.game, replace(asked, leader=leader)))
    _check_method(asked.method, _METHODS[asked.commitment], f"a {asked.commitment} commitment")
    if asked.commitment == "pure":
        return mixed.solve_pure(game, asked.leader, asked.ties)
    if asked.commitment == "correlated":
        if asked.ties == "weak":
            raise InputError(
                "a correlated commitment supposes that the follower obeys where it is "
                "indifferent; use ties 'strong'"
            )
        return mixed.solve_correlated(game, asked.leader, asked.method)
    solve = mixed.solve_strong if asked.ties == "strong" else mixed.solve_weak
    return solve(game, asked.leader)


def _bayesian(game: BayesianGame, asked: _Request) -> Solution:
    from gtlearn.solvers._commitment import bayesian

    if asked.commitment == "correlated":
        raise InputError(
            "correlated commitment is not supported for Bayesian games; use 'mixed' or 'pure'"
        )
    known = BAYESIAN_METHODS[asked.commitment]
    _check_method(asked.method, known, f"a {asked.commitment} Bayesian commitment")
    if asked.commitment == "pure":
        return bayesian.solve_pure(game, asked.ties)
    if asked.ties == "weak":
        raise InputError(
            "mixed commitment under weak ties is not supported for Bayesian games; use ties "
            "'strong', or commitment 'pure'"
        )
    return bayesian.solve_mixed(game, asked.method, prove=asked.exact)


def _rounded(solution: Solution) -> Solution:
    """The same in doubles, which proves nothing any more."""
    from gtlearn.solvers._commitment.report import in_floats, verified

    outcome, game = solution[0], solution.game
    if isinstance(outcome, Commitment) and isinstance(game, NormalFormGame | BayesianGame):
        outcome = verified(game, in_floats(game, outcome))
    return replace(
        solution,
        solutions=(outcome,),
        complete=False,
        arithmetic="float",
        notes=(*solution.notes, "rounded to floats: use arithmetic 'exact' for a proof"),
    )


def _check_options(ties: str, commitment: str, arithmetic: str) -> None:
    for name, value, known in (
        ("ties", ties, TIES),
        ("commitment", commitment, _COMMITMENTS),
        ("arithmetic", arithmetic, _ARITHMETICS),
    ):
        if value not in known:
            raise InputError(f"unknown {name} {value!r}; use {_listed(known)}")


def _check_method(method: str | None, known: Sequence[str], what: str) -> None:
    if method is not None and method not in known:
        raise InputError(f"unknown method {method!r} for {what}; use {_listed(known)}")


def _leader_of(game: NormalFormGame | BayesianGame, leader: int | None) -> int:
    if leader is None:
        return game.leader if isinstance(game, BayesianGame) else 0
    count = game.num_players if isinstance(game, NormalFormGame) else 2
    if isinstance(leader, bool) or leader not in range(count):
        known = "0 or 1" if count == 2 else f"0 to {count - 1}"
        raise InputError(f"leader {leader!r} is no player of a {count}-player game; use {known}")
    if isinstance(game, BayesianGame) and leader != game.leader:
        raise InputError(
            f"player {leader} of Bayesian game {game.name!r} is the one with a type; only player "
            f"{game.leader} can lead"
        )
    return leader


def _listed(words: Sequence[str]) -> str:
    return " or ".join(repr(word) for word in words)
