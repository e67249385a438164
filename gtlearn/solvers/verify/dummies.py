"""Claims about games in which all but two players have one action, as claims of these two.

A claim for n players holds where the claim for the two who choose holds, every other player takes
its only action, and what is stated of the others is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import RATIONAL, Commitment
from gtlearn.solvers.verify.form import ROUNDING, items, number, text

Pair = tuple[int, int]  # the places of two players, the smaller one first


def of_two(
    game: NormalFormGame, including: int | None = None
) -> tuple[Pair, NormalFormGame] | None:
    """The two players who choose, and their game; None where more than two do.

    In a game of two players it is the game itself.
    """
    if game.num_players == 2:
        return (0, 1), game
    pair = _pair(game, including)
    if pair is None:
        return None
    arrays = []
    for k in pair:
        array = game.payoffs[k]
        square = array.numerators.reshape([game.shape[place] for place in pair])
        arrays.append(ExactArray(square, array.denominator))
    labels = [(game.players[k], game.actions[k]) for k in pair]
    players, actions = zip(*labels, strict=True)
    return pair, NormalFormGame(game.name, players, actions, tuple(arrays))


def _pair(game: NormalFormGame, including: int | None) -> Pair | None:
    """The first two players among whom are all with several actions, and the one named."""
    chosen = [k for k, n in enumerate(game.shape) if n > 1 or k == including]
    chosen += [k for k in range(game.num_players) if k not in chosen][: max(0, 2 - len(chosen))]
    return (min(chosen), max(chosen)) if len(chosen) == 2 else None


def commitment_of_two(
    game: NormalFormGame, outcome: Commitment
) -> tuple[NormalFormGame, Commitment]:
    """The game of the two who choose, the leader among them, and a commitment as one of it.

    Raises:
        InputError: if more than two players choose, or the claim has not one part a player.
    """
    if game.num_players == 2:
        return game, outcome
    leader = outcome.leader
    if type(leader) is not int or not 0 <= leader < game.num_players:
        raise InputError(f"the leader is none of the {game.num_players} there are")
    found = of_two(game, leader)
    if found is None:
        raise InputError(
            f"game {game.name!r} has {game.num_players} players; a commitment needs two who choose"
        )
    pair, smaller = found
    shares = outcome.distribution
    if isinstance(shares, Mapping):
        profiles = [items(profile, "a profile") for profile in shares]
        if any(len(profile) != game.num_players for profile in profiles):
            raise InputError(f"a profile of the distribution has not {game.num_players} actions")
        shares = {
            (profile[pair[0]], profile[pair[1]]): p
            for profile, p in zip(profiles, shares.values(), strict=True)
        }
    projected = replace(
        outcome,
        strategies=_of(outcome.strategies, pair, "the strategies", game.num_players),
        payoffs=_of(outcome.payoffs, pair, "the payoffs", game.num_players),
        leader=pair.index(leader),
        distribution=shares,
    )
    return smaller, projected


def _of(values: Any, pair: Pair, what: str, count: int) -> tuple[Any, Any]:
    """What belongs to the two players."""
    listed = items(values, what)
    if len(listed) != count:
        raise InputError(f"{what} are not one a player")
    return listed[pair[0]], listed[pair[1]]


def others_failures(game: NormalFormGame, outcome: Commitment) -> tuple[str, ...]:
    """What is false of the players who are not among the two, in a claim that else is of form."""
    pair = _pair(game, outcome.leader)
    if game.num_players == 2 or pair is None:
        return ()
    exact = outcome.certificate.arithmetic == RATIONAL
    shares = outcome.distribution
    if shares is None:
        strategies = [
            [number(p, "a strategy") for p in items(s, "a strategy")] for s in outcome.strategies
        ]
        shares = _product(strategies)
    failed = []
    for k in (k for k in range(game.num_players) if k not in pair):
        player = game.players[k]
        if [number(p, "a strategy") for p in items(outcome.strategies[k], "a strategy")] != [1]:
            failed.append(f"{player!r} does not take its only action")
            continue
        total = sum(
            (number(p, "a probability") * _payoff(game, k, s) for s, p in shares.items()),
            Fraction(0),
        )
        stated = number(outcome.payoffs[k], "a payoff")
        slack = Fraction(0) if exact else ROUNDING * max(abs(_payoff(game, k, s)) for s in shares)
        if abs(total - stated) > slack:
            failed.append(f"the payoff of {player!r} is {text(total)}, not {text(stated)}")
    return tuple(failed)


def _product(strategies: Sequence[Sequence[Fraction]]) -> dict[tuple[int, ...], Fraction]:
    """The distribution over pure profiles of players who mix independently."""
    joint: dict[tuple[int, ...], Fraction] = {(): Fraction(1)}
    for strategy in strategies:
        joint = {(*s, a): p * q for s, p in joint.items() for a, q in enumerate(strategy) if q}
    return joint


def _payoff(game: NormalFormGame, player: int, profile: Sequence[Any]) -> Fraction:
    for action, size in zip(profile, game.shape, strict=True):
        if type(action) is not int or not 0 <= action < size:
            raise InputError("a profile of the distribution has an action that is none")
    return game.payoff(player, profile)
