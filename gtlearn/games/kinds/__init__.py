"""The kinds of game: exact payoffs and what follows from them, a module or folder a kind."""
