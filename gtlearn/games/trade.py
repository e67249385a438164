"""The trade of bullets between two shooters, reduced to what a bullet is worth to each.

In Gerstgrasser & Parkes (2023), section 4, the players of a two-player Space Invaders get bullets
one at a time. Each belongs to player 1, the seller, who keeps it or offers it at a price; player 2,
the buyer, rejects or accepts. Who fires a bullet is paid for the alien that it hits. Here a bullet
pays what it is worth on average, the probability of a hit times the reward, and one that was
rejected is fired by the seller. The trade comes as a game of one choice each, and as a Markov game
of one bullet after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.building import markov_game
from gtlearn.games.kinds.markov.game import MarkovGame, check_size
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.numbers import format_number, plain_integer, short_number, to_fraction

PLAYERS = ("Seller", "Buyer")
PRICES = ("0", "1/4", "1/2", "3/4", "1")  # the paper's

KEEP, REJECT, ACCEPT = "keep", "reject", "accept"
WAIT = "wait"  # what a player does where only the other one chooses, or nobody
BULLET, KEPT, OFFER = "bullet", "kept", "offer"  # states; an offer's price follows


def bullet_trade(
    seller_hits: Any = "7/10",
    buyer_hits: Any = "7/10",
    *,
    seller_reward: Any = "1/10",
    buyer_reward: Any = 1,
    prices: Sequence[Any] = PRICES,
    bullets: int | None = 1,
    discount: Any = None,
) -> MarkovGame:
    """The Markov game of one bullet after another; a value is the sum over all of them.

    In the state "bullet" the seller keeps it or names a price; in "offer 1/4" and the like the
    buyer rejects or accepts. So a commitment of the seller is one row, and one of the buyer as
    many rows as there are prices. A bullet takes two steps whatever is done, and pays in the
    second: after "keep" comes the state "kept", where nobody chooses. (Otherwise a seller who
    keeps its bullets would be given more of them in the same time.)

    Args:
        seller_hits: the probability that a bullet hits which the seller fires. This and all
            numbers below may be of any kind; a float is read as the decimal that it prints as.
        buyer_hits: the same of the buyer.
        seller_reward: what a hit pays the seller.
        buyer_reward: what a hit pays the buyer.
        prices: what the seller may ask, rising.
        bullets: how many there are; None where there is no end to them.
        discount: what a payoff one step later is worth, where a bullet takes two; in [0, 1) where
            there is no end, and 1 by default where there is.

    Raises:
        InputError: if a number cannot be used.

    >>> game = bullet_trade(bullets=10)
    >>> game.horizon, game.states[:4], game.actions[1]
    (20, ('bullet', 'kept', 'offer 0', 'offer 1/4'), ('reject', 'accept', 'wait'))
    """
    terms = _terms(seller_hits, buyer_hits, seller_reward, buyer_reward, prices)
    offers, labels = len(terms.prices), terms.labels
    size, wait = offers + 2, offers + 1  # the states, and the seller's last action
    check_size("bullet_trade", size, (size, 3))
    # State 0 is "bullet", 1 "kept", then the offers; the buyer's actions: reject, accept, wait.
    payoffs = np.zeros((2, size, size, 3), dtype=object)
    payoffs[:, 1, wait, 2] = terms.kept
    for place, price in enumerate(terms.prices):
        payoffs[:, 2 + place, wait, 0] = terms.kept
        payoffs[:, 2 + place, wait, 1] = terms.sold(price)
    moves = np.zeros((size, size, 3, size), dtype=np.int64)
    moves[1:, ..., 0] = moves[0, wait, :, 0] = 1
    everything = np.arange(offers + 1)  # that the seller may do with a bullet
    moves[0, everything, :, 1 + everything] = 1
    seller, buyer = np.zeros((size, size), dtype=bool), np.zeros((size, 3), dtype=bool)
    seller[0, everything] = seller[1:, wait] = True
    buyer[:2, 2] = buyer[2:, :2] = True
    return markov_game(
        list(payoffs),
        moves,
        horizon=_steps(bullets),
        discount=discount,
        averaged=False,
        name="bullet_trade",
        players=PLAYERS,
        states=(BULLET, KEPT, *(f"{OFFER} {label}" for label in labels)),
        actions=((KEEP, *labels, WAIT), (REJECT, ACCEPT, WAIT)),
        legal=(seller, buyer),
    )


def bullet_trade_matrix(
    seller_hits: Any = "7/10",
    buyer_hits: Any = "7/10",
    *,
    seller_reward: Any = "1/10",
    buyer_reward: Any = 1,
    prices: Sequence[Any] = PRICES,
) -> NormalFormGame:
    """One bullet as a bimatrix game: the seller's price, or "keep", against a rule of the buyer.

    The rules are "never" and "up to p": the buyer accepts p and all that is less. No other set of
    accepted prices does better. Against a known price all that counts is whether it is accepted,
    and a seller who knows the set asks the largest price in it, or keeps the bullet. Arguments and
    errors are those of `bullet_trade`.

    >>> game = bullet_trade_matrix()
    >>> game.actions[1]
    ('never', 'up to 0', 'up to 1/4', 'up to 1/2', 'up to 3/4', 'up to 1')
    >>> game.payoff(0, (3, 2)), game.payoff(1, (3, 3))  # 1/2 is rejected, and accepted
    (Fraction(7, 100), Fraction(1, 5))
    """
    terms = _terms(seller_hits, buyer_hits, seller_reward, buyer_reward, prices)
    sold = [terms.sold(price) for price in terms.prices]
    rules = range(len(sold) + 1)  # how many of the lowest prices are accepted
    rows = [[terms.kept for _ in rules]]
    rows += [
        [pair if place < rule else terms.kept for rule in rules] for place, pair in enumerate(sold)
    ]
    labels = terms.labels
    return normal_form(
        *([[pair[player] for pair in row] for row in rows] for player in (0, 1)),
        name="bullet_trade_matrix",
        players=PLAYERS,
        actions=((KEEP, *labels), ("never", *(f"up to {label}" for label in labels))),
    )


@dataclass(frozen=True)
class _Terms:
    """What a bullet is worth to the seller and to the buyer, and what may be asked for it."""

    seller: Fraction
    buyer: Fraction
    prices: tuple[Fraction, ...]

    @property
    def labels(self) -> list[str]:
        """What the prices are called."""
        return [format_number(price) for price in self.prices]

    @property
    def kept(self) -> tuple[Fraction, Fraction]:
        """What both are paid where the seller fires."""
        return self.seller, Fraction(0)

    def sold(self, price: Fraction) -> tuple[Fraction, Fraction]:
        """What both are paid where the buyer fires, after the price is paid."""
        return price, self.buyer - price


def _terms(
    seller_hits: Any, buyer_hits: Any, seller_reward: Any, buyer_reward: Any, prices: Sequence[Any]
) -> _Terms:
    hits = [to_fraction(number, rationalise=True) for number in (seller_hits, buyer_hits)]
    for player, chance in zip(PLAYERS, hits, strict=True):
        if not 0 <= chance <= 1:
            raise InputError(
                f"a bullet of the {player.lower()} hits with probability {short_number(chance)}; "
                "give one in [0, 1]"
            )
    rewards = [to_fraction(number, rationalise=True) for number in (seller_reward, buyer_reward)]
    asked = tuple(to_fraction(price, rationalise=True) for price in prices)
    if not asked or any(low >= high for low, high in pairwise(asked)):
        raise InputError(
            f"the prices {', '.join(map(short_number, asked)) or '(none)'} do not rise; give at "
            "least one, each above the one before"
        )
    return _Terms(hits[0] * rewards[0], hits[1] * rewards[1], asked)


def _steps(bullets: Any) -> int | None:
    """How many steps so many bullets take."""
    count = plain_integer(bullets)
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InputError(f"{str(bullets)[:40]} bullets cannot be traded; give 1 or more")
    return 2 * count
