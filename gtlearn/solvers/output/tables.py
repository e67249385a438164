"""A Solution as text for readers: what it holds, what that means, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gtlearn.errors import option
from gtlearn.games import HarsanyiGame, SequentialGame, SymmetricGame
from gtlearn.limits import OK
from gtlearn.solvers.concepts import concept_of, is_registered, kind_of_game
from gtlearn.solvers.enclosures import Real
from gtlearn.solvers.outcomes import (
    ENCLOSURE,
    FLOAT,
    RATIONAL,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
)
from gtlearn.solvers.output.one_shot import (
    MAX_ROWS,
    OBJECTIVES,
    all_isolated,
    numbered,
    one_shot_blocks,
)
from gtlearn.solvers.output.pieces import (
    APPROXIMATE,
    NO_BREAK,
    describe,
    exactly,
    follower_class,
    short_number,
    to_text,
)
from gtlearn.solvers.output.steps import MAX_OUTCOMES, step_blocks
from gtlearn.solvers.output.trees import tree_blocks
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    from rich.table import Table

_SEARCHED = ("enumeration", "branch_and_bound")  # bounds that nothing short proves again
_ARITHMETIC = {RATIONAL: "exact", ENCLOSURE: "in proven intervals"}
_ENCLOSED = (
    "Certificate: verified from the game alone, in exact arithmetic: exactly one equilibrium on "
    "these actions has the digits shown, and no player gains anything by any deviation from it. As "
    "JSON its numbers are intervals, some 30 digits narrow."
)
_CRITERIA = {
    "welfare": "highest welfare (sum of payoffs)",
    "fairness": "highest smallest payoff",
    "entropy": "highest entropy (most random)",
}


def render(solution: Record, width: int | None = None) -> str:
    """The solution as a table, with what its certificates prove in words.

    Args:
        solution: what a solver returned.
        width: columns to fill; the terminal's by default.
    """
    blocks: list[str | Table] = [_heading(solution)]
    if len(solution):
        blocks += _blocks_of(solution)
        blocks.append(_proof_in_steps(solution) if _of_steps(solution) else _proof(solution))
    return to_text([*blocks, *_footnotes(solution)], width)


def _blocks_of(solution: Record) -> list[str | Table]:
    if isinstance(solution.game, SequentialGame | HarsanyiGame):
        return tree_blocks(solution.game, solution)
    return step_blocks(solution) if solution.game.in_steps else one_shot_blocks(solution)


def _heading(solution: Record) -> str:
    exact = _ARITHMETIC.get(solution.arithmetic, "floating point")
    seconds = solution.seconds
    took = f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"
    content = _content_in_steps(solution) if _of_steps(solution) else _content(solution)
    return (
        f"{describe(solution.game)}\n{content}.\n"
        f"Method: {solution.method}, {exact}, {took.replace(' ', NO_BREAK)}."
    )


def _of_steps(solution: Record) -> bool:
    """Whether a concept of gtlearn's own is solved in a game of several steps."""
    return solution.game.in_steps and not is_registered(solution.concept)


def _content(solution: Record) -> str:
    """What there is, and what is known of what else there is."""
    count = len(solution)
    concept = concept_of(solution.concept)
    name = concept.title if count == 1 else concept.plural
    late = solution.status != OK
    if count == 0:
        stopped = " before the search was stopped" if late else ""
        return f"No {concept.title} found{stopped}"
    if solution.concept == "subgame-perfect":
        return f"{count} {name}{_other_subgame_perfect(solution)}"
    if isinstance(solution.game, SymmetricGame):
        return _symmetric_content(solution, f"symmetric {name}")
    if solution.concept != "nash":
        if late and solution.concept == "stackelberg":
            name = "commitment"
        return f"{count} {name}" + (
            " found before the search was stopped; there may be a better one" if late else ""
        )
    criterion = _CRITERIA.get(solution.method.rpartition(", best ")[2])
    if criterion:
        among = " of those found before the search was stopped; there may be a better one"
        return f"1 {name}, that of {criterion}{among if late else ''}"
    no_other = "there is no other" if count == 1 else "there are no others"
    if solution.components is None or not solution.complete:
        if late:
            return f"{count} {name} found before the search was stopped; there may be more"
        if solution.complete and count > 1 and isinstance(solution.game, SequentialGame):
            return f"{count} extreme {name}; all others are mixtures of their plans"
        evidence = solution[0].certificate.evidence
        unique = evidence.get("unique", evidence.get("unique_plans"))  # of zero-sum games
        if solution.complete or (unique and all(unique)):
            return f"{count} {name}; {no_other}"
        if unique:
            return f"{count} {name} found; there are others"
        searchable = "find" in concept.rows[kind_of_game(solution.game)].options
        if solution.continua and not solution.open_supports:
            return f"{count} {name} found; all others are on the supports named below"
        if count == 1 and solution.components is None and searchable:
            return f"1 {name} found; {option('find', 'all')} says whether there are others"
        return f"{count} {name} found; there may be more"
    if all_isolated(solution):
        return f"{count} {name}; {no_other}"
    return f"{count} extreme {name}; all others are the mixtures named below"


def _symmetric_content(solution: Record, name: str) -> str:
    count = len(solution)
    if not solution.complete:
        all_of_them = option("symmetric_equilibria")
        more = "" if solution.open_supports else f"; {all_of_them} says whether there are others"
        return f"{count} {name} found{more}"
    others = "is no other symmetric one" if count == 1 else "are no other symmetric ones"
    return f"{count} {name}; there {others}"


def _other_subgame_perfect(solution: Record) -> str:
    if solution.open_subgames:
        return " of infinitely many"
    if not solution.complete:
        return " found"
    if solution.open_subgames is None:
        return "; there is no other" if len(solution) == 1 else "; there are no others"
    return f"; any other pays {'the same' if len(solution) == 1 else 'as one of them'}"


def _content_in_steps(solution: Record) -> str:
    count, late = len(solution), solution.status != OK
    before = " before the search was stopped" if late else ""
    if solution.concept == "nash":
        name = "Nash equilibrium" if count < 2 else "Nash equilibria"
        if solution.complete:  # the notes say what else there may be
            return f"{count or 'No'} {name} in deterministic tables"
        if not count:
            return f"No {name} found{before}"
        return f"{count} {name} found{before}; there may be others"
    what = f"{solution.policy} commitment{'' if count == 1 else 's'}"
    whom = f"against {follower_class(solution.game, solution.follower)}"
    if not count:
        return f"No {what} found{before}, {whom}"
    first = solution[0]
    if isinstance(first, Commitment) and first.gap == 0:
        return f"{count} best {what}{' found' if late else ''}{before} {whom}"
    return f"{count} {what} found{before}, {whom}{'; there may be a better one' if late else ''}"


def _proof(solution: Record) -> str:
    """What was verified, in words."""
    certificates = [outcome.certificate for outcome in solution]
    unproven = _unproven(certificates)
    if unproven and isinstance(solution.game, SequentialGame):
        return _approximation([r for c in certificates for r in c.evidence["regrets"]])
    if unproven and all(c.arithmetic == FLOAT and "regrets" in c.evidence for c in certificates):
        most = max(float(r) for c in certificates for r in c.evidence["regrets"])
        return f"Rounded to floating point, so not proven; the largest regret is {most:.3g}."
    if unproven or any(c.arithmetic == ENCLOSURE for c in certificates):
        return unproven or _ENCLOSED
    exact = all(c.arithmetic == RATIONAL for c in certificates)
    return _start(exact, "the payoffs") + _claim(solution, certificates, exact)


def _unproven(certificates: Sequence[Certificate]) -> str:
    """What is said where some are not verified; else nothing."""
    which = numbered([i for i, c in enumerate(certificates) if not c.verified])
    return which and f"Certificate: NOT verified for {which}; take them as approximations."


def _approximation(regrets: Sequence[Any]) -> str:
    most = exactly(max(regrets))
    return f"An approximation: by some deviation a player gains up to {most}, and no more."


def _start(exact: bool, source: str) -> str:
    if exact:
        return f"Certificate: verified from {source} alone, in exact arithmetic: "
    return "Checked in floating point, so not proven; up to rounding, "


def _claim(solution: Record, certificates: Sequence[Certificate], exact: bool) -> str:
    first = solution[0]
    if solution.concept == "nash":
        if exact:
            return "no player gains anything by playing otherwise (every regret is 0)."
        regrets = [float(r) for c in certificates for r in c.evidence.get("regrets", ())]
        most = f"{max(regrets, default=0.0):.3g}"
        return f"no player gains more than {most} by playing otherwise."
    if is_registered(solution.concept) or concept_of(solution.concept).claim:
        return concept_of(solution.concept).claim + "."
    if isinstance(first, Commitment):
        return _commitment_claim(solution, first) + "."
    if solution.concept == "coarse-correlated":
        claim = "no player gains by playing one action instead, whatever would be recommended"
    else:
        claim = "no player gains by disobeying its recommendation"
    evidence = certificates[0].evidence
    if isinstance(first, CorrelatedEquilibrium) and "bound" in evidence:
        objective = str(evidence.get("objective"))
        if objective.startswith("player:"):
            better = f"pays {solution.game.players[int(objective[7:])]} more"
        else:
            better = OBJECTIVES.get(objective, ("", "does better"))[1]
        if evidence["bound"] != first.value:
            better += f" than {short_number(evidence['bound'])}"
        claim += f", and no {concept_of(solution.concept).title} {better}"
    return claim + "."


def _commitment_claim(solution: Record, outcome: Commitment) -> str:
    leader = solution.game.players[outcome.leader]
    evidence = outcome.certificate.evidence
    claim = "the response shown is a best response"
    kind = "pure commitment" if evidence.get("commitment") == "pure" else "commitment"
    if outcome.distribution is not None:
        claim = "obeying the recommendation is a best response"
        kind = "commitment to a correlated strategy"
    value = outcome.value
    bound = evidence.get("upper_bound", value)
    more = "more"
    if bound != value:
        more = f"more than {short_number(bound)}"
    return f"{claim}, and no {kind} earns {leader} {more}"


def _proof_in_steps(solution: Record) -> str:
    certificates = [outcome.certificate for outcome in solution]
    unproven = _unproven(certificates)
    regrets = [r for c in certificates for r in c.evidence.get("regrets", ())]
    if unproven and regrets:
        return _approximation(regrets)
    if unproven or any(c.arithmetic == ENCLOSURE for c in certificates):
        return unproven or _ENCLOSED
    start = _start(all(c.arithmetic == RATIONAL for c in certificates), "the game")
    if isinstance(solution[0], Commitment):
        claims = "the payoffs, the response as a best one of its class"
        if certificates[0].evidence.get("bound") in _SEARCHED:
            return start + f"{claims}. The upper bound is proven by the search itself."
        return start + f"{claims}, and the upper bound."
    gain = f"more than {exactly(max(regrets))}" if any(regrets) else "anything"
    return start + f"no player gains {gain} by any deviation, whatever it makes of the history."


def _footnotes(solution: Record) -> list[str]:
    notes = [f"Note: {note}{'' if note.endswith('.') else '.'}" for note in solution.notes]
    shown = any(short_number(p).startswith(APPROXIMATE) for p in _shownnumbered(solution))
    if shown or (solution.robustness and len(solution)):
        notes.append('Note: numbers with "~" are rounded; as JSON they are exact.')
    return notes


def _shownnumbered(solution: Record) -> Iterator[Real]:
    in_steps = solution.game.in_steps
    for index, outcome in enumerate(solution.solutions[: MAX_OUTCOMES if in_steps else MAX_ROWS]):
        yield from outcome.payoffs
        if isinstance(outcome, CorrelatedEquilibrium):
            yield from outcome.distribution.values()
        else:
            for _, table in solution.profile(index).columns:
                for row in table:
                    yield from row
