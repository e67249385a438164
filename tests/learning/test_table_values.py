"""The differentiable twin: the exact values to rounding, and their gradients."""

import subprocess
import sys
from fractions import Fraction as F

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.learning import tensor_game, values
from gtlearn.solvers._markov.batch import evaluate_exactly
from gtlearn.solvers._markov.evaluation import evaluate

IPD = games.iterated("ipd_meta_mapg", discount="24/25")
RPS = games.iterated("rps_meta_mapg", discount="24/25")
SHORT = games.iterated("chicken", horizon=10)
THREE = games.markov_game(
    np.random.default_rng(0).integers(-3, 4, size=(3, 2, 2, 3, 2)).tolist(),
    np.eye(2, dtype=int)[np.random.default_rng(1).integers(0, 2, size=(2, 2, 3, 2))],
    discount="9/10",
    start=["1/4", "3/4"],
)
GAMES = {"ipd": IPD, "rps": RPS, "chicken": SHORT, "three players": THREE}


def markov_of(game):
    return getattr(game, "markov", game)


def bound(game, eps):
    """What the docstring of `values` promises."""
    game = markov_of(game)
    steps = game.horizon or 1 / (1 - game.discount)
    total = sum(game.discount**t for t in range(game.horizon)) if game.horizon else steps
    largest = max(abs(v) for array in game.payoffs for v in array.fractions().ravel())
    size = 12 * game.num_states**2 + 4 * int(np.prod(game.shape)) + 24
    return float((steps + 2) * size * largest * total * game.scale) * eps


def random_tables(game, batch, seed):
    """Probabilities in 64ths, which floats hold exactly, as integers."""
    game = markov_of(game)
    rng = np.random.default_rng(seed)
    return [
        rng.multinomial(64, np.full(n, 1 / n), size=(batch, game.num_states)) for n in game.shape
    ]


def exact(counts):
    return np.vectorize(lambda c: F(int(c), 64), otypes=[object])(counts)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", GAMES)
def test_the_exact_values_to_rounding(name, dtype):
    game = GAMES[name]
    counts = random_tables(game, 20, 3)
    found = values(game, [torch.as_tensor(c / 64, dtype=dtype) for c in counts])
    assert found.dtype == dtype
    wanted = evaluate_exactly(game, [exact(c) for c in counts]).floats()
    assert np.abs(found.double().numpy() - wanted).max() <= bound(game, torch.finfo(dtype).eps)


def test_four_hundred_pairs_of_ipd_in_one_call():
    """The value of each pair is that of the pair alone; two of them are checked exactly."""
    counts = random_tables(IPD, 400, 7)
    tables = [torch.as_tensor(c / 64) for c in counts]
    found = values(IPD, tables)
    assert found.shape == (400, 2)
    for i in (0, 399):
        pair = evaluate(IPD, [exact(c[i]) for c in counts]).payoffs
        assert np.abs(found[i].numpy() - np.array(pair, dtype=float)).max() <= bound(IPD, 2**-52)
    some = [values(IPD, [t[i] for t in tables]) for i in range(0, 400, 40)]
    assert torch.allclose(torch.stack(some), found[::40], rtol=0, atol=bound(IPD, 2**-52))


@pytest.mark.parametrize("name", GAMES)
def test_gradients_against_finite_differences(name):
    game = GAMES[name]
    torch.manual_seed(0)
    markov = markov_of(game)
    logits = [
        torch.randn(2, markov.num_states, n, dtype=torch.float64, requires_grad=True)
        for n in markov.shape
    ]

    def of_logits(*given):
        return values(game, [torch.softmax(x, -1) for x in given])

    assert torch.autograd.gradcheck(of_logits, logits, fast_mode=True)
    assert torch.autograd.gradgradcheck(of_logits, logits, fast_mode=True)


def test_the_gradient_in_one_probability_exactly():
    """A first step played with p of C is worth p V(C) + (1 - p) V(D): the slope is exact."""
    p = torch.tensor(0.25, dtype=torch.float64, requires_grad=True)
    rest = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]], dtype=torch.float64)
    table = torch.cat([torch.stack([p, 1 - p])[None], rest])
    defector = torch.tensor([[0.0, 1]] * 5, dtype=torch.float64)
    values(IPD, [table, defector])[0].backward()
    ends = [
        evaluate(IPD, [[row, *rest.tolist()], [[0, 1]] * 5]).payoffs[0] for row in ([1, 0], [0, 1])
    ]
    assert abs(p.grad.item() - float(ends[0] - ends[1])) <= 2 * bound(IPD, 2**-52)


@settings(max_examples=30, deadline=None)
@given(horizon=st.integers(1, 12), seed=st.integers(0, 1000))
def test_every_horizon(horizon, seed):
    game = games.iterated("stag_hunt", horizon=horizon)
    counts = random_tables(game, 3, seed)
    found = values(game, [torch.as_tensor(c / 64) for c in counts]).numpy()
    wanted = evaluate_exactly(game, [exact(c) for c in counts]).floats()
    assert np.abs(found - wanted).max() <= bound(game, 2**-52)


def test_tensors_of_a_game_are_made_once_and_batch_axes_broadcast():
    held = tensor_game(IPD, dtype=torch.float32)
    mine = torch.softmax(torch.randn(6, 1, 5, 2), -1)
    yours = torch.softmax(torch.randn(4, 5, 2), -1)
    found = values(held, [mine, yours])
    assert found.shape == (6, 4, 2)
    assert torch.equal(found, values(IPD, [mine, yours]))


def test_what_is_not_legal_counts_nothing():
    payoffs = np.array([[[1, 2], [10**6, 10**6]]])
    legal = [[[True, False]], [[True, True]]]
    game = games.markov_game([payoffs] * 2, np.ones((1, 2, 2, 1), int), discount="1/2", legal=legal)
    tables = [torch.tensor([[1.0, 0]]), torch.tensor([[0.5, 0.5]])]
    assert values(game, tables).tolist() == [3.0, 3.0]


def test_what_is_refused():
    good = torch.full((5, 2), 0.5)
    with pytest.raises(InputError, match=r"1 table\(s\) given for the 2 players"):
        values(IPD, [good])
    with pytest.raises(InputError, match=r"the tables of .* have shape \[2, 5\]"):
        values(IPD, [good, good.mT])
    with pytest.raises(InputError, match=r"torch\.float32 on cpu and torch\.float64 on cpu"):
        values(IPD, [good, good.double()])
    with pytest.raises(InputError, match="real floating-point tensors"):
        values(IPD, [good.long(), good.long()])
    with pytest.raises(InputError, match=r"\[3\] and \[4\] of the tables do not fit"):
        values(IPD, [good.expand(3, 5, 2), good.expand(4, 5, 2)])
    with pytest.raises(InputError, match=r"the game's tensors are torch\.float64"):
        values(tensor_game(IPD), [good, good])
    with pytest.raises(InputError, match="no iterated or Markov game"):
        values("chicken", [good, good])


def test_a_discount_that_floats_hardly_tell_from_one_is_refused():
    game = games.iterated("prisoners_dilemma", discount=1 - F(1, 10**17))
    with pytest.raises(InputError, match="too near for floats"):
        tensor_game(game)


def test_without_torch_a_sentence_says_what_to_install(tmp_path):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('No module named torch')\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from gtlearn.learning import lola"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "InputError: torch is needed" in run.stderr
    assert "; run pip install '" in run.stderr and "'torch>=" in run.stderr
