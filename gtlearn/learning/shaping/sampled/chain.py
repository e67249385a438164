"""A Markov chain of policies: everyone plays, everyone learns, and the graph remembers how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gtlearn.errors import DivergenceError, InputError
from gtlearn.learning.shaping.games.protocol import NAIVE, Climb
from gtlearn.learning.shaping.sampled.credit import Credit, dice_objective
from gtlearn.learning.shaping.sampled.policies.protocol import Policy
from gtlearn.learning.shaping.sampled.trajectories import Trajectories

Sampler = Callable[[Sequence[Tensor]], Trajectories]


@dataclass(frozen=True, eq=False)
class Players:
    """Who plays and learns, and how: the same along a whole chain.

    Attributes:
        policies: one a player.
        sample: plays a joint policy.
        credit: from trajectories to every player's weighted advantages, for inner updates.
        learner: the player whose start is improved.

    Raises:
        InputError: if there is no such player.
    """

    policies: Sequence[Policy]
    sample: Sampler
    credit: Credit
    learner: int = 0

    def __post_init__(self) -> None:
        check_player(self.learner, self.policies)

    @property
    def others(self) -> list[int]:
        """All but the learner."""
        return [player for player in range(len(self.policies)) if player != self.learner]


@dataclass(frozen=True, eq=False)
class Link:
    """One joint policy of the chain, and what it played.

    Attributes:
        parameters: one tensor a player, shape (chains, *shape of its policy).
        played: its trajectories.
        log_probs: shape (players, chains, steps, trajectories), differentiable in `parameters`.
    """

    parameters: tuple[Tensor, ...]
    played: Trajectories
    log_probs: Tensor


def play(players: Players, parameters: Sequence[Tensor]) -> Link:
    """Plays one joint policy, then evaluates what was played differentiably.

    Raises:
        InputError: if a policy's log-probabilities do not depend on parameters that need gradients.
    """
    played, policies = players.sample(parameters), players.policies
    log_probs = [
        policy.log_probs(given, played.states, actions, memory)
        for policy, given, actions, memory in zip(
            policies, parameters, played.actions, played.memories, strict=True
        )
    ]
    for player, (given, logs) in enumerate(zip(parameters, log_probs, strict=True)):
        if given.requires_grad and torch.is_grad_enabled() and not logs.requires_grad:
            raise InputError(
                f"the log-probabilities of player {player}'s policy, a "
                f"{type(policies[player]).__name__}, are not differentiable in its parameters; "
                "give a policy whose `log_probs` is"
            )
    return Link(tuple(parameters), played, torch.stack(log_probs))


def learn(
    players: Players,
    link: Link,
    rates: Tensor,
    *,
    shaped: Collection[int],
    learners: Collection[int],
    dependence: float = 1.0,
) -> tuple[Tensor, ...]:
    """Everyone's policy-gradient step, Equation 4 of Kim et al. (2021), by DiCE.

    Args:
        players: who plays.
        link: what was played.
        rates: one learning rate a player, shape (players) or (chains, players).
        shaped: whose new parameters are differentiable in all old ones.
        learners: who learns; the others' parameters stay as they are.
        dependence: of what is differentiated again; see `dice_objective`.

    Returns:
        New parameters, one tensor a player.
    """
    earned = players.credit(link.played)
    joint = link.log_probs.sum(0)
    new = list(link.parameters)
    for player in learners:
        old = link.parameters[player]
        objective = dice_objective(joint, earned[player], dependence).sum()
        (ascent,) = torch.autograd.grad(
            objective, old, create_graph=player in shaped, retain_graph=True
        )
        moved = _moved(old, rates[..., player], ascent)
        new[player] = moved if player in shaped else moved.detach()
    return tuple(new)


def play_chain(
    players: Players,
    parameters: Sequence[Tensor],
    rates: Tensor,
    *,
    shaped: Collection[int],
    learners: Collection[int] | None = None,
    dependence: float = 1.0,
) -> list[Link]:
    """The chain phi_0, ..., phi_L with what each played: Algorithms 1 and 2 of Kim et al. (2021).

    Args:
        players: who plays.
        parameters: phi_0, one tensor a player, shape (chains, *shape of its policy).
        rates: inner learning rates, shape (L, players) or (chains, L, players).
        shaped: the players whose inner updates stay in the graph: all of them in Meta-MAPG, the
            meta-agent in Meta-PG, none at execution time.
        learners: who learns; everyone by default.
        dependence: of the inner updates in the graph; see `dice_objective`.

    Returns:
        L + 1 links.

    Raises:
        InputError: if the rates ask for no step or do not fit the players.
        DivergenceError: if an inner step leaves parameters that are not finite.
    """
    _check_rates(rates, players.policies)
    current = tuple(
        given if given.requires_grad else given.detach().requires_grad_() for given in parameters
    )
    links = [play(players, current)]
    for step in range(rates.shape[-2]):
        moved = learn(
            players,
            links[-1],
            rates[..., step, :],
            shaped=shaped,
            learners=range(len(players.policies)) if learners is None else learners,
            dependence=dependence,
        )
        _check_finite(moved, links[-1], step)
        current = tuple(new if new.requires_grad else new.requires_grad_() for new in moved)
        links.append(play(players, current))
    return links


@dataclass(frozen=True, eq=False)
class Adapted:
    """A chain that was only played.

    Attributes:
        mean_rewards: a step, of phi_0, ..., phi_L; shape (L + 1, players, chains).
        parameters: phi_0, ..., phi_L, each one tensor a player.
    """

    mean_rewards: Tensor
    parameters: tuple[tuple[Tensor, ...], ...]


def adapt(
    players: Players,
    parameters: Sequence[Tensor],
    rates: Tensor,
    *,
    ascents: Mapping[int, Climb] = NAIVE,
) -> Adapted:
    """A chain in which nobody is differentiated: Algorithm 2 of Kim et al. (2021).

    Arguments and errors are those of `play_chain`, of which it keeps one link at a time.

    Args:
        ascents: by player, what it ascends in its steps instead of its policy gradient.
    """
    _check_rates(rates, players.policies)
    current = tuple(given.detach().requires_grad_() for given in parameters)
    chain, rewards = [tuple(given.detach() for given in current)], []
    learners = [player for player in range(len(players.policies)) if player not in ascents]
    for step in range(rates.shape[-2]):
        row = rates[..., step, :]
        link = play(players, current)
        rewards.append(link.played.mean_rewards)
        moved = list(learn(players, link, row, shaped=(), learners=learners))
        for player, ascent in ascents.items():
            moved[player] = _moved(moved[player], row[..., player], ascent(chain[-1], row)).detach()
        _check_finite(moved, link, step)
        chain.append(tuple(new.detach() for new in moved))
        current = tuple(new.detach().requires_grad_() for new in moved)
    rewards.append(players.sample(chain[-1]).mean_rewards)
    return Adapted(torch.stack(rewards), tuple(chain))


def check_player(player: int, policies: Sequence[Policy]) -> None:
    """Refuses a player that does not exist.

    Raises:
        InputError: naming how many there are.
    """
    if not 0 <= player < len(policies):
        raise InputError(f"there is no player {player}; there are {len(policies)}, from 0")


def _moved(old: Tensor, rate: Tensor, ascent: Tensor) -> Tensor:
    """One step; the rate is a number, or one a chain."""
    return old + rate.reshape(-1, *[1] * (old.dim() - 1)) * ascent


def _check_rates(rates: Tensor, policies: Sequence[Policy]) -> None:
    """Refuses rates that make no chain."""
    if rates.dim() not in (2, 3) or rates.shape[-1] != len(policies) or not rates.shape[-2]:
        raise InputError(
            f"inner rates of shape {list(rates.shape)} do not make a chain of {len(policies)} "
            "players; give (steps, players) or (chains, steps, players), with at least one step"
        )


def _check_finite(moved: Sequence[Tensor], last: Link, step: int) -> None:
    """Stops a chain that explodes."""
    for player, (new, old) in enumerate(zip(moved, last.parameters, strict=True)):
        if not new.isfinite().all():
            norm = old.detach().flatten(1).norm(dim=1).max().item()
            raise DivergenceError(
                f"inner step {step + 1} leaves player {player} with parameters that are not "
                f"finite (largest norm before it: {norm:.3g}); lower the inner rates"
            )
