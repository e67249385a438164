"""The 12 strict symmetric 2x2 games: ordinal payoffs 1 to 4, no ties."""

from __future__ import annotations

from functools import partial

from gtlearn.games.catalogue.entry import Entry
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form

_SOURCE = (
    "Robinson & Goforth (2005), The Topology of the 2x2 Games: A New Periodic Table; the set of "
    "12 and its names as in Gerstgrasser & Parkes (2023), Oracles & Followers: Stackelberg "
    "Equilibria in Deep Multi-Agent Reinforcement Learning, ICML"
)

# name: row payoffs CC, CD, DC, DD; what makes the game what it is
_GAMES = {
    "prisoners_dilemma": ((3, 1, 4, 2), "defection dominates, and both lose by it"),
    "stag_hunt": ((4, 1, 3, 2), "trust pays most, defection is cautious; a lone defector gets 3"),
    "assurance": ((4, 1, 2, 3), "trust pays most, defection is cautious; a lone defector gets 2"),
    "coordination": ((4, 2, 1, 3), "two equilibria, the better one is also the safer"),
    "mixedharmony": ((4, 3, 1, 2), "cooperation dominates; a lone defector fares worst"),
    "harmony": (
        (4, 3, 2, 1),
        "cooperation dominates; a lone cooperator does better than a defector",
    ),
    "noconflict": (
        (4, 2, 3, 1),
        "cooperation dominates; a lone defector does better than the other",
    ),
    "deadlock": ((2, 1, 4, 3), "defection dominates, and both are content with it"),
    "prisoners_delight": ((1, 2, 4, 3), "defection dominates, and is best beside a cooperator"),
    "hero": ((1, 3, 4, 2), "one should defect, to the good of both; both cooperating is worst"),
    "battle": ((2, 3, 4, 1), "one should defect, to the good of both; both defecting is worst"),
    "chicken": ((3, 2, 4, 1), "each prefers to hold firm while the other yields"),
}


def _build(name: str) -> NormalFormGame:
    (cc, cd, dc, dd), _ = _GAMES[name]
    labels = ("C", "D")
    return normal_form([[cc, cd], [dc, dd]], [[cc, dc], [cd, dd]], actions=(labels, labels))


ENTRIES = tuple(
    Entry(name, f"symmetric 2x2: {text}", _SOURCE, partial(_build, name))
    for name, (_, text) in _GAMES.items()
)
