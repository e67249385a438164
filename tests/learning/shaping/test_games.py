"""Differentiable games: values and gradients in closed form, and the literature's small games."""

import itertools

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import normal_form
from gtlearn.learning import values
from gtlearn.learning.shaping.games import (
    DifferentiableGame,
    MatrixGame,
    QuadraticGame,
    bilinear,
    nash_conv,
    table_game,
    tandem,
    zero_sum_product,
)
from gtlearn.solvers import check

torch.set_num_threads(1)


def public_goods(multiplier=2):
    """Three players give 1 or nothing; what is given is doubled and shared."""
    give = np.array([1, 0])
    shared = multiplier * (give[:, None, None] + give[None, :, None] + give[None, None, :])
    own = [give[:, None, None], give[None, :, None], give[None, None, :]]
    return normal_form(*((shared - 3 * g).tolist() for g in own))


GAMES = {
    "ipd": table_game(games.iterated("ipd_meta_mapg", discount="24/25")),
    "rps": table_game(games.iterated("rps_meta_mapg", discount="9/10")),
    "finite": table_game(games.iterated("chicken", horizon=5)),
    "finite, discounted": table_game(games.iterated("chicken", horizon=5, discount="9/10")),
    "public goods": table_game(games.iterated(public_goods(), discount="4/5")),
    "two steps back": table_game(games.iterated("prisoners_dilemma", discount="1/2", memory=2)),
    "many states": table_game(games.iterated("rps_meta_mapg", discount="1/2", memory=2)),
    "markov": table_game(
        games.markov_game(
            np.random.default_rng(0).integers(-3, 4, size=(3, 2, 2, 3, 2)).tolist(),
            np.eye(2, dtype=int)[np.random.default_rng(1).integers(0, 2, size=(2, 2, 3, 2))],
            discount="9/10",
            start=["1/4", "3/4"],
        )
    ),
}


def random_parameters(game, batch, seed):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*batch, *shape, generator=generator, dtype=torch.float64)
        for shape in game.shapes
    ]


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_tables_have_the_values_of_their_probabilities(name, batch):
    game = GAMES[name]
    parameters = random_parameters(game, batch, seed=0)
    expected = values(game.tensors, [torch.softmax(p, dim=-1) for p in parameters])
    torch.testing.assert_close(game.values(parameters), expected, rtol=1e-12, atol=1e-12)
    found, _ = game.values_and_gradients(parameters)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("batch", [(), (2, 3)])
def test_the_policy_gradient_theorem_is_the_derivative(name, batch):
    game = GAMES[name]
    parameters = random_parameters(game, batch, seed=1)
    _, closed = game.values_and_gradients(parameters)
    _, derived = DifferentiableGame.values_and_gradients(game, parameters)
    assert [g.shape for g in closed] == [p.shape for p in parameters]
    torch.testing.assert_close(closed, derived, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", ["ipd", "public goods", "markov", "finite"])
def test_derivatives_of_the_gradients(name):
    game = GAMES[name]
    parameters = [p.requires_grad_() for p in random_parameters(game, (2,), seed=2)]

    def slopes(*held):
        return game.values_and_gradients(held)[1]

    assert torch.autograd.gradcheck(slopes, parameters)
    if name == "ipd":
        assert torch.autograd.gradgradcheck(slopes, parameters)


def test_axes_of_the_batch_broadcast():
    game = GAMES["ipd"]
    own, others = random_parameters(game, (2, 1), 0)[0], random_parameters(game, (3,), 1)[1]
    both, slopes = game.values_and_gradients([own, others])
    assert both.shape == (2, 3, 2) and slopes[0].shape == slopes[1].shape == (2, 3, 5, 2)
    torch.testing.assert_close(both[1, 2], game.values([own[1, 0], others[2]]))


def test_gradients_do_not_need_grad_mode_and_leave_no_graph():
    game = QuadraticGame([[[-1.0]]])
    with torch.no_grad():
        found, (slope,) = game.values_and_gradients([torch.tensor([3.0], dtype=torch.float64)])
    assert not slope.requires_grad and not found.requires_grad
    assert slope.tolist() == [-3.0] and found.tolist() == [-4.5]


def test_games_without_states_take_the_type_of_the_parameters():
    for game in (tandem(), MatrixGame(public_goods())):
        parameters = random_parameters(game, (2,), seed=3)
        found = game.values([p.float() for p in parameters])
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.double(), game.values(parameters), rtol=1e-5, atol=1e-5)


def test_a_matrix_game_by_summing_over_joint_actions():
    stage = public_goods()
    game = MatrixGame(stage)
    parameters = random_parameters(game, (4,), seed=3)
    strategies = [torch.softmax(p, dim=-1) for p in parameters]
    expected = torch.zeros(4, 3, dtype=torch.float64)
    for joint in itertools.product(range(2), repeat=3):
        weight = torch.ones(4, dtype=torch.float64)
        for strategy, action in zip(strategies, joint, strict=True):
            weight = weight * strategy[:, action]
        payoffs = torch.tensor([float(array.floats()[joint]) for array in stage.payoffs])
        expected = expected + weight[:, None] * payoffs
    torch.testing.assert_close(game.values(parameters), expected)


def test_games_of_the_literature():
    x, y = torch.tensor([[2.0]], dtype=torch.float64), torch.tensor([[3.0]], dtype=torch.float64)
    assert zero_sum_product().values([x, y]).tolist() == [[6.0, -6.0]]
    assert tandem().values([x, y]).tolist() == [[-25.0 + 4, -25.0 + 6]]
    game = bilinear([[1.0, 2.0]], [[0.0, 5.0]])
    z = torch.tensor([[3.0, -1.0]], dtype=torch.float64)
    assert game.values([x, z]).tolist() == [[2.0, -10.0]]
    general = QuadraticGame([[[2.0]]], [[1.0]], [7.0])
    assert general.values([x]).tolist() == [[4.0 + 2.0 + 7.0]]


@pytest.mark.parametrize("name", ["ipd", "rps", "finite", "public goods", "markov"])
def test_nash_conv_against_the_exact_check(name):
    game = GAMES[name]
    parameters = random_parameters(game, (3,), seed=4)
    found = nash_conv(game, parameters)
    for item in range(3):
        tables = [table.tolist() for table in game.tables([p[item] for p in parameters])]
        exact = check(tables, game.tensors.game).nash_conv
        assert abs(float(exact) - float(found[item])) < 1e-9


def test_nash_conv_of_equilibria_and_of_kindness():
    game = GAMES["ipd"]
    cooperate = torch.tensor([[40.0, -40.0]] * 5, dtype=torch.float64)
    grim = torch.tensor([[40.0, -40.0]] * 2 + [[-40.0, 40.0]] * 3, dtype=torch.float64)
    gains = nash_conv(game, [torch.stack([cooperate, -cooperate, grim])] * 2)
    # always defecting for 1.5 instead of 0.5, discounted by 24/25, each of two players
    assert gains.tolist() == pytest.approx([50.0, 0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda g: g.values([torch.zeros(5, 2)]), "give one a player"),
        (lambda g: g.values([torch.zeros(5, 2), torch.zeros(4, 2)]), r"must be \[5, 2\]"),
        (lambda g: g.values([torch.zeros(2, 5, 2), torch.zeros(3, 5, 2)]), "do not fit together"),
        (lambda g: g.values([torch.zeros(5, 2).double(), torch.zeros(5, 2)]), "of one type"),
        (lambda g: g.values([torch.zeros(5, 2)] * 2), "make both the same"),
        (lambda g: tandem().values([torch.zeros(1, dtype=torch.int64)] * 2), "floating-point"),
        (lambda g: QuadraticGame([[1.0]]), "one square matrix a player"),
        (lambda g: QuadraticGame([[[1.0]]], sizes=(2,)), "sizes that add up"),
        (lambda g: bilinear([1.0]), "one or two of one shape"),
    ],
)
def test_what_does_not_fit_is_said(run, words):
    with pytest.raises(InputError, match=words):
        run(GAMES["ipd"])
