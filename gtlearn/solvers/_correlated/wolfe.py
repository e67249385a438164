"""The point of least length in a polytope, in exact integers.

Wolfe (1976), Finding the nearest point in a polytope, Mathematical Programming 11: a corral of
affinely independent vertices is kept whose affine hull's nearest point lies inside their convex
hull, and the vertex that a linear program finds nearest to the origin's side joins it. Each corral
comes closer than the last, so in exact arithmetic the method ends.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from gtlearn import limits
from gtlearn.solvers._linear.algebra import solve_integer_system

_Vertex = tuple[list[int], int]  # numerators and their positive denominator
Oracle = Callable[[list[int]], _Vertex]


def nearest_to_origin(best_vertex: Oracle, start: list[int]) -> list[int]:
    """The point of least length of a polytope, as integers in proportion to it.

    Args:
        best_vertex: a vertex that minimises the product with a given integer vector.
        start: the first vector to give it.
    """
    corral = [best_vertex(start)]
    weights = [Fraction(1)]
    while True:
        point, scale = _combination(corral, weights)
        vertex, denominator = best_vertex(point)
        length = sum(v * v for v in point)
        if sum(p * v for p, v in zip(point, vertex, strict=True)) * scale >= length * denominator:
            return point
        corral, weights = _corral([*corral, (vertex, denominator)], [*weights, Fraction(0)])


def _corral(
    vertices: list[_Vertex], weights: list[Fraction]
) -> tuple[list[_Vertex], list[Fraction]]:
    """Moves to the affine hull's nearest point, dropping vertices that would weigh less than 0."""
    while True:
        target = _affine_nearest(vertices)
        if min(target) > 0:
            return vertices, target
        leaving = [
            weight / (weight - goal)
            for weight, goal in zip(weights, target, strict=True)
            if goal <= 0 and weight > goal
        ]
        step = min(leaving, default=Fraction(1))
        moved = [
            weight + step * (goal - weight) for weight, goal in zip(weights, target, strict=True)
        ]
        kept = [i for i, weight in enumerate(moved) if weight > 0]
        vertices, weights = [vertices[i] for i in kept], [moved[i] for i in kept]


def _affine_nearest(vertices: list[_Vertex]) -> list[Fraction]:
    """Weights, of sum one, of the point of least length in the vertices' affine hull."""
    size = len(vertices)
    system = np.zeros((size + 1, size + 1), dtype=object)
    for i, (first, _) in enumerate(vertices):
        limits.check()
        for j, (second, _) in enumerate(vertices[: i + 1]):
            system[i, j] = system[j, i] = sum(a * b for a, b in zip(first, second, strict=True))
    system[size, :size] = system[:size, size] = [denominator for _, denominator in vertices]
    right = np.array([0] * size + [1], dtype=object)
    solved = solve_integer_system(system, right)
    if solved is None:
        raise ArithmeticError("the vertices of a corral are affinely dependent")
    numerators, denominator = solved
    return [Fraction(n * d, denominator) for n, (_, d) in zip(numerators, vertices, strict=False)]


def _combination(vertices: list[_Vertex], weights: list[Fraction]) -> _Vertex:
    """The weighted sum of vertices, over one denominator."""
    factors = [w / d for w, (_, d) in zip(weights, vertices, strict=True)]
    scale = int(np.lcm.reduce(np.array([f.denominator for f in factors], dtype=object)))
    point = [0] * len(vertices[0][0])
    for factor, (numerators, _) in zip(factors, vertices, strict=True):
        whole = int(factor * scale)
        point = [p + whole * v for p, v in zip(point, numerators, strict=True)]
    return point, scale
