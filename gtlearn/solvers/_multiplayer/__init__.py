"""Nash equilibria of games in which more than two players choose."""
