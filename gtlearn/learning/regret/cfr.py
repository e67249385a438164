"""Counterfactual regret minimisation (Zinkevich et al. 2007) as a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gtlearn.learning.options import described
from gtlearn.learning.regret.learner import TreeConfig, TreeLearner, two_player_tree
from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
from gtlearn.solvers._trees.form import form_of


@dataclass(frozen=True)
class CfrConfig(TreeConfig):
    """The options of `gtlearn train cfr`."""

    variant: Literal["cfr", "cfr+", "dcfr", "pcfr+"] = described(
        "dcfr", "How regrets and averages are kept."
    )


class CfrLearner(TreeLearner):
    """Two players who minimise regret against each other.

    Args:
        config: the options.
        seed: of no effect: nothing is random.

    Raises:
        InputError: if the game is no tree of two players with perfect recall.
    """

    def __init__(self, config: CfrConfig, seed: int) -> None:
        game = two_player_tree(config.game, "cfr")
        play = Minimiser(form_of(game), VARIANTS[config.variant])
        super().__init__(config, game, play, f"{config.variant}, exact gradients of the whole tree")
