"""Packages that only some installations have, and how to add them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from gtlearn.errors import InputError

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def optional(module: str, extra: str) -> ModuleType:
    """A module of an optional package, imported now.

    Raises:
        InputError: if the package is missing; the message says what to install.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != package:
            raise
        raise InputError(_missing(package, "this", extra)) from None


def require(*modules: str, extra: str) -> None:
    """Complains about optional packages before any work is done; imports none of them.

    Raises:
        InputError: if one is missing; the message says what to install.
    """
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise InputError(_missing(module, "this", extra))


@contextmanager
def needed(purpose: str, extra: str) -> Iterator[None]:
    """Around imports of optional packages.

    Args:
        purpose: for what, such as "the environments".
        extra: what to install.

    Raises:
        InputError: if one of them is missing; the message says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(_missing(error.name, purpose, extra)) from error


def _missing(package: str | None, purpose: str, extra: str) -> str:
    return f"{package} is needed for {purpose} and not installed; run {install_line(extra)}"


def install_line(extra: str = "") -> str:
    """The command that installs what an extra (by default the core) needs and does not find here.

    It names the packages themselves, and so works wherever gtlearn itself came from.
    """
    wanted = requirements(extra)
    lacking = [r for r in wanted if not is_met(r)] or wanted
    if not lacking:  # gtlearn is not installed, but found on Python's path
        return f"pip install -e '.[{extra}]' in the folder of gtlearn"
    return " ".join(["pip install", *(f"'{r.name}{r.specifier}'" for r in lacking)])


def requirements(extra: str = "") -> list[Requirement]:
    """What an extra (by default the core) needs, as the metadata of gtlearn has it, if any."""
    from importlib import metadata

    from packaging.requirements import Requirement

    try:
        lines = metadata.requires("gtlearn") or []
    except metadata.PackageNotFoundError:
        return []
    known = sorted((Requirement(line) for line in lines), key=lambda r: r.name)
    return [r for r in known if _applies(r, extra) and not (extra and _applies(r, ""))]


def _applies(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or marker.evaluate({"extra": extra})


def installed_version(package: str) -> str | None:
    """The version that is installed of a package, or None."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def is_met(requirement: Requirement) -> bool:
    """Whether the package is installed, in a version that the requirement admits."""
    version = installed_version(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)
