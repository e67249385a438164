"""The values of tables as differentiable functions of their probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gtlearn.errors import InputError
from gtlearn.games import IteratedGame, MarkovGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.kinds.markov.game import check_for_floats


@dataclass(frozen=True, eq=False)
class TensorGame:
    """A Markov game as tensors of one type on one device.

    Attributes:
        game: the exact game.
        payoffs: shape (states, *actions, players); zero where a profile is not legal.
        moves: transition probabilities, shape (states, *actions, states).
        start: the distribution of the first state, shape (states,).
    """

    game: MarkovGame
    payoffs: Tensor
    moves: Tensor
    start: Tensor


def tensor_game(
    game: MarkovGame | IteratedGame,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> TensorGame:
    """The tensors of an iterated or Markov game, for many calls of `values`.

    Args:
        game: an iterated or a Markov game.
        dtype: a real floating-point type.
        device: where the tensors live.

    Raises:
        InputError: if it is no such game, or its discount is too near one for floats.
    """
    markov = as_markov(game)
    check_for_floats(markov.name, markov.horizon, markov.discount)
    payoffs = np.stack([array.floats() for array in markov.payoffs], axis=-1)
    payoffs[~markov.legal_profiles] = 0.0  # what is there means nothing
    start = [float(p) for p in markov.start]
    return TensorGame(
        game=markov,
        payoffs=torch.as_tensor(payoffs, dtype=dtype, device=device),
        moves=torch.as_tensor(markov.transitions.floats(), dtype=dtype, device=device),
        start=torch.as_tensor(start, dtype=dtype, device=device),
    )


def values(game: MarkovGame | IteratedGame | TensorGame, tables: Sequence[Tensor]) -> Tensor:
    """The value of each player under many profiles of tables, differentiable in the tables.

    Without a horizon V = p0^T (I - discount * P)^-1 r, as in Letcher et al. (2019), Stable
    Opponent Shaping, and Kim et al. (2021), A Policy Gradient Algorithm for Learning to Learn in
    Multiagent Reinforcement Learning (Meta-MAPG); with one, the same sum over its steps. Rows are
    taken as they are given: make them sum to one, by a softmax for instance.

    In a type of precision eps, with payoffs of at most R, S states and A joint actions, the result
    is within (T + 2) (12 S^2 + 4 A + 24) eps R N of the exact value, up to products of eps: N is
    the sum of discount ** t over the steps, divided by the horizon where values are means; T is
    the horizon, or 1 / (1 - discount) without one (Higham 2002, Accuracy and Stability of
    Numerical Algorithms, section 3.1 and theorems 9.3 and 9.9).

    Args:
        game: the game, or its tensors where it is used again and again.
        tables: one tensor a player, of shape (*batch, states, actions); the batch axes broadcast.

    Returns:
        Values in the game's unit, of shape (*batch, players), in the tables' type and device.

    Raises:
        InputError: if a shape does not fit, or the tables are not of one type on one device.

    >>> from gtlearn import games
    >>> game = games.iterated("prisoners_dilemma", discount="9/10")
    >>> tit_for_tat = torch.tensor([[1.0, 0], [1, 0], [0, 1], [1, 0], [0, 1]])
    >>> defector = torch.tensor([[0.0, 1]] * 5)
    >>> values(game, [tit_for_tat, defector]).round(decimals=3)
    tensor([19., 22.])
    """
    held = _on_device(game, tables)
    markov = held.game
    weights = joint_probabilities(tables)
    size, joint = markov.num_states, weights.shape[-1]
    rewards = torch.einsum("...sa,sak->...sk", weights, held.payoffs.reshape(size, joint, -1))
    moves = torch.einsum("...sa,sat->...st", weights, held.moves.reshape(size, joint, size))
    visits = _visits(markov, moves, held.start)
    return torch.einsum("...s,...sk->...k", visits, rewards) * float(markov.scale)


def _visits(game: MarkovGame, moves: Tensor, start: Tensor) -> Tensor:
    """How often each state is visited, discounted; shape (*batch, states)."""
    discount = float(game.discount)
    here = start.expand(moves.shape[:-1])
    if game.horizon is None:
        one = torch.eye(len(start), dtype=moves.dtype, device=moves.device)
        visits: Tensor = torch.linalg.solve((one - discount * moves).mT, here)
        return visits
    total = here
    for _ in range(game.horizon - 1):
        here = discount * torch.einsum("...s,...st->...t", here, moves)
        total = total + here
    return total


def joint_probabilities(tables: Sequence[Tensor]) -> Tensor:
    """The probability of each joint action, flat; shape (*batch, states, joint actions)."""
    weights = tables[0]
    for table in tables[1:]:
        weights = (weights[..., :, None] * table[..., None, :]).flatten(-2)
    return weights


def _on_device(
    game: MarkovGame | IteratedGame | TensorGame, tables: Sequence[Tensor]
) -> TensorGame:
    """The game's tensors beside the tables, which are checked."""
    markov = game.game if isinstance(game, TensorGame) else as_markov(game)
    shapes = [(markov.num_states, actions) for actions in markov.shape]
    batch_axes(markov.name, tables, shapes, "table")
    dtype, device = tables[0].dtype, tables[0].device
    if not isinstance(game, TensorGame):
        return tensor_game(markov, dtype=dtype, device=device)
    if (game.start.dtype, game.start.device) != (dtype, device):
        raise InputError(
            f"the game's tensors are {game.start.dtype} on {game.start.device}, the tables {dtype} "
            f"on {device}; make both the same"
        )
    return game


def batch_axes(
    name: str, tensors: Sequence[Tensor], shapes: Sequence[tuple[int, ...]], noun: str
) -> tuple[int, ...]:
    """The axes of the batch, to which one tensor a player broadcasts.

    Args:
        name: of the game.
        tensors: one a player, of shape (*batch, *its shape).
        shapes: of each player, without the axes of the batch.
        noun: what one of them is, such as "table".

    Raises:
        InputError: if there is not one tensor a player, a shape does not fit, or they are not
            floating-point tensors of one type on one device.
    """
    if len(tensors) != len(shapes):
        raise InputError(
            f"{len(tensors)} {noun}(s) given for the {len(shapes)} players of {name}; give one a "
            "player"
        )
    kinds = {(tensor.dtype, tensor.device) for tensor in tensors}
    if len(kinds) > 1 or not tensors[0].is_floating_point():
        raise InputError(
            f"the {noun}s of {name} must be real floating-point tensors of one type on one device, "
            "not " + " and ".join(sorted(f"{dtype} on {device}" for dtype, device in kinds))
        )
    batches = [t.shape[: t.ndim - len(shape)] for t, shape in zip(tensors, shapes, strict=True)]
    for player, (tensor, batch, shape) in enumerate(zip(tensors, batches, shapes, strict=True)):
        if tensor.shape != (*batch, *shape):
            raise InputError(
                f"the {noun}s of player {player} of {name} have shape {list(tensor.shape)}; the "
                f"last axes must be {list(shape)}"
            )
    try:
        return tuple(torch.broadcast_shapes(*batches))
    except RuntimeError:
        shown = " and ".join(str(list(batch)) for batch in batches)
        raise InputError(
            f"the batch axes {shown} of the {noun}s do not fit together in {name}"
        ) from None
