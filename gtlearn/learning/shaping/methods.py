"""Ways to find a start against others who learn: each method's exact and sampled gradient.

A method is the dataclass of its options. What computes gradients is imported with the first of
them, so that to read options nobody waits for PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from gtlearn.errors import InputError
from gtlearn.learning.options import described

if TYPE_CHECKING:
    from torch import Tensor

    from gtlearn.learning.shaping.games.protocol import DifferentiableGame, Parameters
    from gtlearn.learning.shaping.meta.gradient import MetaGradient
    from gtlearn.learning.shaping.sampled.chain import Sampler
    from gtlearn.learning.shaping.sampled.credit import Credit, Judge
    from gtlearn.learning.shaping.sampled.policies.protocol import Policy

    Steps = Mapping[int, Callable[[Sequence[Tensor], Tensor], Tensor]]  # of parameters, rates

_DEPENDENCE = (
    "What a dependence on an action one step earlier counts where learning is differentiated; "
    "below 1: biased, less noise."
)


@dataclass(frozen=True)
class Method:
    """The gradient that a start follows: by itself REINFORCE's, which knows nobody that learns.

    Attributes:
        name: what users write.
    """

    name: ClassVar[str] = "reinforce"

    @property
    def learns_rates(self) -> bool:
        """Whether the player's own inner rates are learned, too."""
        return False

    @property
    def rate_of_rates(self) -> float | None:
        """Adam's learning rate of them; None: as of the start."""
        return None

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
        from gtlearn.learning.shaping.meta.baselines import reinforce

        return reinforce(game, initial, player=player)

    def exact_steps(self, game: DifferentiableGame) -> Steps:
        """By player, what it ascends along the chain instead of its own exact gradient."""
        return {}

    def sampled(
        self,
        policies: Sequence[Policy],
        initial: Sequence[Tensor],
        rates: Tensor,
        sample: Sampler,
        credit: Credit,
        judge: Judge,
        player: int,
    ) -> tuple[Tensor, Tensor]:
        """The gradient of each chain from trajectories; arguments as of `sampled.meta_mapg`.

        Returns:
            In the player's start, shape (chains, *its shape); and in its own inner rates, shape
            (chains, L), zero where nothing depends on them.
        """
        from gtlearn.learning.shaping.sampled.opponents import reinforce

        found = reinforce(policies, initial, sample, credit, judge=judge, player=player)
        return found, found.new_zeros(len(found), len(rates))

    def sampled_steps(
        self, policies: Sequence[Policy], sample: Sampler, credit: Credit, player: int
    ) -> Steps:
        """By player, what it ascends along the chain instead of its policy gradient."""
        return {}

    def rollouts(self, length: int) -> tuple[int, int]:
        """How many joint policies a chain plays: for a gradient, and to adapt.

        Args:
            length: L.
        """
        return 1, length + 1


class Reinforce(Method):
    """The value as things stand: Williams (1992)."""


@dataclass(frozen=True)
class MetaMapg(Method):
    """Through the learning of all players: Kim et al. (2021)."""

    name: ClassVar[str] = "meta-mapg"
    shapes_peers: ClassVar[bool] = True

    learn_rates: bool = described(True, "The player learns its own inner rates, too.")
    rates_rate: float | None = described(
        None, "Adam's learning rate of the inner rates; none: as of the start.", above=0
    )
    dependence: float = described(1.0, _DEPENDENCE, minimum=0, maximum=1)

    @property
    def learns_rates(self) -> bool:
        """As the option says."""
        return self.learn_rates

    @property
    def rate_of_rates(self) -> float | None:
        """As the option says."""
        return self.rates_rate

    def exact(
        self, game: DifferentiableGame, initial: Parameters, rates: Tensor, player: int
    ) -> MetaGradient:
        """See `meta.meta_mapg`, and `meta.meta_pg`."""
        from gtlearn.learning.shaping.meta.gradient import meta_mapg, meta_pg

        find = meta_mapg if self.shapes_peers else meta_pg
        return find(game, initial, rates, rates.shape[-2], player=player)

    def sampled(
        self,
        policies: Sequence[Policy],
        initial: Sequence[Tensor],
        rates: Tensor,
        sample: Sampler,
        credit: Credit,
        judge: Judge,
        player: int,
    ) -> tuple[Tensor, Tensor]:
        """See `sampled.meta_mapg`, and `sampled.meta_pg`."""
        from gtlearn.learning.shaping.sampled.meta import meta_mapg, meta_pg

        find = meta_mapg if self.shapes_peers else meta_pg
        known = policies, initial, rates, sample, credit, judge
        found = find(*known, player=player, dependence=self.dependence)
        return found.parameters, found.rates[..., player]

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

    name: ClassVar[str] = "lola-dice"

    look_aheads: int = described(1, "Steps of the peers that are foreseen.", minimum=1)
    dependence: float = described(1.0, _DEPENDENCE, minimum=0, maximum=1)

    def __post_init__(self) -> None:
        if self.look_aheads < 1:
            raise InputError(f"{self.look_aheads} look-aheads; LOLA-DiCE foresees 1 step or more")

    def exact(
        self, game: DifferentiableGame, initial: Parameters, rates: Tensor, player: int
    ) -> MetaGradient:
        """See `meta.baselines.lola_dice`; the others step at the rates of the chain's first."""
        from gtlearn.learning.shaping.meta.baselines import lola_dice

        ahead = self._ahead(rates[..., 0, :])
        return lola_dice(game, initial, ahead, self.look_aheads, player=player)

    def exact_steps(self, game: DifferentiableGame) -> Steps:
        """The first player goes on shaping."""

        def step(joint: Parameters, row: Tensor) -> Tensor:
            return self.exact(game, joint, row[..., None, :], 0).gradient

        return {0: step}

    def sampled(
        self,
        policies: Sequence[Policy],
        initial: Sequence[Tensor],
        rates: Tensor,
        sample: Sampler,
        credit: Credit,
        judge: Judge,
        player: int,
    ) -> tuple[Tensor, Tensor]:
        """See `sampled.lola_dice`."""
        found = self._step(policies, sample, credit, player, judge, initial, rates[0])
        return found, found.new_zeros(len(found), len(rates))

    def sampled_steps(
        self, policies: Sequence[Policy], sample: Sampler, credit: Credit, player: int
    ) -> Steps:
        """The player goes on shaping."""
        return {player: partial(self._step, policies, sample, credit, player, None)}

    def rollouts(self, length: int) -> tuple[int, int]:
        """What is foreseen, and the chain with what each of its steps foresees."""
        foreseen = self.look_aheads + 1
        return foreseen, length + 1 + length * foreseen

    def _step(
        self,
        policies: Sequence[Policy],
        sample: Sampler,
        credit: Credit,
        player: int,
        judge: Judge | None,
        joint: Sequence[Tensor],
        row: Tensor,
    ) -> Tensor:
        from gtlearn.learning.shaping.sampled.opponents import lola_dice

        return lola_dice(
            policies,
            joint,
            self._ahead(row),
            sample,
            credit,
            judge=judge,
            player=player,
            dependence=self.dependence,
        )

    def _ahead(self, row: Tensor) -> Tensor:
        """The rates of all steps ahead, (*batch, look_aheads, players), from those of one."""
        return row[..., None, :].expand(*row.shape[:-1], self.look_aheads, -1)


METHODS: Mapping[str, type[Method]] = {
    method.name: method for method in (MetaMapg, MetaPg, LolaDice, Reinforce)
}
