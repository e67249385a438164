"""A run that is made longer comes out as if it had been so long from the start."""

import dataclasses
import json

import pytest
from test_loop import checkpoint_of, config, outcome
from toy_learner import Toy

from gtlearn.errors import InputError
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs import jobs, loop
from gtlearn.runs.config import Recording, RunConfig
from gtlearn.runs.metrics import FIRST_ROWS, is_kept, read_rows


def made_longer(plan, path, *lengths):
    """A run of the first length, made longer to each of the others."""
    first, *others = lengths
    loop.train(plan.changed(first), path)
    for length in others:
        loop.resume(path, iterations=length)
    return outcome(path)


@pytest.mark.parametrize("log_every", [None, 1, 16])
@pytest.mark.parametrize("lengths", [(8, 40), (21, 22, 40), (39, 40)])
def test_a_finished_run_goes_on(toy, tmp_path, lengths, log_every):
    plan = config(toy, 3, log_every=log_every, iterations=1)
    expected = made_longer(plan, tmp_path / "long", 40)
    assert made_longer(plan, tmp_path / "short", *lengths) == expected
    assert checkpoint_of(tmp_path / "short") == checkpoint_of(tmp_path / "long")
    assert loop.resume(tmp_path / "short").result["iterations"] == 40


def test_a_stopped_run_goes_on(toy, tmp_path):
    loop.train(config(toy, 3, iterations=20), tmp_path / "short", stop=lambda step: step == 9)
    loop.resume(tmp_path / "short", iterations=40)
    assert outcome(tmp_path / "short") == made_longer(config(toy, 3), tmp_path / "long", 40)


def test_a_change_that_was_interrupted_is_finished(toy, tmp_path):
    """Between the removal of the result, the new config and the first new checkpoint."""
    path = tmp_path / "short"
    loop.train(config(toy, 3, iterations=20), path)
    with pytest.raises(ZeroDivisionError):
        loop.resume(path, iterations=40, watch=lambda step, learner: 1 / 0)
    assert not (path / "result.json").exists()
    loop.resume(path)
    assert outcome(path) == made_longer(config(toy, 3), tmp_path / "long", 40)


@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        ("contextual-stackelberg", {"pretraining": 3, "posttraining": 1}),
        ("contextual-stackelberg", {"follower": "planning", "leader": "bandit", "pretraining": 1}),
        ("contextual-stackelberg", {"leader": "ppo", "pretraining": 1, "posttraining": 1}),
        ("lola", {}),
        ("meta-pg", {"exact": True, "validate_every": 4}),
        ("reinforce", {"policy": "table", "trajectories": 4, "horizon": 5, "validate_every": 2}),
    ],
)
def test_our_learners_do_not_look_ahead(algorithm, options, tmp_path):
    found = find_algorithm(algorithm)
    held = found.config_type()(iterations=1, **options)
    plan = RunConfig(found, held, 1, Recording(tensorboard=False))
    expected = made_longer(plan, tmp_path / "long", 6)
    assert made_longer(plan, tmp_path / "short", 3, 6) == expected


def test_what_cannot_be_made_longer(toy, tmp_path, monkeypatch):
    path = tmp_path / "run"
    loop.train(config(toy, 3), path)
    before = outcome(path)
    with pytest.raises(InputError, match="has 40 iterations, and can only be made longer"):
        loop.resume(path, iterations=39)
    monkeypatch.setattr(Toy, "fixed_length", True, raising=False)
    with pytest.raises(InputError, match="depends on its number of iterations from the start"):
        loop.resume(path, iterations=41)
    assert outcome(path) == before
    text = (path / "config.toml").read_text()
    (path / "config.toml").write_text(text.replace("iterations = 40", "iterations = 30"))
    (path / "result.json").unlink()
    with pytest.raises(InputError, match="is not what the checkpoint was made with"):
        loop.resume(path)


def test_a_sweep_is_made_longer(toy, tmp_path):
    plan = config(toy, iterations=10)
    list(jobs.train_all(jobs.prepare([plan], (0, 1), tmp_path / "short")))
    list(jobs.train_all(jobs.unfinished(tmp_path / "short", iterations=40)))
    list(jobs.train_all(jobs.prepare([config(toy)], (0, 1), tmp_path / "long")))
    short, long = (sorted((tmp_path / name).iterdir()) for name in ("short", "long"))
    assert [outcome(path) for path in short] == [outcome(path) for path in long]


def drawn(path):
    """The steps that TensorBoard shows of a metric, and its values."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(path / "tensorboard"))
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars("learned")]


@pytest.mark.parametrize("finished", [True, False])
def test_tensorboard_is_switched_on_later(toy, tmp_path, finished):
    loop.train(config(toy, 3, tensorboard=True), tmp_path / "on")
    loop.train(config(toy, 3), tmp_path / "later", stop=lambda step: not finished and step == 9)
    loop.resume(tmp_path / "later", tensorboard=True)
    assert len(drawn(tmp_path / "on")) == 40
    assert drawn(tmp_path / "later") == drawn(tmp_path / "on")
    assert outcome(tmp_path / "later") == outcome(tmp_path / "on")


def test_rows_are_thinned_whatever_the_length(toy, tmp_path):
    plan = dataclasses.replace(config(toy, iterations=4 * FIRST_ROWS - 1, layers=(1, 1)))
    plan = dataclasses.replace(plan, recording=Recording(tensorboard=False, checkpoint_every=900))
    loop.train(plan, tmp_path / "run")
    steps = [row["step"] for row in read_rows(tmp_path / "run" / "metrics.jsonl")]
    kept = [step for step in range(1, 4 * FIRST_ROWS) if is_kept(step)]
    assert steps == [*kept, 4 * FIRST_ROWS - 1] and len(steps) == 2 * FIRST_ROWS
    assert (
        json.loads((tmp_path / "run" / "result.json").read_text())["iterations"]
        == 4 * FIRST_ROWS - 1
    )
