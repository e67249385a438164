"""Games as PettingZoo environments: its checkers, and agreement with OpenSpiel's own play."""

import json

import numpy as np
import pyspiel
import pytest
from gymnasium.spaces import Box, Dict
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.utils.conversions import parallel_to_aec

from gtlearn import games
from gtlearn.environments.openspiel import parallel_environment
from gtlearn.errors import InputError

OURS = [  # whose actions are always legal
    "matching_pennies",
    "travellers_dilemma(high=4)",
    "matching_pennies_3p",
    "big_match",
    "gtlearn_iterated(stage=prisoners_dilemma,horizon=10)",
    "gtlearn_iterated(stage='3,3 0,5; 5,0 1,1',discount=4/5)",
    "1 2 3; 4 5 6",
]
MASKED = [
    "kuhn_poker",
    "tic_tac_toe",
    "goofspiel(num_cards=3,points_order=descending)",
    "markov_soccer",
    "coop_box_pushing",
    "leduc_poker",
]
UNEVEN = {  # in the second state the column player has one action
    "payoffs": {"1": "1,1 2,0; 0,2 3,3", "2": "0,0 0,0; 1,1 1,1"},
    "transitions": {"1": "2", "2": "1"},
    "legal": {"2": {"Column": ["1"]}},
    "horizon": 4,
}


def made(name):
    flags = {"zero_sum": True} if name[0].isdigit() else {}
    return parallel_environment(games.load(name, **flags) if flags else name)


def played(environment, seed, actions):
    """An episode of random legal play: the sums of the rewards, and how long it was."""
    _, infos = environment.reset(seed=seed)
    total, steps = np.zeros(len(environment.agents)), 0
    while environment.agents:
        chosen = {
            agent: int(actions.choice(np.flatnonzero(infos[agent]["action_mask"])))
            for agent in environment.agents
        }
        _, rewards, _, _, infos = environment.step(chosen)
        total += list(rewards.values())
        steps += 1
    return total, steps


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("name", [*OURS, *MASKED])
def test_pettingzoo_accepts_it(name):
    parallel_api_test(made(name), num_cycles=50)


@pytest.mark.parametrize("name", OURS)
def test_pettingzoo_accepts_the_seeds(name):
    parallel_seed_test(lambda: made(name), num_cycles=20)


def test_pettingzoo_accepts_it_turn_by_turn():
    api_test(parallel_to_aec(made("gtlearn_iterated(stage=chicken,horizon=5)")), num_cycles=50)


@pytest.mark.parametrize("name", [*OURS, *MASKED])
def test_rewards_sum_to_the_returns(name):
    environment = made(name)
    for seed in range(5):
        total, steps = played(environment, seed, np.random.default_rng(seed))
        assert environment.openspiel_state.is_terminal() and steps >= 1
        # 1e-12: rewards of a few units, of which at most a thousand are added
        assert total == pytest.approx(environment.openspiel_state.returns(), abs=1e-12)


@pytest.mark.parametrize("name", ["kuhn_poker", "markov_soccer", "big_match"])
def test_chance_follows_the_seed(name):
    def episode(seed):
        environment = made(name)
        played(environment, seed, np.random.default_rng(0))
        return environment.openspiel_state.history()

    assert episode(3) == episode(3)
    assert len({tuple(episode(seed)) for seed in range(20)}) > 1


def test_chance_goes_on_where_no_seed_is_given():
    environment = made("kuhn_poker")
    environment.reset(seed=0)
    deals = []
    for _ in range(20):
        environment.reset()
        deals.append(tuple(environment.openspiel_state.history()))
    assert len(set(deals)) > 1


def test_a_discounted_game_stops_with_what_the_discount_leaves():
    environment = parallel_environment(games.iterated("matching_pennies", discount="1/2"))
    lengths = [played(environment, None, np.random.default_rng(0))[1] for _ in range(1000)]
    # geometric with mean 2 and standard deviation sqrt(2): the mean of 1000 is off by sqrt(2/1000)
    assert np.mean(lengths) == pytest.approx(2, abs=5 * np.sqrt(2 / 1000))


def test_observations_are_the_tensors_of_openspiel():
    environment = made("gtlearn_iterated(stage=prisoners_dilemma,horizon=3)")
    assert isinstance(environment.observation_space("player_0"), Box)
    environment.reset()
    observations = environment.step({"player_0": 0, "player_1": 1})[0]
    assert observations["player_0"].tolist() == [0, 0, 1, 0, 0]  # init, CC, CD, DC, DD
    poker = made("kuhn_poker")
    assert isinstance(poker.observation_space("player_0"), Dict)
    observations, _ = poker.reset(seed=0)
    for player, agent in enumerate(poker.agents):
        tensor = poker.openspiel_state.information_state_tensor(player)
        assert observations[agent]["observation"].tolist() == tensor


def test_who_waits_has_one_action_that_does_nothing():
    environment = made("kuhn_poker")
    _, infos = environment.reset(seed=0)
    masks = [infos[agent]["action_mask"].tolist() for agent in environment.agents]
    assert masks == [[1, 1], [1, 0]]
    environment.step({"player_0": 1, "player_1": 1})
    assert environment.openspiel_state.history()[2:] == [1]


def test_agents_have_their_own_numbers_of_actions():
    environment = made("1 2 3; 4 5 6")
    assert [environment.action_space(agent).n for agent in environment.possible_agents] == [2, 3]
    environment.reset()
    assert environment.step({"player_0": 1, "player_1": 2})[1] == {"player_0": 6, "player_1": -6}


def test_a_markov_game_with_illegal_actions_is_masked():
    environment = parallel_environment(games.loads(json.dumps(UNEVEN), "json"))
    assert isinstance(environment.observation_space("player_0"), Dict)
    parallel_api_test(environment, num_cycles=20)
    environment.reset()
    _, _, _, _, infos = environment.step({"player_0": 0, "player_1": 0})
    assert infos["player_1"]["action_mask"].tolist() == [1, 0]


def test_games_of_every_kind_are_taken():
    game = games.load("matching_pennies")
    for given in (game, game.openspiel, "matching_pennies", "gtlearn_normal_form(game=chicken)"):
        assert parallel_environment(given).reset()[0].keys() == {"player_0", "player_1"}
    name = "gtlearn_iterated(discount=4/5,stage=chicken)"
    assert str(parallel_environment(name)) == name


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"player_0": 2, "player_1": 0}, r"2 is no action of player_0 now; choose from \[0, 1\]"),
        ({"player_0": -1, "player_1": 0}, "-1 is no action of player_0"),
        ({"player_0": 0.5, "player_1": 0}, "0.5 is no action"),
        ({"player_0": None, "player_1": 0}, "None is no action"),
        ({"player_0": 0}, r"actions were given for \['player_0'\], and .* play"),
    ],
)
def test_actions_that_cannot_be_played(action, message):
    environment = made("matching_pennies")
    environment.reset()
    with pytest.raises(InputError, match=message):
        environment.step(action)


def test_an_episode_that_is_over_or_has_not_begun():
    environment = made("matching_pennies")
    joint = {"player_0": 0, "player_1": 0}
    for _ in range(2):
        with pytest.raises(InputError, match="reset the environment when an episode is over"):
            environment.step(joint)
        environment.reset()
        environment.step(joint)


@pytest.mark.parametrize(
    ("game", "message"),
    [
        ("mfg_crowd_modelling", "is a mean-field game"),
        ("kuhn_poker(players=1)", "OpenSpiel refuses"),
        ("no_such_game", "there is no game called 'no_such_game'"),
        (3, "a int is no game"),
        ("security_bayesian", "is a Bayesian game, which OpenSpiel cannot hold"),
        ("crossword", "has no actions"),
    ],
)
def test_what_is_no_game_to_be_played(game, message):
    with pytest.raises(InputError, match=message):
        parallel_environment(game)


def test_chance_that_is_sampled_inside_is_refused():
    sampled = pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC
    names = [
        kind.short_name
        for kind in pyspiel.registered_games()
        if kind.chance_mode == sampled and kind.default_loadable
    ]
    assert names
    for name in names:
        with pytest.raises(InputError, match="draws its chance moves itself"):
            parallel_environment(name)
