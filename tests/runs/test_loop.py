"""Training, stopping, resuming: whatever happens in between, the outcome is the same bit by bit."""

import json

import pytest
from toy_learner import ToyConfig

from gtlearn.runs import loop
from gtlearn.runs.config import Recording, RunConfig


def config(toy, seed=0, recording=None, **options):
    recording = recording or Recording(tensorboard=False, checkpoint_every=7)
    return RunConfig(toy, ToyConfig(**options), seed, recording)


def outcome(path):
    """All that a run leaves behind which must not depend on interruptions."""
    result = json.loads((path / "result.json").read_text())
    assert result.pop("seconds") > 0
    return result, (path / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("half", [1, 20, 21, 39])
def test_two_halves_are_the_whole(toy, tmp_path, half):
    loop.train(config(toy), tmp_path / "whole")
    stopped = loop.train(config(toy), tmp_path / "halves", stop=lambda step: step == half)
    assert stopped.result is None
    assert loop.resume(tmp_path / "halves").result is not None
    assert outcome(tmp_path / "whole") == outcome(tmp_path / "halves")
