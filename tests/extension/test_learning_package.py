"""A learner, an environment and a network of one's own: train, resume, sweep, plot, and security.

All stand in `learning_package`, which gtlearn knows nothing of.
"""

import json
import os
from pathlib import Path

import pytest

from gtlearn import cli
from gtlearn.errors import InputError
from gtlearn.learning import find_algorithm, register
from gtlearn.learning.registry import ALGORITHMS
from gtlearn.runs.loop import resume, train
from gtlearn.sources import allowing

HERE = str(Path(__file__).parent)
LEARNER, ENV, NETWORK = (
    f"learning_package.{name}" for name in ("learner:build", "env:make", "nets:make")
)
SMALL = "--trajectories 4 --horizon 6 --chain 2 --chains 2 --iterations 4 --validate-every 2"
RUNS = {
    "learner": [LEARNER, "--iterations", "4"],
    "environment": ["meta-mapg", "--env", ENV, "--peers", "2", *SMALL.split()],
    "network": ["meta-mapg", "--policy", NETWORK, *SMALL.split()],
    "network in environment": [
        *("lola-dice", "--env", ENV, "--policy", NETWORK, "--peers", "2"),
        *SMALL.split(),
    ],
}
ALLOWED = {
    "learner": [LEARNER],
    "environment": [ENV],
    "network": [NETWORK],
    "network in environment": [ENV, NETWORK],
}
CASES = pytest.mark.parametrize("case", RUNS)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """The package on the path, also of new processes; a folder of its own."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def gtlearn(capsys):
    """Runs a command in this process; returns (exit code, stdout, stderr)."""

    def call(*arguments):
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def allowed(case):
    return [word for source in ALLOWED[case] for word in ("--allow", source)]


def outcome(path):
    result = json.loads((Path(path) / "result.json").read_text())
    del result["seconds"]
    return result, (Path(path) / "metrics.jsonl").read_bytes()


@CASES
def test_train_resume_and_plot(gtlearn, case):
    if "environment" in case:
        pytest.importorskip("gymnasium", reason="the environment needs the extra envs")
    code, out, err = gtlearn("train", *RUNS[case], "--seed", 3, "--output", "whole")
    assert (code, err) == (0, "") and "Run: whole" in out
    with allowing(ALLOWED[case]):
        config = (Path("whole") / "config.toml").read_text()
        from gtlearn.runs.config import parse_config

        half = train(parse_config(config, "c"), Path("half"), stop=lambda step: step == 2)
    assert half.result is None
    code, out, err = gtlearn("resume", "half")
    (named, *_) = ALLOWED[case]
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert f"{named!r} is code that is no part of gtlearn" in err and f"--allow {named}" in err
    code, out, err = gtlearn("resume", "half", *allowed(case))
    assert (code, err) == (0, "")
    assert outcome("half") == outcome("whole")
    for command in (("plot",), ("train", "--output", "again")):
        arguments = ("half/config.toml" if command[0] == "train" else "half", *command[1:])
        assert gtlearn(command[0], *arguments)[0] == 2
        assert gtlearn(command[0], *arguments, *allowed(case))[0] == 0
    assert outcome("again") == outcome("whole")


@pytest.mark.parametrize("case", ["learner", "network"])
def test_sweep_by_processes_of_their_own(gtlearn, case):
    arguments = (*RUNS[case], "--seeds", "0..1", "--no-tensorboard", "--output")
    code, out, err = gtlearn("sweep", *arguments, "many", "--workers", 2)
    assert (code, err) == (0, "") and "n = 2" in out
    assert gtlearn("resume", "many")[0] == 2
    assert gtlearn("resume", "many", *allowed(case))[:2] == (0, out)


def test_what_a_learner_of_ones_own_says_of_itself(gtlearn):
    code, out, _ = gtlearn("train", LEARNER, "--help")
    assert code == 0 and "--pull NUMBER" in out and "Towards the point." in out


def test_a_run_imports_nothing_that_was_not_allowed(gtlearn, monkeypatch):
    """The module leaves a mark when it is imported; a refused run leaves none."""
    Path("spy.py").write_text("open('mark', 'w').close()\n")
    monkeypatch.syspath_prepend(str(Path.cwd()))
    for text in (
        'algorithm = "spy:build"',
        'algorithm = "meta-mapg"\n[config]\npolicy = "spy:make"',
        'algorithm = "meta-mapg"\n[config]\nenv = "spy:make"',
        'algorithm = "meta-mapg"\nenv = "spy:make"',
    ):
        Path("run").mkdir(exist_ok=True)
        Path("run/config.toml").write_text(text + "\n")
        for command in ("resume run", "train run/config.toml", "plot run", "watch run"):
            code, _, err = gtlearn(*command.split())
            assert code == 2 and "--allow spy:" in err and "run/config.toml, line" in err
        assert not Path("mark").exists()
    assert gtlearn("resume", "run", "--allow", "other:make")[0] == 2
    with pytest.raises(InputError, match='say so by allow="spy:make"'):
        resume(Path("run"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no_such.module:build"], "there is no module no_such here; install it, or add its"),
        (["learning_package.nothing:build"], "there is no module learning_package.nothing here"),
        (["learning_package.learner:bulid"], "has no attribute 'bulid'; did you mean build?"),
        (["learning_package.learner:constant"], "constant is a int; give a function or a class"),
        (["learning_package.learner:untyped"], "has the type nothing; annotate it with the"),
        (["broken:build"], "cannot be imported: RuntimeError: no luck today"),
        (["learning_package learner:build"], "names no code; write it as module:attribute"),
        (["meta-mapg", "--policy", "learning_package.nets:wrong"], "gives 3 numbers for 5 states"),
        (["meta-mapg", "--policy", "learning_package.learner:constant"], "constant is a int"),
        (["meta-mapg", "--policy", "lstn"], "did you mean lstm?"),
        (["meta-mapg", "--env", "nowhere"], "meta-mapg does not play in 'nowhere'; use half-che"),
        (["meta-mapg", "--env", LEARNER], "makes no parallel environment of PettingZoo: TypeErr"),
        (["meta-mapg", "--env", ENV, "--policy", "table"], "no states to be counted; use --policy"),
        (["naive", "--env", ENV], "naive does not play in 'learning_package.env:make'"),
    ],
)
def test_what_cannot_be_used(gtlearn, monkeypatch, arguments, words):
    Path("broken.py").write_text('raise RuntimeError("no luck today")\n')
    monkeypatch.syspath_prepend(str(Path.cwd()))
    code, out, err = gtlearn("train", *arguments)
    assert (code, out) == (2, "") and words in err and err.count("\n") == 1
    assert not Path("runs").exists()


def test_registered_by_a_name(gtlearn, monkeypatch):
    pytest.importorskip("gymnasium", reason="the environment needs the extra envs")
    from learning_package.env import make
    from learning_package.learner import build

    from gtlearn.environments import register as register_environment
    from gtlearn.environments import registry

    monkeypatch.setattr(registry.ENVIRONMENTS, "registered", {})
    monkeypatch.setitem(ALGORITHMS, "walk", None)  # so that it is taken away at the end
    assert register("walk", build) is find_algorithm("walk")
    register_environment("our-dilemma", make)
    assert find_algorithm("walk").summary == "A walk to 1."
    code, out, err = gtlearn("train", "walk", "--output", "w")
    assert (code, err) == (0, "") and out.startswith("walk on line, seed 0: ")
    assert gtlearn("resume", "w")[0] == 0  # a name that was registered needs no leave
    arguments = ("--env", "our-dilemma", "--peers", 2, *SMALL.split(), "--output", "e")
    assert gtlearn("train", "reinforce", *arguments)[0] == 0
    assert gtlearn("resume", "e")[0] == 0
    for name in ("lola", "", "a:b"):
        with pytest.raises(InputError, match="a learner cannot be called"):
            register(name, build)


def test_installed_by_an_entry_point(gtlearn, monkeypatch, installed):
    monkeypatch.syspath_prepend(installed)
    assert "walker" in gtlearn("train", "--help")[1]
    assert gtlearn("train", "walker", "--output", "w")[0] == 0
    assert gtlearn("resume", "w")[0] == 0  # who installed it allowed it
    assert find_algorithm("meta-pg", "ours").env == "ours"


def test_a_logger_of_ones_own_gets_the_rows(gtlearn):
    logger = "learning_package.loggers:Last"
    run = ["train", LEARNER, "--iterations", "4", "--logger", logger, "--output", "logged"]
    code, _, error = gtlearn(*run)
    assert code == 0, error
    rows = [json.loads(line) for line in Path("logged/metrics.jsonl").read_text().splitlines()]
    last = json.loads(Path("logged/last.json").read_text())
    assert {key: last[key] for key in rows[-1]} == rows[-1]
    code, _, error = gtlearn("resume", "logged", "--iterations", "6", "--allow", LEARNER)
    assert code == 2 and logger in error and "--allow" in error
    both = ["--allow", LEARNER, "--allow", logger]
    code, _, error = gtlearn("resume", "logged", "--iterations", "6", *both)
    assert code == 0, error
    assert json.loads(Path("logged/last.json").read_text())["step"] == 6
    for command in (("train",), ("sweep", "--seeds", "0..1")):
        arguments = (command[0], LEARNER, *command[1:], "--logger", "nowhere", "--output", "other")
        code, _, error = gtlearn(*arguments)
        assert code == 2 and "there is no logger 'nowhere'" in error and error.count("\n") == 1
        assert not Path("other").exists()
