"""A run's folder from a stranger leads nowhere else: what is in it is read and written there."""

import json
import os
import shutil
from pathlib import Path

import pytest
from test_loop import config, outcome

from gtlearn import cli, files
from gtlearn.errors import InputError
from gtlearn.reproduce.engine import prepare, run_path
from gtlearn.reproduce.figure import parse_figure
from gtlearn.runs import jobs, loop
from gtlearn.runs.config import read_config

PLACES = (
    "config.toml",
    ".config.toml.part",
    "metrics.jsonl",
    "checkpoint",
    ".checkpoint.part",
    "result.json",
    ".result.json.part",
    "tensorboard",
    "tensorboard/events.out.tfevents.1.host",
    "curve.png",
    ".curve.png.part",
    "film.gif",
    ".lock",
    ".seconds",
    "teammates.safetensors",
    "mine/deep/below",
)
COMMANDS = (
    ("resume", "run"),
    ("check", "run"),
    ("verify", "run"),
    ("plot", "run", "--output", "plot.svg"),
    ("watch", "run", "--output", "film.gif"),
    ("train", "run/config.toml", "--output", "new"),
    ("sweep", "run/config.toml", "--seeds", "0..1", "--output", "new"),
    ("train", "toy", "--output", "run"),
    ("sweep", "toy", "--seeds", "0", "--output", "run"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished run of the toy, and one that was stopped."""
    from toy_learner import TOY

    path = tmp_path_factory.mktemp("made")
    loop.train(config(TOY, tensorboard=True), path / "finished")
    loop.train(config(TOY, tensorboard=True), path / "stopped", stop=lambda step: step == 20)
    return path


@pytest.fixture
def outside(toy, tmp_path, monkeypatch):
    """What is not the stranger's; the working directory lies beside it."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = tmp_path / "outside"
    (path / "folder").mkdir(parents=True)
    (path / "file").write_text("precious")
    (path / "folder" / "file").write_text("precious")
    return path


def held(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def linked(source, place, target):
    """A copy of the run in which a link stands there."""
    shutil.rmtree("run", ignore_errors=True)
    shutil.copytree(source, "run")
    link = Path("run") / place
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    return link


@pytest.mark.parametrize("source", ["finished", "stopped"])
@pytest.mark.parametrize("place", PLACES)
def test_a_link_in_a_run_is_refused_by_every_command(made, outside, capsys, source, place):
    before = held(outside)
    for target in ("file", "folder", "nothing yet"):
        link = linked(made / source, place, outside / target)
        for command in COMMANDS:
            code = cli.run(command)
            said = capsys.readouterr()
            assert (code, said.out, said.err.count("\n")) == (2, "", 1), (command, said.err)
            assert f"{link} is a link" in said.err or "run exists already" in said.err
            assert not Path("new").exists()
        assert held(outside) == before and link.is_symlink()


def test_a_run_may_be_reached_by_links(made, outside):
    """As where runs/ lies on another disk."""
    shutil.copytree(made / "stopped", outside / "elsewhere" / "run")
    Path("runs").symlink_to(outside / "elsewhere")
    (outside / "elsewhere" / "named").symlink_to(outside / "elsewhere" / "run")
    assert cli.run(["resume", "runs/named"]) == 0
    assert outcome(outside / "elsewhere" / "run") == outcome(made / "finished")


def test_a_sweep_holds_its_runs(made, outside, capsys):
    shutil.copytree(made / "stopped", outside / "run")
    shutil.copytree(made / "stopped", "sweep/a")
    Path("sweep/b").symlink_to(outside / "run")
    before = held(outside)
    for command in (("resume", "sweep"), ("plot", "sweep")):
        assert cli.run(command) == 2
        assert "sweep/b is a link" in capsys.readouterr().err
    assert held(outside) == before


def test_pictures_and_their_parts_replace_links(made, outside):
    shutil.copytree(made / "finished", "sweep/a")
    for name in ("curves.png", ".curves.png.part"):
        (Path("sweep") / name).symlink_to(outside / "file")
    before = held(outside)
    assert cli.run(["resume", "sweep"]) == 0
    assert held(outside) == before
    if Path("sweep/curves.png").is_file():  # matplotlib is there
        assert not Path("sweep/curves.png").is_symlink()


def test_a_figure_holds_its_runs(outside):
    part = {"name": "a", "options": {}}
    held_figure = {
        "title": "",
        "source": "",
        "algorithm": "toy",
        "seeds": "0",
        "statements": [],
        "panels": [part],
        "methods": [part | {"label": ""}],
    }
    figure = parse_figure("toys", held_figure)
    path = run_path(Path("figure"), figure.panels[0], figure.methods[0], 0)
    for step in (path.parent.parent, path.parent, path):
        shutil.rmtree("figure", ignore_errors=True)
        step.parent.mkdir(parents=True)
        step.symlink_to(outside / "folder")
        with pytest.raises(InputError, match=f"{step} is a link"):
            prepare(figure, Path("figure"))
    Path("outer").symlink_to(outside / "folder")
    assert prepare(figure, Path("outer"))


@pytest.mark.parametrize("name", ["metrics.jsonl", ".lock"])
def test_a_hard_link_is_not_written_to(made, outside, capsys, name):
    shutil.copytree(made / "stopped", "run")
    Path("run", name).touch()
    os.link(f"run/{name}", outside / "rows")
    before = held(outside)
    assert cli.run(["resume", "run"]) == 2
    assert "(a hard link), and would change there too" in capsys.readouterr().err
    assert held(outside) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("name", ["config.toml", "metrics.jsonl", ".checkpoint.part", "pipe"])
def test_a_pipe_is_not_waited_for(made, outside, capsys, name):
    shutil.copytree(made / "stopped", "run")
    (Path("run") / name).unlink(missing_ok=True)
    os.mkfifo(Path("run") / name)
    for command in COMMANDS[:7]:
        assert cli.run(command) == 2
        assert f"run/{name} is a pipe" in capsys.readouterr().err


def test_a_config_may_be_a_link_where_it_is_no_runs(made, outside, capsys):
    shutil.copy(made / "finished" / "config.toml", outside / "config.toml")
    Path("my.toml").symlink_to(outside / "config.toml")
    assert read_config(Path("my.toml")).seed == 0
    assert cli.run(["train", "my.toml", "--output", "new"]) == 0
    Path("zero.toml").symlink_to("/dev/zero")
    capsys.readouterr()
    assert cli.run(["train", "zero.toml", "--output", "newer"]) == 2
    assert "/dev/zero is a device" in capsys.readouterr().err


def test_what_a_killed_process_left_is_written_over(made, outside):
    shutil.copytree(made / "stopped", "run")
    for name in (".checkpoint.part", ".result.json.part", ".config.toml.part"):
        (Path("run") / name).write_text("half of a f")
    assert cli.run(["resume", "run"]) == 0
    assert outcome(Path("run")) == outcome(made / "finished")
    assert not (Path("run") / ".checkpoint.part").exists()


def test_checksums_are_of_files_of_the_run_only(made, outside, capsys):
    shutil.copytree(made / "finished", "run")
    result = json.loads(Path("run/result.json").read_text())
    result["sha256"] = {"../outside/file": "0" * 64}
    Path("run/result.json").write_text(json.dumps(result))
    assert cli.run(["check", "run"]) == 2
    assert 'its "sha256" is not an object of texts by file name' in capsys.readouterr().err


# --- the door itself


def test_no_link_is_opened_even_if_it_came_just_now(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    real = os.lstat(tmp_path / "file")
    monkeypatch.setattr(os, "lstat", lambda path: real)  # what stood there a moment ago
    for mode in ("r", "a", "x"):
        with pytest.raises(OSError):
            files.opened(tmp_path / "link", mode)
    assert (tmp_path / "file").read_text() == "precious"


def test_files_are_read_up_to_a_size(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert files.read_bytes(path, 5) == b"12345"
    with pytest.raises(InputError, match="is larger than 4 bytes"):
        files.read_bytes(path, 4)


@pytest.mark.parametrize("mode", ["r", "a", "x"])
def test_a_folder_is_no_file(tmp_path, mode):
    with pytest.raises(InputError, match="is a directory, where a file should be"):
        files.opened(tmp_path, mode)


def test_many_runs_are_prepared_in_new_folders_only(toy, outside):
    Path("sweep").symlink_to(outside / "nothing yet")
    with pytest.raises(InputError, match="exists already"):
        jobs.prepare([config(toy)], (0,), Path("sweep"))
    assert not (outside / "nothing yet").exists()
