"""What is said where an optional package is missing."""

import importlib
import sys

import pytest

from gtlearn.errors import InputError
from gtlearn.optional import needed, optional


def test_a_module_that_is_missing():
    with pytest.raises(InputError, match=r"not_there is needed .* pip install 'gtlearn\[learn\]'"):
        optional("not_there.at_all", "learn")


def test_a_missing_package_of_a_package_is_no_matter_of_extras(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        optional("half_there", "learn")


def test_imports_that_are_needed():
    words = r"not_there is needed for games and not installed; run pip install 'gtlearn\[envs\]'"
    with pytest.raises(InputError, match=words), needed("games", "envs"):
        import not_there  # noqa: F401


@pytest.mark.parametrize(
    "module",
    ["environments.openspiel", "environments.trade.parallel", "learning.stackelberg.environments"],
)
def test_environments_without_pettingzoo(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    monkeypatch.delitem(sys.modules, f"gtlearn.{module}", raising=False)
    with pytest.raises(InputError, match="pettingzoo is needed for the environments"):
        importlib.import_module(f"gtlearn.{module}")
