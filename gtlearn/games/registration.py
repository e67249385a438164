"""`register`: what a package adds to the games that gtlearn knows."""

from __future__ import annotations

from gtlearn.errors import InputError
from gtlearn.games.catalogue import Entry, add_entry
from gtlearn.games.formats.registry import Format, add_format
from gtlearn.games.kinds import KINDS
from gtlearn.games.kinds.registry import Kind, add_kind


def register(row: Entry | Format | Kind) -> None:
    """Adds a game or family to the catalogue, a format of files, or a kind of game.

    What is added is taken by `load`, and so by every function and command that takes a game. What
    was added before under the same name is replaced. An installed package need not be imported to
    be known: its entry points of the groups `gtlearn.games` (an Entry by its name),
    `gtlearn.formats` (a Format by its suffix) and `gtlearn.kinds` (a Kind by any name) are loaded
    once something asks for them.

    Args:
        row: what to add.

    Raises:
        InputError: if its name, suffix or type is one of gtlearn's own.

    >>> from gtlearn import games
    >>> def donation(benefit=3):
    ...     return games.normal_form([[benefit - 1, -1], [benefit, 0]],
    ...                              [[benefit - 1, benefit], [-1, 0]])
    >>> games.register(games.Entry("donation", "who gives pays one", "folklore", donation))
    >>> games.load("donation(benefit=4)").payoff(0, (1, 0))
    Fraction(4, 1)
    """
    if isinstance(row, Entry):
        add_entry(row)
    elif isinstance(row, Format):
        add_format(row)
    elif isinstance(row, Kind):
        if row.type in KINDS:
            raise InputError(f"{row.type.__name__} is a kind of gtlearn's own; register another")
        add_kind(row)
    else:
        raise InputError(
            f"a {type(row).__name__} is no Entry, Format or Kind; register one of them"
        )
