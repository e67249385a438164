"""What commitments, followers and units are called in words."""

from __future__ import annotations

from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.solvers._markov.output.export import markov_of
from gtlearn.solvers._markov.solution import STATIONARY
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.output.pieces import decimal, short_number

BOUNDS = {
    "folk": "the folk bound (the follower gets at least its minmax)",
    "unlimited_memory": "a leader of unlimited memory",
}


def follower_class(game: MarkovGame | IteratedGame, follower: str | None) -> str:
    """The follower's class, as in "against a follower who ..."."""
    horizon = markov_of(game).horizon
    if follower == STATIONARY:
        what = "a follower who plays a deterministic table of the states"
        return what if horizon is None else f"{what}, the step unseen"
    what = "a follower who responds as well as the whole history allows"
    return what if horizon is None else f"{what}, the step included"


def tie_words(ties: str, leader: str) -> str:
    """How ties are broken.

    >>> tie_words("weak", "Row")
    'against Row'
    """
    return f"{'in favour of' if ties == 'strong' else 'against'} {leader}"


def describe_markov(game: MarkovGame | IteratedGame) -> str:
    """One line that says which game it is, how large, and how long it goes on.

    >>> from gtlearn import games
    >>> describe_markov(games.iterated("chicken", horizon=10))
    'gtlearn_iterated(stage=chicken,horizon=10): 2 players, 2 x 2 actions, 5 states, 10 steps'
    """
    markov = markov_of(game)
    states = "1 state" if markov.num_states == 1 else f"{markov.num_states} states"
    text = (
        f"{markov.name}: {markov.num_players} players, {' x '.join(map(str, markov.shape))} "
        f"actions, {states}"
    )
    if markov.horizon is not None:
        text += ", 1 step" if markov.horizon == 1 else f", {markov.horizon} steps"
    if markov.discount != 1:
        text += f", discount {short_number(markov.discount)}"
    return text + (", zero-sum" if markov.is_zero_sum else "")


def exactly(value: Real) -> str:
    """The exact number, and what it is about where that is not plain.

    >>> from fractions import Fraction
    >>> exactly(Fraction(67, 20)), exactly(Fraction(3))
    ('67/20 (~3.35)', '3')
    """
    text = short_number(value)
    if isinstance(value, float | Enclosure) or text.startswith("~") or value.denominator < 10:
        return text
    return f"{text} (~{decimal(value)})"
