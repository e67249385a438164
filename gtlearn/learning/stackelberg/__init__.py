"""Stackelberg equilibria, learned: the game, what followers are shown, followers and leaders."""
