"""Which kind of exact game an OpenSpiel game becomes."""

from __future__ import annotations

import pyspiel

from gtlearn.games.kinds.extensive import ExtensiveGame, MergedGame
from gtlearn.games.kinds.extensive.recorder import MAX_TREE
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.openspiel.merging import merged_of, merges
from gtlearn.games.openspiel.normal_form import of_tables
from gtlearn.games.openspiel.text import of_text
from gtlearn.games.openspiel.walk import tree_of
from gtlearn.games.reduction import reduced_normal_form


def from_openspiel(
    game: pyspiel.Game,
    *,
    rationalise: bool = False,
    max_nodes: int = MAX_TREE,
    merge_states: bool | None = None,
) -> NormalFormGame | ExtensiveGame | MergedGame:
    """An exact game from an OpenSpiel game: a normal form where all move once at the same time,
    else a tree (see `walk.tree_of`), or its states, equal ones merged (see `merging.merged_of`).

    Args:
        game: the game.
        rationalise: read payoffs as the shortest decimals that print as them.
        max_nodes: how many nodes or states there may be.
        merge_states: whether equal states are merged; where that is proven unless given.

    Raises:
        InputError: if the game has no tree, or too large a one, or its states cannot be merged.
        LimitReached: at a limit.
    """
    if merges(game, merge_states):
        return merged_of(game, rationalise=rationalise, max_nodes=max_nodes)
    tables = of_tables(game, rationalise=rationalise)
    if tables is not None:
        return tables
    tree = tree_of(game, rationalise=rationalise, max_nodes=max_nodes)
    if game.get_type().information == pyspiel.GameType.Information.ONE_SHOT:
        return reduced_normal_form(tree)
    return tree


def load_openspiel(
    text: str,
    *,
    rationalise: bool = False,
    max_nodes: int = MAX_TREE,
    merge_states: bool | None = None,
) -> NormalFormGame | ExtensiveGame | MergedGame:
    """The game of an OpenSpiel game string, as `from_openspiel` makes it.

    Raises:
        InputError: if OpenSpiel refuses the string or does not survive it (see `of_text`), or the
            game cannot be read.
    """
    how = {"rationalise": rationalise, "max_nodes": max_nodes, "merge_states": merge_states}
    return of_text(text, from_openspiel, **how)
