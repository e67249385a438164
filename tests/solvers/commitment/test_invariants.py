"""What must hold in every game: hypothesis looks for one where it does not."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from gtlearn.games import normal_form
from gtlearn.solvers._commitment import stackelberg


@st.composite
def pairs(draw, high=3):
    """Payoffs (leader's, follower's) of up to four actions each, many of them tied."""
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    top = draw(st.integers(0, high))
    rows = st.lists(st.lists(st.integers(0, top), min_size=n, max_size=n), min_size=m, max_size=m)
    return np.array(draw(rows)), np.array(draw(rows))


def value(leader, follower, **options):
    solution = stackelberg(normal_form(leader, follower), **options)
    assert solution[0].gap == 0
    assert solution[0].certificate.verified
    return solution[0].payoffs[solution[0].leader]


@given(pairs())
@settings(max_examples=60, deadline=None)
def test_order_of_the_kinds_of_commitment(pair):
    strong, weak = value(*pair), value(*pair, ties="weak")
    pure, cautious = value(*pair, commitment="pure"), value(*pair, commitment="pure", ties="weak")
    assert cautious <= pure <= strong
    assert cautious <= weak <= strong


@given(pairs())
@settings(max_examples=60, deadline=None)
def test_commitment_beats_every_pure_nash_payoff(pair):
    leader, follower = pair
    strong = value(leader, follower)
    stable = (leader == leader.max(axis=0)) & (follower == follower.max(axis=1, keepdims=True))
    assert all(strong >= payoff for payoff in leader[stable].tolist())


@given(pairs())
@settings(max_examples=60, deadline=None)
def test_correlated_commitment_earns_what_mixed_does(pair):
    """Conitzer and Korzhyk (2011), Theorem 1, by both methods."""
    mixed = value(*pair)
    assert value(*pair, commitment="correlated", method="single-lp") == mixed
    assert value(*pair, commitment="correlated", method="multiple-lps") == mixed


@given(
    pairs(),
    st.fractions(min_value=Fraction(1, 9), max_value=9),
    st.fractions(min_value=-9, max_value=9),
    st.sampled_from(["strong", "weak"]),
)
@settings(max_examples=60, deadline=None)
def test_positive_affine_transformations(pair, rate, shift, ties):
    leader, follower = (table.astype(object) for table in pair)
    before = stackelberg(normal_form(leader, follower), ties=ties)[0]
    after = stackelberg(normal_form(leader * rate + shift, follower * rate - shift), ties=ties)[0]
    assert after.payoffs[0] == before.payoffs[0] * rate + shift
    assert after.attained == before.attained


@given(pairs(), st.randoms(use_true_random=False), st.sampled_from(["strong", "weak"]))
@settings(max_examples=60, deadline=None)
def test_the_order_of_actions_does_not_matter(pair, random, ties):
    leader, follower = pair
    rows, columns = list(range(leader.shape[0])), list(range(leader.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    place = np.ix_(rows, columns)
    before = stackelberg(normal_form(leader, follower), ties=ties)[0]
    after = stackelberg(normal_form(leader[place], follower[place]), ties=ties)[0]
    assert (after.payoffs[0], after.attained) == (before.payoffs[0], before.attained)


@given(pairs(), st.sampled_from(["strong", "weak"]), st.sampled_from(["mixed", "pure"]))
@settings(max_examples=60, deadline=None)
def test_either_player_may_lead(pair, ties, kind):
    leader, follower = pair
    first = stackelberg(normal_form(leader, follower), ties=ties, commitment=kind)[0]
    game = normal_form(follower.T, leader.T)
    second = stackelberg(game, leader=1, ties=ties, commitment=kind)[0]
    assert second.payoffs == first.payoffs[::-1]
    assert second.leader == 1


@given(pairs())
@settings(max_examples=60, deadline=None)
def test_duplicated_actions_change_nothing_under_strong_ties(pair):
    leader, follower = pair
    doubled = [np.vstack([table, table[:1]]) for table in (leader, follower)]
    doubled = [np.hstack([table, table[:, :1]]) for table in doubled]
    for ties in ("strong", "weak"):
        assert value(*doubled, ties=ties) == value(leader, follower, ties=ties)


@given(pairs(), st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(7)]))
@settings(max_examples=60, deadline=None)
def test_opposed_interests_make_ties_harmless(pair, rate):
    """Where B = d - c A by rows, the value is the minimax value, whatever the ties."""
    leader = pair[0].astype(object)
    follower = -rate * leader + pair[1][:, :1].astype(object)
    weak = stackelberg(normal_form(leader, follower), ties="weak")[0]
    assert weak.attained
    zero_sum = value(leader, -leader)
    assert value(leader, follower) == weak.payoffs[0] == zero_sum
