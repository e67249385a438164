"""Symmetric equilibria of symmetric games."""
