"""Fictitious play in realisation plans, on the sequence form of a two-player tree, in floats."""

from __future__ import annotations

from gtlearn.solvers._trees.averages import Averages
from gtlearn.solvers._trees.form import SequenceForm


class FictitiousPlay(Averages):
    """Each player best responds to the other's average plan; best responses are averaged.

    This is extensive-form fictitious play (Heinrich, Lanctot & Silver 2015, Algorithm 1) with
    weights 1/t: mixtures of realisation plans are what the paper's updates of behaviour strategies
    compute. The first plans are uniform and count as one best response. Both players move at once;
    among ties the first action is played.

    Args:
        form: the game.
    """

    def __init__(self, form: SequenceForm) -> None:
        super().__init__(form)
        self.totals = [plex.plan(plex.uniform()) for plex in self.plexes]

    def step(self) -> None:
        """One iteration of both players."""
        self.iterations += 1
        averages = [self._average(0), self._average(1)]
        for player, plex in enumerate(self.plexes):
            reply = plex.best_response(self.worth(player, averages[1 - player]))
            self.totals[player] = self.totals[player] + plex.plan(reply)
