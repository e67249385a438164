"""One name, one thing; and the field's terms."""

import ast
import re
from collections import defaultdict
from itertools import chain
from pathlib import Path

import gtlearn

PACKAGE = Path(gtlearn.__file__).parent
METAPHORS = {"found", "people", "mate", "mates", "sides", "torn", "knife"}


def _definitions(tree):
    """The public classes and constants of a module, and what each is."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, ast.unparse(node)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        yield from (
            (t.id, ast.unparse(value)) for t in targets if isinstance(t, ast.Name) and value
        )


def _doubles(modules):
    """The public names that stand for different things in different modules."""
    meanings = defaultdict(lambda: defaultdict(list))
    for name, text in modules.items():
        for word, what in _definitions(ast.parse(text)):
            if not word.startswith("_"):
                meanings[word][what].append(name)
    return {word: sorted(chain(*m.values())) for word, m in meanings.items() if len(m) > 1}


def _words(text):
    """The words of the identifiers of a module."""
    for node in ast.walk(ast.parse(text)):
        names = (getattr(node, key, None) for key in ("id", "arg", "attr", "name", "asname"))
        for name in filter(None, names):
            yield from re.findall("[A-Z]?[a-z]+", name.replace("NotFound", ""))  # Python's errors


def _package():
    return {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
    }


def test_no_name_stands_for_two_things():
    assert _doubles({"a": "LIMIT = 1", "b": "LIMIT = 2\nclass Row: ..."}) == {"LIMIT": ["a", "b"]}
    assert _doubles(_package()) == {}


def test_no_identifier_is_a_metaphor():
    assert set(_words("class TornSides: def_found = 1")) >= {"Torn", "Sides", "found"}
    spoken = {
        name: METAPHORS.intersection(map(str.lower, _words(text)))
        for name, text in _package().items()
    }
    assert {name: words for name, words in spoken.items() if words} == {}
