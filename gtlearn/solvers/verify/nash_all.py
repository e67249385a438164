"""Whether a list of Nash equilibria holds all of them: proven, refuted, or left on trust."""

from __future__ import annotations

from typing import Any

import numpy as np

from gtlearn.games import NormalFormGame
from gtlearn.solvers.verify.bimatrix import Bimatrix, Pair
from gtlearn.solvers.verify.elimination import undominated
from gtlearn.solvers.verify.extreme import extreme_equilibria, partnered
from gtlearn.solvers.verify.form import text
from gtlearn.solvers.verify.listing import Listing
from gtlearn.solvers.verify.nash_index import component_index
from gtlearn.solvers.verify.nash_sets import connected, not_extreme
from gtlearn.solvers.verify.proof import replayed
from gtlearn.solvers.verify.report import Unproven
from gtlearn.solvers.verify.zero_sum import is_constant_sum, is_only


def missing(listing: Listing) -> list[str]:
    """What shows that the list lacks an (extreme) equilibrium; nothing where it holds all.

    It is proven to hold all where iterated strict dominance leaves one profile, where both optimal
    strategies of a zero-sum game are the only ones, and by enumerating the vertices of the
    best-response polytopes where they are not too many; where a log of the vertices is given, by
    that alone.

    Raises:
        Unproven: if the game is too large for any of that.
        InputError: if a log is given that does not prove its vertices to be all.
    """
    if not listing.equilibria:
        return ["no solution is listed, but every finite game has an equilibrium (Nash 1951)"]
    absent = _absent_pure(listing)
    if absent:
        labels = zip(listing.game.actions, absent, strict=True)
        return [f"the equilibrium {', '.join(names[a] for names, a in labels)} is not listed"]
    if listing.claim.log is not None:
        return not_extreme(listing) or _missing_of_vertices(listing, listing.claim.log)
    if is_dominance_solvable(listing.game):
        return []
    bimatrix = listing.bimatrix
    if bimatrix is None:
        raise Unproven("nothing here proves it for more than two players")
    return not_extreme(listing) or _missing_of_two(listing, bimatrix)


def is_dominance_solvable(game: NormalFormGame) -> bool:
    """Whether iterated strict dominance is seen to leave one profile."""
    return all(len(left) == 1 for left in undominated([t.numerators for t in game.payoffs]))


def _absent_pure(listing: Listing) -> tuple[int, ...] | None:
    """A pure equilibrium that is not listed."""
    game = listing.game
    stable = np.ones(game.shape, dtype=bool)
    for player, tensor in enumerate(game.payoffs):
        stable &= tensor.numerators == tensor.numerators.max(axis=player, keepdims=True)
    listed = {
        tuple(max(range(len(s)), key=s.__getitem__) for s in equilibrium.strategies)
        for equilibrium in listing.equilibria
        if all(max(strategy) == 1 for strategy in equilibrium.strategies)
    }
    profiles = map(tuple, np.argwhere(stable).tolist())
    return next((profile for profile in profiles if profile not in listed), None)


def _missing_of_two(listing: Listing, game: Bimatrix) -> list[str]:
    pairs = listing.pairs
    if len(pairs) == 1 and is_constant_sum(listing.game, game.players):
        lacking = [side for side in (0, 1) if not is_only(game, pairs[0], side)]
        return ["an optimal strategy of it is not the only one"] if lacking else []
    try:
        others = extreme_equilibria(game) - set(pairs)
    except Unproven:
        total = sum(
            component_index(game, [pairs[k] for k in component]) for component in connected(pairs)
        )
        if total != 1:
            return [f"the indices of all components add up to {total}, not 1 (Shapley 1974)"]
        raise
    return _not_listed(others)


def _missing_of_vertices(listing: Listing, log: Any) -> list[str]:
    player, vertices = replayed(listing.game, log)
    return _not_listed(set(partnered(listing.two_sided(), player, vertices)) - set(listing.pairs))


def _not_listed(others: set[Pair]) -> list[str]:
    if not others:
        return []
    count = len(others)
    verb = "equilibrium is" if count == 1 else "equilibria are"
    return [f"{count} extreme {verb} not listed, such as {_shown(min(others))}"]


def _shown(pair: Pair) -> str:
    words = "; ".join(" ".join(map(text, strategy)) for strategy in pair)
    return words if len(words) <= 100 else f"{words[:97]}..."
