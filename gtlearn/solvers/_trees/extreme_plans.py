"""All extreme optimal plans of small trees of constant sum."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from gtlearn.games.reduction import plans_of
from gtlearn.solvers._linear.extreme_points import extreme_points
from gtlearn.solvers._trees.form import Plan, SequenceForm, behaviour_of, num_plans
from gtlearn.solvers.outcomes import Table

_MOST_PLANS = 1_000  # of the other player, each of which is a condition
_MOST_SEQUENCES = 40
_MOST_PAIRS = 200


def extreme_equilibria(
    form: SequenceForm, payoffs: Sequence[Fraction]
) -> list[tuple[Table, Table]]:
    """The equilibria of which all others are mixtures in realisation plans, player by player.

    A plan is optimal if against each pure plan of the other player it earns at least the value (von
    Neumann 1928); optimal plans are a polytope, and every pair of them is an equilibrium.

    Args:
        form: of a game of constant sum.
        payoffs: what equilibria pay.

    Returns:
        One pair of strategies each; none where there may be too many.

    Raises:
        LimitReached: at a limit.
    """
    sizes, counts = [own.size for own in form.sequences], map(num_plans, form.sequences)
    if not form.is_small or max(sizes) > _MOST_SEQUENCES or max(counts) > _MOST_PLANS:
        return []
    first, second = (_optimal(form, player, payoffs[player]) for player in (0, 1))
    if len(first) * len(second) > _MOST_PAIRS:
        return []
    pairs = ((behaviour_of(form, 0, p), behaviour_of(form, 1, p)) for p in product(first, second))
    return list(dict.fromkeys(pairs))


def _optimal(form: SequenceForm, player: int, value: Fraction) -> list[Plan]:
    own, other = form.sequences[player], form.sequences[1 - player]
    first, before = own.first.tolist(), own.before.tolist()
    equal = []
    for place in range(own.num_sets):
        row = [0] * own.size
        row[before[place]] -= 1
        for sequence in range(first[place], first[place + 1]):
            row[sequence] += 1
        equal.append(row)
    paid = form.rows_of(player)
    table = paid.toarray().tolist()
    unit = value.denominator
    at_least = []
    for plan in plans_of(form.game)[1 - player]:
        ends = {0} | {int(other.first[place]) + action for place, action in plan.items()}
        row = [unit * sum(entries[end] for end in ends) for entries in table]
        row[0] -= value.numerator * form.denominator(player)
        at_least.append(row)
    return [(list(ray), ray[0]) for ray in extreme_points(own.size, equal, at_least)]
