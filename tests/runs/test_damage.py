"""Damaged and edited files of runs: each command says so in one sentence."""

import json
import os
import shutil
import tomllib
from pathlib import Path

import pytest

from gtlearn import cli
from gtlearn.errors import InputError
from gtlearn.reproduce import reproduce
from gtlearn.reproduce.figure import parse_figure
from gtlearn.runs import checkpoint, film
from gtlearn.runs import result as results
from gtlearn.runs.folder import RunFolder
from gtlearn.runs.metrics import read_rows

FIGURE = """
title = "A figure"
source = "Nobody (2001)"
algorithm = "contextual-stackelberg"
seeds = "0"
statements = []

[options]
horizon = 2
posttraining = 1

[run]
tensorboard = false

[[panels]]
name = "chicken"
options = { game = "chicken" }

[[methods]]
name = "planner"
label = "planner"
options = { follower = "planning", leader = "bandit", pretraining = 4, iterations = 4 }
"""
RUN = "figure/chicken/planner/seed0"
LARGE = 10**6


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A figure of one run."""
    path = tmp_path_factory.mktemp("whole")
    reproduce(parse_figure("small", tomllib.loads(FIGURE)), path / "figure")
    return path


@pytest.fixture
def run(whole, tmp_path, monkeypatch):
    """A copy of that run, in the working directory."""
    shutil.copytree(whole / "figure", tmp_path / "figure")
    monkeypatch.chdir(tmp_path)
    return RunFolder(Path(RUN))


def again():
    found = reproduce(parse_figure("small", tomllib.loads(FIGURE)), Path("figure"))
    from gtlearn.reproduce.kinds import find_kind

    find_kind("commitments").report(found)


COMMANDS = {
    "resume": ["resume", RUN],
    "check": ["check", RUN],
    "plot": ["plot", RUN, "--output", "p.svg"],
    "sweep": ["resume", str(Path(RUN).parent)],
    "watch": lambda: film.film_of(Path(RUN), 0),
    "reproduce": again,
}
VERIFY = ["verify", RUN, "--format", "json"]  # an edit is one of the things that it calls false


def sentence(command, capsys):
    """What a command says that must fail on bad input."""
    capsys.readouterr()
    work = VERIFY if command == "verify" else COMMANDS[command]
    if callable(work):
        with pytest.raises(InputError) as refusal:
            work()
        return str(refusal.value)
    code = cli.run(work)
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if "note: " not in line]
    assert (code, len(lines)) == (2, 1), (command, said)
    return lines[0]


def false(capsys):
    """What `verify` calls false."""
    capsys.readouterr()
    assert cli.run(VERIFY) == 1
    return json.loads(capsys.readouterr().out)["false"]


def without_checksums(path):
    """The result as versions wrote it that knew none; its other values are still checked."""
    found = json.loads(path.read_text())
    del found["sha256"]
    path.write_text(json.dumps(found))
    return found


# --- result.json


BYTES = {
    "empty": b"",
    "blank": b"  \n",
    "half": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data.rstrip()[:-1],
    "twice": lambda data: data + data,
    "not UTF-8": b"\xff\xfe\xfa",
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "with a mark in front": lambda data: b"\xef\xbb\xbf" + data,
    "zeros": b"\0" * 100,
    "null": b"null",
    "a list": b"[]",
    "a number": b"3",
    "a text": b'"text"',
    "true": b"true",
    "no keys": b"{}",
    "lists in lists": b'{"a": ' + b"[" * LARGE,
    "objects in objects": b'{"a": ' * LARGE,
    "deep and closed": b'{"schema": "gtlearn/run/1", "a": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    "many digits": b'{"seed": ' + b"9" * 5000 + b"}",
}
VALUES = {
    "schema": [None, "gtlearn/run/2", 1],
    "algorithm": [..., 3, ""],
    "seed": [..., "0", -1, 1.5, True, 2**64],
    "iterations": ["40", None],
    "env_steps": [..., "many", None, -3],
    "seconds": [..., None, -1.0, "1"],
    "metrics": [..., [], 3, {"learned": "3"}, {"learned": None}, {"learned": {}}],
    "game": [3, None, ["chicken"]],
    "notes": ["a note", [3], ["\x1b]0;a title\x07"]],
    "gap": ["0", None, float("nan"), float("inf"), [], 1e999],
    "true_value": ["3", -float("inf"), {}],
    "exact_value": ["3", [3]],
    "follower_regret": [None, "0", False],
    "follower_class": ["", 3, None],
    "sha256": [[], "x", {"config.toml": 3}, {"../../outside": "0"}, {"/etc/passwd": "0"}],
}


@pytest.mark.parametrize("form", BYTES)
def test_a_result_that_is_no_json_of_a_run(run, capsys, form):
    new = BYTES[form]
    run.result_file.write_bytes(new(run.result_file.read_bytes()) if callable(new) else new)
    for command in COMMANDS:
        assert f"{run.result_file} is damaged: " in sentence(command, capsys), command
    assert RUN in sentence("verify", capsys)


@pytest.mark.parametrize("key", VALUES)
def test_a_result_with_a_wrong_value(run, capsys, key):
    found = without_checksums(run.result_file)
    for value in VALUES[key]:
        changed = {k: v for k, v in found.items() if k != key or value is not ...}
        changed |= {} if value is ... else {key: value}
        run.result_file.write_text(json.dumps(changed))
        for command in COMMANDS:
            if command == "check" and value is ...:
                continue  # it needs the tables only
            said = sentence(command, capsys)
            assert f"{run.result_file} is damaged: " in said
        assert cli.run(VERIFY) in (0, 1, 2)  # it looks at what its game can say


@pytest.mark.parametrize("form", ["a folder", "a pipe", "large"])
def test_a_result_that_is_no_file_to_read(run, capsys, form):
    run.result_file.unlink()
    if form == "a folder":
        run.result_file.mkdir()
    elif form == "a pipe":
        os.mkfifo(run.result_file)
    else:
        run.result_file.touch()
        os.truncate(run.result_file, results.MAX_RESULT_BYTES + 1)
    for command in COMMANDS:
        assert str(run.result_file) in sentence(command, capsys)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("commitment", [["1", "0"]] * 9),
        ("true_value", 3.5),
        ("gap", 0.25),
        ("seed", 1),
        ("env_steps", 3),
        ("game", "gtlearn_iterated(stage=deadlock,horizon=2)"),
        ("algorithm", "naive"),
        ("notes", []),
        ("mine", 1),
    ],
)
def test_an_edited_result_is_named(run, capsys, key, value):
    found = json.loads(run.result_file.read_text())
    assert found.get(key) != value
    run.result_file.write_text(json.dumps({**found, key: value}))
    for command in COMMANDS:
        said = sentence(command, capsys)
        assert f"{run.result_file} was edited after the run ended" in said
    assert "result.json was edited after the run ended" in false(capsys)
    run.result_file.write_text(json.dumps(found, indent=7))  # other blanks are no edit
    assert cli.run(COMMANDS["resume"]) == 0


def test_without_a_table_figures_say_so(run):
    found = without_checksums(run.result_file)
    for key in ("true_value", "exact_value", "follower_class", "follower_regret"):
        run.result_file.write_text(json.dumps({k: v for k, v in found.items() if k != key}))
        with pytest.raises(InputError, match="is no finished run of a leader"):
            again()


def test_a_result_without_checksums_is_read(run, capsys):
    without_checksums(run.result_file)
    assert cli.run(COMMANDS["check"]) == 0
    assert "holds no checksums" in capsys.readouterr().err
    for command in ("resume", "plot", "sweep"):
        assert cli.run(COMMANDS[command]) == 0
    again()
    found = json.loads(run.result_file.read_text())
    run.result_file.write_text(json.dumps({**found, results.CHECKSUMS: {}}))
    capsys.readouterr()
    assert cli.run(VERIFY) == 0 and "checksums" not in capsys.readouterr().out
    assert cli.run(COMMANDS["check"]) == 0
    assert "holds no checksums" in capsys.readouterr().err


def test_a_damaged_result_is_made_again(run):
    before = json.loads(run.result_file.read_text())
    run.result_file.unlink()
    assert cli.run(COMMANDS["resume"]) == 0
    after = json.loads(run.result_file.read_text())
    assert {**after, "seconds": 0} == {**before, "seconds": 0}


def test_nothing_is_said_of_a_run_that_nobody_touched(run):
    assert [cli.run(COMMANDS[c]) for c in ("resume", "check", "plot", "sweep")] == [0] * 4
    assert cli.run(VERIFY) == 0
    assert RunFolder(Path(RUN)).require_unedited() is None
    for name, checksum in json.loads(run.result_file.read_text())["sha256"].items():
        if name != "result.json":
            assert results.checksum(run.path / name) == checksum


# --- the other files of a finished run


@pytest.mark.parametrize("name", ["config.toml", "metrics.jsonl", "checkpoint"])
def test_other_edited_files_are_named(run, capsys, name):
    file = run.path / name
    data = file.read_bytes()
    edits = {
        "config.toml": data.replace(b"horizon = 2", b"horizon = 3"),
        "metrics.jsonl": data.replace(b'"step": 1,', b'"step": 2,'),
        "checkpoint": data[:-1] + bytes([data[-1] ^ 1]),
    }
    assert edits[name] != data
    file.write_bytes(edits[name])
    concerned = set(COMMANDS) - ({"plot"} if name == "checkpoint" else set())
    for command in concerned:
        said = sentence(command, capsys)
        assert f"{file} was edited" in said or "was made with other options" in said
    assert f"{name} was edited after the run ended" in false(capsys)


# --- runs that are not finished


ROWS = {
    "no JSON": b"step 3\n",
    "not UTF-8": b'{"step": 3, "env_steps": 3, "\xff": 3}\n',
    "a list": b"[1, 2]\n",
    "nested": b"[" * LARGE + b"\n",
    "a text": b'{"step": "3", "env_steps": 3}\n',
    "null": b'{"step": 3, "env_steps": null}\n',
    "true": b'{"step": 3, "env_steps": true}\n',
    "NaN": b'{"step": 3, "env_steps": 3, "learned": NaN}\n',
    "beyond floats": b'{"step": 3, "env_steps": 3, "learned": 1e999}\n',
    "a long integer": b'{"step": 3, "env_steps": ' + b"9" * 400 + b"}\n",
    "many digits": b'{"step": 3, "env_steps": ' + b"9" * 5000 + b"}\n",
    "without steps": b'{"env_steps": 3}\n',
    "without environment steps": b'{"step": 3, "learned": 3}\n',
    "an empty row": b"\n",
    "half a row in the middle": b'{"step": 3, "env_\n{"step": 4, "env_steps": 4}\n',
    "zeros": b"\0" * 50 + b"\n",
}


@pytest.mark.parametrize("form", ROWS)
def test_damaged_metrics(run, capsys, form):
    run.result_file.unlink()
    good = run.metrics_file.read_bytes().splitlines(keepends=True)
    run.metrics_file.write_bytes(good[0] + ROWS[form])
    assert f"{run.metrics_file}, line 2: this is no row of metrics" in sentence("plot", capsys)


def test_a_torn_row_is_left_out_and_written_over(run):
    run.result_file.unlink()
    whole = run.metrics_file.read_bytes()
    run.metrics_file.write_bytes(whole + b'{"step": 5, "env_st')
    assert len(read_rows(run.metrics_file)) == len(whole.splitlines())
    assert cli.run(COMMANDS["resume"]) == 0
    assert run.metrics_file.read_bytes() == whole


@pytest.mark.parametrize("form", ["shorter", "other rows", "gone"])
def test_metrics_that_do_not_fit_the_checkpoint(run, capsys, form):
    run.result_file.unlink()
    data = run.metrics_file.read_bytes()
    if form == "gone":
        run.metrics_file.unlink()
    else:
        run.metrics_file.write_bytes(data[:-20] if form == "shorter" else b" " * 3 + data)
    for command in ("resume", "sweep"):
        assert "has lost rows since the checkpoint, or was edited" in sentence(command, capsys)


STATES = {
    "a step after the end": lambda state: state | {"step": 10**9},
    "a step before the start": lambda state: state | {"step": -1},
    "a step that is none": lambda state: state | {"step": "3"},
    "no step": lambda state: {k: v for k, v in state.items() if k != "step"},
    "bytes that are none": lambda state: state | {"bytes": 3.5},
    "negative bytes": lambda state: state | {"bytes": -3},
    "a row that is none": lambda state: state | {"row": [1]},
    "no generators": lambda state: state | {"generators": {}},
    "generators of another kind": lambda state: state | {"generators": {"python": 3}},
    "no learner": lambda state: state | {"learner": None},
    "another learner": lambda state: state | {"learner": {"parameters": [1.0]}},
    "an empty learner": lambda state: state | {"learner": {}},
}


@pytest.mark.parametrize("form", STATES)
def test_a_checkpoint_with_a_wrong_state(run, capsys, form):
    run.result_file.unlink()
    checkpoint.save(run.checkpoint_file, STATES[form](checkpoint.load(run.checkpoint_file)))
    for command in ("resume", "sweep", "reproduce"):
        assert f"{run.checkpoint_file.name} does not fit this run" in sentence(command, capsys)


@pytest.mark.parametrize("place", [3, 20, 200, -1])
def test_a_flipped_bit_of_a_checkpoint_is_noticed(run, capsys, place):
    run.result_file.unlink()
    data = bytearray(run.checkpoint_file.read_bytes())
    data[place] ^= 1
    run.checkpoint_file.write_bytes(data)
    for command in ("resume", "sweep", "reproduce"):
        said = sentence(command, capsys)
        assert "is no checkpoint of gtlearn, or damaged" in said or "was edited" in said


def test_a_run_of_before_goes_on(run, monkeypatch):
    """Its checkpoint has no checksum, its config an address that is none."""
    before = json.loads(run.result_file.read_text())
    run.result_file.unlink()
    old = run.config_file.read_text() + 'ray_address = "none"\n'
    run.config_file.write_text(old)
    state = checkpoint.load(run.checkpoint_file) | {"config": old, "seconds": 3.0}
    packed = checkpoint.packed
    with monkeypatch.context() as patch:
        patch.setattr(
            checkpoint,
            "packed",
            lambda tensors, texts: packed(
                tensors, {"schema": checkpoint.SCHEMA_BEFORE, "tree": texts["tree"]}
            ),
        )
        checkpoint.save(run.checkpoint_file, state)
    assert cli.run(COMMANDS["resume"]) == 0
    after = json.loads(run.result_file.read_text())
    for result in (before, after):
        del result["seconds"], result["sha256"]
    assert after == before
    again()


# --- folders


def test_an_empty_folder_is_no_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for command in ("resume", "check", "plot", "watch"):
        assert cli.run([command, "empty"]) == 2
        assert "empty is no run: it holds no config.toml" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(run, capsys, monkeypatch):
    """As on a read-only medium: a finished run is shown, another one says why it cannot go on."""
    opens = os.open

    def read_only(path, flags, *arguments, **keywords):
        if flags & (os.O_WRONLY | os.O_RDWR) and "figure" in os.fspath(path):
            raise OSError(30, "Read-only file system", path)
        return opens(path, flags, *arguments, **keywords)

    monkeypatch.setattr(os, "open", read_only)
    assert cli.run(COMMANDS["check"]) == 0
    assert cli.run(COMMANDS["resume"]) == 0
    assert "no picture: " in capsys.readouterr().err
    run.result_file.unlink()
    for command in ("resume", "sweep", "reproduce"):
        said = sentence(command, capsys)
        assert "cannot be written: read-only file system; once it can, go on by" in said
