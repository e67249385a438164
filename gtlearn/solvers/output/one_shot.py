"""The tables of a solution in one shot: strategies, joint distributions, connected sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from gtlearn.games import NormalFormGame
from gtlearn.games.dummies import choosing_pair, follower_of
from gtlearn.solvers.outcomes import Commitment, NashEquilibrium, Outcome
from gtlearn.solvers.output.continua import continuum_blocks
from gtlearn.solvers.output.csv import joint_rows
from gtlearn.solvers.output.pieces import add_row, mix, mix_cell, new_table, short_number, tie_words
from gtlearn.solvers.profile import columns_of
from gtlearn.solvers.record import Record

if TYPE_CHECKING:
    from rich.table import Table

MAX_ROWS = 50  # solutions in one table; more are counted, and left to the other formats
OBJECTIVES = {  # what the value is, and what no other equilibrium does
    "welfare": ("Welfare (sum of payoffs)", "has a higher welfare"),
    "fairness": ("Smallest payoff", "has a higher smallest payoff"),
    "gini": ("Spread (1 minus the sum of squared probabilities)", "is spread more evenly"),
}


def one_shot_blocks(solution: Record) -> list[str | Table]:
    """The strategies of each solution, and what is said of all of them."""
    if any(getattr(outcome, "distribution", None) is not None for outcome in solution):
        return _distributions(solution)
    blocks: list[str | Table] = [_strategy_table(solution)]
    if len(solution) > MAX_ROWS:
        blocks.append(f"{len(solution) - MAX_ROWS} more are in the other formats.")
    blocks += [*_commitment_lines(solution), *_component_lines(solution)]
    return [*blocks, *continuum_blocks(solution)]


def _strategy_table(solution: Record) -> Table:
    indexed = any(isinstance(o, NashEquilibrium) and o.index is not None for o in solution)
    numbered = ["#"] * (len(solution) > 1)
    heads = [
        *numbered,
        *(column.heading for column in columns_of(solution.game)),
        "payoffs",
        *["index"] * indexed,
    ]
    table = new_table(*heads, right=numbered)
    for number, outcome in enumerate(solution.solutions[:MAX_ROWS]):
        played = solution.profile(number).at(0, 0)
        cells = [mix_cell(column.actions, strategy) for column, strategy in played]
        cells.append(_payoffs(outcome))
        if indexed:
            index = outcome.index if isinstance(outcome, NashEquilibrium) else None
            cells.append("" if index is None else _signed(index))
        add_row(table, [str(number), *cells] if numbered else cells)
    return table


def _signed(index: int) -> str:
    return f"{index:+d}" if index else "0"


def _payoffs(outcome: Outcome) -> str:
    numbers = [short_number(p) for p in outcome.payoffs]
    if isinstance(outcome, Commitment) and not outcome.attained:  # of one type, then
        numbers[outcome.leader] = f"sup {numbers[outcome.leader]}"
    return ", ".join(numbers)


def _distributions(solution: Record) -> list[str | Table]:
    game = solution.game
    blocks: list[str | Table] = []
    for number, outcome in enumerate(solution.solutions[:MAX_ROWS]):
        distribution = getattr(outcome, "distribution", None) or {}
        table = new_table(*game.players, "probability")
        for names, probability in islice(joint_rows(game, distribution), MAX_ROWS):
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
            name = OBJECTIVES.get(objective, ("Value of the objective",))[0]
            line += f". {name}: {short_number(value)}"
        blocks.append(line + ".")
    return [*blocks, *_commitment_lines(solution)]


def _commitment_lines(solution: Record) -> list[str]:
    lines = []
    for outcome in solution:
        if not isinstance(outcome, Commitment):
            continue
        place = follower_of(solution.game, outcome.leader)
        leader, follower = (solution.game.players[k] for k in (outcome.leader, place))
        ties = tie_words(outcome.ties, leader)
        lines.append(f"{leader} commits first, {follower} best-responds and breaks ties {ties}.")
        if not outcome.attained and not any("supremum" in note for note in solution.notes):
            lines.append(
                f"{leader}'s value is a supremum that no commitment attains: commitments near "
                "the one shown come arbitrarily close to it."
            )
    return list(dict.fromkeys(lines))


def all_isolated(solution: Record) -> bool:
    """Whether every connected component is one equilibrium."""
    return all(len(component) == 1 for component in solution.components or ())


def _component_lines(solution: Record) -> list[str | Table]:
    if solution.components is None or all_isolated(solution):
        return []
    blocks: list[str | Table] = []
    for number, members in enumerate(solution.components):
        if len(members) > 1:
            line = f"Equilibria {numbered(members)} lie in one connected set of equilibria"
            if solution.component_indices is not None:
                line += f", of index {_signed(solution.component_indices[number])}"
            blocks.append(line + ".")
    wide = [s for s in solution.subsets or () if len(s.rows) * len(s.columns) > 1]
    if not wide or not isinstance(solution.game, NormalFormGame):
        return blocks
    blocks.append(
        "Maximal Nash subsets: every mixture of the left strategies is in equilibrium with "
        "every mixture of the right ones."
    )
    pair = choosing_pair(solution.game) or (0, 1)
    players = [solution.game.players[k] for k in pair]
    table = new_table("subset", *players, "extreme equilibria")
    for place, subset in enumerate(wide[:MAX_ROWS], start=1):
        columns = [
            "\n".join(mix(labels, strategy) for strategy in extreme)
            for labels, extreme in zip(
                (solution.game.actions[k] for k in pair), (subset.rows, subset.columns), strict=True
            )
        ]
        add_row(table, [str(place), *columns, numbered(subset.members)])
    blocks.append(table)
    if len(wide) > MAX_ROWS:
        blocks.append(f"{len(wide) - MAX_ROWS} more are in the other formats.")
    return blocks


def numbered(members: Sequence[int]) -> str:
    """Solutions by their numbers, as in "#0, #2"."""
    return ", ".join(f"#{member}" for member in members)
