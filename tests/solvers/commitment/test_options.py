"""Options, their errors, time limits, progress and float results."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, normal_form
from gtlearn.solvers._commitment import stackelberg
from gtlearn.solvers.verify.commitment import commitment, commitment_values

EXAMPLE = games.load("2,1 4,0; 1,0 3,1")
TWO_TYPES = BayesianGame(
    "types", ("a", "b"), (Fraction(1, 2), Fraction(1, 2)), (EXAMPLE, games.load("0,1 3,0; 1,2 1,5"))
)


def random_game(size, high=10**6, seed=0):
    rng = np.random.default_rng(seed)
    return normal_form(*rng.integers(0, high, (2, size, size)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ties": "soft"}, "unknown ties 'soft'; use 'strong' or 'weak'"),
        ({"commitment": "public"}, "unknown commitment 'public'"),
        ({"arithmetic": "double"}, "unknown arithmetic 'double'"),
        ({"leader": 2}, "leader 2 is no player"),
        ({"leader": True}, "leader True is no player"),
        ({"leader": "Row"}, "leader 'Row' is no player"),
        ({"method": "dobss"}, "unknown method 'dobss' for a mixed commitment"),
        ({"commitment": "correlated", "ties": "weak"}, "use ties 'strong'"),
        ({"time_limit": -1}, "positive number of seconds"),
        ({"time_limit": float("nan")}, "positive number of seconds"),
    ],
)
def test_bad_options(options, words):
    with pytest.raises(InputError) as caught:
        stackelberg(EXAMPLE, **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ties": "weak"}, "not supported for Bayesian games"),
        ({"commitment": "correlated"}, "not supported for Bayesian games"),
        ({"leader": 1}, "only player 0 can lead"),
        ({"method": "multiple-lps"}, "use 'dobss' or 'harsanyi'"),
    ],
)
def test_bad_options_for_bayesian_games(options, words):
    with pytest.raises(InputError) as caught:
        stackelberg(TWO_TYPES, **options)
    assert words in str(caught.value)


def test_three_players():
    game = normal_form(*np.zeros((3, 2, 2, 2), dtype=int))
    with pytest.raises(InputError, match="3 players; a Stackelberg commitment needs exactly two"):
        stackelberg(game)
    with pytest.raises(InputError, match="3 players"):
        commitment_values(game, 0, [1, 0])


def test_a_commitment_of_the_wrong_length():
    with pytest.raises(InputError, match="3 probabilities, but the leader has 2 actions"):
        commitment_values(EXAMPLE, 0, [1, 0, 0])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ties": "weak"},
        {"commitment": "correlated"},
        {"commitment": "pure"},
        {"commitment": "pure", "ties": "weak"},
    ],
)
@pytest.mark.parametrize("limit", [1e-9, 1e-3])
def test_no_time_still_gives_a_commitment_that_holds(options, limit):
    table = np.arange(900).reshape(30, 30)
    for game in (random_game(60), normal_form(table, -table)):
        solution = stackelberg(game, time_limit=limit, **options)
        outcome = solution[0]
        assert commitment(game, outcome) == ()
        bound = outcome.certificate.evidence["upper_bound"]
        assert outcome.payoffs[0] <= bound
        assert outcome.gap == bound - outcome.payoffs[0]
        assert solution.status == ("ok" if outcome.gap == 0 else "time_limit")
        assert outcome.gap == 0 or any("time limit" in note for note in solution.notes)


@pytest.mark.parametrize("method", ["harsanyi", "dobss"])
def test_no_time_for_a_bayesian_game(method):
    rng = np.random.default_rng(0)
    members = tuple(normal_form(*rng.integers(0, 100, (2, 8, 8))) for _ in range(9))
    game = BayesianGame("b", tuple("abcdefghi"), (Fraction(1, 9),) * 9, members)
    for limit in (1e-9, 0.05):
        solution = stackelberg(game, method=method, time_limit=limit)
        assert commitment(game, solution[0]) == ()
        assert solution.status == "time_limit"
        assert solution[0].payoffs[0] < solution[0].certificate.evidence["upper_bound"]


def test_progress_is_told():
    told = []
    stackelberg(random_game(40), progress=lambda done, text: told.append((done, text)))
    assert told
    assert all(done is None or 0 <= done <= 1 for done, _ in told)


@pytest.mark.parametrize("options", [{}, {"ties": "weak"}, {"commitment": "correlated"}])
def test_floats_are_never_called_exact(options):
    game = random_game(12)
    exact = stackelberg(game, **options)
    rough = stackelberg(game, arithmetic="float", **options)
    assert rough.arithmetic == rough[0].certificate.arithmetic == "float"
    assert isinstance(rough[0].payoffs[0], float)
    assert rough[0].payoffs[0] == pytest.approx(float(exact[0].payoffs[0]))
    assert 0 <= rough[0].certificate.evidence["violation"] < 1e-6
    assert commitment(game, rough[0]) == ()


@pytest.mark.parametrize("method", ["harsanyi", "dobss"])
def test_bayesian_floats(method):
    rough = stackelberg(TWO_TYPES, arithmetic="float", method=method)
    assert rough[0].payoffs[0] == pytest.approx(float(stackelberg(TWO_TYPES)[0].payoffs[0]))
    assert rough[0].certificate.arithmetic == "float"


def test_payoffs_too_large_for_floats():
    game = normal_form([[10**400, 0], [0, 1]], [[1, 0], [0, 1]])
    assert stackelberg(game)[0].payoffs[0] == 10**400
    with pytest.raises(InputError, match="too large for a float"):
        stackelberg(game, arithmetic="float")


def test_values_of_a_commitment():
    assert commitment_values(EXAMPLE, 0, [0.5, 0.5]) == ((0, 1), Fraction(7, 2), Fraction(3, 2))
    assert commitment_values(EXAMPLE, 0, [1, 0]) == ((0,), 2, 2)
    assert commitment_values(EXAMPLE, 1, [1, 0])[0] == (0,)


class TestFalseClaims:
    """The check refuses what is not so."""

    solution = stackelberg(EXAMPLE)
    outcome = solution[0]

    def refuses(self, game=EXAMPLE, **changes):
        return commitment(game, replace(self.outcome, **changes))

    def with_evidence(self, **changes):
        certificate = self.outcome.certificate
        return replace(certificate, evidence={**certificate.evidence, **changes})

    def test_holds_as_it_is(self):
        assert self.refuses() == ()

    def test_another_mix(self):
        strategies = ((Fraction(1, 3), Fraction(2, 3)), self.outcome.strategies[1])
        assert self.refuses(strategies=strategies)
        assert self.refuses(strategies=((1, 1), self.outcome.strategies[1]))
        assert self.refuses(strategies=((1,), self.outcome.strategies[1]))

    def test_another_response(self):
        assert self.refuses(response=0)
        assert self.refuses(response=7)
        assert self.refuses(response=0, strategies=(self.outcome.strategies[0], (1, 0)))

    def test_other_payoffs(self):
        assert self.refuses(payoffs=(4, Fraction(1, 2)))
        assert self.refuses(payoffs=(Fraction(7, 2), 1))

    def test_other_ties(self):
        assert self.refuses(ties="weak")
        assert self.refuses(attained=False)

    def test_too_low_a_bound(self):
        assert self.refuses(certificate=self.with_evidence(upper_bound=Fraction(3)))

    def test_no_proof_at_all(self):
        certificate = replace(self.outcome.certificate, evidence={})
        (failure,) = self.refuses(certificate=certificate)
        assert failure == "the certificate does not say upper_bound and multipliers"
        outcome = replace(stackelberg(TWO_TYPES)[0], certificate=certificate)
        assert commitment(TWO_TYPES, outcome)

    def test_improper_multipliers(self):
        rows = self.outcome.certificate.evidence["multipliers"]
        assert self.refuses(certificate=self.with_evidence(multipliers=rows[:1]))
        negative = tuple(replace(row, numerators=-row.numerators - 1) for row in rows)
        assert self.refuses(certificate=self.with_evidence(multipliers=negative))
        zero = tuple(replace(row, numerators=0 * row.numerators) for row in rows)
        assert self.refuses(certificate=self.with_evidence(multipliers=zero))

    def test_weak_claims(self):
        outcome = stackelberg(EXAMPLE, ties="weak")[0]
        evidence = outcome.certificate.evidence
        for changes in (
            {"chains": {}},
            {"interior": outcome.strategies[0]},
            {"flat": (0, 1)},
            {"upper_bound": Fraction(4)},
            {"weights": {1: {0: Fraction(1)}}},
        ):
            certificate = replace(outcome.certificate, evidence={**evidence, **changes})
            assert commitment(EXAMPLE, replace(outcome, certificate=certificate))
        assert commitment(EXAMPLE, replace(outcome, attained=True))

    def test_correlated_claims(self):
        outcome = stackelberg(EXAMPLE, commitment="correlated")[0]
        assert commitment(EXAMPLE, outcome) == ()
        for joint in ({(0, 1): Fraction(1)}, {(1, 1): Fraction(1, 2)}, {(0, 0): Fraction(1)}):
            assert commitment(EXAMPLE, replace(outcome, distribution=joint))

    def test_pure_claims(self):
        outcome = stackelberg(EXAMPLE, commitment="pure")[0]
        worse = replace(
            outcome, strategies=((1, 0), (1, 0)), response=0, payoffs=(Fraction(2), Fraction(1))
        )
        assert commitment(EXAMPLE, worse)

    def test_bayesian_claims(self):
        outcome = stackelberg(TWO_TYPES)[0]
        assert commitment(TWO_TYPES, outcome) == ()
        evidence = outcome.certificate.evidence
        for changes in (
            {"leaves": evidence["leaves"][1:]},
            {"upper_bound": outcome.payoffs[0] - 1},
        ):
            certificate = replace(outcome.certificate, evidence={**evidence, **changes})
            assert commitment(TWO_TYPES, replace(outcome, certificate=certificate))
        other = tuple(1 - r for r in outcome.response)
        assert commitment(TWO_TYPES, replace(outcome, response=other))
        assert commitment(TWO_TYPES, replace(outcome, payoffs=(9, *outcome.payoffs[1:])))
