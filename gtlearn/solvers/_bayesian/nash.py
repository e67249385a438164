"""Bayes-Nash equilibria as asked for: which method runs, and the certificates."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from gtlearn import limits
from gtlearn.games import HarsanyiGame
from gtlearn.limits import LimitReached
from gtlearn.progress import Progress, heard_by, tell
from gtlearn.solvers._bayesian.agents import Agents
from gtlearn.solvers._bayesian.responses import pure_equilibrium
from gtlearn.solvers._bayesian.tracing import traced_equilibrium
from gtlearn.solvers._bayesian.vertices import extreme_equilibria
from gtlearn.solvers._nash.components import connected_components, maximal_bicliques
from gtlearn.solvers._one_shot.nash import solve_nash as solve_agent_form
from gtlearn.solvers.enclosures import Enclosure
from gtlearn.solvers.outcomes import (
    ENCLOSURE,
    RATIONAL,
    Certificate,
    NashEquilibrium,
    Outcome,
    Strategy,
    Table,
    weakest,
)
from gtlearn.solvers.solution import Solution
from gtlearn.solvers.verify.bayesian_values import regrets_and_payoffs

_TRACING, _VERTICES, _AGENTS = "tracing by type", "vertex enumeration by type", "agent form"
_RESPONSES = "best responses by type"
_SHARE = 0.3  # of a limit that is kept for one equilibrium where not all are found
_MAX_NAMED = 20  # sets of equilibria that notes name


def solve_nash(
    game: HarsanyiGame, *, find: str = "one", progress: Progress | None = None
) -> Solution:
    """One Bayes-Nash equilibrium of a game with types on every side, or all; see `solvers.solve`.

    Two players are solved by type, exactly; of all their equilibria the extreme ones are listed.
    More are solved in the agent form. Types of probability zero may play anything.

    Raises:
        InputError: if the agent form of more than two players is too large.
    """
    start, agents = time.monotonic(), Agents.of(game)
    with heard_by(progress):
        solve = _of_two if game.num_players == 2 else _of_agent_form
        solution = solve(agents, find)
    notes = [game.number_note] if game.number_note else []
    free = agents.free()
    if free:
        notes.append(
            "types of probability 0 may play anything, and are shown mixing evenly: "
            f"{', '.join(free)}"
        )
    seconds = time.monotonic() - start
    return replace(solution, seconds=seconds, notes=(*notes, *solution.notes))


def _of_two(agents: Agents, find: str) -> Solution:
    starts, payoffs = agents.offsets, agents.matrix()
    solution = Solution(agents.game, "nash", _TRACING, ())
    if find == "all":
        count = sum(player == 0 for player, _ in agents.places)
        tell(None, _VERTICES)
        try:
            with limits.keeping(0.0, _SHARE):
                pairs = extreme_equilibria(starts, count, payoffs)
            with limits.finishing():
                return _all_of_two(agents, pairs)
        except LimitReached as reached:
            note = f"{reached}: not all equilibria were found, and one is shown; {reached.more}"
            solution = replace(solution, status=reached.status, notes=(note,))
    tell(None, _TRACING)
    try:
        tables = agents.tables(traced_equilibrium(starts, payoffs))
    except LimitReached as reached:
        note = f"{reached}: no equilibrium was found by then; {reached.more}"
        return replace(solution, status=reached.status, notes=(note,))
    with limits.finishing():
        return replace(solution, solutions=(_certified(agents.game, tables),))


def _all_of_two(agents: Agents, pairs: Sequence[tuple[tuple[Strategy, ...], ...]]) -> Solution:
    """All extreme equilibria, their components, and in words what they span."""
    solutions = tuple(_certified(agents.game, agents.tables((*x, *y))) for x, y in pairs)
    numbers: list[dict[object, int]] = [{}, {}]
    edges = [(_place(numbers[0], x), _place(numbers[1], y)) for x, y in pairs]
    return Solution(
        agents.game,
        "nash",
        _VERTICES,
        solutions,
        complete=True,
        components=tuple(map(tuple, connected_components(edges))),
        notes=_sets(agents.game.players, edges),
    )


def _place(numbers: dict[object, int], strategies: object) -> int:
    return numbers.setdefault(strategies, len(numbers))


def _sets(players: tuple[str, ...], edges: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The maximal sets of equilibria, in words."""
    notes = []
    for rows, columns in maximal_bicliques(edges):
        if len(rows) * len(columns) > 1:
            members = (f"#{k}" for k, (r, c) in enumerate(edges) if r in rows and c in columns)
            notes.append(
                f"in {', '.join(members)} every mixture of {players[0]}'s strategies is in "
                f"equilibrium with every mixture of {players[1]}'s"
            )
    if len(notes) > _MAX_NAMED:
        notes[_MAX_NAMED:] = [f"{len(notes) - _MAX_NAMED} more such sets are not named"]
    return tuple(notes)


def _certified(game: HarsanyiGame, tables: tuple[Table, ...]) -> NashEquilibrium:
    regrets, payoffs = regrets_and_payoffs(game, tables)
    certificate = Certificate("nash", RATIONAL, not any(regrets), {"regrets": regrets})
    return NashEquilibrium(tables, payoffs, certificate)


def _of_agent_form(agents: Agents, find: str) -> Solution:
    """As the agent form is solved, with its strategies by player and type; one by best responses
    where they end."""
    tables: tuple[Table, ...] | None = None
    try:
        if find == "one":
            tell(None, _RESPONSES)
            tables = pure_equilibrium(agents.game)
        if tables is not None:
            with limits.finishing():
                return Solution(agents.game, "nash", _RESPONSES, (_certified(agents.game, tables),))
        form = agents.normal_form()
    except LimitReached as reached:
        note = f"{reached}: no equilibrium was found by then; {reached.more}"
        return Solution(agents.game, "nash", _AGENTS, (), reached.status, notes=(note,))
    solution = solve_agent_form(form, find=find)
    isolated = all(len(component) == 1 for component in solution.components or ())
    notes = list(solution.notes)
    if not isolated:
        notes.append("some of these lie in connected sets of equilibria, which are not named")
    equilibria = tuple(_lifted(agents, outcome) for outcome in solution)
    return Solution(
        agents.game,
        "nash",
        f"{_AGENTS}, {solution.method}",
        equilibria,
        solution.status,
        complete=solution.complete and isolated,
        arithmetic=weakest(e.certificate.arithmetic for e in equilibria),
        open_supports=_with_others(solution),
        notes=tuple(notes),
    )


def _with_others(solution: Solution) -> tuple[tuple[tuple[int, ...], ...], ...] | None:
    """The supports on which there may be equilibria that are not listed, infinitely many or not."""
    if solution.open_supports is None:
        return None
    return (*solution.open_supports, *(c.supports for c in solution.continua or ()))


def _lifted(agents: Agents, outcome: Outcome) -> NashEquilibrium:
    """An equilibrium of the agent form by player and type."""
    assert isinstance(outcome, NashEquilibrium)
    tables, certificate = agents.tables(outcome.strategies), outcome.certificate
    if certificate.arithmetic != ENCLOSURE:
        exact = _certified(agents.game, tables)
        return NashEquilibrium(
            exact.strategies, exact.payoffs, exact.certificate, index=outcome.index
        )
    values = tuple(
        tuple(
            value
            for (player, _), value in zip(agents.places, outcome.payoffs, strict=True)
            if player == k
        )
        for k in range(agents.game.num_players)
    )
    zeros = (Fraction(0),) * len(values)
    evidence = {**certificate.evidence, "regrets": zeros, "state_values": values}
    return NashEquilibrium(
        tables,
        tuple(map(_sum, values)),
        Certificate("nash", ENCLOSURE, certificate.verified, evidence),
        index=outcome.index,
    )


def _sum(values: Sequence[Enclosure]) -> Enclosure:
    zero = Fraction(0)
    return Enclosure(sum((v.mid for v in values), zero), sum((v.radius for v in values), zero))
