"""solve and check of iterated and Markov games: what is routed where, what is refused."""

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers import Solution

NAME = "gtlearn_iterated(stage=chicken,horizon=3)"
GAME = games.iterated("chicken", horizon=3)


def test_names_games_and_openspiel_games_are_the_same():
    values = {
        solvers.solve(game, "stackelberg", policy="deterministic")[0].value
        for game in (NAME, GAME, GAME.openspiel, GAME.markov)
    }
    assert values == {4}


def test_defaults_are_an_optimal_follower_and_stochastic_tables_where_they_are_solved():
    found = solvers.solve(GAME, "stackelberg")
    assert isinstance(found, Solution)
    assert (found.follower, found.policy, found[0].leader) == ("optimal", "stochastic", 0)
    found = solvers.solve(GAME.markov, "stackelberg", leader=1)
    assert (found.follower, found.policy, found[0].leader) == ("optimal", "deterministic", 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concept": "correlated"}, "for which correlated is not available"),
        ({"concept": "coarse-correlated"}, "for which coarse-correlated is not available"),
        (
            {"arithmetic": "float"},
            "arithmetic has no meaning for nash in an iterated",
        ),
        ({"follower": "optimal"}, "follower has no meaning for nash"),
        ({"policy": "stochastic"}, "policy has no meaning for nash"),
        (
            {"concept": "stackelberg", "commitment": "pure"},
            "commitment has no meaning",
        ),
        (
            {"concept": "stackelberg", "method": "dobss"},
            "method has no meaning",
        ),
        ({"concept": "stackelberg", "follower": "shy"}, "no follower"),
        ({"concept": "stackelberg", "policy": "any"}, "no policy"),
        ({"concept": "stackelberg", "ties": "even"}, "no ties"),
        ({"concept": "stackelberg", "leader": 2}, "no leader"),
        ({"time_limit": 0}, "positive number of seconds"),
    ],
)
def test_options_without_a_meaning_are_refused(options, said):
    with pytest.raises(InputError, match=said):
        solvers.solve(GAME, **options)


@pytest.mark.parametrize("option", [{"follower": "optimal"}, {"policy": "stochastic"}])
def test_classes_of_followers_mean_nothing_in_one_shot(option):
    with pytest.raises(InputError, match="has no meaning for stackelberg in a normal-form game"):
        solvers.solve("chicken", "stackelberg", **option)


def test_stochastic_tables_of_a_market_are_not_solved():
    with pytest.raises(InputError, match=r"use policy=.deterministic"):
        solvers.solve(GAME.markov, "stackelberg", policy="stochastic")


def test_three_players_have_no_leader():
    game = games.markov_game([[[[[1]]]]] * 3, [[[[[1]]]]], discount="1/2")
    with pytest.raises(InputError, match="3 players"):
        solvers.solve(game, "stackelberg")
