"""Sparse linear programs with integer data, solved exactly."""

from gtlearn.solvers._linear.sparse.basis import Vertex as Vertex
from gtlearn.solvers._linear.sparse.basis import optimum_at as optimum_at
from gtlearn.solvers._linear.sparse.exact import solve as solve
from gtlearn.solvers._linear.sparse.program import SparseProgram as SparseProgram
from gtlearn.solvers._linear.sparse.program import float_optimum as float_optimum
