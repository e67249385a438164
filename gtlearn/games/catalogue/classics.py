"""Small games that everyone knows, and worked examples of the literature.

The 12 strict symmetric 2x2 games have ordinal payoffs 1 to 4, without ties. The worked examples are
of equilibrium enumeration, degeneracy and commitment.
"""

from __future__ import annotations

from gtlearn.games.catalogue.entry import Entry, game

_META_MAPG = (
    "Kim et al. (2021), A Policy Gradient Algorithm for Learning to Learn in Multiagent "
    "Reinforcement Learning, ICML"
)
_RPS = ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
_RPS_LABELS = (("R", "P", "S"),) * 2
_AGENTS = ("Agent i", "Agent j")
_VON_STENGEL = (
    "von Stengel (2007), Equilibrium Computation for Two-Player Games in Strategic and Extensive "
    "Form, in Nisan et al. (eds.), Algorithmic Game Theory, chapter 3"
)
_SYMMETRIC = (
    "Robinson & Goforth (2005), The Topology of the 2x2 Games: A New Periodic Table; the set of "
    "12 and its names as in Gerstgrasser & Parkes (2023), Oracles & Followers: Stackelberg "
    "Equilibria in Deep Multi-Agent Reinforcement Learning, ICML"
)

# name: row payoffs CC, CD, DC, DD; what makes the game what it is
_ORDINAL = {
    "prisoners_dilemma": ((3, 1, 4, 2), "defection dominates, and both lose by it"),
    "stag_hunt": ((4, 1, 3, 2), "trust pays most, defection is cautious; a lone defector gets 3"),
    "assurance": ((4, 1, 2, 3), "trust pays most, defection is cautious; a lone defector gets 2"),
    "coordination": ((4, 2, 1, 3), "two equilibria, the better one is also the safer"),
    "mixedharmony": ((4, 3, 1, 2), "cooperation dominates; a lone defector fares worst"),
    "harmony": (
        (4, 3, 2, 1),
        "cooperation dominates; a lone cooperator does better than a defector",
    ),
    "noconflict": (
        (4, 2, 3, 1),
        "cooperation dominates; a lone defector does better than the other",
    ),
    "deadlock": ((2, 1, 4, 3), "defection dominates, and both are content with it"),
    "prisoners_delight": ((1, 2, 4, 3), "defection dominates, and is best beside a cooperator"),
    "hero": ((1, 3, 4, 2), "one should defect, to the good of both; both cooperating is worst"),
    "battle": ((2, 3, 4, 1), "one should defect, to the good of both; both defecting is worst"),
    "chicken": ((3, 2, 4, 1), "each prefers to hold firm while the other yields"),
}


def _ordinal(name: str, cc: int, cd: int, dc: int, dd: int, text: str) -> Entry:
    build = game([[cc, cd], [dc, dd]], [[cc, dc], [cd, dd]], actions=("CD", "CD"))
    return Entry(name, f"symmetric 2x2: {text}", _SYMMETRIC, build)


SYMMETRIC_2X2 = tuple(_ordinal(name, *payoffs, text) for name, (payoffs, text) in _ORDINAL.items())
CLASSICS = (
    *SYMMETRIC_2X2,
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
    Entry(
        "von_stengel",
        "3x2, nondegenerate, three equilibria: the running example of best-response polytopes",
        _VON_STENGEL,
        game([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]),
    ),
    Entry(
        "von_stengel_degenerate",
        "3x2, degenerate: the first row has two best responses, so equilibria fill a segment",
        _VON_STENGEL,
        game([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]),
    ),
    Entry(
        "kohlberg_mertens",
        "3x3, degenerate: one component of equilibria, a hexagon without its inside",
        "Kohlberg & Mertens (1986), On the Strategic Stability of Equilibria, Econometrica 54",
        game(
            [[1, 0, -1], [-1, 0, -1], [1, 0, -2]],
            [[1, -1, 1], [0, 0, 0], [-1, -1, -2]],
            actions=("TMB", "LCR"),
        ),
    ),
    Entry(
        "chain_store",
        "2x2, degenerate: staying out is an equilibrium under any threat that is strong enough",
        "Selten (1978), The Chain Store Paradox, Theory and Decision 9 (one period)",
        game(
            [[2, 0], [1, 1]],
            [[2, 0], [5, 5]],
            players=("Entrant", "Monopolist"),
            actions=(("In", "Out"), ("Accommodate", "Fight")),
        ),
    ),
    Entry(
        "conitzer_sandholm",
        "commitment: a dominated row, played with probability 1/2, earns the leader 7/2",
        "Conitzer & Sandholm (2006), Computing the Optimal Strategy to Commit to, ACM Conference "
        "on Electronic Commerce",
        game(
            [[2, 4], [1, 3]],
            [[1, 0], [0, 1]],
            players=("Leader", "Follower"),
            actions=(("Up", "Down"), ("Left", "Right")),
        ),
    ),
    Entry(
        "dobss_example",
        "commitment: committing to (2/3, 1/3) earns the leader 11/3, the Nash equilibrium 2",
        "Paruchuri et al. (2008), Playing Games for Security: An Efficient Exact Algorithm for "
        "Solving Bayesian Stackelberg Games, AAMAS",
        game(
            [[2, 4], [1, 3]],
            [[1, 0], [0, 2]],
            players=("Leader", "Follower"),
            actions=("ab", "cd"),
        ),
    ),
)
