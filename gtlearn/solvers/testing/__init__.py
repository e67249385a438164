"""For tests of `verify`, of solvers' own or of users': every way to make a solution false.

    from gtlearn.solvers.testing import mutation_score

    score = mutation_score(game, solvers.solve(game).to_json())
    assert score.killed == 1, score.survivors[0]

A correct solution's JSON is changed in every way, one change at a time (`mutants`), and by changes
that alter a claim consistently (`relabelled`). A `Judge` says from the mathematics alone, by brute
force, whether the changed solution is still true, and `mutation_score` counts how many of the false
ones `verify.solution` names false. Games must be small.
"""

from gtlearn.solvers.testing.mutation import Mutant as Mutant
from gtlearn.solvers.testing.mutation import mutants as mutants
from gtlearn.solvers.testing.mutation import relabelled as relabelled
from gtlearn.solvers.testing.scoring import Score as Score
from gtlearn.solvers.testing.scoring import by_field as by_field
from gtlearn.solvers.testing.scoring import mutation_score as mutation_score
from gtlearn.solvers.testing.scoring import table_of as table_of
from gtlearn.solvers.testing.truth import Judge as Judge
from gtlearn.solvers.testing.truth import Verdict as Verdict
