"""A Solution as a LaTeX tabular, and the pieces that every such tabular is made of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gtlearn.games import HarsanyiGame, SequentialGame
from gtlearn.games.labels import latex_escape
from gtlearn.games.numbers import format_number
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.outcomes import Outcome
from gtlearn.solvers.output.csv import joint_rows
from gtlearn.solvers.profile import Profile, columns_of
from gtlearn.solvers.record import Record


def to_latex(solution: Record) -> str:
    r"""A LaTeX tabular that needs no package; only played actions appear.

    One row a solution, in a game of several steps one a step and state too.
    """
    game = solution.game
    if solution.concept in ("correlated", "coarse-correlated"):
        return _latex_distributions(solution)
    profiles = [solution.profile(index) for index in range(len(solution))]
    if isinstance(game, SequentialGame | HarsanyiGame):
        labels = [(p, point.label) for k, p in enumerate(game.players) for point in game.points(k)]
        rows = [
            [str(index), latex_escape(player), latex_escape(label), mix]
            for index, profile in enumerate(profiles)
            for (player, label), mix in zip(labels, _mixes(profile), strict=True)
        ]
        point = "type" if isinstance(game, HarsanyiGame) else "information set"
        return tabular(["", "player", point, "plays"], rows)
    headings = [latex_escape(column.heading) for column in columns_of(game)]
    if not game.in_steps:
        rows = [
            [str(index), *_mixes(profile), _payoffs(outcome)]
            for index, (profile, outcome) in enumerate(zip(profiles, solution, strict=True))
        ]
        return tabular(["", *headings, "payoffs"], rows)
    states = [latex_escape(point.label) for point in game.points(0)]
    timed = any(profile.is_timed for profile in profiles)
    rows = [
        [str(index), *[str(step)] * timed, label, *_mixes(profile, step, state)]
        for index, profile in enumerate(profiles)
        for step in range(profile.steps)
        for state, label in enumerate(states)
    ]
    return tabular(["", *["step"] * timed, "state", *headings], rows)


def _mixes(profile: Profile, step: int = 0, state: int = 0) -> list[str]:
    return [latex_mix(column.actions, row) for column, row in profile.at(step, state)]


def _payoffs(outcome: Outcome) -> str:
    return "$(" + ",\\, ".join(latex_number(p) for p in outcome.payoffs) + ")$"


def _latex_distributions(solution: Record) -> str:
    rows = []
    for index, outcome in enumerate(solution):
        shares = getattr(outcome, "distribution", None) or {}
        for names, p in joint_rows(solution.game, shares):
            rows.append([str(index), *map(latex_escape, names), f"${latex_number(p)}$"])
    return tabular(["", *map(latex_escape, solution.game.players), "probability"], rows)


def latex_mix(labels: Sequence[str], strategy: Sequence[Real]) -> str:
    """The actions that a strategy plays, with their probabilities."""
    parts = [(label, p) for label, p in zip(labels, strategy, strict=True) if p != 0]
    if len(parts) == 1:
        return latex_escape(parts[0][0])
    return " + ".join(f"${latex_number(p)}$\\,{latex_escape(label)}" for label, p in parts)


def latex_number(value: Real) -> str:
    r"""A number in math mode.

    >>> latex_number(Fraction(-1, 3)), latex_number(1e-20)
    ('-\\frac{1}{3}', '10^{-20}')
    """
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return format_number(value)
        sign = "-" if value < 0 else ""
        top, bottom = format_number(abs(value)).split("/")
        return f"{sign}\\frac{{{top}}}{{{bottom}}}"
    if isinstance(value, Enclosure):
        return str(value).replace("...", r"\ldots").replace("+-", r"\pm")
    mantissa, _, exponent = format_number(float(value)).partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else f"{mantissa} \\cdot {power}"


def tabular(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A tabular environment whose first column is right-aligned."""
    lines = [
        "\\begin{tabular}{" + "r" + "l" * (len(heads) - 1) + "}",
        " & ".join(heads) + " \\\\",
        "\\hline",
        *(" & ".join(row) + " \\\\" for row in rows),
        "\\end{tabular}",
    ]
    return "\n".join(lines) + "\n"
