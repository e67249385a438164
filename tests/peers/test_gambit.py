"""Agreement with Gambit (pygambit) in rationals."""

import importlib.metadata
import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyspiel
import pytest

from gtlearn.errors import InputError
from gtlearn.games import dumps, families, load, loads, normal_form
from gtlearn.games.openspiel.walk import tree_of
from gtlearn.solvers import (
    all_equilibria,
    one_equilibrium,
    proof_of,
    solve,
    verify,
    zero_sum,
)

gambit = pytest.importorskip(
    "pygambit", reason="pygambit is missing; its installation may need a compiler (make peers)"
)


def theirs(game):
    return gambit.Game.from_arrays(*(tensor.fractions() for tensor in game.payoffs))


def profiles(game, result):
    return [
        tuple(
            tuple(Fraction(str(equilibrium[s])) for s in player.strategies)
            for player in game.players
        )
        for equilibrium in result.equilibria
    ]


def same(game):
    other = theirs(game)
    found = profiles(other, gambit.nash.enummixed_solve(other, rational=True))
    ours = all_equilibria(game)
    assert {e.strategies for e in ours} == set(found)
    assert len(ours) == len(set(found))


@pytest.mark.parametrize("high", [1, 2, 99])
@pytest.mark.parametrize("block", range(5))
def test_all_extreme_equilibria_of_uniform_games(high, block):
    for seed in range(10 * block, 10 * block + 10):
        rng = np.random.default_rng([seed, high, 7])
        m, n = rng.integers(1, 5, 2, endpoint=True)
        same(normal_form(*rng.integers(0, high, (2, m, n), endpoint=True)))


@pytest.mark.parametrize("kind", families.DEGENERATE_KINDS)
@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)])
def test_all_extreme_equilibria_of_degenerate_families(kind, shape):
    for seed in range(4):
        same(families.degenerate(*shape, kind=kind, seed=seed))


@pytest.mark.parametrize("name", ["von_stengel_degenerate", "kohlberg_mertens", "chain_store"])
def test_all_extreme_equilibria_of_examples(name):
    same(load(name))


@pytest.mark.parametrize("seed", range(12))
def test_complementary_pivoting_ends_at_one_of_ours(seed):
    game = families.covariant(5, 4, rho=-0.5, seed=seed)
    other = theirs(game)
    found = profiles(other, gambit.nash.lcp_solve(other, rational=True, stop_after=1))
    assert len(found) == 1
    assert verify.is_nash(game, found[0])
    assert found[0] in {e.strategies for e in all_equilibria(game)}


@pytest.mark.parametrize("seed", range(10))
def test_zero_sum_value(seed):
    game = families.zero_sum(6, 4, low=-3, high=3, seed=seed)
    other = theirs(game)
    found = profiles(other, gambit.nash.lp_solve(other, rational=True))
    ours = zero_sum(game)
    (value, _) = ours[0].payoffs
    assert {verify.payoffs(game, strategies)[0] for strategies in found} == {value}
    unique = ours[0].certificate.evidence["unique"]
    for player in (0, 1):
        if unique[player]:
            assert {strategies[player] for strategies in found} == {ours[0].strategies[player]}


@pytest.mark.parametrize("seed", range(10))
def test_pure(seed):
    game = families.degenerate(4, 4, seed=seed)
    other = theirs(game)
    found = profiles(other, gambit.nash.enumpure_solve(other))
    ours = {e.strategies for e in all_equilibria(game)}
    pure = {(x, y) for x, y in ours if max(x) == max(y) == 1}
    assert pure == set(found)


def test_a_game_of_theirs_is_a_game_of_ours():
    game = theirs(load("von_stengel_degenerate"))
    assert {e.strategies for e in all_equilibria(load(game))} == {
        e.strategies for e in all_equilibria(load("von_stengel_degenerate"))
    }
    assert len(one_equilibrium(load(game))) == 1


def floats(equilibrium):
    """Each strategy as floats, also of an enclosed equilibrium."""
    return [np.array([float(p) for p in s]) for s in equilibrium.strategies]


def content(tree):
    """All of a tree but the labels, some of which Gambit replaces by its own."""
    return (
        [getattr(tree, what).tolist() for what in ("parent", "move", "mover", "place")],
        [[len(known.actions) for known in own] for own in tree.sets],
        [drawn.probabilities for drawn in tree.chance],
        [payoffs.fractions().tolist() for payoffs in tree.payoffs],
    )


CATALOGUE = Path(gambit.__file__).parent / "catalog_data"


@pytest.mark.parametrize(
    "path", sorted(CATALOGUE.rglob("*.efg")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_trees_of_their_catalogue_come_back(path):
    """Through .efg, JSON, Gambit and OpenSpiel; the last holds doubles, and no players' names."""
    if "gilboa1997" in str(path):
        with pytest.raises(InputError, match="1 player"):
            load(path)
        return
    tree = load(path)
    text = dumps(tree, "efg")
    for again in (
        loads(text, "efg"),
        loads(dumps(tree, "json"), "json"),
        load(gambit.read_efg(io.StringIO(text))),
        load(pyspiel.load_game(str(tree.openspiel))),
    ):
        assert again.fingerprint == tree.fingerprint
    assert content(load(gambit.read_efg(str(path)))) == content(tree)
    walked = tree_of(tree.openspiel)
    assert content(walked)[:3] == content(tree)[:3]
    assert [own.floats().tolist() for own in walked.payoffs] == [
        own.floats().tolist() for own in tree.payoffs
    ]


def test_trees_of_our_catalogue_are_read_by_theirs():
    for name in ("beer_quiche", "selten_horse", "alternating_offers(periods=2)", "kuhn(cards=4)"):
        tree = load(name)
        again = load(gambit.read_efg(io.StringIO(dumps(tree, "efg"))))
        assert again.fingerprint == tree.fingerprint


def test_the_horse_is_theirs():
    """Selten (1975), Figure 1."""
    theirs = load(CATALOGUE / "journals" / "ijgt" / "selten1975" / "fig1.efg")
    ours = load("selten_horse")
    assert content(theirs) == content(ours)
    assert [s.actions for own in theirs.sets for s in own] == [("R", "L")] * 3
    assert [s.actions for own in ours.sets for s in own] == [("R", "L")] * 3


VERSION = importlib.metadata.version("pygambit")


@pytest.mark.skipif(
    VERSION != "16.7.0", reason=f"measured on pygambit 16.7.0, and {VERSION} is installed"
)
class TestWrong:
    """Beyond some 10^9 rational methods lose everything; scaling payoffs must change nothing."""

    large = load(f"{10**10},1 0,0; 0,0 1,{10**10}")
    small = load("9,1 0,0; 0,0 1,9")

    def test_no_equilibrium_where_payoffs_are_large(self):
        for game, expected in ((self.small, 3), (self.large, 0)):
            other = theirs(game)
            found = profiles(other, gambit.nash.enummixed_solve(other, rational=True))
            assert len(found) == expected
            solution = all_equilibria(game)
            assert len(solution) == 3
            assert all(verify.is_nash(game, e.strategies) for e in solution)

    def test_complementary_pivoting_fails_there(self):
        other = theirs(self.large)
        with pytest.raises(RuntimeError, match="out of range"):
            gambit.nash.lcp_solve(other, rational=True)
        assert one_equilibrium(self.large, method="lemke-howson")[0].certificate.verified

    @pytest.mark.parametrize(
        ("shape", "seed", "expected", "ours"),
        [
            ((3, 3, 3), 1, 11, 13),
            ((3, 3, 3), 3, 3, 5),
            ((3, 3, 3), 4, 3, 5),
            ((3, 3, 3), 5, 6, 7),
            ((2, 2, 2, 2), 0, 2, 3),
            ((2, 2, 2, 2), 1, 0, 3),
            ((2, 2, 2, 2), 2, 6, 7),
            ((2, 2, 2, 2), 6, 2, 3),
            ((2, 2, 2, 2), 7, 3, 5),
        ],
    )
    def test_polynomial_equations_lose_equilibria(self, shape, seed, expected, ours):
        """Nothing says so there; ours are proven to be all, and theirs are among them."""
        random = np.random.default_rng(seed)
        payoffs = [random.integers(0, 100, shape) for _ in shape]
        game = normal_form(*payoffs)
        solution = solve(game, find="all")
        assert solution.complete and len(solution) == ours
        assert sum(e.index for e in solution) == 1
        report = verify.solution(game, solution, proof=proof_of(solution))
        assert not report.false and not report.on_trust
        other = gambit.Game.from_arrays(*payoffs)
        known = [np.concatenate(floats(e)) for e in solution]
        others = gambit.nash.enumpoly_solve(other).equilibria
        assert len(others) == expected
        for profile in others:
            played = np.array([float(p) for _, own in profile.mixed_strategies() for _, p in own])
            assert min(np.abs(played - one).max() for one in known) < 1e-4


@pytest.mark.parametrize("name", ["goofspiel(num_cards=3)", "dark_hex(board_size=2)"])
def test_labels_that_they_refuse_are_encoded(name):
    """OpenSpiel's information states hold line breaks and spaces in a row."""
    tree = load(name)
    text = dumps(tree, "efg")
    assert "labels are percent-encoded" in text
    assert loads(text, "efg").fingerprint == tree.fingerprint
    again = load(gambit.read_efg(io.StringIO(text)))
    assert content(again)[0] == content(tree)[0]
