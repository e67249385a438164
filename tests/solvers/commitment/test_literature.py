"""Values that are published, or derived by hand in the comment beside them."""

from fractions import Fraction

import pytest

from gtlearn import games
from gtlearn.games import BayesianGame, normal_form
from gtlearn.solvers._commitment import stackelberg

HALF = Fraction(1, 2)


def value(game, **options):
    solution = stackelberg(game, **options)
    outcome = solution[0]
    assert solution[0].gap == 0
    assert outcome.certificate.verified
    return outcome.payoffs[outcome.leader]


class TestConitzerSandholm2006:
    """The game of the introduction: Nash pays 2, commitment 3 (pure) and 3.5 (mixed)."""

    game = games.load("2,1 4,0; 1,0 3,1")

    def test_mixed(self):
        outcome = stackelberg(self.game)[0]
        assert outcome.strategies == ((HALF, HALF), (0, 1))
        assert outcome.payoffs == (Fraction(7, 2), HALF)
        assert outcome.response == 1
        assert outcome.attained

    def test_pure(self):
        assert value(self.game, commitment="pure") == 3
        assert value(self.game, commitment="pure", ties="weak") == 3

    def test_weak_ties_only_approach_it(self):
        # at (1/2, 1/2) both columns are best, and the first one pays the leader 3/2
        outcome = stackelberg(self.game, ties="weak")[0]
        assert outcome.payoffs[0] == Fraction(7, 2)
        assert not outcome.attained
        assert outcome.strategies[0] == (HALF, HALF)

    def test_correlated(self):
        outcome = stackelberg(self.game, commitment="correlated")[0]
        assert outcome.payoffs[0] == Fraction(7, 2)
        assert outcome.distribution == {(0, 1): HALF, (1, 1): HALF}


@pytest.mark.parametrize("leader", [0, 1])
def test_battle_of_the_sexes_pays_the_leader_two(leader):
    game = games.load("battle_of_the_sexes")
    assert value(game, leader=leader) == 2
    assert value(game, leader=leader, ties="weak") == 2
    assert value(game, leader=leader, commitment="pure") == 2


def test_commitment_does_not_help_in_the_prisoners_dilemma():
    game = games.load("3,3 0,5; 5,0 1,1")
    for ties in ("strong", "weak"):
        outcome = stackelberg(game, ties=ties)[0]
        assert outcome.payoffs == (1, 1)
        assert outcome.attained


ROCK_PAPER_SCISSORS = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
LOPSIDED = [[3, -1], [-2, 1]]  # x = 3/7 makes both columns pay 1/7


@pytest.mark.parametrize(
    ("rows", "expected"), [(ROCK_PAPER_SCISSORS, 0), (LOPSIDED, Fraction(1, 7))]
)
def test_zero_sum_commitment_is_minimax(rows, expected):
    # von Neumann (1928): announcing an optimal mix costs nothing
    game = normal_form(rows, [[-v for v in row] for row in rows])
    for ties in ("strong", "weak"):
        outcome = stackelberg(game, ties=ties)[0]
        assert outcome.payoffs[0] == expected
        assert outcome.attained


class TestCournot:
    """Quantities 0..12, price 12 - q1 - q2, no costs (von Stackelberg 1934).

    The leader's continuous optimum is 6, answered by 3, for a profit of 18. On the grid an odd
    quantity leaves the follower indifferent: 7 is answered by 2 (profit 21) or 3 (profit 14).
    """

    game = normal_form(
        [[q * max(12 - q - r, 0) for r in range(13)] for q in range(13)],
        [[r * max(12 - q - r, 0) for r in range(13)] for q in range(13)],
    )

    def test_pure_under_weak_ties(self):
        outcome = stackelberg(self.game, commitment="pure", ties="weak")[0]
        assert outcome.strategies[0][6] == 1
        assert outcome.response == 3
        assert outcome.payoffs == (18, 9)

    def test_pure_under_strong_ties(self):
        outcome = stackelberg(self.game, commitment="pure")[0]
        assert outcome.strategies[0][7] == 1
        assert outcome.response == 2
        assert outcome.payoffs == (21, 6)

    def test_mixed_is_no_worse(self):
        assert value(self.game) >= 21


def test_security_game_with_one_guard_and_two_targets():
    # The attacker gains 4 at target 1 and 2 at target 2 where unguarded, 0 where guarded; the
    # defender loses as much, times 1 and 3. Guarding target 1 with probability c makes the attacker
    # indifferent at 4 (1 - c) = 2 c, c = 2/3. There it attacks target 1 under strong ties, which
    # costs 4 (1 - 2/3) = 4/3; a lower c only costs more, a higher one moves it to target 2.
    game = normal_form([[0, -6], [-4, 0]], [[0, 2], [4, 0]])
    outcome = stackelberg(game)[0]
    assert outcome.strategies[0] == (Fraction(2, 3), Fraction(1, 3))
    assert outcome.response == 0
    assert outcome.payoffs == (Fraction(-4, 3), Fraction(4, 3))


class TestWeakTies:
    """Games made by hand, with x the probability of the leader's first row."""

    def test_strong_is_higher_and_weak_is_only_a_supremum(self):
        # The follower's payoffs are 1 - x, x and 1/2: the third action is a best response at
        # x = 1/2 alone, where it would pay the leader 10. The second one pays 2 (1 - x) and is
        # best for x >= 1/2: its supremum is 1, but at x = 1/2 the first action pays 0.
        game = normal_form([[0, 0, 10], [0, 2, 10]], [[0, 2, 1], [2, 0, 1]])
        assert value(game) == 10
        outcome = stackelberg(game, ties="weak")[0]
        assert outcome.payoffs[0] == 1
        assert not outcome.attained
        assert outcome.response == 1
        assert outcome.certificate.evidence["flat"] == (2,)

    def test_attained_where_all_ties_pay_enough(self):
        game = normal_form([[1, 0, 10], [1, 2, 10]], [[0, 2, 1], [2, 0, 1]])
        outcome = stackelberg(game, ties="weak")[0]
        assert outcome.payoffs[0] == 1
        assert outcome.attained

    def test_equal_columns_are_one_class(self):
        # The follower never cares: the leader gets max_x min(x, 1 - x).
        game = normal_form([[1, 0], [0, 1]], [[0, 0], [0, 0]])
        assert value(game) == 1
        outcome = stackelberg(game, ties="weak")[0]
        assert outcome.payoffs[0] == HALF
        assert outcome.attained

    def test_a_pure_commitment_may_lose_everything_to_ties(self):
        # Any x > 0 makes the second column the only best response, and it pays 1 - x.
        game = normal_form([[0, 0], [0, 1]], [[0, 1], [0, 0]])
        assert value(game) == 1
        outcome = stackelberg(game, ties="weak")[0]
        assert outcome.payoffs[0] == 1
        assert not outcome.attained
        assert outcome.strategies[0] == (0, 1)


def test_two_types_of_the_same_game_are_that_game():
    game = games.load("2,1 4,0; 1,0 3,1")
    bayesian = BayesianGame("twice", ("a", "b"), (Fraction(1, 3), Fraction(2, 3)), (game, game))
    outcome = stackelberg(bayesian)[0]
    assert outcome.payoffs == (Fraction(7, 2), HALF, HALF)
    assert outcome.response == (1, 1)
    assert outcome.strategies[0] == (HALF, HALF)


def test_types_that_pull_apart():
    # Type a matches the leader's first row, type b mismatches it; the leader earns 1 from a's
    # first column and from b's second one, which are best for x >= 1/2 each: any such x earns 1.
    first = normal_form([[1, 0], [1, 0]], [[1, 0], [0, 1]])
    second = normal_form([[0, 1], [0, 1]], [[0, 1], [1, 0]])
    game = BayesianGame("apart", ("a", "b"), (HALF, HALF), (first, second))
    for method in ("harsanyi", "dobss"):
        outcome = stackelberg(game, method=method)[0]
        assert outcome.payoffs[0] == 1
        assert outcome.response == (0, 1)
    # With the second type's columns swapped for the leader, one of the two must be given up.
    third = normal_form([[1, 0], [1, 0]], [[0, 1], [1, 0]])
    game = BayesianGame("against", ("a", "b"), (Fraction(3, 4), Fraction(1, 4)), (first, third))
    assert value(game) == 1  # x = 1/2 leaves both indifferent
    assert value(game, commitment="pure") == Fraction(3, 4)
