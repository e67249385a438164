"""The log that proves a list of Nash equilibria complete: true ones, damaged ones, others' ones."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtlearn import solvers
from gtlearn import verify as verified
from gtlearn.errors import InputError
from gtlearn.games import families, load, normal_form
from gtlearn.solvers._nash import polytope
from gtlearn.solvers.verify import polytopes
from gtlearn.solvers.verify.bimatrix import Bimatrix
from gtlearn.solvers.verify.extreme import extreme_equilibria, partnered
from gtlearn.solvers.verify.proof import replayed

SMALL = {
    "chicken": load("chicken"),
    "rock-paper-scissors": load("rock_paper_scissors"),
    "von Stengel": load("von_stengel"),
    "all payoffs equal": normal_form([[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]),
    "ties": families.degenerate(4, 4, seed=2),
    "duplicates": families.degenerate(4, 3, kind="duplicate", seed=1),
    "random": families.uniform(4, 5, seed=3),
}
BY_PROOF = "that these are all (complete), by the proof that is given"


def solved(game):
    solution = solvers.solve(game, find="all")
    return solution, json.loads(json.dumps(solvers.proof_of(solution)))


def of_log(game, log):
    """The extreme equilibria that follow from a log."""
    return set(partnered(Bimatrix.of(game), *replayed(game, log)))


@pytest.mark.parametrize("game", SMALL.values(), ids=SMALL)
def test_a_log_proves_the_list_and_refutes_every_shorter_one(game):
    solution, log = solved(game)
    report = verified(solution, game, proof=log)
    assert report.holds and BY_PROOF in report.proven
    claim = solution.to_json()
    for name in ("components", "component_indices", "subsets"):
        del claim[name]
    for k in range(len(solution)):
        shorter = {**claim, "solutions": claim["solutions"][:k] + claim["solutions"][k + 1 :]}
        report = verified(shorter, game, proof=log)
        assert report.false and BY_PROOF not in report.proven


@pytest.mark.parametrize("game", SMALL.values(), ids=SMALL)
def test_a_log_that_lacks_a_basis_or_has_another_one_proves_nothing(game):
    solution, log = solved(game)
    bases = log["bases"]
    for k in range(len(bases)):
        for damaged in (bases[:k] + bases[k + 1 :], [*bases, bases[k]]):
            report = verified(solution, game, proof={**log, "bases": damaged})
            assert report.false and BY_PROOF not in report.proven
    size, labels = int(bases[0], 16).bit_count(), sum(game.shape)
    for mask in range(1 << labels):
        if mask.bit_count() == size and f"{mask:x}" not in bases:
            with pytest.raises(InputError, match=r"no vertex|determines no point"):
                of_log(game, {**log, "bases": [*bases, f"{mask:x}"]})


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_logs_of_degenerate_games_against_another_enumeration(data):
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    entries = st.lists(st.integers(0, 2), min_size=shape[1], max_size=shape[1])
    rows, columns = (
        data.draw(st.lists(entries, min_size=shape[0], max_size=shape[0])) for _ in range(2)
    )
    game = normal_form(rows, columns)
    assert of_log(game, solved(game)[1]) == extreme_equilibria(Bimatrix.of(game))


def test_a_changed_log_never_proves_another_list():
    """A changed perturbation or shift may serve as well; no log proves what is false."""
    chance = random.Random(5)
    for game in SMALL.values():
        _, log = solved(game)
        true = extreme_equilibria(Bimatrix.of(game))
        for _ in range(60):
            changed = mutated(json.loads(json.dumps(log)), chance)
            try:
                assert of_log(game, changed) == true
            except InputError:
                continue
            assert changed["bases"] == log["bases"]


def mutated(log, chance):
    """The log with one change."""
    part = chance.choice(["player", "shift", "perturbation", "bases"])
    if part == "player":
        log[part] = chance.choice([1 - log[part], 2, -1, "0", None])
    elif part == "shift":
        log[part] = chance.choice(["0", "-1", "1/3", "7", "1e3", "x", 0.5, None])
    elif part == "perturbation":
        vector = log[part][0]
        vector[chance.randrange(len(vector))] = chance.choice([0, 1, -5, 10**9, 0.5, "1"])
    else:
        bases, k = log[part], chance.randrange(len(log[part]))
        changed = f"{int(bases[k], 16) ^ 1 << chance.randrange(12):x}"
        bases[k] = chance.choice([changed, bases[k - 1], f"0{bases[k]}", "-1", 3, None])
    return log


def test_a_log_of_another_game_is_refused():
    solution, _ = solved("chicken")
    _, other = solved("battle_of_the_sexes")
    report = verified(solution, "chicken", proof=other)
    assert report.false == (
        "the proof is of another game: its fingerprint is not that of this one",
    )
    one, two = families.uniform(4, 4, seed=1), families.uniform(4, 4, seed=2)
    claim, other = solved(one)[0], solved(two)[1]
    other["game"]["fingerprint"] = one.fingerprint
    assert verified(claim, one, proof=other).false
    for log in ([], {}, {**other, "schema": "gtlearn/solution/1"}, {**other, "game": None}):
        assert "proof" in verified(solution, "chicken", proof=log).false[0]


def test_a_game_that_verify_does_not_enumerate_itself(monkeypatch):
    """Such are random games of 14 x 14; to be quick this takes a smaller one, and less patience."""
    monkeypatch.setattr(polytopes, "MAX_RAYS", 100)
    game = families.uniform(8, 8, seed=1)
    solution, log = solved(game)
    assert "too large" in verified(solution, game).on_trust[0]
    report = verified(solution, game, proof=log)
    assert report.holds and BY_PROOF in report.proven


def test_players_with_one_action_stand_beside_the_two():
    game = normal_form([[[1, 0]], [[0, 1]]], [[[5, 5]], [[5, 5]]], [[[0, 1]], [[0, 1]]])
    assert game.shape == (2, 1, 2)
    solution, log = solved(game)
    assert log["player"] in (0, 2) and verified(solution, game, proof=log).holds
    assert verified(solution, game, proof={**log, "player": 1}).false


@pytest.mark.parametrize("game", SMALL.values(), ids=SMALL)
def test_bases_from_rational_pivots(game, monkeypatch):
    """Where floats settle nothing the right-hand side is perturbed to 1 + (t, t^2, ...)."""
    monkeypatch.setattr(polytope, "PERTURBATIONS", ())
    solution, log = solved(game)
    assert len(log["perturbation"]) == len(log["perturbation"][0])
    assert verified(solution, game, proof=log).holds
    for k in range(len(log["bases"])):
        damaged = {**log, "bases": log["bases"][:k] + log["bases"][k + 1 :]}
        assert verified(solution, game, proof=damaged).false


def test_payoffs_of_many_digits():
    rows = [[10**30, 10**30 + 1, 10**30], [10**30, 10**30, 10**30 + 1]]
    game = normal_form(rows, [[1, 10**40, 1], [10**40, 1, 1]])
    solution, log = solved(game)
    assert verified(solution, game, proof=log).holds


def test_what_has_no_log():
    for solution in (
        solvers.solve("chicken"),
        solvers.solve("chicken", concept="correlated"),
        solvers.solve("gtlearn_iterated(stage=chicken,horizon=2)", find="one"),
    ):
        with pytest.raises(InputError, match="only for all Nash equilibria"):
            solvers.proof_of(solution)
    _, log = solved("chicken")
    for claim in (solvers.solve("chicken"), solvers.dominance("chicken")):
        with pytest.raises(InputError, match="which alone it can prove"):
            verified(claim, "chicken", proof=log)
