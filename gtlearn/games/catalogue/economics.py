"""Markets, auctions and public goods, on finite grids."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry, check_size
from gtlearn.games.kinds.harsanyi import HarsanyiGame, bayesian_game
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form
from gtlearn.games.kinds.symmetric import Counts, SymmetricGame, symmetric_game
from gtlearn.games.numbers import format_number, from_fractions, short_number
from gtlearn.games.trade import bullet_trade, bullet_trade_matrix

_Payoffs = Callable[..., tuple[Fraction, ...]]

_FEW = 10  # players of a symmetric game that is written out in normal form
_MAX_PLAYERS = 1000

_VICKREY = (
    "Vickrey (1961), Counterspeculation, Auctions, and Competitive Sealed Tenders, Journal of "
    "Finance 16"
)
_BULLETS = (
    "Gerstgrasser & Parkes (2023), Meta-RL for Multi-Agent RL: Learning to Adapt to Evolving "
    "Agents, section 4 (their trade on Atari, with a bullet paying what it is worth on average)"
)


def _grid(values: range, payoffs: _Payoffs, players: tuple[str, str]) -> NormalFormGame:
    """A two-player game in which both choose from `values`."""
    check_size(len(values), len(values))
    labels = [str(v) for v in values]
    pairs = [payoffs(a, b) for a in values for b in values]
    shape = (len(values), len(values))
    tensors = [from_fractions([pair[k] for pair in pairs], shape) for k in (0, 1)]
    return normal_form(*tensors, players=players, actions=(labels, labels))


def _travellers_dilemma(low: int = 2, high: int = 100, bonus: int = 2) -> NormalFormGame:
    if low > high:
        raise InputError(f"low={low} is above high={high}; swap them")
    check_size(high - low + 1, high - low + 1)
    claims = np.arange(low, high + 1)
    own, other = claims[:, None], claims[None, :]
    row = np.minimum(own, other) + bonus * np.sign(other - own)
    labels = [str(claim) for claim in claims]
    return normal_form(row, row.T, actions=(labels, labels))


def _cournot(
    demand: Fraction = Fraction(12), cost: Fraction = Fraction(0), maximum: int = 12
) -> NormalFormGame:
    def profits(a: int, b: int) -> tuple[Fraction, ...]:
        price = max(Fraction(0), demand - a - b)
        return a * (price - cost), b * (price - cost)

    return _grid(range(maximum + 1), profits, ("Firm 1", "Firm 2"))


def _bertrand(
    demand: Fraction = Fraction(10), cost: Fraction = Fraction(2), maximum: int = 10
) -> NormalFormGame:
    def profits(a: int, b: int) -> tuple[Fraction, ...]:
        sold = max(Fraction(0), demand - min(a, b))
        share = Fraction(a < b) + Fraction(a == b) / 2
        return (a - cost) * sold * share, (b - cost) * sold * (1 - share)

    return _grid(range(maximum + 1), profits, ("Firm 1", "Firm 2"))


def _bertrand_logit(
    prices: int = 5,
    lowest: Fraction = Fraction(7, 5),
    highest: Fraction = Fraction(2),
    cost: Fraction = Fraction(1),
    quality: Fraction = Fraction(2),
    outside: Fraction = Fraction(0),
    scale: Fraction = Fraction(1, 4),
) -> NormalFormGame:
    """Logit demand: profits are rounded to six decimals, as they are irrational."""
    if prices < 2 or not lowest < highest or scale <= 0:
        raise InputError("it needs prices >= 2, lowest < highest and scale > 0")
    check_size(prices, prices)
    grid = [lowest + (highest - lowest) * k / (prices - 1) for k in range(prices)]
    weights = [_exponential((quality - price) / scale) for price in grid]
    nothing = _exponential(outside / scale)
    profits = [
        round((grid[a] - cost) * Fraction(weights[a] / (weights[a] + weights[b] + nothing)), 6)
        for a in range(prices)
        for b in range(prices)
    ]
    row = from_fractions(profits, (prices, prices))
    labels = [format_number(price) for price in grid]
    return normal_form(row, row.transpose(), players=("Firm 1", "Firm 2"), actions=(labels, labels))


def _exponential(exponent: Fraction) -> float:
    if abs(exponent) > 500:
        raise InputError(
            f"a price is {short_number(abs(exponent))} times the scale away; make scale larger"
        )
    return math.exp(exponent)


def _first_price_auction(
    value1: Fraction = Fraction(10), value2: Fraction = Fraction(8), maximum: int = 10
) -> NormalFormGame:
    def surplus(a: int, b: int) -> tuple[Fraction, ...]:
        share = Fraction(a > b) + Fraction(a == b) / 2
        return (value1 - a) * share, (value2 - b) * (1 - share)

    return _grid(range(maximum + 1), surplus, ("Bidder 1", "Bidder 2"))


def _first_price_private_values(
    values: int = 3, maximum: int = 2, players: int = 2, form: str = "plans"
) -> NormalFormGame | HarsanyiGame:
    """Values are types; of two bidders, unless asked otherwise, strategies are plans."""
    if values < 1 or maximum < 0:
        raise InputError("it needs values >= 1 and maximum >= 0")
    if form not in ("plans", "types"):
        raise InputError(f"form={form} is unknown; use plans (of two bidders) or types")
    if players != 2 or form == "types":
        return _private_values(values, maximum, players)
    return _auction_in_plans(values, maximum)


def _private_values(values: int, maximum: int, players: int) -> HarsanyiGame:
    """Each bidder's value is its type, and all profiles of values are equally likely."""
    if not 2 <= players <= 10:
        raise InputError(f"it needs 2 to 10 bidders, not {players}")
    check_size(*[values * (maximum + 1)] * players)
    bids = [str(bid) for bid in range(maximum + 1)]
    names = [str(value) for value in range(values)]

    def surplus(types: tuple[str, ...], chosen: tuple[str, ...]) -> list[Fraction]:
        highest = max(map(int, chosen))
        share = Fraction(1, sum(int(bid) == highest for bid in chosen))
        return [
            share * (int(value) - highest) if int(bid) == highest else Fraction(0)
            for value, bid in zip(types, chosen, strict=True)
        ]

    return bayesian_game(
        {f"Bidder {k + 1}": dict.fromkeys(names, bids) for k in range(players)},
        dict.fromkeys(product(names, repeat=players), Fraction(1, values**players)),
        surplus,
    )


def _auction_in_plans(values: int, maximum: int) -> NormalFormGame:
    """Strategies are bids as a function of the own value; payoffs are expected over values."""
    if values > 20 or (maximum + 1) ** values > 1000:
        raise InputError(
            f"it has {maximum + 1}^{values} strategies a bidder, and at "
            "most 1000 are built; make values or maximum smaller"
        )
    bids = np.array(list(product(range(maximum + 1), repeat=values)))
    row = np.zeros((len(bids), len(bids)), dtype=np.int64)
    for own, other in product(range(values), repeat=2):
        mine, theirs = bids[:, own][:, None], bids[:, other][None, :]
        row += (own - mine) * (1 + np.sign(mine - theirs))  # twice the surplus: ties count once
    scale = 2 * values**2
    tensors = [
        from_fractions([Fraction(v, scale) for v in m.ravel().tolist()], m.shape)
        for m in (row, row.T)
    ]
    labels = [" ".join(map(str, plan)) for plan in bids.tolist()]
    return normal_form(*tensors, players=("Bidder 1", "Bidder 2"), actions=(labels, labels))


def _bilateral_trade(
    value: Fraction = Fraction(8),
    cost: Fraction = Fraction(2),
    maximum: int = 10,
    split: Fraction = Fraction(1, 2),
) -> NormalFormGame:
    def gains(ask: int, bid: int) -> tuple[Fraction, ...]:
        if bid < ask:
            return Fraction(0), Fraction(0)
        price = split * bid + (1 - split) * ask
        return price - cost, value - price

    return _grid(range(maximum + 1), gains, ("Seller", "Buyer"))


def _bullet_trade(
    seller_hits: Fraction = Fraction(7, 10),
    buyer_hits: Fraction = Fraction(7, 10),
    seller_reward: Fraction = Fraction(1, 10),
    buyer_reward: Fraction = Fraction(1),
    prices: int = 5,
    highest: Fraction = Fraction(1),
    bullets: int = 1,
) -> MarkovGame:
    return bullet_trade(
        seller_hits,
        buyer_hits,
        seller_reward=seller_reward,
        buyer_reward=buyer_reward,
        prices=_prices(prices, highest),
        bullets=bullets,
    )


def _bullet_trade_matrix(
    seller_hits: Fraction = Fraction(7, 10),
    buyer_hits: Fraction = Fraction(7, 10),
    seller_reward: Fraction = Fraction(1, 10),
    buyer_reward: Fraction = Fraction(1),
    prices: int = 5,
    highest: Fraction = Fraction(1),
) -> NormalFormGame:
    return bullet_trade_matrix(
        seller_hits,
        buyer_hits,
        seller_reward=seller_reward,
        buyer_reward=buyer_reward,
        prices=_prices(prices, highest),
    )


def _prices(count: int, highest: Fraction) -> list[Fraction]:
    """So many prices from 0 to the highest."""
    if count < 2 or highest <= 0:
        raise InputError("it needs prices >= 2 and highest > 0")
    check_size(count, count)
    return [highest * k / (count - 1) for k in range(count)]


def _written_out(game: SymmetricGame) -> NormalFormGame | SymmetricGame:
    """A game of few players in normal form."""
    return game.normal_form() if game.num_players <= _FEW else game


def _cournot_n(
    firms: int = 3,
    demand: Fraction = Fraction(13),
    cost: Fraction = Fraction(1),
    maximum: int = 12,
) -> NormalFormGame | SymmetricGame:
    if not 2 <= firms <= _MAX_PLAYERS or maximum < 1:
        raise InputError(f"it needs 2 to {_MAX_PLAYERS} firms and a maximum of at least 1")
    if firms <= _FEW:
        check_size(*[maximum + 1] * firms)

    def profit(own: int, others: Counts) -> Fraction:
        sold = own + sum(quantity * count for quantity, count in enumerate(others))
        return own * (max(Fraction(0), demand - sold) - cost)

    players = [f"Firm {k + 1}" for k in range(firms)]
    labels = [str(quantity) for quantity in range(maximum + 1)]
    return _written_out(symmetric_game(profit, players=players, actions=labels))


def _public_goods(
    players: int = 3, endowment: int = 1, multiplier: Fraction = Fraction(3, 2)
) -> NormalFormGame | SymmetricGame:
    if not 2 <= players <= _MAX_PLAYERS or endowment < 1:
        raise InputError(f"it needs 2 to {_MAX_PLAYERS} players and an endowment of at least 1")
    if players <= _FEW:
        check_size(*[endowment + 1] * players)

    def payoff(own: int, others: Counts) -> Fraction:
        given = own + sum(gift * count for gift, count in enumerate(others))
        return endowment - own + multiplier * given / players

    labels = [str(given) for given in range(endowment + 1)]
    return _written_out(symmetric_game(payoff, players=players, actions=labels))


def _volunteers_dilemma(
    players: int = 3, benefit: Fraction = Fraction(2), cost: Fraction = Fraction(1)
) -> NormalFormGame | SymmetricGame:
    if not 2 <= players <= _MAX_PLAYERS or not 0 < cost < benefit:
        raise InputError(f"it needs 2 to {_MAX_PLAYERS} players and 0 < cost < benefit")

    def payoff(own: int, others: Counts) -> Fraction:
        return benefit - cost if own == 0 else benefit * (others[0] > 0)

    actions = ("volunteer", "wait")
    return _written_out(symmetric_game(payoff, players=players, actions=actions))


ECONOMICS = (
    Entry(
        "travellers_dilemma",
        "claims from low to high; the lower claim is paid to both, with a bonus and a penalty",
        "Basu (1994), The Traveler's Dilemma: Paradoxes of Rationality in Game Theory, American "
        "Economic Review 84(2), 391-395",
        _travellers_dilemma,
    ),
    Entry(
        "cournot",
        "two firms choose quantities 0..maximum; the price is demand minus both, at least 0",
        "Cournot (1838), Recherches sur les principes mathématiques de la théorie des richesses",
        _cournot,
    ),
    Entry(
        "cournot_n",
        "firms choose quantities 0..maximum; the price is demand minus all of them, at least 0",
        "Cournot (1838), Recherches sur les principes mathématiques de la théorie des richesses, "
        "chapter 7",
        _cournot_n,
    ),
    Entry(
        "bertrand",
        "two firms choose prices 0..maximum; the cheaper sells demand minus price, ties split",
        "Bertrand (1883), Théorie mathématique de la richesse sociale, Journal des Savants",
        _bertrand,
    ),
    Entry(
        "bertrand_logit",
        "two firms with differentiated products choose one of several prices; logit demand",
        "Calvano, Calzolari, Denicolò & Pastorello (2020), Artificial Intelligence, Algorithmic "
        "Pricing, and Collusion, American Economic Review 110(10), section II (their baseline; "
        "five prices from 7/5 to 2 by default; profits rounded to six decimals)",
        _bertrand_logit,
    ),
    Entry(
        "first_price_auction",
        "two bidders with known values bid 0..maximum; the winner pays its bid, ties by a coin",
        _VICKREY,
        _first_price_auction,
    ),
    Entry(
        "first_price_private_values",
        "as first_price_auction, with private values uniform on 0..values-1; a Bayesian game, but "
        "the normal form in plans of two bidders unless form=types",
        _VICKREY,
        _first_price_private_values,
    ),
    Entry(
        "bilateral_trade",
        "the seller asks, the buyer bids; if they meet, they trade at a split of the two",
        "Chatterjee & Samuelson (1983), Bargaining under Incomplete Information, Operations "
        "Research 31 (the double auction, with known value and cost)",
        _bilateral_trade,
    ),
    Entry(
        "bullet_trade",
        "Markov game: of each bullet the seller names one of several prices from 0 to highest, or "
        "keeps it; the buyer accepts or rejects",
        _BULLETS,
        _bullet_trade,
    ),
    Entry(
        "bullet_trade_matrix",
        "one bullet of bullet_trade: a price, or keep, against the highest price that is accepted",
        _BULLETS,
        _bullet_trade_matrix,
    ),
    Entry(
        "public_goods",
        "each gives 0..endowment to a pot that is multiplied and shared equally",
        "Ledyard (1995), Public Goods: A Survey of Experimental Research, in Kagel & Roth (eds.), "
        "The Handbook of Experimental Economics",
        _public_goods,
    ),
    Entry(
        "volunteers_dilemma",
        "one volunteer, who pays the cost, suffices for all to have the benefit",
        "Diekmann (1985), Volunteer's Dilemma, Journal of Conflict Resolution 29(4), 605-610",
        _volunteers_dilemma,
    ),
)
