"""The bimatrix game that a game is, where no more than two of its players have a choice.

A claim for n players holds where the claim for the two who choose holds, every other player takes
its only action, and what is stated of the others is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games import NormalFormGame
from gtlearn.games.numbers import ExactArray
from gtlearn.solvers.outcomes import RATIONAL, Commitment
from gtlearn.solvers.verify.form import ROUNDING, items, number, text

Exact = tuple[Fraction, ...]  # a strategy
Pair = tuple[Exact, Exact]  # one strategy of each player

_PRIME = 2**61 - 1

Places = tuple[int, int]  # the places of two players, the smaller one first


def of_two(
    game: NormalFormGame, including: int | None = None
) -> tuple[Places, NormalFormGame] | None:
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


def _pair(game: NormalFormGame, including: int | None) -> Places | None:
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
    two = of_two(game, leader)
    if two is None:
        raise InputError(
            f"game {game.name!r} has {game.num_players} players; a commitment needs two who choose"
        )
    pair, smaller = two
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


def _of(values: Any, pair: Places, what: str, count: int) -> tuple[Any, Any]:
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


@dataclass(frozen=True)
class Bimatrix:
    """Two players' payoffs as positive integers; best responses are those of the game.

    Attributes:
        players: the two players' indices in the game.
        rows: payoffs of the first, shape (m, n).
        columns: payoffs of the second, shape (m, n).
        sizes: the number of actions of every player of the game.
    """

    players: tuple[int, int]
    rows: NDArray[Any]
    columns: NDArray[Any]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, game: NormalFormGame) -> Bimatrix | None:
        """The bimatrix game, None where more than two players have a choice."""
        pair = of_two(game)
        if pair is None:
            return None
        players, smaller = pair
        rows, columns = (_positive(tensor.numerators) for tensor in smaller.payoffs)
        return cls(players, rows, columns, game.shape)

    def pair(self, strategies: Sequence[Sequence[Any]]) -> Pair:
        """The strategies of the two, exactly."""
        first, second = (tuple(Fraction(p) for p in strategies[player]) for player in self.players)
        return first, second

    def profile(self, pair: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """One strategy for every player of the game."""
        strategies: list[Any] = [(Fraction(1),)] * len(self.sizes)
        for player, strategy in zip(self.players, pair, strict=True):
            strategies[player] = strategy
        return tuple(strategies)

    def best(self, pair: Pair) -> tuple[list[int], list[int]]:
        """Each player's best responses to the other's strategy."""
        first, second = pair
        return _largest(self.rows, second), _largest(self.columns.T, first)


def support(strategy: Exact) -> list[int]:
    """The actions that are played."""
    return [k for k, p in enumerate(strategy) if p]


def placed(values: Sequence[Fraction], places: Sequence[int], size: int) -> Exact:
    """The strategy over all actions that has the values at some places, and zeros elsewhere."""
    out = [Fraction(0)] * size
    for place, value in zip(places, values, strict=True):
        out[place] = value
    return tuple(out)


def integers(matrix: NDArray[Any]) -> flint.fmpz_mat:
    """The matrix in python-flint's integers."""
    rows, columns = matrix.shape
    return flint.fmpz_mat(rows, columns, [int(v) for v in matrix.ravel()])


def _positive(payoffs: NDArray[Any]) -> NDArray[Any]:
    """The payoffs, shifted so that the least is one; objects where an integer could overflow."""
    least, largest = int(payoffs.min()), int(payoffs.max())
    kind = np.int64 if max(abs(least), abs(largest)) < 2**60 else object
    shifted: NDArray[Any] = payoffs.astype(kind) - (least - 1)
    return shifted


def _largest(payoffs: NDArray[Any], strategy: Exact) -> list[int]:
    """The rows that earn most against a mix of the columns."""
    played = support(strategy)
    common = flint.fmpz(1)
    for k in played:
        common = common.lcm(strategy[k].denominator)
    weights = [int(strategy[k].numerator * (common // strategy[k].denominator)) for k in played]
    values = (payoffs[:, played] @ np.array(weights, dtype=object)).tolist()
    top = max(values)
    return [k for k, value in enumerate(values) if value == top]


def full_rank(matrix: NDArray[Any]) -> bool:
    """Whether the rows of an integer matrix are linearly independent.

    Rows that are so modulo a prime are so; only where they are not, the rank is found exactly.
    """
    rows, columns = matrix.shape
    if rows > columns:
        return False
    residues = [int(v) % _PRIME for v in matrix.ravel()]
    if flint.nmod_mat(rows, columns, residues, _PRIME).rank() == rows:
        return True
    return bool(integers(matrix).rank() == rows)
