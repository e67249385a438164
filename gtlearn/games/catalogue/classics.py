"""Small games that everyone knows, with labels."""

from __future__ import annotations

from gtlearn.games.catalogue.entry import Entry, game

_META_MAPG = (
    "Kim et al. (2021), A Policy Gradient Algorithm for Learning to Learn in Multiagent "
    "Reinforcement Learning, ICML"
)
_RPS = ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
_RPS_LABELS = (("R", "P", "S"),) * 2
_AGENTS = ("Agent i", "Agent j")


ENTRIES = (
    Entry(
        "battle_of_the_sexes",
        "both want to meet, each at another place",
        "Luce & Raiffa (1957), Games and Decisions, section 5.3",
        game([[2, 0], [0, 1]], [[1, 0], [0, 2]], actions=("AB", "AB")),
    ),
    Entry(
        "matching_pennies",
        "one player wants equal sides, the other different ones (zero-sum)",
        "von Neumann (1928), Zur Theorie der Gesellschaftsspiele, Mathematische Annalen 100",
        game([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], actions=("HT", "HT")),
    ),
    Entry(
        "rock_paper_scissors",
        "each action beats one and loses to one (zero-sum)",
        "folklore; von Neumann & Morgenstern (1944), Theory of Games and Economic Behavior",
        game(*_RPS, actions=_RPS_LABELS),
    ),
    Entry(
        "shapley",
        "fictitious play cycles for ever; one equilibrium, all actions equally likely",
        "Shapley (1964), Some Topics in Two-Person Games, Advances in Game Theory, Annals of "
        "Mathematics Studies 52",
        game(
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
            actions=("TMB", "LCR"),
        ),
    ),
    Entry(
        "aumann_chicken",
        "correlation earns more than any Nash equilibrium",
        "Aumann (1974), Subjectivity and Correlation in Randomized Strategies, Journal of "
        "Mathematical Economics 1",
        game([[6, 2], [7, 0]], [[6, 7], [2, 0]], actions=(("Yield", "Dare"),) * 2),
    ),
    Entry(
        "ipd_meta_mapg",
        "the prisoner's dilemma with the payoffs of the Meta-MAPG experiments",
        f"{_META_MAPG}, Table 1",
        game(
            [["0.5", "-1.5"], ["1.5", "-0.5"]],
            [["0.5", "1.5"], ["-1.5", "-0.5"]],
            players=_AGENTS,
            actions=("CD", "CD"),
        ),
    ),
    Entry(
        "rps_meta_mapg",
        "rock-paper-scissors with the payoffs of the Meta-MAPG experiments",
        f"{_META_MAPG}, Table 2",
        game(*_RPS, players=_AGENTS, actions=_RPS_LABELS),
    ),
)
