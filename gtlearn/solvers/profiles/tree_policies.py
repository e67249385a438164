"""Behaviour strategies from whatever plays in OpenSpiel's states: policies, functions, modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, option, quoted
from gtlearn.games import MergedGame, SequentialGame
from gtlearn.games.openspiel.merging import states_met_again
from gtlearn.games.openspiel.walk import decision_states

_ROUNDING = 1e-9  # by how much answers after different histories may differ
_NEAR = 1e-3  # by which a sum of probabilities is taken for one
_GIVE = (
    "give a function of a state that returns {action: probability}, an OpenSpiel policy, or a "
    "torch module of its information state tensors that returns logits"
)


def plays(source: Any) -> bool:
    """Whether something is asked what it plays, as policies, functions and modules are."""
    known = hasattr(source, "action_probabilities") or callable(source) or _network(source)
    return known or bool(_acts(source))


def _acts(source: Any) -> str:
    """The method by which it acts without saying probabilities, if any."""
    names = (name for name in ("step", "predict", "act") if callable(getattr(source, name, None)))
    return next(names, "")


class DecisionPoints:
    """The states of OpenSpiel's game in which what plays is asked, one for each information set.

    They, and all that is said of them, are looked up once, so that many policies can be asked.

    Args:
        game: a tree that was read from an OpenSpiel game.
    """

    def __init__(self, game: SequentialGame) -> None:
        self.game = game

    @cached_property
    def _points(self) -> list[tuple[int, int, Any]]:
        """The player, its information set, and a state there, in the order of both; where states
        are merged, one more for each further move that leads to them."""
        again = states_met_again(self.game) if isinstance(self.game, MergedGame) else ()
        return [*decision_states(self.game), *again]

    @cached_property
    def _legal(self) -> list[list[int]]:
        return [state.legal_actions(player) for player, _, state in self._points]

    @cached_property
    def _keys(self) -> list[str]:
        """What OpenSpiel calls the information sets."""
        return [state.information_state_string(player) for player, _, state in self._points]

    @cached_property
    def _tensors(self) -> NDArray[np.float32]:
        """The information state tensors, one a row."""
        try:
            rows = [state.information_state_tensor(player) for player, _, state in self._points]
        except Exception as error:
            raise InputError(
                f"{self.game.name} has no information state tensors, which a module is given; "
                "give a function of OpenSpiel's states"
            ) from error
        return np.array(rows, dtype=np.float32)

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each action of each set: where the set stands here, and OpenSpiel's number."""
        sizes = [len(own) for own in self._legal]
        actions = np.array([action for own in self._legal for action in own], dtype=np.int64)
        return np.repeat(np.arange(len(sizes)), sizes), actions

    def strategies(self, policy: Any, player: int | None = None) -> list[list[list[Any]]]:
        """For each player a row of probabilities at each information set.

        Args:
            policy: an OpenSpiel policy of the game, in Python or C++; a function, which is called
                with a state of each set, and gives {action: probability}, by OpenSpiel's numbers,
                or one probability a legal action; a torch module, which is called once, with the
                information state tensors of all sets, one a row, and gives a logit for each
                distinct action of the game, of which those that are not legal are left out; or an
                actor of Stable-Baselines3, whose logits are taken so.
            player: who alone is asked; the others have no rows.

        Raises:
            InputError: if the tree is of no OpenSpiel game, the policy is of another one, it has no
                answer somewhere, or no probabilities.
        """
        flat, end = list(self.probabilities(policy, player)), 0
        rows: list[list[list[Any]]] = [[] for _ in self.game.players]
        for place in self._asked(player):
            start, end = end, end + len(self._legal[place])
            mover, known, _ = self._points[place]
            if known == len(rows[mover]):
                rows[mover].append(flat[start:end])
            else:
                self._require_same(place, rows[mover][known], flat[start:end])
        return rows

    def _require_same(self, place: int, first: Sequence[Any], row: Sequence[Any]) -> None:
        if max(abs(p - q) for p, q in zip(first, row, strict=True)) > _ROUNDING:
            player, known, state = self._points[place]
            label = " / ".join(self.game.sets[player][known].label.split("\n"))
            raise InputError(
                f"what {self.game.players[player]!r} plays in the state {quoted(label, 40)} "
                f"depends on the history, as after {quoted(state.history_str(), 40)}; measure it "
                f"in the tree, with {option('merge_states', False)}"
            )

    def probabilities(self, policy: Any, player: int | None = None) -> Sequence[Any] | Any:
        """The same rows one after another: a list of numbers, or an array where they are floats.

        Raises:
            InputError: as `strategies`.
        """
        self._require_own(policy)
        places = self._asked(player)
        if not places:
            return []
        if player is None:
            self._require_profile(policy)
        if hasattr(policy, "action_probabilities"):
            table = self._of_table(policy, places)
            return self._of_policy(policy, places) if table is None else table
        if _network(policy):
            return self._of_logits(policy, places)
        if not callable(policy):
            raise InputError(
                f"a {type(policy).__name__} gives actions (by {_acts(policy)}), no probabilities; "
                f"{_GIVE}"
            )
        return [p for k in places for p in self._of_function(policy, k)]

    def _asked(self, player: int | None) -> Sequence[int]:
        if player is None:
            return range(len(self._points))
        return [k for k, (mover, _, _) in enumerate(self._points) if mover == player]

    def _require_own(self, policy: Any) -> None:
        import pyspiel

        played = getattr(policy, "game", None)
        if isinstance(played, pyspiel.Game) and str(played) != str(self.game.openspiel):
            raise InputError(
                f"the policy is of the game {quoted(str(played), 240)}, not of "
                f"{quoted(str(self.game.openspiel), 240)}; give a policy of the same game, or "
                "load the policy's own, as by games.load(policy.game)"
            )

    def _require_profile(self, policy: Any) -> None:
        alone = getattr(policy, "player_ids", None)  # of an OpenSpiel policy in Python
        for player, name in enumerate(self.game.players):
            if alone is not None and player not in alone:
                raise InputError(
                    "the policy is not of all players, but a profile is needed; it has no strategy "
                    f"of {name!r}"
                )

    def _of_table(self, policy: Any, places: Sequence[int]) -> NDArray[np.float64] | None:
        """The rows of a TabularPolicy of OpenSpiel's in Python, unless it lacks one."""
        lookup, table = (
            getattr(policy, name, None) for name in ("state_lookup", "action_probability_array")
        )
        has_keys = self.game.openspiel.get_type().provides_information_state_string
        if not has_keys or not isinstance(lookup, dict) or not isinstance(table, np.ndarray):
            return None
        rows = np.array([lookup.get(key, -1) for key in self._keys], dtype=np.int64)[places]
        if (rows < 0).any():
            return None
        held: NDArray[np.float64] = table[rows][self._chosen(places)]
        return held

    def _chosen(self, places: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The legal actions in an array with a row for each of these places."""
        rows, actions = self._columns
        new = np.full(len(self._points), -1)
        new[places] = np.arange(len(places))
        kept = new[rows] >= 0
        return new[rows[kept]], actions[kept]

    def _of_policy(self, policy: Any, places: Sequence[int]) -> list[Any]:
        """A policy in Python is asked in the states, one in C++ for their texts."""
        import pyspiel

        in_texts, flat = isinstance(policy, pyspiel.Policy), []
        for k in places:
            player, place, state = self._points[k]
            where = f"for {self.game.players[player]!r} at {self.game.sets[player][place].label!r}"
            chosen = answer_of(policy, where, *((self._keys[k],) if in_texts else (state, player)))
            if not chosen or not set(chosen) <= set(self._legal[k]):
                raise InputError(
                    f"the policy has no answer {where}, or plays an illegal action there"
                )
            row = [chosen.get(action, 0.0) for action in self._legal[k]]
            total = float(sum(row))
            if total < 1 - _NEAR:
                raise InputError(
                    f"the policy's probabilities {where} sum to {total:.3g} over the legal "
                    "actions, so the rest is on others; divide them by their sum"
                )
            flat += row
        return flat

    def _of_function(self, function: Callable[..., Any], place: int) -> list[Any]:
        state, legal = self._points[place][2], self._legal[place]
        answer = called(function, state)
        if isinstance(answer, Mapping):
            if not set(answer) <= set(legal):
                raise InputError(f"the profile plays an illegal action after {str(state)[:60]!r}")
            return [answer.get(action, 0.0) for action in legal]
        row = answer.tolist() if hasattr(answer, "tolist") else answer
        if isinstance(row, str) or not isinstance(row, Sequence):
            raise InputError(
                f"the profile gives {quoted(row)} after {str(state)[:60]!r}, and no probabilities; "
                "give one for each legal action, or a mapping from OpenSpiel's actions"
            )
        if len(row) != len(legal):
            raise InputError(
                f"the profile gives {len(row)} probabilities for {len(legal)} legal actions after "
                f"{str(state)[:60]!r}; give one each, or a mapping from OpenSpiel's actions"
            )
        return list(row)

    def _of_logits(self, module: Any, places: Sequence[int]) -> NDArray[np.float64]:
        """Softmax over the legal actions."""
        logits = _logits(module, self._tensors[places])
        rows, actions = self._chosen(places)
        wanted = (len(places), self.game.openspiel.num_distinct_actions())
        if logits.shape != wanted:
            raise InputError(
                f"the module gives an array of shape {list(logits.shape)} where {list(wanted)} is "
                "needed: for each information set a logit for each distinct action of the game"
            )
        if (logits >= 0).all() and (np.abs(logits.sum(axis=1) - 1) < _NEAR).all():
            raise InputError(
                "the module gives probabilities, not logits; leave its softmax out, or give a "
                "function of a state that returns {action: probability}"
            )
        own = logits[rows, actions]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        weights = np.exp(own - np.maximum.reduceat(own, starts)[rows])
        chosen: NDArray[np.float64] = weights / np.add.reduceat(weights, starts)[rows]
        return chosen


def _network(source: Any) -> bool:
    """Whether it is a torch module, or an actor of Stable-Baselines3."""
    return _is_module(source) or _is_module(getattr(source, "policy", None))


def _is_module(source: Any) -> bool:
    return any(kind.__module__.startswith("torch.nn") for kind in type(source).__mro__)


def _logits(module: Any, tensors: NDArray[np.float32]) -> NDArray[np.float64]:
    """What a module says of information state tensors, in evaluation mode.

    Raises:
        InputError: if that is no array of floats.
    """
    import torch

    actor = module if _is_module(module) else module.policy
    parameter = next(actor.parameters(), torch.zeros(0))
    given = torch.tensor(tensors, dtype=parameter.dtype, device=parameter.device)
    with torch.no_grad(), _evaluating(actor):
        if hasattr(actor, "get_distribution"):  # of Stable-Baselines3
            distribution = _asked_for(actor.get_distribution, given).distribution
            logits = getattr(distribution, "logits", None)
        else:
            logits = _asked_for(actor, given)
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        raise InputError(
            f"a {type(module).__name__} gives no logits, so that it has no probabilities; {_GIVE}"
        )
    numbers: NDArray[np.float64] = logits.double().cpu().numpy()
    return numbers


def _asked_for(function: Callable[..., Any], tensors: Any) -> Any:
    """What a network gives for tensors, one a row.

    Raises:
        InputError: if it raises, as where it expects tensors of another size.
    """
    try:
        return function(tensors)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else ""
        raise InputError(
            f"the module, given {tensors.shape[0]} information state tensors of "
            f"{tensors.shape[1]} numbers each, raised {type(error).__name__}: {reason}"
        ) from error


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Without dropout and the like; afterwards the module is in the mode that it was in."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def called(function: Callable[..., Any], first: Any, *state: str) -> Any:
    """What it gives for a player, and a state's label; or for a state of OpenSpiel's.

    Raises:
        InputError: if it raises.
    """
    try:
        return function(first, *state)
    except Exception as error:
        where = f"player {first}" if isinstance(first, int) else f"state {str(first)[:60]!r}"
        where += "".join(f" and state {label!r}" for label in state)
        raise InputError(
            f"the profile, called with {where}, raised {type(error).__name__}: {error}"
        ) from error


def answer_of(policy: Any, where: str, *state: Any) -> dict[int, float]:
    """What a policy answers in a state, to the player who moves there.

    Raises:
        InputError: if it has none.
    """
    try:
        return dict(policy.action_probabilities(*state))
    except Exception as error:
        raise InputError(
            f"the policy has no answer {where}: "
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        ) from error
