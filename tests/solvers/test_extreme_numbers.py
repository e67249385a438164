"""Exact numbers beyond doubles and machine integers, in every concept: answers that verify."""

import json
import math
import os
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, IteratedGame
from gtlearn.games.numbers import nearest_double
from gtlearn.games.testing import (
    bimatrix_games,
    check_game,
    iterated_games,
    markov_games,
    normal_form_games,
)
from gtlearn.solvers import check, dominance, evaluate_floats, solve, verify
from gtlearn.solvers._markov.commitment.deterministic import best_deterministic
from gtlearn.solvers._markov.commitment.view import Candidate, Reduction

NIGHTLY = os.environ.get("GTLEARN_NIGHTLY") == "1"


def examples(count):
    """So many, or with GTLEARN_NIGHTLY=1 fifty times as many."""
    return settings(
        max_examples=count * (50 if NIGHTLY else 1), suppress_health_check=list(HealthCheck)
    )


LARGE = [10**400, 10**19, 2**53, 2**53 + 1, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 2**64, 2**1024]
SMALL = [Fraction(1, n) for n in LARGE] + [Fraction(1, 2**1074), Fraction(2, 3)]
SIZES = st.sampled_from([0, 0, 1, 1, 2, *LARGE, *SMALL])
ALONE = st.tuples(SIZES, st.sampled_from([1, -1])).map(lambda pair: Fraction(pair[0]) * pair[1])
NEAR = st.tuples(ALONE, ALONE).map(sum)  # such as 1 + 1/10**400
EXTREME = st.one_of(ALONE, NEAR)
NEXT_TO_ONE = st.sampled_from([1 - Fraction(1, 10**k) for k in (3, 6, 9, 10, 12, 16, 17, 30, 400)])
DISCOUNTS = st.one_of(NEXT_TO_ONE, st.sampled_from([Fraction(0), Fraction(1, 10**400)]))

NASH = [
    {},
    {"find": "all"},
    {"find": "all", "method": "lemke-howson"},
    *({"method": name} for name in ("pure", "zero-sum", "small-supports", "lemke-howson")),
    *({"select": name} for name in ("welfare", "fairness", "entropy")),
    {"arithmetic": "float"},
]
STACKELBERG = [
    {"leader": leader, "ties": ties, "commitment": kind, "arithmetic": arithmetic}
    for leader, ties, kind, arithmetic in product(
        (0, 1), ("strong", "weak"), ("mixed", "pure", "correlated"), ("exact", "float")
    )
]
CORRELATED = [
    {"objective": objective, "arithmetic": arithmetic}
    for objective, arithmetic in product(
        (None, "welfare", "fairness", "player:1", "gini"), ("exact", "float")
    )
]
BIMATRIX = [
    *(("nash", options) for options in NASH),
    *(("stackelberg", options) for options in STACKELBERG),
]
ANY = [(name, options) for name in ("correlated", "coarse-correlated") for options in CORRELATED]
STEPS = [
    ("nash", {}),
    ("nash", {"find": "all"}),
    ("nash", {"select": "welfare"}),
    *(
        ("stackelberg", {"follower": follower, "policy": policy, "ties": ties})
        for follower, policy, ties in product(
            ("optimal", "stationary"), ("deterministic", "stochastic"), ("strong", "weak")
        )
    ),
]


def false(game, data):
    """What the verification of a solution's JSON names false."""
    report = verify.solution(game, data)
    return getattr(report, "false", report)


def solved(game, concept, options):
    """A solution that verifies, prints, and survives its own JSON; None for a refusal."""
    try:
        solution = solve(game, concept, **options)
    except InputError as error:
        assert "\n" not in str(error)
        return None
    data = json.loads(json.dumps(solution.to_json()))
    if solution.arithmetic == "rational":
        assert false(game, data) == ()
    assert str(solution)
    assert solution.to_csv()
    assert solution.to_latex()
    return solution, data


def checked(game, concept, data):
    """The answer of `check` for the first solution; None for a refusal."""
    try:
        report = check(data, game, concept)
    except InputError as error:
        assert "\n" not in str(error)
        return None
    assert str(report)
    assert json.dumps(report.to_json())
    return report


class TestInOneShot:
    @given(bimatrix_games(max_rows=3, max_columns=3, payoffs=EXTREME), st.sampled_from(BIMATRIX))
    @examples(120)
    def test_two_players(self, game, call):
        concept, options = call
        found = solved(game, concept, options)
        if found is not None and concept == "nash" and len(found[0]):
            exact = found[0].arithmetic == "rational"
            assert checked(game, concept, found[1]).holds or not exact

    @given(bimatrix_games(max_rows=3, zero_sum=True, payoffs=EXTREME), st.sampled_from(NASH))
    @examples(30)
    def test_zero_sum(self, game, options):
        beyond = "arithmetic" in options and any(
            math.isinf(nearest_double(p)) for p in game.payoffs[0].fractions().flat
        )
        assert solved(game, "nash", options) is not None or "select" in options or beyond

    @given(
        normal_form_games(max_actions=2, payoffs=EXTREME),
        st.sampled_from(ANY),
    )
    @examples(60)
    def test_correlated(self, game, call):
        concept, options = call
        found = solved(game, concept, options)
        if found is not None:
            exact = found[0].arithmetic == "rational"
            assert checked(game, concept, found[1]).holds or not exact

    @given(normal_form_games(max_actions=3, payoffs=EXTREME), st.sampled_from(["strict", "weak"]))
    @examples(20)
    def test_dominance(self, game, kind):
        assert dominance(game, kind).complete

    @given(
        st.lists(
            bimatrix_games(max_rows=2, max_columns=2, payoffs=EXTREME), min_size=1, max_size=2
        ).filter(lambda stages: len({stage.shape[0] for stage in stages}) == 1),
        st.sampled_from([{}, {"method": "dobss"}, {"commitment": "pure"}, {"arithmetic": "float"}]),
    )
    @examples(20)
    def test_types(self, stages, options):
        types = tuple("ab"[: len(stages)])
        prior = (Fraction(1, 10**30), 1 - Fraction(1, 10**30)) if len(stages) > 1 else (1,)
        solved(
            BayesianGame("types", types, tuple(map(Fraction, prior)), tuple(stages)),
            "stackelberg",
            options,
        )

    @given(normal_form_games(payoffs=EXTREME))
    @examples(20)
    def test_openspiel_holds_it_or_it_is_refused(self, game):
        try:
            check_game(game)
        except InputError as error:
            assert "too large for a float" in str(error)


class TestInSteps:
    @given(
        markov_games(max_states=2, max_actions=2, payoffs=EXTREME),
        st.sampled_from(STEPS),
    )
    @examples(25)
    def test_markov_games(self, game, call):
        concept, options = call
        found = solved(game, concept, {**options, "time_limit": 0.5})
        if found is not None and len(found[0]):
            checked(game, concept, found[1])

    @given(
        iterated_games(max_horizon=3, stages=bimatrix_games(max_rows=2, max_columns=2)),
        st.one_of(st.none(), DISCOUNTS),
        st.sampled_from(STEPS),
    )
    @examples(25)
    def test_iterated_games(self, game, discount, call):
        concept, options = call
        if discount is not None:
            game = IteratedGame(game.stage, game.horizon, discount, game.memory)
        found = solved(game, concept, {**options, "time_limit": 0.5})
        if found is not None and len(found[0]):
            checked(game, concept, found[1])

    @given(
        iterated_games(max_horizon=3, stages=bimatrix_games(max_rows=2, payoffs=EXTREME)), DISCOUNTS
    )
    @examples(20)
    def test_openspiel_holds_it_or_it_is_refused(self, game, discount):
        try:
            check_game(IteratedGame(game.stage, game.horizon, discount, game.memory))
        except InputError as error:
            assert "\n" not in str(error)


def test_a_largest_payoff_of_zero_beside_a_tiny_one():
    found = solve("1e-19,0", concept="correlated")
    assert found[0].value == Fraction(1, 10**19)


def test_an_entropy_of_probabilities_that_underflow():
    found = solve("1,0 0,1; 0,1 1e-400,0", select="entropy")
    assert found[0].strategies[0] == (Fraction(1, 2), Fraction(1, 2))
    assert found[0].strategies[1][0] == Fraction(1, 10**400 + 1)


def test_floats_that_hide_a_tie_are_no_error_of_ours():
    game = "0,0 0,1e19; 1e19,1 0,0; 0,0 0,0"
    assert solve(game, concept="stackelberg", ties="weak")[0].attained
    with pytest.raises(InputError, match="differ too much in size for floats"):
        solve(game, concept="stackelberg", ties="weak", arithmetic="float")


def test_one_player_beyond_64_bits_and_one_within():
    game = games.load("1,1 1,0; 5,-9223372036854775808 5,-3e400; 1,-2 2,9e18")
    fair = solve(game, concept="correlated", objective="fairness")
    assert false(game, fair.to_json()) == ()


class TestPatience:
    """Discounts so near one that doubles lose what the follower prefers."""

    STAGE = "2,3 3,1; 3,3 2,0"

    @pytest.mark.parametrize("digits", [3, 6, 8, 10, 12, 16, 17, 400])
    @pytest.mark.parametrize("ties", ["strong", "weak"])
    def test_the_best_deterministic_table(self, digits, ties):
        game = games.iterated(self.STAGE, discount=1 - Fraction(1, 10**digits))
        view = Reduction.of(game.markov, 0, "optimal").view
        plays = product(*([(1, 0), (0, 1)] for _ in game.states))
        values = [Candidate.of(view, _exact(table), ties).value for table in plays]
        found = best_deterministic(view, ties)
        assert found.best[0].value == max(values)
        assert found.upper_bound == max(values)

    def test_floats_refuse(self):
        game = games.iterated(self.STAGE, discount=1 - Fraction(1, 10**17))
        with pytest.raises(InputError, match="too near for floats"):
            evaluate_floats(game, [[[0.5, 0.5]] * 5] * 2)


def _exact(table):
    return tuple(tuple(map(Fraction, row)) for row in table)
