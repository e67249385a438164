"""The trade as its decisions alone: whole episodes of players who follow rules.

A seller's rule is a row of probabilities, to keep a bullet and to ask each price; a buyer's rule
is the probability of accepting each price. The shooting is left to `Shots`: drawn at once
(`twin.DrawnShots`), or played by a good shot on a battlefield (`shots.AimedShots`). The trade is
the same for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.trade.battlefield import BUYER, SELLER, Bools, SmallInts
from gtlearn.environments.trade.rules import KEEP, TradeRules
from gtlearn.environments.trade.shots import Shots
from gtlearn.errors import InputError

Floats = NDArray[np.float64]

NOT_ASKED = -1


@dataclass(frozen=True)
class Trades:
    """What became of each bullet; all of shape (episodes, bullets).

    Attributes:
        offers: what the seller did: 0 keeps the bullet, 1 + k asks the price k.
        answers: what the buyer did: 0 rejects, 1 accepts, -1 was not asked.
        hits: whether the bullet hit, whoever fired it.
        seller_rewards: what the bullet brought the seller: its price, or the pay of its hit.
        buyer_rewards: what it brought the buyer: the pay of its hit, less its price.
    """

    offers: SmallInts
    answers: SmallInts
    hits: Bools
    seller_rewards: Floats
    buyer_rewards: Floats


def play_trades(
    rules: TradeRules, shots: Shots, sellers: Floats, buyers: Floats, rng: np.random.Generator
) -> Trades:
    """Plays an episode for each pair of a seller's and a buyer's rule.

    Args:
        rules: of the trade.
        shots: fires the bullets.
        sellers: probabilities to keep a bullet and to ask each price, shape
            (episodes, 1 + prices).
        buyers: the probability of accepting each price, shape (episodes, prices).
        rng: draws the decisions and what is random about the shots.

    Raises:
        InputError: if the rules of the players do not fit.

    >>> from gtlearn.environments.trade.battlefield import DrawnShots
    >>> asks_half = np.array([[0.0, 0, 0, 1, 0, 0]])
    >>> accepts_half = np.array([[1.0, 1, 1, 0, 0]])
    >>> rng = np.random.default_rng(0)
    >>> trades = play_trades(TradeRules(), DrawnShots((1, 1)), asks_half, accepts_half, rng)
    >>> trades.seller_rewards.sum(), trades.buyer_rewards.sum()
    (np.float64(5.0), np.float64(5.0))
    """
    _check(rules, sellers, buyers)
    shape = (len(sellers), rules.bullets)
    offers = _drawn(sellers, rng.random(shape))
    accepts = np.pad(buyers, ((0, 0), (1, 0)))  # what is kept is never accepted
    accepted = rng.random(shape) < np.take_along_axis(accepts, offers.astype(np.intp), axis=1)
    answers = np.where(offers == KEEP, np.int8(NOT_ASKED), accepted.astype(np.int8))
    owners = np.where(accepted, np.int8(BUYER), np.int8(SELLER))
    hits = shots.fire(owners, rng)
    pays = np.where(hits, np.array(rules.hit_rewards)[owners], 0.0)
    moved = np.where(accepted, np.array((0.0, *rules.prices))[offers], 0.0)
    return Trades(
        offers,
        answers,
        hits,
        np.where(owners == SELLER, pays, 0.0) + moved,
        np.where(owners == BUYER, pays, 0.0) - moved,
    )


def _drawn(rows: Floats, uniform: Floats) -> SmallInts:
    """An action for each uniform number, shape (episodes, bullets), drawn from its row."""
    drawn = np.zeros(uniform.shape, dtype=np.int8)
    for edge in np.cumsum(rows, axis=1)[:, :-1].T:
        drawn += uniform >= edge[:, None]
    return drawn


def _check(rules: TradeRules, sellers: Floats, buyers: Floats) -> None:
    """Refuses rules that are no probabilities, or not of this trade.

    Raises:
        InputError: if so.
    """
    prices = len(rules.prices)
    for name, rows, width in (("sellers", sellers, prices + 1), ("buyers", buyers, prices)):
        if rows.ndim != 2 or rows.shape[1] != width:
            raise InputError(
                f"{name} has shape {rows.shape}; give (episodes, {width}) for {prices} prices"
            )
        if not np.all((rows >= 0) & (rows <= 1)):
            raise InputError(f"{name} holds numbers that are not in [0, 1]; give probabilities")
    if len(sellers) != len(buyers):
        raise InputError(
            f"there are {len(sellers)} sellers and {len(buyers)} buyers; give a pair an episode"
        )
    sums = sellers.sum(axis=1)
    if not np.allclose(sums, 1, rtol=0, atol=1e-6):
        worst = int(np.argmax(np.abs(sums - 1)))
        raise InputError(f"row {worst} of sellers sums to {sums[worst]:.6g}; make it sum to 1")
