"""What a follower is shown, and the deception that a sampled action makes possible."""

from fractions import Fraction as F

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.learning.stackelberg import contexts
from gtlearn.learning.stackelberg.followers import OracleFollower
from gtlearn.learning.stackelberg.game import leader_game
from gtlearn.learning.stackelberg.play import rollout
from gtlearn.solvers import evaluate
from gtlearn.solvers.profiles.tables import deterministic_tables

DILEMMA = leader_game(games.iterated("prisoners_dilemma", horizon=10))
DEADLOCK = leader_game(games.iterated("deadlock", horizon=10))
HALF = F(1, 2)
DECEIVER = [[HALF, HALF], [0, 1], [HALF, HALF], [0, 1], [0, 1]]  # in deadlock
STATIONARY_BEST = 3  # what the best commitment earns in deadlock


def rng(seed=0):
    return np.random.default_rng(seed)


def test_deterministic_tables_are_counted_as_the_solvers_count_them():
    every = contexts.all_deterministic(DILEMMA)
    actions = list(deterministic_tables(DILEMMA.game.markov, 0))
    assert contexts.actions_of(every).tolist() == list(map(list, actions))
    assert contexts.deterministic(DILEMMA, every).tolist() == list(range(32))


def test_probabilities_of_all_but_the_last_action():
    game = leader_game(games.iterated("rock_paper_scissors", horizon=2))
    tables = rng().dirichlet(np.ones(3), size=(4, 10))
    read = contexts.probabilities(game, tables)
    assert read.shape == (4, 20)
    assert read[1, :4].tolist() == [*tables[1, 0, :2], *tables[1, 1, :2]]


def test_the_policy_is_shown_as_it_is_played():
    tables = contexts.random_leaders(DILEMMA, 6, rng(), mixed=True)
    assert contexts.shown(tables, contexts.POLICY, rng()) is tables
    with pytest.raises(InputError, match="no context 'truth'; choose policy or sampled_action"):
        contexts.shown(tables, "truth", rng())


def test_sampled_actions_follow_the_policy_and_show_the_deterministic_as_they_are():
    table = rng().dirichlet(np.ones(3), size=10)
    drawn = contexts.sampled_action(np.repeat(table[None], 40_000, axis=0), rng(1))
    assert (drawn.sum(axis=2) == 1).all()
    assert drawn.mean(axis=0) == pytest.approx(table, abs=0.015)
    pure = contexts.random_leaders(DILEMMA, 50, rng(2))
    assert np.array_equal(contexts.shown(pure, contexts.SAMPLED_ACTION, rng()), pure)


def test_a_sampled_action_deceives_and_the_exact_check_exposes_it():
    # What the leader seems to earn: it shows one deterministic table at random, and plays a mix.
    oracle = OracleFollower(DEADLOCK, "stationary")
    every = contexts.all_deterministic(DEADLOCK)
    seems = F(0)
    for shown, answer in zip(every, oracle.tables(every), strict=True):
        chance = np.prod([row[a] for row, a in zip(DECEIVER, shown.argmax(axis=1), strict=True)])
        if chance:
            seems += chance * evaluate(DEADLOCK.game, [DECEIVER, answer.tolist()]).payoffs[0]
    assert seems > F(13, 4) > STATIONARY_BEST

    # The exact check scores the table that is played, whatever was shown.
    believed = every[0].tolist()  # always cooperate
    report = solvers.check(
        {"commitment": DECEIVER, "shown": believed}, DEADLOCK.game, "stackelberg"
    ).stackelberg
    truth = solvers.stationary_response(DEADLOCK.game, [DECEIVER, None], 1, ties="strong")
    assert report.achieved <= report.optimum.value == STATIONARY_BEST
    assert truth.payoffs[0] <= STATIONARY_BEST


def test_the_deception_shows_in_play_and_vanishes_when_the_policy_is_shown():
    oracle = OracleFollower(DEADLOCK, "stationary")
    tables = np.repeat(np.array(DECEIVER, dtype=float)[None], 4_000, axis=0)
    earned = {}
    for kind in contexts.CONTEXTS:
        answers = oracle.tables(contexts.shown(tables, kind, rng(1)))
        played = rollout(DEADLOCK, tables, answers, rng(2))
        earned[kind] = DEADLOCK.values(played.leader_rewards).mean()
    assert earned[contexts.SAMPLED_ACTION] > 3.2
    assert earned[contexts.POLICY] <= STATIONARY_BEST


def test_random_leaders():
    pure = contexts.random_leaders(DILEMMA, 4_000, rng())
    counts = np.bincount(contexts.deterministic(DILEMMA, pure), minlength=32)
    assert counts.min() > 80  # 125 expected, with a standard deviation of 11
    mixed = contexts.random_leaders(DILEMMA, 4_000, rng(), mixed=True)
    assert np.quantile(mixed[..., 0], [0.25, 0.5, 0.75]) == pytest.approx(
        [0.25, 0.5, 0.75], abs=0.02
    )


def test_bad_input_is_named():
    with pytest.raises(InputError, match="show deterministic leaders"):
        contexts.deterministic(DILEMMA, np.full((1, 5, 2), 0.5))
    large = leader_game(games.iterated(np.zeros((2, 6, 6), dtype=int), horizon=2))
    with pytest.raises(InputError, match="use random ones"):
        contexts.all_deterministic(large)
    with pytest.raises(InputError, match="use probabilities"):
        contexts.deterministic(large, contexts.random_leaders(large, 1, rng()))
