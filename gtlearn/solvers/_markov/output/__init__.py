"""A MarkovSolution for people and for other programs: tables, JSON, CSV, LaTeX, OpenSpiel."""
