"""What all followers share, and how soon they answer every leader exactly."""

from fractions import Fraction as F

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.contexts import all_deterministic, random_leaders
from gtlearn.learning.stackelberg.followers import (
    ContextualFollower,
    OracleFollower,
    PlanningFollower,
    QLearningFollower,
    RelabellingFollower,
    follower_regrets,
    steps_to_exact,
    training_step,
)
from gtlearn.learning.stackelberg.followers.regret import answer_values, best_values
from gtlearn.learning.stackelberg.game import leader_game, pure_tables
from gtlearn.learning.stackelberg.play import rollout
from gtlearn.solvers import evaluate, optimal_response, stationary_response

torch.set_num_threads(1)

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
SYMMETRIC = [
    *("prisoners_dilemma", "stag_hunt", "assurance", "coordination", "mixedharmony", "harmony"),
    *("noconflict", "deadlock", "prisoners_delight", "hero", "battle", "chicken"),
]
FOLLOWERS = {
    "contextual": ContextualFollower,
    "network": lambda game: ContextualFollower(game, model="network", seed=3),
    "q-learning": QLearningFollower,
    "relabelling": RelabellingFollower,
    "relabelling at random": lambda game: RelabellingFollower(game, replay=False, epsilon=0.5),
    "planning": PlanningFollower,
    "stationary planning": lambda game: PlanningFollower(game, "stationary"),
    "oracle": OracleFollower,
}
QUICK = {
    "relabelling": RelabellingFollower,
    "planning": PlanningFollower,
    "stationary planning": lambda game: PlanningFollower(game, "stationary"),
}


def rng(seed=0):
    return np.random.default_rng(seed)


def trained(follower, generator, iterations):
    for _ in range(iterations):
        training_step(follower, random_leaders(follower.game, 3, generator), generator)
    return follower


@pytest.mark.parametrize("make", FOLLOWERS.values(), ids=FOLLOWERS)
@pytest.mark.parametrize("duration", [{"horizon": 4}, {"discount": "1/2"}])
def test_what_is_saved_and_loaded_goes_on_as_if_unbroken(make, duration):
    game = leader_game(games.iterated("chicken", **duration), 1)
    whole = trained(make(game), rng(1), 6)
    generator = rng(1)
    half = trained(make(game), generator, 3)
    other = make(game)
    other.load_state_dict(half.state_dict())
    half.leader_changed()  # what was saved does not change with the follower
    trained(half, rng(9), 2)
    trained(other, generator, 3)
    leaders = all_deterministic(game)
    assert np.array_equal(other.explore(leaders), whole.explore(leaders))
    assert np.array_equal(other.tables(leaders), whole.tables(leaders))


@pytest.mark.parametrize("make", FOLLOWERS.values(), ids=FOLLOWERS)
def test_answers_can_be_played_and_explorations_are_probabilities(make):
    game = leader_game(games.iterated("shapley", horizon=2))
    follower = trained(make(game), rng(), 2)
    leaders = random_leaders(game, 4, rng(2))
    answers, explored = follower.tables(leaders), follower.explore(leaders)
    assert set(np.unique(answers)) == {0, 1}
    rows = 10 if follower.follower_class == "stationary" else 20
    assert answers.shape == (4, rows, 3)
    assert explored.sum(axis=2) == pytest.approx(1)
    assert rollout(game, leaders, answers, rng()).num_steps == 8


@pytest.mark.parametrize("make", FOLLOWERS.values(), ids=FOLLOWERS)
def test_a_query_a_state_is_counted_where_the_leader_is_shown(make):
    follower = make(DILEMMA)
    _, steps = training_step(follower, random_leaders(DILEMMA, 3, rng()), rng())
    assert steps == 3 * 10 + (3 * 5 if follower.sees_leader else 0)


@pytest.mark.parametrize("make", QUICK.values(), ids=QUICK)
@pytest.mark.parametrize("stage", SYMMETRIC)
def test_in_all_twelve_games_every_leader_is_answered_exactly_within_300_steps(stage, make):
    game = leader_game(games.iterated(stage, horizon=10))
    found = steps_to_exact(make(game), rng(), budget=300)
    assert found.lasting is not None
    assert set(found.regrets) == {0}


@pytest.mark.parametrize("make", QUICK.values(), ids=QUICK)
@pytest.mark.parametrize(
    ("stage", "duration", "budget"),
    [
        ("prisoners_dilemma", {"discount": "9/10"}, 1000),
        ("chicken", {"horizon": 6, "discount": "3/4"}, 400),
        ("shapley", {"horizon": 5}, 1000),
        ("rps_meta_mapg", {"discount": "1/2"}, 3000),
    ],
)
def test_other_games_too(stage, duration, budget, make):
    game = leader_game(games.iterated(stage, **duration), 1)
    leaders = random_leaders(game, 5, rng(5))
    found = steps_to_exact(make(game), rng(1), budget=budget, batch=5, leaders=leaders)
    assert found.lasting is not None


def test_relabelling_without_replay_needs_more_steps_and_gets_there():
    follower = RelabellingFollower(DILEMMA, replay=False, epsilon=1.0)
    found = steps_to_exact(follower, rng(), budget=1500)
    replayed = steps_to_exact(RelabellingFollower(DILEMMA), rng(), budget=300)
    assert replayed.lasting < found.lasting < 1500


@pytest.mark.parametrize("respond", [optimal_response, stationary_response])
def test_regrets_are_those_of_the_exact_solver(respond):
    leaders = random_leaders(DILEMMA, 5, rng(), mixed=True)
    kind = {optimal_response: "optimal", stationary_response: "stationary"}[respond]
    answers = pure_tables(rng(1).integers(2, size=(5, 50 if kind == "optimal" else 5)), 2)
    values = answer_values(DILEMMA, leaders, answers)
    best = best_values(DILEMMA, leaders, kind)
    for leader, answer, value, most in zip(leaders, answers, values, best, strict=True):
        assert value == evaluate(DILEMMA.game, [leader, answer]).payoffs[1]
        assert most == respond(DILEMMA.game, [leader, None], 1).value >= value


def test_the_measurement_tells_the_first_time_from_the_last():
    class Fickle(OracleFollower):
        """Answers exactly in the second and from the fourth batch on."""

        batches = 0

        def tables(self, leader_tables):
            exact = super().tables(leader_tables)
            return exact if self.batches in (2, 4, 5) else 1 - exact

        def explore(self, leader_tables):
            return super().tables(leader_tables)

        def learn(self, leader_tables, episodes):
            self.batches += 1
            return {}

    found = steps_to_exact(Fickle(DILEMMA), rng(), budget=75)
    assert (found.first, found.lasting, found.measured) == (30, 60, 75)


def test_the_oracle_breaks_ties_for_or_against_the_leader():
    game = leader_game(games.iterated(games.normal_form([[3, 1]], [[2, 2]]), horizon=1))
    leader = np.ones((1, 3, 1))
    answers = {
        ties: OracleFollower(game, ties=ties).tables(leader)[0, 0].tolist()
        for ties in ("strong", "weak")
    }
    assert answers == {"strong": [1, 0], "weak": [0, 1]}
    assert follower_regrets(OracleFollower(game), leader).tolist() == [F(0)]


def test_the_oracle_answers_leaders_that_mix():
    leaders = random_leaders(DILEMMA, 5, rng(), mixed=True)
    for kind in ("optimal", "stationary"):
        assert set(follower_regrets(OracleFollower(DILEMMA, kind), leaders)) == {0}


def test_bad_input_is_named():
    with pytest.raises(InputError, match="no follower class 'fast'; choose optimal or stationary"):
        OracleFollower(DILEMMA, "fast")
    with pytest.raises(InputError, match="no follower class"):
        PlanningFollower(DILEMMA, "fast")
    with pytest.raises(InputError, match="show deterministic leaders"):
        RelabellingFollower(DILEMMA).tables(np.full((1, 5, 2), 0.5))
    for follower in (OracleFollower(DILEMMA), PlanningFollower(DILEMMA)):
        with pytest.raises(InputError, match="the leader's tables have shape"):
            follower.tables(np.ones((1, 4, 2)))
