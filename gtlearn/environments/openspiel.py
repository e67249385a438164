"""A game of ours, or any of OpenSpiel's, as a parallel environment of PettingZoo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from gtlearn import games
from gtlearn.environments.parallel import ACTION_MASK, Environment, Infos, StepResult
from gtlearn.errors import InputError
from gtlearn.games.catalogue import catalogue_names
from gtlearn.games.kinds.bayesian import BayesianGame
from gtlearn.games.kinds.harsanyi import HarsanyiGame
from gtlearn.games.kinds.markov.game import MarkovGame
from gtlearn.games.kinds.symmetric import SymmetricGame
from gtlearn.games.names import split_call
from gtlearn.games.openspiel.steps import SteppedGame
from gtlearn.games.openspiel.text import loaded_after, name_of
from gtlearn.optional import needed

with needed("the environments", "envs"):
    from gymnasium.spaces import Box, Dict, Discrete

OBSERVATION = "observation"
_TRIAL_STEPS = 2000  # of a game whose parameters may end the process


def parallel_environment(game: Any) -> OpenSpielEnvironment:
    """A game as a parallel environment.

    Args:
        game: a game of OpenSpiel, the text by which OpenSpiel loads it, or anything else that
            `games.load` takes.

    Raises:
        InputError: if there is no such game, or it cannot be played step by step.

    >>> environment = parallel_environment("gtlearn_iterated(stage=matching_pennies,horizon=2)")
    >>> observations, infos = environment.reset(seed=0)
    >>> observations["player_0"].tolist()  # one-hot over init, HH, HT, TH, TT
    [1.0, 0.0, 0.0, 0.0, 0.0]
    >>> observations, rewards, _, _, _ = environment.step({"player_0": 1, "player_1": 1})
    >>> observations["player_1"].tolist(), rewards
    ([0.0, 0.0, 0.0, 0.0, 1.0], {'player_0': 1.0, 'player_1': -1.0})
    >>> environment.step({"player_0": 0, "player_1": 1})[2], environment.agents
    ({'player_0': True, 'player_1': True}, [])
    """
    return OpenSpielEnvironment(_openspiel_game(game))


class OpenSpielEnvironment(Environment[Any, np.int64]):
    """A game of OpenSpiel whose players are the agents "player_0", "player_1", ...

    An agent observes its information-state tensor, or its observation tensor where the game has no
    other (as OpenSpiel's own `rl_environment`). `infos[agent]["action_mask"]` says what is legal,
    one 0 or 1 an action. Where that may not be everything, observations are {"observation": ...,
    "action_mask": ...}, as in PettingZoo's classic games. An agent that does not move has the one
    legal action 0, and what it plays does nothing.

    A step pays OpenSpiel's rewards, and the sum over an episode is the return. Chance is drawn from
    the seed. A discounted game of ours stops by chance after each step, so that the expected return
    is the discounted sum; see `SteppedGame`.

    Args:
        game: is played.

    Raises:
        InputError: if it is a mean-field game, draws its chance itself, or has no tensors or no
            actions.

    Attributes:
        game: what is played.
        openspiel_state: how far it has gone, None before the first reset.
    """

    def __init__(self, game: pyspiel.Game) -> None:
        _check_kind(game)
        self.game = game
        self.metadata = {"name": name_of(game), "render_modes": [], "is_parallelizable": True}
        self.possible_agents = [f"player_{k}" for k in range(game.num_players())]
        self.agents: list[str] = []
        self.render_mode = None
        self._sizes, always_legal = _actions(game)
        self._in_full = game.get_type().provides_information_state_tensor and (
            not isinstance(game, SteppedGame) or "recall" in game.get_parameters()
        )  # of a game of many steps the players see its state, unless the user says otherwise
        self._masked = not always_legal
        self.action_spaces = {
            a: Discrete(size) for a, size in zip(self.possible_agents, self._sizes, strict=True)
        }
        self.observation_spaces = dict(
            zip(self.possible_agents, map(self._space, self._sizes), strict=True)
        )
        self._generator = np.random.default_rng()
        self.openspiel_state: Any = None

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], Infos]:
        """Begins an episode; there are no options.

        Args:
            seed: of chance; without one, what was begun is gone on with.
        """
        if seed is not None:
            self._generator = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        self.openspiel_state = self.game.new_initial_state()
        self._draw()
        return self._seen()

    def step(self, actions: dict[str, Any]) -> StepResult[Any]:
        """Plays a step.

        Args:
            actions: one an agent.

        Raises:
            InputError: if an action is not legal, or the episode is over.
        """
        self.require_all(actions)
        chosen = [self._checked(player, actions) for player in self._movers()]
        if self.openspiel_state.is_simultaneous_node():
            self.openspiel_state.apply_actions(chosen)
        else:
            self.openspiel_state.apply_action(chosen[0])
        self._draw()
        rewards = dict(zip(self.agents, map(float, self.openspiel_state.rewards()), strict=True))
        over = dict.fromkeys(self.agents, self.openspiel_state.is_terminal())
        observations, infos = self._seen()
        if self.openspiel_state.is_terminal():
            self.agents = []
        return observations, rewards, over, dict.fromkeys(over, False), infos

    def render(self) -> None:
        """Shows nothing."""

    def _movers(self) -> list[int]:
        """The players who move now."""
        if self.openspiel_state.is_terminal():
            return []
        if self.openspiel_state.is_simultaneous_node():
            return list(range(self.game.num_players()))
        return [self.openspiel_state.current_player()]

    def _draw(self) -> None:
        """Makes the moves of chance."""
        while self.openspiel_state.is_chance_node():
            outcomes, chances = zip(*self.openspiel_state.chance_outcomes(), strict=True)
            weights = np.array(chances)
            drawn = self._generator.choice(len(outcomes), p=weights / weights.sum())
            self.openspiel_state.apply_action(outcomes[drawn])

    def _legal(self, player: int) -> list[int]:
        """What a player may play; only the first action where there is nothing to choose."""
        moves = player in self._movers()
        return list(self.openspiel_state.legal_actions(player)) if moves else [0]

    def _checked(self, player: int, actions: dict[str, Any]) -> int:
        """What a player who moves has chosen."""
        agent, legal = self.possible_agents[player], self._legal(player)
        if actions[agent] not in legal:
            raise InputError(f"{actions[agent]!r} is no action of {agent} now; choose from {legal}")
        return int(actions[agent])

    def _seen(self) -> tuple[dict[str, Any], Infos]:
        """The observations and the masks."""
        observations: dict[str, Any] = {}
        infos: Infos = {}
        for player, agent in enumerate(self.possible_agents):
            mask = np.zeros(self._sizes[player], dtype=np.int8)
            mask[self._legal(player)] = 1
            infos[agent] = {ACTION_MASK: mask}
            tensor = self._tensor(player)
            masked = {OBSERVATION: tensor, ACTION_MASK: mask}
            observations[agent] = masked if self._masked else tensor
        return observations, infos

    def _tensor(self, player: int) -> NDArray[np.float32]:
        if self._in_full:
            return np.array(self.openspiel_state.information_state_tensor(player), dtype=np.float32)
        return np.array(self.openspiel_state.observation_tensor(player), dtype=np.float32)

    def _space(self, actions: int) -> Any:
        """Of what a player with so many actions observes."""
        if self._in_full:
            size = self.game.information_state_tensor_size()
        else:
            size = self.game.observation_tensor_size()
        box = Box(-np.inf, np.inf, (size,), np.float32)
        if not self._masked:
            return box
        mask: Any = Box(0, 1, (actions,), np.int8)
        return Dict({OBSERVATION: box, ACTION_MASK: mask})


def _openspiel_game(game: Any) -> pyspiel.Game:
    """The game of OpenSpiel that is meant; catalogue names come first, as in `games.load`."""
    if isinstance(game, pyspiel.Game):
        return game
    name = (split_call(game) or ("", ""))[0] if isinstance(game, str) else ""
    foreign = name in pyspiel.registered_names() and not name.startswith("gtlearn_")
    if foreign and name not in catalogue_names():
        return loaded_after(game, _play)
    loaded = games.load(game)
    if isinstance(loaded, BayesianGame | HarsanyiGame):
        raise InputError(f"{loaded.name!r} is a Bayesian game, which OpenSpiel cannot hold")
    if isinstance(loaded, SymmetricGame):
        raise InputError(f"{loaded.name!r} is given by counts of actions; give fewer players")
    return loaded.openspiel


def _play(game: pyspiel.Game) -> None:
    """Some episodes of random legal play, to see whether OpenSpiel survives them."""
    environment, generator = OpenSpielEnvironment(game), np.random.default_rng(0)
    infos: Infos = {}
    for step in range(_TRIAL_STEPS):
        if not environment.agents:
            _, infos = environment.reset(seed=step)
        chosen = {
            agent: generator.choice(np.flatnonzero(info[ACTION_MASK]))
            for agent, info in infos.items()
        }
        *_, infos = environment.step(chosen)


def _check_kind(game: pyspiel.Game) -> None:
    kind, name = game.get_type(), name_of(game)
    if kind.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        raise InputError(f"{name} is a mean-field game, whose players are no agents; use another")
    if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
        raise InputError(
            f"{name} draws its chance moves itself, whatever the seed; use a game with explicit "
            "chance"
        )
    if not (kind.provides_information_state_tensor or kind.provides_observation_tensor):
        raise InputError(f"{name} shows its players no tensors; use a game that does")
    if not game.num_distinct_actions():
        raise InputError(f"{name} has no actions; give it the parameters that it needs")


def _actions(game: pyspiel.Game) -> tuple[list[int], bool]:
    """How many actions each player has, and whether they are known to be legal always."""
    if isinstance(game, SteppedGame):
        exact = game.exact
        everything = not isinstance(exact, MarkovGame) or all(mask.all() for mask in exact.legal)
        return [len(labels) for labels in game.rules.actions], everything
    if isinstance(game, pyspiel.MatrixGame):
        return [game.num_rows(), game.num_cols()], True
    if isinstance(game, pyspiel.TensorGame):
        return list(game.shape()), True
    return [game.num_distinct_actions()] * game.num_players(), False
