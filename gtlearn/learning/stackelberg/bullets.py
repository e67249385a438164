"""Bullets that are traded in another environment, as episodes of the game that is its reduced form.

`gtlearn.games.trade` says what the trade is and reduces it to what a bullet is worth on average.
Where bullets are really fired, what they pay is noisy, and the same learners learn from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError
from gtlearn.games.trade import BULLET, KEPT
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.learning.stackelberg.play import Episodes, check_pairs

REJECT, ACCEPT, WAIT = 0, 1, 2  # the buyer's actions, in the game's order


class Trades(Protocol):
    """What became of each bullet; all of shape (episodes, bullets)."""

    @property
    def offers(self) -> NDArray[Any]:
        """What the seller did: 0 keeps the bullet, 1 + k asks the price k."""

    @property
    def answers(self) -> NDArray[Any]:
        """What the buyer did: 0 rejects, 1 accepts, -1 was not asked."""

    @property
    def seller_rewards(self) -> Floats:
        """What the bullet brought the seller."""

    @property
    def buyer_rewards(self) -> Floats:
        """What it brought the buyer."""


Trade = Callable[[Floats, Floats, np.random.Generator], Trades]
"""Plays an episode for each pair of a seller's and a buyer's rule.

A seller's rule is the probabilities to keep a bullet and to ask each price, shape
(episodes, 1 + prices); a buyer's those of accepting each price, shape (episodes, prices).
"""


@dataclass(frozen=True)
class BulletPlay:
    """A `play.Play` of `games.trade.bullet_trade` in an environment with as many bullets.

    Args:
        trade: the environment.
    """

    trade: Trade

    def __call__(
        self,
        game: LeaderGame,
        leader_tables: Floats,
        follower_tables: Floats,
        rng: np.random.Generator,
    ) -> Episodes:
        """One episode for each pair of tables, as `play.rollout` gives it.

        Raises:
            InputError: if the tables cannot be played, the follower's see the time, or the game is
                not what is played there.
        """
        check_pairs(game, leader_tables, follower_tables)
        _require_bullets(game, follower_tables)
        sellers, buyers = game.ordered(leader_tables, follower_tables)
        return _episodes(game, self.trade(*traded_rules(sellers, buyers), rng))


def traded_rules(sellers: Floats, buyers: Floats) -> tuple[Floats, Floats]:
    """The rules, as a `Trade` takes them, in tables of `games.trade.bullet_trade`.

    Args:
        sellers: the seller's tables, shape (batch, states, actions).
        buyers: the buyer's, likewise.
    """
    return sellers[:, 0, :-1], buyers[:, 2:, ACCEPT]


def _episodes(game: LeaderGame, found: Trades) -> Episodes:
    """Two steps a bullet: the seller's, then the buyer's, after which the bullet pays."""
    offers, answers = (part.astype(np.int64) for part in (found.offers, found.answers))
    shape = (len(offers), game.steps)
    if 2 * offers.shape[1] != game.steps:
        raise InputError(
            f"{offers.shape[1]} bullets an episode were traded, and {game.game.name} has "
            f"{game.steps} steps, two a bullet; make them fit"
        )
    states, selling, buying = np.zeros((3, *shape), dtype=np.int64)
    states[:, 1::2] = 1 + offers  # "kept", or the price's offer
    selling[:, ::2], selling[:, 1::2] = offers, game.num_states - 1  # its last action is to wait
    buying[:, ::2], buying[:, 1::2] = WAIT, np.where(answers < 0, WAIT, answers)
    paid = np.zeros((2, *shape))
    paid[:, :, 1::2] = found.seller_rewards, found.buyer_rewards
    led, followed = game.ordered(selling, buying)
    earned, given = game.ordered(*paid)
    last = np.zeros(len(offers), dtype=np.int64)
    return Episodes(states, led, followed, earned, given, last)


def _require_bullets(game: LeaderGame, follower_tables: Floats) -> None:
    """Refuses games and tables that cannot be played by rules for bullets.

    Raises:
        InputError: if so.
    """
    if game.game.states[:2] != (BULLET, KEPT):
        raise InputError(f"{game.game.name} is no trade of bullets; use game 'bullet_trade'")
    if follower_tables.shape[1] != game.num_states:
        raise InputError(
            "the follower's tables see the time, and bullets are traded by the same rule in a "
            "whole episode; use a stationary follower"
        )
