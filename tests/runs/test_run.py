"""Runs from Python: what they hold, what they learned, and that `check` takes them."""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

import gtlearn
from gtlearn import runs
from gtlearn.errors import InputError
from gtlearn.runs import loop
from gtlearn.runs.config import RunConfig
from gtlearn.runs.metrics import read_rows

QUIET = {"tensorboard": False}
SMALL = {"chains": 1, "trajectories": 2, "horizon": 5, "chain": 1, "iterations": 2, **QUIET}
DILEMMA = "gtlearn_iterated(stage=prisoners_dilemma,discount=24/25)"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_train_is_the_command(toy):
    run = gtlearn.train("toy", seed=3, noise=0.1, **QUIET)
    assert run.folder.parent == Path("runs") and run.folder.name.startswith("toy_hill_seed3_2")
    assert run.result["seed"] == 3 and run.config.options.noise == 0.1
    assert gtlearn.load_run(run.folder).result == run.result
    again = gtlearn.train(run.folder / "config.toml", output="again")
    assert again.config == run.config
    assert (again.folder / "metrics.jsonl").read_bytes() == (
        run.folder / "metrics.jsonl"
    ).read_bytes()
    assert gtlearn.train(run.config, seed=4, output="other").config.seed == 4


def test_metrics_are_columns(toy):
    metrics = gtlearn.train("toy", **QUIET).metrics
    assert metrics["step"].tolist() == list(range(1, 41)) and metrics["step"].dtype == np.int64
    assert metrics["loss"].dtype == np.float64 and len(metrics) == len(list(metrics))
    assert runs.Metrics([{"step": 1}, {"step": 2, "a": 3}])["a"].tolist()[1:] == [3.0]
    frame = pytest.importorskip("pandas") and metrics.to_frame()
    assert list(frame.columns) == list(metrics) and len(frame) == 40


def test_without_pandas_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match="pandas is needed"):
        runs.Metrics([]).to_frame()


def test_a_run_is_made_longer(toy):
    short = gtlearn.train("toy", iterations=20, **QUIET)
    assert short.resume(iterations=40) is short
    whole = gtlearn.train("toy", iterations=40, output="whole", **QUIET)
    assert short.result["best"] == whole.result["best"] and short.result["iterations"] == 40


def test_a_stopped_run_says_so(toy):
    config = RunConfig(toy, toy.config_type()())
    loop.train(config, Path("stopped"), stop=lambda step: step == 9)
    run = gtlearn.load_run("stopped")
    assert run.result is None and len(run.metrics["step"]) == 9
    assert repr(run) == "<run stopped: toy on hill, seed 0, not finished>"
    run.resume()
    assert "40 iterations, learned " in repr(run) and "<code>stopped</code>" in run._repr_html_()


def test_plot_returns_the_axes(toy):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    run = gtlearn.train("toy", **QUIET)
    axes = figure.subplots()
    assert run.plot(axes, "loss") is axes
    assert axes.get_ylabel() == "loss"
    (line,) = axes.get_lines()
    rows = read_rows(run.folder / "metrics.jsonl")
    assert line.get_ydata().tolist() == [row["loss"] for row in rows]


def test_a_sweep_is_a_grid(toy):
    found = gtlearn.sweep("toy", seeds="0..1", noise=[0.0, 0.2], layers=(2,), output="s", **QUIET)
    assert [(run.config.options.noise, run.config.seed) for run in found] == [
        (0.0, 0),
        (0.0, 1),
        (0.2, 0),
        (0.2, 1),
    ]
    figure = pytest.importorskip("matplotlib.figure").Figure()
    axes = runs.plot(found, figure.subplots())
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "toy, hill, noise 0.0 (n = 2)",
        "exact",
        "toy, hill, noise 0.2 (n = 2)",
    ] or len(axes.get_lines()) == 4  # two means, two optima
    with pytest.raises(InputError, match="holds the runs of a sweep"):
        gtlearn.load_run("s")
    with pytest.raises(InputError, match="1 of 2 runs in t failed; the first, toy_hill_bad-metric"):
        gtlearn.sweep("toy", seeds=[0], bad=["metric", "nothing"], bad_step=2, output="t", **QUIET)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nois": 0.1}, "toy has no option 'nois'; did you mean noise?"),
        ({"noise": [0.1, 0.2]}, "which only `gtlearn.sweep` takes"),
        ({"game": "plain"}, "has no top; use hill"),
        ({"noise": -1}, "noise = -1 cannot be used"),
        ({"ray_address": "auto"}, "ray_address has no effect with one worker"),
    ],
)
def test_bad_options(toy, options, words):
    with pytest.raises(InputError) as error:
        gtlearn.train("toy", **options)
    assert words in str(error.value) and not Path("runs").exists()


def test_an_unknown_algorithm_and_no_run():
    with pytest.raises(InputError, match="did you mean lola"):
        gtlearn.train("lolla")
    with pytest.raises(InputError, match="is no folder"):
        gtlearn.load_run("nothing")
    with pytest.raises(InputError, match="give seeds, each once"):
        gtlearn.sweep("lola", seeds=[1, 1])


def test_a_toy_has_no_policy(toy):
    with pytest.raises(InputError, match="has no policy"):
        gtlearn.train("toy", **QUIET).policy()


# --- what was learned


def test_tables_are_exact_and_checked():
    run = gtlearn.train("lola", game="prisoners_dilemma", iterations=30, **QUIET)
    policy = run.policy()
    assert list(policy) == ["Row", "Column"]
    assert list(policy["Row"]) == ["init", "CC", "CD", "DC", "DD"]
    assert all(sum(row) == 1 and type(row[0]) is Fraction for row in policy["Row"].values())
    assert policy["Column"]["DD"] == tuple(map(Fraction, run.result["strategies"][1][4]))
    report = gtlearn.check(policy, DILEMMA)
    assert report.nash_conv == gtlearn.check(run).nash_conv
    a_step = float(report.nash_conv) * (1 - 24 / 25)  # the run's unit is a mean reward a step
    assert a_step == pytest.approx(run.result["nash_conv"], abs=1e-9)  # its tables are rounded
    assert gtlearn.check(run, DILEMMA).nash_conv == report.nash_conv


def test_a_stopped_run_has_the_tables_of_its_checkpoint():
    made = gtlearn.train("lola", game="prisoners_dilemma", iterations=20, output="run", **QUIET)
    loop.train(made.config, Path("stopped"), stop=lambda step: step == 20)
    stopped = gtlearn.load_run("stopped")
    assert stopped.result is None
    present = stopped.policy()
    for player, table in made.policy().items():
        for state, row in table.items():  # exact, with denominators of at most a million
            found = [float(p) for p in row]
            assert present[player][state] == pytest.approx(found, abs=1e-6)
    with pytest.raises(InputError, match="is not finished; go on by `gtlearn resume stopped`"):
        gtlearn.check(stopped)


def test_a_game_of_numbers_has_numbers():
    run = gtlearn.train("naive", game="tandem", iterations=3, **QUIET)
    assert run.policy() == {k: [run.result[f"parameter_{k}"]] for k in (0, 1)}


def test_a_leader_has_its_commitment():
    run = gtlearn.train(
        "contextual-stackelberg",
        game="prisoners_dilemma",
        follower="planning",
        leader="bandit",
        pretraining=6,
        iterations=10,
        posttraining=2,
        **QUIET,
    )
    policy = run.policy()
    assert [list(map(str, row)) for row in policy["Row"].values()] == run.result["commitment"]
    report = gtlearn.check(run)
    assert report.holds and report.concept == "stackelberg"
    game = run.result["game"]
    assert gtlearn.check(policy, game, "stackelberg", policy="deterministic").holds
    assert not gtlearn.check(run, game, "nash").holds  # a commitment is no equilibrium


def test_a_trade_is_led_by_a_table_of_its_reduced_form():
    short = {"pretraining": 2, "iterations": 2, "posttraining": 1, **QUIET}
    run = gtlearn.train("contextual-stackelberg", env="trade-twin", **short)
    assert list(run.policy()) == ["Seller", "Buyer"] and gtlearn.check(run).holds
    loop.train(run.config, Path("stopped"), stop=lambda step: step == 3)
    (table,) = gtlearn.load_run("stopped").policy().values()  # the leader's alone
    assert list(table) == list(run.policy()["Seller"])
    assert all(sum(row) == pytest.approx(1) for row in table.values())


def test_a_run_is_checked_in_a_game_that_it_can_have_played():
    run = gtlearn.train("lola", iterations=1, **QUIET)
    with pytest.raises(InputError, match="learned tables of states, and chicken is played once"):
        gtlearn.check(run, "chicken")


# --- networks


def test_a_network_plays_as_its_probabilities_say():
    run = gtlearn.train("meta-pg", game="prisoners_dilemma", policy="lstm", **SMALL)
    policy = run.policy()
    assert list(policy) == ["Row"] and isinstance(policy["Row"], torch.nn.Module)
    module, count = policy["Row"], 4000
    module.reset(seed=1, episodes=count)
    first = torch.zeros(count, dtype=torch.long)
    actions = module(first)
    second = module(1 + actions)  # the other cooperates: CC or DC ... as states, 1 or 2
    seen = torch.stack([first, 1 + actions])
    logs = module.log_probs(seen, torch.stack([actions, torch.zeros_like(actions)]))
    chance = logs[1].exp().mean().item()  # of cooperating at the second step
    spread = 4 * np.sqrt(0.25 / count)  # four standard deviations, at most
    assert abs((second == 0).double().mean().item() - chance) < spread
    logs.sum().backward()
    assert module.weights.grad.isfinite().all() and module.weights.grad.abs().max() > 0


def test_a_network_draws_the_same_again_and_ends_with_its_horizon():
    (module,) = gtlearn.train("reinforce", policy="lstm", **SMALL).policy().values()
    states, drawn = torch.zeros(8, dtype=torch.long), []
    for _ in range(2):
        module.reset(seed=5, episodes=8, horizon=3)
        drawn.append([module(states).tolist() for _ in range(3)])
    assert drawn[0] == drawn[1]
    with pytest.raises(InputError, match="has had its 3 steps; call reset"):
        module(states)


@pytest.mark.parametrize("options", [{"exact": True}, {"policy": "table"}])
def test_of_a_learner_among_personas_the_start_is_what_was_learned(options):
    run = gtlearn.train("meta-mapg", **{**SMALL, **options})
    (table,) = run.policy().values()
    np.testing.assert_allclose(list(table.values()), run.result["start"], atol=1e-12)
    assert set(gtlearn.check(run).to_json()) >= {"nash_conv"}
