"""What is tried of the wheel, and how the package at fault is found."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from gtlearn.cli.app import COMMANDS, app


def module(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded  # where dataclasses look
    spec.loader.exec_module(loaded)
    return loaded


commands = module("commands")
environments = module("environments")
LINES = [call.line for call in commands.CORE]


def test_every_command_is_tried():
    tried = {call.line.partition(" ")[0] for part in commands.PARTS.values() for call in part}
    assert set(COMMANDS) <= tried
    games = app.get_command(click.Context(app), "games")
    assert [n for n in games.commands if not any(x.startswith(f"games {n}") for x in LINES)] == []


@pytest.mark.parametrize("name", ["solve", "check"])
def test_every_concept_is_tried_as_json(name):
    command = app.get_command(click.Context(app), name)
    concepts = next(p for p in command.params if p.name == "concept").type.choices
    for concept in [concept for concept in concepts if concept != "nash"]:  # the default
        tried = [x for x in LINES if x.startswith(name) and f"--concept {concept} " in x]
        assert any("--format json" in line for line in tried), concept
    assert any("--concept" not in x and "json" in x for x in LINES if x.startswith(name))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"schema": "gtlearn/check/1"}', ""),
        ('Running HiGHS 1.16.0\n{"schema": "gtlearn/check/1"}', "this is not JSON"),
        ('{"schema": "gtlearn/check/1"}\nRunning HiGHS 1.16.0', "this is not JSON"),
        ('{"schema": "gtlearn/check/1", "regret": NaN}', "this is not JSON"),
        ("", "this is not JSON"),
        ("[1]", "no schema"),
    ],
)
def test_what_is_json(text, fault):
    assert (fault in commands.unread(text)) if fault else commands.unread(text) == ""


@pytest.fixture
def packages(monkeypatch):
    """An environment in which `installed` is changed as uv would, and `works` says what works."""
    state = SimpleNamespace(
        installed={"click": "9", "highspy": "1.16.0", "numpy": "3"}, works=lambda held: True
    )

    def uv(*arguments):
        package, _, version = arguments[-1].partition("==")
        state.installed[package] = version

    def run(*command):
        return SimpleNamespace(returncode=int(not state.works(state.installed)))

    tested = {"click": "8", "highspy": "1.15", "numpy": "3"}
    monkeypatch.setattr(environments, "tested", lambda: tested)
    monkeypatch.setattr(environments, "installed", lambda python: dict(state.installed))
    monkeypatch.setattr(environments, "uv", uv)
    monkeypatch.setattr(environments, "run", run)
    return state


def test_the_package_at_fault_is_named(packages):
    packages.works = lambda held: held["highspy"] == "1.15"
    found = environments.at_fault("python", "core", "3")
    assert found == "highspy 1.16.0 is at fault; with highspy 1.15 it works"


def test_no_package_may_be_at_fault(packages):
    packages.works = lambda held: False
    assert "no package is at fault" in environments.at_fault("python", "core", "0")


def test_a_python_that_does_not_start_is_not_here(monkeypatch, capsys):
    monkeypatch.setattr(environments, "run", lambda *command: SimpleNamespace(returncode=127))
    assert list(environments.pythons()) == []
    assert capsys.readouterr().out.splitlines()[0] == "Python 3.11: not here"
