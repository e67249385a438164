"""The verifier imports nothing of the solvers, so that no error of theirs can hide in it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gtlearn.solvers.testing
import gtlearn.solvers.verify

FOLDER = Path(gtlearn.solvers.verify.__file__).parent
TESTING = Path(gtlearn.solvers.testing.__file__).parent
ALLOWED = {
    "gtlearn.child",  # which calls functions, and computes nothing
    "gtlearn.errors",
    "gtlearn.games",
    "gtlearn.games.given",  # which loads games
    "gtlearn.games.kinds.iterated",  # for the Markov game of an iterated one
    "gtlearn.games.numbers",
    "gtlearn.limits",
    "gtlearn.solvers.concepts",  # which concepts others have registered
    "gtlearn.solvers.enclosures",  # the numbers in intervals, which prove nothing
    "gtlearn.solvers.outcomes",  # the result types, which compute nothing
}


def imported(path):
    """The modules that a file imports when it runs (not those named for type checkers only)."""
    waiting = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_what_is_imported(path):
    ours = {name for name in imported(path) if name.startswith("gtlearn")}
    assert {n for n in ours if not n.startswith("gtlearn.solvers.verify")} <= ALLOWED


@pytest.mark.parametrize("path", sorted(TESTING.rglob("*.py")), ids=lambda path: path.name)
def test_what_judges_the_verifier_imports_neither_it_nor_a_solver(path):
    ours = {name for name in imported(path) if name.startswith("gtlearn")}
    others = {n for n in ours if not n.startswith(("gtlearn.solvers.testing", "gtlearn.games"))}
    asked = {"gtlearn.solvers.verify"} if path.name == "scoring.py" else set()
    assert others <= {"gtlearn.errors"} | asked


def test_what_gets_loaded():
    """With the package's own front emptied, loading the verifier loads no solver."""
    code = (
        "import sys, types, importlib.util\n"
        "spec = importlib.util.find_spec('gtlearn.solvers')\n"
        "front = types.ModuleType('gtlearn.solvers')\n"
        "front.__path__ = list(spec.submodule_search_locations)\n"
        "sys.modules['gtlearn.solvers'] = front\n"
        "import gtlearn.solvers.verify\n"
        "print(*[n for n in sys.modules if n.startswith('gtlearn.solvers')])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    loaded = {n for n in result.stdout.split() if not n.startswith("gtlearn.solvers.verify")}
    data = {f"gtlearn.solvers.{n}" for n in ("concepts", "enclosures", "evidence", "outcomes")}
    assert loaded == {"gtlearn.solvers", *data}
