"""All equilibria of three players and more: the literature, a second method, and the log."""

import itertools
import json
from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games, solvers
from gtlearn.solvers.enclosures import Enclosure


def game_of(shape, *payoffs):
    return games.normal_form(*(np.array(p, dtype=object).reshape(shape) for p in payoffs))


def random_game(seed, shape, largest=9999):
    random = np.random.default_rng(seed)
    return games.normal_form(*(random.integers(0, largest + 1, shape) for _ in shape))


def volunteers(players):
    """Each gains 1 if somebody acts, and who acts pays 1/2 (Diekmann 1985)."""
    acts = np.indices((2,) * players)  # action 1 is to act
    done = acts.max(axis=0)
    return games.normal_form(*(2 * done - own for own in acts))


LOST = game_of(
    (2, 2, 2),
    [60, 38, 77, 35, 89, 74, 61, 38],
    [76, 33, 5, 55, 35, 18, 85, 11],
    [79, 84, 91, 40, 46, 92, 17, 34],
)


def test_an_equilibrium_that_others_lose():
    """In pygambit 16.7 and 17.0 `enumpoly_solve` finds two of the three."""
    solution = solvers.solve(LOST, find="all")
    assert solution.complete and len(solution) == 3
    mixed = solution[2]
    assert mixed.certificate.arithmetic == "enclosure" and mixed.certificate.verified
    expected = ("0.42320565", "0.29134278", "0.81362257")
    for strategy, first in zip(mixed.strategies, expected, strict=True):
        assert isinstance(strategy[0], Enclosure)
        assert strategy[0].radius <= Fraction(1, 10**30)
        assert abs(float(strategy[0]) - float(first)) < 2e-8
    assert [e.index for e in solution] == [1, -1, 1]


def test_nine_equilibria():
    """Gambit's 2x2x2.nfg, of McKelvey & McLennan: the most that a game of this size can have
    (McKelvey & McLennan 1997, The maximal number of regular totally mixed Nash equilibria)."""
    text = "9 8 12 0 0 0 0 0 0 9 8 2 0 0 0 3 4 6 3 4 6 0 0 0"
    game = games.loads(f'NFG 1 R "" {{ "1" "2" "3" }} {{ 2 2 2 }}\n\n{text}\n', "nfg")
    solution = solvers.solve(game, find="all")
    assert solution.complete and len(solution) == 9
    assert sum(e.index for e in solution) == 1
    mixed = {tuple(s[0] for s in e.strategies) for e in list(solution)[7:]}
    fifth, half, third, fourth = Fraction(2, 5), Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)
    assert mixed == {(fifth, half, third), (half, fifth, fourth)}


@pytest.mark.parametrize("players", [3, 4])
def test_the_volunteers_dilemma(players):
    """For each set of two players or more there is one equilibrium in which these mix, and the
    others do not act; and for each player one in which it acts alone: 2^n - 1."""
    solution = solvers.solve(volunteers(players), find="all")
    assert solution.complete and len(solution) == 2**players - 1
    for equilibrium in solution:
        acting = [float(s[1]) for s in equilibrium.strategies]
        mixers = [p for p in acting if 0 < p < 1]
        if mixers:  # none of the others acts with probability c / b = 1/2
            k = len(mixers)
            assert mixers == pytest.approx([1 - 0.5 ** (1 / (k - 1))] * k, abs=1e-15)
        else:
            assert sum(acting) == 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2), (2, 2, 2, 2)])
def test_the_indices_add_up_to_one(shape, seed):
    """Ritzberger (1994), Theorem 3; and pure equilibria are all among them."""
    game = random_game(seed, shape)
    solution = solvers.solve(game, find="all")
    assert solution.complete
    assert sum(e.index for e in solution) == 1
    pure = [e for e in solution if all(1 in s for s in e.strategies)]
    assert len(pure) == len(solvers.pure_equilibria(game))


@pytest.mark.parametrize("seed", range(6))
def test_two_who_choose_beside_a_third(seed):
    """A third player whose payoffs depend on its own action alone leaves a game of two."""
    random = np.random.default_rng(seed)
    two = [random.integers(0, 100, (3, 3)) for _ in range(2)]
    third = np.broadcast_to([1, 0], (3, 3, 2))
    game = games.normal_form(*(np.stack([p, p], axis=2) for p in two), third)
    expected = solvers.solve(games.normal_form(*two), find="all")
    solution = solvers.solve(game, find="all")
    isolated = all(len(component) == 1 for component in expected.components)
    assert solution.complete == isolated  # infinitely many are named, and not listed
    ours = {tuple(map(tuple, e.strategies[:2])) for e in solution}
    theirs = {tuple(map(tuple, e.strategies)) for e in expected}
    assert ours <= theirs and (ours == theirs or not isolated)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_permuted_players(seed):
    game, order = random_game(seed, (2, 3, 2)), (2, 0, 1)
    arrays = [game.payoffs[k].numerators.transpose(order) for k in order]
    plain, permuted = (solvers.solve(g, find="all") for g in (game, games.normal_form(*arrays)))
    played = {tuple(tuple(map(float, s)) for s in e.strategies) for e in plain}
    again = {
        tuple(tuple(map(float, e.strategies[order.index(k)])) for k in range(3)) for e in permuted
    }
    assert len(played) == len(again)
    for profile in played:
        assert any(
            np.allclose(np.concatenate(profile), np.concatenate(other), atol=1e-14)
            for other in again
        )


def test_everything_is_an_equilibrium():
    """Where nobody's payoffs depend on anything, everything is an equilibrium."""
    game = games.normal_form(*(np.zeros((2, 2, 2), dtype=int) for _ in range(3)))
    solution = solvers.solve(game, find="all")
    assert not solution.complete
    assert len(solution) == 8
    every = itertools.product([(0,), (1,), (0, 1)], repeat=3)
    mixed = {s for s in every if any(len(o) > 1 for o in s)}
    assert {c.supports for c in solution.continua} == mixed and not solution.open_supports
    assert len(solution.to_json()["continua"]) == 19


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 3), (2, 2, 2, 2)])
def test_the_log_proves_the_list(shape, seed):
    game = random_game(seed, shape)
    solution = solvers.solve(game, find="all")
    log = json.loads(json.dumps(solvers.proof_of(solution)))
    data = json.loads(json.dumps(solution.to_json()))
    report = solvers.verify.solution(game, data, proof=log)
    assert not report.false and not report.on_trust
    without = solvers.verify.solution(game, data)
    assert not without.false
    assert all("only a log proves it" in line for line in without.on_trust)


@pytest.mark.parametrize("lost", range(3))
def test_a_list_that_lacks_one_is_not_proven(lost):
    solution = solvers.solve(LOST, find="all")
    log = json.loads(json.dumps(solvers.proof_of(solution)))
    data = solution.to_json()
    del data["solutions"][lost]
    report = solvers.verify.solution(LOST, data, proof=log)
    assert any("not listed" in line for line in report.false)


def test_a_log_that_was_changed_proves_nothing():
    """Each entry is left out, doubled, or put for another: none of these logs is accepted."""
    solution = solvers.solve(random_game(3, (2, 2, 2)), find="all")
    text = json.dumps(solvers.proof_of(solution))
    data = solution.to_json()
    refused = tried = 0
    for number, (_, entries) in enumerate(json.loads(text)["supports"]):
        for place in range(len(entries)):
            for change in (
                [],
                [entries[place]] * 2,
                [["open"]],
                [["dominated", 0, 1, 0]],
                [["linear", 0]],
                [["root", 0]],
            ):
                if change == [entries[place]]:
                    continue
                log = json.loads(text)
                log["supports"][number][1][place : place + 1] = change
                report = solvers.verify.solution(solution.game, data, proof=log)
                tried += 1
                refused += bool(report.false)
    assert tried > 20
    assert refused >= 0.9 * tried  # another reason may hold in a region, too


def test_too_many_supports():
    game = games.normal_form(*(np.zeros((7, 7, 7), dtype=int) for _ in range(3)))
    with pytest.raises(Exception, match="has 2048383 supports, of which at most"):
        solvers.solve(game, find="all")
    assert len(solvers.solve(game)) == 1


def test_seltens_horse():
    """Selten (1975), Section 6: the pure equilibria (L, R, R) and (R, R, L), each an end of a
    continuum, so that they have no index."""
    solution = solvers.solve("selten_horse", find="all")
    assert not solution.complete and solution.continua and not solution.open_supports
    actions = solution.game.actions
    pure = {
        tuple(own[s.index(1)] for own, s in zip(actions, e.strategies, strict=True))
        for e in solution
    }
    assert pure == {("L", "R", "R"), ("R", "R", "L")}
    assert all(e.index is None for e in solution)
    assert not solvers.verify.solution("selten_horse", solution).false
