"""Learners of other packages, measured again and again: what each of them plays, exactly."""

import functools
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pyspiel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from open_spiel.python import policy as policies
from open_spiel.python.algorithms import cfr
from open_spiel.python.algorithms.exploitability import nash_conv

from gtlearn import games, solvers
from gtlearn.errors import InputError

ROUNDED = 1e-6  # probabilities are rounded to 30 bits
SINGLE = 1e-4  # networks speak 32-bit floats
LEDUC = "leduc_poker"


@functools.cache
def measured():
    return solvers.meter(LEDUC)


def probabilities(state):
    """Some policy of Leduc poker, other at each information set."""
    weights = [1 + (hash_of(state) >> k) % 5 for k in range(len(state.legal_actions()))]
    return {a: w / sum(weights) for a, w in zip(state.legal_actions(), weights, strict=True)}


def hash_of(state):
    return sum(31**k * ord(c) for k, c in enumerate(state.information_state_string())) % 10**6


def test_the_meter_is_check_and_openspiel():
    """Each kind of source is asked in another way; all play the same."""
    theirs = pyspiel.load_game(LEDUC)
    tabular = policies.tabular_policy_from_callable(theirs, probabilities)
    in_cpp = policies.python_policy_to_pyspiel_policy(tabular)
    known = measured()(probabilities)
    assert known == solvers.check(probabilities, LEDUC).nash_conv
    assert float(known) == pytest.approx(nash_conv(theirs, tabular), abs=ROUNDED)
    listed = [probabilities, tabular]  # one a player
    for source in (tabular, in_cpp, listed, lambda state: list(probabilities(state).values())):
        assert measured()(source) == known


def test_players_who_move_at_once():
    """A state does not say which of them is asked, so that each has a function of its own."""
    name = "goofspiel(num_cards=3,imp_info=True)"
    theirs = pyspiel.load_game(name)
    first = [lambda state, player=player: lowest(state, player) for player in (0, 1)]
    turns = pyspiel.convert_to_turn_based(theirs)
    tabular = policies.tabular_policy_from_callable(
        turns, lambda state: lowest(state, state.current_player())
    )
    known = nash_conv(turns, tabular)
    assert known > 0.1
    assert float(solvers.meter(name)(first)) == pytest.approx(known, abs=ROUNDED)


def lowest(state, player):
    """The lowest card with a probability of 3/4, if there are others."""
    first, *others = state.legal_actions(player)
    return {first: 0.75, **dict.fromkeys(others, 0.25 / len(others))} if others else {first: 1.0}


def test_a_policy_is_measured_as_it_is_now():
    """What is looked up once does not hold what was answered."""
    learner = cfr.CFRSolver(pyspiel.load_game("kuhn_poker"))
    measure, gained = solvers.meter("kuhn_poker"), []
    for _ in range(3):
        learner.evaluate_and_update_policy()
        gained.append(measure(learner.average_policy()))
    assert len(set(gained)) == 3
    assert gained[-1] == solvers.check(learner.average_policy(), "kuhn_poker").nash_conv


def test_states_are_looked_up_once(monkeypatch):
    from gtlearn.solvers.profiles import tree_policies

    measure, calls = solvers.meter("kuhn_poker"), []
    look = tree_policies.decision_states
    monkeypatch.setattr(
        tree_policies, "decision_states", lambda game: calls.append(game) or look(game)
    )
    for _ in range(3):
        measure(lambda state: [0.5, 0.5])
    assert len(calls) == 1


@given(st.lists(st.integers(0, 9), min_size=48, max_size=48))
@settings(max_examples=30, deadline=None)
def test_rounding_is_that_of_check(weights):
    """The quick way through floats gives the number that the exact way gives."""
    rows = np.array(weights, dtype=float).reshape(24, 2)[:12] + 0.1
    rows /= rows.sum(axis=1, keepdims=True)
    tables = [rows[:6].tolist(), rows[6:].tolist()]
    own = {
        known.label: row
        for sets, table in zip(KUHN.sets, tables, strict=True)
        for known, row in zip(sets, table, strict=True)
    }
    quick = solvers.meter(KUHN)(lambda state: own[state.information_state_string()])
    assert quick == solvers.check(tables, KUHN).nash_conv


KUHN = games.load("kuhn_poker")


def test_a_module_is_asked_in_one_batch_and_left_as_it_was():
    torch = pytest.importorskip("torch", reason="modules need the extra learn")
    asked = []

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.Sequential(
                torch.nn.Linear(30, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 3)
            )

        def forward(self, tensors):
            asked.append(tuple(tensors.shape))
            return self.layers(tensors)

    torch.manual_seed(1)
    network = Network()
    network.layers[0].eval()
    first, second = measured()(network), measured()(network)
    assert first == second and asked == [(936, 30)] * 2  # dropout is off
    assert network.training and network.layers[1].training and not network.layers[0].training

    def masked(state):
        with torch.no_grad():
            network.eval()
            logits = network(torch.tensor(state.information_state_tensor()))
        legal = state.legal_actions()
        return dict(zip(legal, torch.softmax(logits[legal].double(), 0).tolist(), strict=True))

    assert float(measured()(masked)) == pytest.approx(float(first), abs=SINGLE)


def map_structure(function, *parts):
    """dm-tree's on named tuples, which is all that OpenSpiel's learners ask of that package."""
    return type(parts[0])(*map(function, *parts))


def test_openspiels_deep_cfr_nfsp_and_ppo(monkeypatch):
    """A few steps of each, measured by their networks and by OpenSpiel's own way to ask them."""
    torch = pytest.importorskip("torch", reason="modules need the extra learn")
    if importlib.util.find_spec("tree") is None:
        stub = ModuleType("tree")
        stub.map_structure, stub.__spec__ = map_structure, ModuleSpec("tree", None)
        monkeypatch.setitem(sys.modules, "tree", stub)
    from open_spiel.python import rl_agent_policy
    from open_spiel.python.pytorch import deep_cfr, nfsp, ppo

    kuhn, measure = pyspiel.load_game("kuhn_poker"), solvers.meter("kuhn_poker")

    def known(policy):
        return pytest.approx(
            nash_conv(kuhn, policies.tabular_policy_from_callable(kuhn, policy)), abs=SINGLE
        )

    # Without the sizes of batches it learns from all its memory, also where uninitialised.
    sizes = {"batch_size_advantage": 2, "batch_size_strategy": 2}
    solver = deep_cfr.DeepCFRSolver(
        kuhn, (8,), (8,), num_iterations=1, num_traversals=2, seed=0, **sizes
    )
    solver.solve()
    assert float(measure(solver)) == known(solver.action_probabilities)

    agents = [nfsp.NFSP(k, 11, 2, [8], 100, 0.1) for k in (0, 1)]
    for agent in agents:
        agent._mode = nfsp.MODE.AVERAGE_POLICY
    joint = rl_agent_policy.JointRLAgentPolicy(kuhn, dict(enumerate(agents)), False)
    averages = [agent._avg_network for agent in agents]
    assert float(measure(averages)) == known(joint.action_probabilities)
    assert float(measure(joint)) == known(joint.action_probabilities)

    torch.manual_seed(0)
    agent = ppo.PPO((11,), 2, 2, agent_fn=ppo.PPOAgent)

    def acts(state):
        tensor = torch.tensor([state.information_state_tensor()])
        mask = ppo.legal_actions_to_mask([state.legal_actions()], 2)
        with torch.no_grad():
            return dict(enumerate(agent.get_action_and_value(tensor, mask)[-1][0].tolist()))

    assert float(measure(agent.network.actor)) == known(acts)
    for unsaid in (agents, agents[0]):
        with pytest.raises(InputError, match=r"gives actions \(by step\), no probabilities"):
            measure(unsaid)


def test_actors_of_stable_baselines():
    pytest.importorskip("torch", reason="modules need the extra learn")
    baselines = pytest.importorskip("stable_baselines3", reason="it is in the extra learn")
    import gymnasium

    class Nothing(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(0, 1, (11,))
        action_space = gymnasium.spaces.Discrete(2)

    learner = baselines.PPO("MlpPolicy", Nothing(), n_steps=8, batch_size=8, seed=3)

    def acts(state):
        tensor, _ = learner.policy.obs_to_tensor(np.array(state.information_state_tensor()))
        return learner.policy.get_distribution(tensor).distribution.probs[0].tolist()

    known = float(solvers.check(acts, "kuhn_poker").nash_conv)
    for source in (learner, learner.policy, [learner, learner.policy]):
        assert float(solvers.check(source, "kuhn_poker").nash_conv) == pytest.approx(
            known, abs=SINGLE
        )
    best = baselines.DQN("MlpPolicy", Nothing())
    with pytest.raises(InputError, match="a DQN gives no logits, so that it has no probabilities"):
        solvers.check(best, "kuhn_poker")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (lambda state: 1, "gives 1 after .*, and no probabilities"),
        (lambda state: np.int64(1), "gives 1 after .*, and no probabilities"),
        (lambda state: "Bet", "and no probabilities"),
        (lambda state: {7: 1.0}, "plays an illegal action"),
        (lambda state: [0.25, 0.25], "sums to 1/2, not to 1"),
        (lambda state: [float("nan"), 1.0], "nan"),
        (lambda state: [-0.5, 1.5], "negative probability"),
        (pyspiel.make_uniform_random_bot(0, 1), r"gives actions \(by step\), no probabilities"),
        ([lambda state: [0.5, 0.5]], "1 strategies for 2 players"),
    ],
)
def test_what_has_no_probabilities(source, words):
    with pytest.raises(InputError, match=words):
        solvers.meter("kuhn_poker")(source)


def test_modules_that_say_probabilities():
    torch = pytest.importorskip("torch", reason="modules need the extra learn")
    said = torch.nn.Sequential(torch.nn.Linear(11, 2), torch.nn.Softmax(-1))
    with pytest.raises(InputError, match="gives probabilities, not logits"):
        solvers.check(said, "kuhn_poker")


def test_a_policy_with_weight_on_illegal_actions():
    class Loose(policies.Policy):
        def action_probabilities(self, state, player_id=None):
            return dict.fromkeys(state.legal_actions(), 1 / 3)

    theirs = pyspiel.load_game(LEDUC)
    with pytest.raises(InputError, match=r"sum to 0\.667 over the legal actions"):
        measured()(Loose(theirs, [0, 1]))
