"""What a player does best where it is the only one who moves, and what that pays the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from gtlearn.games import ExtensiveGame
from gtlearn.games.kinds.extensive.game import CHANCE
from gtlearn.solvers._trees.subgames import Layer, Payoffs

PurePlan = dict[int, int]  # an action at information sets, by their places
_Move = tuple[int, int]  # an information set and an action; `_NONE` before the first
_NONE = (-1, 0)


@dataclass(frozen=True)
class OptimalPlans:
    """The best plans of the only player who moves in a layer.

    Attributes:
        plans: one for each payoff vector; each says what is played at every information set.
        has_ties: whether other plans pay just the same.
        is_cut: whether there are more payoff vectors.
    """

    plans: Mapping[Payoffs, PurePlan]
    has_ties: bool
    is_cut: bool


def optimal_plans(
    game: ExtensiveGame, layer: Layer, paid: Callable[[int], Payoffs | None], most: int
) -> OptimalPlans:
    """The best plans of the only player who moves: the best moves, where there is just one move,
    else by backward induction over its sets.

    Mixtures of them are all that is optimal, so that they have all extreme payoffs.

    Args:
        game: the tree; the player has perfect recall.
        layer: what it moves in.
        paid: what is paid from a node on; None where the layer goes on.
        most: how many payoff vectors are kept.
    """
    below = [paid(node) for node in layer.nodes[1:]]
    if None in below:
        return _Induction(game, layer, paid, most).run()
    mover, known = layer.movers[0], [got for got in below if got is not None]
    best = max(got[mover] for got in known)
    plans: dict[Payoffs, PurePlan] = {}
    ties = [k for k, got in enumerate(known) if got[mover] == best]
    for k in ties:
        plans.setdefault(known[k], {int(game.place[layer.nodes[0]]): k})
    return OptimalPlans(plans, len(plans) < len(ties), False)


class _Induction:
    def __init__(
        self, game: ExtensiveGame, layer: Layer, paid: Callable[[int], Payoffs | None], most: int
    ) -> None:
        self.mover, self.most = layer.movers[0], most
        self.has_ties, self.is_cut = False, False
        self._zero = (Fraction(0),) * game.num_players
        self._worth: dict[_Move, Payoffs] = {}  # of what a move leads to before the next one
        self._below: dict[_Move, list[int]] = {}  # the sets that come next
        self._sets: dict[int, int] = {}  # how many actions, in the order in which play meets them
        self._read(game, layer, paid)

    def _read(
        self, game: ExtensiveGame, layer: Layer, paid: Callable[[int], Payoffs | None]
    ) -> None:
        at: dict[int, tuple[Fraction, _Move]] = {}
        for node in layer.nodes:
            reach, own = at[int(game.parent[node])] if at else (Fraction(1), _NONE)
            if at:
                before, move = int(game.parent[node]), int(game.move[node])
                place = int(game.place[before])
                if game.mover[before] == CHANCE:
                    reach *= game.chance[place].probabilities[move]
                else:
                    own = place, move
            at[node] = reach, own
            got = paid(node)
            if got is not None:
                known = self._worth.get(own, self._zero)
                self._worth[own] = tuple(k + reach * p for k, p in zip(known, got, strict=True))
            elif game.mover[node] != CHANCE:
                place = int(game.place[node])
                if place not in self._sets:
                    self._sets[place] = len(game.sets[self.mover][place].actions)
                    self._below.setdefault(own, []).append(place)

    def run(self) -> OptimalPlans:
        """The plans."""
        best: dict[int, dict[Payoffs, PurePlan]] = {}
        for place, actions in reversed(self._sets.items()):
            moves = [(place, action) for action in range(actions)]
            options = [self._after(move, best) for move in moves]
            worth = [next(iter(option))[self.mover] for option in options]
            optimal = [k for k, value in enumerate(worth) if value == max(worth)]
            best[place] = self._merged(
                (payoffs, plan | {place: k})
                for k in optimal
                for payoffs, plan in options[k].items()
            )
        anywhere = {place: next(iter(plans.values())) for place, plans in best.items()}
        ends = self._after(_NONE, best)
        return OptimalPlans(
            {payoffs: self._complete(plan, anywhere) for payoffs, plan in ends.items()},
            self.has_ties,
            self.is_cut,
        )

    def _after(
        self, move: _Move, best: Mapping[int, dict[Payoffs, PurePlan]]
    ) -> dict[Payoffs, PurePlan]:
        """What can be played and paid after a move, all of it equally good for the mover."""
        sums = {self._worth.get(move, self._zero): PurePlan()}
        for place in self._below.get(move, ()):
            sums = self._merged(
                (tuple(a + b for a, b in zip(one, other, strict=True)), plan | more)
                for (one, plan), (other, more) in product(sums.items(), best[place].items())
            )
        return sums

    def _merged(self, plans: Iterable[tuple[Payoffs, PurePlan]]) -> dict[Payoffs, PurePlan]:
        known: dict[Payoffs, PurePlan] = {}
        for payoffs, plan in plans:
            if payoffs in known:
                self.has_ties = True
            elif len(known) == self.most:
                self.is_cut = True
                break
            else:
                known[payoffs] = plan
        return known

    def _complete(self, plan: PurePlan, anywhere: Mapping[int, PurePlan]) -> PurePlan:
        """The plan, with a best action also where it does not go."""
        out = dict(plan)
        for place, actions in self._sets.items():
            if place not in out:
                out[place] = anywhere[place][place]
                self.has_ties |= actions > 1
        return out
