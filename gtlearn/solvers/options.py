"""Which options belong to which concept and kind of game: one table behind every refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gtlearn.errors import InputError, option
from gtlearn.games import BayesianGame, Game, IteratedGame, MarkovGame

NORMAL_FORM, BAYESIAN, STEPS = "normal-form", "Bayesian", "iterated or Markov"

Row = tuple[str, str]  # a concept and a kind of game
Rows = Mapping[Row, frozenset[str]]

_COMMITMENTS = frozenset({"leader", "ties", "commitment", "arithmetic", "method"})
_LOTTERIES = frozenset({"objective", "arithmetic"})

SOLVE: Rows = {
    ("nash", NORMAL_FORM): frozenset({"find", "select", "arithmetic", "method"}),
    ("nash", STEPS): frozenset({"find", "select", "method"}),
    ("stackelberg", NORMAL_FORM): _COMMITMENTS,
    ("stackelberg", BAYESIAN): _COMMITMENTS,
    ("stackelberg", STEPS): frozenset({"leader", "ties", "follower", "policy"}),
    ("correlated", NORMAL_FORM): _LOTTERIES,
    ("coarse-correlated", NORMAL_FORM): _LOTTERIES,
}
CHECK: Rows = {
    ("nash", NORMAL_FORM): frozenset(),
    ("nash", STEPS): frozenset(),
    ("stackelberg", NORMAL_FORM): frozenset({"leader", "ties"}),
    ("stackelberg", STEPS): frozenset({"leader", "ties", "follower", "policy"}),
    ("correlated", NORMAL_FORM): frozenset(),
    ("coarse-correlated", NORMAL_FORM): frozenset(),
}


def kind_of_game(game: Game) -> str:
    """Which column of the tables a game is in."""
    if isinstance(game, MarkovGame | IteratedGame):
        return STEPS
    return BAYESIAN if isinstance(game, BayesianGame) else NORMAL_FORM


def require_row(rows: Rows, concept: str, game: Game, given: Iterable[str]) -> None:
    """Refuses a concept that is not looked at in such a game, and options that it does not have.

    Args:
        rows: `SOLVE` or `CHECK`.
        concept: one of the concepts.
        game: the game.
        given: the options that the user gave.

    Raises:
        InputError: if so, with what to do.
    """
    kind = kind_of_game(game)
    if (concept, kind) not in rows:
        others = [c for c, k in rows if k == kind]
        instead = f"; use {option('concept', others)}" if others else ""
        raise InputError(
            f"{game.name!r} is {_listed([kind])} game, for which {concept} is not "
            f"available{instead}"
        )
    for name in given:
        if name not in rows[concept, kind]:
            raise InputError(
                f"{option(name)} has no meaning for {concept} in {_listed([kind])} game: it goes "
                f"with {_owners(rows, name, concept)}; leave it out"
            )


def _owners(rows: Rows, name: str, concept: str) -> str:
    """Where an option has a meaning: the same concept in other kinds of game, or other concepts."""
    elsewhere = [k for (c, k), names in rows.items() if c == concept and name in names]
    if elsewhere:
        return f"{concept} in {_listed(elsewhere)} game"
    owners = [row for row, names in rows.items() if name in names]
    concepts = option("concept", list(dict.fromkeys(c for c, _ in owners)))
    kinds = {k for _, k in owners}
    return concepts if NORMAL_FORM in kinds else f"{concepts} in {_listed(sorted(kinds))} game"


def _listed(kinds: Sequence[str]) -> str:
    return " or ".join(f"an {kind}" if kind == STEPS else f"a {kind}" for kind in kinds)
