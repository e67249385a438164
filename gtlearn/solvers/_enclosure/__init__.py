"""Irrational equilibria in boxes: Newton's method in many digits, then a proof by Krawczyk.

`krawczyk` knows no games; `equilibria` writes those of a game as equations.
"""
