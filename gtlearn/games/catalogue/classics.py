"""Small games that everyone knows, with labels."""

from __future__ import annotations

from gtlearn.games.catalogue.entry import Entry
from gtlearn.games.kinds.normal_form import NormalFormGame, normal_form

_META_MAPG = (
    "Kim et al. (2021), A Policy Gradient Algorithm for Learning to Learn in Multiagent "
    "Reinforcement Learning, ICML"
)
_RPS = ((0, -1, 1), (1, 0, -1), (-1, 1, 0))
_RPS_LABELS = ("R", "P", "S")


def _battle_of_the_sexes() -> NormalFormGame:
    labels = ("A", "B")
    return normal_form([[2, 0], [0, 1]], [[1, 0], [0, 2]], actions=(labels, labels))


def _matching_pennies() -> NormalFormGame:
    labels = ("H", "T")
    return normal_form([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], actions=(labels, labels))


def _rock_paper_scissors() -> NormalFormGame:
    negative = [[-v for v in row] for row in _RPS]
    return normal_form(_RPS, negative, actions=(_RPS_LABELS, _RPS_LABELS))


def _shapley() -> NormalFormGame:
    return normal_form(
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
        actions=(("T", "M", "B"), ("L", "C", "R")),
    )


def _aumann_chicken() -> NormalFormGame:
    labels = ("Yield", "Dare")
    return normal_form([[6, 2], [7, 0]], [[6, 7], [2, 0]], actions=(labels, labels))


def _ipd_meta_mapg() -> NormalFormGame:
    labels = ("C", "D")
    return normal_form(
        [["0.5", "-1.5"], ["1.5", "-0.5"]],
        [["0.5", "1.5"], ["-1.5", "-0.5"]],
        players=("Agent i", "Agent j"),
        actions=(labels, labels),
    )


def _rps_meta_mapg() -> NormalFormGame:
    negative = [[-v for v in row] for row in _RPS]
    return normal_form(
        _RPS, negative, players=("Agent i", "Agent j"), actions=(_RPS_LABELS, _RPS_LABELS)
    )


ENTRIES = (
    Entry(
        "battle_of_the_sexes",
        "both want to meet, each at another place",
        "Luce & Raiffa (1957), Games and Decisions, section 5.3",
        _battle_of_the_sexes,
    ),
    Entry(
        "matching_pennies",
        "one player wants equal sides, the other different ones (zero-sum)",
        "von Neumann (1928), Zur Theorie der Gesellschaftsspiele, Mathematische Annalen 100",
        _matching_pennies,
    ),
    Entry(
        "rock_paper_scissors",
        "each action beats one and loses to one (zero-sum)",
        "folklore; von Neumann & Morgenstern (1944), Theory of Games and Economic Behavior",
        _rock_paper_scissors,
    ),
    Entry(
        "shapley",
        "fictitious play cycles for ever; one equilibrium, all actions equally likely",
        "Shapley (1964), Some Topics in Two-Person Games, Advances in Game Theory, Annals of "
        "Mathematics Studies 52",
        _shapley,
    ),
    Entry(
        "aumann_chicken",
        "correlation earns more than any Nash equilibrium",
        "Aumann (1974), Subjectivity and Correlation in Randomized Strategies, Journal of "
        "Mathematical Economics 1",
        _aumann_chicken,
    ),
    Entry(
        "ipd_meta_mapg",
        "the prisoner's dilemma with the payoffs of the Meta-MAPG experiments",
        f"{_META_MAPG}, Table 1",
        _ipd_meta_mapg,
    ),
    Entry(
        "rps_meta_mapg",
        "rock-paper-scissors with the payoffs of the Meta-MAPG experiments",
        f"{_META_MAPG}, Table 2",
        _rps_meta_mapg,
    ),
)
