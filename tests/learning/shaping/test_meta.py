"""Exact meta-gradients: against finite differences, brute force and chains worked by hand."""

import math

import numpy as np
import pytest
import torch

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import normal_form
from gtlearn.learning.shaping.ascents import MetaAscent, ceiling
from gtlearn.learning.shaping.games import MatrixGame, QuadraticGame, table_game, zero_sum_product
from gtlearn.learning.shaping.meta import meta_mapg, meta_objective, meta_pg, terms, unroll
from gtlearn.learning.shaping.methods import MetaMapg, MetaPg
from gtlearn.learning.shaping.updates import lola, naive

torch.set_num_threads(1)


def public_goods():
    """Three players give 1 or nothing; what is given is doubled and shared."""
    give = np.array([1, 0])
    own = [give[:, None, None], give[None, :, None], give[None, None, :]]
    return normal_form(*((2 * sum(own) - 3 * g).tolist() for g in own))


IPD = table_game(games.iterated("ipd_meta_mapg", discount="24/25"))
GOODS = table_game(games.iterated(public_goods(), discount="4/5"))
SHORT = table_game(games.iterated("chicken", horizon=4))
ONCE = MatrixGame(normal_form([[3, 0, 1], [5, 1, -2]], [[2, 4, 0], [1, -1, 3]]))
GAMES = {"ipd": IPD, "public goods": GOODS, "finite": SHORT, "once": ONCE}


def random_parameters(game, batch, seed):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*batch, *shape, generator=generator, dtype=torch.float64)
        for shape in game.shapes
    ]


def rates_of(game):
    return [0.3 / (k + 1) for k in range(game.num_players)]


def slope(function, tensor, step=1e-5):
    """The derivatives of a scalar function in each entry of a tensor, by central differences."""
    found = torch.zeros_like(tensor)
    for place in np.ndindex(*tensor.shape):
        ends = []
        for sign in (1, -1):
            near = tensor.clone()
            near[place] += sign * step
            ends.append(float(function(near)))
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


def naive_chain(game, start, length, frozen=None, player=0):
    """phi_0 ... phi_L by the naive update; others than the player may be taken from `frozen`."""
    chain = [list(start)]
    for step in range(length):
        held = list(naive.update(game.values, chain[-1], rates_of(game)))
        if frozen is not None:
            held = [
                own if k == player else frozen[step + 1][k].detach() for k, own in enumerate(held)
            ]
        chain.append(held)
    return chain


def earned(game, chain, player, first=1):
    return sum(game.values(held)[player] for held in chain[first:])


@pytest.mark.parametrize("name", GAMES)
def test_meta_mapg_and_meta_pg_by_finite_differences(name):
    game, length = GAMES[name], 3
    for player in range(game.num_players):
        start = random_parameters(game, (), seed=player)
        known = naive_chain(game, start, length)

        def moved(own, frozen, start=start, player=player):
            joint = [own if k == player else p for k, p in enumerate(start)]
            return earned(game, naive_chain(game, joint, length, frozen, player), player)

        for method, frozen in ((meta_mapg, None), (meta_pg, known)):
            found = method(game, start, rates_of(game), length, player=player)
            expected = slope(lambda own, f=frozen, moved=moved: moved(own, f), start[player])
            torch.testing.assert_close(found.gradient, expected, rtol=1e-6, atol=1e-7)
            assert float(found.objective) == pytest.approx(float(earned(game, known, player)))


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("split", ["policies", "updates"])
@pytest.mark.parametrize("count_start", [False, True])
def test_the_three_terms_add_up(name, split, count_start):
    game = GAMES[name]
    start = random_parameters(game, (4,), seed=7)
    for player in range(game.num_players):
        options = {"player": player, "count_start": count_start}
        found = terms(game, start, rates_of(game), 4, split=split, **options)
        with torch.no_grad():
            whole = meta_mapg(game, start, rates_of(game), 4, **options).gradient
            again = terms(game, start, rates_of(game), 4, split=split, **options)
        assert torch.equal(again.total, found.total)
        torch.testing.assert_close(found.total, whole, rtol=1e-11, atol=1e-11)
        own_only = meta_pg(game, start, rates_of(game), 4, **options).gradient
        if split == "updates":
            torch.testing.assert_close(found.current + found.own, own_only, rtol=1e-11, atol=1e-11)
        assert (found.current != 0).any() == count_start
        assert (found.own != 0).any() and (found.peer != 0).any()


@pytest.mark.parametrize("name", GAMES)
def test_terms_by_the_jacobians_of_the_chain(name):
    """The sums of Theorem 1, written out: (d phi_l^j / d phi_0^i)^T grad_j V^i(phi_l)."""
    game, length, player = GAMES[name], 2, 1
    start = random_parameters(game, (), seed=8)
    expected = [torch.zeros_like(start[player]), torch.zeros_like(start[player])]
    for after in range(1, length + 1):
        held = naive_chain(game, start, after)[-1]
        for j, other in enumerate(held):

            def worth(p, held=held, j=j):
                return game.values([*held[:j], p, *held[j + 1 :]])[player]

            gradient = slope(worth, other)

            def reached(own, after=after, j=j, gradient=gradient):
                joint = [own if k == player else p for k, p in enumerate(start)]
                return (naive_chain(game, joint, after)[-1][j] * gradient).sum()

            expected[int(j != player)] += slope(reached, start[player])
    found = terms(game, start, rates_of(game), length, player=player)
    torch.testing.assert_close([found.own, found.peer], expected, rtol=1e-5, atol=1e-6)


def test_example_1_by_hand():
    """V = (x y, -x y) at (1, 2) with rates of 1/2: (x, y) -> (x + y / 2, y - x / 2)."""
    game = zero_sum_product()
    start = [torch.tensor([1.0], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)]
    chain = unroll(game, start, 0.5, 2)
    assert [[float(p) for p in held] for held in chain.parameters] == [
        [1.0, 2.0],
        [2.0, 1.5],
        [2.75, 0.5],
    ]
    assert chain.values[:, 0].tolist() == [2.0, 3.0, 1.375]
    # d(x_1, y_1) / dx = (1, -1/2) and d(x_2, y_2) / dx = (3/4, -1)
    found = terms(game, start, 0.5, 2, count_start=True)
    assert found.current.item() == 2.0
    assert found.own.item() == 1.5 * 1 + 0.5 * 0.75
    assert found.peer.item() == 2.0 * -0.5 + 2.75 * -1
    # with y_1 and y_2 as constants, dx_2 / dx = 1
    assert meta_pg(game, start, 0.5, 2).gradient.item() == 1.5 + 0.5
    # with one inner update the two splits are the same
    first, second = (terms(game, start, 0.5, 1, split=s) for s in ("policies", "updates"))
    assert (first.own.item(), first.peer.item()) == (1.5, -1.0)
    assert (second.own.item(), second.peer.item()) == (1.5, -1.0)


@pytest.mark.parametrize("game", [IPD, GOODS], ids=["two", "three"])
def test_one_update_of_the_others_only_is_lola(game):
    """A player at rest whose peers learn once climbs LOLA's exact direction."""
    start = random_parameters(game, (3,), seed=9)
    for player in range(game.num_players):
        rates = [0.0 if k == player else 0.2 for k in range(game.num_players)]
        shaped = lola.direction(game.values, start, 0.2, form="exact")[player]
        found = meta_mapg(game, start, rates, 1, player=player).gradient
        torch.testing.assert_close(found, shaped, rtol=1e-9, atol=1e-10)


def test_players_and_items_can_change_places():
    start = random_parameters(GOODS, (2, 3), seed=10)
    whole = meta_mapg(GOODS, start, 0.2, 3, player=2).gradient
    alone = meta_mapg(GOODS, [p[1, 2] for p in start], 0.2, 3, player=2).gradient
    torch.testing.assert_close(whole[1, 2], alone)
    # the states of public goods in the order of the other players: the first and last swapped
    order = [0] + [1 + 4 * c + 2 * b + a for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    swapped = [p[..., order, :] for p in start[::-1]]
    found = meta_mapg(GOODS, swapped, 0.2, 3, player=0).gradient
    torch.testing.assert_close(found, whole[..., order, :])


def test_the_chain_is_one_of_naive_updates():
    own, others = random_parameters(IPD, (2, 1), 0)[0], random_parameters(IPD, (3,), 1)[1]
    rates = torch.tensor([[0.1, 0.3], [0.2, 0.0], [0.5, 0.1]], dtype=torch.float64)
    chain = unroll(IPD, [own, others], rates, 3)
    held = tuple(IPD.expanded([own, others]))
    for step, found in enumerate(chain.parameters):
        torch.testing.assert_close(list(found), list(held))
        torch.testing.assert_close(IPD.values(found), chain.values[..., step, :])
        if step < 3:
            held = naive.update(IPD.values, held, rates[step].tolist())
    assert chain.length == 3 and chain.values.shape == (2, 3, 4, 2)
    kept = meta_objective(chain.values, 1, count_start=True) - meta_objective(chain.values, 1)
    torch.testing.assert_close(kept, IPD.values([own, others])[..., 1])


def test_the_gradient_in_the_inner_rates():
    start = random_parameters(IPD, (2,), seed=11)
    rates = torch.full((3, 2), 0.2, dtype=torch.float64)
    found = meta_mapg(IPD, start, rates.clone().requires_grad_(), 3)
    expected = slope(lambda r: meta_mapg(IPD, start, r, 3).objective.sum(), rates)
    torch.testing.assert_close(found.rates, expected, rtol=1e-6, atol=1e-7)
    assert meta_mapg(IPD, start, rates, 3).rates is None


def personas(low, high, count, seed):
    """Logits of tables whose probability of cooperating lies between two numbers."""
    generator = torch.Generator().manual_seed(seed)
    kind = low + (high - low) * torch.rand(count, 5, generator=generator, dtype=torch.float64)
    return torch.stack([kind.log(), (1 - kind).log()], dim=-1)


POPULATION = torch.cat([personas(0.5, 1.0, 20, seed=0), personas(0.0, 0.5, 20, seed=1)])


def train(game, personas, start, iterations, **options):
    """An ascent after some iterations, and the mean objective over personas before each."""
    ascent = MetaAscent(game, personas, start, **options)
    return ascent, torch.stack([ascent.step().objective.mean(-1) for _ in range(iterations)])


METHODS = {"meta-mapg": MetaMapg(learn_rates=False), "meta-pg": MetaPg(learn_rates=False)}


def test_meta_mapg_is_above_meta_pg_against_personas():
    """The claim of Figures 2a and 2b, for tables and without noise."""
    start = random_parameters(IPD, (3,), seed=12)[0]
    ends = {}
    for method in ("meta-mapg", "meta-pg"):
        ascent, _ = train(IPD, [POPULATION], start, 80, rates=0.1, method=METHODS[method])
        chain = unroll(IPD, [ascent.start[:, None], POPULATION], 0.1, 5)
        ends[method] = meta_objective(chain.values, 0).mean(-1)
    defect = torch.tensor([[-40.0, 40.0]] * 5, dtype=torch.float64)
    always = meta_objective(unroll(IPD, [defect, POPULATION], 0.1, 5).values, 0).mean()
    assert ends["meta-mapg"].min() > ends["meta-pg"].max() + 10
    assert (ends["meta-pg"] - always).abs().max() < 1  # all that it learns is to defect
    spread = ends["meta-mapg"].max() - ends["meta-mapg"].min()
    assert spread < 0.02 * ends["meta-mapg"].mean()  # every seed finds nearly the same value


def test_a_ceiling_is_above_what_its_seeds_find():
    generator = torch.Generator().manual_seed(0)
    few = POPULATION[::4]
    found = ceiling(IPD, [few], rates=1.0, length=3, generator=generator, seeds=6, iterations=60)
    chain = unroll(IPD, [found.start, few], 1.0, 3)
    assert float(meta_objective(chain.values, 0).mean()) == pytest.approx(found.objective)
    assert float(found.values[1:].sum()) == pytest.approx(found.objective)
    assert found.ends.shape == (6,) and float(found.ends[0]) == found.objective
    _, objective = train(IPD, [few], found.start[None], 30, rates=1.0, length=3)
    assert objective[-1] < 1.01 * found.objective  # nearly at rest


def test_seeds_are_trained_on_their_own():
    start = random_parameters(IPD, (2,), seed=13)[0]
    options = {"iterations": 4, "rates": 0.3, "length": 2, "method": MetaMapg()}
    both, _ = train(IPD, [POPULATION], start, **options)
    alone, _ = train(IPD, [POPULATION], start[1:], **options)
    torch.testing.assert_close(both.start[1:], alone.start)
    torch.testing.assert_close(both.rates[1:], alone.rates)
    assert (both.rates[..., 0] != 0.3).all() and (both.rates[..., 1] == 0.3).all()


def test_inner_rates_have_a_learning_rate_of_their_own():
    """Adam's first step is as long as its rate."""
    start = random_parameters(IPD, (2,), seed=14)[0]
    options = {"rates": 0.3, "outer_rate": 0.1, "method": MetaMapg(rates_rate=0.01)}
    ascent = MetaAscent(IPD, [POPULATION], start, **options)
    ascent.step()
    moved = (ascent.rates[..., 0] - 0.3).abs()
    torch.testing.assert_close(moved, torch.full_like(moved, 0.01), rtol=1e-5, atol=0)


def test_an_ascent_goes_on_where_it_stopped():
    start = random_parameters(IPD, (2,), seed=14)[0]

    def ascent(seed):
        generator = torch.Generator().manual_seed(seed)
        return MetaAscent(
            IPD, [POPULATION], start, rates=0.3, batch=7, generator=generator, method=MetaMapg()
        )

    first, second = ascent(0), ascent(1)
    for _ in range(3):
        first.step()
    second.load_state_dict(first.state_dict())
    for _ in range(3):
        assert torch.equal(first.step().gradient, second.step().gradient)
    assert torch.equal(first.start, second.start) and torch.equal(first.rates, second.rates)


def test_three_players_learn_to_shape_two():
    others = random_parameters(GOODS, (6,), seed=15)[1:]
    start = random_parameters(GOODS, (2,), seed=16)[0]
    _, objective = train(GOODS, others, start, 40, rates=0.5, length=3)
    assert (objective[-1] > objective[0] + 0.5).all()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda p: unroll(IPD, p, 0.1, 0), "1 or more"),
        (lambda p: unroll(IPD, p, 0.1, 2.0), "1 or more"),
        (lambda p: unroll(IPD, p, [0.1, 0.1, 0.1], 3), r"last axes are \[3, 2\]"),
        (lambda p: unroll(IPD, p[:1], 0.1, 3), "one a player"),
        (lambda p: meta_mapg(IPD, p, 0.1, 3, player=2), "no player 2"),
        (lambda p: terms(IPD, p, 0.1, 3, split="three"), "no split"),
        (lambda p: ceiling(IPD, p[1:], rates=1, generator=None, iterations=0), "give 1 or more"),
        (lambda p: MetaAscent(IPD, [], p[0], rates=0.1), "at least one persona"),
        (lambda p: MetaAscent(IPD, [p[1]], p[0], rates=0.1, batch=2), "torch.Generator"),
    ],
)
def test_what_does_not_fit_is_said(run, words):
    with pytest.raises(InputError, match=words):
        run(random_parameters(IPD, (2,), seed=17))


def test_a_chain_that_explodes_names_its_step():
    game = QuadraticGame([[[1.0]]])
    with pytest.raises(InputError, match=r"after inner update 2 \(largest before it: 1e\+200\)"):
        unroll(game, [torch.tensor([1.0], dtype=torch.float64)], 1e200, 3)
    assert math.isfinite(unroll(game, [torch.tensor([1.0]).double()], 1e50, 3).values.max())
