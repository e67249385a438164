"""Branch and bound: no table earns more than its bounds, and the bounds meet known optima."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.limits import limited
from gtlearn.progress import heard_by
from gtlearn.solvers._commitment import stackelberg as stage_stackelberg
from gtlearn.solvers._markov.commitment.box_relaxations import TableResponses, TimedResponses
from gtlearn.solvers._markov.commitment.box_values import (
    LOWER,
    UPPER,
    Boxes,
    BoxValues,
    FixedPoints,
)
from gtlearn.solvers._markov.commitment.branch_and_bound import tightened_bound
from gtlearn.solvers._markov.commitment.deterministic import best_deterministic
from gtlearn.solvers._markov.commitment.floats import follower_tables, leader_values, pair_values
from gtlearn.solvers._markov.commitment.view import LeaderView

SEEDS = st.integers(0, 2**32 - 1)
DURATIONS = [
    {"horizon": 1},
    {"horizon": 3},
    {"horizon": 7, "discount": "4/5"},
    {"discount": "9/10"},
]
few = settings(max_examples=25, deadline=None)
ROUNDING = 1e-9  # of values of a few hundred at most, in floats
TIE = 1e-11  # rounding of the follower's payoffs; these are no nearer unless they are equal


def random_view(rng, follower, duration):
    stage = games.normal_form(*(rng.integers(-9, 10, size=(2, 2, 2)).tolist()), name="random")
    return LeaderView.of(games.iterated(stage, **duration).markov, int(rng.integers(2)), follower)


def random_boxes(rng, count):
    """Boxes with binary fractions as corners, some wide and some narrow."""
    widths = 2.0 ** -rng.integers(0, 9, size=(5, count))
    low = np.floor(rng.random((5, count)) / widths) * widths
    return Boxes(low, low + widths)


def tables_in(rng, boxes):
    """A table of each box, often at its corners, where ties are."""
    share = np.round(rng.random(boxes.low.shape) * 1.5 - 0.25, 1).clip(0, 1)
    second = (boxes.low + share * (boxes.high - boxes.low)).T
    return np.stack([1 - second, second], axis=-1)


def settled(view, *, value=F(0), bound=F(9), tolerance=F(1, 1000), limit=None):
    with limited(limit):
        return tightened_bound(view, value, bound, tolerance=tolerance)


def at(form, boxes, tables):
    """What a form says of a table of each box."""
    away = tables[:, :, 1].T - boxes.centre
    return form[0] + (form[1 : 1 + len(away)] * away).sum(axis=0)


@few
@given(seed=SEEDS, duration=st.sampled_from(DURATIONS))
def test_forms_bound_the_value_of_a_plan(seed, duration):
    rng = np.random.default_rng(seed)
    view = random_view(rng, "stationary", duration)
    boxes = random_boxes(rng, 40)
    tables = tables_in(rng, boxes)
    replies = follower_tables(view)
    for k in rng.choice(len(replies), size=4):
        plan = np.repeat(replies[k][:, None], len(boxes), axis=1)
        for player in (0, 1):
            if view.game.horizon is None:
                form = FixedPoints(view).of_table
                true = discounted_values(view, tables, replies[k])[player]
            else:
                form = BoxValues(view).of_plan
                true = pair_values(view, tables, replies[k : k + 1])[player][:, 0]
                true = true / float(view.game.scale)
            above = at(form(boxes, plan, player, UPPER), boxes, tables)
            below = at(form(boxes, plan, player, LOWER), boxes, tables)
            assert (above >= true - ROUNDING).all() and (below <= true + ROUNDING).all()
            assert (np.abs(form(boxes, plan, player, UPPER)[0]) < np.inf).all()


def discounted_values(view, tables, plan):
    """Both players' values, from the start, of a table of the follower without a horizon."""
    states = np.arange(view.game.num_states)
    moves = np.einsum("bsl,slt->bst", tables, view.moves_floats[states, :, plan])
    system = np.eye(len(states)) - float(view.game.discount) * moves
    pays = [np.einsum("bsl,sl->bs", tables, pay[states, :, plan]) for pay in view.pay_floats]
    return [np.linalg.solve(system, pay[..., None])[:, 0, 0] for pay in pays]


def test_forms_are_cut_off_at_the_highest_payoff():
    """In wide boxes over many steps the errors would exceed it."""
    rng = np.random.default_rng(3)
    stage = games.normal_form([[9, -9], [-9, 9]], [[0, 0], [0, 0]], name="pennies")
    view = LeaderView.of(games.iterated(stage, horizon=15).markov, 0, "stationary")
    boxes = Boxes(np.zeros((5, 200)), np.ones((5, 200)))
    tables = tables_in(rng, boxes)
    cut = 0
    for reply in follower_tables(view):
        true = 15 * pair_values(view, tables, reply[None])[0][:, 0]
        form = BoxValues(view).of_plan(boxes, np.repeat(reply[:, None], 200, axis=1), 0, UPPER)
        assert (at(form, boxes, tables) >= true - ROUNDING).all()
        assert (form[0] <= 15 * 9).all()
        cut += (form[0] == 15 * 9).any()
    assert cut


@few
@given(seed=SEEDS, weight=st.sampled_from([0.0, 0.5, 3.0]), horizon=st.integers(1, 6))
def test_dynamic_programming_is_above_every_table_of_the_follower(seed, weight, horizon):
    rng = np.random.default_rng(seed)
    view = random_view(rng, "optimal", {"horizon": horizon})
    boxes = random_boxes(rng, 40)
    tables = tables_in(rng, boxes)
    ours, theirs = pair_values(view, tables, follower_tables(view))
    best = (ours + weight * theirs).max(axis=1) / float(view.game.scale)
    form = BoxValues(view).of_best(boxes, np.full(len(boxes), weight))
    assert (at(form, boxes, tables) >= best - ROUNDING).all()


@few
@given(seed=SEEDS, duration=st.sampled_from(DURATIONS), follower=st.sampled_from(["any", "timed"]))
def test_no_table_of_a_box_earns_more_than_its_bound(seed, duration, follower):
    rng = np.random.default_rng(seed)
    timed = follower == "timed" and "horizon" in duration
    view = random_view(rng, "optimal" if timed else "stationary", duration)
    relaxation = TimedResponses(view) if timed else TableResponses(view)
    boxes = random_boxes(rng, 30)
    tags = relaxation.roots()
    bounds = [
        relaxation.examine(boxes, np.repeat(tags[k : k + 1], len(boxes)), -np.inf).bounds
        for k in range(len(tags))
    ]
    values = leader_values(view, tables_in(rng, boxes), strong=True, tie=TIE)
    assert (np.max(bounds, axis=0) >= values - ROUNDING).all()


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
def test_bounds_of_small_boxes_are_their_value(follower):
    """A relaxation that is no better for a point than for the box would not converge."""
    rng = np.random.default_rng(5)
    view = random_view(rng, follower, {"horizon": 4})
    low = np.round(rng.random((5, 200)) * 2**30) / 2**30
    boxes = Boxes(low, low + 2.0**-30)
    values = leader_values(view, np.stack([1 - low.T, low.T], axis=-1), strong=True)
    if follower == "optimal":
        weights = np.full(200, 8.0)
        bounds, relaxation = np.inf, TimedResponses(view)
        for _ in range(12):
            found = relaxation.examine(boxes, weights, -np.inf)
            bounds, weights = np.minimum(bounds, found.bounds), found.tags
    else:
        relaxation = TableResponses(view)
        bounds = np.max(
            [
                relaxation.examine(boxes, np.full(200, k), -np.inf).bounds
                for k in relaxation.roots()
            ],
            axis=0,
        )
    assert np.median(bounds - values) < 1e-6


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
@pytest.mark.parametrize("stage", ["prisoners_dilemma", "chicken", "battle", "hero", "deadlock"])
def test_one_step_is_the_stage_games_mixed_commitment(stage, follower):
    """With a horizon of 1 only the first row matters: Conitzer & Sandholm (2006)."""
    game = games.iterated(stage, horizon=1)
    value = stage_stackelberg(game.stage, leader=0, commitment="mixed")[0].payoffs[0]
    found = settled(LeaderView.of(game.markov, 0, follower))
    assert found.finished
    assert value <= found.bound <= value + F(1, 1000)


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
def test_two_steps_of_the_prisoners_dilemma_by_hand(follower):
    """At the last step the follower defects and the leader gets 2 - y, y being its probability to
    cooperate. To cooperate first costs the follower 1, and y = 1/2 after that and 0 otherwise
    repays 2 y = 1. So the leader defects against it for 4, and the mean is (4 + 3/2) / 2."""
    found = settled(
        LeaderView.of(games.iterated("prisoners_dilemma", horizon=2).markov, 0, follower)
    )
    assert found.finished
    assert F(11, 4) <= found.bound <= F(11, 4) + F(1, 1000)


@pytest.mark.parametrize(
    "stage, duration, follower, value",
    [
        ("prisoners_dilemma", {"horizon": 3}, "stationary", F(13, 4)),
        ("deadlock", {"horizon": 10}, "optimal", F(3)),
        ("deadlock", {"horizon": 10}, "stationary", F(3)),
        ("prisoners_delight", {"horizon": 10}, "optimal", F(3)),
        ("deadlock", {"discount": "9/10"}, "optimal", F(30)),
    ],
)
def test_meets_known_optima_from_the_highest_payoff(stage, duration, follower, value):
    """Where the value is the folk bound or that of unlimited memory, found without these."""
    game = games.iterated(stage, **duration)
    unit = 1 if game.horizon else 10
    found = settled(
        LeaderView.of(game.markov, 0, follower),
        value=value,
        bound=F(4 * unit),
        tolerance=F(unit, 1000),
    )
    assert found.finished and found.better is None and found.boxes > 0
    assert value <= found.bound <= value + F(unit, 1000)


@pytest.mark.parametrize(
    "ours, theirs, duration, follower, value, bound",
    [
        ([[2, 3], [8, 4]], [[2, 8], [2, 4]], {"horizon": 10}, "optimal", F(23, 4), F(19, 3)),
        ([[8, 3], [4, 7]], [[1, 3], [1, 4]], {"horizon": 10}, "stationary", F(71, 10), F(22, 3)),
        ([[2, 3], [8, 4]], [[2, 8], [2, 4]], {"discount": "9/10"}, "optimal", F(58), F(190, 3)),
        ([[4, 6], [7, 8]], [[2, 5], [8, 2]], {"horizon": 10}, "optimal", F(7), F(38, 5)),
    ],
)
def test_closes_gaps_that_the_folk_bound_leaves(ours, theirs, duration, follower, value, bound):
    stage = games.normal_form(ours, theirs, name="random")
    view = LeaderView.of(games.iterated(stage, **duration).markov, 0, follower)
    tolerance = F(1, 1000) * (1 if "horizon" in duration else 10)
    found = settled(view, value=value, bound=bound, tolerance=tolerance)
    assert found.finished and found.bound < bound
    best = float(value)
    if found.better is not None:
        best = float(leader_values(view, found.better[None], strong=True)[0])
        assert best > value
    assert best - ROUNDING <= found.bound <= best + float(tolerance) + ROUNDING


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, follower=st.sampled_from(["stationary", "optimal"]))
def test_no_table_earns_more_than_the_bound(seed, follower):
    """Neither thousands of random tables nor the best deterministic one."""
    rng = np.random.default_rng(seed)
    view = random_view(rng, follower, DURATIONS[int(rng.integers(len(DURATIONS)))])
    pure = best_deterministic(view, "strong").upper_bound
    size = F(9) if view.game.averaged else F(90)
    found = settled(view, value=pure, bound=size, tolerance=size / 50, limit=3)
    assert found.bound >= pure
    second = rng.beta(0.5, 0.5, size=(4000, 5)).round(int(rng.integers(1, 4)))
    values = leader_values(view, np.stack([1 - second, second], axis=-1), strong=True, tie=TIE)
    assert float(found.bound) >= values.max() - ROUNDING


def test_finds_a_tie_in_a_corner():
    """Three steps of [8 3; 4 7], [1 3; 1 4] are worth the folk bound, 22/3, where the follower is
    indifferent, and less all around."""
    stage = games.normal_form([[8, 3], [4, 7]], [[1, 3], [1, 4]], name="random")
    view = LeaderView.of(games.iterated(stage, horizon=3).markov, 0, "stationary")
    found = settled(view, value=F(7), bound=F(8))
    assert found.finished and found.better is not None
    earned = leader_values(view, found.better[None], strong=True)[0]
    assert abs(earned - 22 / 3) < ROUNDING
    assert F(22, 3) <= found.bound <= F(22, 3) + F(1, 1000)


def test_stops_in_time_with_a_proof():
    view = LeaderView.of(games.iterated("prisoners_dilemma", horizon=10).markov, 0, "optimal")
    heard = []
    with limited(0.2), heard_by(lambda done, text: heard.append((done, text))):
        found = tightened_bound(view, F(67, 20), F(4), tolerance=F(1, 10**9))
    assert found.reached.status == "time_limit"
    assert not found.finished and F(67, 20) < found.bound <= F(4)
    assert heard and all("boxes" in text for _, text in heard)


def test_leaves_alone_what_is_tight_or_too_large():
    small = LeaderView.of(games.iterated("prisoners_dilemma", horizon=10).markov, 0, "optimal")
    done = settled(small, value=F(67, 20), bound=F(67, 20))
    assert (done.bound, done.boxes, done.finished) == (F(67, 20), 0, True)
    large = LeaderView.of(games.iterated("rock_paper_scissors", horizon=3).markov, 0, "optimal")
    left = settled(large, value=F(0), bound=F(1))
    assert (left.bound, left.boxes, left.finished) == (F(1), 0, False)
