"""A Solution as text for people: what was found, what it means, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gtlearn.errors import option
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.dummies import choosing_pair, follower_of
from gtlearn.games.numbers import Number
from gtlearn.solvers.output.export import strategy_labels
from gtlearn.solvers.output.pieces import (
    APPROXIMATE,
    NO_BREAK,
    add_row,
    describe,
    mix,
    mix_cell,
    new_table,
    short_number,
    to_text,
)
from gtlearn.solvers.solution import (
    FLOAT,
    OK,
    RATIONAL,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Outcome,
    Solution,
)

if TYPE_CHECKING:
    from rich.table import Table

MAX_ROWS = 50  # solutions in one table; more are counted, and left to the other formats
_CONCEPTS = {
    "nash": "Nash equilibrium",
    "stackelberg": "Stackelberg equilibrium",
    "correlated": "correlated equilibrium",
    "coarse-correlated": "coarse correlated equilibrium",
}
_CRITERIA = {
    "welfare": "highest welfare (sum of payoffs)",
    "fairness": "highest smallest payoff",
    "entropy": "highest entropy (most random)",
}
_OBJECTIVES = {  # what the value is, and what no other equilibrium does
    "welfare": ("Welfare (sum of payoffs)", "has a higher welfare"),
    "fairness": ("Smallest payoff", "has a higher smallest payoff"),
    "gini": ("Spread (1 minus the sum of squared probabilities)", "is spread more evenly"),
}


def render(solution: Solution, width: int | None = None) -> str:
    """The solution as a table, with what its certificates prove in words.

    Args:
        solution: what a solver returned.
        width: columns to fill; the terminal's by default.
    """
    blocks = [_heading(solution), *_body(solution), _proof(solution), *_footnotes(solution)]
    return to_text(blocks, width)


def _heading(solution: Solution) -> str:
    exact = "exact" if solution.arithmetic == RATIONAL else "floating point"
    took = _duration(solution.seconds)
    return (
        f"{describe(solution.game)}\n{_found(solution)}.\n"
        f"Method: {solution.method}, {exact}, {took}."
    )


def _found(solution: Solution) -> str:
    """What was found, and what is known of what else there is."""
    count = len(solution)
    name = _CONCEPTS.get(solution.concept, solution.concept)
    if count != 1:
        name = name.replace("equilibrium", "equilibria")
    late = solution.status != OK
    if count == 0:
        stopped = " before the search was stopped" if late else ""
        return f"No {_CONCEPTS[solution.concept]} found{stopped}"
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
        unique = solution[0].certificate.evidence.get("unique")  # of zero-sum games
        if solution.complete or (unique and all(unique)):
            return f"{count} {name}; {no_other}"
        if unique:
            return f"{count} {name} found; there are others"
        if count == 1 and solution.components is None:
            return f"1 {name} found; {option('find', 'all')} says whether there are others"
        return f"{count} {name} found; there may be more"
    if _all_isolated(solution):
        return f"{count} {name}; {no_other}"
    return f"{count} extreme {name}; all others are the mixtures named below"


def _duration(seconds: float) -> str:
    time = f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"
    return time.replace(" ", NO_BREAK)


def _all_isolated(solution: Solution) -> bool:
    return all(len(component) == 1 for component in solution.components or ())


def _body(solution: Solution) -> list[str | Table]:
    if not len(solution):
        return []
    if any(getattr(outcome, "distribution", None) is not None for outcome in solution):
        return _distributions(solution)
    blocks: list[str | Table] = [_strategy_table(solution)]
    if len(solution) > MAX_ROWS:
        blocks.append(f"{len(solution) - MAX_ROWS} more are in the other formats.")
    return [*blocks, *_commitment_lines(solution), *_component_lines(solution)]


def _strategy_table(solution: Solution) -> Table:
    first = solution[0]
    assert not isinstance(first, CorrelatedEquilibrium)
    labelled = strategy_labels(solution.game, len(first.strategies))
    indexed = any(isinstance(o, NashEquilibrium) and o.index is not None for o in solution)
    numbered = ["#"] * (len(solution) > 1)
    heads = [*numbered, *(player for player, _ in labelled), "payoffs", *["index"] * indexed]
    table = new_table(*heads, right=numbered)
    for number, outcome in enumerate(solution.solutions[:MAX_ROWS]):
        assert not isinstance(outcome, CorrelatedEquilibrium)
        cells = [
            mix_cell(labels, strategy)
            for (_, labels), strategy in zip(labelled, outcome.strategies, strict=True)
        ]
        cells.append(_payoffs(outcome, leader_place(solution.game, outcome)))
        if indexed:
            index = outcome.index if isinstance(outcome, NashEquilibrium) else None
            cells.append("" if index is None else _signed(index))
        add_row(table, [str(number), *cells] if numbered else cells)
    return table


def _signed(index: int) -> str:
    return f"{index:+d}" if index else "0"


def leader_place(game: NormalFormGame | BayesianGame, outcome: Outcome) -> int:
    """Where the leader's payoff stands; in a Bayesian game it comes before the types'."""
    if isinstance(game, BayesianGame) or not isinstance(outcome, Commitment):
        return 0
    return outcome.leader


def _payoffs(outcome: Outcome, leader: int) -> str:
    numbers = [short_number(p) for p in outcome.payoffs]
    if isinstance(outcome, Commitment) and not outcome.attained:
        numbers[leader] = f"sup {numbers[leader]}"
    return ", ".join(numbers)


def _distributions(solution: Solution) -> list[str | Table]:
    game = solution.game
    actions = game.games[0].actions if isinstance(game, BayesianGame) else game.actions
    blocks: list[str | Table] = []
    for number, outcome in enumerate(solution.solutions[:MAX_ROWS]):
        distribution = getattr(outcome, "distribution", None) or {}
        table = new_table(*game.players, "probability")
        for profile, probability in sorted(distribution.items())[:MAX_ROWS]:
            names = [labels[a] for labels, a in zip(actions, profile, strict=True)]
            add_row(table, [*names, short_number(probability)])
        if len(solution) > 1:
            blocks.append(f"#{number}")
        blocks.append(table)
        if len(distribution) > MAX_ROWS:
            blocks.append(f"{len(distribution) - MAX_ROWS} more joint actions are not shown.")
        line = "Payoffs: " + ", ".join(
            f"{short_number(p)} ({player})"
            for player, p in zip(game.players, outcome.payoffs, strict=True)
        )
        value = getattr(outcome, "value", None)
        if value is not None:
            objective = str(outcome.certificate.evidence.get("objective"))
            name = _OBJECTIVES.get(objective, ("Value of the objective",))[0]
            line += f". {name}: {short_number(value)}"
        blocks.append(line + ".")
    return [*blocks, *_commitment_lines(solution)]


def _commitment_lines(solution: Solution) -> list[str]:
    lines = []
    for outcome in solution:
        if not isinstance(outcome, Commitment):
            continue
        place = follower_of(solution.game, outcome.leader)
        leader, follower = (solution.game.players[k] for k in (outcome.leader, place))
        for_whom = "in favour of" if outcome.ties == "strong" else "against"
        lines.append(
            f"{leader} commits first, {follower} best-responds and breaks ties {for_whom} {leader}."
        )
        if not outcome.attained and not any("supremum" in note for note in solution.notes):
            lines.append(
                f"{leader}'s value is a supremum that no commitment attains: commitments near "
                "the one shown come arbitrarily close to it."
            )
    return list(dict.fromkeys(lines))


def _component_lines(solution: Solution) -> list[str | Table]:
    if solution.components is None or _all_isolated(solution):
        return []
    blocks: list[str | Table] = []
    for number, members in enumerate(solution.components):
        if len(members) > 1:
            line = f"Equilibria {_numbers(members)} lie in one connected set of equilibria"
            if solution.component_indices is not None:
                line += f", of index {_signed(solution.component_indices[number])}"
            blocks.append(line + ".")
    wide = [s for s in solution.subsets or () if len(s.rows) * len(s.columns) > 1]
    if not wide or isinstance(solution.game, BayesianGame):
        return blocks
    blocks.append(
        "Maximal Nash subsets: every mixture of the left strategies is in equilibrium with "
        "every mixture of the right ones."
    )
    pair = choosing_pair(solution.game) or (0, 1)
    players = [solution.game.players[k] for k in pair]
    table = new_table("subset", *players, "extreme equilibria")
    for place, subset in enumerate(wide[:MAX_ROWS], start=1):
        sides = [
            "\n".join(mix(labels, strategy) for strategy in side)
            for labels, side in zip(
                (solution.game.actions[k] for k in pair), (subset.rows, subset.columns), strict=True
            )
        ]
        add_row(table, [str(place), *sides, _numbers(subset.members)])
    blocks.append(table)
    if len(wide) > MAX_ROWS:
        blocks.append(f"{len(wide) - MAX_ROWS} more are in the other formats.")
    return blocks


def _numbers(members: Sequence[int]) -> str:
    return ", ".join(f"#{member}" for member in members)


def _proof(solution: Solution) -> str:
    """What was verified, in words."""
    certificates = [outcome.certificate for outcome in solution]
    if not certificates:
        return ""
    unproven = [i for i, c in enumerate(certificates) if not c.verified]
    if unproven and all(c.arithmetic == FLOAT and "regrets" in c.evidence for c in certificates):
        most = max(float(r) for c in certificates for r in c.evidence["regrets"])
        return f"Rounded to floating point, so not proven; the largest regret is {most:.3g}."
    if unproven:
        return f"Certificate: NOT verified for {_numbers(unproven)}; take them as approximations."
    exact = all(c.arithmetic == RATIONAL for c in certificates)
    if exact:
        start = "Certificate: verified from the payoffs alone, in exact arithmetic: "
    else:
        start = "Checked in floating point, so not proven; up to rounding, "
    return start + _claim(solution, certificates, exact)


def _claim(solution: Solution, certificates: Sequence[Certificate], exact: bool) -> str:
    first = solution[0]
    if solution.concept == "nash":
        if exact:
            return "no player gains anything by playing otherwise (every regret is 0)."
        regrets = [float(r) for c in certificates for r in c.evidence.get("regrets", ())]
        most = f"{max(regrets, default=0.0):.3g}"
        return f"no player gains more than {most} by playing otherwise."
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
            better = _OBJECTIVES.get(objective, ("", "does better"))[1]
        if evidence["bound"] != first.value:
            better += f" than {short_number(evidence['bound'])}"
        claim += f", and no {_CONCEPTS[solution.concept]} {better}"
    return claim + "."


def _commitment_claim(solution: Solution, outcome: Commitment) -> str:
    leader = solution.game.players[outcome.leader]
    evidence = outcome.certificate.evidence
    claim = "the response shown is a best response"
    kind = "pure commitment" if evidence.get("commitment") == "pure" else "commitment"
    if outcome.distribution is not None:
        claim = "obeying the recommendation is a best response"
        kind = "commitment to a correlated strategy"
    value = outcome.payoffs[leader_place(solution.game, outcome)]
    bound = evidence.get("upper_bound", value)
    more = "more"
    if bound != value:
        more = f"more than {short_number(bound)}"
    return f"{claim}, and no {kind} earns {leader} {more}"


def _footnotes(solution: Solution) -> list[str]:
    notes = [f"Note: {note}{'' if note.endswith('.') else '.'}" for note in solution.notes]
    if _is_shortened(solution):
        notes.append('Note: numbers with "~" are rounded; as JSON they are exact.')
    return notes


def _is_shortened(solution: Solution) -> bool:
    for outcome in solution.solutions[:MAX_ROWS]:
        numbers: list[Number] = list(outcome.payoffs)
        if isinstance(outcome, CorrelatedEquilibrium):
            numbers += outcome.distribution.values()
        else:
            numbers += (p for strategy in outcome.strategies for p in strategy)
        if any(short_number(p).startswith(APPROXIMATE) for p in numbers):
            return True
    return False
