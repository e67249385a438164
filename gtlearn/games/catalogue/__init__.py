"""Games of the literature, filed under their citation."""

from __future__ import annotations

from functools import cache

from gtlearn.errors import InputError, nearest, quoted
from gtlearn.games.catalogue.entry import Entry as Entry
from gtlearn.games.names import split_call
from gtlearn.plugins import plugin, plugins

ENTRY_GROUP = "gtlearn.games"

_added: dict[str, Entry] = {}


@cache
def _table() -> dict[str, Entry]:
    from gtlearn.games.catalogue.cards import CARD_GAMES
    from gtlearn.games.catalogue.classics import CLASSICS
    from gtlearn.games.catalogue.economics import ECONOMICS
    from gtlearn.games.catalogue.markov import MARKOV_GAMES
    from gtlearn.games.catalogue.security import SECURITY_GAMES
    from gtlearn.games.catalogue.trees import TREES
    from gtlearn.games.families import FAMILIES

    groups = (CLASSICS, ECONOMICS, SECURITY_GAMES, MARKOV_GAMES, TREES, CARD_GAMES, FAMILIES)
    return {entry.name: entry for group in groups for entry in group}


@cache
def _of_openspiel() -> dict[str, Entry]:
    from gtlearn.games.catalogue.cards import OPENSPIEL_GAMES

    return {entry.name: entry for entry in OPENSPIEL_GAMES}


def add_entry(entry: Entry) -> None:
    """Adds an entry, or replaces one that was added.

    Raises:
        InputError: if it has the name of one of gtlearn's own, or a name that none can have.
    """
    if split_call(entry.name) != (entry.name, ""):
        raise InputError(f"{quoted(entry.name)} is no name of a game; use letters, digits and _")
    if entry.name in _table():
        raise InputError(f"gtlearn has a game called {entry.name} itself; give another name")
    _added[entry.name] = entry


def catalogue() -> tuple[Entry, ...]:
    """Every entry, in the order in which they are listed, those of installed packages last.

    Raises:
        InputError: if an installed package's cannot be loaded.
    """
    installed = {entry.name: entry for entry in plugins(ENTRY_GROUP, Entry)}
    return tuple((_table() | _of_openspiel() | _added | installed).values())


def catalogue_names() -> tuple[str, ...]:
    """The names of all entries but those that OpenSpiel builds, and those of installed packages
    that nothing has asked for."""
    return (*_table(), *_added)


def openspiel_entry(name: str) -> Entry | None:
    """What the catalogue says of a game that OpenSpiel builds; None if nothing."""
    return _of_openspiel().get(name)


def find_entry(name: str) -> Entry | None:
    """The entry of that name, also of OpenSpiel's or an installed package's; None if there is none.

    Raises:
        InputError: if an installed package's cannot be loaded.
    """
    if name not in _added and name not in _table():
        if name in _of_openspiel():
            return _of_openspiel()[name]
        entry = plugin(ENTRY_GROUP, name, Entry)
        if entry is None or entry.name != name:
            return None
        add_entry(entry)
    return _table().get(name) or _added[name]


def catalogue_entry(name: str) -> Entry:
    """The entry of that name.

    Raises:
        InputError: if there is none.
    """
    entry = find_entry(name)
    if entry is None:
        known = (*catalogue_names(), *_of_openspiel())
        hint = nearest(name, known, "") or "see `gtlearn games list`"
        raise InputError(f"the catalogue has no game {name[:60]!r}; {hint}")
    return entry
