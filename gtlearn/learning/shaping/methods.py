"""Ways to find a start against others who learn: each method's exact and sampled gradient.

A method is the dataclass of its options. What computes gradients is imported with the first of
them, so that to read options nobody waits for PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gtlearn.errors import InputError
from gtlearn.learning.options import described

if TYPE_CHECKING:
    from torch import Tensor

    from gtlearn.learning.shaping.games.protocol import Climb, DifferentiableGame, Parameters
    from gtlearn.learning.shaping.meta import MetaGradient
    from gtlearn.learning.shaping.sampled.chain import Players
    from gtlearn.learning.shaping.sampled.credit import Valuer

    Joint = Sequence[Tensor]  # the parameters of everyone
    Steps = Mapping[int, Climb]

_DEPENDENCE = (
    "What a dependence on an action one step earlier counts where learning is differentiated; "
    "below 1: biased, less noise."
)


class Method:
    """The gradient that a start follows; what is said here is true of REINFORCE.

    Attributes:
        name: what users write.
    """

    name: ClassVar[str]

    @property
    def learn_rates(self) -> bool:
        """Whether the player's own inner rates are learned, too."""
        return False

    @property
    def rates_rate(self) -> float | None:
        """Adam's rate for these; None: as for the start."""
        return None

    @property
    def ceiling(self) -> MetaMapg:
        """Exact Meta-MAPG, which a start of this method is measured against."""
        return MetaMapg()

    def exact(
        self, game: DifferentiableGame, initial: Parameters, rates: Tensor, player: int
    ) -> MetaGradient:
        """The gradient from exact values.

        Args:
            game: what is played.
            initial: phi_0 of everyone, one tensor a player of shape (*batch, *its shape).
            rates: inner rates, shape (*batch, L, players).
            player: who learns.
        """
        from gtlearn.learning.shaping.meta import reinforce

        return reinforce(game, initial, player=player)

    def exact_steps(self, game: DifferentiableGame) -> Steps:
        """By player, what it ascends along the chain instead of its own exact gradient."""
        return {}

    def sampled(
        self, players: Players, initial: Joint, rates: Tensor, judge: Valuer
    ) -> tuple[Tensor, Tensor]:
        """The gradient of each chain from trajectories.

        Args:
            players: who plays, of whom one learns.
            initial: phi_0 of everyone, one tensor a player of shape (chains, *its shape).
            rates: inner rates, shape (L, players).
            judge: the learner's weighted advantages in what it improves.

        Returns:
            In the learner's start, shape (chains, *its shape); and in its own inner rates, shape
            (chains, L), zero where nothing depends on them.
        """
        from gtlearn.learning.shaping.sampled.gradients import reinforce

        gradient = reinforce(players, initial, judge)
        return gradient, gradient.new_zeros(len(gradient), len(rates))

    def sampled_steps(self, players: Players) -> Steps:
        """By player, what it ascends along the chain instead of its policy gradient."""
        return {}

    def rollouts(self, length: int) -> tuple[int, int]:
        """How many joint policies a chain plays: for a gradient, and to adapt.

        Args:
            length: L.
        """
        return 1, length + 1


@dataclass(frozen=True)
class Reinforce(Method):
    """The value as long as nobody learns: Williams (1992)."""

    name = "reinforce"


@dataclass(frozen=True)
class MetaMapg(Method):
    """Through the learning of all players: Kim et al. (2021)."""

    name = "meta-mapg"
    shapes_peers: ClassVar[bool] = True

    learn_rates: bool = described(True, "The player learns its own inner rates, too.")
    rates_rate: float | None = described(
        None, "Adam's learning rate of the inner rates; none: as of the start.", above=0
    )
    dependence: float = described(1.0, _DEPENDENCE, minimum=0, maximum=1)

    @property
    def ceiling(self) -> MetaMapg:
        """With rates that are learned where these are."""
        return MetaMapg(learn_rates=self.learn_rates)

    def exact(
        self, game: DifferentiableGame, initial: Parameters, rates: Tensor, player: int
    ) -> MetaGradient:
        """See `meta.meta_mapg`, and `meta.meta_pg`."""
        from gtlearn.learning.shaping.meta import meta_mapg, meta_pg

        find = meta_mapg if self.shapes_peers else meta_pg
        return find(game, initial, rates, rates.shape[-2], player=player)

    def sampled(
        self, players: Players, initial: Joint, rates: Tensor, judge: Valuer
    ) -> tuple[Tensor, Tensor]:
        """See `sampled.meta_mapg`, and `sampled.meta_pg`."""
        from gtlearn.learning.shaping.sampled.gradients import meta_mapg, meta_pg

        find = meta_mapg if self.shapes_peers else meta_pg
        gradient = find(players, initial, rates, judge, dependence=self.dependence)
        return gradient.parameters, gradient.rates[..., players.learner]

    def rollouts(self, length: int) -> tuple[int, int]:
        """All of the chain, both times."""
        return length + 1, length + 1


class MetaPg(MetaMapg):
    """Through the player's own learning only: Al-Shedivat et al. (2018)."""

    name = "meta-pg"
    shapes_peers = False


@dataclass(frozen=True)
class LolaDice(Method):
    """The value after some steps of the others, through these: Foerster et al. (2018)."""

    name = "lola-dice"

    look_aheads: int = described(1, "Steps of the peers that are foreseen.", minimum=1)
    dependence: float = described(1.0, _DEPENDENCE, minimum=0, maximum=1)

    def __post_init__(self) -> None:
        if self.look_aheads < 1:
            raise InputError(f"{self.look_aheads} look-aheads; LOLA-DiCE foresees 1 step or more")

    def exact(
        self, game: DifferentiableGame, initial: Parameters, rates: Tensor, player: int
    ) -> MetaGradient:
        """See `meta.gradient.lola_dice`; the others step at the first rates of the chain."""
        from gtlearn.learning.shaping.meta import lola_dice

        ahead = rates[..., :1, :].expand(*rates.shape[:-2], self.look_aheads, -1)
        return lola_dice(game, initial, ahead, self.look_aheads, player=player)

    def exact_steps(self, game: DifferentiableGame) -> Steps:
        """The first player goes on shaping."""
        return {0: lambda joint, row: self.exact(game, joint, row[..., None, :], 0).gradient}

    def sampled(
        self, players: Players, initial: Joint, rates: Tensor, judge: Valuer
    ) -> tuple[Tensor, Tensor]:
        """See `sampled.lola_dice`."""
        gradient = self._foreseeing(players, initial, rates[0], judge)
        return gradient, gradient.new_zeros(len(gradient), len(rates))

    def sampled_steps(self, players: Players) -> Steps:
        """The learner goes on shaping."""
        return {players.learner: lambda joint, row: self._foreseeing(players, joint, row)}

    def rollouts(self, length: int) -> tuple[int, int]:
        """What is foreseen, and the chain with what each of its steps foresees."""
        foreseen = self.look_aheads + 1
        return foreseen, length + 1 + length * foreseen

    def _foreseeing(
        self, players: Players, joint: Joint, row: Tensor, judge: Valuer | None = None
    ) -> Tensor:
        """The gradient with the peers stepping at their rates in a row."""
        from gtlearn.learning.shaping.sampled.gradients import lola_dice

        ahead = row.expand(self.look_aheads, -1)
        return lola_dice(players, joint, ahead, judge, dependence=self.dependence)


METHODS: Mapping[str, type[Method]] = {
    method.name: method for method in (MetaMapg, MetaPg, LolaDice, Reinforce)
}
