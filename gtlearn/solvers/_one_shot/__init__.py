"""Nash equilibria of games in one shot: which method runs, and the log that proves a list."""
