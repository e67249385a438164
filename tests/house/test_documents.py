"""Every command shown in README and docs is run, and prints what is shown.

In a ```console block, a line `$ gtlearn ...` is a command and the lines up to the next one are
its output, in which `...` stands for anything, as in a doctest. (Python blocks are doctests.)
"""

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

import gtlearn
from gtlearn import cli, games

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = "https://github.com/gtlearn/gtlearn/blob/main/"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(document):
    for block in re.findall(r"^```console\n(.*?)^```", document.read_text(), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def test_what_is_said_to_be_safe_is_tested():
    """Every line of its table names tests, and each of them is there."""
    page = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\|.*\|$", page, re.M)[2:]
    assert len(rows) > 10 and all("::test_" in row for row in rows)
    for file, name in re.findall(r"`([\w/]+\.py)::(\w+)`", page):
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(), (file, name)


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
    for target in re.findall(r"\]\(([^)#]+)", document.read_text()):
        page = target.removeprefix(PAGES)
        place = ROOT if page != target else document.parent
        assert (target.startswith("https:") and page == target) or (place / page).exists(), target


def test_the_readme_can_be_read_elsewhere():
    """On an index of packages a relative link leads nowhere."""
    links = re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text())
    assert links and [link for link in links if not link.startswith("https://")] == []


def test_one_address_of_the_repository():
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert urls["Repository"] == citation["repository-code"] == PAGES.removesuffix("/blob/main/")
    assert all(url.startswith(urls["Repository"]) for url in urls.values())


def test_the_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == gtlearn.__version__
    named = [
        (" & ".join(author["family-names"] for author in paper["authors"]), paper["year"])
        for paper in citation["references"]
    ]
    assert named[0] == ("Gerstgrasser & Parkes", 2023)
    assert named[1][0].startswith("Kim & Liu & Riemer & ") and named[1][1] == 2021


def test_no_hint_asks_an_index_for_gtlearn():
    """It is on none yet: what is missing is named itself, see `gtlearn.optional`."""
    for file in [*DOCUMENTS, *(ROOT / "gtlearn").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        assert not re.search(r"pip install [\"']?gtlearn\b", file.read_text()), file


def test_the_formats_shown_are_read():
    text = (ROOT / "docs" / "file-formats.md").read_text()
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    games_only = [(kind, block) for kind, block in blocks if '"strategies"' not in block]
    shown = [(kind or "csv", block) for kind, block in games_only if kind in ("json", "")]
    assert [kind for kind, _ in shown] == ["json"] * 6 + ["csv"] * 2
    for kind, block in shown:
        games.loads(block, kind)
