"""The chains of one iteration, as work that may be done in parts and anywhere.

Each chain has a seed of its own, so that what it plays does not depend on the chains beside it:
the gradients of a batch are those of its parts, up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch import Tensor

from gtlearn.learning.shaping.methods import MetaMapg, Method
from gtlearn.learning.shaping.sampled.chain import Adapted, Players, adapt, check_player
from gtlearn.learning.shaping.sampled.credit import (
    Baseline,
    returns_credit,
    value_credit,
    values_and_gradient,
)
from gtlearn.learning.shaping.sampled.policies.network import Network
from gtlearn.learning.shaping.sampled.policies.protocol import Generators, Policy
from gtlearn.learning.shaping.sampled.trajectories import Program, Trajectories, rollout

META_MAPG = MetaMapg()


@dataclass(frozen=True)
class Sampling:
    """What is played, and how it is judged; Kim et al. (2021), Appendix F, for the dilemma.

    Attributes:
        trajectories: K, of each joint policy.
        horizon: H, the steps of a trajectory.
        baseline: of inner updates; see `returns_credit`.
        decay: lambda of the advantages in the outer loop, where there is a value network.
        weighted: whether step t counts discount ** t; False is the published estimator, which is
            about ten times too long here and points elsewhere.
    """

    trajectories: int = 64
    horizon: int = 150
    baseline: Baseline = "linear"
    decay: float = 0.95
    weighted: bool = True


@dataclass(frozen=True, eq=False)
class Chains:
    """Chains that begin with one start, each against personas of its own.

    Attributes:
        start: phi_0 of the learner, of the shape of its policy.
        rates: inner rates, shape (L, players).
        values: the value network's parameters; empty where there is none.
        peers: phi_0 of the other players, in their order, each of shape (chains, *its shape).
        seeds: of each chain, shape (chains).
    """

    start: Tensor
    rates: Tensor
    values: Tensor
    peers: tuple[Tensor, ...]
    seeds: Tensor

    def __len__(self) -> int:
        return len(self.seeds)

    def parts(self, count: int) -> list[Chains]:
        """At most `count` parts of nearly the same size, in order; none is empty."""
        return [
            replace(self, peers=tuple(peer[part] for peer in self.peers), seeds=self.seeds[part])
            for part in torch.arange(len(self)).tensor_split(min(count, len(self)))
        ]


@dataclass(frozen=True, eq=False)
class Gradients:
    """What each chain says of the start.

    Attributes:
        parameters: the gradient in the start, shape (chains, *its shape).
        rates: in the learner's own inner rates, shape (chains, L); zero where nothing depends on
            them.
        objective: the mean reward a step of the joint policies that the method improves: of
            phi_1, ..., phi_L together for the meta-learners, of one for the others; shape (chains).
        values: of the value network, to descend, the mean over chains; empty where there is none.
    """

    parameters: Tensor
    rates: Tensor
    objective: Tensor
    values: Tensor

    @staticmethod
    def joined(parts: Sequence[Gradients]) -> Gradients:
        """The gradients of all chains, from those of their parts in order."""
        first, count = parts[0], sum(len(part.objective) for part in parts)
        if len(parts) == 1:
            return first
        return Gradients(
            torch.cat([part.parameters for part in parts]),
            torch.cat([part.rates for part in parts]),
            torch.cat([part.objective for part in parts]),
            torch.stack([part.values * (len(part.objective) / count) for part in parts]).sum(0),
        )


@dataclass(frozen=True, eq=False)
class Estimator:
    """How the gradients of chains are estimated; holds nothing that changes.

    Attributes:
        program: the game.
        policies: one a player.
        sampling: what is played.
        method: whose gradient.
        critic: a network with one output, for generalised advantages in the outer loop; None: the
            linear baseline serves there, too.
        player: who learns.
    """

    program: Program
    policies: Sequence[Policy]
    sampling: Sampling = Sampling()
    method: Method = META_MAPG
    critic: Network | None = None
    player: int = 0

    def __post_init__(self) -> None:
        check_player(self.player, self.policies)

    def __call__(self, chains: Chains) -> Gradients:
        """The gradients of chains, in one tensor program."""
        device = chains.start.device
        own = [torch.Generator(device).manual_seed(seed) for seed in chains.seeds.tolist()]
        judge = _Judge(self, chains.values)
        gradient, of_rates = self.method.sampled(
            self.players(own), self.initial(chains), chains.rates, judge
        )
        values = torch.stack(judge.gradients).mean(0) if judge.gradients else chains.values
        objective = torch.stack(judge.rewards).sum(0)
        return Gradients(gradient, of_rates, objective, values)

    def adapted(self, chains: Chains, generator: torch.Generator) -> Adapted:
        """Chains in which everyone learns and nobody is differentiated (Algorithm 2).

        LOLA-DiCE goes on shaping in its own steps; all others follow their policy gradient.

        Args:
            chains: whose seeds are not used.
            generator: draws all that is played.
        """
        players = self.players(generator)
        ascents = self.method.sampled_steps(players)
        return adapt(players, self.initial(chains), chains.rates, ascents=ascents)

    def initial(self, chains: Chains) -> list[Tensor]:
        """phi_0 of everyone, each of shape (chains, *its shape)."""
        chosen = list(chains.peers)
        chosen.insert(self.player, chains.start.expand(len(chains), *chains.start.shape))
        return chosen

    def players(self, generator: Generators) -> Players:
        """Who plays, where what they play is drawn from the generator."""
        sample = partial(
            rollout,
            self.program,
            self.policies,
            trajectories=self.sampling.trajectories,
            horizon=self.sampling.horizon,
            generator=generator,
        )
        return Players(self.policies, sample, self.credit, self.player)

    def credit(self, played: Trajectories) -> Tensor:
        """Every player's weighted advantages in inner updates."""
        options = self.sampling
        return returns_credit(
            played, self.program.discount, baseline=options.baseline, weighted=options.weighted
        )


@dataclass(eq=False)
class _Judge:
    """The learner's weighted advantages; keeps what else the trajectories tell.

    Attributes:
        estimator: whose learner.
        values: the value network's parameters.
        rewards: the learner's mean rewards in what was judged, each of shape (chains).
        gradients: of the value network.
    """

    estimator: Estimator
    values: Tensor
    rewards: list[Tensor] = field(default_factory=list)
    gradients: list[Tensor] = field(default_factory=list)

    def __call__(self, played: Trajectories) -> Tensor:
        """Shape (chains, steps, trajectories)."""
        known, player = self.estimator, self.estimator.player
        self.rewards.append(played.mean_rewards[player])
        if known.critic is None:
            return known.credit(played)[player]
        discount, options = known.program.discount, known.sampling
        values, gradient = values_and_gradient(
            known.critic, self.values, played, discount, player=player
        )
        self.gradients.append(gradient)
        return value_credit(
            played,
            values,
            discount,
            player=player,
            decay=options.decay,
            weighted=options.weighted,
        )
