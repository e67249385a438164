"""How far tables are from equilibrium, where best responses may use all of the history."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gtlearn.learning.shaping.games.protocol import Parameters
from gtlearn.learning.shaping.games.tables import TableGame
from gtlearn.learning.table_values import joint_probabilities


def nash_conv(game: TableGame, parameters: Parameters) -> Tensor:
    """The sum over players of what a best response gains, for many profiles, in floats.

    Against tables the state (and with a horizon the step) is all of the history that matters, so
    that policy iteration, or backward induction with a horizon, finds the best of all responses
    (Puterman 1994, Markov Decision Processes, sections 4.3 and 6.4).

    Args:
        game: what is played.
        parameters: logits, one tensor a player of shape (*batch, states, actions); those along a
            chain, for instance.

    Returns:
        Shape (*batch,), in the game's unit.

    Raises:
        InputError: if a shape does not fit.

    >>> from gtlearn import games
    >>> from gtlearn.learning.shaping.games import table_game
    >>> dilemma = table_game(games.iterated("ipd_meta_mapg", discount="24/25"))
    >>> nash_conv(dilemma, [torch.zeros(5, 2).double()] * 2).round(decimals=9)
    tensor(25., dtype=torch.float64)
    """
    parameters = [p.detach() for p in game.expanded(parameters)]
    tables, values = game.tables(parameters), game.values(parameters)
    best = [_best_response(game, tables, player) for player in range(game.num_players)]
    return (torch.stack(best, dim=-1) - values).sum(-1)


def _best_response(game: TableGame, tables: Sequence[Tensor], player: int) -> Tensor:
    """The value of a player's best response to the others' tables, shape (*batch,)."""
    rewards, moves = _faced(game, tables, player)
    markov = game.tensors.game
    values = torch.zeros_like(rewards[..., 0])
    if markov.horizon is not None:
        for _ in range(markov.horizon):
            values = (rewards + _expected(moves, values)).amax(-1)
    else:
        values = _policy_iteration(rewards, moves)
    return (values * game.tensors.start).sum(-1) * float(markov.scale)


def _policy_iteration(rewards: Tensor, moves: Tensor) -> Tensor:
    """The optimal values of many decision problems, shape (*batch, states)."""
    one = torch.eye(rewards.shape[-2], dtype=rewards.dtype, device=rewards.device)
    choice = rewards.argmax(-1, keepdim=True)
    while True:
        step = moves.gather(-2, choice[..., None].expand(*choice.shape, moves.shape[-1]))
        earned = rewards.gather(-1, choice)
        values: Tensor = torch.linalg.solve(one - step.squeeze(-2), earned).squeeze(-1)
        worth = rewards + _expected(moves, values)
        best = worth.argmax(-1, keepdim=True)
        slack = 1e3 * torch.finfo(worth.dtype).eps * worth.abs().amax()
        better = worth.gather(-1, best) > worth.gather(-1, choice) + slack
        if not better.any():
            return values
        choice = torch.where(better, best, choice)


def _faced(game: TableGame, tables: Sequence[Tensor], player: int) -> tuple[Tensor, Tensor]:
    """What a player alone faces: rewards (*batch, states, own actions), and discounted moves."""
    held = game.tensors
    rewards = held.payoffs[..., player]
    moves = held.moves * float(held.game.discount)
    rewards, moves = rewards.movedim(player + 1, 1), moves.movedim(player + 1, 1)
    weights = joint_probabilities([t for other, t in enumerate(tables) if other != player])
    return (
        torch.einsum("...sj,saj->...sa", weights, rewards.flatten(2)),
        torch.einsum("...sj,sajt->...sat", weights, moves.flatten(2, -2)),
    )


def _expected(moves: Tensor, values: Tensor) -> Tensor:
    """The discounted value of where each action leads, shape (*batch, states, actions)."""
    return torch.einsum("...sat,...t->...sa", moves, values)
