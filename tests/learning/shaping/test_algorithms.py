"""Shaping as runs: what they end with, and that they go on where they were left."""

import json

import numpy as np
import pytest
import torch

from gtlearn import games, solvers
from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.registry import find_algorithm
from gtlearn.learning.shaping.adaptation import adapt_exactly, equilibrium_start
from gtlearn.learning.shaping.games import table_game
from gtlearn.learning.shaping.personas import peers

DILEMMA = games.iterated("ipd_meta_mapg", discount="24/25")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def learner(name, seed, **options):
    algorithm = find_algorithm(name)
    return algorithm.learner(algorithm.config_type()(**options), seed)


def run(learner, steps):
    return [dict(learner.step()) for _ in range(steps)]


def whole_and_halves(build):
    whole, half, other = build(3), build(3), build(99)
    expected = run(whole, whole.iterations)
    first = run(half, whole.iterations // 2)
    other.load_state_dict(half.state_dict())
    assert first + run(other, whole.iterations - len(first)) == expected
    assert json.dumps(other.result()) == json.dumps(whole.result())


@pytest.mark.parametrize("batch", [None, 30])
def test_two_halves_of_meta_learning_are_a_whole(batch):
    options = {"exact": True, "iterations": 12, "validate_every": 5, "batch": batch}
    whole_and_halves(lambda seed: learner("meta-mapg", seed, **options))


@pytest.mark.parametrize("policy", ["table", "lstm"])
@pytest.mark.parametrize("pcgrad", [False, True])
def test_two_halves_of_sampled_meta_learning_are_a_whole(policy, pcgrad):
    small = {"trajectories": 4, "horizon": 8, "chain": 2, "chains": 3}
    options = {"policy": policy, "iterations": 4, "validate_every": 3, "pcgrad": pcgrad, **small}
    whole_and_halves(lambda seed: learner("meta-mapg", seed, **options))


def test_steps_are_counted_with_those_of_validations():
    small = {"trajectories": 4, "horizon": 8, "chain": 2, "chains": 3}
    held = learner("meta-pg", 0, policy="table", validate_every=2, **small)
    chain = 3 * 4 * 8  # links, trajectories, steps
    steps = [metrics["env_steps"] for metrics in run(held, 2)]
    assert steps == [(40 + 3) * chain, (40 + 3 + 3 + 40) * chain]  # 40 validation personas


@pytest.mark.parametrize("rule", ["naive", "lookahead", "lola", "sos", "consensus", "cgd", "pola"])
def test_two_halves_of_self_play_are_a_whole(rule):
    options = {"iterations": 6, "rate": 0.5, "look_ahead": None}
    whole_and_halves(lambda seed: learner(rule, seed, **options))


@pytest.mark.parametrize("exact", [False, True])
def test_two_halves_of_the_baselines_are_a_whole(exact):
    small = {"trajectories": 4, "horizon": 8, "chain": 2, "chains": 3, "policy": "table"}
    options = {"exact": exact, "iterations": 4, "validate_every": 3, **small}
    whole_and_halves(lambda seed: learner("lola-dice", seed, look_aheads=2, **options))
    whole_and_halves(lambda seed: learner("reinforce", seed, **options))


def test_the_baselines_come_in_the_order_of_what_they_know():
    # Figures 2a and 2b, exactly. A start that is best while nobody learns defects always, the
    # equilibrium; foreseeing one step of the peers is worth much, foreseeing all of them more.
    found = {}
    for name in ("reinforce", "lola-dice", "meta-mapg"):
        held = learner(name, 0, exact=True, iterations=60)
        run(held, held.iterations)
        found[name] = held.result()["fraction_of_ceiling"]
    assert abs(found["reinforce"]) < 0.05
    assert 0.5 < found["lola-dice"] < 0.85 < found["meta-mapg"]


def test_shaping_peers_earns_more_than_only_learning():
    # The paper's main claim (Figures 2a and 2b), exactly: an order of means over 40 personas.
    results = []
    for name in ("meta-mapg", "meta-pg"):
        held = learner(name, 0, exact=True, iterations=100)
        run(held, held.iterations)
        results.append(held.result())
    mapg, pg = results
    assert mapg["auc"]["C"] > pg["auc"]["C"] and mapg["auc"]["D"] > pg["auc"]["D"]
    assert pg["auc"]["all"] > pg["auc_at_equilibrium"]
    assert mapg["fraction_of_ceiling"] > 0.9 and pg["fraction_of_ceiling"] < 0.5
    assert mapg["auc_ceiling"] == pytest.approx(pg["auc_ceiling"], rel=0.02)


def test_trajectories_lead_most_of_the_way_to_the_exact_ceiling():
    # Floor -1.87, ceiling 4.47; 15 iterations of 20 chains are about 2 million steps a curve.
    options = {"chains": 20, "trajectories": 32, "horizon": 75, "validate_every": 15}
    held = learner("meta-mapg", 0, policy="table", iterations=15, **options)
    before = held.validated
    run(held, held.iterations)
    assert before < -1 and held.validated > 1


def test_a_player_that_never_learns_earns_what_the_solvers_say():
    game = table_game(DILEMMA)
    people = peers(DILEMMA, 0)["test"]
    rates = torch.zeros(2, 2, dtype=torch.float64)
    found = adapt_exactly(game, equilibrium_start(DILEMMA), rates, 2, people)
    (people,) = people
    defect = [[0, 1]] * 5
    value = solvers.evaluate(DILEMMA, [defect, people.tables[7].tolist()]).payoffs[0]
    assert found.rewards[7] == pytest.approx([float(value) / 25] * 3)
    assert found.auc[7] == pytest.approx(2 * float(value) / 25)
    assert (found.nash_conv >= 0).all()


def test_the_equilibrium_of_rock_paper_scissors_is_uniform():
    start = equilibrium_start(games.iterated("rps_meta_mapg", discount="1/2"))
    assert start.softmax(-1).numpy() == pytest.approx(np.full((10, 3), 1 / 3))


@pytest.mark.parametrize("exact", [False, True])
def test_without_iterations_a_random_start_adapts(exact):
    small = {"trajectories": 4, "horizon": 8, "chain": 2}
    held = learner("reinforce", 0, policy="table", exact=exact, iterations=0, **small)
    assert held.iterations == 0
    found = held.result()
    assert found["chosen_at"] == 0
    start = torch.tensor(found["start"])
    torch.testing.assert_close(
        start, torch.full_like(start, 0.5), rtol=0, atol=0.2
    )  # a logit deviates by 0.1


def test_naive_learners_defect_and_lola_reciprocates():
    # Foerster et al. (2018), section 6: the mean over starts; a share of starts is tested with the
    # update rules themselves.
    welfare = {}
    for rule in ("naive", "lola"):
        held = learner(rule, 1, iterations=300)
        run(held, held.iterations)
        result = held.result()
        welfare[rule] = sum(result["values"])
        assert solvers.check({"strategies": result["strategies"]}, DILEMMA, tolerance="1/20").holds
    assert welfare["naive"] == pytest.approx(-1, abs=0.01)
    assert welfare["lola"] == pytest.approx(1, abs=0.01)


def test_in_example_1_naive_learners_leave_the_equilibrium_and_lola_reaches_it():
    # V = x y and -x y (Kim et al. 2021, Example 1). With rate r a naive step turns (x, y) and
    # stretches it by sqrt(1 + r^2). LOLA's shaping term takes r^2 of both away, so that it is
    # stretched by sqrt((1 - r^2)^2 + r^2), which is less than one.
    distance = {}
    for rule in ("naive", "lola"):
        held = learner(rule, 0, game="zero_sum_product", rate=0.1, iterations=200)
        first = float(torch.cat([p.flatten() for p in held.parameters]).norm())
        run(held, 200)
        distance[rule] = held.result()["distance"] / first
    assert distance["naive"] == pytest.approx(1.01**100)
    assert distance["lola"] == pytest.approx((0.99**2 + 0.01) ** 100)


def test_divergence_is_named_with_its_step():
    held = learner("naive", 0, rate=1e308)
    with pytest.raises(DivergenceError, match=r"naive diverged at update 1: the largest parameter"):
        run(held, 50)


GOODS = "gtlearn_iterated(stage=public_goods,discount=9/10)"  # three players


def test_three_players_shape_each_other():
    # Giving 1 costs 1/2 and pays 1/2 to each of the others: nobody gives in the stage game's only
    # equilibrium, and all have 3/2 if all give. Of four starts LOLA learners find that in three.
    welfare = {"naive": [], "lola": []}
    for rule, found in welfare.items():
        for seed in range(4):
            held = learner(rule, seed, game="public_goods", iterations=200, rate=3)
            run(held, held.iterations)
            result = held.result()
            assert len(result["values"]) == len(result["strategies"]) == 3
            found.append(sum(result["values"]))
    assert max(welfare["naive"]) < 3.05
    assert sum(value > 4.4 for value in welfare["lola"]) == 3


@pytest.mark.parametrize("exact", [False, True])
def test_a_start_against_two_peers(exact):
    small = {"trajectories": 8, "horizon": 20, "chain": 2, "chains": 4, "policy": "table"}
    options = {"game": GOODS, "exact": exact, "iterations": 4, "validate_every": 2, **small}
    held = learner("meta-mapg", 0, **options)
    run(held, held.iterations)
    result = held.result()
    assert len(result["strategies"]) == 3 and len(result["inner_rates"][0]) == 3
    assert result["auc_at_equilibrium"] < result["auc_ceiling"]


@pytest.mark.parametrize(
    ("game", "words"),
    [
        ("gtlearn_iterated(stage=chicken,horizon=5)", "without a horizon"),
        ("ipd_meta_mapq", "did you mean"),
    ],
)
def test_games_that_cannot_be_used_are_named(game, words):
    with pytest.raises(InputError, match=words):
        learner("meta-mapg", 0, game=game, exact=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there():
    with pytest.raises(InputError, match=r"device 'cuda' cannot be used here: .*; use cpu, or"):
        learner("meta-mapg", 0, policy="table", device="cuda")


def test_a_device_that_cannot_be():
    with pytest.raises(InputError, match=r"device 'abacus' cannot be used here"):
        learner("meta-mapg", 0, policy="table", device="abacus")
    with pytest.raises(InputError, match="exact values are computed on the CPU"):
        learner("meta-mapg", 0, exact=True, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="it needs a GPU")
@pytest.mark.parametrize("policy", ["table", "lstm"])
def test_two_halves_on_a_gpu_are_a_whole(policy):
    small = {"trajectories": 4, "horizon": 8, "chain": 2, "chains": 3, "device": "cuda"}
    options = {"policy": policy, "iterations": 4, "validate_every": 3, **small}
    whole_and_halves(lambda seed: learner("meta-mapg", seed, **options))
