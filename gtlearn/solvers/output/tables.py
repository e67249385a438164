"""A Solution as text for people: what was found, what it means, and what proves it."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import Number
from gtlearn.solvers.output.export import exact_text, strategy_labels
from gtlearn.solvers.solution import (
    FLOAT,
    RATIONAL,
    TIME_LIMIT,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    Outcome,
    Solution,
    Strategy,
)

if TYPE_CHECKING:
    from rich.table import Table

MAX_ROWS = 50  # solutions in one table; more are counted, and left to the other formats
MAX_PARTS = 12  # actions shown of one mixed strategy
MAX_LENGTH = 17  # characters of a ratio; a longer one is shown as a decimal with "~"
MAX_GLUED = 20  # characters of an action's name that stays on one line with its probability
_APPROXIMATE = "~"
_NO_BREAK = "\ue000"  # keeps a probability on its action's line: rich breaks at "\u00a0" too
_SHORT = re.compile(rf"(?<!\S)(\S{{1,{MAX_GLUED}}}): (?=[-~]?\d)")
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


def to_text(blocks: Iterable[str | Table], width: int | None = None) -> str:
    """Paragraphs and rich tables as plain text, wrapped to `width` columns."""
    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    columns = width or max(40, shutil.get_terminal_size((100, 24)).columns)
    console = Console(file=stream, width=columns, color_system=None, force_terminal=False)
    for block in blocks:
        if block:
            console.print(Text(_glued(block)) if isinstance(block, str) else block)
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    return "\n".join(lines).replace(_NO_BREAK, " ")


def new_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """An empty rich table in the one style of gtlearn; `right` names right-aligned columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column), justify="right" if column in right else "left", overflow="fold"
        )
    return table


def add_row(table: Table, cells: Sequence[str]) -> None:
    """Appends a row whose cells are taken literally, brackets included."""
    from rich.text import Text

    table.add_row(*(Text(_glued(cell)) for cell in cells))


def _glued(text: str) -> str:
    """The text, with each short name kept on one line with the number that follows it."""
    return _SHORT.sub(rf"\1:{_NO_BREAK}", text)


def short_number(value: Number) -> str:
    """A number for people: ratios that would not fit become decimals, marked by "~".

    >>> short_number(Fraction(2, 3)), short_number(Fraction(1, 3**40)), short_number(0.25)
    ('2/3', '~8.22526e-20', '0.25')
    """
    if not isinstance(value, Fraction):
        return f"{value:.6g}"
    if abs(value.numerator) < 10**MAX_LENGTH and value.denominator < 10**MAX_LENGTH:
        text = exact_text(value)
        if len(text) <= MAX_LENGTH:
            return text
    return _APPROXIMATE + decimal(value)


def decimal(value: Fraction) -> str:
    """Six significant digits of a ratio, also where it is beyond a double's range."""
    try:
        approximation = float(value)
    except OverflowError:
        approximation = 0.0
    if approximation == 0 and value != 0:
        from decimal import Decimal, localcontext

        with localcontext(prec=12):
            return f"{Decimal(value.numerator) / Decimal(value.denominator):.5e}"
    return f"{approximation:.6g}"


def mix(labels: Sequence[str], strategy: Strategy, separator: str = ", ") -> str:
    """The actions that a strategy plays, with their probabilities.

    >>> mix(["C", "D"], (Fraction(1, 2), Fraction(1, 2)))
    'C: 1/2, D: 1/2'
    >>> mix(["C", "D"], (Fraction(0), Fraction(1)))
    'D'
    """
    parts = [(label, p) for label, p in zip(labels, strategy, strict=True) if p != 0]
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    shown = [f"{label}: {short_number(p)}" for label, p in parts[:MAX_PARTS]]
    if len(parts) > MAX_PARTS:
        shown.append(f"and {len(parts) - MAX_PARTS} more")
    return separator.join(shown)


def mix_cell(labels: Sequence[str], strategy: Strategy) -> str:
    """As `mix`, with one action a line where their names are long."""
    played = (label for label, p in zip(labels, strategy, strict=True) if p != 0)
    return mix(labels, strategy, "\n" if max(map(len, played)) > MAX_GLUED else ", ")


def describe(game: NormalFormGame | BayesianGame) -> str:
    """One line that says which game it is and how large.

    >>> from gtlearn.games import normal_form
    >>> describe(normal_form([[1, 0]], [[0, 1]], name="tiny"))
    'tiny: 2 players, 1 x 2 actions, constant-sum'
    """
    if isinstance(game, BayesianGame):
        leader, follower = game.players[game.leader], game.players[game.follower]
        sizes = sorted({len(g.actions[game.follower]) for g in game.games})
        return (
            f"{game.name}: Bayesian, {leader} with {len(game.games[0].actions[game.leader])} "
            f"actions, {follower} with {' or '.join(map(str, sizes))}, of "
            f"{_types(len(game.types))}"
        )
    text = f"{game.name}: {game.num_players} players, {' x '.join(map(str, game.shape))} actions"
    if game.is_zero_sum:
        origin = (0,) * game.num_players
        total = sum(game.payoff(k, origin) for k in range(game.num_players))
        return text + (", zero-sum" if total == 0 else ", constant-sum")
    return text + (", symmetric" if game.is_symmetric else "")


def _types(count: int) -> str:
    return "1 type" if count == 1 else f"{count} types"


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
    late = solution.status == TIME_LIMIT
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
            return f"1 {name} found; --find all says whether there are others"
        return f"{count} {name} found; there may be more"
    if _all_isolated(solution):
        return f"{count} {name}; {no_other}"
    return f"{count} extreme {name}; all others are the mixtures named below"


def _duration(seconds: float) -> str:
    time = f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"
    return time.replace(" ", _NO_BREAK)


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
        leader, follower = (solution.game.players[k] for k in (outcome.leader, 1 - outcome.leader))
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
    table = new_table("subset", *solution.game.players, "extreme equilibria")
    for place, subset in enumerate(wide[:MAX_ROWS], start=1):
        sides = [
            "\n".join(mix(labels, strategy) for strategy in side)
            for labels, side in zip(
                solution.game.actions, (subset.rows, subset.columns), strict=True
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
        notes.append('Note: numbers with "~" are rounded; --format json has them exactly.')
    return notes


def _is_shortened(solution: Solution) -> bool:
    for outcome in solution.solutions[:MAX_ROWS]:
        numbers: list[Number] = list(outcome.payoffs)
        if isinstance(outcome, CorrelatedEquilibrium):
            numbers += outcome.distribution.values()
        else:
            numbers += (p for strategy in outcome.strategies for p in strategy)
        if any(short_number(p).startswith(_APPROXIMATE) for p in numbers):
            return True
    return False
