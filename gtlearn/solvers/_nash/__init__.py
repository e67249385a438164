"""Exact Nash equilibria of two-player games."""

from gtlearn.solvers._nash.enumeration import all_equilibria as all_equilibria
from gtlearn.solvers._nash.lemke_howson import every_label as every_label
from gtlearn.solvers._nash.lemke_howson import path_equilibrium as path_equilibrium
from gtlearn.solvers._nash.pure import every_pure as every_pure
from gtlearn.solvers._nash.pure import pure_equilibria as pure_equilibria
from gtlearn.solvers._nash.selection import CRITERIA as CRITERIA
from gtlearn.solvers._nash.selection import select as select
from gtlearn.solvers._nash.single import one_equilibrium as one_equilibrium

VERTEX_ENUMERATION = "vertex-enumeration"
ALL_METHODS = {VERTEX_ENUMERATION: all_equilibria, "lemke-howson": every_label, "pure": every_pure}

__all__ = [
    "ALL_METHODS",
    "CRITERIA",
    "VERTEX_ENUMERATION",
    "all_equilibria",
    "every_label",
    "every_pure",
    "one_equilibrium",
    "path_equilibrium",
    "pure_equilibria",
    "select",
]
