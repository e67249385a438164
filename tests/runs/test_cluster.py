"""One run whose iterations are shared by Ray processes."""

import json
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from gtlearn.errors import InputError
from gtlearn.learning.registry import find_algorithm
from gtlearn.runs import loop
from gtlearn.runs.cluster import connected
from gtlearn.runs.config import Recording, RunConfig
from gtlearn.runs.folder import RunFolder

ALONE = Recording(tensorboard=False)
SHARED = replace(ALONE, ray_workers=2)
SMALL = {"trajectories": 4, "horizon": 12, "chain": 2, "chains": 5, "validate_every": 2}


def config(name="meta-mapg", recording=ALONE, **options):
    algorithm = find_algorithm(name)
    return RunConfig(algorithm, algorithm.config_type()(**options), 3, recording)


def rows(outcome):
    lines = RunFolder(outcome.folder).metrics_file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def cluster():
    """One for all tests here, since its workers import torch anew."""
    pytest.importorskip("ray", reason="ray is missing; pip install -e '.[scale]'")
    with connected(2, None) as ray:
        yield ray


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("policy", ["table", "lstm"])
def test_two_workers_do_what_one_batch_does(tmp_path, policy):
    """All metrics of four iterations; sums of 32-bit numbers in another order are the tolerance."""
    options = {"policy": policy, "iterations": 4, **SMALL}
    alone = rows(loop.train(config(**options), tmp_path / "alone"))
    shared = rows(loop.train(config(recording=SHARED, **options), tmp_path / "shared"))
    assert len(alone) == len(shared) == 4
    for mine, other in zip(alone, shared, strict=True):
        assert mine.keys() == other.keys()
        for name, value in mine.items():
            assert np.isclose(value, other[name], rtol=1e-3, atol=1e-4), name


@pytest.mark.usefixtures("cluster")
def test_a_shared_run_goes_on_to_the_same_bits(tmp_path):
    shared = config(recording=SHARED, policy="table", iterations=4, **SMALL)
    whole = loop.train(shared, tmp_path / "whole")
    loop.train(shared, tmp_path / "half", stop=lambda step: step == 2)
    half = loop.resume(tmp_path / "half")
    assert rows(half) == rows(whole)
    assert half.result["auc"] == whole.result["auc"]


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (config("lola", SHARED), "lola does its work in one process; leave ray_workers out"),
        (config("meta-mapg", SHARED, exact=True), "exact values are computed in one process"),
    ],
)
def test_what_cannot_be_shared(tmp_path, given, words):
    with pytest.raises(InputError, match=words):
        loop.train(given, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_address_without_workers(tmp_path):
    with pytest.raises(InputError, match="give ray_workers too"):
        loop.train(config("lola"), tmp_path / "run", ray_address="auto")


@pytest.mark.parametrize("given", [None, "10.1.1.1:1"])
def test_an_address_is_that_of_the_command_or_the_variable(tmp_path, monkeypatch, given):
    seen = []

    @contextmanager
    def shared_work(workers, threads, address):
        seen.append(address)
        raise InputError("enough")
        yield

    monkeypatch.setattr(loop, "shared_work", shared_work)
    monkeypatch.setenv("RAY_ADDRESS", "10.2.2.2:2")
    with pytest.raises(InputError, match="enough"):
        loop.train(config(recording=SHARED), tmp_path / "run", ray_address=given)
    assert seen == [given or "10.2.2.2:2"]


def test_without_ray_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InputError, match=r"ray is needed .*pip install 'ray>="):
        loop.train(config(recording=SHARED, policy="table", **SMALL), tmp_path / "run")
