"""The solution concepts: for each kind of game, what solves, checks and verifies them, and which
options they have. Every refusal, and the options of the command line, come from this table.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gtlearn.errors import InputError, nearest, option
from gtlearn.games import (
    BayesianGame,
    ExtensiveGame,
    Game,
    HarsanyiGame,
    IteratedGame,
    MarkovGame,
    MergedGame,
    SymmetricGame,
)
from gtlearn.plugins import plugin, plugin_names

NORMAL_FORM, BAYESIAN, STEPS = "normal-form", "Bayesian", "iterated or Markov"  # kinds of game
TREE, MERGED, SYMMETRIC = "extensive-form", "merged", "symmetric"
TYPES = "Bayesian (types on every side)"
_GROUP = "gtlearn.concepts"  # of entry points


@dataclass(frozen=True)
class Row:
    """What is done about one concept in one kind of game.

    Attributes:
        solve: called as `solve(game, progress=..., **options)` for a Solution; or its
            "module:name", which is imported with its first use.
        options: the options of `solve`, and what those words of theirs are that not all rows know.
        check: called as `check(profile, game, tolerance=..., index=..., **options)` for a
            CheckReport; or its "module:name"; None where profiles cannot be checked.
        check_options: its options.
        verify: called as `verify(game, claim)` for the statements of a solution
            (`verify.report.Statement`); None for those of gtlearn's own concepts.
    """

    solve: str | Callable[..., Any]
    options: frozenset[str] = frozenset()
    check: str | Callable[..., Any] | None = None
    check_options: frozenset[str] = frozenset()
    verify: Callable[[Any, Any], Iterator[Any]] | None = None

    def work(self, verb: str) -> Callable[..., Any] | None:
        """What is called to "solve" or to "check"."""
        work: str | Callable[..., Any] | None = getattr(self, verb)
        if not isinstance(work, str):
            return work
        module, _, name = work.partition(":")
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return function

    def options_of(self, verb: str) -> frozenset[str]:
        """The options of a verb."""
        return self.options if verb == "solve" else self.check_options


@dataclass(frozen=True)
class Concept:
    """A solution concept.

    Attributes:
        name: what `solve` and `check` call it.
        title: what one solution is called, as in "Nash equilibrium".
        rows: what is done about it, by the kind of game.
        claim: what is proven of a solution, as a sentence without its full stop, where no other
            words say it.
    """

    name: str
    title: str
    rows: Mapping[str, Row]
    claim: str = ""

    @property
    def plural(self) -> str:
        """What several solutions are called."""
        return f"{self.title[:-2]}a" if self.title.endswith("ium") else f"{self.title}s"


_SOLVERS, _CHECKS = "gtlearn.solvers", "gtlearn.solvers.checking.check"
_COMMITMENTS = frozenset({"leader", "ties", "commitment", "arithmetic", "method"})
_TABLES = frozenset({"leader", "ties", "follower", "policy"})
_CORRELATED = frozenset({"objective", "arithmetic"})
_FLOATS = frozenset({"exact_floats"})

_OWN = {
    concept.name: concept
    for concept in (
        Concept(
            "nash",
            "Nash equilibrium",
            {
                NORMAL_FORM: Row(
                    f"{_SOLVERS}._one_shot.nash:solve_nash",
                    frozenset(
                        {
                            "find",
                            "select",
                            "arithmetic",
                            "method",
                            "symmetric_equilibria",
                            "workers",
                        }
                    ),
                    f"{_CHECKS}:check_equilibrium",
                    frozenset({"nearest"}),
                ),
                SYMMETRIC: Row(
                    f"{_SOLVERS}._symmetric.solve:solve_symmetric",
                    frozenset({"find", "symmetric_equilibria"}),
                    f"{_CHECKS}:check_equilibrium",
                ),
                STEPS: Row(
                    f"{_SOLVERS}._markov.nash:solve_nash",
                    frozenset({"find", "select", "method"}),
                    f"{_CHECKS}:check_equilibrium",
                ),
                TREE: Row(
                    f"{_SOLVERS}._trees.nash:solve_nash",
                    frozenset({"find", "select", "arithmetic", "method"}),
                    f"{_CHECKS}:check_equilibrium",
                    _FLOATS | {"nearest"},
                ),
                MERGED: Row(
                    f"{_SOLVERS}._trees.merged:solve_nash",
                    frozenset(),
                    f"{_CHECKS}:check_equilibrium",
                    _FLOATS,
                ),
                TYPES: Row(
                    f"{_SOLVERS}._bayesian.nash:solve_nash",
                    frozenset({"find"}),
                    f"{_CHECKS}:check_equilibrium",
                ),
            },
        ),
        Concept(
            "subgame-perfect",
            "subgame-perfect equilibrium",
            {
                TREE: Row(
                    f"{_SOLVERS}._trees.subgame_perfect:solve_subgame_perfect",
                    frozenset({"find"}),
                    f"{_CHECKS}:check_subgame_perfect",
                    _FLOATS,
                ),
                MERGED: Row(
                    f"{_SOLVERS}._trees.merged:solve_subgame_perfect",
                    frozenset(),
                    f"{_CHECKS}:check_subgame_perfect",
                    _FLOATS,
                ),
            },
            "in no subgame does a player gain anything by playing otherwise",
        ),
        Concept(
            "stackelberg",
            "Stackelberg equilibrium",
            {
                NORMAL_FORM: Row(
                    f"{_SOLVERS}._commitment:stackelberg",
                    _COMMITMENTS,
                    f"{_CHECKS}:check_commitment",
                    frozenset({"leader", "ties"}),
                ),
                BAYESIAN: Row(f"{_SOLVERS}._commitment:stackelberg", _COMMITMENTS),
                TREE: Row(f"{_SOLVERS}._trees.in_plans:stackelberg", _COMMITMENTS),
                STEPS: Row(
                    f"{_SOLVERS}._markov.commitment:stackelberg",
                    _TABLES,
                    f"{_CHECKS}:check_commitment",
                    _TABLES,
                ),
            },
        ),
        *(
            Concept(
                words.replace(" ", "-"),
                f"{words} equilibrium",
                {
                    NORMAL_FORM: Row(
                        f"{_SOLVERS}._correlated:{words.replace(' ', '_')}",
                        _CORRELATED,
                        f"{_CHECKS}:check_{words.replace(' ', '_')}",
                    ),
                    TREE: Row(f"{_SOLVERS}._trees.in_plans:{words.replace(' ', '_')}", _CORRELATED),
                },
            )
            for words in ("correlated", "coarse correlated")
        ),
    )
}
OWN = tuple(_OWN)  # the names of gtlearn's own concepts
_registered: dict[str, Concept] = {}


def register(concept: Concept) -> Concept:
    """Adds a concept, which `solve`, `check`, `verify` and the command line then know.

    A package adds one without being imported by an entry point of the group "gtlearn.concepts"
    that names a Concept.

    Raises:
        InputError: if the name is taken.
    """
    if concept.name in _OWN:
        raise InputError(f"{concept.name!r} is a concept of gtlearn; register another name")
    _registered[concept.name] = concept
    return concept


def names() -> list[str]:
    """The names of all concepts, those of installed packages included."""
    return list(dict.fromkeys((*_OWN, *_registered, *plugin_names(_GROUP))))


def is_registered(name: str) -> bool:
    """Whether a concept is none of gtlearn's own."""
    return name not in _OWN


def concept_of(name: str) -> Concept:
    """A concept by its name.

    Raises:
        InputError: if there is none.
    """
    known = _OWN.get(name) or _registered.get(name) or plugin(_GROUP, name, Concept)
    if known is None:
        raise InputError(f"{name!r} is no concept; {nearest(name, names())}")
    return known


def kind_of_game(game: Game) -> str:
    """Which column of the table a game is in."""
    if isinstance(game, MarkovGame | IteratedGame):
        return STEPS
    if isinstance(game, MergedGame):
        return MERGED
    if isinstance(game, ExtensiveGame):
        return TREE
    if isinstance(game, HarsanyiGame):
        return TYPES
    if isinstance(game, SymmetricGame):
        return SYMMETRIC
    return BAYESIAN if isinstance(game, BayesianGame) else NORMAL_FORM


def game_for(verb: str, name: str, game: Game, given: Iterable[str]) -> Game:
    """The game that is solved or checked: of merged states the tree, where a concept or an option
    needs it.

    Args:
        verb, name, game, given: as of `row_of`.

    Raises:
        InputError: if there is no such concept, or the tree is too large.
        LimitReached: at a limit.
    """
    if not isinstance(game, MergedGame):
        return game
    row = concept_of(name).rows.get(MERGED)
    if row is not None and set(given) <= row.options_of(verb):
        return game
    tree: ExtensiveGame = game.unmerged()
    return tree


def row_of(verb: str, name: str, game: Game, given: Iterable[str]) -> Row:
    """The row of a concept in a game; what has no meaning there is refused.

    Args:
        verb: "solve" or "check".
        name: the name of the concept.
        game: the game.
        given: the options that the user gave.

    Raises:
        InputError: if there is no such concept, it is not looked at in such a game, or an option
            has no meaning for it; with what to do.
    """
    concept, kind = concept_of(name), kind_of_game(game)
    row = concept.rows.get(kind)
    if row is None or getattr(row, verb) is None:
        others = [c.name for c in _OWN.values() if getattr(c.rows.get(kind), verb, None)]
        instead = f"; use {option('concept', others)}" if others else ""
        raise InputError(
            f"{game.name!r} is {_listed([kind])} game, for which {name} is not available{instead}"
        )
    for asked in given:
        if asked not in row.options_of(verb):
            raise InputError(
                f"{option(asked)} has no meaning for {name} in {_listed([kind])} game: "
                f"{_owners(verb, asked, concept)}; leave it out"
            )
    return row


def _owners(verb: str, name: str, concept: Concept) -> str:
    """Where an option has a meaning: the same concept in other kinds of game, or other concepts."""
    here = [kind for kind, row in concept.rows.items() if name in row.options_of(verb)]
    if here:
        return f"it goes with {concept.name} in {_listed(here)} game"
    owners, where = _owners_and_where(verb, name)
    return f"it goes with {option('concept', owners)}{where}"


def owners_of(verb: str, name: str) -> str:
    """The concepts that an option belongs to, and the kind of game if it is not for games in one
    shot; empty where it belongs to none."""
    owners, where = _owners_and_where(verb, name)
    return ", ".join(owners) + where


def _owners_and_where(verb: str, name: str) -> tuple[list[str], str]:
    owners = [
        (concept.name, kind)
        for concept in _OWN.values()
        for kind, row in concept.rows.items()
        if name in row.options_of(verb)
    ]
    kinds = sorted({kind for _, kind in owners})
    where = f" in {_listed(kinds)} game" if kinds and NORMAL_FORM not in kinds else ""
    return list(dict.fromkeys(owner for owner, _ in owners)), where


def _listed(kinds: Sequence[str]) -> str:
    *most, last = [f"an {kind}" if kind in (STEPS, TREE) else f"a {kind}" for kind in kinds]
    return f"{', '.join(most)} or {last}" if most else last
