"""Standard output is gtlearn's alone, whatever a library writes to it."""

import json
import subprocess
import sys

import click
import pytest

from gtlearn import solvers
from gtlearn.cli.app import app
from gtlearn.cli.stdout import Command, claim_stdout

SOLVE = ["solve", "matching_pennies", "--format", "json"]
CHECK = ["check", "1/2 1/2; 1/2 1/2", "matching_pennies", "--format", "json"]
LOUD_LIBRARY = """
import ctypes, os, subprocess
from gtlearn import games

load = games.load

def loud(*arguments, **keywords):
    os.write(1, b"written to descriptor 1\\n")
    ctypes.CDLL(None).puts(b"left in C's buffer")
    print("printed")
    subprocess.run(["echo", "said by a child"])
    return load(*arguments, **keywords)

games.load = loud
"""
LOUD = {"written to descriptor 1", "left in C's buffer", "printed", "said by a child"}


def process(arguments, before="", after=""):
    """Runs a command in a process of its own, with shell redirections after it."""
    code = f"{before}\nfrom gtlearn.cli import main\nmain({arguments!r})"
    shell = ["sh", "-c", f'exec "$0" -c "$1" {after}', sys.executable, code]
    return subprocess.run(shell, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="C's library has another name on Windows")
@pytest.mark.parametrize("arguments", [SOLVE, CHECK])
def test_a_loud_library_is_heard_on_standard_error_only(arguments):
    done = process(arguments, LOUD_LIBRARY)
    assert done.returncode == 0
    assert json.loads(done.stdout)["schema"].startswith("gtlearn/")
    assert set(done.stderr.splitlines()) >= LOUD


def test_help_and_version_are_results():
    assert process(["--help"]).stdout.startswith("Usage: gtlearn")
    assert process(["solve", "--help"]).stdout.startswith("Usage: gtlearn solve")
    assert process(["--version"]).stdout.startswith("gtlearn ")


def test_standard_error_may_be_closed():
    done = process(SOLVE, LOUD_LIBRARY, "2>&-")
    assert json.loads(done.stdout)["status"] == "ok"


def test_standard_output_may_be_closed():
    done = process(SOLVE, LOUD_LIBRARY, ">&-")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "gtlearn: standard output cannot be written: it is closed"
    )


def test_nothing_is_written_into_a_file_that_takes_the_place_of_standard_output(tmp_path):
    target = tmp_path / "solution.json"
    done = process([*SOLVE, "--output", str(target)], LOUD_LIBRARY, ">&-")
    assert done.returncode == 0
    assert json.loads(target.read_text())["status"] == "ok"


def test_a_reader_that_has_gone_is_no_error():
    done = process(["games", "list"], after="| true")
    assert (done.returncode, done.stderr) == (0, "")


def test_another_standard_output_is_left_alone(capsys):
    ours = sys.stdout
    claim_stdout()
    assert sys.stdout is ours


def test_every_command_guards_its_output():
    def leaves(command, context):
        if not isinstance(command, click.Group):
            return [command]
        inner = click.Context(command, parent=context, info_name=command.name)
        names = command.list_commands(inner)
        return [leaf for n in names for leaf in leaves(command.get_command(inner, n), inner)]

    found = leaves(app, None)
    assert len(found) > 10
    assert [leaf.name for leaf in found if not isinstance(leaf, Command)] == []


def test_highs_is_silent_before_it_can_print(monkeypatch):
    """Its constructor prints a banner from version 1.16 on, where output is not off by then."""
    highspy = pytest.importorskip("highspy")
    printing = []

    def enable_callbacks(self):
        printing.append(self.getOptionValue("output_flag")[1])

    monkeypatch.setattr(highspy.Highs, "enableCallbacks", enable_callbacks)
    assert solvers.solve("matching_pennies").status == "ok"
    assert printing and not any(printing)
