"""Iterated conditional dominance in trees: what the literature removes, and nothing else."""

import copy
import json
import random
from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.limits import TimeLimitReached
from gtlearn.solvers._dominance import sequences
from gtlearn.solvers.verify import sequence_dominance
from gtlearn.solvers.verify.report import Unproven


def eliminated(game, **options):
    """What is removed and left, re-checked as JSON and as an object."""
    result = solvers.sequence_dominance(game, **options)
    for claim in (result, json.loads(json.dumps(result.to_json()))):
        report = solvers.verify.solution(games.load(game), claim)
        assert not report.false and not report.on_trust
    return result


def removed(result):
    return [
        (s.round, result.game.players[s.player], s.information_set, s.action) for s in result.steps
    ]


def at_once(node, name, cells):
    """A and B move at once."""
    first = node.decides("A", f"A {name}", [str(k) for k in range(len(cells))])
    for i, row in enumerate(cells):
        second = first[str(i)].decides("B", f"B {name}", [str(k) for k in range(len(row))])
        for j, cell in enumerate(row):
            second[str(j)].pays(*cell)


def sexes(cost=0):
    """The battle of the sexes, after A has spent something."""
    return [[(3 - cost, 1), (-cost, 0)], [(-cost, 0), (1 - cost, 3)]]


def outside_option():
    tree = games.tree("outside option", ["A", "B"])
    door = tree.root.decides("A", "door", ["out", "in"])
    door["out"].pays(2, 2)
    at_once(door["in"], "inside", sexes())
    return tree.game()


def test_forward_induction():
    """Whoever enters does not mean to get less than outside (van Damme 1989, section 2)."""
    result = eliminated(outside_option())
    assert removed(result) == [
        (1, "A", "A inside", "1"),
        (2, "B", "B inside", "1"),
        (3, "A", "door", "out"),
    ]
    first = result.steps[0]
    assert first.at == "door" and first.dominator == {"door": {"out": 1, "in": 0}}
    assert first.margin == 1 and "1 at A inside" in str(result)


def test_burning_money():
    """Ben-Porath & Dekel (1992): since A could burn money, it gets its best equilibrium, and
    burns none."""
    tree = games.tree("burning money", ["A", "B"])
    start = tree.root.decides("A", "start", ["keep", "burn"])
    at_once(start["keep"], "kept", sexes())
    at_once(start["burn"], "burnt", sexes(Fraction(3, 2)))
    result = eliminated(tree.game())
    assert result.complete and len(result.steps) == 5
    assert result.kept[0] == {"start": ("keep",), "A kept": ("0",), "A burnt": ()}
    assert result.kept[1]["B kept"] == ("0",)


def test_kuhn_poker():
    """Kuhn (1950): a lost card is not bet on after a bet, a sure one always, and the first player
    does not bet with the middle one."""
    result = eliminated("kuhn_poker")
    assert removed(result) == [
        (1, "Row", "0pb", "Bet"),
        (1, "Row", "2pb", "Pass"),
        (1, "Column", "2b", "Pass"),
        (1, "Column", "0b", "Bet"),
        (2, "Row", "1", "Bet"),
    ]


@pytest.mark.parametrize("players", ["AB", "ABC"])
@pytest.mark.parametrize("seed", range(30))
def test_perfect_information_leads_to_backward_induction(seed, players):
    """Battigalli (1997): without ties, what is left has the outcome of backward induction."""
    generator, count = random.Random(seed), iter(range(100))
    tree = games.tree("random", list(players))

    def grow(node, depth):
        if depth == 0 or (depth < 3 and generator.random() < 0.25):
            node.pays(*(generator.randrange(10**6) for _ in players))
            return
        below = node.decides(generator.choice(players), f"set {next(count)}", ["l", "r"])
        grow(below["l"], depth - 1)
        grow(below["r"], depth - 1)

    grow(tree.root, 3)
    game = tree.game()
    result, node = eliminated(game), 0
    while game.mover[node] >= 0:
        player, place = int(game.mover[node]), int(game.place[node])
        known = game.sets[player][place]
        (action,) = result.kept[player][known.label]
        move = known.actions.index(action)
        (node,) = (
            k for k in range(game.num_nodes) if game.parent[k] == node and game.move[k] == move
        )
    paid = tuple(own[int(game.place[node])] for own in game.payoffs)
    assert paid == solvers.solve(game, "subgame-perfect")[0].payoffs


@pytest.mark.parametrize("seed", range(30))
def test_one_shot_games_as_trees(seed):
    """There it is strict dominance of actions, by mixtures too."""
    generator = random.Random(seed)
    cells = [[tuple(generator.randint(0, 5) for _ in "AB") for _ in range(3)] for _ in range(3)]
    tree = games.tree("one shot", ["A", "B"])
    at_once(tree.root, "moves", cells)
    result = eliminated(tree.game())
    normal = solvers.dominance(
        games.normal_form(*[[[cell[k] for cell in row] for row in cells] for k in (0, 1)])
    )
    left = [
        [int(a) for a in own[f"{player} moves"]]
        for player, own in zip("AB", result.kept, strict=True)
    ]
    assert left == list(map(list, normal.surviving))
    assert len(result.steps) == len(normal.steps)


def test_a_mixture_dominates():
    """Fudenberg & Tirole (1991), figure 1.2, after a move of chance that pays nothing."""
    tree = games.tree("figure 1.2", ["A", "B"])
    drawn = tree.root.draws({"play": "1/3", "stop": "2/3"})
    drawn["stop"].pays(0, 0)
    at_once(drawn["play"], "moves", [[(2, 0), (-1, 0)], [(0, 0), (0, 0)], [(-1, 0), (2, 0)]])
    (step,) = eliminated(tree.game()).steps
    half = Fraction(1, 2)
    assert step.dominator == {"A moves": {"0": half, "1": 0, "2": half}}
    assert step.margin == half / 3  # in the expected payoff of the whole game


def test_a_move_goes_with_all_that_follows():
    """Each way to go on at one set is dominated by something else, though the move that leads there
    is by nothing alone; with it goes the other set that it leads to."""
    tree = games.tree("ways out", ["A", "B"])
    start = tree.root.decides("A", "start", ["one", "other", "in"])
    drawn = start["in"].draws({"u": "1/2", "v": "1/2"})
    upper = drawn["u"].decides("A", "upper", ["x", "y"])
    lower = drawn["v"].decides("A", "lower", ["x", "y"])
    ways = [(start["one"], 7, 1), (start["other"], 1, 7), (upper["x"], 12, 0), (upper["y"], 0, 12)]
    ways += [(lower["x"], 0, 0), (lower["y"], 0, 0)]
    for node, left, right in ways:
        unseen = node.decides("B", "unseen", ["left", "right"])
        unseen["left"].pays(left, 0)
        unseen["right"].pays(right, 0)
    result = eliminated(tree.game())
    assert removed(result) == [(1, "A", "upper", "x"), (1, "A", "upper", "y")]
    assert result.kept[0] == {"start": ("one", "other"), "upper": (), "lower": ()}


def test_every_part_matters():
    data = solvers.sequence_dominance(outside_option()).to_json()
    changes = [
        ("complete", True, ("steps", data["steps"][:2])),
        ("steps", data["steps"][1:], None),
        ("steps", data["steps"][:1] * 2 + data["steps"][1:], None),
        ("kept", [{"door": ["in", "out"], "A inside": ["0"]}, {"B inside": ["0"]}], None),
    ]
    for key, value, more in changes:
        wrong = data | {key: value} | ({} if more is None else {more[0]: more[1]})
        assert solvers.verify.solution(outside_option(), wrong).false
    for k, step in enumerate(data["steps"]):
        for key, value in (
            ("round", step["round"] + 1),
            ("player", 1 - step["player"]),
            ("action", "2"),
            ("margin", "3/4"),
            ("at", "nowhere"),
            ("information_set", "nowhere"),
            ("dominator", {}),
            ("dominator", {step["at"]: dict.fromkeys(step["dominator"][step["at"]], "1/2")}),
        ):
            wrong = copy.deepcopy(data)
            wrong["steps"][k][key] = value
            assert solvers.verify.solution(outside_option(), wrong).false


def test_a_list_that_stops_early_is_not_complete():
    data = solvers.sequence_dominance(outside_option()).to_json()
    kept = [{"door": ["out", "in"], "A inside": ["0"]}, {"B inside": ["0", "1"]}]
    early = data | {"steps": data["steps"][:1], "kept": kept}
    assert solvers.verify.solution(outside_option(), early).false == (
        "'1' at 'B inside' is dominated, too",
    )
    assert not solvers.verify.solution(outside_option(), early | {"complete": False}).false


def test_what_cannot_be_checked_in_time_is_not_removed(monkeypatch):
    def late(result):
        raise TimeLimitReached

    monkeypatch.setattr(sequences, "_proven", late)
    result = solvers.sequence_dominance(outside_option())
    assert not result.steps and not result.complete and result.status == "time_limit"
    assert result.kept[0]["door"] == ("out", "in")


def test_what_is_not_proven_is_not_complete(monkeypatch):
    def too_large(rows, k):
        raise Unproven("too many rays")

    monkeypatch.setattr(sequence_dominance, "is_dominated", too_large)
    tree = games.tree("mixed", ["A", "B"])
    at_once(tree.root, "moves", [[(2, 0), (-2, 0)], [(0, 0), (0, 0)], [(-2, 0), (2, 0)]])
    result = solvers.sequence_dominance(tree.game())
    assert not result.complete and "is not proven: too many rays" in result.notes[0]


def test_limits_and_refusals():
    late = solvers.sequence_dominance(outside_option(), time_limit=1e-9)
    assert late.status == "time_limit" and not late.complete
    with pytest.raises(InputError, match="profiles of plans at information set"):
        solvers.sequence_dominance("leduc_poker")
    with pytest.raises(InputError, match="is no tree"):
        solvers.verify.solution("chicken", solvers.sequence_dominance(outside_option()))
