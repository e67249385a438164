"""verify.solution on iterated and Markov games: it accepts what holds and names what does not."""

import copy
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers import verify
from gtlearn.solvers.outcomes import Certificate, committed

HALF = Fraction(1, 2)


def solved(stage="prisoners_dilemma", concept="stackelberg", horizon=4, **options):
    return solvers.solve(games.iterated(stage, horizon=horizon), concept, **options)


SOLUTIONS = [
    {"policy": "deterministic"},
    {"policy": "deterministic", "follower": "stationary", "leader": 1},
    {"policy": "stochastic"},
    {"policy": "stochastic", "follower": "stationary", "leader": 1, "stage": "chicken"},
    {"policy": "stochastic", "ties": "weak"},
    {"concept": "nash"},
    {"concept": "nash", "stage": "battle"},
]


@pytest.mark.parametrize("options", SOLUTIONS)
def test_what_the_solvers_find_holds_also_as_json(options):
    found = solved(**options)
    assert len(found)
    assert verify.solution(found.game, found).false == ()
    assert verify.solution(found.game, json.loads(json.dumps(found.to_json()))).false == ()


def test_an_equilibrium_without_a_horizon_holds():
    found = solvers.solve(games.iterated("chicken", discount="1/2"), find="all")
    assert len(found) > 1
    assert verify.solution(found.game, found).false == ()


def damaged(solution, **changes):
    if "commitment" in changes:
        changes["strategies"] = committed(changes.pop("commitment"), solution[0].leader)
    return replace(solution, solutions=(replace(solution[0], **changes),))


def with_evidence(solution, **changes):
    certificate = solution[0].certificate
    evidence = {**certificate.evidence, **changes}
    return damaged(solution, certificate=Certificate(certificate.kind, "rational", True, evidence))


def test_a_damaged_commitment_is_found_out():
    found = solved(policy="stochastic")
    best = found[0]
    flipped = (1 - best.response[0], *best.response[1:])
    exploited = tuple((Fraction(1), Fraction(0)) for _ in best.commitment)
    folk = best.certificate.evidence["folk"]
    for claim, said in [
        (damaged(found, payoffs=(best.payoffs[0] + 1, best.payoffs[1])), "payoff of 'Row'"),
        (damaged(found, response=flipped), "payoff of 'Row'"),
        (damaged(found, response=best.response[:-1]), "rows"),
        (damaged(found, response=(7, *best.response[1:])), "none of the 2"),
        (damaged(found, commitment=exploited), "payoff"),
        (damaged(found, commitment=best.commitment[1:]), "rows"),
        (damaged(found, commitment=((HALF, 0), *best.commitment[1:])), "sum to one"),
        (damaged(found, commitment=((2, -1), *best.commitment[1:])), "probabilities"),
        (with_evidence(found, upper_bound=best.value - 1), "exceeds the upper bound"),
        (damaged(found, follower="omniscient"), "not known"),
        (damaged(found, leader=2), "leader"),
        (damaged(found, policy="deterministic"), "not deterministic"),
        (with_evidence(found, bound="hope"), "nothing proves"),
        (with_evidence(found, bound="folk", folk={**folk, "minmax": 3}), "proof"),
        (with_evidence(found, bound="folk", folk={**folk, "multiplier": -1}), "proof"),
        (with_evidence(found, bound="folk", folk={**folk, "securing": (2, -1)}), "proof"),
        (with_evidence(found, folk=3), "the minmax value"),
        (with_evidence(found, unlimited_memory=()), "proof"),
        (with_evidence(found, unlimited_memory=({"steps": 1},)), "a weight"),
    ]:
        statements = verify.solution(found.game, claim).false
        assert statements and said in statements[0], (said, statements)


def test_a_lower_bound_than_the_proof_gives_is_found_out():
    """In the dilemma over ten steps the folk bound 7/2 is not attained by an optimal follower."""
    found = solved(policy="stochastic", horizon=10)
    assert found[0].value == Fraction(67, 20) < found.bounds["folk"]
    claim = with_evidence(found, bound="folk")
    assert "proof" in verify.solution(found.game, claim).false[0]


def test_the_weak_response_is_not_the_strong_one():
    """In chicken's stage game, D against an opponent who is indifferent: ties matter."""
    game = games.iterated("3,1 0,1; 2,0 1,2", horizon=1)
    strong = solvers.solve(game, "stackelberg", policy="deterministic", ties="strong")
    assert strong[0].value == 3
    claim = damaged(replace(strong), ties="weak")
    assert "with weak ties" in verify.solution(game, claim).false[0]


def test_a_deterministic_table_that_is_not_best_is_found_out():
    found = solved(policy="deterministic")
    cooperation = tuple((Fraction(1), Fraction(0)) for _ in range(5))
    defection = tuple([1] * 5)
    claim = damaged(
        found,
        commitment=cooperation,
        response=defection,
        payoffs=(Fraction(1), Fraction(4)),
        certificate=Certificate(
            "stackelberg", "rational", True, {"bound": "enumeration", "upper_bound": Fraction(1)}
        ),
    )
    assert "more than the upper bound 1" in verify.solution(found.game, claim).false[0]


def test_a_limit_needs_a_direction_in_which_it_is_approached():
    found = solved(policy="stochastic", ties="weak")
    assert not found[0].attained
    direction = found[0].certificate.evidence["direction"]
    backwards = tuple(tuple(-d for d in row) for row in direction)
    still = tuple(tuple(Fraction(0) for _ in row) for row in direction)
    for claim, said in [
        (damaged(found, attained=True), "with weak ties"),
        (damaged(found, ties="strong"), "weak ties only"),
        (damaged(found, attained=None), "no truth value"),
        (with_evidence(found, direction=backwards), "do not come near"),
        (with_evidence(found, direction=still), "do not come near"),
        (with_evidence(found, direction=()), "no table"),
    ]:
        statements = verify.solution(found.game, claim).false
        assert statements and said in statements[0], (said, statements)


def test_a_deterministic_commitment_attains_its_value():
    stage = games.normal_form([[4, 0], [1, 0]], [[1, 1], [1, 0]])  # 4 is near the first row, or 0
    game = games.iterated(stage, horizon=1)
    found = solvers.solve(game, "stackelberg", policy="deterministic", ties="weak")
    assert found[0].value == 1 and found[0].attained
    first, towards = ((Fraction(1), Fraction(0)),) * 5, ((Fraction(-1), Fraction(1)),) * 5
    higher = with_evidence(found, upper_bound=Fraction(4), direction=towards)
    lie = damaged(
        replace(higher, complete=False, robustness=(), proofs={}),
        commitment=first,
        response=(0,) * 5,
        payoffs=(Fraction(4), Fraction(1)),
        attained=False,
    )
    assert "deterministic table attains" in verify.solution(game, lie).false[0]


def test_a_limit_is_found_out_however_small_the_payoffs():
    tiny = Fraction(1, 10**12)  # Conitzer & Sandholm (2006), with the first column turned over
    leader, follower = [[tiny, 4 * tiny], [2 * tiny, 3 * tiny]], [[tiny, 0], [0, tiny]]
    game = games.iterated(games.normal_form(leader, follower), horizon=1)
    found = solvers.solve(game, "stackelberg", policy="stochastic", ties="weak")
    assert found[0].value == Fraction(7, 2) * tiny and not found[0].attained
    assert verify.solution(game, found).false == ()
    direction = found[0].certificate.evidence["direction"]
    back = tuple(tuple(-d for d in row) for row in direction)
    assert (
        "do not come near" in verify.solution(game, with_evidence(found, direction=back)).false[0]
    )


def test_a_damaged_equilibrium_is_found_out():
    found = solved(concept="nash")
    first = found[0]
    nice = tuple((Fraction(1), Fraction(0)) for _ in first.strategies[0])
    for claim, said in [
        (damaged(found, payoffs=(Fraction(3), Fraction(3))), "payoff of 'Row'"),
        (damaged(found, strategies=(nice, nice), payoffs=(Fraction(3), Fraction(3))), "regret of"),
        (damaged(found, strategies=first.strategies[:1]), "not one table for each"),
        (damaged(found, timed=not first.timed), "rows"),
        (with_evidence(found, regrets=(0,)), "regret of each player"),
        (damaged(found, certificate=replace(first.certificate, kind="stackelberg")), "kind"),
    ]:
        statements = verify.solution(found.game, claim).false
        assert statements and said in statements[0], (said, statements)


def test_a_false_claim_of_subgame_perfection_is_found_out():
    from gtlearn.solvers._markov.certified import measured
    from gtlearn.solvers.solution import Solution

    game = games.iterated("prisoners_dilemma", discount="9/10")
    tables = [[[1, 0], [1, 0], [0, 1], [1, 0], [0, 1]], [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]]
    exact = [tuple(tuple(Fraction(p) for p in row) for row in table) for table in tables]
    outcome = measured(game.markov, exact)
    found = Solution(game, "nash", "by hand", (outcome,))
    assert verify.solution(game, found).false == ()
    claim = with_evidence(found, subgame_perfect=True)
    assert "need not be reached" in verify.solution(game, claim).false[0]


def test_false_bounds_on_a_value_are_found_out():
    found = solvers.solve(games.iterated("matching_pennies", discount="1/2"))
    assert verify.solution(found.game, found).false == ()
    assert found[0].certificate.evidence["lower"] == found[0].certificate.evidence["upper"] == 0
    claim = with_evidence(found, lower=Fraction(1, 100))
    assert (
        "do not prove that the value lies in [1/100, 0]"
        in verify.solution(found.game, claim).false[0]
    )
    dilemma = solved(concept="nash")
    claim = with_evidence(dilemma, lower=Fraction(-9), upper=Fraction(9))
    assert "do not prove" in verify.solution(dilemma.game, claim).false[0]


def test_solutions_and_games_of_different_kinds_are_not_mixed_up():
    found = solved(concept="nash")
    stage = games.load("prisoners_dilemma")
    with pytest.raises(InputError, match="another kind of game"):
        verify.solution(stage, found)
    with pytest.raises(InputError, match="another kind of game"):
        verify.solution(found.game, solvers.solve(stage))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "other"}, "schema"),
        ({"concept": "evolution"}, "none of"),
        ({"solutions": 3}, "list is needed"),
        ({"follower": "third"}, "none of"),
        ({"bounds": []}, "dict is needed"),
        ({"robustness": [["1", "2", "3"]]}, "no pair"),
    ],
)
def test_json_of_the_wrong_form_is_refused_in_a_sentence(change, said):
    found = solved(policy="deterministic")
    with pytest.raises(InputError, match=said):
        verify.solution(found.game, {**found.to_json(), **change})


@pytest.mark.parametrize(
    ("concept", "change"),
    [
        ("nash", {"components": [[0]]}),
        ("stackelberg", {"component_indices": [1]}),
        ("stackelberg", {"subsets": [{"rows": [], "columns": [], "members": []}]}),
        ("nash", {"follower": "optimal"}),
        ("nash", {"bounds": {"folk": "1"}}),
    ],
)
def test_parts_that_other_solutions_have_are_false(concept, change):
    found = solved(concept=concept, horizon=2)
    [false] = verify.solution(found.game, {**found.to_json(), **change}).false
    assert f"{next(iter(change))} are stated, which only" in false


def test_a_proof_that_is_not_known_is_on_trust():
    found = solved(policy="deterministic", horizon=2)
    data = found.to_json()
    report = verify.solution(found.game, {**data, "proofs": {**data["proofs"], "oracle": "yes"}})
    assert report.false == () and "'oracle'" in report.on_trust[0]


@pytest.mark.parametrize("key", ["commitment", "response", "payoffs", "attained", "certificate"])
def test_json_that_lacks_a_part_is_refused(key):
    found = solved(policy="deterministic")
    data = found.to_json()
    del data["solutions"][0][key]
    with pytest.raises(InputError):
        verify.solution(found.game, data)


def leaves(value, path=()):
    """The paths of the parts that hold no others."""
    if not isinstance(value, dict | list):
        yield path
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(part, (*path, key))


@pytest.mark.parametrize("options", SOLUTIONS)
def test_numbers_longer_than_python_prints(options):
    found = solved(**options, horizon=2)
    data = found.to_json()
    for path in leaves(data):
        for long in ("9" * 5000, 10**5000):
            changed = copy.deepcopy(data)
            part = changed
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = long
            try:
                verify.solution(found.game, changed)
            except InputError as error:
                assert "\n" not in str(error)


@pytest.mark.parametrize("policy", ["deterministic", "stochastic"])
def test_a_response_that_takes_too_long_to_find_is_on_trust(policy, monkeypatch):
    found = solved(policy=policy, follower="stationary", horizon=6)
    monkeypatch.setattr(verify.markov_values, "MAX_NODES", 1)
    report = verify.solution(found.game, found)
    assert report.false == ()
    assert any("no stationary response is better: the best" in part for part in report.on_trust)
    with pytest.raises(InputError, match="'optimal'"):
        solved(policy=policy, follower="stationary", horizon=6)


def test_what_is_no_json_object_is_refused():
    with pytest.raises(InputError, match="no JSON object"):
        verify.solution(games.iterated("chicken", horizon=2), 3)
