"""Bayes-Nash equilibria: textbook games, agreement with plans, invariance, proofs."""

import copy
import itertools
import random
from fractions import Fraction

import pytest

from gtlearn import games, solvers, verify
from gtlearn.errors import InputError
from gtlearn.solvers._bayesian import tracing

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
MEET = {"B": (2, 1), "S": (1, 2)}  # Row's and Column's payoffs where they meet


def battle(row_types, column_types, prior):
    """Bach or Stravinsky, where the types n avoid the other player (Osborne 2004, section 9.1)."""

    def payoffs(types, actions):
        own = []
        for k in (0, 1):
            wants = (actions[0] == actions[1]) == types[k].startswith("y")
            own.append(MEET[actions[k]][k] if wants else 0)
        return own

    types = {
        "Row": dict.fromkeys(row_types, "BS"),
        "Column": dict.fromkeys(column_types, "BS"),
    }
    return games.bayesian_game(types, prior, payoffs, name="battle")


def one_sided():
    return battle(["y"], ["y", "n"], {("y", "y"): HALF, ("y", "n"): HALF})


def two_sided():
    sixth = Fraction(1, 6)
    prior = {("y", "y"): THIRD, ("y", "n"): THIRD, ("n", "y"): sixth, ("n", "n"): sixth}
    return battle("yn", "yn", prior)


def random_game(seed, types=2, actions=2, players=2, high=9):
    draw = random.Random(seed)
    own = [{f"t{k}": [f"a{i}" for i in range(actions)] for k in range(types)}] * players
    profiles = list(itertools.product(*own))
    weights = [draw.randint(0, 3) for _ in profiles]
    weights[0] += 1

    def tensor(depth):
        return [tensor(depth - 1) for _ in range(actions)] if depth else draw.randint(-high, high)

    prior = {p: Fraction(w, sum(weights)) for p, w in zip(profiles, weights, strict=True)}
    payoffs = {p: [tensor(players) for _ in range(players)] for p in profiles}
    return games.bayesian_game(own, prior, payoffs, name=f"random {seed}")


def played(solution):
    return {outcome.strategies for outcome in solution}


def pure(*actions):
    return tuple((1, 0) if action == "B" else (0, 1) for action in actions)


def test_one_side_does_not_know_whether_the_other_wants_to_meet():
    # Osborne (2004), Example 273.1: (B, (B, S)) is the only pure equilibrium. In the mixed ones
    # a type of Column mixes so that Row is indifferent, and Row so that this type is.
    solution = solvers.solve(one_sided(), find="all")
    third = (Fraction(2, 3), THIRD)
    assert solution.complete and played(solution) == {
        (pure("B"), pure("B", "S")),
        ((third,), (third, (0, 1))),
        ((third[::-1],), ((0, 1), third)),
    }
    assert verify(solution, one_sided()).on_trust == ()


def test_neither_knows_whether_the_other_wants_to_meet():
    # Osborne (2004), Example 276.2 and Exercise 277.1.
    equilibria = played(solvers.solve(two_sided(), find="all"))
    assert (pure("B", "B"), pure("B", "S")) in equilibria
    assert (pure("S", "B"), pure("S", "S")) in equilibria


def test_cournot_where_one_firm_does_not_know_the_cost_of_the_other():
    # Gibbons (1992), section 3.1.A, with a = 36, c = 6, cL = 0, cH = 12 and theta = 1/2:
    # q1 = (a - 2c + theta cH + (1 - theta) cL) / 3 = 10,
    # q2(cH) = (a - 2cH + c) / 3 + (1 - theta)(cH - cL) / 6 = 7,
    # q2(cL) = (a - 2cL + c) / 3 - theta (cH - cL) / 6 = 13.
    cost = {"known": 6, "low": 0, "high": 12}

    def profit(types, quantities):
        price = 36 - sum(map(int, quantities))
        return [int(q) * (price - cost[t]) for t, q in zip(types, quantities, strict=True)]

    grid = [str(quantity) for quantity in range(5, 16)]
    game = games.bayesian_game(
        [{"known": grid}, {"low": grid, "high": grid}],
        {("known", "low"): HALF, ("known", "high"): HALF},
        profit,
    )
    solution = solvers.solve(game)
    quantities = [[grid[row.index(1)] for row in table] for table in solution[0].strategies]
    assert quantities == [["10"], ["13", "7"]]
    assert solution[0].payoffs == (100, (13**2 + 7**2) * HALF)


def test_three_bidders_with_private_values():
    # Values 0, 1, 2 are equally likely. Where the others bid 0, 0, 1, value 1 earns
    # (2/3)^2 / 3 = 4/27 by bidding 0 and nothing by more; value 2 earns
    # (2/3)^2 + 2 (1/3)(2/3) / 2 + (1/3)^2 / 3 = 19/27 by bidding 1, and 8/27 by bidding 0.
    solution = solvers.solve("first_price_private_values(players=3)")
    bids = [[row.index(1) for row in table] for table in solution[0].strategies]
    assert bids == [[0, 0, 1]] * 3
    assert solution[0].payoffs == (Fraction(4 + 19, 27) * THIRD,) * 3
    assert solution[0].certificate.verified
    assert verify(solution, "first_price_private_values(players=3)").false == ()


@pytest.mark.parametrize("seed", range(12))
def test_the_normal_form_of_plans_has_the_same_equilibria(seed):
    game = random_game(seed)
    plans = list(itertools.product(range(2), repeat=2))  # an action for each type
    tensors = [[[Fraction(0)] * 4 for _ in plans] for _ in (0, 1)]
    for drawn in game.profiles:
        for (i, own), (j, other) in itertools.product(enumerate(plans), repeat=2):
            place = (own[drawn.types[0]], other[drawn.types[1]])
            for k in (0, 1):
                tensors[k][i][j] += drawn.probability * drawn.payoffs[k][place]

    def chance(mixture, place, action):
        pairs = zip(mixture, plans, strict=True)
        return sum((p for p, plan in pairs if plan[place] == action), Fraction(0))

    def by_type(mixture):
        return tuple(tuple(chance(mixture, place, a) for a in (0, 1)) for place in (0, 1))

    in_plans = solvers.solve(games.normal_form(*tensors), find="all")
    solution = solvers.solve(game, find="all")
    images = {tuple(map(by_type, outcome.strategies)) for outcome in in_plans}
    marginals = game.marginals
    if all(map(all, marginals)):
        assert played(solution) <= images
    for image in images:
        assert solvers.check(list(image), game).holds
    paid = {outcome.payoffs for outcome in in_plans}
    assert {outcome.payoffs for outcome in solution} <= paid
    one = solvers.solve(game)[0]
    assert one.certificate.verified
    if all(len(component) == 1 for component in solution.components):
        assert one.strategies in played(solution)
    assert verify(solution.to_json(), game).false == ()
    assert verify(solution.to_json(), game).on_trust == ()


@pytest.mark.parametrize("seed", range(4))
def test_neither_units_nor_names_matter(seed):
    game = random_game(seed, types=2, actions=3)
    known = played(solvers.solve(game, find="all"))
    scaled = games.bayesian_game(
        [{p.label: p.actions for p in own} for own in game.types],
        {labels(game, d): d.probability for d in game.profiles},
        {
            labels(game, d): [
                (t.fractions() * (k + 2) + Fraction(7, 3) * k).tolist()
                for k, t in enumerate(d.payoffs)
            ]
            for d in game.profiles
        },
    )
    assert played(solvers.solve(scaled, find="all")) == known
    swapped = games.bayesian_game(
        [{p.label: p.actions for p in reversed(own)} for own in game.types],
        {labels(game, d): d.probability for d in reversed(game.profiles)},
        {labels(game, d): [t.fractions().tolist() for t in d.payoffs] for d in game.profiles},
    )
    turned = {tuple(t[::-1] for t in s) for s in played(solvers.solve(swapped, find="all"))}
    assert free_of(turned, game) == free_of(known, game)


def labels(game, drawn):
    return tuple(own[k].label for own, k in zip(game.types, drawn.types, strict=True))


def free_of(equilibria, game):
    return {
        tuple(
            row
            for table, chances in zip(tables, game.marginals, strict=True)
            for row, chance in zip(table, chances, strict=True)
            if chance
        )
        for tables in equilibria
    }


def test_a_type_of_probability_zero_is_left_free_and_that_is_said():
    prior = {("y", "y"): HALF, ("y", "n"): HALF, ("y", "never"): 0}
    game = battle(["y"], ["y", "n", "never"], prior)
    solution = solvers.solve(game, find="all")
    assert len(solution) == 3 and "never of Column" in solution.notes[0]
    assert verify(solution, game).on_trust == ()
    data = solution.to_json()
    for probability in ("0", "1"):
        for entry in data["solutions"]:
            other = str(1 - int(probability))
            entry["strategies"][1]["never"] = {"B": probability, "S": other}
        assert verify(data, game).false == ()
    report = solvers.check(data, game)
    assert report.holds and report.interim_regrets[1][2] is None


@pytest.mark.parametrize("seed", range(6))
def test_types_of_three_players_are_solved_as_agents(seed):
    game = random_game(seed, players=3, high=99)
    solution = solvers.solve(game, find="all")
    one = solvers.solve(game)
    assert verify(solution, game).false == verify(one, game).false == ()
    assert verify(solution.to_json(), game).false == ()
    for index in range(len(solution)):
        assert solvers.check(solution, game, index=index).holds
    if solution.complete:
        assert sum(outcome.index for outcome in solution) == 1
        log = solvers.proof_of(solution)
        assert verify(solution, game, proof=log).on_trust == ()
        broken = copy.deepcopy(log)
        broken["game"]["fingerprint"] = "0" * 64
        assert verify(solution, game, proof=broken).false


def test_an_enclosed_equilibrium_holds_and_a_moved_box_does_not():
    game = random_game(2, players=3, high=99)
    data = solvers.solve(game, find="all").to_json()
    kinds = [entry["certificate"]["arithmetic"] for entry in data["solutions"]]
    assert "enclosure" in kinds
    entry = data["solutions"][kinds.index("enclosure")]
    assert solvers.check(entry, game).holds
    for damage in (
        lambda e: e["payoffs"][0].update(mid="7"),
        lambda e: e["certificate"]["regrets"].__setitem__(0, "1"),
        lambda e: e["certificate"]["state_values"][0].append(
            e["certificate"]["state_values"][1].pop(0)
        ),
        lambda e: e["certificate"].pop("state_values"),
        lambda e: e["certificate"]["state_values"][0].__setitem__(0, "1"),
        lambda e: e["strategies"][0]["t0"].update(a0="1", a1="1"),
        lambda e: e["certificate"]["preconditioner"].pop(),
    ):
        broken = copy.deepcopy(data)
        damage(broken["solutions"][kinds.index("enclosure")])
        assert verify(broken, game).false


def test_ten_types_of_five_actions_have_one_exact_equilibrium():
    game = random_game(3, types=10, actions=5, high=99)
    solution = solvers.solve(game)
    assert solution[0].certificate.verified
    assert verify(solution, game).false == ()


@pytest.mark.parametrize("high", [0, 1, 9])
@pytest.mark.parametrize("seed", range(4))
def test_the_exact_path_ends_where_floats_do_not_help(seed, high, monkeypatch):
    monkeypatch.setattr(tracing, "_guessed", lambda starts, payoffs: None)
    solution = solvers.solve(random_game(seed, types=3, actions=3, high=high))
    assert solution[0].certificate.verified


@pytest.mark.parametrize("seed", range(4))
def test_payoffs_of_any_size_are_solved(seed):
    game = random_game(seed, high=10**400)
    assert solvers.solve(game)[0].certificate.verified


def damaged():
    return {
        "a payoff": lambda d: d["solutions"][0]["payoffs"].__setitem__(0, "7"),
        "a regret": lambda d: d["solutions"][0]["certificate"]["regrets"].__setitem__(0, "1"),
        "a strategy": lambda d: d["solutions"][0]["strategies"][1].update(y={"B": "0", "S": "1"}),
        "a sum": lambda d: d["solutions"][0]["strategies"][1].update(y={"B": "1", "S": "1"}),
        "a type": lambda d: d["solutions"][0]["strategies"][1].pop("y"),
        "one missing": lambda d: d["solutions"].pop(),
        "one twice": lambda d: d["solutions"].append(d["solutions"][0]),
        "verified": lambda d: d["solutions"][0]["certificate"].update(verified=False),
        "components": lambda d: d.update(components=[[0, 1], [2]]),
        "subsets": lambda d: d.update(subsets=[{"rows": [], "columns": [], "members": [0]}]),
        "the prior's game": lambda d: d["game"].update(fingerprint="0" * 64),
        "the types": lambda d: d["game"].update(types=[["y"], ["y", "m"]]),
        "the concept": lambda d: d.update(concept="stackelberg"),
    }


@pytest.mark.parametrize("what", damaged())
def test_what_is_false_is_seen(what):
    data = solvers.solve(one_sided(), find="all").to_json()
    assert verify(data, one_sided()).false == ()
    damaged()[what](data)
    assert verify(data, one_sided()).false


def test_sets_of_equilibria_are_named():
    game = games.bayesian_game(
        [{"t": "ab"}, {"u": "cd", "v": "cd"}],
        {("t", "u"): HALF, ("t", "v"): HALF},
        lambda types, actions: (int(actions[0] == "a"), int(actions[1] == "c" and types[1] == "u")),
    )
    solution = solvers.solve(game, find="all")
    assert solution.components == ((0, 1),) and "#0, #1" in solution.notes[0]
    assert "2 extreme Nash equilibria" in str(solution)
    assert verify(solution, game).on_trust == ()


def test_interim_regrets_weigh_up_to_the_regret():
    game = two_sided()
    report = solvers.check([[[1, 0], [1, 0]], [[1, 0], [1, 0]]], game)
    for regret, own, chances in zip(
        report.regrets, report.interim_regrets, game.marginals, strict=True
    ):
        assert regret == sum(r * c for r, c in zip(own, chances, strict=True))
    assert report.interim_regrets[1][1] == 2  # Row is always at B, and it could be alone at S


def test_a_limit_leaves_what_was_found():
    game = random_game(2, types=6, actions=5)
    solution = solvers.solve(game, find="all", time_limit=1)
    assert solution.status == "time_limit" and not solution.complete
    assert len(solution) == 1 and solution[0].certificate.verified


def test_too_many_types_of_three_players_are_refused():
    with pytest.raises(InputError, match="at most 4000000 payoffs"):
        solvers.solve("first_price_private_values(players=3,values=6,maximum=5)", find="all")


@pytest.mark.filterwarnings("error")
def test_supports_on_which_nothing_matters_stay_open():
    # On some regions of this agent form no player's choice changes another's difference.
    payoffs = [[0, 1, 1, 0, 0, 0, 1, 1], [1, 0, 1, 1, 0, 1, 0, 0], [1, 0, 1, 1, 0, 1, 1, 1]]
    names = ["a", "b"]
    places = list(itertools.product(names, repeat=3))
    paid = dict(zip(places, zip(*payoffs, strict=True), strict=True))
    game = games.bayesian_game(
        [{"only": names}] * 3, {("only",) * 3: 1}, lambda types, actions: paid[actions]
    )
    solution = solvers.solve(game, find="all")
    assert not solution.complete and solution.open_supports
    assert verify(solution, game).false == ()
