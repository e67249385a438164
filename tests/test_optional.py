"""What is said where an optional package is missing."""

import importlib
import re
import sys
from importlib import metadata

import pytest

from gtlearn import optional as optional_packages
from gtlearn.errors import InputError
from gtlearn.optional import needed, optional


def test_a_module_that_is_missing():
    with pytest.raises(InputError, match=r"not_there is needed .*; run pip install '.*'torch>=2"):
        optional("not_there.at_all", "learn")


def test_a_missing_package_of_a_package_is_no_matter_of_extras(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        optional("half_there", "learn")


def test_imports_that_are_needed():
    words = r"not_there is needed for games and not installed; run pip install '.*'mujoco>=3"
    with pytest.raises(InputError, match=words), needed("games", "envs"):
        import not_there  # noqa: F401


def test_what_is_installed_is_not_named(monkeypatch):
    def version(package):
        if package == "torch":
            raise metadata.PackageNotFoundError(package)
        return "9999"

    monkeypatch.setattr(metadata, "version", version)
    assert re.fullmatch(r"pip install 'torch>=[\d.]+'", optional_packages.install_line("learn"))


def test_from_its_source_gtlearn_has_no_metadata(monkeypatch):
    def requires(package):
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "requires", requires)
    line = optional_packages.install_line("envs")
    assert line == "pip install -e '.[envs]' in the folder of gtlearn"


@pytest.mark.parametrize(
    "module",
    ["environments.openspiel", "environments.trade.parallel", "learning.stackelberg.environments"],
)
def test_environments_without_pettingzoo(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    for loaded in (module, "environments.parallel"):  # which is what needs it
        monkeypatch.delitem(sys.modules, f"gtlearn.{loaded}", raising=False)
    with pytest.raises(InputError, match="pettingzoo is needed for the environments"):
        importlib.import_module(f"gtlearn.{module}")
