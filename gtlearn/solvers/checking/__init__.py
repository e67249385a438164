"""How far a profile, from any tool, is from the solutions of a game."""
