"""Worked examples of the literature: equilibrium enumeration, degeneracy, commitment."""

from __future__ import annotations

from gtlearn.games.catalogue.entry import Entry, game

_VON_STENGEL = (
    "von Stengel (2007), Equilibrium Computation for Two-Player Games in Strategic and Extensive "
    "Form, in Nisan et al. (eds.), Algorithmic Game Theory, chapter 3"
)

ENTRIES = (
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
