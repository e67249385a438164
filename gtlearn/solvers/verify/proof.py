"""A log of all vertices of one player's best-response polytope, replayed.

The polytope is {z >= 0, M z <= 1}, with M the opponent's payoffs, shifted to be positive. Its
inequalities are its labels: first one for each action of the player, z_k >= 0, then the rows of M.
The right-hand side is perturbed to b = 1 + t r_1 + t^2 r_2 + ... for a vanishing t > 0. The log
states the shift, the vectors r, and bases: sets of as many labels as there are dimensions.

It proves that the bases are all there are. Each is shown to be a vertex at which all other
inequalities are strict: then as many edges leave it as it has labels, each of which drops one. An
edge has two ends, since the polytope is bounded; so where each basis without one of its labels is
part of exactly one other, no edge leads from the list elsewhere, and the list is all, since the
graph of a polytope is connected (Balinski 1961). As t vanishes, each vertex of the unperturbed
polytope is the limit of one of them: it alone maximises some linear function, whose maxima over the
perturbed polytopes are at their vertices and tend to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from gtlearn.errors import InputError, quoted
from gtlearn.games import HarsanyiGame, NormalFormGame
from gtlearn.limits import check
from gtlearn.solvers.verify.bimatrix import Exact, of_two
from gtlearn.solvers.verify.form import index, items, number

_PROOF_SCHEMA = "gtlearn/proof/1"

_Vertex = tuple[Exact, list[int]]  # a strategy, and the opponent's best responses to it


def replayed(game: NormalFormGame, log: Any) -> tuple[int, Iterator[_Vertex]]:
    """All vertices of a player's best-response polytope but the origin, from a log of them.

    Args:
        game: a game in which at most two players choose; it alone is believed.
        log: the JSON object of schema gtlearn/proof/1.

    Returns:
        Which of the two players it is, and its vertices, which are all only once the iterator has
        come to its end without an error.

    Raises:
        InputError: if the log does not prove that its vertices are all.
    """
    require_of_game(game, log)
    players_and_game = of_two(game)
    if players_and_game is None:
        raise InputError("the proof is of a game of two players, and here more than two choose")
    pair, two = players_and_game
    place = index(log.get("player"), game.num_players, "the player of the proof")
    if place not in pair:
        raise InputError("the player of the proof is none of the two who choose")
    player = pair.index(place)
    polytope = _polytope(two, player, log)
    return player, _vertices(polytope, items(log.get("bases"), "the bases of the proof"))


def require_of_game(game: NormalFormGame | HarsanyiGame, log: Any) -> None:
    """Tests that a log is one, and of this game.

    Raises:
        InputError: if it is not.
    """
    if not isinstance(log, Mapping) or log.get("schema") != _PROOF_SCHEMA:
        raise InputError(f"the proof is no JSON object of schema {_PROOF_SCHEMA}")
    stated = log.get("game")
    if not isinstance(stated, Mapping) or stated.get("fingerprint") != game.fingerprint:
        raise InputError("the proof is of another game: its fingerprint is not that of this one")


@dataclass(frozen=True)
class _Polytope:
    """{z >= 0, matrix z <= b} with b = right (1, t, t^2, ...), in integers."""

    matrix: list[list[int]]
    right: list[list[int]]

    @property
    def dimension(self) -> int:
        return len(self.matrix[0])


def _polytope(game: NormalFormGame, player: int, log: Mapping[str, Any]) -> _Polytope:
    payoffs = game.payoffs[1 - player]
    shift = number(log.get("shift"), "the shift of the proof")
    numerators = (payoffs.numerators if player else payoffs.numerators.T).tolist()
    added = shift.numerator * payoffs.denominator
    matrix = [[v * shift.denominator + added for v in row] for row in numerators]
    if min(map(min, matrix)) <= 0:
        raise InputError("the shift of the proof does not make all payoffs positive")
    right = [[1] for _ in matrix]  # in units of the scaled matrix
    for vector in items(log.get("perturbation"), "the perturbation of the proof"):
        steps = items(vector, "a vector of the perturbation")
        if len(steps) != len(matrix) or any(type(step) is not int for step in steps):
            raise InputError(f"a vector of the perturbation is not {len(matrix)} integers")
        for row, step in zip(right, steps, strict=True):
            row.append(step)
    return _Polytope(matrix, right)


def _vertices(polytope: _Polytope, bases: Sequence[Any]) -> Iterator[_Vertex]:
    """The vertices of all bases, each once; an error at the end where there are more bases."""
    degenerate: set[int] = set()  # all labels of each vertex of several bases
    edges: set[int] = set()  # those of which one end was met so far
    masks = [_mask(text, polytope, k) for k, text in enumerate(bases)]
    if not masks or len(set(masks)) < len(masks):
        raise InputError("the proof lists no basis, or one of them twice")
    for k, mask in enumerate(masks):
        check()
        full, weights, best = _at_basis(polytope, mask, k)
        edges ^= {mask ^ 1 << label for label in range(mask.bit_length()) if mask >> label & 1}
        if full != mask:
            if full in degenerate:
                continue
            degenerate.add(full)
        if any(weights):
            total = sum(weights)
            yield tuple(Fraction(w, total) for w in weights), best
    if edges:
        raise InputError(f"the proof lacks a basis: {len(edges)} edges lead to none that it lists")


def _mask(text: Any, polytope: _Polytope, k: int) -> int:
    """The labels of a basis as bits, from a hexadecimal text."""
    labels = polytope.dimension + len(polytope.matrix)
    try:
        mask = int(text, 16) if isinstance(text, str) and len(text) <= labels else -1
    except ValueError:
        mask = -1
    if f"{mask:x}" != text or mask >> labels or mask.bit_count() != polytope.dimension:
        raise InputError(
            f"basis {k} of the proof is {quoted(text)}, and not {polytope.dimension} of "
            f"{labels} labels as a hexadecimal number"
        )
    return mask


def _at_basis(polytope: _Polytope, mask: int, k: int) -> tuple[int, list[int], list[int]]:
    """All labels of the vertex of a basis, z there in proportion, and the rows that are tight.

    Raises:
        InputError: if the basis is not that of a vertex at which all other inequalities are strict.
    """
    d, matrix = polytope.dimension, polytope.matrix
    places = [i for i in range(d) if not mask >> i & 1]
    rows = [r for r in range(len(matrix)) if mask >> d + r & 1]
    right = flint.fmpz_mat(polytope.right)
    slacks, z = right.tolist(), []
    if places:
        columns = flint.fmpz_mat([[row[i] for i in places] for row in matrix])
        square = flint.fmpz_mat([[matrix[r][i] for i in places] for r in rows])
        try:
            solved: Any = square.solve(flint.fmpz_mat([polytope.right[r] for r in rows]))
        except ZeroDivisionError:
            raise InputError(f"basis {k} of the proof is none: it determines no point") from None
        numerators, denominator = solved.numer_denom()
        slacks, z = (right * denominator - columns * numerators).tolist(), numerators.tolist()
    loose = [values for r, values in enumerate(slacks) if not mask >> d + r & 1]
    if not all(next((v > 0 for v in values if v), False) for values in (*z, *loose)):
        raise InputError(f"basis {k} of the proof is no vertex, or others are equally tight there")
    best = [r for r, values in enumerate(slacks) if values[0] == 0]
    weights = [0] * d
    for i, values in zip(places, z, strict=True):
        weights[i] = int(values[0])
    unplayed = sum(1 << i for i, weight in enumerate(weights) if weight == 0)
    return unplayed | sum(1 << d + r for r in best), weights, best
