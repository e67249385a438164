"""Games of numbered states with chance and three players: merged they are what their trees are."""

import random
from fractions import Fraction
from functools import cache

import pyspiel
import pytest

from gtlearn import games, solvers

STATES, PLAYERS = 9, 3
SEEDS = range(40)

_TYPE = pyspiel.GameType(
    short_name="gtlearn_graph",
    long_name="A random graph of states",
    dynamics=pyspiel.GameType.Dynamics.SEQUENTIAL,
    chance_mode=pyspiel.GameType.ChanceMode.EXPLICIT_STOCHASTIC,
    information=pyspiel.GameType.Information.PERFECT_INFORMATION,
    utility=pyspiel.GameType.Utility.GENERAL_SUM,
    reward_model=pyspiel.GameType.RewardModel.TERMINAL,
    max_num_players=PLAYERS,
    min_num_players=PLAYERS,
    provides_information_state_string=True,
    provides_information_state_tensor=False,
    provides_observation_string=False,
    provides_observation_tensor=False,
    parameter_specification={"seed": 0},
)


@cache
def drawn(seed):
    """Of each state who moves, -1 for chance, what each move leads to, and what is paid."""
    draw = random.Random(seed)
    mover, after, paid = [], [], []
    for state in range(STATES):
        later = range(state + 1, STATES)
        moves = draw.randint(1, 3) if len(later) > 1 else 0
        after.append([draw.choice(later) for _ in range(moves)])
        mover.append(draw.choice([-1, 0, 1, 2, 0, 1, 2]))
        paid.append([float(draw.randint(0, 3)) for _ in range(PLAYERS)])
    return mover, after, paid


class Graph(pyspiel.Game):
    """From each state moves of a player, or of chance, lead to later ones; the last ones pay."""

    def __init__(self, params=None):
        info = pyspiel.GameInfo(
            num_distinct_actions=3,
            max_chance_outcomes=3,
            num_players=PLAYERS,
            min_utility=0.0,
            max_utility=3.0,
            utility_sum=None,
            max_game_length=STATES,
        )
        super().__init__(_TYPE, info, params or {})
        self.seed = (params or {}).get("seed", 0)

    def new_initial_state(self):
        return GraphState(self)


class GraphState(pyspiel.State):
    """The number of the state."""

    def __init__(self, game):
        super().__init__(game)
        self.seed, self.at = game.seed, 0

    @property
    def after(self):
        return drawn(self.seed)[1][self.at]

    def current_player(self):
        return pyspiel.PlayerId.TERMINAL if self.is_terminal() else drawn(self.seed)[0][self.at]

    def is_terminal(self):
        return not self.after

    def chance_outcomes(self):
        moves = len(self.after)
        return [(move, 1 / moves) for move in range(moves)]

    def _legal_actions(self, player):
        return list(range(len(self.after)))

    def _apply_action(self, action):
        self.at = self.after[action]

    def _action_to_string(self, player, action):
        return f"move {action}"

    def returns(self):
        return drawn(self.seed)[2][self.at] if self.is_terminal() else [0.0] * PLAYERS

    def information_state_string(self, player=None):
        return self.history_str()

    def __str__(self):
        return f"state {self.at}"


if _TYPE.short_name not in pyspiel.registered_names():
    pyspiel.register_game(_TYPE, Graph)


def tables_in_tree(game, tree, tables):
    """Strategies by states as strategies by histories."""
    labels = [
        {known.label: row for known, row in zip(own, table, strict=True)}
        for own, table in zip(game.sets, tables, strict=True)
    ]
    out = [[None] * len(own) for own in tree.sets]
    theirs = tree.openspiel.new_initial_state()
    stack = [(theirs, 0)]
    below = {}
    for node, before in enumerate(tree.parent.tolist()):
        below.setdefault(before, []).append(node)
    while stack:
        state, node = stack.pop()
        if state.is_terminal():
            continue
        who = state.current_player()
        if who >= 0:
            out[who][tree.place[node]] = labels[who][str(state)]
        stack += [
            (state.child(a), later)
            for a, later in zip(state.legal_actions(), below[node], strict=True)
        ]
    return out


@pytest.mark.parametrize("seed", SEEDS)
def test_random_games_of_three_players_are_solved_as_their_trees(seed):
    """With chance and general sums: payoffs, and what deviations from any play gain."""
    theirs = Graph({"seed": seed})
    game, tree = games.load(theirs, merge_states=True), games.load(theirs)
    assert game.num_nodes <= STATES
    assert not isinstance(tree, games.MergedGame)
    ours, of_tree = (solvers.solve(g, "subgame-perfect") for g in (game, tree))
    assert ours[0].payoffs == of_tree[0].payoffs
    assert ours.complete <= of_tree.complete
    assert not solvers.verify.solution(game, ours).false
    uniform = [
        [[Fraction(1, len(known.actions))] * len(known.actions) for known in own]
        for own in game.sets
    ]
    for tables in (uniform, ours.profile(0).tables):
        for concept in ("nash", "subgame-perfect"):
            here = solvers.check(tables, game, concept)
            there = solvers.check(tables_in_tree(game, tree, tables), tree, concept)
            assert (here.regrets, here.payoffs) == (there.regrets, there.payoffs)


def test_no_other_where_no_mover_is_indifferent():
    seeds = [
        s
        for s in SEEDS
        if solvers.solve(
            games.load(Graph({"seed": s}), merge_states=True), "subgame-perfect"
        ).complete
    ]
    assert 0 < len(seeds) < len(SEEDS)
    game = games.load(Graph({"seed": seeds[0]}), merge_states=True)
    solution = solvers.solve(game, "subgame-perfect")
    report = solvers.verify.solution(game, solution)
    assert "that these are all (complete)" in report.proven
    tie = next(s for s in SEEDS if s not in seeds)
    game = games.load(Graph({"seed": tie}), merge_states=True)
    claim = solvers.solve(game, "subgame-perfect").to_json() | {"complete": True}
    assert "that these are all (complete)" in "".join(solvers.verify.solution(game, claim).on_trust)
