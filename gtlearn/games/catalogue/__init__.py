"""Games of the literature, filed under their citation."""

from __future__ import annotations

from functools import cache

from gtlearn.errors import InputError
from gtlearn.games.catalogue.entry import Entry as Entry
from gtlearn.games.names import nearest


@cache
def _table() -> dict[str, Entry]:
    from gtlearn.games.catalogue import (
        classics,
        economics,
        examples,
        markov,
        random_families,
        security,
        symmetric,
    )

    modules = (symmetric, classics, examples, economics, security, markov, random_families)
    return {entry.name: entry for module in modules for entry in module.ENTRIES}


def catalogue() -> tuple[Entry, ...]:
    """Every entry, in the order in which they are listed."""
    return tuple(_table().values())


def catalogue_names() -> tuple[str, ...]:
    """The names of all entries."""
    return tuple(_table())


def catalogue_entry(name: str) -> Entry:
    """The entry of that name.

    Raises:
        InputError: if there is none.
    """
    try:
        return _table()[name]
    except KeyError:
        hint = nearest(name, _table()) or "see `gtlearn games list`"
        raise InputError(f"the catalogue has no game {name[:60]!r}; {hint}") from None
