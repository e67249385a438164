"""Monte Carlo counterfactual regret minimisation by external sampling (Lanctot et al. 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from gtlearn.games.kinds.extensive.game import CHANCE, LEAF
from gtlearn.solvers._trees.form import SequenceForm
from gtlearn.solvers._trees.treeplex import Floats, Treeplex

_Vectors = list[list[float]]  # one a set of a player


class ExternalSampling:
    """One run: a player's moves are all tried, those of chance and of the other are drawn.

    What a player regrets in an iteration is on average its counterfactual regret, as the
    probability of drawing a leaf is that with which chance and the other lead to it. The average
    strategy is summed up where the other updates, so that each information set is met as often as
    its player leads there (the paper's stochastically weighted averaging).

    Args:
        form: the game.
        seed: of the draws.

    Attributes:
        iterations: how many were done.
        nodes_visited: of the tree, in all iterations, leaves and moves of chance included.
        regrets: each player's sums of regrets, one number an action of each information set.
        totals: each player's sums of strategies.
    """

    def __init__(self, form: SequenceForm, seed: int) -> None:
        game = form.game
        self._sequences, self._random = form.sequences, Random(seed)
        self._plexes = tuple(map(Treeplex, form.sequences))
        self._mover, self._place = game.mover.tolist(), game.place.tolist()
        self._children: list[list[int]] = [[] for _ in self._mover]
        for node, before in enumerate(game.parent.tolist()):
            if before >= 0:
                self._children[before].append(node)  # in preorder: by move
        self._chances = [[float(p) for p in moves.probabilities] for moves in game.chance]
        self._payoffs = [payoffs.floats().tolist() for payoffs in game.payoffs]
        self.iterations = self.nodes_visited = 0
        nothing = [np.zeros(own.size - 1) for own in form.sequences]
        self.regrets, self.totals = self._split(nothing), self._split(nothing)

    def step(self) -> None:
        """One iteration: an episode for the regrets of each player."""
        self.iterations += 1
        for player in (0, 1):
            self._update(player, *self._episode(player))

    def _episode(self, player: int) -> tuple[list[int], dict[int, int]]:
        """The nodes that are visited, in preorder, and what follows where a move is drawn."""
        visited: list[int] = []
        drawn: dict[int, int] = {}
        waiting = [0]
        while waiting:
            node = waiting.pop()
            visited.append(node)
            mover = self._mover[node]
            if mover == player:
                waiting.extend(reversed(self._children[node]))
            elif mover != LEAF:
                weights = self._weights(node, mover)
                drawn[node] = self._children[node][self._draw(weights)]
                waiting.append(drawn[node])
        self.nodes_visited += len(visited)
        return visited, drawn

    def _weights(self, node: int, mover: int) -> Sequence[float]:
        """The probabilities of the moves of chance or of the other, whose average grows."""
        place = self._place[node]
        if mover == CHANCE:
            return self._chances[place]
        strategy = _matched(self.regrets[mover][place])
        total = self.totals[mover][place]
        for move, probability in enumerate(strategy):
            total[move] += probability
        return strategy

    def _draw(self, weights: Sequence[float]) -> int:
        left = self._random.random()
        for move, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return move
        return max(range(len(weights)), key=weights.__getitem__)  # where rounding left nothing

    def _update(self, player: int, visited: Sequence[int], drawn: dict[int, int]) -> None:
        """Adds up regrets, from the leaves to the root; an information set is met at most once."""
        mover, place, payoffs = self._mover, self._place, self._payoffs[player]
        values: dict[int, float] = {}
        for node in reversed(visited):
            if mover[node] == LEAF:
                values[node] = payoffs[place[node]]
            elif mover[node] == player:
                regrets = self.regrets[player][place[node]]
                worth = [values[child] for child in self._children[node]]
                mean = sum(p * v for p, v in zip(_matched(regrets), worth, strict=True))
                for move, value in enumerate(worth):
                    regrets[move] += value - mean
                values[node] = mean
            else:
                values[node] = values[drawn[node]]

    def average(self, player: int) -> Floats:
        """The average realisation plan, in the order of the game's sequences."""
        plex = self._plexes[player]
        total = np.ones(plex.size)
        total[plex.position[1:]] = _joined(self.totals[player])
        plan: Floats = plex.plan(plex.behaviour(total))[plex.position]
        return plan

    def state_dict(self) -> dict[str, Any]:
        """All that later iterations depend on, the state of the random generator included."""
        return {
            "iterations": self.iterations,
            "nodes_visited": self.nodes_visited,
            "random": self._random.getstate(),
            "regrets": list(map(_joined, self.regrets)),
            "totals": list(map(_joined, self.totals)),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from there."""
        self.iterations, self.nodes_visited = int(state["iterations"]), int(state["nodes_visited"])
        self._random.setstate(state["random"])
        self.regrets, self.totals = self._split(state["regrets"]), self._split(state["totals"])

    def _split(self, flat: Sequence[Floats]) -> list[_Vectors]:
        """For each player a list for each information set, of a number a sequence but the first."""
        return [
            [part.tolist() for part in np.split(numbers, own.first[1:-1] - 1)]
            for numbers, own in zip(flat, self._sequences, strict=True)
        ]


def _joined(vectors: _Vectors) -> Floats:
    return np.array([number for vector in vectors for number in vector])


def _matched(regrets: Sequence[float]) -> list[float]:
    """In proportion to positive regrets; uniform where there is none (Hart & Mas-Colell 2000)."""
    positive = [regret if regret > 0 else 0.0 for regret in regrets]
    total = sum(positive)
    if total <= 0:
        return [1.0 / len(positive)] * len(positive)
    return [regret / total for regret in positive]
