"""All symmetric equilibria of two actions, and what is said of them."""

import copy
from fractions import Fraction as F
from math import comb

import numpy as np
import pytest
from flint import fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.verify.symmetric import gain_polynomial, isolated_roots, payoff_box

tables = st.integers(2, 9).flatmap(
    lambda n: st.lists(st.lists(st.integers(-5, 5), min_size=n, max_size=n), min_size=2, max_size=2)
)


def game_of(table):
    return games.symmetric_game(
        lambda own, others: table[own][others[1]], players=len(table[0]), actions=["a", "b"]
    )


def ends(number):
    return (number.lower, number.upper) if isinstance(number, Enclosure) else (number, number)


@given(tables)
@settings(max_examples=150, deadline=None)
def test_every_statement_is_proven_again(table):
    game = game_of(table)
    solution = solvers.solve(game, symmetric_equilibria=True)
    assert len(solution)  # Nash (1951): a symmetric game has a symmetric equilibrium
    assert solution.complete == (table[0] != table[1])
    for claim in (solution, solution.to_json()):
        report = solvers.verify.solution(game, claim)
        assert not report.false
        assert not report.on_trust
    assert solvers.read_solution(solution.to_json(), game).to_json() == solution.to_json()


@given(tables)
@settings(max_examples=100, deadline=None)
def test_as_many_roots_as_flint_isolates(table):
    """FLINT's `complex_roots` isolates by another method."""
    polynomial = gain_polynomial(game_of(table))
    if polynomial.is_zero():
        return
    real = [root for root, _ in polynomial.complex_roots() if root.imag == 0 and root.real > 0]
    assert len(isolated_roots(polynomial)) == len(real)


@given(st.lists(st.sampled_from([F(1, 3), F(1, 2), F(1, 4), F(7, 8), F(5, 9)]), max_size=5))
@settings(deadline=None)
def test_rational_roots_are_exact_also_repeated_ones(roots):
    """The gain is a product of (1 - p) a - p b, made of a table by its Bernstein coefficients."""
    polynomial = fmpz_poly([1, 1])  # no root at a positive t
    for root in roots:
        odds = root / (1 - root)
        polynomial *= fmpz_poly([-odds.numerator, odds.denominator])
    others = polynomial.degree()
    gains = [F(int(c), comb(others, k)) for k, c in enumerate(polynomial.coeffs())]
    game = games.symmetric_game(
        lambda own, counts: own * gains[counts[1]], players=others + 1, actions=["a", "b"]
    )
    solution = solvers.solve(game, symmetric_equilibria=True)
    mixed = [e.strategies[0][1] for e in solution if 0 < float(e.strategies[0][1]) < 1]
    assert mixed == sorted(set(roots))


@pytest.mark.parametrize(("players", "seed"), [*((3, seed) for seed in range(8)), (4, 0), (4, 1)])
def test_they_are_the_symmetric_ones_among_all(players, seed):
    random = np.random.default_rng(seed)
    game = game_of(random.integers(0, 10_000, (2, players)).tolist())
    every = solvers.solve(game.normal_form(), find="all")
    assert every.complete
    symmetric = []
    for equilibrium in every:
        low, high = zip(*(ends(s[1]) for s in equilibrium.strategies), strict=True)
        if max(low) <= min(high):
            symmetric.append((max(low), min(high)))
    ours = [ends(e.strategies[0][1]) for e in solvers.solve(game, symmetric_equilibria=True)]
    assert len(ours) == len(symmetric)
    for (low, high), (low2, high2) in zip(sorted(ours), sorted(symmetric), strict=True):
        assert max(low, low2) <= min(high, high2)


def test_hawk_dove():
    """Maynard Smith & Price (1973): hawks with probability value / cost."""
    game = games.normal_form([[-1, 2], [0, 1]], [[-1, 0], [2, 1]])  # value 2, cost 4
    (equilibrium,) = solvers.solve(game, symmetric_equilibria=True)
    assert equilibrium.strategies == ((F(1, 2), F(1, 2)),)
    assert equilibrium.payoffs == (F(1, 2),)


def test_public_goods_of_a_hundred():
    """To keep all is dominant where the multiplier is below the number of players."""
    solution = solvers.solve("public_goods(players=100)", symmetric_equilibria=True)
    assert [e.strategies for e in solution] == [((1, 0),)]
    assert solution.complete
    assert solution.to_json()["symmetric"] is True
    generous = solvers.solve("public_goods(players=20,multiplier=21)", symmetric_equilibria=True)
    assert [e.strategies for e in generous] == [((0, 1),)]


def test_a_continuum_is_named():
    solution = solvers.solve("1 0; 1 0", symmetric=True, symmetric_equilibria=True)
    assert not solution.complete
    assert solution.open_supports == (((0, 1),),)
    assert any("every strategy" in note for note in solution.notes)


def test_boxes_are_narrow():
    solution = solvers.solve("volunteers_dilemma(players=100)", symmetric_equilibria=True)
    (equilibrium,) = solution
    assert all(p.radius <= F(1, 10**30) for p in equilibrium.strategies[0])
    assert equilibrium.certificate.evidence["radius"] <= F(1, 10**30)


@given(tables, st.integers(1, 99))
def test_a_payoff_box_holds_both_ends(table, percent):
    game, mid, radius = game_of(table), F(percent, 100), F(1, 1000)
    payoff = payoff_box(game, mid, radius)
    low, high = ends(payoff)
    earned = [
        [
            sum(
                comb(len(row) - 1, k) * p**k * (1 - p) ** (len(row) - 1 - k) * value
                for k, value in enumerate(row)
            )
            for row in table
        ]
        for p in (mid - radius, mid, mid + radius)
    ]
    assert any(all(low <= at[action] <= high for at in earned) for action in (0, 1))


@pytest.mark.parametrize("players", [3, 12])
def test_check_has_the_exact_regret(players):
    """All volunteer with probability 1/2: one who waits gains 2 (1 - 2^(1-n)) - 1, times 1/2."""
    game = games.load(f"volunteers_dilemma(players={players})")
    profile = {"strategies": [["1/2", "1/2"]], "symmetric": True}
    report = solvers.check(profile, game)
    earned = 2 * (1 - F(1, 2 ** (players - 1)))
    assert report.regrets == ((earned - 1) / 2,)
    assert report.nash_conv == players * (earned - 1) / 2
    if players == 3:
        assert report.regrets[0] == solvers.verify.regrets(game, [["1/2", "1/2"]] * 3)[0]


def test_check_proves_a_box_again():
    game = games.load("volunteers_dilemma(players=3)")
    solution = solvers.solve(game, symmetric_equilibria=True)
    assert solvers.check(solution.to_json(), game).holds
    assert solvers.check(solution, game).holds
    middle = [[p.mid for p in solution[0].strategies[0]]]
    report = solvers.check({"strategies": middle, "symmetric": True}, game)
    assert not report.holds
    assert 0 < report.regrets[0] < F(1, 10**30)


def _damaged(change):
    game = games.load("volunteers_dilemma(players=12)")
    claim = solvers.solve(game, symmetric_equilibria=True).to_json()
    claim = copy.deepcopy(claim)
    change(claim, claim["solutions"][0])
    return solvers.verify.solution(game, claim)


@pytest.mark.parametrize(
    "change",
    [
        lambda claim, one: one["strategies"][0][1].update(mid="0.5"),
        lambda claim, one: [p.update(radius="0.2") for p in one["strategies"][0]],
        lambda claim, one: one.update(payoffs=["2"]),
        lambda claim, one: one["certificate"].update(regrets=["1"]),
        lambda claim, one: one["certificate"].update(radius="1"),
        lambda claim, one: one["certificate"].update(verified=False),
        lambda claim, one: claim["solutions"].append(one),
        lambda claim, one: claim["solutions"].clear(),
        lambda claim, one: one.update(strategies=[["1", "0"]]),
        lambda claim, one: one.update(symmetric=False),
        lambda claim, one: claim.update(symmetric=False),
        lambda claim, one: claim.update(open_supports=[[[0, 1]]]),
        lambda claim, one: claim["game"].update(kind="extensive"),
    ],
)
def test_a_damaged_claim_is_seen(change):
    assert _damaged(change).false


@pytest.mark.parametrize(
    ("game", "options", "message"),
    [
        ("battle_of_the_sexes", {}, "not symmetric"),
        ("rock_paper_scissors", {}, "has 3 actions"),
        ("chicken", {"select": "welfare"}, "leave out select"),
        ("public_goods(players=20)", {"select": "welfare"}, "no meaning"),
        ("public_goods(players=20)", {"concept": "correlated"}, "not available"),
    ],
)
def test_bad_input(game, options, message):
    with pytest.raises(InputError, match=message):
        solvers.solve(game, symmetric_equilibria=True, **options)


def test_all_of_a_game_by_counts_is_refused():
    with pytest.raises(InputError, match="only symmetric equilibria"):
        solvers.solve("public_goods(players=20)", find="all")
    with pytest.raises(InputError, match="the one strategy"):
        solvers.check([["1", "0"]] * 20, "public_goods(players=20)")
