"""`load`: one way in for every kind of game; `register`: what a package adds to them."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypedDict

import pyspiel

from gtlearn import child, limits
from gtlearn.errors import InputError, about, nearest, option, quoted
from gtlearn.games.catalogue import (
    ENTRY_GROUP,
    Entry,
    add_entry,
    catalogue_names,
    find_entry,
    openspiel_entry,
)
from gtlearn.games.effort import bytes_seconds, reading_seconds
from gtlearn.games.formats.csv import is_csv, parse_csv
from gtlearn.games.formats.files import (
    Format,
    add_format,
    format_of,
    game_of_bytes,
    is_path,
    loads,
    read_game,
)
from gtlearn.games.formats.foreign import reader_of
from gtlearn.games.formats.frames import game_of_frames, is_frames
from gtlearn.games.formats.literal import is_literal, parse_literal
from gtlearn.games.formats.matrices import game_from_arrays, is_nested, refuse_axis, refuse_flags
from gtlearn.games.kinds import KINDS, Game
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.extensive.game import ExtensiveGame
from gtlearn.games.kinds.extensive.merged import MergedGame
from gtlearn.games.kinds.extensive.recorder import MAX_TREE
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.kinds.registry import Kind, add_kind, kind_of, load_by, normal_form_of
from gtlearn.games.kinds.symmetric import SymmetricGame
from gtlearn.games.names import parse_arguments, split_call
from gtlearn.games.openspiel.iterated import IteratedOpenSpielGame, is_iterated, load_iterated
from gtlearn.games.openspiel.kinds import from_openspiel, load_openspiel
from gtlearn.games.openspiel.markov import MARKOV, MarkovOpenSpielGame
from gtlearn.games.openspiel.normal_form import to_openspiel
from gtlearn.games.openspiel.steps import SteppedGame
from gtlearn.games.openspiel.text import of_text
from gtlearn.games.openspiel.trees import GAME_TREE, TreeOpenSpielGame
from gtlearn.games.openspiel.walk import openspiel_game
from gtlearn.games.reduction import reduced_normal_form
from gtlearn.plugins import plugin_names, repeatable
from gtlearn.reading import at_most, bound, text_of, with_bound

for _kind in (
    Kind(NormalFormGame, "a normal-form game", openspiel=to_openspiel),
    Kind(BayesianGame, "a Bayesian game"),
    Kind(HarsanyiGame, "a Bayesian game with types on every side"),
    Kind(MarkovGame, "a Markov game", openspiel=MarkovOpenSpielGame),
    Kind(IteratedGame, "an iterated game", openspiel=IteratedOpenSpielGame),
    Kind(ExtensiveGame, "a game in extensive form", reduced_normal_form, openspiel=openspiel_game),
    Kind(SymmetricGame, "a symmetric game", SymmetricGame.normal_form),
    Kind(MergedGame, "a game of merged states", openspiel=openspiel_game),
):
    add_kind(_kind)


class Reading(TypedDict, total=False):
    """The options of `load` that say how a game is read, for functions that hand them on."""

    symmetric: bool
    zero_sum: bool
    rationalise: bool
    players_axis: str | None
    max_bytes: int | None
    max_nodes: int | None
    reduced: bool | None
    merge_states: bool | None


def load(
    spec: Any,
    *,
    symmetric: bool = False,
    zero_sum: bool = False,
    rationalise: bool = False,
    players_axis: str | None = None,
    max_bytes: int | None = None,
    max_nodes: int | None = None,
    reduced: bool | None = None,
    merge_states: bool | None = None,
    time_limit: float | None = None,
    memory_limit: float | None = None,
) -> Game:
    """The game that `spec` stands for.

    Args:
        spec: one of
            - a catalogue name, with parameters in brackets where it has some:
              `chicken`, `travellers_dilemma(high=10)`, `random_uniform(rows=3,columns=4,seed=1)`;
            - an iterated game, `gtlearn_iterated(stage=chicken,horizon=10)`, whose stage is any
              of these texts; see `gtlearn.games.openspiel.iterated.load_iterated`;
            - a Markov game or a tree as OpenSpiel prints it, `gtlearn_markov(game=big_match)`;
            - an OpenSpiel game string: `matrix_rps` is a normal form, as all games in which all
              move once at the same time; `kuhn_poker` and all others are trees, or equal states
              of them are merged, as those of `tic_tac_toe`;
            - the path of a .nfg, .efg, .json, .csv, .xlsx, .npy, .npz or .gam file (a Markov
              game is a .json file);
            - a literal: `"3,3 0,5; 5,0 1,1"`, or `"3 0; 5 1"` with a flag; or JSON text;
            - one payoff array a player (numpy arrays, nested lists; entries int, Fraction,
              "p/q", float); or one payoff a player at each profile, `[[(3, 3), (0, 5)], [(5, 0),
              (1, 1)]]`, or an array whose last axis counts the players; or a single matrix with
              a flag;
            - a pandas DataFrame, or one a player, whose labels are kept;
            - a `pyspiel.Game`, a `pygambit.Game`, QuantEcon's `NormalFormGame`, nashpy's `Game`,
              or a game of this package, which is returned as it is.
        symmetric: a single matrix is the row player's payoffs of a symmetric game.
        zero_sum: a single matrix is the row player's payoffs of a zero-sum game.
        rationalise: read floats as the shortest decimals that print as them, not as the exact
            binary values that they hold (`number_note` of the game says which). Text is always
            read exactly as it is written: "0.1" is 1/10.
        players_axis: "first" or "last": which axis of nested payoffs counts the players, where
            that cannot be seen.
        max_bytes: how large a file may be, and what it unpacks to; 256 MB unless given.
        max_nodes: how many nodes the tree of an OpenSpiel game may have; two million unless given.
        reduced: True for the reduced normal form of a tree; False for a game of a kind that was
            registered (see `gtlearn.games.register`) as it is, not as its normal form.
        merge_states: whether states of an OpenSpiel game of perfect information that it prints
            alike are merged; unless given, where a walk of the whole tree has proven them equal,
            and no normal form is asked for.
        time_limit: in seconds.
        memory_limit: bytes by which the process may grow.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.
        LimitReached: if a limit does not suffice.

    >>> load("prisoners_dilemma")
    NormalFormGame('prisoners_dilemma', 2x2)
    >>> load("1 -1; -1 1", zero_sum=True).payoff(1, (0, 0))
    Fraction(-1, 1)
    >>> load("gtlearn_iterated(stage='3,3 0,5; 5,0 1,1',discount=24/25)").states
    ('init', '11', '12', '21', '22')
    >>> load([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]).payoff(1, (0, 1))
    Fraction(5, 1)
    """
    unlimited = time_limit is None and memory_limit is None and max_bytes is None
    asked = symmetric or zero_sum or rationalise or players_axis or reduced
    if unlimited and not asked and merge_states is None and isinstance(spec, KINDS):
        return spec
    how: dict[str, Any] = {
        "symmetric": symmetric,
        "zero_sum": zero_sum,
        "rationalise": rationalise,
        "players_axis": players_axis,
        "max_nodes": max_nodes,
        "merge_states": merge_states,
    }
    with at_most(max_bytes), limits.limited(time_limit, memory_limit):
        if limits.patience() == math.inf or isinstance(spec, Game):
            game: Game = _loaded(spec, how, reduced)
        else:
            task = (with_bound, bound(), _loaded, spec, how, reduced)
            game = child.bounded(*task, seconds=reading_seconds(spec))
        return game


load_by(load)


def _loaded(spec: Any, how: dict[str, Any], reduced: bool | None) -> Any:
    merge_states = how["merge_states"]
    if reduced and merge_states is None:
        how = {**how, "merge_states": False}
    return _as_asked(_read(spec, how), reduced, merge_states)


def _as_asked(game: Any, reduced: bool | None, merge_states: bool | None) -> Any:
    """The game, or its normal form where it is of a registered kind or a tree, and so asked."""
    if merge_states and not isinstance(game, MergedGame):
        raise InputError(
            f"{quoted(getattr(game, 'name', 'what was read'))} has no states to merge, as only "
            "OpenSpiel's games of perfect information have; leave "
            f"{option('merge_states')} out"
        )
    if merge_states is False and isinstance(game, MergedGame):
        game = game.unmerged()
    if reduced and isinstance(game, SymmetricGame):
        return normal_form_of(game)
    if reduced and isinstance(game, ExtensiveGame | MergedGame):
        return game.reduced()
    if isinstance(game, Game) or (reduced is False and kind_of(game)):
        return game
    normal_form = normal_form_of(game)
    if not isinstance(normal_form, NormalFormGame):
        raise InputError(
            f"what was read is a {type(normal_form).__name__}, which is no game; whoever made it "
            "may register its kind by gtlearn.games.register"
        )
    return normal_form


def _read(spec: Any, how: dict[str, Any]) -> Any:
    if isinstance(spec, str):
        return _from_text(spec, how)
    if isinstance(spec, os.PathLike):
        return read_game(os.fspath(spec), **how)
    if is_frames(spec):
        refuse_axis(how["players_axis"], "a DataFrame is given")
        flags = {key: how[key] for key in ("symmetric", "zero_sum", "rationalise")}
        return game_of_frames(spec, **flags)
    if is_nested(spec):
        return game_from_arrays(spec, **_but_walking(how))
    return _from_object(spec, how)


def load_bytes(
    data: bytes, format: str | None = None, *, what: str, reduced: bool | None = None, **how: Any
) -> Game:
    """The game that content from anywhere holds, such as what comes on standard input.

    Args:
        data: the content: of a file that `load` reads, or a text that it takes (no path).
        format: a suffix without its dot, or "literal"; None for what the content shows.
        what: what it is called in error messages.
        reduced: as for `load`.
        **how: symmetric, zero_sum, rationalise, players_axis, max_nodes and merge_states, as for
            `load`.

    Raises:
        InputError: if it is no game, or text that could be CSV or a literal, which differ.
        LimitReached: at a limit.

    >>> load_bytes(b"3,3 0,5\\n5,0 1,1", what="the text").payoff(1, (0, 1))
    Fraction(5, 1)
    """
    seconds = bytes_seconds(data)
    read = (_of_bytes, data, format, what, reduced, how)
    game: Game = child.bounded(with_bound, bound(), *read, seconds=seconds)
    return game


def _of_bytes(
    data: bytes, format: str | None, what: str, reduced: bool | None, how: dict[str, Any]
) -> Any:
    flags = {key: how.get(key, False) for key in ("symmetric", "zero_sum")}
    format = format or format_of(data, what)
    if format == "text":
        format = _format_of_text(text_of(data, what), what, flags)
    if format not in ("text", "literal"):
        game = game_of_bytes(data, format, what=what, **how)
        return _as_asked(game, reduced, how.get("merge_states"))
    text = text_of(data, what)
    if format == "text" and is_path(text.strip()):
        raise InputError(f"{what} holds the path of a file, and no game; give the path itself")
    with about(what):
        if format == "text":
            return load(text, reduced=reduced, **how)
        refuse_axis(how.get("players_axis"), "a literal is given")
        return parse_literal(text, **flags)


def _format_of_text(text: str, what: str, flags: Mapping[str, Any]) -> str:
    """ "csv" or "literal" for several lines that are one of them, else "text" that `load` takes."""
    lines = text.strip().splitlines()
    if len(lines) < 2:
        return "text"
    if any(";" in line.rstrip().rstrip(";") for line in lines) and is_csv(text):
        return "csv"  # a literal of several lines ends rows at the ends of lines
    readers = {"csv": (is_csv, parse_csv), "literal": (is_literal, parse_literal)}
    readable = [format for format, (fits, _) in readers.items() if fits(text)]
    if len(readable) < 2:
        return readable[0] if readable else "text"
    games = {}
    for format, (_, parse) in readers.items():
        with suppress(InputError):
            games[format] = parse(text, **flags)
    if len(games) == 1 and any(flags.values()):  # which only one of them takes
        return next(iter(games))
    if len(games) == 2:
        one, other = ((game.actions, game.payoffs) for game in games.values())
        if one == other:
            return "literal"
    raise InputError(
        f"{what} could be CSV or a literal, which would be different games; say which by "
        "--input-format csv or --input-format literal"
    )


def _from_text(text: str, how: Mapping[str, Any]) -> Any:
    stripped = text.strip()
    if not stripped:
        raise InputError("the game is an empty string; give a name, a path or a literal")
    if is_iterated(stripped):
        return load_iterated(stripped, **_but_walking(how))
    if is_path(stripped):
        return read_game(stripped, **how)
    flags = {"symmetric": how["symmetric"], "zero_sum": how["zero_sum"]}
    if stripped[0] in "[{":
        return loads(stripped, "json", **flags, players_axis=how["players_axis"])
    call = split_call(stripped)
    name, inside = call or (stripped, "")
    refuse_axis(how["players_axis"], f"{quoted(name)} is text")
    of_openspiel = call and name not in catalogue_names() and name in pyspiel.registered_names()
    entry = find_entry(name) if call and not of_openspiel else None
    if of_openspiel or entry is not None:
        refuse_flags(**flags, why=f"{name} is a whole game")
    if entry is not None:
        return entry.build(**parse_arguments(name, inside))
    if of_openspiel and name in (MARKOV, GAME_TREE):
        return of_text(stripped, attrgetter("exact"))
    if of_openspiel:
        game = load_openspiel(stripped, **_walking(how))
        known = openspiel_entry(name)
        return game if known is None else replace(game, source=known.citation)
    if stripped[0] in "(+-.0123456789" or ";" in stripped or "\n" in stripped:
        return parse_literal(text, **flags)
    raise InputError(_unknown(name))


def _from_object(spec: Any, how: Mapping[str, Any]) -> Any:
    """A game of a package, this one or another."""
    refuse_flags(how["symmetric"], how["zero_sum"], "the game is complete")
    refuse_axis(how["players_axis"], "the game is complete")
    if isinstance(spec, Game):
        return spec
    if isinstance(spec, SteppedGame | TreeOpenSpielGame):
        return spec.exact
    if isinstance(spec, pyspiel.Game):
        return from_openspiel(spec, **_walking(how))
    reader = reader_of(spec)
    if reader is not None:
        return reader(spec, how["rationalise"])
    if kind_of(spec) is not None:
        return spec
    raise InputError(
        f"a {type(spec).__name__} is no game; give a name, a path, a literal, payoff arrays, or a "
        "game of OpenSpiel, Gambit, QuantEcon or nashpy"
    )


def _but_walking(how: Mapping[str, Any]) -> dict[str, Any]:
    """The options of what is not walked."""
    return {key: value for key, value in how.items() if key not in ("max_nodes", "merge_states")}


def _walking(how: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a walk through an OpenSpiel game.

    Raises:
        InputError: if it may have no node.
    """
    most = MAX_TREE if how["max_nodes"] is None else how["max_nodes"]
    if most < 1:
        raise InputError(f"{option('max_nodes', most)} allows no node; give 1 or more")
    return {
        "rationalise": how["rationalise"],
        "max_nodes": most,
        "merge_states": how["merge_states"],
    }


def _unknown(name: str) -> str:
    shown = quoted(name)
    if name.count("(") > name.count(")"):
        return f"a bracket of {shown} is not closed; write name(key=value)"
    if os.sep in name:
        return f"there is no file {shown}; give the path of a game file, or a name"
    known = [*catalogue_names(), *pyspiel.registered_names(), *plugin_names(ENTRY_GROUP)]
    hint = nearest(name, known, "")
    return f"there is no game called {shown}; {hint or 'see `gtlearn games list`'}"


@repeatable
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
