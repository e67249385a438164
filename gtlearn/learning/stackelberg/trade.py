"""The trade on Space Invaders, or on its twin, as a run; what is learned is checked exactly.

`gtlearn.games.trade` says what the trade is and reduces it to what a bullet is worth on average.
Where bullets are really fired, what they pay is noisy, and the same learners learn from it.

Gerstgrasser & Parkes (2023), section 4: the seller or the buyer leads. Shooting comes first: how
often bullets hit is measured, and with these rates the trade is reduced to a game whose exact
equilibria are known. Learners play where bullets are fired, and are judged by that game. What a
bullet earns is its own, so that one bullet is an episode of theirs; it is fired in games of many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from gtlearn.environments.film import Film
from gtlearn.environments.trade.battlefield import BUYER, ROLES, Bools, SmallInts
from gtlearn.environments.trade.episodes import Trades, play_trades
from gtlearn.environments.trade.rules import TradeRules
from gtlearn.environments.trade.shots import Shots
from gtlearn.errors import InputError
from gtlearn.games.trade import BULLET, KEPT, bullet_trade_matrix
from gtlearn.learning.stackelberg.algorithm import StackelbergLearner
from gtlearn.learning.stackelberg.config import StackelbergConfig, TradeConfig
from gtlearn.learning.stackelberg.game import Floats, LeaderGame
from gtlearn.learning.stackelberg.play import Episodes, check_pairs
from gtlearn.solvers import solve

ATARI = "trade-atari"
_STEPS = 2  # of a bullet: the seller's decision, and the buyer's
ONE_BULLET = TradeRules(bullets=1)
ACCEPT, WAIT = 1, 2  # of the buyer's actions, in the game's order, of which 0 rejects

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
        if game.game.states[:2] != (BULLET, KEPT):
            raise InputError(f"{game.game.name} is no trade of bullets; use game 'bullet_trade'")
        if follower_tables.shape[1] != game.num_states:
            raise InputError(
                "the follower's tables see the time, and bullets are traded by the same rule in a "
                "whole episode; use a stationary follower"
            )
        sellers, buyers = game.ordered(leader_tables, follower_tables)
        return _episodes(game, self.trade(*traded_rules(sellers, buyers), rng))


def traded_rules(sellers: Floats, buyers: Floats) -> tuple[Floats, Floats]:
    """The rules, as a `Trade` takes them, in tables of `games.trade.bullet_trade`.

    Args:
        sellers: the seller's tables, shape (batch, states, actions).
        buyers: the buyer's, likewise.
    """
    return sellers[:, 0, :-1], buyers[:, 2:, ACCEPT]


def _episodes(game: LeaderGame, traded: Trades) -> Episodes:
    """Two steps a bullet: the seller's, then the buyer's, after which the bullet pays."""
    offers, answers = (part.astype(np.int64) for part in (traded.offers, traded.answers))
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
    paid[:, :, 1::2] = traded.seller_rewards, traded.buyer_rewards
    led, followed = game.ordered(selling, buying)
    earned, given = game.ordered(*paid)
    last = np.zeros(len(offers), dtype=np.int64)
    return Episodes(states, led, followed, earned, given, last)


@dataclass(frozen=True, eq=False)
class Range:
    """Where bullets are fired, and how often they hit.

    Attributes:
        shots: fires them.
        hits: the seller's and the buyer's hits a bullet.
        measured: what result.json says of how the rates were found.
    """

    shots: Shots
    hits: tuple[Fraction, Fraction]
    measured: Mapping[str, Any]


@dataclass(frozen=True)
class InGames:
    """Fires the bullets of many short episodes in games of many bullets; see `Shots`.

    Attributes:
        shots: fires them.
        bullets: of a game.
    """

    shots: Shots
    bullets: int

    def fire(self, owners: SmallInts, rng: np.random.Generator) -> Bools:
        """Which bullets hit, in their order."""
        flat = owners.reshape(-1)
        whole = len(flat) // self.bullets * self.bullets
        parts = (flat[:whole].reshape(-1, self.bullets), flat[None, whole:])
        hits = [self.shots.fire(part, rng).reshape(-1) for part in parts if part.size]
        return np.concatenate(hits).reshape(owners.shape)


def shooting_range(config: TradeConfig, seed: int) -> Range:
    """Space Invaders, whose hits are measured, or the twin, whose hits are given.

    Args:
        config: the options.
        seed: of the measurement.

    Raises:
        InputError: if a package or the game is missing.
    """
    if config.env != ATARI:
        from gtlearn.environments.trade.battlefield import DrawnShots

        given = Fraction(str(config.hits))
        return Range(DrawnShots((config.hits, config.hits)), (given, given), {})
    from gtlearn.environments.trade.atari import Emulator
    from gtlearn.environments.trade.shots import AimedShots, measure_hits

    shots = AimedShots(Emulator(), TradeRules(bullets=config.bullets), haste=config.haste)
    shares = measure_hits(shots, bullets=config.measured, seed=seed)
    pairs = zip(shares.hits, shares.bullets, strict=True)
    seller, buyer = (Fraction(hits, bullets) for hits, bullets in pairs)
    intervals = [list(interval) for interval in shares.intervals()]
    games = InGames(shots, config.bullets)
    return Range(games, (seller, buyer), {"bullets": shares.bullets, "intervals": intervals})


class TradeLearner(StackelbergLearner):
    """A leader and a follower whose episodes are trades of bullets.

    Args:
        config: the options.
        seed: of all that is random.

    Raises:
        InputError: if a package or the game is missing.
    """

    def __init__(self, config: TradeConfig, seed: int) -> None:
        self.trade = config
        self.range = shooting_range(config, seed)
        play = BulletPlay(partial(play_trades, ONE_BULLET, self.range.shots))
        super().__init__(self._reduced(), seed, play)

    def _reduced(self) -> StackelbergConfig:
        """The options of the game that the trade is reduced to."""
        config = self.trade
        seller, buyer = self.range.hits
        return StackelbergConfig(
            game=f"bullet_trade(seller_hits={seller},buyer_hits={buyer})",
            leader_player=ROLES.index(config.leader),
            leader=config.learner,
            model=config.model,
            pretraining=config.pretraining,
            pretraining_steps=_STEPS * config.pretraining_bullets,
            iterations=config.iterations,
            batch=config.batch,
            posttraining=config.posttraining,
        )

    def result(self) -> dict[str, Any]:
        """What the game says of both, with the price that they trade at."""
        result = super().result()
        price = traded_price(result, ONE_BULLET.prices)
        hits = [float(rate) for rate in self.range.hits]
        matrix, leader = bullet_trade_matrix(*self.range.hits), ROLES.index(self.trade.leader)
        exact = solve(matrix, concept="stackelberg", leader=leader)[0]
        return {
            **result,
            "env": self.trade.env,
            "leads": self.trade.leader,
            "exact_rewards": [float(payoff) for payoff in exact.payoffs],
            "price": price,
            "hits": {"rates": hits, **self.range.measured},
            "notes": [_said(self.trade, price, hits), *result["notes"]],
        }

    def film(self, seed: int) -> Film:
        """A game of Space Invaders in which bullets are traded by what was learned.

        See `gtlearn.learning.protocol.Filmed`.

        Raises:
            InputError: if it is learned on the twin, which has no screen.
        """
        if self.trade.env != ATARI:
            raise InputError("the twin has no screen; film a run with env trade-atari")
        from gtlearn.environments.trade.atari import FilmedEmulator
        from gtlearn.environments.trade.shots import AimedShots

        camera = FilmedEmulator()
        rules = TradeRules(bullets=self.trade.bullets)
        shots = AimedShots(camera, rules, haste=self.trade.haste)
        leader = self.leader.table()[None]
        learned = traded_rules(*self.game.ordered(leader, self.follower.tables(leader)))
        played = play_trades(rules, shots, *learned, np.random.default_rng(seed))
        sold, paid = int((played.answers == 1).sum()), float(played.seller_rewards.sum())
        title = (
            f"{rules.bullets} bullets, of which {sold} are sold; the seller earns {paid:.3g}, the "
            f"buyer {float(played.buyer_rewards.sum()):.3g}"
        )
        return Film(camera.pictures, camera.rate, title)

    def state_dict(self) -> dict[str, Any]:
        """Both players, and the rates by which they are judged."""
        hits = [[rate.numerator, rate.denominator] for rate in self.range.hits]
        return {"learner": super().state_dict(), "hits": hits}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to what `state_dict` returned; the same seed measured the same rates."""
        super().load_state_dict(state["learner"])


def traded_price(result: Mapping[str, Any], prices: tuple[float, ...]) -> float | None:
    """The price that bullets are sold at; None where the seller keeps them, or is refused.

    Args:
        result: of a finished run, with both players' tables.
        prices: that may be asked.
    """
    seller, buyer = result["commitment"], result["response"]
    if result["leader"] == BUYER:
        seller, buyer = buyer, seller
    asked = int(np.argmax([float(Fraction(chance)) for chance in seller[0]]))
    accepted = asked > 0 and Fraction(buyer[1 + asked][1]) > Fraction(1, 2)
    return prices[asked - 1] if accepted else None


def _said(config: TradeConfig, price: float | None, hits: list[float]) -> str:
    """What was learned, in a sentence."""
    trade = "No bullet is sold" if price is None else f"Bullets are sold at {price:g}"
    return (
        f"{trade} where the {config.leader} leads; a bullet hits with probability {hits[0]:.3g} "
        f"if the seller fires it, {hits[1]:.3g} if the buyer does"
    )
