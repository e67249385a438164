"""No circles in the graph of imports: those at the top, in functions and for types all count.

What imports a name from a package depends on the module that defines it, where the package's own
imports say which; else on the package.
"""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted((ROOT / "gtlearn").rglob("*.py"))}


@cache
def imports(module):
    """What a module imports: (the module, the name in it or None, what it is called here)."""
    found = []
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, None, alias.asname) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found += [(node.module, each.name, each.asname or each.name) for each in node.names]
    return [(source, name, here) for source, name, here in found if source in MODULES]


def definer(module, name):
    """The module that defines a name which is imported from `module`."""
    if name is None:
        return module
    if f"{module}.{name}" in MODULES:
        return f"{module}.{name}"
    for source, original, here in imports(module) if is_package(module) else ():
        if here == name and (source, original) != (module, name):
            return definer(source, original)
    return module


def is_package(module):
    return MODULES[module].name == "__init__.py"


def graph():
    return {m: {definer(*source[:2]) for source in imports(m)} - {m} for m in MODULES}


def test_no_circles():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_names_are_followed_to_their_modules():
    assert definer("gtlearn.games", "NormalFormGame") == "gtlearn.games.kinds.normal_form"
    assert definer("gtlearn.games", "families") == "gtlearn.games.families"
    assert definer("gtlearn.games.kinds.markov", "unrolled") == "gtlearn.games.kinds.markov.game"
    assert definer("gtlearn.games", "__all__") == "gtlearn.games"


def test_imports_in_functions_and_for_types_count():
    assert ("gtlearn.games.catalogue.classics", "CLASSICS", "CLASSICS") in imports(
        "gtlearn.games.catalogue"
    )
    assert "gtlearn.games.kinds.normal_form" in graph()["gtlearn.games.loading"]
    steps = graph()["gtlearn.games.openspiel.steps"]
    assert "gtlearn.games.kinds.markov.game" in steps  # under TYPE_CHECKING
