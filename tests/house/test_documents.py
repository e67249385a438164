"""Every command shown in README and docs is run, and prints what is shown.

In a ```console block, a line `$ gtlearn ...` is a command and the lines up to the next one are
its output, in which `...` stands for anything, as in a doctest. (Python blocks are doctests.)
"""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from gtlearn import cli, games

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(document):
    for block in re.findall(r"^```console\n(.*?)^```", document.read_text(), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_print_what_is_shown(document, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for command, shown in commands(document):
        name, *arguments = shlex.split(command)
        assert name == "gtlearn"
        code = cli.run(arguments)
        captured = capsys.readouterr()
        printed = captured.out + captured.err
        assert code != 70, printed
        assert doctest.OutputChecker().check_output(shown, printed, FLAGS), printed


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_formats_shown_are_read():
    text = (ROOT / "docs" / "file-formats.md").read_text()
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    games_only = [(kind, block) for kind, block in blocks if '"strategies"' not in block]
    shown = [(kind or "csv", block) for kind, block in games_only if kind in ("json", "")]
    assert [kind for kind, _ in shown] == ["json"] * 4 + ["csv"] * 2
    for kind, block in shown:
        games.loads(block, kind)
