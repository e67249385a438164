"""A Solution as a LaTeX tabular, and the pieces that every such tabular is made of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import format_number
from gtlearn.solvers.enclosures import Enclosure, Real
from gtlearn.solvers.output.export import exact_text, strategies_of, strategy_labels, two_labels
from gtlearn.solvers.solution import Solution


def to_latex(solution: Solution) -> str:
    r"""A LaTeX tabular that needs no package, one row a solution; only played actions appear."""
    if solution.concept in ("correlated", "coarse-correlated"):
        return _latex_distributions(solution)
    count = len(strategies_of(solution, 0)) if len(solution) else solution_width(solution.game)
    labelled = strategy_labels(solution.game, count)
    heads = ["", *(latex_escape(player) for player, _ in labelled), "payoffs"]
    rows = []
    for index, outcome in enumerate(solution):
        mixes = [
            latex_mix(labels, strategy)
            for (_, labels), strategy in zip(labelled, strategies_of(solution, index), strict=True)
        ]
        payoffs = "$(" + ",\\, ".join(latex_number(p) for p in outcome.payoffs) + ")$"
        rows.append([str(index), *mixes, payoffs])
    return tabular(heads, rows)


def solution_width(game: NormalFormGame | BayesianGame) -> int:
    """The number of strategies in a solution of `game`."""
    return 1 + len(game.types) if isinstance(game, BayesianGame) else game.num_players


def _latex_distributions(solution: Solution) -> str:
    players, actions = two_labels(solution.game)
    rows = []
    for index, outcome in enumerate(solution):
        distribution = getattr(outcome, "distribution", None) or {}
        for profile, probability in sorted(distribution.items()):
            names = [latex_escape(labels[a]) for labels, a in zip(actions, profile, strict=True)]
            rows.append([str(index), *names, f"${latex_number(probability)}$"])
    return tabular(["", *map(latex_escape, players), "probability"], rows)


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
            return exact_text(value)
        sign = "-" if value < 0 else ""
        top, bottom = exact_text(abs(value)).split("/")
        return f"{sign}\\frac{{{top}}}{{{bottom}}}"
    if isinstance(value, Enclosure):
        return str(value).replace("...", r"\ldots").replace("+-", r"\pm")
    mantissa, _, exponent = format_number(float(value)).partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else f"{mantissa} \\cdot {power}"


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}


def latex_escape(text: str) -> str:
    """`text` with LaTeX's special characters written out.

    >>> latex_escape("a_b & 5%")
    'a\\\\_b \\\\& 5\\\\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


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
