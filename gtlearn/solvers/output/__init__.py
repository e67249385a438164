"""A Solution for readers and for other programs: tables, JSON, CSV, LaTeX, OpenSpiel."""
