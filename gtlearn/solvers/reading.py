"""Solutions read back from the JSON that they print as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.games import Game, IteratedGame, MarkovGame
from gtlearn.games.numbers import nearest_double, to_fraction
from gtlearn.solvers._markov.solution import MarkovSolution
from gtlearn.solvers.solution import Solution


def read_solution(data: Mapping[str, Any], game: Game) -> Solution | MarkovSolution:
    """A Solution or MarkovSolution from its JSON object; `verify` says whether it is true.

    Args:
        data: the parsed object, as `to_json` makes it; texts are exact numbers, JSON's are floats.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.

    >>> from gtlearn import games, solvers
    >>> found = solvers.solve("chicken")
    >>> read_solution(found.to_json(), games.load("chicken")).to_json() == found.to_json()
    True
    """
    from gtlearn.solvers.verify.reading import read_claim

    claim = read_claim(data)
    common: dict[str, Any] = {
        "concept": claim.concept,
        "method": data["method"],
        "solutions": claim.outcomes,
        "status": data["status"],
        "complete": claim.complete,
        "arithmetic": claim.arithmetic,
        "seconds": nearest_double(to_fraction(data.get("seconds", 0.0))),
        "notes": tuple(data.get("notes", ())),
    }
    if isinstance(game, MarkovGame | IteratedGame):
        return MarkovSolution(
            game,
            **common,
            follower=claim.follower,
            policy=claim.policy,
            bounds=claim.bounds,
            robustness=claim.robustness,
            proofs=claim.proofs,
        )
    return Solution(
        game,
        **common,
        components=claim.components,
        component_indices=claim.component_indices,
        subsets=claim.subsets,
    )
