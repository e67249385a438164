"""Solutions read back from the JSON that they print as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtlearn.games import Game
from gtlearn.games.numbers import nearest_double, to_fraction
from gtlearn.solvers.solution import Solution


def read_solution(data: Mapping[str, Any], game: Game) -> Solution:
    """A Solution from its JSON object; `verify` says whether it is true.

    Args:
        data: the parsed object, as `to_json` makes it; texts are exact numbers, JSON's are floats.
        game: the game that it claims to solve (the object holds no payoffs).

    Raises:
        InputError: if a part is missing or of the wrong form.

    >>> from gtlearn import games, solvers
    >>> solution = solvers.solve("chicken")
    >>> again = read_solution(solution.to_json(), games.load("chicken"))
    >>> again.to_json() == solution.to_json()
    True
    """
    from gtlearn.solvers.verify.claim import PARTS
    from gtlearn.solvers.verify.reading import read_claim

    claim = read_claim(data)
    return Solution(
        game,
        method=data["method"],
        solutions=claim.outcomes,
        status=data["status"],
        seconds=nearest_double(to_fraction(data.get("seconds", 0.0))),
        notes=tuple(data.get("notes", ())),
        **{part: getattr(claim, part) for part in PARTS},
    )
