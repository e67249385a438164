"""Exact values, best responses, equilibria and commitments of iterated and Markov games."""
