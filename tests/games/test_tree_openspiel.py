"""Trees from anywhere as OpenSpiel games: OpenSpiel's own tests, and its numbers against ours."""

import pickle
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyspiel
import pytest
from open_spiel.python.algorithms import cfr
from open_spiel.python.algorithms.best_response import BestResponsePolicy
from open_spiel.python.algorithms.exploitability import nash_conv
from open_spiel.python.policy import TabularPolicy, UniformRandomPolicy
from open_spiel.python.tests import games_sim_test

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.openspiel.walk import tree_of

ROUNDED = 1e-6  # probabilities are rounded to 30 bits
NAMES = [
    "entry_deterrence(markets=2)",
    "selten_horse",
    "beer_quiche",
    "alternating_offers(periods=2)",
    "kuhn(cards=4)",
    "leduc(ranks=2,raises=1)",
]


def random_tree(seed, players=2):
    """A tree with chance, ties, and information sets of several nodes; nobody forgets."""
    generator = random.Random(seed)
    tree = games.tree(f"random {seed}", [f"P{k}" for k in range(players)])
    sizes = {}
    waiting = [(tree.root, 5, ((),) * players)]
    while waiting:
        node, depth, known = waiting.pop()
        if depth == 0 or (depth < 5 and generator.random() < 0.15):
            node.pays(*(Fraction(generator.randint(-4, 4), 2) for _ in range(players)))
        elif generator.random() < 0.2:
            node.draws({"a": Fraction(1, 3), "b": Fraction(2, 3)})
            waiting += [(node[move], depth - 1, known) for move in "ab"]
        else:
            mover = generator.randrange(players)
            own = known[mover]
            label = str(own) + generator.choice("xy")  # what is seen beside own moves
            size = sizes.setdefault((mover, label), generator.randint(1, 3))
            moves = [f"m{k}" for k in range(size)]
            node.decides(f"P{mover}", label, moves)
            for move in moves:
                after = list(known)
                after[mover] = (*own, label, move)
                waiting.append((node[move], depth - 1, tuple(after)))
    return tree.game()


@pytest.mark.parametrize("name", NAMES)
def test_openspiels_own_tests_of_games(name, capfd):
    game = games.load(name).openspiel
    pyspiel.random_sim_test(game, num_sims=3, serialize=True, verbose=False)
    games_sim_test.GamesSimTest().sim_game(game)
    capfd.readouterr()


@pytest.mark.parametrize("name", NAMES)
def test_a_catalogue_tree_is_loaded_by_openspiel(name):
    game = games.load(name)
    text = str(game.openspiel)
    assert text.startswith("gtlearn_tree(") and "EFG" not in text
    assert games.load(pyspiel.load_game(text)).fingerprint == game.fingerprint
    assert games.load(text).name == name


@pytest.mark.parametrize("seed", range(8))
def test_a_tree_walks_to_itself(seed):
    game = random_tree(seed, 2 + seed % 3)
    walked = tree_of(game.openspiel)
    for what in ("parent", "move", "mover", "place", "depth"):
        assert np.array_equal(getattr(walked, what), getattr(game, what))
    assert walked.payoffs == game.payoffs and walked.chance == game.chance
    assert [[s.actions for s in own] for own in walked.sets] == [
        [s.actions for s in own] for own in game.sets
    ]
    for loaded in (game.openspiel, pyspiel.load_game(str(game.openspiel))):
        assert games.load(loaded).fingerprint == game.fingerprint
    again = pickle.loads(pickle.dumps(game.openspiel))
    assert games.load(again).fingerprint == game.fingerprint


def test_information_states_are_the_labels():
    game = games.load("beer_quiche")
    assert tree_of(game.openspiel).sets == game.sets
    both = games.tree("same labels", ["A", "B"])
    first = both.root.decides("A", "1", ["l", "r"])
    for move in "lr":
        second = first[move].decides("B", "1", ["l", "r"])
        for reply in "lr":
            second[reply].pays(1, 2)
    theirs = both.game().openspiel
    assert [[s.label for s in own] for own in tree_of(theirs).sets] == [["p0 1"], ["p1 1"]]


def test_equal_labels_at_one_node_are_different_actions():
    """`pyspiel.load_efg_game` merges them, and so gives A the payoff 1 at most."""
    text = 'EFG 2 R "t" { "A" "B" } p "" 1 1 "" { "x" "x" } 0 t "" 1 "" { 1 0 } t "" 2 "" { 2 0 }'
    game = games.loads(text, "efg")
    root = game.openspiel.new_initial_state()
    assert root.legal_actions() == [0, 1]
    assert [root.child(a).returns()[0] for a in (0, 1)] == [1, 2]


@pytest.mark.parametrize("name", [*(n for n in NAMES if n != "selten_horse"), *range(12)])
def test_an_exact_solution_has_no_nash_conv_there(name):
    game = random_tree(name) if isinstance(name, int) else games.load(name)
    concept = "subgame-perfect" if game.has_perfect_information else "nash"
    policy = solvers.solve(game, concept).to_openspiel()
    assert nash_conv(game.openspiel, policy) == pytest.approx(0, abs=1e-12)


def test_an_equilibrium_of_seltens_horse():
    """(R, R, L) is perfect; (L, R, R) is an equilibrium that is not (Selten 1975)."""
    game = games.load("selten_horse")
    perfect, other = [[[1, 0]], [[1, 0]], [[0, 1]]], [[[0, 1]], [[1, 0]], [[1, 0]]]
    for profile in (perfect, other):
        report = solvers.check(profile, game)
        policy = TabularPolicy(game.openspiel)
        for label, (row,) in zip("123", profile, strict=True):
            policy.policy_for_key(label)[:] = row
        assert report.holds and nash_conv(game.openspiel, policy) == 0
        assert solvers.check(policy, game).payoffs == report.payoffs


@pytest.mark.parametrize("seed", range(12))
def test_nash_conv_and_best_responses_are_openspiels(seed):
    game = random_tree(seed, 2 + seed % 2)
    policy = TabularPolicy(game.openspiel)
    generator = np.random.default_rng(seed)
    for row, legal in zip(policy.action_probability_array, policy.legal_actions_mask, strict=True):
        row[:] = legal * generator.random(len(row))
        row /= row.sum()
    report = solvers.check(policy, game)
    assert float(report.nash_conv) == pytest.approx(nash_conv(game.openspiel, policy), abs=ROUNDED)
    root = game.openspiel.new_initial_state()
    for player, (payoff, regret) in enumerate(zip(report.payoffs, report.regrets, strict=True)):
        best = BestResponsePolicy(game.openspiel, player, policy)
        assert best.value(root) == pytest.approx(float(payoff + regret), abs=ROUNDED)


def test_openspiels_learners_on_a_tree():
    game = games.load("kuhn(cards=4)")
    uniform = UniformRandomPolicy(game.openspiel)
    worst = solvers.check(uniform, game).nash_conv
    for learner in (pyspiel.CFRSolver(game.openspiel), cfr.CFRSolver(game.openspiel)):
        for _ in range(30):
            learner.evaluate_and_update_policy()
        report = solvers.check(learner.average_policy(), game)
        assert 0 < report.nash_conv < worst / 5
    value = solvers.solve(game)[0].payoffs[0]
    assert value == Fraction(-1, 24)


def test_modules_see_the_player_and_its_information_set():
    """A table of logits is learned exactly: that of a pure strategy."""
    torch = pytest.importorskip("torch", reason="modules need the extra learn")
    game = games.load("entry_deterrence")
    module = torch.nn.Linear(3, 2, bias=False)  # two players, and one information set each
    with torch.no_grad():
        module.weight[:] = torch.tensor([[200.0, 0.0, 0.0], [0.0, 200.0, 0.0]])
    report = solvers.check(module, game)  # in, fight
    assert report.payoffs == (0, 0) and report.regrets == (1, 2)


def test_sets_behind_outcomes_without_probability_are_kept():
    text = """EFG 2 R "t" { "A" "B" } c "" 1 "" { "never" 0 "always" 1 } 0
    p "" 1 1 "a" { "l" "r" } 0 t "" 1 "" { 1 0 } t "" 2 "" { 2 0 }
    p "" 2 1 "b" { "l" "r" } 0 t "" 3 "" { 1 3 } t "" 4 "" { 2 4 }"""
    game = games.loads(text, "efg")
    policy = solvers.solve(game, "subgame-perfect").to_openspiel()
    assert nash_conv(game.openspiel, policy) == 0
    assert solvers.check(policy, game, "subgame-perfect").holds


def test_a_file_is_loaded_by_openspiel(tmp_path):
    path = tmp_path / "quiche.efg"
    games.save(games.load("beer_quiche"), path)
    theirs = pyspiel.load_game(f"gtlearn_tree(game={path})")
    assert games.load(theirs).fingerprint == games.load("beer_quiche").fingerprint


def test_what_is_no_tree():
    for text in ("gtlearn_tree(game=chicken)", "gtlearn_tree(game=nothing.efg)"):
        with pytest.raises(InputError, match="the game of gtlearn_tree"):
            games.load(text)


def test_another_payoff_is_another_game():
    """A name of the catalogue stands in OpenSpiel's text only where it gives the same game."""
    game = games.load("ultimatum")
    other = replace(game, payoffs=game.payoffs[::-1])
    assert "EFG" in str(other.openspiel)
    assert games.load(str(other.openspiel)).payoffs == other.payoffs
