"""Contexts: what a follower is shown of its leader, and how a follower's model reads it.

A contextual follower (Wang et al. 2016; Gerstgrasser and Parkes 2023) responds to a description of
the leader's policy, which is asked for at every state. `shown` says what the leader shows: the
policy that it plays, or one sampled action a state, as published. `deterministic` and
`probabilities` turn what is shown into a model's input.
"""

from __future__ import annotations

import numpy as np

from gtlearn.errors import InputError
from gtlearn.learning.stackelberg.game import (
    Floats,
    Ints,
    IteratedMatrix,
    check_tables,
    pure_tables,
)

POLICY = "policy"  # the probabilities that are played
SAMPLED_ACTION = "sampled_action"  # as published; it deceives
CONTEXTS = (POLICY, SAMPLED_ACTION)

MAX_TABLES = 1_000_000


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
    thresholds = np.cumsum(tables, axis=2)[..., :-1]
    drawn = (rng.random(tables.shape[:2])[..., None] >= thresholds).sum(axis=2)
    return pure_tables(drawn, tables.shape[2])


def deterministic(tables: Floats) -> Ints:
    """The index of each deterministic table, the last state's action changing fastest.

    Args:
        tables: shape (batch, states, actions), each row with a single one.

    Returns:
        Shape (batch,), in the order of `all_deterministic`.

    Raises:
        InputError: if a table mixes, or there are more tables than can be counted.

    >>> deterministic(np.array([[[1.0, 0], [1, 0], [0, 1]], [[0, 1], [1, 0], [0, 1]]]))
    array([1, 5])
    """
    _, size, num_actions = tables.shape
    if num_actions**size > 2**62:
        raise InputError(
            f"{size} states with {num_actions} actions have too many deterministic tables for an "
            "index; use probabilities"
        )
    places = num_actions ** np.arange(size - 1, -1, -1, dtype=np.int64)
    index: Ints = actions_of(tables) @ places
    return index


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


def probabilities(tables: Floats) -> Floats:
    """The probabilities of all but the last action, state by state.

    Args:
        tables: shape (batch, states, actions).

    Returns:
        Shape (batch, states * (actions - 1)).
    """
    return tables[..., :-1].reshape(len(tables), -1)


def all_deterministic(game: IteratedMatrix) -> Floats:
    """Every deterministic table of the leader, shape (leader actions ** states, states, actions).

    Raises:
        InputError: if there are more than a million.
    """
    count = game.leader_actions**game.num_states
    if count > MAX_TABLES:
        raise InputError(
            f"the leader of {game.game.name} has {game.leader_actions}^{game.num_states} "
            f"deterministic tables, more than {MAX_TABLES}; use random ones"
        )
    places = game.leader_actions ** np.arange(game.num_states - 1, -1, -1)
    actions = np.arange(count)[:, None] // places % game.leader_actions
    return pure_tables(actions, game.leader_actions)


def random_leaders(
    game: IteratedMatrix, count: int, rng: np.random.Generator, *, mixed: bool = False
) -> Floats:
    """Random leaders for pre-training (Algorithm 1), shape (count, states, leader actions).

    Args:
        game: what is played.
        count: how many.
        rng: where they come from.
        mixed: False for deterministic tables, each equally likely; True for rows that are uniform
            on the simplex.
    """
    shape = (count, game.num_states)
    if mixed:
        return rng.dirichlet(np.ones(game.leader_actions), size=shape)
    return pure_tables(rng.integers(game.leader_actions, size=shape), game.leader_actions)


def check_shown(game: IteratedMatrix, tables: Floats) -> None:
    """Complains about a leader's tables that do not fit the game.

    Raises:
        InputError: as `game.check_tables`.
    """
    check_tables(game, tables, game.leader_actions, "leader")
