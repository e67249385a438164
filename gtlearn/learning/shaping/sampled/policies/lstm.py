"""An LSTM over sequences, one set of weights a chain, twice differentiable by hand.

Hochreiter & Schmidhuber (1997) with a forget gate. Where it reads one of few states at a step, its
input weights are a table with a row a state; otherwise what enters its gates from outside is given
for every step. Backpropagation through time is itself a
sequence of operations that is differentiated once more, in one sweep forwards in time; its
cotangents for gates, cells and outputs then join those of the first derivative, so that a gradient
through a gradient takes one sweep back, not two.

Axes: (chains, steps, trajectories, units). The gates are stacked as input, forget, output, cell
input, each `units` wide. b is the number of chains, S of states, H of steps, K of trajectories, N
of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import embedding, one_hot

from gtlearn.errors import InputError


@dataclass(frozen=True, eq=False)
class Notes:
    """What an LSTM computed at every step.

    Attributes:
        gates: after their squashing, shape (b, H, K, 4N).
        cells: shape (b, H, K, N).
        squashed: tanh of the cells, shape (b, H, K, N).
        hidden: shape (b, H, K, N).
    """

    gates: Tensor
    cells: Tensor
    squashed: Tensor
    hidden: Tensor


class Recurrence:
    """An LSTM that goes on step by step, without autograd."""

    def __init__(self, weight: Tensor, trajectories: int, horizon: int) -> None:
        """Starts from zeros.

        Args:
            weight: from the last hidden units to the gates, shape (b, N, 4N).
            trajectories: K.
            horizon: H.
        """
        chains, units = weight.shape[:2]
        shape = (chains, horizon, trajectories, units)
        self.notes = Notes(
            weight.new_empty((*shape[:-1], 4 * units)), *(weight.new_empty(shape) for _ in "chs")
        )
        self._weight = doubled(weight)

    def __call__(self, step: int, read: Tensor) -> Tensor:
        """The hidden units after a step.

        Args:
            step: which; in order, from 0.
            read: what enters the gates from outside, `doubled`; shape (b, K, 4N).

        Returns:
            Shape (b, K, N).
        """
        gates, cell, squashed, hidden = (
            noted[:, step]
            for noted in (
                self.notes.gates,
                self.notes.cells,
                self.notes.squashed,
                self.notes.hidden,
            )
        )
        if step:
            read = torch.baddbmm(read, self.notes.hidden[:, step - 1], self._weight)
        torch.sigmoid(read, out=gates)
        enter, forget, leave, new = gates.chunk(4, -1)
        new.mul_(2).sub_(1)  # tanh x = 2 sigmoid(2 x) - 1, which is several times faster
        torch.mul(enter, new, out=cell)
        if step:
            cell.addcmul_(forget, self.notes.cells[:, step - 1])
        torch.sigmoid(2 * cell, out=squashed).mul_(2).sub_(1)
        return torch.mul(leave, squashed, out=hidden)


class Lookup:
    """What states add to the gates, `doubled`."""

    def __init__(self, inputs: Tensor) -> None:
        """Takes the table.

        Args:
            inputs: what each state adds to the gates, shape (b, S, 4N).
        """
        chains, states, width = inputs.shape
        self._rows = doubled(inputs).reshape(-1, width)
        self._first = torch.arange(chains, device=inputs.device)[:, None] * states

    def __call__(self, states: Tensor) -> Tensor:
        """The rows of states (b, K); shape (b, K, 4N)."""
        return embedding(states + self._first, self._rows)


def lstm(
    inputs: Tensor, weight: Tensor, states: Tensor | None = None, notes: Notes | None = None
) -> Tensor:
    """The hidden units at every step, twice differentiable in `inputs` and `weight`.

    Args:
        inputs: what each state adds to the gates, shape (b, S, 4N); without states what each step
            adds to them, shape (b, H, K, 4N).
        weight: from the last hidden units to the gates, shape (b, N, 4N).
        states: what is read, shape (b, H, K).
        notes: of a `Recurrence` that read the same with the same weights; spares the sweep.

    Returns:
        Shape (b, H, K, N).
    """
    if notes is None:
        with torch.no_grad():
            notes = _noted(inputs, weight, states)
    hidden: Tensor = _Forward.apply(inputs, weight, states, notes)[2]  # type: ignore[no-untyped-call]
    return hidden


def _noted(inputs: Tensor, weight: Tensor, states: Tensor | None) -> Notes:
    """The notes of a recurrence that reads everything."""
    _, horizon, trajectories = (inputs if states is None else states).shape[:3]
    recurrence = Recurrence(weight, trajectories, horizon)
    lookup = Lookup(inputs) if states is not None else None
    for step in range(horizon):
        given = inputs[:, step] if states is None else states[:, step]
        recurrence(step, doubled(given) if lookup is None else lookup(given))
    return recurrence.notes


class _Forward(torch.autograd.Function):
    """What was noted, as differentiable functions of the weights."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, states: Tensor | None, notes: Notes
    ) -> Any:
        outputs = tuple(x.view_as(x) for x in (notes.gates, notes.cells, notes.hidden))
        ctx.save_for_backward(weight, states, notes.squashed, *outputs)
        ctx.num_states = inputs.shape[1]
        ctx.set_materialize_grads(False)
        return outputs

    @staticmethod
    def backward(
        ctx: Any, gates: Tensor | None, cells: Tensor | None, hidden: Tensor | None
    ) -> Any:
        weight, states, squashed, *outputs = ctx.saved_tensors
        seen = None if states is None else one_hot(states, ctx.num_states).to(weight.dtype)
        if hidden is None:
            hidden = torch.zeros_like(outputs[2])
        if gates is None or cells is None:  # both are, where nothing but hidden was used
            return *_Backward.apply(weight, *outputs, hidden, squashed, seen), None, None  # type: ignore[no-untyped-call]
        if torch.is_grad_enabled():
            raise InputError("an LSTM policy has no third derivatives; differentiate twice only")
        notes = Notes(outputs[0], outputs[1], squashed, outputs[2])
        return *_through_time(weight, notes, seen, hidden, gates, cells), None, None


class _Backward(torch.autograd.Function):
    """Backpropagation through time, as a differentiable function."""

    @staticmethod
    def forward(
        ctx: Any,
        weight: Tensor,
        gates: Tensor,
        cells: Tensor,
        hidden: Tensor,
        d_hidden: Tensor,
        squashed: Tensor,
        seen: Tensor | None,
    ) -> Any:
        keep = Sweep(torch.empty_like(hidden), torch.empty_like(cells))
        gradients = _through_time(
            weight, Notes(gates, cells, squashed, hidden), seen, d_hidden, keep=keep
        )
        ctx.save_for_backward(
            weight, gates, cells, squashed, hidden, seen, keep.of_hidden, keep.of_cells
        )
        return gradients

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, along_inputs: Tensor, along_weight: Tensor) -> Any:
        weight, gates, cells, squashed, hidden, seen, *kept = ctx.saved_tensors
        notes = Notes(gates, cells, squashed, hidden)
        gradients = _along(weight, notes, seen, Sweep(*kept), along_inputs, along_weight)
        return *gradients, None, None


@dataclass(frozen=True, eq=False)
class Sweep:
    """What backpropagation through time found at every step.

    Attributes:
        of_hidden: the derivatives with respect to the hidden units, shape (b, H, K, N).
        of_cells: with respect to the cells, likewise.
    """

    of_hidden: Tensor
    of_cells: Tensor


def _through_time(
    weight: Tensor,
    notes: Notes,
    seen: Tensor | None,
    d_hidden: Tensor,
    d_gates: Tensor | None = None,
    d_cells: Tensor | None = None,
    keep: Sweep | None = None,
) -> tuple[Tensor, Tensor]:
    """Backpropagation through time.

    Args:
        weight: as in `lstm`.
        notes: of the sweep forwards.
        seen: the states, one-hot, shape (b, H, K, S); None where inputs are given for each step.
        d_hidden: what each hidden unit adds to the objective itself, shape of `notes.hidden`;
            d_gates and d_cells likewise.
        keep: written to where given.

    Returns:
        The gradients of `inputs` and `weight`.
    """
    of_weight = torch.zeros_like(weight)
    if seen is None:
        of_inputs = torch.empty_like(notes.gates)
    else:
        of_inputs = weight.new_zeros((len(weight), seen.shape[-1], weight.shape[-1]))
    entered = torch.empty_like(notes.gates[:, 0])  # derivatives in what enters the gates
    kept = keep or Sweep(*(torch.empty_like(notes.hidden[:, :1]) for _ in "hc"))
    carried: Tensor | None = None
    for step in reversed(range(notes.gates.shape[1])):
        gates, squash = notes.gates[:, step], notes.squashed[:, step]
        _, forget, leave, _ = gates.chunk(4, -1)
        here, cell = (of[:, step if keep else 0] for of in (kept.of_hidden, kept.of_cells))
        if carried is None:
            here.copy_(d_hidden[:, step])
        else:
            torch.baddbmm(d_hidden[:, step], entered, weight.mT, out=here)
        torch.mul(here, leave, out=cell).mul_(_slope_of_tanh(squash))
        if carried is not None:
            cell.add_(carried)
        if d_cells is not None:
            cell.add_(d_cells[:, step])
        _seeds(here, cell, squash, gates, notes.cells[:, step - 1] if step else None, entered)
        if d_gates is not None:
            entered.add_(d_gates[:, step])
        entered.mul_(_slopes(gates))
        if seen is None:
            of_inputs[:, step] = entered
        else:
            of_inputs.baddbmm_(seen[:, step].mT, entered)
        if step:
            of_weight.baddbmm_(notes.hidden[:, step - 1].mT, entered)
        carried = cell * forget
    return of_inputs, of_weight


def _along(
    weight: Tensor,
    notes: Notes,
    seen: Tensor | None,
    sweep: Sweep,
    along_inputs: Tensor,
    along_weight: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The derivatives of `_through_time`, along a direction of its results.

    Args:
        weight: as in `lstm`.
        notes: of the sweep forwards.
        seen: the states, one-hot, or None.
        sweep: of the sweep backwards.
        along_inputs: the direction of the gradient of `inputs`.
        along_weight: that of the gradient of `weight`.

    Returns:
        What is to be added to the derivatives with respect to the weight, gates, cells, hidden
        units and `d_hidden`. The last are the tangents of the hidden units.
    """
    c_weight, c_gates = torch.zeros_like(weight), torch.empty_like(notes.gates)
    c_cells, c_hidden = torch.zeros_like(notes.cells), torch.empty_like(notes.hidden)
    tangents = torch.empty_like(notes.hidden)
    table = [] if seen is None else [along_inputs]
    joint, units = torch.cat([along_weight, weight, *table], dim=1), weight.shape[1]
    past = notes.hidden.new_zeros((*notes.hidden[:, 0].shape[:-1], joint.shape[1]))
    if seen is not None:  # beside the last hidden units and their tangents
        past[..., 2 * units :] = seen[:, 0]
    seeds, entered = torch.empty_like(notes.gates[:, 0]), torch.empty_like(notes.gates[:, 0])
    moved = torch.zeros_like(notes.cells[:, 0])  # tangents of the cells
    horizon = notes.gates.shape[1]
    for step in range(horizon):
        gates, squash = notes.gates[:, step], notes.squashed[:, step]
        enter, forget, leave, new = gates.chunk(4, -1)
        d_hidden, d_cell = sweep.of_hidden[:, step], sweep.of_cells[:, step]
        before = notes.cells[:, step - 1] if step else None
        c_gate, slopes = c_gates[:, step], _slopes(gates)
        _seeds(d_hidden, d_cell, squash, gates, before, seeds)
        torch.bmm(past, joint, out=entered)
        if seen is None:
            entered.add_(along_inputs[:, step])
        if before is not None:
            swept = torch.mul(seeds, slopes, out=c_gate)
            c_weight.baddbmm_(past[..., units : 2 * units].mT, swept)
            torch.bmm(swept, along_weight.mT, out=c_hidden[:, step - 1])
        seeds.mul_(entered)
        torch.addcmul(seeds, seeds, gates, value=-2, out=c_gate)
        c_gate[..., 3 * units :].sub_(seeds[..., 3 * units :])
        m_enter, m_forget, m_leave, m_new = entered.mul_(slopes).chunk(4, -1)
        c_enter, c_forget, c_leave, c_new = c_gate.chunk(4, -1)
        c_enter.addcmul_(d_cell, m_new)
        c_new.addcmul_(d_cell, m_enter)
        c_forget.addcmul_(d_cell, moved)
        moved = (moved * forget).addcmul_(m_enter, new).addcmul_(m_new, enter)
        if before is not None:
            moved.addcmul_(m_forget, before)
            c_cells[:, step - 1].addcmul_(d_cell, m_forget)
        slope = _slope_of_tanh(squash)
        bent = slope * moved  # tangents of the squashed cells
        c_leave.addcmul_(d_hidden, bent)
        tangent = torch.mul(m_leave, squash, out=tangents[:, step]).addcmul_(leave, bent)
        pull = m_leave.mul_(slope).addcmul_(leave * squash, bent, value=-2)
        c_cells[:, step].addcmul_(d_hidden, pull)
        past[..., :units], past[..., units : 2 * units] = notes.hidden[:, step], tangent
        if seen is not None and step + 1 < horizon:
            past[..., 2 * units :] = seen[:, step + 1]
    c_hidden[:, -1].zero_()
    return c_weight, c_gates, c_cells, c_hidden, tangents


def _seeds(
    d_hidden: Tensor,
    d_cell: Tensor,
    squash: Tensor,
    gates: Tensor,
    before: Tensor | None,
    out: Tensor,
) -> None:
    """Writes the derivatives with respect to the gates of one step, shape (b, K, 4N)."""
    enter, _, _, new = gates.chunk(4, -1)
    of_enter, of_forget, of_leave, of_new = out.chunk(4, -1)
    torch.mul(d_cell, new, out=of_enter)
    torch.mul(d_cell, enter, out=of_new)
    torch.mul(d_hidden, squash, out=of_leave)
    if before is None:
        of_forget.zero_()
    else:
        torch.mul(d_cell, before, out=of_forget)


def _slopes(gates: Tensor) -> Tensor:
    """The derivatives of the gates in what enters them: a (1 - a), and 1 - a^2 of the last."""
    slopes = torch.addcmul(gates, gates, gates, value=-1)
    new = slopes.shape[-1] // 4 * 3
    slopes[..., new:].sub_(gates[..., new:]).add_(1)
    return slopes


def _slope_of_tanh(squash: Tensor) -> Tensor:
    """1 - squash^2."""
    return torch.rsub(squash * squash, 1)


def doubled(weights: Tensor) -> Tensor:
    """With the last quarter of the columns, those of the cell input, doubled.

    Its tanh is then a sigmoid like the gates', as tanh x = 2 sigmoid(2 x) - 1.
    """
    scaled = weights.clone()
    scaled[..., scaled.shape[-1] // 4 * 3 :].mul_(2)
    return scaled
