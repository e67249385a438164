"""Contexts: what a follower is shown of its leader, and how a follower's model reads it.

A contextual follower (Wang et al. 2016; Gerstgrasser and Parkes 2023) responds to a description of
the leader's policy, which is asked for wherever it has a choice. `shown` says what the leader
shows: the policy that it plays, or one sampled action a state, as published. `deterministic` and
`probabilities` turn what is shown into a model's input.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import Floats, Ints, LeaderGame, drawn, pure_tables

POLICY = "policy"  # the probabilities that are played
SAMPLED_ACTION = "sampled_action"  # as published; it deceives
CONTEXTS = (POLICY, SAMPLED_ACTION)

_MAX_TABLES = 1_000_000


def shown(tables: Floats, kind: str, rng: np.random.Generator) -> Floats:
    """What the leader shows at the start of each episode.

    Args:
        tables: what it plays, shape (batch, states, actions).
        kind: "policy" shows the tables themselves; "sampled_action" one action a state.
        rng: used for sampled actions only.

    Returns:
        Tables of the same shape.

    Raises:
        InputError: if there is no such kind.
    """
    if kind not in CONTEXTS:
        raise InputError(f"there is no context {kind!r}; choose {' or '.join(CONTEXTS)}")
    return tables if kind == POLICY else sampled_action(tables, rng)


def sampled_action(tables: Floats, rng: np.random.Generator) -> Floats:
    """DECEPTIVE: one action a state, drawn from the policy, as if it were played for certain.

    This is the context of the authors' published code. A stochastic leader shows a follower one
    deterministic table and plays another, so that a follower who believes it can be led to what no
    commitment can make it do: in deadlock such a leader seems to earn more than the exact optimum.
    Deterministic leaders are shown as they are. Use "policy" to learn commitments.

    Args:
        tables: shape (batch, states, actions).
        rng: where the draws come from.

    Returns:
        Deterministic tables of the same shape.
    """
    return pure_tables(drawn(tables, rng.random(tables.shape[:2])), tables.shape[2])


def count_choices(game: LeaderGame) -> int:
    """In how many states the leader has a choice, whether they can be met or not."""
    return len(_counted(game, None))


def count_deterministic(game: LeaderGame, states: Ints | None = None) -> int:
    """How many deterministic tables the leader has; with `states`, that differ in these."""
    return math.prod(_choices(game)[_counted(game, states)].tolist())


def written_count(game: LeaderGame, states: Ints | None = None) -> str:
    """The same number as a text, which stays short where the number is large.

    >>> from gtlearn import games
    >>> from gtlearn.learning.stackelberg.game import leader_game
    >>> written_count(leader_game(games.iterated("rps_meta_mapg", horizon=3)))
    '3^10'
    """
    sizes = Counter(_choices(game)[_counted(game, states)].tolist())
    return " * ".join(f"{size}^{times}" for size, times in sorted(sizes.items())) or "1"


def deterministic(game: LeaderGame, tables: Floats, states: Ints | None = None) -> Ints:
    """The index of each deterministic table, the last state's action changing fastest.

    Args:
        game: what is played.
        tables: shape (batch, states, actions), each row with a single one.
        states: those that count; all by default.

    Returns:
        Shape (batch,), in the order of `all_deterministic`.

    Raises:
        InputError: if a table mixes, or there are more tables than can be counted.

    >>> from gtlearn import games
    >>> from gtlearn.learning.stackelberg.game import leader_game
    >>> game = leader_game(games.iterated("chicken", horizon=2))
    >>> deterministic(game, np.eye(2)[[[0, 0, 0, 0, 1], [1, 0, 0, 1, 0]]])
    array([ 1, 18])
    """
    if count_deterministic(game, states) > 2**62:
        raise InputError(
            f"{game.game.name} has too many deterministic tables of the leader for an index; use "
            "probabilities"
        )
    nth = np.cumsum(game.leader_legal, axis=1) - 1  # of the legal actions of a state
    counted = _counted(game, states)
    return nth[counted, actions_of(tables)[:, counted]] @ _places(game, counted)


def actions_of(tables: Floats) -> Ints:
    """The action that deterministic tables play in each state, shape (batch, states).

    Raises:
        InputError: if a table mixes.
    """
    if not (tables.max(axis=2) == 1).all():
        raise InputError(
            "a table that mixes was shown to a follower that knows deterministic ones only; "
            "show deterministic leaders, or use a follower that reads probabilities"
        )
    actions: Ints = tables.argmax(axis=2)
    return actions


def probabilities(game: LeaderGame, tables: Floats) -> Floats:
    """The probabilities of all but the last action, for each state with a choice.

    Args:
        game: what is played.
        tables: shape (batch, states, actions).

    Returns:
        Shape (batch, states with a choice * (actions - 1)).
    """
    return tables[:, _counted(game, None), :-1].reshape(len(tables), -1)


def all_deterministic(game: LeaderGame, states: Ints | None = None) -> Floats:
    """Every deterministic table of the leader, shape (tables, states, actions).

    Args:
        game: what is played.
        states: those in which the tables differ, while elsewhere they play the first legal action;
            all by default.

    Raises:
        InputError: if there are more than a million.
    """
    count = count_deterministic(game, states)
    if count > _MAX_TABLES:
        raise InputError(
            f"the leader of {game.game.name} has {written_count(game, states)} deterministic "
            f"tables, more than {_MAX_TABLES}; use random ones"
        )
    counted, choices = _counted(game, states), _choices(game)
    nth = np.zeros((count, game.num_states), dtype=np.int64)
    nth[:, counted] = np.arange(count)[:, None] // _places(game, counted) % choices[counted]
    return pure_tables(_legal_actions(game, nth), game.leader_actions)


def random_leaders(
    game: LeaderGame, count: int, rng: np.random.Generator, *, mixed: bool = False
) -> Floats:
    """Random leaders for pre-training (Algorithm 1), shape (count, states, leader actions).

    Args:
        game: what is played.
        count: how many.
        rng: where they come from.
        mixed: False for deterministic tables, each equally likely; True for rows that are uniform
            on the simplex of the legal actions.
    """
    if not mixed:
        return pure_tables(random_actions(game, count, rng), game.leader_actions)
    tables = rng.dirichlet(np.ones(game.leader_actions), size=(count, game.num_states))
    if game.all_legal:
        return tables
    tables = tables * game.leader_legal
    shares: Floats = tables / tables.sum(axis=2, keepdims=True)
    return shares


def random_actions(game: LeaderGame, count: int, rng: np.random.Generator) -> Ints:
    """Actions of the leader, each legal one as likely as the others, shape (count, states)."""
    nth = rng.integers(_choices(game), size=(count, game.num_states))
    return _legal_actions(game, nth)


def _choices(game: LeaderGame) -> Ints:
    """How many actions the leader has in each state."""
    choices: Ints = game.leader_legal.sum(axis=1)
    return choices


def _counted(game: LeaderGame, states: Ints | None) -> Ints:
    """The states, of the given ones or of all, in which the leader has a choice."""
    counted = np.arange(game.num_states) if states is None else states
    return counted[_choices(game)[counted] > 1]


def _places(game: LeaderGame, counted: Ints) -> Ints:
    """What one action more in a state adds to the index of a table, for the counted states."""
    choices = _choices(game)[counted].tolist()
    return np.array([math.prod(choices[k + 1 :]) for k in range(len(choices))], dtype=np.int64)


def _legal_actions(game: LeaderGame, nth: Ints) -> Ints:
    """The nth legal action of each state; shapes (batch, states)."""
    legal_first = np.argsort(~game.leader_legal, axis=1, kind="stable")
    return legal_first[np.arange(game.num_states), nth]
