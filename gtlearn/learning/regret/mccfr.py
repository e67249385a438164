"""Monte Carlo counterfactual regret minimisation (Lanctot et al. 2009) as a learner."""

from __future__ import annotations

from dataclasses import dataclass

from gtlearn.learning.options import described
from gtlearn.learning.regret.learner import TreeConfig, TreeLearner, two_player_tree
from gtlearn.solvers._trees.external_sampling import ExternalSampling
from gtlearn.solvers._trees.form import form_of


@dataclass(frozen=True)
class MccfrConfig(TreeConfig):
    """The options of `gtlearn train mccfr`."""

    iterations: int = described(10_000, "Episodes for each player's regrets.", minimum=0)
    every: int = described(
        1000, "Iterations between two exact measurements; the first are closer.", minimum=1
    )


class MccfrLearner(TreeLearner):
    """Two players who minimise regret on sampled parts of the tree (external sampling).

    Its environment steps are the nodes that it visits.

    Args:
        config: the options.
        seed: of the samples.

    Raises:
        InputError: if the game is no tree of two players with perfect recall.
    """

    def __init__(self, config: MccfrConfig, seed: int) -> None:
        game = two_player_tree(config.game, "mccfr")
        play = ExternalSampling(form_of(game), seed)
        super().__init__(config, game, play, "external-sampling MCCFR")
