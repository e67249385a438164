"""Games of perfect information whose equal states are merged: solved, measured, verified."""

import copy
import csv
import io
import json
from functools import reduce
from operator import xor

import pyspiel
import pytest
from open_spiel.python.algorithms.expected_game_score import policy_value
from open_spiel.python.algorithms.exploitability import nash_conv
from open_spiel.python.policy import TabularPolicy, UniformRandomPolicy

from gtlearn import games, limits, solvers
from gtlearn.errors import InputError

SMALL = "nim(pile_sizes=1;2;3)"


def merged(name):
    return games.load(name, merge_states=True)


def test_tic_tac_toe_is_a_draw():
    for concept in ("nash", "subgame-perfect"):
        solution = solvers.solve("tic_tac_toe", concept)
        assert solution[0].payoffs == (0, 0)
        assert solution[0].certificate.verified
        assert not solution.complete  # nobody needs to take the first corner
        report = solvers.verify.solution("tic_tac_toe", solution)
        assert (report.false, report.on_trust) == ((), ())
    claim = solvers.solve("tic_tac_toe").to_json()
    assert claim["solutions"][0]["certificate"]["value"] == "0"
    claim["solutions"][0]["certificate"]["value"] = "1"
    assert solvers.verify.solution("tic_tac_toe", claim).false


def test_whoever_begins_wins_hex():
    """Nash's argument of the stolen strategy (Gardner 1959)."""
    assert solvers.solve("hex(board_size=3)")[0].payoffs == (1, -1)


def test_bouton_s_rule_holds_in_every_state_of_nim():
    """The mover wins if the binary sum of the piles is not 0 (Bouton 1901)."""
    game = merged("nim(pile_sizes=3;4;5,is_misere=false)")
    tables = solvers.solve(game, "subgame-perfect").profile(0).tables
    values = solvers.verify.trees.values_of(game, tables)
    for node in range(game.num_nodes):
        who = int(game.mover[node])
        if who >= 0:
            label = game.sets[who][game.place[node]].label
            piles = [int(pile) for pile in label.partition(":")[2].split()]
            assert values[node][who] == (1 if reduce(xor, piles) else -1)


@pytest.mark.parametrize(
    "name",
    [
        SMALL,
        "clobber(columns=3,rows=3)",
        "y(board_size=3)",
        "dots_and_boxes(num_cols=1,num_rows=1)",
    ],
)
def test_the_tree_has_the_same_value(name):
    tree = games.load(name, merge_states=False)
    for concept in ("nash", "subgame-perfect"):
        assert solvers.solve(name, concept)[0].payoffs == solvers.solve(tree, concept)[0].payoffs


def test_openspiel_agrees():
    """On the payoffs and NashConv of uniform play, and of the solution as a policy."""
    theirs = pyspiel.load_game(SMALL)
    uniform = UniformRandomPolicy(theirs)
    report = solvers.check(uniform, SMALL)
    assert float(report.nash_conv) == pytest.approx(nash_conv(theirs, uniform), abs=1e-6)
    start = theirs.new_initial_state()
    assert [float(p) for p in report.payoffs] == pytest.approx(
        list(policy_value(start, [uniform] * 2)), abs=1e-6
    )
    solution = solvers.solve(SMALL)
    policy = solution.to_openspiel()
    assert nash_conv(theirs, policy) == 0
    assert list(policy_value(start, [policy] * 2)) == [float(p) for p in solution[0].payoffs]
    report = solvers.check(policy, SMALL, "subgame-perfect")
    assert report.holds
    assert report.notes[-1].endswith("that it depends on nothing earlier is on trust")


def test_policies_by_history_are_measured_where_they_depend_on_the_state_alone():
    theirs = pyspiel.load_game(SMALL)
    policy = TabularPolicy(theirs)
    assert (
        solvers.check(policy, SMALL).nash_conv
        == solvers.check(UniformRandomPolicy(theirs), SMALL).nash_conv
    )
    assert solvers.check(lambda state: {state.legal_actions()[-1]: 1}, SMALL).payoffs is not None

    def by_history(state):
        actions = state.legal_actions()
        return {actions[sum(state.history()) % len(actions)]: 1}

    with pytest.raises(InputError, match=r"depends on the history.*with merge_states=False"):
        solvers.check(by_history, SMALL)
    assert solvers.check(by_history, SMALL, merge_states=False).nash_conv >= 0


def test_profiles_are_by_the_labels_of_the_states():
    game = games.load(SMALL)
    own = {
        player: {known.label: {known.actions[0]: 1} for known in sets}
        for player, sets in zip(game.players, game.sets, strict=True)
    }
    assert solvers.check(own, game).payoffs in ((1, -1), (-1, 1))
    del own["Row"]["(0): 1 2 3"]
    with pytest.raises(InputError, match="lacks the information set '\\(0\\): 1 2 3'"):
        solvers.check(own, game)


def test_every_number_matters():
    for name in (SMALL, "hex(board_size=2)"):
        game = games.load(name)
        data = json.loads(json.dumps(solvers.solve(game, "subgame-perfect").to_json()))
        assert not solvers.verify.solution(game, data).false
        kept = []
        for player, strategy in enumerate(data["solutions"][0]["strategies"]):
            for label, row in strategy.items():
                changed = copy.deepcopy(data)
                turned = dict(
                    zip(row, [*list(row.values())[1:], row[next(iter(row))]], strict=True)
                )
                changed["solutions"][0]["strategies"][player][label] = turned
                if turned != row:
                    holds = solvers.check(changed, game, "subgame-perfect").holds
                    assert bool(solvers.verify.solution(game, changed).false) != holds
                    kept.append(holds)
        assert False in kept
        for path, value in (
            (("payoffs", 0), "7"),
            (("certificate", "regrets"), ["1", "0"]),
            (("certificate", "verified"), False),
        ):
            changed = copy.deepcopy(data)
            part = changed["solutions"][0]
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = value
            assert solvers.verify.solution(game, changed).false
        for key in ("nodes", "information_sets", "fingerprint", "kind"):
            changed = copy.deepcopy(data)
            changed["game"][key] = "extensive" if key == "kind" else 3
            assert solvers.verify.solution(game, changed).false


def test_a_solution_of_either_form_is_verified_in_the_game_by_its_name():
    tree = solvers.solve(SMALL, merge_states=False).to_json()
    states = solvers.solve(SMALL).to_json()
    assert (tree["game"]["kind"], states["game"]["kind"]) == ("extensive", "merged")
    assert states["game"]["information_sets"] == [19, 19]
    for claim in (tree, states):
        assert not solvers.verify.solution(SMALL, claim).false
    with pytest.raises(InputError, match=r"of merged states.* use merge_states=True"):
        solvers.verify.solution(games.load(SMALL, merge_states=False), states)


def test_what_needs_the_tree_is_answered_in_the_tree():
    game = merged("nim(pile_sizes=1;2)")
    reduced = games.load("nim(pile_sizes=1;2)", reduced=True)
    solution = solvers.solve(game, find="all")
    assert solution.complete
    assert solution.game.fingerprint == reduced.fingerprint
    assert not solvers.verify.solution(game, solution).false
    assert solvers.solve(game, "stackelberg")[0].payoffs == (1, -1)
    assert solvers.meter(game).game.fingerprint == game.unmerged().fingerprint


def test_text_and_tables():
    solution = solvers.solve("tic_tac_toe")
    text = str(solution)
    assert "tic_tac_toe: 2 players, 5478 merged states, 2423 + 2097 information sets" in text
    assert "4496 more information sets are in the other formats." in text
    assert "--find" not in text
    rows = list(csv.reader(io.StringIO(solution.to_csv())))
    assert len(rows) == 1 + len(games.load("tic_tac_toe").after)


def test_what_was_asked_for_is_on_trust():
    game = merged("nim")
    solution = solvers.solve(game)
    assert "merged on trust" in str(solution)
    report = solvers.verify.solution(game, solution)
    assert not report.false
    assert len(report.on_trust) == 1
    assert report.on_trust[0].startswith("that the states that are merged are equal")
    assert "merged on trust" in solvers.check(solution, game).notes[0]


def test_a_limit_leaves_no_solution():
    solution = solvers.solve(merged("nim"), time_limit=1e-6)
    assert (solution.status, len(solution), solution.complete) == ("time_limit", 0, False)
    assert "before all states were solved" in solution.notes[-1]
    with pytest.raises(limits.LimitReached):
        solvers.solve("chess", merge_states=True, time_limit=0.2)


def test_floats_are_rounded_or_taken_as_they_are():
    game = games.load(SMALL)
    third = [[[1 / len(s.actions)] * len(s.actions) for s in own] for own in game.sets]
    rounded = solvers.check(third, game)
    exact = solvers.check(third, game, exact_floats=True)
    assert exact.nash_conv != rounded.nash_conv
    assert abs(exact.nash_conv - rounded.nash_conv) < 1e-6
    assert "multiples of 2^-30" in rounded.notes[0]
