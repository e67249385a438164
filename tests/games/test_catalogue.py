"""The catalogue: payoffs against the literature, parameters, citations."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.games import families
from gtlearn.games.testing import check_game

# Row payoffs CC, CD, DC, DD.
SYMMETRIC = {
    "prisoners_dilemma": (3, 1, 4, 2),
    "stag_hunt": (4, 1, 3, 2),
    "assurance": (4, 1, 2, 3),
    "coordination": (4, 2, 1, 3),
    "mixedharmony": (4, 3, 1, 2),
    "harmony": (4, 3, 2, 1),
    "noconflict": (4, 2, 3, 1),
    "deadlock": (2, 1, 4, 3),
    "prisoners_delight": (1, 2, 4, 3),
    "hero": (1, 3, 4, 2),
    "battle": (2, 3, 4, 1),
    "chicken": (3, 2, 4, 1),
}


def rows(name, player=0):
    return games.load(name).payoffs[player].fractions().tolist()


@pytest.mark.parametrize("name", SYMMETRIC)
def test_strict_symmetric_games(name):
    cc, cd, dc, dd = SYMMETRIC[name]
    game = games.load(name)
    assert rows(name) == [[cc, cd], [dc, dd]]
    assert game.is_symmetric
    assert game.actions == (("C", "D"), ("C", "D"))
    assert "Robinson & Goforth (2005)" in game.source


def test_they_are_all_strict_symmetric_games():
    """12 of the 24 orders of four payoffs, one for each class up to naming the actions."""

    def canonical(values):
        cc, cd, dc, dd = values
        return min(values, (dd, dc, cd, cc))

    assert all(sorted(values) == [1, 2, 3, 4] for values in SYMMETRIC.values())
    assert len({canonical(values) for values in SYMMETRIC.values()}) == 12


def test_meta_mapg_tables():
    half = Fraction(1, 2)
    assert rows("ipd_meta_mapg") == [[half, -3 * half], [3 * half, -half]]
    assert rows("ipd_meta_mapg", 1) == [[half, 3 * half], [-3 * half, -half]]
    assert rows("rps_meta_mapg") == [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    assert games.load("rps_meta_mapg").is_zero_sum
    assert games.load("rps_meta_mapg").actions[0] == ("R", "P", "S")


def test_classics():
    assert (rows("battle_of_the_sexes"), rows("battle_of_the_sexes", 1)) == (
        [[2, 0], [0, 1]],
        [[1, 0], [0, 2]],
    )
    pennies = games.load("matching_pennies")
    assert (pennies.players, pennies.actions) == (("Row", "Column"), (("H", "T"), ("H", "T")))
    assert pennies.is_zero_sum
    assert (rows("aumann_chicken"), rows("aumann_chicken", 1)) == (
        [[6, 2], [7, 0]],
        [[6, 7], [2, 0]],
    )


def test_shapley_has_the_best_response_cycle():
    row, column = np.array(rows("shapley"), float), np.array(rows("shapley", 1), float)
    profile, seen = (0, 0), []
    for step in range(6):
        i, j = profile
        profile = (int(row[:, j].argmax()), j) if step % 2 else (i, int(column[i].argmax()))
        seen.append(profile)
    assert sorted(set(seen)) == sorted(seen)


def test_von_stengel_equilibria():
    """Algorithmic Game Theory, chapter 3: the three equilibria of the 3x2 example."""
    game = games.load("von_stengel")
    third, fifth = Fraction(1, 3), Fraction(1, 5)
    for x, y in [
        ([1, 0, 0], [1, 0]),
        ([4 * fifth, fifth, 0], [2 * third, third]),
        ([0, third, 2 * third], [third, 2 * third]),
    ]:
        assert _is_nash(game, x, y)
    degenerate = games.load("von_stengel_degenerate")
    for weight in (Fraction(2, 3), Fraction(5, 6), Fraction(1)):
        assert _is_nash(degenerate, [1, 0, 0], [weight, 1 - weight])


def _is_nash(game, x, y):
    row, column = game.payoffs[0].fractions(), game.payoffs[1].fractions()
    x, y = np.array(x, object), np.array(y, object)
    return max(row @ y) == x @ row @ y and max(x @ column) == x @ column @ y


def test_kohlberg_mertens_is_a_hexagon():
    game = games.load("kohlberg_mertens")
    corners = [("T", "L"), ("T", "R"), ("M", "R"), ("M", "C"), ("B", "C"), ("B", "L")]
    pure = np.eye(3, dtype=int).tolist()
    at = [(pure["TMB".index(r)], pure["LCR".index(c)]) for r, c in corners]
    half = Fraction(1, 2)
    for (x1, y1), (x2, y2) in zip(at, at[1:] + at[:1], strict=True):
        assert _is_nash(game, x1, y1)
        middle = [
            [half * (a + b) for a, b in zip(p, q, strict=True)] for p, q in ((x1, x2), (y1, y2))
        ]
        assert _is_nash(game, *middle)
    assert not _is_nash(game, [Fraction(1, 3)] * 3, [Fraction(1, 3)] * 3)


def test_commitment_examples():
    for name, weight, value in [
        ("conitzer_sandholm", Fraction(1, 2), Fraction(7, 2)),
        ("dobss_example", Fraction(2, 3), Fraction(11, 3)),
    ]:
        game = games.load(name)
        x = np.array([weight, 1 - weight], object)
        follower = x @ game.payoffs[1].fractions()
        assert follower[0] == follower[1]  # the largest weight at which the second is a response
        assert (x @ game.payoffs[0].fractions())[1] == value
        assert _is_nash(game, [1, 0], [1, 0])


def test_travellers_dilemma():
    game = games.load("travellers_dilemma")
    assert game.shape == (99, 99)
    claim = {label: index for index, label in enumerate(game.actions[0])}
    assert game.payoff(0, (claim["100"], claim["100"])) == 100
    assert game.payoff(0, (claim["99"], claim["100"])) == 101
    assert game.payoff(1, (claim["99"], claim["100"])) == 97
    small = games.load("travellers_dilemma(low=2,high=4,bonus=3)")
    assert small.name == "travellers_dilemma(low=2,high=4,bonus=3)"
    assert small.payoffs[0].fractions().tolist() == [[2, 5, 5], [-1, 3, 6], [-1, 0, 4]]


def test_markets():
    cournot = games.load("cournot(demand=12,cost=0)")
    assert cournot.payoff(0, (4, 4)) == 16  # the Cournot equilibrium of a linear market: 12/3 each
    assert all(cournot.payoff(0, (q, 4)) <= 16 for q in range(13))
    bertrand = games.load("bertrand(demand=10,cost=2)")
    assert bertrand.payoff(0, (3, 3)) == Fraction(7, 2)
    assert bertrand.payoff(0, (3, 4)) == 7
    assert bertrand.payoff(1, (3, 4)) == 0
    logit = games.load("bertrand_logit(prices=7)")
    # Calvano et al. (2020): the one-shot equilibrium price is 1.473, the joint monopoly's 1.925.
    # On a grid of steps of 0.1 these are the prices 1.5 and 1.9.
    assert logit.actions[0] == ("7/5", "3/2", "8/5", "17/10", "9/5", "19/10", "2")
    own, other = logit.payoffs[0].floats(), logit.payoffs[1].floats()
    assert own[:, 1].argmax() == other[1].argmax() == 1
    joint = own + other
    assert np.unravel_index(joint.argmax(), joint.shape) == (5, 5)
    # A firm alone at p sells e^(4(2-p)) / (1 + e^(4(2-p)) + e^(4(2-q))): at (2, 2) a third.
    assert logit.payoff(0, (6, 6)) == Fraction(333333, 1000000)
    auction = games.load("first_price_auction(value1=10,value2=8)")
    assert auction.payoff(0, (8, 7)) == 2
    assert auction.payoff(0, (8, 8)) == 1
    assert auction.payoff(1, (7, 8)) == 0
    trade = games.load("bilateral_trade(value=8,cost=2)")
    assert trade.payoff(0, (4, 6)) == trade.payoff(1, (4, 6)) == 3
    assert trade.payoff(0, (6, 4)) == 0


def test_private_values_auction_by_enumeration():
    game = games.load("first_price_private_values(values=2,maximum=1)")
    assert game.actions[0] == ("0 0", "0 1", "1 0", "1 1")
    for i, own in enumerate(game.actions[0]):
        for j, other in enumerate(game.actions[1]):
            total = Fraction(0)
            for value in (0, 1):
                for theirs in (0, 1):
                    bid, bid2 = int(own.split()[value]), int(other.split()[theirs])
                    share = Fraction(bid > bid2) + Fraction(bid == bid2, 2)
                    total += (value - bid) * share / 4
            assert game.payoff(0, (i, j)) == total


def test_public_goods():
    game = games.load("public_goods(players=3,multiplier=3/2)")
    assert game.shape == (2, 2, 2)
    assert game.payoff(0, (1, 1, 1)) == Fraction(3, 2)
    assert game.payoff(0, (0, 1, 1)) == 2
    assert game.payoff(1, (1, 0, 0)) == Fraction(3, 2)


def test_security_games():
    game = games.load("security(targets=4,resources=2)")
    assert game.shape == (6, 4)
    assert game.actions[0][0] == "1 2"
    assert game.payoff(0, (0, 0)) > game.payoff(0, (0, 2))
    assert game.payoff(1, (0, 0)) < game.payoff(1, (0, 2))
    assert games.load("security_zero_sum").is_zero_sum
    bayesian = games.load("security_bayesian")
    assert bayesian.prior == (Fraction(2, 3), Fraction(1, 3))
    assert bayesian.games[0].actions[0] == bayesian.games[1].actions[0]


def test_blotto_agrees_with_openspiel():
    ours = games.load("colonel_blotto(coins=4,fields=3)")
    theirs = games.load("blotto(coins=4,fields=3,players=2)")
    assert ours.shape == theirs.shape
    assert (np.sign(ours.floats(0)) == np.sign(theirs.floats(0))).all()


@pytest.mark.parametrize("name", games.catalogue_names())
def test_every_entry_builds_is_cited_and_passes_the_checker(name):
    entry = games.catalogue_entry(name)
    assert entry.summary
    assert len(entry.citation) > 10
    game = entry.build()
    assert game.name == name
    assert game.source == entry.citation
    if max(getattr(game, "shape", (0,))) < 50:
        check_game(game)
    again = entry.build(**entry.parameters)
    assert games.dumps(again).split("\n", 3)[3] == games.dumps(game).split("\n", 3)[3]


def test_games_that_openspiel_builds_are_listed_and_cited():
    """Whatever the parameters, they are OpenSpiel's own."""
    small = {
        "kuhn_poker": {},
        "leduc_poker": {},
        "liars_dice": {"dice_sides": 3},
        "goofspiel": {"num_cards": 3, "imp_info": "True"},
        "sheriff": {"num_rounds": 2},
        "battleship": {
            "board_width": 2,
            "board_height": 1,
            "ship_sizes": "[1]",
            "ship_values": "[1]",
            "num_shots": 1,
        },
    }
    listed = {entry.name: entry for entry in games.catalogue_entries()}
    assert set(small) == set(listed) - set(games.catalogue_names())
    for name, arguments in small.items():
        game = listed[name].build(**arguments)
        inside = ",".join(f"{key}={value}" for key, value in arguments.items())
        theirs = games.load(f"{name}({inside})")
        assert game.source == theirs.source == listed[name].citation
        assert game.fingerprint == theirs.fingerprint
        assert game.openspiel.get_type().short_name == name
        known = theirs.openspiel.get_type().parameter_specification
        defaults = {key: str(known[key]) for key in listed[name].parameters}
        assert defaults == {key: str(v) for key, v in listed[name].parameters.items()}
    assert games.load("liars_dice(dice_sides=3,bidding_rule=reset-quantity)").num_players == 2


def test_unknown_entries():
    with pytest.raises(InputError, match="no game 'chickn'; did you mean chicken"):
        games.catalogue_entry("chickn")


@pytest.mark.parametrize("name", [n for n in games.catalogue_names() if n.startswith("random_")])
def test_families_are_seeded_and_integer(name):
    first, again, other = (games.load(f"{name}(seed={seed})") for seed in (1, 1, 2))
    assert first.payoffs == again.payoffs
    if name != "random_sgc":
        assert first.payoffs != other.payoffs
    assert all(tensor.denominator == 1 for tensor in first.payoffs)


def test_families_draw_from_a_generator():
    generator = np.random.default_rng(5)
    first, second = families.uniform(seed=generator), families.uniform(seed=generator)
    assert first.payoffs != second.payoffs
    assert families.uniform(seed=5).payoffs == first.payoffs


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"low": -(10**30)}, "from -10\\^18 to 10\\^18"),
        ({"high": 2**63 - 1}, "from -10\\^18 to 10\\^18"),
        ({"rows": 2.5}, "are no integers"),
        ({"rows": 10**10, "columns": 10**10}, "make them smaller"),
    ],
)
def test_families_refuse_what_numpy_cannot_draw(options, said):
    with pytest.raises(InputError, match=said):
        families.uniform(**options)


def test_families_keep_what_they_promise():
    game = families.uniform(rows=30, columns=40, low=-2, high=3, seed=1)
    assert set(np.unique(game.payoffs[0].numerators)) == set(range(-2, 4))
    assert families.zero_sum(rows=3, columns=7, seed=1).is_zero_sum
    for rho in (-1, Fraction(-9, 10), 0, 0.5, 1):
        game = families.covariant(rows=100, columns=100, rho=rho, seed=2)
        got = np.corrcoef(game.floats(0).ravel(), game.floats(1).ravel())[0, 1]
        assert abs(got - float(rho)) < 0.05
    unit = families.unit_vector(rows=6, columns=9, seed=3).payoffs[0].numerators
    assert (unit.sum(axis=0) == 1).all()
    assert set(np.unique(unit)) == {0, 1}
    apart = families.dispersion(players=3, actions=3, seed=1)
    assert apart.payoff(0, (0, 0, 1)) == 0
    assert apart.payoff(2, (0, 0, 1)) > 0
    for kind in families.DEGENERATE_KINDS:
        tied = families.degenerate(rows=4, columns=4, kind=kind, seed=1).payoffs[0].numerators
        assert len(np.unique(tied)) < 16
    assert not families.degenerate(kind="zero").payoffs[0].numerators.any()


def test_ranking_pays_one_prize():
    actions, steps = 6, 4
    game = families.ranking(actions=actions, steps=steps, seed=9)
    prize = 2 * actions * steps
    row, column = game.payoffs[0].numerators, game.payoffs[1].numerators
    costs = prize - (row + column)
    # each cost is the sum of one of the row's and one of the column's effort, growing with both
    assert (np.diff(costs, axis=0) > 0).all()
    assert (np.diff(costs, axis=1) > 0).all()
    assert costs[0, 0] == 0
    assert (np.diff(costs, axis=0) == np.diff(costs, axis=0)[:, :1]).all()


def test_sgc_agrees_with_quantecon():
    generators = pytest.importorskip(
        "quantecon.game_theory.game_generators", reason="quantecon is an optional peer"
    )
    for k in (2, 3, 4):
        theirs = generators.sgc_game(k)
        game = families.sgc(k)
        assert (game.floats(0) == 4 * theirs.players[0].payoff_array).all()
        assert (game.floats(1) == 4 * theirs.players[1].payoff_array.T).all()


def test_sgc_equilibrium():
    for k in (1, 2, 3):
        core = 2 * k - 1
        x = [Fraction(1, core)] * core + [0] * (2 * k)
        assert _is_nash(families.sgc(k), x, x)
    shuffled = families.sgc(2, shuffle=1, seed=4)
    assert sorted(shuffled.payoffs[0].numerators.ravel()) == sorted(
        families.sgc(2).payoffs[0].numerators.ravel()
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("random_covariant(rho=2)", "rho=2 is no correlation"),
        ("random_uniform(low=3,high=1)", "low=3 is above high=1; swap them"),
        ("random_uniform(rows=0)", "without an action"),
        ("random_uniform(rows=100000,columns=100000)", "100000 x 100000 profiles"),
        ("random_uniform(seed=-1)", "seed -1 is no nonnegative integer"),
        ("random_degenerate(kind=x)", "kind=x is unknown; use one of small, zero"),
        ("random_dispersion(players=30)", "players=30 must be from 2 to 10"),
        ("random_ranking(steps=0)", "steps=0 must be"),
        ("random_sgc(k=0)", "k=0 must be at least 1"),
        ("security(targets=100)", "1 <= resources <= targets <= 30"),
        ("security_bayesian(thief=2)", "holds -1; probabilities must be nonnegative"),
        ("colonel_blotto(coins=200,fields=10)", "profiles, and at most 4000000"),
        ("first_price_private_values(values=9,maximum=9)", "at most 1000 are built"),
        ("public_goods(players=1)", "2 to 1000 players"),
        ("alternating_offers(pie=100)", "up to 3090903 nodes, and at most 300000 are built"),
        ("leduc(ranks=40)", "a tree of up to 4824000 nodes, and at most 2000000 are built"),
        ("sequential_bargaining(low=1,high=1,periods=31)", "it needs 1 to 30 periods"),
        ("leduc(ranks=1)", "it needs two ranks or more"),
        ("kuhn(cards=1)", "cards=1 must be at least 2"),
        ("beer_quiche(weak=1)", "a probability of weak between 0 and 1"),
        ("travellers_dilemma(low=5,high=4)", "low=5 is above high=4"),
    ],
)
def test_bad_parameters(call, message):
    with pytest.raises(InputError, match=message):
        games.load(call)


def test_three_firms():
    """Each sells a quarter of the difference between demand and cost, a whole number here; next to
    it, on the grid, two may differ by one each."""
    game = games.load("cournot_n(firms=3)")
    profiles = set(solvers.pure_equilibria(game))
    assert profiles == {(3, 3, 3), *permutations((2, 3, 4))}
    assert game.payoff(0, (3, 3, 3)) == 9
    two = games.load("cournot_n(firms=2,demand=12,cost=0)")
    assert all(
        (a == b).all()
        for a, b in zip(
            (t.fractions() for t in two.payoffs),
            (t.fractions() for t in games.load("cournot").payoffs),
            strict=True,
        )
    )
