"""The seeded random families (see `gtlearn.games.families`) under catalogue names."""

from __future__ import annotations

from gtlearn.games import families
from gtlearn.games.catalogue.entry import Entry

_GAMUT = "Nudelman et al. (2004), Run the GAMUT, AAMAS"

ENTRIES = (
    Entry("random_uniform", "payoffs uniform on the integers low..high", _GAMUT, families.uniform),
    Entry("random_zero_sum", "zero-sum, payoffs uniform on low..high", _GAMUT, families.zero_sum),
    Entry(
        "random_covariant",
        "the payoffs of a profile are normal with correlation rho, times scale, rounded",
        "Rinott & Scarsini (2000), On the Number of Pure Strategy Nash Equilibria in Random "
        "Games, Games and Economic Behavior 33",
        families.covariant,
    ),
    Entry(
        "random_ranking",
        "costly effort raises the score; the higher score wins the prize",
        "Goldberg, Goldberg, Krysta & Ventre (2013), Ranking Games that Have "
        "Competitiveness-Based Strategies, Theoretical Computer Science 476",
        families.ranking,
    ),
    Entry(
        "random_sgc",
        "4k-1 actions, one equilibrium with 2k-1 of them (shuffle=1 permutes by the seed)",
        "Sandholm, Gilpin & Conitzer (2005), Mixed-Integer Programming Methods for Finding Nash "
        "Equilibria, AAAI",
        families.sgc,
    ),
    Entry(
        "random_unit_vector",
        "the row player's columns are unit vectors, the other payoffs uniform on low..high",
        "Savani & von Stengel (2016), Unit Vector Games, International Journal of Economic "
        "Theory 12",
        families.unit_vector,
    ),
    Entry(
        "random_dispersion",
        "an action's worth goes to whoever is alone on it (2 or more players)",
        "Grenager, Powers & Shoham (2002), Dispersion Games: General Definitions and Some "
        "Specific Learning Results, AAAI",
        families.dispersion,
    ),
    Entry(
        "random_degenerate",
        "many ties; kind is small, zero, identical_rows, identical_columns, duplicate or win_lose",
        "test families of this package",
        families.degenerate,
    ),
)
