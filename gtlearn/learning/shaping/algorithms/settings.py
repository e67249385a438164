"""What the options of a learner stand for: a game or an environment, and who plays it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from gtlearn import games
from gtlearn.environments.film import Film
from gtlearn.environments.half_cheetah.rules import JOINTS, NUM_AGENTS, STATE, Direction
from gtlearn.environments.registry import ENVIRONMENTS
from gtlearn.errors import GtlearnError, InputError, first_line, option
from gtlearn.games import IteratedGame
from gtlearn.learning.shaping.algorithms.options import OwnEnvironment
from gtlearn.learning.shaping.games import (
    DifferentiableGame,
    TableGame,
    table_game,
    tandem,
    zero_sum_product,
)
from gtlearn.learning.shaping.sampled import (
    EnvironmentProgram,
    GaussianPolicy,
    ModulePolicy,
    Network,
    Numbers,
    Policy,
    Program,
    RecurrentPolicy,
    TablePolicy,
    VectorNetwork,
    pettingzoo_program,
    rollout,
    state_program,
)
from gtlearn.learning.shaping.sampled.environment_program import Simulator
from gtlearn.sources import function, is_source

CPU = torch.device("cpu")
TABLE_DEVIATION = 0.1  # of the logits of a table at the start
HALF_CHEETAH = "half-cheetah"
DISCOUNT = 0.99  # in the environment; Kim et al. (2021), Table 5
REWARD_UNIT = 100.0  # of what is learned from, as in the code of Kim et al.; reports are in ones


@dataclass(frozen=True, eq=False)
class Setting:
    """What is played, and by whom.

    Attributes:
        program: what is played.
        policies: one a player; the learner is the first.
        critic: a value network for the learner; None: the linear baseline serves.
        unit: of the program's rewards.
        device: where tensors live.
        deviation: what the learner's random start is multiplied with.
        tables: the exact game where everyone plays tables, to measure them.
    """

    program: Program
    policies: Sequence[Policy]
    critic: Network | None = None
    unit: float = 1.0
    device: torch.device = CPU
    deviation: float = 1.0
    tables: TableGame | None = None


def iterated_setting(game: IteratedGame, policy: str, device: str) -> Setting:
    """An iterated game in which the peers play tables.

    Args:
        game: what is played.
        policy: the learner's: "lstm", "table", or a network as module:function.
        device: where tensors live.

    Raises:
        InputError: if there is no such device, or no such network.
    """
    where = usable_device(device)
    program = state_program(game, device=where)
    states, actions = program.observes, program.acts[0]
    peers = [TablePolicy(states.count, acts.count) for acts in program.acts[1:]]
    if policy == "table":
        table = TablePolicy(states.count, actions.count)
        held = table_game(game)
        return Setting(
            program, [table, *peers], device=where, deviation=TABLE_DEVIATION, tables=held
        )
    if is_source(policy):
        own = ModulePolicy(function(policy), states, actions)
        return Setting(program, [own, *peers], device=where)
    recurrent = RecurrentPolicy(states.count, actions.count)
    return Setting(program, [recurrent, *peers], Network(states.count, 1), device=where)


def environment_setting(options: OwnEnvironment, policy: str, device: str) -> Setting:
    """A PettingZoo environment, where peers play LSTMs.

    Args:
        options: which one.
        policy: the learner's, as for `iterated_setting`; "table" has no states here.
        device: where tensors live.

    Raises:
        InputError: if a package, the environment, the network or the device is missing, or cannot
            be used.
    """
    network = function(policy) if is_source(policy) else None
    make = ENVIRONMENTS.find(options.env)
    try:
        program, policies = pettingzoo_program(make, discount=options.discount, network=network)
    except GtlearnError:
        raise
    except Exception as error:  # whatever is made, and whoever wrote it
        said = f"{type(error).__name__}: {first_line(error)}"
        raise InputError(
            f"{options.env} makes no parallel environment of PettingZoo: {said}"
        ) from error
    if policy == "table":
        raise InputError(
            f"{program.name} has no states to be counted; use {option('policy', 'lstm')}, or a "
            "network of your own"
        )
    if len(policies) < 2:
        raise InputError(f"{program.name} has one agent only; give an environment of two or more")
    critic = None if network else VectorNetwork(program.observes.count, 1)
    return Setting(program, policies, critic, device=usable_device(device))


def usable_device(name: str) -> torch.device:
    """The device of that name.

    Raises:
        InputError: if tensors cannot live there.
    """
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).normal_(generator=torch.Generator(device))
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise InputError(
            f"device {name!r} cannot be used here: {reason}; use cpu, or cuda where there is a GPU"
        ) from None
    return device


def cheetah_setting(*, direction: Direction, critic: bool, device: str) -> Setting:
    """The two legs of a cheetah, each an LSTM under a Gaussian.

    Args:
        direction: where running is rewarded, "right" or "left".
        critic: whether the first has a value network.
        device: where tensors live; the cheetah itself is always on the CPU.

    Raises:
        InputError: if a package is missing, or there is no such device.
    """
    program = cheetah_program(direction)
    count = program.observes.count
    policies = [GaussianPolicy(count, acts.count) for acts in program.acts]
    network = VectorNetwork(count, 1) if critic else None
    return Setting(program, policies, network, REWARD_UNIT, usable_device(device))


def filmed_cheetah(
    setting: Setting, parameters: Sequence[Tensor], direction: Direction, seed: int, horizon: int
) -> tuple[Film, float]:
    """An episode of two legs on film, and its mean reward a step.

    Args:
        setting: of cheetahs.
        parameters: one tensor a leg, of shape (1, *shape of its policy).
        direction: where running is rewarded.
        seed: of the episode.
        horizon: its steps.

    Raises:
        InputError: if nothing here can draw.
    """
    from gtlearn.environments.half_cheetah.parallel import FilmedCheetah

    camera = FilmedCheetah(direction, horizon)
    program = replace(cheetah_program(direction), simulator=lambda count: camera)
    played = rollout(
        program,
        setting.policies,
        parameters,
        trajectories=1,
        horizon=horizon,
        generator=torch.Generator(setting.device).manual_seed(seed),
    )
    camera.close()
    reward = float(played.rewards[0].mean()) * setting.unit
    return Film(camera.pictures, camera.rate, ""), reward


def cheetah_program(direction: Direction) -> EnvironmentProgram:
    """Many cheetahs at once, whose legs are players with one reward.

    Raises:
        InputError: if a package is missing.
    """
    from gtlearn.environments.half_cheetah import HalfCheetahs

    make: Callable[[int], Simulator] = partial(HalfCheetahs, direction=direction)
    make(1)  # what is missing is said now
    return EnvironmentProgram(
        name=HALF_CHEETAH,
        players=("back leg", "front leg"),
        discount=DISCOUNT,
        observes=Numbers(STATE),
        acts=(Numbers(JOINTS),) * NUM_AGENTS,
        simulator=make,
        unit=REWARD_UNIT,
    )


@dataclass(frozen=True)
class Stateless:
    """A game of two numbers.

    Attributes:
        make: makes it.
        distance: of both players' numbers, joined, from the nearest equilibrium.
    """

    make: Callable[[], DifferentiableGame]
    distance: Callable[[Tensor], Tensor]


STATELESS = {
    "zero_sum_product": Stateless(zero_sum_product, torch.linalg.norm),  # the origin
    "tandem": Stateless(tandem, lambda numbers: (numbers.sum() - 1).abs() / 2**0.5),  # x + y = 1
}


def make_game(name: str, discount: str) -> IteratedGame:
    """An iterated game without an end.

    Args:
        name: a stage game, or a whole gtlearn_iterated(...).
        discount: of a stage game.

    Raises:
        InputError: if there is no such game, it has a horizon, or one player only.
    """
    loaded = games.load(name)
    if not isinstance(loaded, IteratedGame):
        loaded = games.iterated(name, discount=discount)
    if loaded.num_players < 2 or loaded.horizon is not None:
        raise InputError(
            f"{loaded.name} cannot be used here; give an iterated game of two or more players "
            "with a discount and without a horizon"
        )
    return loaded
