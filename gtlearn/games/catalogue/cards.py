"""Small poker games, and games of the literature on large trees that OpenSpiel has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from inspect import Parameter, Signature
from typing import NamedTuple

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry, check_nodes
from gtlearn.games.kinds import Game
from gtlearn.games.kinds.extensive import ExtensiveGame, TreeRecorder
from gtlearn.games.kinds.registry import load
from gtlearn.games.labels import default_players

_SOUTHEY = "Southey et al. (2005), Bayes' Bluff: Opponent Modelling in Poker, UAI"
_FARINA = (
    "Farina, Ling, Fang & Sandholm (2019), Correlation in Extensive-Form Games: Saddle-Point "
    "Formulation and Benchmarks, NeurIPS"
)
_KUHN_ENDS = {  # what is won, and by whom: 1 for the first player, 0 for the higher card
    "pp": (1, 0),
    "pbp": (1, -1),
    "pbb": (2, 0),
    "bp": (1, 1),
    "bb": (2, 0),
}
_STAKES = (2, 4)  # what a raise adds in Leduc's two rounds
_FOLD, _CALL, _RAISE = "Fold", "Call", "Raise"


def _kuhn(cards: int = 3) -> ExtensiveGame:
    """As OpenSpiel deals it: the first player's card, then the other's."""
    if cards < 2:
        raise InputError(f"cards={cards} must be at least 2")
    check_nodes(1 + cards + 9 * cards * (cards - 1))
    record = TreeRecorder("kuhn", default_players(2))
    stack: list[tuple[int, int, tuple[int, ...], str]] = [(-1, 0, (), "")]
    while stack:
        parent, move, dealt, history = stack.pop()
        if len(dealt) < 2:
            left = [card for card in range(cards) if card not in dealt]
            node = record.chance(
                parent, move, [f"Deal:{c}" for c in left], [Fraction(1, len(left))] * len(left)
            )
            stack += reversed([(node, k, (*dealt, card), "") for k, card in enumerate(left)])
        elif history in _KUHN_ENDS:
            won, winner = _KUHN_ENDS[history]
            won *= winner or (1 if dealt[0] > dealt[1] else -1)
            record.leaf(parent, move, (won, -won))
        else:
            player = len(history) % 2
            label = f"{dealt[player]}{history}"
            node = _decision(record, parent, move, player, label, ["Pass", "Bet"])
            stack += reversed([(node, k, dealt, history + a) for k, a in enumerate("pb")])
    return record.game()


def _decision(
    record: TreeRecorder, parent: int, move: int, player: int, label: str, actions: list[str]
) -> int:
    """Records a node of the information set of that label."""
    place = record.known(player, label)
    if place is None:
        place = record.meet(player, label, label, actions)
    return record.decision(parent, move, player, place, len(actions))


class _Hand(NamedTuple):
    """A hand of Leduc poker so far.

    Attributes:
        cards: the ranks that were dealt: the players', then the board's.
        paid: what each player has put in.
        history: what was done in each round, a letter an action.
    """

    cards: tuple[int, ...] = ()
    paid: tuple[int, int] = (1, 1)
    history: tuple[str, ...] = ("",)

    @property
    def mover(self) -> int:
        """Who moves: the first player begins each round."""
        return len(self.history[-1]) % 2

    @property
    def deals(self) -> bool:
        """Whether a card comes next."""
        return len(self.cards) < 1 + len(self.history)

    @property
    def is_over(self) -> bool:
        """Whether one has folded, or both rounds have ended."""
        return len(self.history) > len(_STAKES) or self.history[-1].endswith("f")

    def label(self) -> str:
        """What the mover knows: its rank, and what was done before and after the board's."""
        before, after = self.history[0], self.history[1:]
        known = [str(self.cards[self.mover]), before]
        if after:
            known += [str(self.cards[2]), *after]
        return " ".join(filter(None, known))

    def actions(self, raises: int) -> list[str]:
        """What the mover may do."""
        folds = [_FOLD] * (self.paid[0] != self.paid[1])
        return [*folds, _CALL, *[_RAISE] * (self.history[-1].count("r") < raises)]

    def after(self, action: str) -> _Hand:
        """The hand after an action of the mover."""
        done, most = self.history[-1], max(self.paid)
        if action == _FOLD:
            return self._replace(history=(*self.history[:-1], done + "f"))
        most += _STAKES[len(self.history) - 1] * (action == _RAISE)
        paid = (most, self.paid[1]) if self.mover == 0 else (self.paid[0], most)
        history = (*self.history[:-1], done + action[0].lower())
        ends = action == _CALL and bool(done)
        return self._replace(paid=paid, history=(*history, "") if ends else history)

    def won(self) -> int:
        """What the first player wins once it is over."""
        if self.history[-1].endswith("f"):
            return -self.paid[0] if self.mover == 1 else self.paid[1]
        own, other = ((card == self.cards[2], card) for card in self.cards[:2])
        return self.paid[0] * ((own > other) - (own < other))


def _leduc(ranks: int = 3, suits: int = 2, raises: int = 2) -> ExtensiveGame:
    """Suits decide nothing, so that ranks are dealt, with the probabilities of so many cards."""
    if ranks < 2 or suits < 1 or ranks * suits < 3 or not 0 <= raises <= 20:
        raise InputError(
            f"ranks={ranks}, suits={suits}, raises={raises}: it needs two ranks or more, three "
            "cards or more, and 0 to 20 raises"
        )
    ends = 1 + 2 * raises  # of a round in which nobody folds
    check_nodes(ranks**2 * (2 * ends + ends * (1 + 3 * ranks * ends)))
    record = TreeRecorder("leduc", default_players(2))
    stack = [(-1, 0, _Hand())]
    while stack:
        parent, move, hand = stack.pop()
        if hand.is_over:
            won = hand.won()
            record.leaf(parent, move, (won, -won))
            continue
        if hand.deals:
            left = {rank: suits - hand.cards.count(rank) for rank in range(ranks)}
            drawn = {str(r): Fraction(n, sum(left.values())) for r, n in left.items() if n}
            node = record.chance(parent, move, list(drawn), list(drawn.values()))
            below = [hand._replace(cards=(*hand.cards, int(rank))) for rank in drawn]
        else:
            actions = hand.actions(raises)
            node = _decision(record, parent, move, hand.mover, hand.label(), actions)
            below = [hand.after(action) for action in actions]
        stack += reversed([(node, k, child) for k, child in enumerate(below)])
    return record.game()


def _openspiel(name: str, defaults: Mapping[str, int | str]) -> Callable[..., Game]:
    """A builder with these parameters of a game that OpenSpiel builds."""

    def build(**given: int | str) -> Game:
        inside = ",".join(f"{key}={value}" for key, value in {**defaults, **given}.items())
        game: Game = load(f"{name}({inside})")
        return game

    build.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(key, Parameter.KEYWORD_ONLY, default=value) for key, value in defaults.items()]
    )
    return build


CARD_GAMES = (
    Entry(
        "kuhn",
        "tree: Kuhn poker with any number of cards (zero-sum)",
        "Kuhn (1950), A Simplified Two-Person Poker, Annals of Mathematics Studies 24 (3 cards)",
        _kuhn,
    ),
    Entry(
        "leduc",
        "tree: Leduc poker with any number of ranks, suits and raises a round (zero-sum); ranks "
        "are dealt, as suits decide nothing",
        f"{_SOUTHEY} (3 ranks, 2 suits, 2 raises)",
        _leduc,
    ),
)
OPENSPIEL_GAMES = (  # which OpenSpiel builds; further parameters of its own may be given, too
    Entry(
        "kuhn_poker",
        "OpenSpiel's tree: Kuhn poker, for two players or more (zero-sum)",
        "Kuhn (1950), A Simplified Two-Person Poker, Annals of Mathematics Studies 24",
        _openspiel("kuhn_poker", {"players": 2}),
    ),
    Entry(
        "leduc_poker",
        "OpenSpiel's tree: Leduc poker, for two players or more (zero-sum)",
        _SOUTHEY,
        _openspiel("leduc_poker", {"players": 2}),
    ),
    Entry(
        "liars_dice",
        "OpenSpiel's tree: bids on hidden dice, until one is called a lie (zero-sum)",
        "Lisý, Lanctot & Bowling (2015), Online Monte Carlo Counterfactual Regret Minimization for "
        "Search in Imperfect Information Games, AAMAS",
        _openspiel("liars_dice", {"players": 2, "numdice": 1, "dice_sides": 6}),
    ),
    Entry(
        "goofspiel",
        "OpenSpiel's tree: cards are bid for prize cards; up to 5 cards each can be solved",
        "Ross (1971), Goofspiel: The Game of Pure Strategy, Journal of Applied Probability 8",
        _openspiel(
            "goofspiel",
            {
                "players": 2,
                "num_cards": 13,
                "points_order": "random",
                "returns_type": "win_loss",
                "imp_info": "False",
            },
        ),
    ),
    Entry(
        "sheriff",
        "OpenSpiel's tree: a smuggler bargains with a sheriff over a bribe (general-sum)",
        _FARINA,
        _openspiel("sheriff", {"max_items": 3, "max_bribe": 3, "num_rounds": 4}),
    ),
    Entry(
        "battleship",
        "OpenSpiel's tree: ships are hidden on two boards and shot at in turn; boards of a few "
        "cells can be solved",
        _FARINA,
        _openspiel(
            "battleship",
            {
                "board_width": 10,
                "board_height": 10,
                "ship_sizes": "[2;3;3;4;5]",
                "ship_values": "[1.0;1.0;1.0;1.0;1.0]",
                "num_shots": 50,
            },
        ),
    ),
)
