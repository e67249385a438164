"""Extensive-form fictitious play (Heinrich, Lanctot & Silver 2015) as a learner."""

from __future__ import annotations

from dataclasses import dataclass

from gtlearn.learning.regret.learner import TreeConfig, TreeLearner, two_player_tree
from gtlearn.solvers._trees.fictitious_play import FictitiousPlay
from gtlearn.solvers._trees.form import form_of


@dataclass(frozen=True)
class FictitiousPlayConfig(TreeConfig):
    """The options of `gtlearn train fictitious-play`."""


class FictitiousPlayLearner(TreeLearner):
    """Two players who each best respond to the other's average.

    Args:
        config: the options.
        seed: of no effect: nothing is random.

    Raises:
        InputError: if the game is no tree of two players with perfect recall.
    """

    def __init__(self, config: FictitiousPlayConfig, seed: int) -> None:
        game = two_player_tree(config.game, "fictitious-play")
        play = FictitiousPlay(form_of(game))
        super().__init__(
            config, game, play, "fictitious play, best responses averaged in realisation plans"
        )
