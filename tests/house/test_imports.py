"""The layout: links, layers and light imports."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "matplotlib", "scipy", "networkx", "pandas", "openpyxl", "numba")


def python(code, *, cwd, path=""):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def traps(tmp_path):
    """A folder in which every heavy package is a module that refuses to be imported."""
    for name in HEAVY:
        (tmp_path / f"{name}.py").write_text(f"raise AssertionError('{name} was imported')\n")
    return tmp_path


@pytest.mark.parametrize("name", ["games", "solvers"])
def test_links_are_relative(name):
    link = ROOT / name
    if not link.is_symlink():
        pytest.skip("this copy of the repository was made without its links")
    assert os.readlink(link) == f"gtlearn/{name}"


@pytest.mark.parametrize("name", ["games", "solvers"])
def test_folders_refuse_another_name(name, tmp_path):
    (tmp_path / name).symlink_to(ROOT / "gtlearn" / name)
    result = python(f"import {name}", cwd=tmp_path)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert f"write `from gtlearn import {name}`" in last


def test_importing_solvers_is_light(traps):
    result = python("import gtlearn.solvers, gtlearn.games", cwd=traps, path=traps)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["solve", "--help"],
        ["solve", "rock_paper_scissors", "--format", "json"],
        ["solve", "2 0 1; 1 3 0; 0 1 4", "--symmetric", "--format", "json"],
        ["solve", "shapley"],
        ["solve", "gtlearn_iterated(stage=chicken,horizon=4)", "--concept", "stackelberg"],
        ["games", "show", "chicken"],
        ["train", "--help"],
        ["resume", "--help"],
        ["sweep", "--help"],
        ["plot", "--help"],
    ],
)
def test_commands_are_light(arguments, traps):
    result = python(f"from gtlearn.cli import main; main({arguments})", cwd=traps, path=traps)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_verifier_shares_no_code_with_the_solvers():
    graph = grimp.build_graph("gtlearn", exclude_type_checking_imports=True)
    verifier = {m for m in graph.modules if m.startswith("gtlearn.solvers.verify")}
    used = set().union(*(graph.find_upstream_modules(module) for module in verifier)) - verifier
    assert verifier
    data = {  # which computes nothing
        f"gtlearn.solvers.{name}" for name in ("concepts", "enclosures", "evidence", "outcomes")
    }
    assert {m for m in used if m.startswith("gtlearn.solvers")} == data


@pytest.mark.parametrize(
    "door", ["", ".games", ".solvers", ".solvers.verify", ".learning", ".runs"]
)
def test_a_door_names_what_stands_behind_it(door):
    pytest.importorskip("torch")
    package = importlib.import_module(f"gtlearn{door}")
    source = Path(package.__file__).read_text()
    exported = set(re.findall(r"\b(\w+) as \1\b", source))
    assert exported <= set(package.__all__)
    assert sorted(package.__all__) == package.__all__
    assert all(hasattr(package, name) for name in package.__all__)
    assert set(package.__all__) <= set(dir(package))
