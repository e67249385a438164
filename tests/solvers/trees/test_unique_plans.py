"""Whether optimal plans are the only ones: a textbook game, and the reduced normal form."""

import copy
import random

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games.reduction import plans_of

DICE = "liars_dice(numdice=1,dice_sides=3)"  # its reduced normal form is too large
STATEMENT = "which plans are the only optimal ones (unique_plans)"


def drawn(seed, most=4):
    """A card that only one player sees, two bets, two answers and a last move, zero-sum."""
    draw = random.Random(seed)
    tree = games.tree("cards", ["A", "B"])
    cards = tree.root.draws({"high": "1/2", "low": "1/2"})
    for card in ("high", "low"):
        bets = cards[card].decides("A", card, ["l", "r"])
        for bet in "lr":
            answers = bets[bet].decides("B", bet, ["u", "d"])
            ends = answers["d"].decides("A", f"{card} {bet} d", ["x", "y"])
            for leaf in (answers["u"], ends["x"], ends["y"]):
                payoff = draw.randint(-most, most)
                leaf.pays(payoff, -payoff)
    return tree.game()


def plans_in_the_reduced_form(game):
    """For each player, the different realisation plans of its extreme optimal mixtures."""
    known = solvers.solve(game.reduced(), find="all")
    assert known.complete
    both = []
    for player, pure in enumerate(plans_of(game)):
        played = set()
        for equilibrium in known:
            weights = {}
            for plan, p in zip(pure, equilibrium.strategies[player], strict=True):
                for move in plan.items():
                    weights[move] = weights.get(move, 0) + p
            played.add(tuple(sorted((move, p) for move, p in weights.items() if p)))
        both.append(played)
    return both


def false(game, data):
    return solvers.verify.solution(game, data).false


def test_kuhn_poker():
    """The first player's optimal strategies are a family of one parameter, the second's is the only
    one (Kuhn 1950)."""
    solution = solvers.solve("kuhn_poker")
    assert solution[0].certificate.evidence["unique_plans"] == (False, True)
    assert not solution.complete
    assert "The plan of Column is its only optimal one." in str(solution)
    report = solvers.verify.solution("kuhn_poker", solution.to_json())
    assert not report.false and not report.on_trust
    assert any(STATEMENT in statement for statement in report.proven)


@pytest.mark.parametrize("most", [1, 4, 99])
def test_the_reduced_normal_form_agrees(most):
    seen = set()
    for seed in range(12):
        game = drawn(seed, most)
        solution = solvers.solve(game)
        known = tuple(len(plans) == 1 for plans in plans_in_the_reduced_form(game))
        assert solution[0].certificate.evidence["unique_plans"] == known
        assert solution.complete == all(known)
        assert not false(game, solution.to_json())
        seen.add(known)
    assert len(seen) > 1


def test_all_equilibria_of_a_large_game():
    with pytest.raises(InputError, match="profiles"):
        games.load(DICE).reduced()
    solution = solvers.solve(DICE, find="all")
    assert not solution.complete and "there are other equilibria" in solution.notes[-1]


def test_a_large_game_with_one_equilibrium():
    """One of twenty games of matching pennies, in each of which both mix evenly."""
    tree = games.tree("pennies", ["A", "B"])
    stages = [str(k) for k in range(1, 21)]
    drawn = tree.root.draws(dict.fromkeys(stages, "1/20"))
    for stage in stages:
        coins = drawn[stage].decides("A", stage, ["h", "t"])
        for coin in "ht":
            guesses = coins[coin].decides("B", stage, ["h", "t"])
            for guess in "ht":
                payoff = int(stage) if coin == guess else -int(stage)
                guesses[guess].pays(payoff, -payoff)
    game = tree.game()
    solution = solvers.solve(game, find="all")
    assert solution.complete and solution[0].payoffs == (0, 0)
    assert solution[0].certificate.evidence["unique_plans"] == (True, True)
    report = solvers.verify.solution(game, solution)
    assert not report.false and not report.on_trust


def test_false_statements_are_rejected():
    for name in ("kuhn_poker", drawn(1)):
        data = solvers.solve(name).to_json()
        words = data["solutions"][0]["certificate"]["unique_plans"]
        for player, word in enumerate(words):
            changed = copy.deepcopy(data)
            changed["solutions"][0]["certificate"]["unique_plans"][player] = not word
            assert false(name, changed)
            changed = copy.deepcopy(data)
            witnesses = changed["solutions"][0]["certificate"]["plan_witnesses"]
            for row in witnesses[player].values():
                row.update({action: str(int(k == 0)) for k, action in enumerate(row)})
            assert false(name, changed)
    data = solvers.solve("kuhn_poker").to_json()
    assert false("kuhn_poker", data | {"complete": True})
    del data["solutions"][0]["certificate"]["plan_witnesses"]
    assert false("kuhn_poker", data)
