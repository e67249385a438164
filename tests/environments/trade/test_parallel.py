"""The PettingZoo environment: its checkers, masks, seeds, and the same books as elsewhere."""

import numpy as np
import pytest

from gtlearn.environments.trade.battlefield import BUYER, SELLER, DrawnShots, Move, Twin
from gtlearn.environments.trade.episodes import play_trades
from gtlearn.environments.trade.rules import Phase, TradeRules
from gtlearn.errors import InputError

pytest.importorskip("pettingzoo", reason="the environment is one of PettingZoo's")

from pettingzoo.test import parallel_api_test, parallel_seed_test

from gtlearn.environments.trade.parallel import AGENTS, BulletTrade, joint_action

QUICK = TradeRules(bullets=3, arrival=0.5)


def on_twin(rules=QUICK, hits=(0.5, 0.5), flight=4, **options):
    return BulletTrade(Twin(hits, flight), rules, **options)


def on_emulator(rules=QUICK, observations="ram", **options):
    pytest.importorskip("multi_agent_ale_py", reason="needs the extra 'atari'")
    from gtlearn.environments.trade.atari import Emulator

    return BulletTrade(Emulator(observations, 4), rules, **options)


def on_sure_twin(rules):
    return on_twin(rules, hits=(1.0, 1.0))


ENVIRONMENTS = {
    "twin": on_twin,
    "ram": on_emulator,
    "rgb_image": lambda: on_emulator(observations="rgb_image"),
    "grayscale_image": lambda: on_emulator(observations="grayscale_image"),
}


def masked_step(environment, infos, rng):
    """A step of random actions that count."""
    actions = {agent: rng.choice(np.flatnonzero(infos[agent]["action_mask"])) for agent in AGENTS}
    return environment.step(actions)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("make", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_pettingzoo_accepts_it(make, capsys):
    parallel_api_test(make(), num_cycles=300)
    assert "Passed" in capsys.readouterr().out
    parallel_seed_test(make, num_cycles=50)


@pytest.mark.parametrize("make", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_observations_and_masks_are_in_their_spaces(make):
    environment, rng = make(), np.random.default_rng(0)
    observations, infos = environment.reset(seed=0)
    for _ in range(60):
        for agent in AGENTS:
            assert environment.observation_space(agent).contains(observations[agent])
            mask = infos[agent]["action_mask"]
            assert mask.shape == (environment.action_space(agent).n,)
            assert environment.action_space(agent).sample(mask) in np.flatnonzero(mask)
        if not environment.agents:
            observations, infos = environment.reset()
        observations, *_, infos = masked_step(environment, infos, rng)


@pytest.mark.parametrize("make", [on_twin, on_emulator])
def test_one_seed_and_the_same_actions_give_the_same_trajectory(make):
    def trajectory(seed):
        environment, rng, seen = make(), np.random.default_rng(7), []
        _, infos = environment.reset(seed=seed)
        while environment.agents:
            observations, rewards, *_, infos = masked_step(environment, infos, rng)
            game, trade = observations["first_0"].values()
            seen.append((game.tolist(), trade.tolist(), rewards))
        return seen

    assert trajectory(1) == trajectory(1)
    assert trajectory(1) != trajectory(2)


def test_episodes_without_a_seed_go_on():
    def lengths(environment):
        counts = []
        for _ in range(5):
            environment.reset()
            count = 0
            while environment.agents:
                fire = joint_action(Move.FIRE)
                environment.step(dict.fromkeys(AGENTS, fire))
                count += 1
            counts.append(count)
        return counts

    first = lengths(on_twin())
    assert first == lengths(on_twin())
    assert len(set(first)) > 1


def expected_mask(environment, player):
    """The mask by its definition, an action at a time."""
    state, decisions = environment.trade, environment.rules.decisions[player]
    return [
        int(
            (decision == 0 or state.asked == player)
            and (not move.fires or (state.phase is Phase.LOADED and state.owner == player))
        )
        for decision in range(decisions)
        for move in Move
    ]


def test_masks_are_those_of_the_rules():
    environment, rng = on_twin(TradeRules(bullets=40, arrival=0.5)), np.random.default_rng(0)
    _, infos = environment.reset(seed=0)
    met = set()
    while environment.agents:
        met.add((environment.trade.phase, environment.trade.owner))
        for player, agent in enumerate(AGENTS):
            assert infos[agent]["action_mask"].tolist() == expected_mask(environment, player)
        *_, infos = masked_step(environment, infos, rng)
    assert len(met) == 7  # all phases but the last; LOADED and FLYING with either owner


def test_what_does_not_count_is_played_without_firing_and_decides_nothing():
    environment = on_emulator(rules=TradeRules(arrival=1e-9))
    environment.reset(seed=0)
    places = []
    for _ in range(60):
        actions = {"first_0": joint_action(Move.RIGHTFIRE, 5), "second_0": joint_action(1, 1)}
        observations, rewards, *_ = environment.step(actions)
        memory = observations["first_0"]["game"]
        assert environment.trade.phase is Phase.WAITING
        assert memory[85] == memory[86] == 246  # no bullet is in the air
        assert max(rewards.values()) == 0
        places.append(memory[28])
    assert places[-1] > places[0]  # the ship moved to the right


@pytest.mark.parametrize("make", [on_twin, on_emulator])
def test_only_the_owner_of_a_bullet_can_fire(make):
    environment = make(rules=TradeRules(bullets=1, arrival=1.0))
    environment.reset(seed=0)
    fire, noop = joint_action(Move.FIRE), joint_action(Move.NOOP)
    environment.step({"first_0": noop, "second_0": noop})
    environment.step({"first_0": joint_action(Move.FIRE, 1), "second_0": fire})
    environment.step({"first_0": fire, "second_0": joint_action(Move.FIRE, 1)})
    assert (environment.trade.phase, environment.trade.owner) == (Phase.LOADED, BUYER)
    for _ in range(20):
        environment.step({"first_0": fire, "second_0": noop})
    assert environment.trade.phase is Phase.LOADED
    environment.step({"first_0": noop, "second_0": fire})
    assert environment.trade.phase is Phase.FLYING


def test_what_the_trade_shows():
    environment = on_twin(TradeRules(bullets=2, arrival=1.0), flight=2)
    noop, fire = joint_action(Move.NOOP), joint_action(Move.FIRE)
    observations, _ = environment.reset(seed=0)
    shown = [observations["first_0"]["trade"].tolist()]
    for seller, buyer in [(noop, noop), (joint_action(0, 4), noop), (noop, noop), (fire, noop)] + [
        (noop, noop)
    ] * 2:
        observations, *_ = environment.step({"first_0": seller, "second_0": buyer})
        shown.append(observations["second_0"]["trade"].tolist())
    assert shown == [
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 1, 0, 0.75, 0],
        [0, 0, 0, 1, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 1, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0.5],
    ]


@pytest.mark.parametrize("make", [on_sure_twin, on_emulator])
@pytest.mark.parametrize(("offer", "answer"), [(0, 0), (1, 1), (3, 1), (5, 1), (4, 0)])
def test_good_shots_earn_what_their_decisions_earn(make, offer, answer):
    """A bullet is paid here as `play_trades` pays it: on both battlefields, where all hit."""
    rules = TradeRules(bullets=3, arrival=0.5)
    environment = make(rules)
    environment.reset(seed=0)
    totals = np.zeros(2)
    while environment.agents:
        armed = environment.trade.armed
        moves = [environment.field.aim(player, player == armed) for player in (SELLER, BUYER)]
        actions = map(joint_action, moves, (offer, answer))
        _, rewards, *_ = environment.step(dict(zip(AGENTS, actions, strict=True)))
        totals += list(rewards.values())
    seller, buyer = np.eye(6)[[offer]], np.full((1, 5), float(answer))
    trades = play_trades(rules, DrawnShots((1, 1)), seller, buyer, np.random.default_rng(0))
    wanted = [trades.seller_rewards.sum(), trades.buyer_rewards.sum()]
    assert totals == pytest.approx(wanted, abs=1e-12)  # sums of decimals, in another order


def test_an_episode_ends_with_its_bullets_or_is_cut_off():
    environment = on_twin(TradeRules(bullets=1, arrival=1.0), flight=1)
    noop, fire = joint_action(Move.NOOP), joint_action(Move.FIRE)
    environment.reset(seed=0)
    for action in (noop, noop, fire, noop):
        _, _, terminated, truncated, _ = environment.step(dict.fromkeys(AGENTS, action))
    assert (terminated, truncated) == (dict.fromkeys(AGENTS, True), dict.fromkeys(AGENTS, False))
    environment = on_twin(max_cycles=2)
    environment.reset(seed=0)
    environment.step(dict.fromkeys(AGENTS, noop))
    _, _, terminated, truncated, _ = environment.step(dict.fromkeys(AGENTS, noop))
    assert (terminated, truncated) == (dict.fromkeys(AGENTS, False), dict.fromkeys(AGENTS, True))
    assert environment.agents == []
    with pytest.raises(InputError, match=r"\[\] play; give one an agent, and reset"):
        environment.step(dict.fromkeys(AGENTS, noop))


def test_pictures():
    assert on_emulator().render() is None
    environment = on_emulator(render_mode="rgb_array")
    environment.reset(seed=0)
    picture = environment.render()
    assert (picture.shape, picture.dtype) == ((210, 160, 3), np.uint8)
    assert picture.max() > 0
    environment.close()
    with pytest.raises(InputError, match="the twin has no screen"):
        on_twin(render_mode="rgb_array").render()


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ({}, r"actions were given for \[\]"),
        ({"first_0": 0}, r"given for \['first_0'\], and \['first_0', 'second_0'\] play"),
        ({"first_0": 36, "second_0": 0}, "36 is no action of first_0; choose from 0 to 35"),
        ({"first_0": 0, "second_0": 12}, "12 is no action of second_0; choose from 0 to 11"),
        ({"first_0": -1, "second_0": 0}, "-1 is no action of first_0"),
        ({"first_0": 0.5, "second_0": 0}, "0.5 is no action of first_0"),
        ({"first_0": np.nan, "second_0": 0}, "nan is no action of first_0"),
    ],
)
def test_wrong_actions(actions, message):
    environment = on_twin()
    environment.reset(seed=0)
    with pytest.raises(InputError, match=message):
        environment.step(actions)


def test_wrong_arguments():
    with pytest.raises(InputError, match="render_mode is 'human'; choose 'rgb_array' or None"):
        on_twin(render_mode="human")
    with pytest.raises(InputError, match="max_cycles is 0; give a number from 1"):
        on_twin(max_cycles=0)
