"""External sampling: its expectation, OpenSpiel's own, its random state, and Kuhn poker."""

from collections import defaultdict
from math import prod
from random import Random

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms.external_sampling_mccfr import ExternalSamplingSolver

from gtlearn import games
from gtlearn.learning.regret import MccfrConfig, MccfrLearner
from gtlearn.solvers._trees.external_sampling import ExternalSampling
from gtlearn.solvers._trees.form import form_of


class Enumerated(ExternalSampling):
    """Draws what it is told to, then the first; remembers what it drew and how likely that was."""

    told: tuple[int, ...] = ()

    def _draw(self, weights):
        move = self.told[len(self.drawn)] if len(self.drawn) < len(self.told) else 0
        self.drawn.append((move, weights[move], len(weights)))
        return move


def episodes(sampling, player):
    """All episodes of an update, each with its probability and what it adds to the tables."""
    state, waiting = sampling.state_dict(), [()]
    while waiting:
        sampling.load_state_dict(state)
        sampling.told, sampling.drawn = waiting.pop(), []
        sampling._update(player, *sampling._episode(player))
        for place in range(len(sampling.told), len(sampling.drawn)):
            before = tuple(move for move, _, _ in sampling.drawn[:place])
            waiting += [(*before, move) for move in range(1, sampling.drawn[place][2])]
        after = sampling.state_dict()
        yield (
            prod(weight for _, weight, _ in sampling.drawn),
            after["regrets"][player] - state["regrets"][player],
            after["totals"][1 - player] - state["totals"][1 - player],
        )


def counterfactual(game, strategies, player):
    """By definition (Zinkevich et al. 2007): each action's regret, weighted by the others' reach;
    and how often the other is met at each of its sets while the player tries everything, times
    its strategy."""
    children = defaultdict(list)
    for node in range(1, game.num_nodes):
        children[int(game.parent[node])].append(node)
    regrets, met = defaultdict(float), defaultdict(float)

    def value(node, reach):
        """The player's value of a node, where others lead with a probability of `reach`."""
        mover, place = int(game.mover[node]), int(game.place[node])
        if mover == -2:
            return float(game.payoffs[player][place])
        if mover == player:
            values = [value(child, reach) for child in children[node]]
            mean = float(np.dot(strategies[mover][place], values))
            for move, own in enumerate(values):
                regrets[place, move] += reach * (own - mean)
            return mean
        weights = game.chance[place].probabilities if mover < 0 else strategies[mover][place]
        for move, weight in enumerate(weights if mover >= 0 else ()):
            met[place, move] += reach * weight
        return sum(
            float(w) * value(c, reach * float(w))
            for w, c in zip(weights, children[node], strict=True)
        )

    value(0, 1.0)
    return regrets, met


def flat(table, sets):
    return [
        table[place, move] for place, own in enumerate(sets) for move in range(len(own.actions))
    ]


@pytest.mark.parametrize("player", [0, 1])
def test_sampled_regrets_are_unbiased(player):
    """The expectation over all samples is the counterfactual regret, and so for the averages."""
    game = games.load("kuhn_poker")
    sampling = Enumerated(form_of(game), 0)
    random = Random(5)
    state = sampling.state_dict()
    state["regrets"] = [
        np.array([random.uniform(-1, 2) for _ in numbers]) for numbers in state["regrets"]
    ]
    sampling.load_state_dict(state)
    strategies = [
        [[p / sum(row) for p in row] if sum(row) else [1 / len(row)] * len(row) for row in rows]
        for rows in ([[max(r, 0) for r in row] for row in own] for own in sampling.regrets)
    ]
    seen = list(episodes(sampling, player))
    assert sum(p for p, _, _ in seen) == pytest.approx(1) and len(seen) > 10
    regrets, met = counterfactual(game, strategies, player)
    np.testing.assert_allclose(
        sum(p * gained for p, gained, _ in seen), flat(regrets, game.sets[player]), atol=1e-12
    )
    np.testing.assert_allclose(
        sum(p * added for p, _, added in seen), flat(met, game.sets[1 - player]), atol=1e-12
    )


class Theirs(ExternalSamplingSolver):
    """OpenSpiel's, whose tables begin at 0 instead of a millionth."""

    def _lookup_infostate_info(self, key, actions):
        return self._infostates.setdefault(key, [np.zeros(actions), np.zeros(actions)])


@pytest.mark.parametrize(("name", "iterations"), [("kuhn_poker", 200), ("leduc_poker", 40)])
def test_the_tables_are_openspiels(name, iterations, monkeypatch):
    """With the same random numbers, both walk through the same nodes."""
    game, theirs = games.load(name), Theirs(pyspiel.load_game(name))
    ours, random = ExternalSampling(form_of(game), 7), Random(7)

    def choice(values, p):
        return values[min(int(np.searchsorted(np.cumsum(p), random.random())), len(p) - 1)]

    monkeypatch.setattr(np.random, "choice", choice)
    for _ in range(iterations):
        theirs.iteration()
        ours.step()
    for player, own in enumerate(game.sets):
        for place, known in enumerate(own):
            size = len(known.actions)
            tables = theirs._infostates.get(known.label, [np.zeros(size)] * 2)
            np.testing.assert_allclose(ours.regrets[player][place], tables[0], atol=1e-9)
            np.testing.assert_allclose(ours.totals[player][place], tables[1], atol=1e-9)


def test_nash_conv_falls_on_kuhn_poker():
    learner = MccfrLearner(MccfrConfig(iterations=20_000, every=20_000), 3)
    measured = [learner.step() for _ in range(20_000)]
    gained = [row["nash_conv"] for row in measured]
    assert gained[-1] < 0.02 and gained[9] > 0.1
    assert [row["env_steps"] for row in measured] == sorted({r["env_steps"] for r in measured})


def test_nodes_are_counted_one_by_one():
    """In matching pennies in turns the mover's two moves are tried; of the other's one is drawn:
    1 + 2 + 2 nodes for the first player, 1 + 1 + 2 for the second."""
    tree = games.tree("Pennies", ["A", "B"])
    first = tree.root.decides("A", "a", ["heads", "tails"])
    for move, sign in (("heads", 1), ("tails", -1)):
        second = first[move].decides("B", "b", ["heads", "tails"])
        second["heads"].pays(sign, -sign)
        second["tails"].pays(-sign, sign)
    sampling = ExternalSampling(form_of(tree.game()), 0)
    sampling.step()
    assert sampling.nodes_visited == 5 + 4


def test_seeds_differ_and_states_go_on():
    def one(seed):
        return ExternalSampling(form_of(games.load("kuhn_poker")), seed)

    first, second = one(0), one(1)
    for _ in range(50):
        first.step()
        second.step()
    assert first.regrets != second.regrets
    second.load_state_dict(first.state_dict())
    for _ in range(50):
        first.step()
        second.step()
    assert (first.regrets, first.totals) == (second.regrets, second.totals)
    assert first.nodes_visited == second.nodes_visited
