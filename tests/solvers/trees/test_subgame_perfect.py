"""Subgame-perfect equilibria: textbook games, and what is not subgame perfect."""

from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError

HORSE = """EFG 2 R "Selten's horse" { "1" "2" "3" } ""
p "" 1 1 "1" { "C" "D" } 0
p "" 2 1 "2" { "c" "d" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 1 "3" { "L" "R" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 1 "3" { "L" "R" } 0
t "" 4 "" { 3, 3, 2 }
t "" 5 "" { 0, 0, 0 }
"""


def entry():
    tree = games.tree("Entry", ["Entrant", "Incumbent"])
    market = tree.root.decides("Entrant", "market", ["out", "in"])
    market["out"].pays(0, 2)
    reply = market["in"].decides("Incumbent", "entry", ["fight", "accommodate"])
    reply["fight"].pays(-1, -1)
    reply["accommodate"].pays(1, 1)
    return tree.game()


def centipede(stages):
    """Rosenthal (1981): the pot doubles, and who takes it gets four fifths."""
    tree, big, small = games.tree("centipede", ["A", "B"]), 4, 1
    node = tree.root
    for stage in range(stages):
        node.decides("AB"[stage % 2], f"stage {stage}", ["take", "pass"])
        own = [small, small]
        own[stage % 2] = big
        node["take"].pays(*own)
        node, big, small = node["pass"], 2 * big, 2 * small
    last = [small, small]
    last[stages % 2] = big
    node.pays(*last)
    return tree.game()


def test_entry_deterrence():
    """The threat to fight is not credible (Selten 1978)."""
    solution = solvers.solve(entry(), "subgame-perfect")
    assert solution.complete and solution[0].payoffs == (1, 1)
    threat = [[[1, 0]], [[1, 0]]]  # out, fight: a Nash equilibrium
    assert solvers.check(threat, entry()).holds
    report = solvers.check(threat, entry(), "subgame-perfect")
    assert not report.holds and report.subgame_regrets == (0, 2)
    assert report.regrets == (0, 0) and report.nash_conv == 0  # as OpenSpiel counts
    assert report.worst_subgame == ("in",)
    assert "The largest gain in a subgame is 2, in the one after the moves in." in str(report)


def test_merged_states_name_the_worst():
    """Uniform play of tic-tac-toe: who moves and wins at once by 1 of n moves gains at most 2."""
    report = solvers.check(
        lambda state: dict.fromkeys(state.legal_actions(), 1 / len(state.legal_actions())),
        "tic_tac_toe",
        "subgame-perfect",
        exact_floats=True,
    )
    (worst,) = report.worst_subgame
    assert worst in {point.label for own in report.game.sets for point in own}
    assert report.to_json()["worst_subgame"] == [worst]
    assert f"in the one from the state {' / '.join(worst.split())} on." in str(report)


@pytest.mark.parametrize("stages", [1, 4, 7])
def test_the_centipede_ends_at_once(stages):
    solution = solvers.solve(centipede(stages), "subgame-perfect")
    assert solution[0].payoffs == (4, 1) and solution.complete


def test_bargaining():
    """Alternating offers over ten coins, halved after a refusal: backward induction by hand."""
    tree = games.tree("offers", ["A", "B"])
    offers = tree.root.decides("A", "offer", [str(k) for k in range(11)])
    for k in range(11):
        answer = offers[str(k)].decides("B", f"answer {k}", ["yes", "no"])
        answer["yes"].pays(10 - k, k)
        back = answer["no"].decides("B", f"counter {k}", [str(j) for j in range(6)])
        for j in range(6):
            end = back[str(j)].decides("A", f"end {k} {j}", ["yes", "no"])
            end["yes"].pays(j, 5 - j)
            end["no"].pays("-1/10", "-1/10")
    solution = solvers.solve(tree.game(), "subgame-perfect")
    assert solution[0].payoffs in ((5, 5), (4, 6))  # B takes 5 where it refuses, so it is offered 5
    assert not solvers.verify.solution(tree.game(), solution).false


def test_a_subgame_in_mixed_strategies():
    """Whoever enters plays matching pennies, which is worth nothing; staying out costs one."""
    tree = games.tree("pennies", ["A", "B"])
    start = tree.root.decides("A", "start", ["stay", "enter"])
    start["stay"].pays(-1, 1)
    coin = start["enter"].decides("A", "coin", ["h", "t"])
    for side in "ht":
        guess = coin[side].decides("B", "guess", ["h", "t"])
        for other in "ht":
            win = 1 if side == other else -1
            guess[other].pays(win, -win)
    solution = solvers.solve(tree.game(), "subgame-perfect")
    assert solution[0].payoffs == (0, 0)
    assert solution[0].strategies[0] == ((0, 1), (Fraction(1, 2), Fraction(1, 2)))


def test_three_players():
    """Selten's horse has no smaller subgames, and three players move."""
    with pytest.raises(InputError, match="3 players move"):
        solvers.solve(games.loads(HORSE, "efg"), "subgame-perfect")
    tree = games.tree("three", ["A", "B", "C"])
    one = tree.root.decides("A", "1", ["l", "r"])
    one["l"].pays(1, 1, 1)
    two = one["r"].decides("B", "2", ["l", "r"])
    two["l"].pays(0, 2, 0)
    three = two["r"].decides("C", "3", ["l", "r"])
    three["l"].pays(3, 3, 3)
    three["r"].pays(0, 0, 4)
    assert solvers.solve(tree.game(), "subgame-perfect")[0].payoffs == (1, 1, 1)


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_without_smaller_subgames_it_is_nash(name):
    solution = solvers.solve(name, "subgame-perfect")
    assert solution[0].payoffs == solvers.solve(name)[0].payoffs
    assert not solvers.verify.solution(name, solution).false


def test_openspiels_backward_induction():
    """Nim with piles of 1, 2 and 3 is lost for whoever begins (Bouton 1901)."""
    solution = solvers.solve("nim(pile_sizes=1;2;3,is_misere=false)", "subgame-perfect")
    assert solution[0].payoffs == (-1, 1)
