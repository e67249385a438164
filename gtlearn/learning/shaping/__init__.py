"""Opponent shaping: differentiable games, update rules and meta-gradients, exact and sampled."""
