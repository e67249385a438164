"""The trade of bullets: payoffs by hand, and the Stackelberg equilibria of both of its forms."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games.kinds.markov.game import difference
from gtlearn.games.testing import check_game
from gtlearn.games.trade import PRICES, bullet_trade, bullet_trade_matrix
from gtlearn.solvers import evaluate, solve

SELLER, BUYER = 0, 1
ASKED = [F(price) for price in PRICES]
AIMS = ["2/5", "3/5", "7/10", "4/5"]  # of both players


def best_price(seller, buyer, leader):
    """The price of the equilibrium, None where nothing is sold: the 6 x 2^5 pairs of a price and a
    set of accepted prices, tried one by one."""
    kept = (seller, F(0))
    choices = [None, *ASKED]
    rules = [
        {p for p, accepted in zip(ASKED, mask, strict=True) if accepted}
        for mask in product((False, True), repeat=5)
    ]

    def paid(price, rule):
        return (price, buyer - price) if price in rule else kept

    led, followed = (choices, rules) if leader == SELLER else (rules, choices)
    best = None
    for own in led:
        pairs = [(own, their) if leader == SELLER else (their, own) for their in followed]
        answer = max(pairs, key=lambda pair: (paid(*pair)[1 - leader], paid(*pair)[leader]))
        if best is None or paid(*answer)[leader] > paid(*best)[leader]:
            best = answer
    price, rule = best
    return price if price in rule else None


def solved_price(game, leader):
    """What a solver finds: the price that is asked and accepted in the Markov game."""
    outcome = solve(game, concept="stackelberg", leader=leader)[0]
    own = [list(row).index(1) for row in outcome.commitment]
    seller, buyer = (own, outcome.response) if leader == SELLER else (outcome.response, own)
    asked = game.actions[SELLER][seller[0]]
    if asked == "keep":
        return None, outcome
    accepted = buyer[game.states.index(f"offer {asked}")]
    return (F(asked) if game.actions[BUYER][accepted] == "accept" else None), outcome


def test_what_a_bullet_pays_by_hand():
    game = bullet_trade()
    kept, offer = (game.states.index(label) for label in ("kept", "offer 1/4"))
    wait, reject, accept = 6, 0, 1
    pays = [array.fractions() for array in game.payoffs]
    assert [pay[kept, wait, 2] for pay in pays] == [F(7, 100), 0]
    assert [pay[offer, wait, reject] for pay in pays] == [F(7, 100), 0]
    assert [pay[offer, wait, accept] for pay in pays] == [F(1, 4), F(9, 20)]
    assert (pays[0][0] == 0).all() and (pays[1][0] == 0).all()  # all is paid in the second step
    matrix = bullet_trade_matrix()
    assert matrix.payoffs[0].fractions()[0].tolist() == [F(7, 100)] * 6
    assert matrix.payoffs[0].fractions()[3].tolist() == [F(7, 100)] * 3 + [F(1, 2)] * 3
    assert matrix.payoffs[1].fractions()[3].tolist() == [0] * 3 + [F(1, 5)] * 3


def test_one_player_chooses_at_a_time():
    seller, buyer = (mask.sum(axis=1).tolist() for mask in bullet_trade().legal)
    assert seller == [6, 1, 1, 1, 1, 1, 1]
    assert buyer == [1, 1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("leader", [SELLER, BUYER])
@pytest.mark.parametrize("aim", AIMS)
def test_both_forms_have_the_equilibrium_of_brute_force(aim, leader):
    price = best_price(F(aim) / 10, F(aim), leader)
    found, outcome = solved_price(bullet_trade(aim, aim), leader)
    assert found == price
    matrix = bullet_trade_matrix(aim, aim)
    for commitment in ("pure", "mixed"):  # a lottery earns no more
        best = solve(matrix, concept="stackelberg", leader=leader, commitment=commitment)[0]
        assert best.payoffs == outcome.payoffs == (price, F(aim) - price)


def test_the_price_follows_the_buyers_aim_where_the_seller_leads():
    leads = [solved_price(bullet_trade(aim, aim), SELLER)[0] for aim in AIMS]
    assert leads == [F(1, 4), F(1, 2), F(1, 2), F(3, 4)]
    follows = [solved_price(bullet_trade(aim, aim), BUYER)[0] for aim in AIMS]
    assert follows == [F(1, 4)] * 4  # the least price above what a kept bullet pays


def test_where_aim_is_poor_who_leads_does_not_matter_and_worse_ends_the_trade():
    poor, worse = bullet_trade("2/5", "2/5"), bullet_trade("1/5", "1/5")
    assert [solved_price(poor, leader)[0] for leader in (SELLER, BUYER)] == [F(1, 4)] * 2
    # No price lies between 1/50 and 1/5.
    assert [solved_price(worse, leader)[0] for leader in (SELLER, BUYER)] == [None, None]


def test_a_price_that_leaves_nothing_is_accepted_under_strong_ties_only():
    game = bullet_trade(buyer_hits="3/4")
    values = {
        ties: solve(game, concept="stackelberg", leader=SELLER, ties=ties)[0].value
        for ties in ("strong", "weak")
    }
    assert values == {"strong": F(3, 4), "weak": F(1, 2)}


def test_bullets_add_up_and_are_as_many_whatever_is_done():
    game = bullet_trade(bullets=10)
    wait = np.tile(np.eye(7, dtype=int)[6], (7, 1))
    keeps, asks = wait.copy(), wait.copy()
    keeps[0], asks[0] = np.eye(7, dtype=int)[[0, 3]]
    accepts = np.eye(3, dtype=int)[[2, 2, 1, 1, 1, 1, 1]]
    assert evaluate(game, [keeps, accepts]).payoffs == (F(7, 10), 0)
    assert evaluate(game, [asks, accepts]).payoffs == (5, 2)
    endless = bullet_trade(bullets=None, discount="1/2")
    # Paid in the steps 1, 3, 5, ...: 1/2 + 1/8 + ... = 2/3 of one bullet.
    assert evaluate(endless, [asks, accepts]).payoffs == (F(1, 3), F(2, 15))


def test_floats_are_the_decimals_that_they_print_as():
    assert difference(bullet_trade(0.7, np.float64(0.7), seller_reward=0.1), bullet_trade()) == ""
    assert bullet_trade(0.7).number_note == ""


def test_the_catalogue_builds_the_same_games():
    named = games.load("bullet_trade(seller_hits=3/5,buyer_hits=0.8,prices=3,highest=2,bullets=4)")
    made = bullet_trade("3/5", "4/5", prices=(0, 1, 2), bullets=4)
    assert difference(named, made) == ""
    assert difference(games.load("bullet_trade"), bullet_trade()) == ""
    matrix = games.load("bullet_trade_matrix(buyer_hits=4/5)")
    assert matrix.payoffs == bullet_trade_matrix(buyer_hits="4/5").payoffs
    assert matrix.actions == bullet_trade_matrix().actions
    assert "Gerstgrasser & Parkes (2023)" in matrix.source


def test_the_games_keep_their_contract():
    check_game(bullet_trade_matrix("1/2", 1, prices=["1/3", "2/3"]))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: bullet_trade("6/5"),
            r"the seller hits with probability 6/5; give one in \[0, 1\]",
        ),
        (lambda: bullet_trade_matrix(1, -1), "the buyer hits with probability -1"),
        (lambda: bullet_trade(float("nan")), "not a finite number"),
        (lambda: bullet_trade(prices=()), r"the prices \(none\) do not rise"),
        (lambda: bullet_trade(prices=(0, 1, 1)), "the prices 0, 1, 1 do not rise"),
        (lambda: bullet_trade(bullets=0), "0 bullets cannot be traded"),
        (lambda: bullet_trade(bullets=True), "True bullets"),
        (lambda: bullet_trade(bullets=None), r"give one in \[0, 1\)"),
        (lambda: bullet_trade(prices=range(1000)), "use a smaller game"),
        (lambda: games.load("bullet_trade(prices=1)"), "it needs prices >= 2"),
        (lambda: games.load("bullet_trade(hits=1)"), "its parameters are seller_hits"),
    ],
)
def test_bad_input(make, words):
    with pytest.raises(InputError, match=words):
        make()
