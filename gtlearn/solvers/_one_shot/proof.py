"""A log that proves that a list of Nash equilibria is complete.

For two players it holds every basis of one best-response polytope, for more the regions into which
their supports are divided, and names nothing else: that these are all, and which equilibria follow,
is seen by whoever replays it (`gtlearn.solvers.verify.proof` and `support_proof`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn import limits
from gtlearn.errors import InputError, option
from gtlearn.games import HarsanyiGame, NormalFormGame
from gtlearn.games.numbers import format_number
from gtlearn.progress import tell
from gtlearn.solvers._nash.labels import positive_payoffs, vertex_sets
from gtlearn.solvers._nash.polytope import direction
from gtlearn.solvers.dummies import two_who_choose
from gtlearn.solvers.solution import Solution

_PROOF_SCHEMA = "gtlearn/proof/1"


def require_log(game: Any, concept: str, find: str) -> None:
    """Refuses to write a log of what has none.

    Raises:
        InputError: unless all Nash equilibria are asked for, of a game in normal form, or of one of
            more than two players with types.
    """
    logged = isinstance(game, NormalFormGame)
    logged = logged or (isinstance(game, HarsanyiGame) and game.num_players > 2)
    if (concept, find) != ("nash", "all") or not logged:
        raise InputError(
            "there is a log only for all Nash equilibria of a game in normal form, or of more than "
            f"two players with types ({option('concept', 'nash')}, {option('find', 'all')})"
        )


def has_log(solution: Solution) -> bool:
    """Whether a log proves the list to be complete, or to be so but on supports that it names."""
    named = isinstance(solution.game, NormalFormGame) and solution.open_supports is not None
    return solution.complete or named


def proof_of(
    solution: Solution, *, time_limit: float | None = None, memory_limit: float | None = None
) -> dict[str, Any]:
    """The log that proves that a list of Nash equilibria is complete, for `verify`.

    The polytope is enumerated once more, which takes about as long as to solve; where more than two
    players choose, the supports.

    Args:
        solution: a complete one, of a game in normal form, or of more than two players with types;
            of more than two without types also one that names supports on which there are others.
        time_limit: seconds that it may take.
        memory_limit: bytes by which the process may grow.

    Returns:
        The JSON object of schema gtlearn/proof/1.

    Raises:
        InputError: if it is no such solution.
        LimitReached: at a limit.

    >>> from gtlearn import solvers
    >>> log = proof_of(solvers.solve("matching_pennies", find="all"))
    >>> log["player"], log["bases"]
    (0, ['3', '5', 'a', 'c'])
    """
    require_log(solution.game, solution.concept, "all" if has_log(solution) else "one")
    of_game = {"name": solution.game.name, "fingerprint": solution.game.fingerprint}
    given: Any = solution.game
    if isinstance(given, HarsanyiGame):
        from gtlearn.solvers._bayesian.agents import Agents

        given = Agents.of(given).normal_form()
    game = _played(given)
    if game is None:
        from gtlearn.solvers._multiplayer.proof import log_of_supports

        with limits.limited(time_limit, memory_limit):
            supports = log_of_supports(given)
        return {"schema": _PROOF_SCHEMA, "game": of_game, "supports": supports}
    player = int(game.shape[0] > game.shape[1])  # who has fewer actions, hence fewer vertices
    payoffs = game.payoffs[1 - player]
    with limits.limited(time_limit, memory_limit):
        positive = positive_payoffs(payoffs.numerators)
        shift = int(positive.flat[0]) - int(payoffs.numerators.flat[0])
        tell(None, f"the proof: vertices of {game.players[player]}'s polytope")
        bases, perturbation = _bases(positive if player else positive.T)
    return {
        "schema": _PROOF_SCHEMA,
        "game": of_game,
        "player": given.players.index(game.players[player]),
        "shift": format_number(Fraction(shift, payoffs.denominator)),
        "perturbation": perturbation,
        "bases": bases,
    }


def _bases(matrix: NDArray[Any]) -> tuple[list[str], list[list[int]]]:
    """The bases of {z >= 0, matrix z <= 1}, and how the right-hand side is perturbed for them."""
    rows, dimension = matrix.shape
    masks: list[int] = []
    symbolic = False
    for labelled in vertex_sets(matrix, list(range(rows + dimension))):
        if labelled.vertices.again:
            masks = []
        symbolic = labelled.vertices.symbolic
        masks += labelled.bases.tolist()
    steps = np.eye(rows, dtype=int) if symbolic else direction(rows)[0][None]
    return [f"{mask:x}" for mask in sorted(masks)], steps.tolist()


def _played(game: Any) -> NormalFormGame | None:
    """The game of the two who choose, if there are two."""
    two = two_who_choose(game)
    if two is not None:
        return two.game
    return game if isinstance(game, NormalFormGame) and game.num_players == 2 else None
