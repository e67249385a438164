"""All subgame-perfect equilibria: textbook games, and random trees against recursion by hand."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.limits import TimeLimitReached
from gtlearn.solvers._trees import subgame_perfect
from gtlearn.solvers.verify.trees import regrets_and_payoffs, regrets_in_subgames

SEXES = [[(2, 1), (0, 0)], [(0, 0), (1, 2)]]


def solved(game, **options):
    """All of them, each re-checked."""
    solution = solvers.solve(game, "subgame-perfect", find="all", **options)
    report = solvers.verify.solution(game, json.loads(json.dumps(solution.to_json())))
    assert not report.false and not report.on_trust
    return solution


def payoffs(solution):
    return {tuple(map(int, e.payoffs)) for e in solution}


def simultaneous(node, name, cells, players=("A", "B")):
    """Two players move at once; what is paid, or the nodes that follow where a cell is None."""
    one, other = players
    first = node.decides(one, f"{name} {one}", [str(k) for k in range(len(cells))])
    after = {}
    for i, row in enumerate(cells):
        second = first[str(i)].decides(other, f"{name} {other}", [str(k) for k in range(len(row))])
        for j, cell in enumerate(row):
            after[i, j] = second[str(j)]
            if cell is not None:
                second[str(j)].pays(*cell)
    return after


def ultimatum(coins):
    tree = games.tree("ultimatum", ["A", "B"])
    offers = tree.root.decides("A", "offer", [str(k) for k in range(coins + 1)])
    for k in range(coins + 1):
        answer = offers[str(k)].decides("B", f"answer {k}", ["yes", "no"])
        answer["yes"].pays(coins - k, k)
        answer["no"].pays(0, 0)
    return tree.game()


def chain_store(towns):
    """Selten (1978): a chain with a competitor in each of several towns."""
    players = ["chain", *(f"competitor {k}" for k in range(towns))]
    tree = games.tree("chain store", players)

    def town(node, k, paid):
        if k == towns:
            node.pays(*paid)
            return
        where = "/".join(node.path)
        choice = node.decides(f"competitor {k}", f"{k} after {where}", ["in", "out"])
        entered = choice["in"].decides("chain", f"{k} in after {where}", ["share", "fight"])
        ways = ((entered["share"], 2, 2), (entered["fight"], 0, 0), (choice["out"], 5, 1))
        for below, own, other in ways:
            more = list(paid)
            more[0] += own
            more[1 + k] += other
            town(below, k + 1, more)

    town(tree.root, 0, [0] * (towns + 1))
    return tree.game()


def test_the_ultimatum_ends_with_nothing_or_one_coin():
    """Offers 0 to n: the offer 0 is accepted, or refused and 1 is offered (Osborne 2004, section
    6.1, with coins); mixtures of both answers are infinitely many others."""
    solution = solved(ultimatum(4))
    assert payoffs(solution) == {(4, 0), (3, 1)} and len(solution) == 2
    assert not solution.complete and solution.open_subgames == (("0",),)
    assert solution.to_json()["open_subgames"] == [["0"]]
    assert "subgames at 0: only their extreme payoffs" in " ".join(str(solution).split())


@pytest.mark.parametrize("towns", [1, 3, 4])
def test_the_chain_store_never_fights(towns):
    """Selten (1978): every competitor enters, the chain shares each time, in every subgame."""
    solution = solved(chain_store(towns))
    assert solution.complete and len(solution) == 1 and solution.open_subgames is None
    assert solution[0].payoffs == (2 * towns, *[2] * towns)
    assert "1 subgame-perfect equilibrium; there is no other." in str(solution)


def test_the_battle_of_the_sexes_behind_a_door():
    """Entering leads to one of three equilibria, so the outside option is taken in two of them."""
    tree = games.tree("door", ["A", "B"])
    door = tree.root.decides("A", "door", ["out", "in"])
    door["out"].pays("3/2", 0)
    simultaneous(door["in"], "sexes", SEXES)
    solution = solved(tree.game())
    assert solution.complete and len(solution) == 3
    assert sorted(e.payoffs for e in solution) == [(1.5, 0), (1.5, 0), (2, 1)]
    assert solution.open_subgames is None  # none has infinitely many


def test_twice_the_battle_of_the_sexes():
    """Three equilibria after each of four outcomes, and three of the first stage whatever follows,
    since the second stage weighs little: 3 * 3**4, which pay all pairs of stage payoffs."""
    tree = games.tree("twice", ["A", "B"])
    ends = simultaneous(tree.root, "first", [[None] * 2] * 2)
    weight = Fraction(1, 7)

    def both(first, second):
        return tuple(a + weight * b for a, b in zip(first, second, strict=True))

    for (i, j), node in ends.items():
        simultaneous(node, f"second {i}{j}", [[both(SEXES[i][j], c) for c in r] for r in SEXES])
    solution = solved(tree.game())
    assert solution.complete and len(solution) == 3**5
    pure, mixed = [(2, 1), (1, 2)], (Fraction(2, 3), Fraction(2, 3))
    pairs = itertools.product([*pure], [*pure, mixed])
    assert {both(*pair) for pair in pairs} | {both(mixed, mixed)} <= {e.payoffs for e in solution}


def test_what_pays_the_same_counts_once():
    """Of a continuum that pays the same one stands, and the others are said to pay the same."""
    tree = games.tree("ties", ["A", "B"])
    start = tree.root.decides("A", "start", ["stay", "enter"])
    start["stay"].pays(0, 0)
    simultaneous(start["enter"], "same", [[(1, 1), (1, 1)], [(0, 2), (0, 2)]])
    solution = solved(tree.game())
    assert solution.complete and len(solution) == 1 and solution.open_subgames == ()
    assert "any other pays the same" in str(solution) and "one stands for them" in str(solution)


def test_a_third_player_to_whom_ties_matter():
    """The mover is indifferent, which a player who never moves is not."""
    tree = games.tree("bystander", ["A", "B", "C"])
    move = tree.root.decides("A", "move", ["l", "r"])
    simultaneous(move["l"], "same", [[(0, 0, 5), (0, 0, 5)], [(0, 0, 7), (0, 0, 7)]])
    move["r"].pays(-1, 0, 0)
    solution = solved(tree.game())
    assert payoffs(solution) == {(0, 0, 5), (0, 0, 7)}
    assert not solution.complete and solution.open_subgames == (("l",),)


def test_a_lone_mover_with_several_sets():
    """What chance drew is seen at one set and not before: ties at two sets pay four ways."""
    tree = games.tree("alone", ["A", "B"])
    ask = tree.root.draws({"x": "1/2", "y": "1/2"})
    for drawn, worth in (("x", 4), ("y", 10)):
        asked = ask[drawn].decides("A", "blind", ["ask", "end"])
        asked["end"].pays(-1, 0)
        seen = asked["ask"].decides("A", f"seen {drawn}", ["l", "r", "bad"])
        seen["l"].pays(0, 0)
        seen["r"].pays(0, worth)
        seen["bad"].pays(-1, 100)
    solution = solved(tree.game())
    assert {e.payoffs[1] for e in solution} == {0, 2, 5, 7}
    assert solution.open_subgames == (("x", "ask"), ("y", "ask"))


def test_more_than_can_be_listed():
    """Three equilibria in each of eight subgames that chance draws are 6561."""
    tree = games.tree("many", ["A", "B"])
    drawn = tree.root.draws({str(k): "1/8" for k in range(8)})
    for k in range(8):
        cells = [[tuple(3**k * p for p in cell) for cell in row] for row in SEXES]
        simultaneous(drawn[str(k)], f"stage {k}", cells)
    solution = solvers.solve(tree.game(), "subgame-perfect", find="all")
    assert len(solution) == 1000 and not solution.complete
    assert "more than 1000 equilibria" in solution.notes[-1]
    assert "950 more are in the other formats" in str(solution)


def test_a_constant_sum_has_one_value_in_every_subgame():
    solution = solved(games.load("kuhn_poker"))
    assert solution.complete and len(solution) == 1
    assert "any other pays the same" in str(solution)


def test_what_is_not_all_is_found_out():
    """A list that lacks one is refuted where it says to be complete, and one that names other open
    subgames where it says that."""
    tree = games.tree("door", ["A", "B"])
    door = tree.root.decides("A", "door", ["out", "in"])
    door["out"].pays("3/2", 0)
    simultaneous(door["in"], "sexes", SEXES)
    game = tree.game()
    data = solved(game).to_json()
    for k in range(len(data["solutions"])):
        less = data | {"solutions": data["solutions"][:k] + data["solutions"][k + 1 :]}
        assert "has 3 equilibria" in solvers.verify.solution(game, less).false[0]
    for wrong in ([[]], [["in"]], [["out"]], [["nowhere"]]):
        assert solvers.verify.solution(game, data | {"open_subgames": wrong}).false
    data = solved(ultimatum(2)).to_json()
    assert solvers.verify.solution(ultimatum(2), data | {"complete": True}).false
    assert solvers.verify.solution(ultimatum(2), data | {"open_subgames": []}).false
    nash = solvers.solve(game).to_json() | {"open_subgames": []}
    assert solvers.verify.solution(game, nash).false


def test_a_time_limit_leaves_one(monkeypatch):
    def late(game):
        raise TimeLimitReached

    monkeypatch.setattr(subgame_perfect, "listed", late)
    solution = solvers.solve(ultimatum(2), "subgame-perfect", find="all", time_limit=60)
    assert len(solution) == 1 and not solution.complete and solution.status == "time_limit"


class Grown:
    """A random tree, grown twice: as a game, and as nested lists for the recursion by hand."""

    def __init__(self, seed, players=("A", "B")):
        self.random, self.players, self.count = random.Random(seed), players, 0
        self.tree = games.tree(f"random {seed}", players)
        self.nested = self.grow(self.tree.root, 3)

    def fresh(self):
        self.count += 1
        return f"set {self.count}"

    def grow(self, node, depth):
        kind = self.random.choice(["move", "move", "stage", "signal", "draw"] if depth else ["end"])
        return getattr(self, kind)(node, depth)

    def end(self, node, depth):
        paid = tuple(self.random.randint(0, 2) for _ in self.players)
        node.pays(*paid)
        return "end", paid

    def move(self, node, depth):
        player = self.random.randrange(len(self.players))
        after = node.decides(self.players[player], self.fresh(), ["l", "r"])
        return "move", player, [self.grow(after[m], self.depth(depth)) for m in "lr"]

    def draw(self, node, depth):
        after = node.draws({"l": "1/3", "r": "2/3"})
        return "draw", None, [self.grow(after[m], self.depth(depth)) for m in "lr"]

    def depth(self, depth):
        return self.random.randrange(depth)

    def stage(self, node, depth):
        """Two players move at once."""
        ends = simultaneous(node, self.fresh(), [[None] * 2] * 2)
        below = {at: self.grow(end, self.depth(min(depth, 2))) for at, end in ends.items()}
        return "stage", None, below

    def signal(self, node, depth):
        """A sees what chance draws, and B what A does."""
        drawn, name, below = node.draws({"x": "1/2", "y": "1/2"}), self.fresh(), {}
        for x in "xy":
            sent = drawn[x].decides("A", f"{name} {x}", ["l", "r"])
            for m in "lr":
                answer = sent[m].decides("B", f"{name} after {m}", ["u", "d"])
                below |= {(x, m, a): self.end(answer[a], 0)[1] for a in "ud"}
        return "signal", None, below


def by_hand(nested):
    """The payoffs of the listed equilibria, and whether infinitely many pay differently."""
    kind, *rest = nested
    if kind == "end":
        return {tuple(map(Fraction, rest[0]))}, False
    player, below = rest
    if kind == "signal":
        return of_bimatrix(signal_table(below))
    parts = list(below.values()) if isinstance(below, dict) else below
    lists = [by_hand(part) for part in parts]
    paid, is_open = set(), any(more for _, more in lists)
    for ways in itertools.product(*(own for own, _ in lists)):
        if kind == "draw":
            first, second = ways
            paid.add(tuple((a + 2 * b) / 3 for a, b in zip(first, second, strict=True)))
        elif kind == "move":
            best = {way for way in ways if way[player] == max(w[player] for w in ways)}
            paid |= best
            is_open |= len(best) > 1
        else:
            own, more = of_bimatrix([[ways[0], ways[1]], [ways[2], ways[3]]])
            paid |= own
            is_open |= more
    return paid, is_open


def signal_table(below):
    plans = list(itertools.product("lr", repeat=2))
    answers = list(itertools.product("ud", repeat=2))

    def mean(plan, answer):
        ends = [below[x, m, answer["lr".index(m)]] for x, m in zip("xy", plan, strict=True)]
        return tuple(Fraction(a + b, 2) for a, b in zip(*ends, strict=True))

    return [[mean(plan, answer) for answer in answers] for plan in plans]


def of_bimatrix(cells):
    """What the first two players' equilibria pay all players."""
    table = np.array(cells, dtype=object)
    solution = solvers.all_equilibria(
        games.normal_form(table[..., 0].tolist(), table[..., 1].tolist())
    )

    def paid(equilibrium):
        one, other = (np.array(s, dtype=object) for s in equilibrium.strategies)
        return tuple(one @ table[..., k] @ other for k in range(table.shape[2]))

    groups = [{paid(solution[k]) for k in component} for component in solution.components]
    return set().union(*groups), any(len(group) > 1 for group in groups)


@pytest.mark.parametrize("players", ["AB", "ABC"])
@pytest.mark.parametrize("start", range(0, 100, 25))
def test_random_trees_agree_with_recursion_by_hand(start, players):
    for seed in range(start, start + 25):
        grown = Grown(seed, list(players))
        game = grown.tree.game()
        solution = solvers.solve(game, "subgame-perfect", find="all")
        paid, is_open = by_hand(grown.nested)
        found = {e.payoffs for e in solution}
        if len(solution) == 1000:
            assert found <= paid and not solution.complete
            continue
        assert found == paid and solution.complete is not is_open
        if len(solution) < 10:
            report = solvers.verify.solution(game, solution)
            assert not report.false and not report.on_trust
        if solution.complete and 1 < len(solution) < 6:
            less = replace(solution, solutions=solution.solutions[1:])
            assert solvers.verify.solution(game, less).false


@pytest.mark.parametrize("players", ["AB", "ABC"])
@pytest.mark.parametrize("start", range(0, 100, 25))
def test_pure_profiles_one_by_one(start, players):
    """Those that gain nowhere are the pure equilibria, and those that gain in no subgame pay as
    one that is listed."""
    for seed in range(start, start + 25):
        game = Grown(seed, list(players)).tree.game()
        sizes = [[len(known.actions) for known in own] for own in game.sets]
        if sum(map(len, sizes)) > 6:
            continue
        perfect = {e.payoffs for e in solvers.solve(game, "subgame-perfect", find="all")}
        nash = {e.payoffs for e in solvers.solve(game, find="all", method="pure")}
        met = set()
        each = [list(itertools.product(*map(range, own))) for own in sizes]
        for plans in itertools.product(*each):
            tables = [
                [[int(k == a) for k in range(n)] for n, a in zip(own, plan, strict=True)]
                for own, plan in zip(sizes, plans, strict=True)
            ]
            regrets, paid = regrets_and_payoffs(game, tables)
            if not any(regrets):
                met.add(paid)
                assert any(regrets_in_subgames(game, tables)) or paid in perfect
        assert nash == met
