"""What one player's strategy loses against a best response, in a game of constant sum."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import ExtensiveGame, MergedGame, NormalFormGame
from gtlearn.games.given import of_games
from gtlearn.games.numbers import to_fraction
from gtlearn.solvers.checking.check import check_equilibrium
from gtlearn.solvers.dispatch import solve
from gtlearn.solvers.profiles.read import read_profile


@of_games(NormalFormGame, ExtensiveGame, MergedGame)
def exploitability(
    game: NormalFormGame | ExtensiveGame | MergedGame, strategy: Any, *, player: int = 0
) -> Fraction:
    """The value of a game to a player, less what its strategy earns against a best response.

    It is 0 just where the strategy is optimal, and over both players adds up to NashConv
    (Lanctot et al. 2017; OpenSpiel's `exploitability` is half of that sum).

    Args:
        game: a game of two players of constant sum, in one shot or a tree.
        strategy: the player's strategy, or a profile of which that one counts, as `check` takes
            them: an OpenSpiel policy, a callable, a module, rows by information set.
        player: whose.

    Returns:
        In the game's units of payoff, exact.

    Raises:
        InputError: if the game is no such game, or the strategy cannot be read.
        LimitReached: at a limit.

    >>> from gtlearn import solvers
    >>> solvers.exploitability("matching_pennies", [["3/4", "1/4"]])
    Fraction(1, 2)
    """
    if len(game.players) != 2 or not game.is_constant_sum:
        raise InputError(
            f"{game.name!r} is no game of two players of constant sum, in which alone a strategy "
            "is worth something without the others'; check a profile, whose regrets are known in "
            "any game"
        )
    if player not in (0, 1):
        raise InputError(f"there is no player {quoted(player)}; use 0 or 1")
    profile = read_profile(strategy, game, leader=player)
    if profile.tables[player] is None:
        raise InputError(f"the profile holds no strategy of {game.players[player]!r}; give one")
    tables, other = list(profile.tables), 1 - player
    sizes = [len(point.actions) for point in game.points(other)]
    tables[other] = tuple((Fraction(1, n),) * n for n in sizes)
    report = check_equilibrium(replace(profile, tables=tuple(tables)), game, nearest=False)
    assert report.regrets is not None and report.payoffs is not None
    paid = [to_fraction(payoff) for payoff in report.payoffs]
    held = paid[player] - report.regrets[other]  # the sum of payoffs, less the best response's
    return to_fraction(solve(game)[0].payoffs[player]) - held
