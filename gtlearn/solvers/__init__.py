"""What theory says: certified equilibria of games, and how far a profile is from them."""

if __name__ != "gtlearn.solvers":
    raise ImportError(
        f"this folder was imported as {__name__!r}; write `from gtlearn import solvers`"
    )

import importlib
from typing import TYPE_CHECKING, Any

from gtlearn.solvers import verify as verify
from gtlearn.solvers._commitment import stackelberg as stackelberg
from gtlearn.solvers._correlated import coarse_correlated as coarse_correlated
from gtlearn.solvers._correlated import correlated as correlated
from gtlearn.solvers._dominance.elimination import dominance as dominance
from gtlearn.solvers._dominance.sequences import sequence_dominance as sequence_dominance
from gtlearn.solvers._nash import all_equilibria as all_equilibria
from gtlearn.solvers._nash import one_equilibrium as one_equilibrium
from gtlearn.solvers._nash import pure_equilibria as pure_equilibria
from gtlearn.solvers._nash.zero_sum import zero_sum as zero_sum
from gtlearn.solvers._one_shot.proof import proof_of as proof_of
from gtlearn.solvers.dispatch import check as check
from gtlearn.solvers.dispatch import solve as solve
from gtlearn.solvers.solution import Solution as Solution
from gtlearn.solvers.solution import read_solution as read_solution

if TYPE_CHECKING:
    from gtlearn.solvers._enclosure.minimal import minimal_polynomial as minimal_polynomial
    from gtlearn.solvers._markov.batch import evaluate_exactly as evaluate_exactly
    from gtlearn.solvers._markov.batch import evaluate_floats as evaluate_floats
    from gtlearn.solvers._markov.evaluation import evaluate as evaluate
    from gtlearn.solvers._markov.response import optimal_response as optimal_response
    from gtlearn.solvers._markov.response import stationary_response as stationary_response
    from gtlearn.solvers._markov.stochastic_response import (
        stochastic_response as stochastic_response,
    )
    from gtlearn.solvers._trees.meter import meter as meter
    from gtlearn.solvers.one_strategy import exploitability as exploitability

__all__ = [
    "Solution",
    "all_equilibria",
    "check",
    "coarse_correlated",
    "correlated",
    "dominance",
    "evaluate",
    "evaluate_exactly",
    "evaluate_floats",
    "exploitability",
    "meter",
    "minimal_polynomial",
    "one_equilibrium",
    "optimal_response",
    "proof_of",
    "pure_equilibria",
    "read_solution",
    "sequence_dominance",
    "solve",
    "stackelberg",
    "stationary_response",
    "stochastic_response",
    "verify",
    "zero_sum",
]

_LATER = {  # names that only some kinds of game need, imported with their first use
    "evaluate": "_markov.evaluation",
    "evaluate_exactly": "_markov.batch",
    "evaluate_floats": "_markov.batch",
    "exploitability": "one_strategy",
    "meter": "_trees.meter",
    "minimal_polynomial": "_enclosure.minimal",
    "optimal_response": "_markov.response",
    "stationary_response": "_markov.response",
    "stochastic_response": "_markov.stochastic_response",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"gtlearn.solvers.{_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
