"""Policies of other tools, measured exactly against the tree."""

from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python.algorithms import cfr
from open_spiel.python.algorithms.exploitability import nash_conv
from open_spiel.python.policy import UniformRandomPolicy

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.testing.trees import random_tree

ROUNDED = 1e-6  # probabilities are rounded to 30 bits; the notes say by how much that matters


@pytest.mark.parametrize(
    "name", ["kuhn_poker", "leduc_poker", "liars_dice(numdice=1,dice_sides=3)"]
)
def test_nash_conv_is_openspiels(name):
    game, theirs = games.load(name), pyspiel.load_game(name)
    learner = cfr.CFRSolver(theirs)
    for _ in range(3):
        learner.evaluate_and_update_policy()
    for policy in (UniformRandomPolicy(theirs), learner.average_policy()):
        report = solvers.check(policy, game)
        assert float(report.nash_conv) == pytest.approx(nash_conv(theirs, policy), abs=ROUNDED)
    in_cpp = pyspiel.CFRSolver(theirs)
    in_cpp.evaluate_and_update_policy()
    policy = in_cpp.average_policy()
    report = solvers.check(policy, game)
    assert float(report.nash_conv) == pytest.approx(pyspiel.nash_conv(theirs, policy), abs=ROUNDED)


def test_uniform_play_of_kuhn_poker():
    """By hand: 11/24 a player on average, as OpenSpiel's examples print."""
    game = games.load("kuhn_poker")
    uniform = [[["1/2", "1/2"]] * 6] * 2
    report = solvers.check(uniform, game)
    assert report.nash_conv == Fraction(11, 12)
    assert report.payoffs == (Fraction(1, 8), Fraction(-1, 8))


def test_a_profile_by_labels():
    game = games.load("kuhn_poker")
    solution = solvers.solve(game)
    strategies = solution.to_json()["solutions"][0]["strategies"]
    assert solvers.check({"strategies": strategies}, game).holds
    del strategies[0]["1pb"]
    with pytest.raises(InputError, match="lacks the information set '1pb'"):
        solvers.check({"strategies": strategies}, game)


def test_a_policy_of_another_game():
    policy = UniformRandomPolicy(pyspiel.load_game("leduc_poker"))
    with pytest.raises(InputError, match="give a policy of the same game"):
        solvers.check(policy, games.load("kuhn_poker"))


def test_a_policy_of_the_turn_based_form():
    """Both names are said whole, and what to load instead; that is done."""
    goofspiel = "goofspiel(num_cards=3,imp_info=True,points_order=descending)"
    turns = pyspiel.convert_to_turn_based(pyspiel.load_game(goofspiel))
    policy = UniformRandomPolicy(turns)
    with pytest.raises(InputError, match=r"load the policy's own, as by games\.load") as refused:
        solvers.check(policy, goofspiel)
    assert str(turns) in str(refused.value) and "..." not in str(refused.value)
    report = solvers.check(policy, games.load(policy.game))
    assert float(report.nash_conv) == pytest.approx(nash_conv(turns, policy), abs=1e-9)


def test_functions_of_states_and_torch_modules():
    """Both play uniformly, which pays as computed by hand above."""
    game = games.load("kuhn_poker")
    by_number = solvers.check(lambda state: dict.fromkeys(state.legal_actions(), 0.5), game)
    by_position = solvers.check(lambda state: [0.5, 0.5], game)
    assert by_number.nash_conv == by_position.nash_conv == Fraction(11, 12)
    torch = pytest.importorskip("torch", reason="modules need the extra learn")
    module = torch.nn.Linear(11, 2)  # Kuhn's information state tensors have 11 entries
    torch.nn.init.zeros_(module.weight)
    torch.nn.init.zeros_(module.bias)
    assert solvers.check(module, game).nash_conv == Fraction(11, 12)
    with pytest.raises(InputError, match="for 2 legal actions"):
        solvers.check(lambda state: [1.0], game)
    with pytest.raises(InputError, match="for each information set a logit for each"):
        solvers.check(torch.nn.Linear(11, 1), game)
    with pytest.raises(InputError, match=r"shape \[12, 7\] where \[12, 2\] is needed"):
        solvers.check(torch.nn.Linear(11, 7), game)
    with pytest.raises(InputError, match="given 12 information state tensors of 11 numbers each"):
        solvers.check(torch.nn.Linear(5, 2), game)


def test_rows_by_the_labels_of_information_sets():
    game = games.load("kuhn_poker")
    rows = {s.label: dict.fromkeys(s.actions, "1/2") for own in game.sets for s in own}
    assert solvers.check(rows, game).nash_conv == Fraction(11, 12)
    with pytest.raises(InputError, match="information set"):
        solvers.check({"0": {"Pass": 1}, "nowhere": {"Pass": 1}}, game)


def test_a_solver_of_openspiels_is_no_policy():
    from open_spiel.python.algorithms.cfr import CFRSolver

    solver = CFRSolver(games.load("kuhn_poker").openspiel)
    with pytest.raises(InputError, match="give what its average_policy"):
        solvers.check(solver, "kuhn_poker")
    assert solvers.check(solver.average_policy(), "kuhn_poker").nash_conv == Fraction(11, 12)


def test_rounding_is_said_and_bounded():
    sevenths = [[Fraction(k, 7), Fraction(7 - k, 7)] for k in range(1, 7)]
    exact = [sevenths, sevenths[::-1]]
    floats = [[list(map(float, row)) for row in table] for table in exact]
    report, true = solvers.check(floats, "kuhn_poker"), solvers.check(exact, "kuhn_poker")
    notes = [note for note in report.notes if "rounded to multiples of 2^-30" in note]
    bound = sum(float(note.rpartition("at most ")[2]) for note in notes)
    assert len(notes) == 2 and not any("rounded" in note for note in true.notes)
    assert 0 < abs(report.nash_conv - true.nash_conv) <= bound < 1e-6


@pytest.mark.parametrize("name", ["kuhn_poker", "liars_dice(numdice=1,dice_sides=3)"])
def test_regrets_at_information_sets(name):
    """A player's regret is at most the sum of those at its sets (Zinkevich et al. 2007, Theorem 3),
    and its best response earns it."""
    game = games.load(name)
    uniform = [[[Fraction(1, len(s.actions))] * len(s.actions) for s in own] for own in game.sets]
    report = solvers.check(uniform, game)
    for player, own in enumerate(report.set_regrets):
        assert min(own) >= 0
        assert report.regrets[player] <= sum(own)
        deviation = [list(table) for table in uniform]
        for place, action in enumerate(report.best_responses[player]):
            row = [0] * len(game.sets[player][place].actions)
            row[action] = 1
            deviation[player][place] = row
        gained = solvers.check(deviation, game).payoffs[player] - report.payoffs[player]
        assert gained == report.regrets[player]
        for place, regret in enumerate(own):  # what is gained by a change at one set alone
            rows = list(uniform[player])
            size, changed = len(rows[place]), []
            for action in range(size):
                rows[place] = [int(k == action) for k in range(size)]
                strategies = [rows if k == player else table for k, table in enumerate(uniform)]
                changed.append(solvers.check(strategies, game).payoffs[player])
            reach = 1  # its own moves before, which the regret there leaves out
            sequence = game.sequences(player).before[place]
            while sequence:
                before = game.sequences(player).set_of[sequence - 1]
                reach /= len(game.sets[player][before].actions)
                sequence = game.sequences(player).before[before]
            assert float(max(changed) - report.payoffs[player]) == pytest.approx(
                float(regret) * reach, abs=1e-12
            )


def test_floats_as_they_are():
    """The double 0.1 is no multiple of 2^-30."""
    strategies = [[[0.1, 0.9]] * 6, [["1/3", "2/3"]] * 6]
    exact = solvers.check(strategies, "kuhn_poker", exact_floats=True)
    assert exact.strategies[0][0][0] == Fraction(0.1) / (Fraction(0.1) + Fraction(0.9))
    rounded = solvers.check(strategies, "kuhn_poker")
    assert rounded.strategies[0][0][0] == Fraction(round(2**30 / 10), 2**30)
    assert 0 < abs(exact.payoffs[0] - rounded.payoffs[0]) < Fraction(1, 2**20)
    assert abs(exact.nash_conv - rounded.nash_conv) < Fraction(1, 2**20)
    assert any("rounded to multiples of 2^-30" in note for note in rounded.notes)
    with pytest.raises(InputError, match="exact_floats"):
        solvers.check("1/2 1/2; 1/2 1/2", "matching_pennies", exact_floats=True)


@pytest.mark.parametrize("seed", range(8))
def test_exploitabilities_add_up_to_nash_conv(seed):
    game = random_tree(seed, zero_sum=True)
    profile = uniform_profile(game)
    each = [solvers.exploitability(game, profile, player=k) for k in (0, 1)]
    assert min(each) >= 0 and sum(each) == solvers.check(profile, game).nash_conv
    best = solvers.solve(game)
    assert all(solvers.exploitability(game, best, player=k) == 0 for k in (0, 1))


def uniform_profile(game):
    return [[[Fraction(1, len(s.actions))] * len(s.actions) for s in own] for own in game.sets]


def test_one_strategy_is_sent_to_exploitability():
    """Rows of one player are its strategy, in the order of its information sets."""
    rows = [["1/2", "1/2"]] * 6
    each = [solvers.exploitability("kuhn_poker", rows, player=k) for k in (0, 1)]
    assert each == [Fraction(13, 36), Fraction(5, 9)]
    assert sum(each) == solvers.check([rows, rows], "kuhn_poker").nash_conv
    for one in ([rows], {"Row": rows}):
        with pytest.raises(InputError, match=r"is its solvers\.exploitability"):
            solvers.check(one, "kuhn_poker")
    with pytest.raises(InputError) as refused:
        solvers.check([[1, 0]], "chicken")
    assert "exploitability" not in str(refused.value)


def test_numbers_of_a_row_are_in_one_style():
    """A multiple of 2^-30 may be a short ratio beside others that are not."""
    tree = games.tree("t", ["A", "B"])
    node = tree.root.decides("A", "s", ["Fold", "Call", "Raise"])
    for action in ("Fold", "Call", "Raise"):
        node[action].pays(0, 0)
    first, second = Fraction(391622001, 2**30), Fraction(10614587, 2**25)
    text = str(solvers.check([[[first, second, 1 - first - second]], []], tree.game()))
    assert "10614587/33554432" not in text and "~0.316339" in text
    assert "Fold: 1/3, Call: 1/7" in str(
        solvers.check([[["1/3", "1/7", "11/21"]], []], tree.game())
    )


def test_tables_that_are_cut_show_every_player():
    text = str(solvers.solve("leduc_poker"))
    assert "912 more information sets are in the other formats." in text
    assert text.count("\n Row ") == text.count("\n Column ") == 12
    assert text.index("Payoffs: ") < text.index("information set  ")


def test_exploitability_needs_a_value():
    with pytest.raises(InputError, match="is no game of two players of constant sum"):
        solvers.exploitability("chicken", [[1, 0]])
    with pytest.raises(InputError, match="there is no player 2; use 0 or 1"):
        solvers.exploitability("matching_pennies", [[1, 0]], player=2)
    assert solvers.exploitability("matching_pennies", [["3/4", "1/4"]], player=1) == Fraction(1, 2)
