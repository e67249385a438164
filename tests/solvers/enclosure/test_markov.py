"""Stationary equilibria in boxes: proven, printed, read back, and never believed without proof."""

import json
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gtlearn import games
from gtlearn.errors import InputError
from gtlearn.solvers import check, solve, verify
from gtlearn.solvers._enclosure.equilibria import NotEnclosed, enclosed
from gtlearn.solvers.enclosures import Enclosure, decimal_text
from gtlearn.solvers.evidence import EnclosureEvidence
from gtlearn.solvers.solution import read_solution


def opposed(seed, states, shape):
    """A random game in which what one player gains the others nearly lose, so that they mix."""
    generator = np.random.default_rng(seed)
    size = (states, *shape)
    payoffs = [generator.integers(0, 100, size).astype(object) for _ in shape[1:]]
    payoffs.append(-sum(payoffs) + generator.integers(0, 3, size))
    moves = generator.integers(0, 4, (*size, states)).astype(object)
    moves[..., 0] += 1
    total = moves.sum(axis=-1, keepdims=True)
    chances = np.vectorize(F, otypes=[object])(moves, total)
    return games.markov_game(payoffs, chances, discount="3/4")


GAMES = st.builds(
    opposed,
    st.integers(0, 2**32 - 1),
    st.integers(1, 3),
    st.sampled_from([(2, 2), (3, 2), (3, 3), (2, 2, 2), (3, 2, 2)]),
)


def cycle():
    """Two states; in the first, three players each want another bit than the next one's.

    There all play the second action with probability 2 - sqrt(2) (see test_mixed), and nobody
    plays the third, which loses one; in the second state one player has a choice that is plain.
    """
    payoffs = [np.zeros((2, 3, 3, 3), dtype=object) for _ in range(3)]
    for actions in np.ndindex(3, 3, 3):
        for k in range(3):
            bonus = F(1, 2) if actions == (1, 1, 1) else 0
            wanted = int(actions[k] != actions[(k + 1) % 3]) + bonus
            payoffs[k][(0, *actions)] = -1 if actions[k] == 2 else wanted
            payoffs[k][(1, *actions)] = -actions[k]
    moves = np.zeros((2, 3, 3, 3, 2), dtype=int)
    moves[0, ..., 1] = moves[1, ..., 0] = 1
    return games.markov_game(payoffs, moves, discount="1/2", name="cycle")


def midpoints(outcome):
    return [[[getattr(p, "mid", p) for p in row] for row in table] for table in outcome.strategies]


@pytest.fixture(scope="module")
def solution():
    return solve(cycle(), method="tracing")


def test_the_box_holds_the_closed_form(solution):
    (outcome,) = solution
    assert solution.arithmetic == outcome.certificate.arithmetic == "enclosure"
    for table in outcome.strategies:
        q = table[0][1]
        assert q.lower**2 - 4 * q.lower + 2 > 0 > q.upper**2 - 4 * q.upper + 2  # q = 2 - sqrt(2)
        assert table[0][2] == 0
        assert table[1] == (1, 0, 0)
    for value in outcome.payoffs:
        # q now, and the first state again in two steps, which is worth a quarter: v = 4 q / 3
        low, high = F(3, 4) * value.lower, F(3, 4) * value.upper
        assert low**2 - 4 * low + 2 > 0 > high**2 - 4 * high + 2
    assert not solution.notes


def test_everything_is_proven(solution):
    for claimed in (solution, solution.to_json(), json.loads(json.dumps(solution.to_json()))):
        report = verify.solution(cycle(), claimed)
        assert (report.false, report.on_trust) == ((), ())
    assert "solution 0: that exactly one equilibrium on these supports is in the box" in (
        report.proven
    )


def test_it_is_read_back_exactly(solution):
    again = read_solution(json.loads(json.dumps(solution.to_json())), cycle())
    assert again.to_json() == solution.to_json()
    assert again[0].strategies == solution[0].strategies
    assert isinstance(again[0].certificate.evidence, EnclosureEvidence)


def test_the_form_of_the_json(solution):
    data = solution.to_json()
    number = data["solutions"][0]["strategies"][0][0][1]
    assert set(number) == {"mid", "radius"}
    assert number["mid"].startswith("0.58578643762690495")
    assert number["radius"] == "1e-31"
    certificate = data["solutions"][0]["certificate"]
    assert certificate["regrets"] == ["0", "0", "0"]
    assert certificate["radius"] == "1e-31"
    assert certificate["verified"] is True


def test_check_proves_the_box_again(solution):
    for given_ in (solution, solution[0], solution.to_json(), json.dumps(solution.to_json())):
        report = check(given_, cycle())
        assert report.holds
        assert report.regrets == (0, 0, 0)
    assert report.to_json()["payoffs"] == solution.to_json()["solutions"][0]["payoffs"]


def test_midpoints_have_their_exact_regret(solution):
    middles = midpoints(solution[0])
    report = check(middles, cycle())
    assert not report.holds
    assert 0 < max(report.regrets) < F(1, 10**38)


def test_other_formats(solution):
    assert "0.58578643..." in str(solution)
    assert r"0.58578643\ldots" in solution.to_latex()
    assert "+-1e-31" in solution.to_csv()
    np.testing.assert_allclose(solution.to_numpy()[0][0, 1], 2 - 2**0.5, rtol=1e-15)
    with pytest.raises(InputError, match="may be irrational"):
        solution.to_fractions()
    policy = solution.to_openspiel()
    assert abs(policy.action_probability_array[0].sum() - 1) < 1e-15


def test_not_as_a_commitment():
    game = two_players()
    found = solve(game, method="tracing")
    with pytest.raises(InputError, match="the equilibrium is enclosed"):
        check(found, game, "stackelberg")


def two_players():
    """Matching pennies that goes on while both say the first word (test_shapley_1953)."""
    payoffs = [[[1, 0], [0, 1]], [[0, 0], [0, 0]]]
    moves = [[[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[[0, 1], [0, 1]], [[0, 1], [0, 1]]]]
    return games.markov_game(
        [payoffs, [[[-v for v in row] for row in state] for state in payoffs]],
        moves,
        discount="1/2",
    )


# --- what is false is never proven


def first(entry):
    return entry["solutions"][0]


def moved(entry):
    """By 100 radii, the midpoints still a profile."""
    row = first(entry)["strategies"][0][0]
    for number, sign in zip(row, (1, -1), strict=False):
        number["mid"] = decimal_text(F(number["mid"]) + sign * F(1, 10**29))


def shrunk(entry):
    for table in first(entry)["strategies"]:
        for number in table[0][:2]:
            number["radius"] = "1e-60"
    first(entry)["certificate"]["radius"] = "1e-60"


def without_preconditioner(entry):
    certificate = first(entry)["certificate"]
    certificate["preconditioner"] = [["0"] * len(row) for row in certificate["preconditioner"]]


def negated_preconditioner(entry):
    certificate = first(entry)["certificate"]
    certificate["preconditioner"] = [
        [str(-F(c)) for c in row] for row in certificate["preconditioner"]
    ]


def short_preconditioner(entry):
    first(entry)["certificate"]["preconditioner"].pop()


def other_payoff(entry):
    first(entry)["payoffs"][0]["mid"] = "0.78"


def other_value(entry):
    first(entry)["certificate"]["state_values"][1][0]["mid"] = "0.78"


def larger_slack(entry):
    certificate = first(entry)["certificate"]
    certificate["slack"] = str(F(certificate["slack"]) * F(101, 100))


def no_slack(entry):
    del first(entry)["certificate"]["slack"]


def negative_slack(entry):
    first(entry)["certificate"]["slack"] = "-1"


def other_radius(entry):
    first(entry)["certificate"]["radius"] = "1e-32"


def some_regret(entry):
    first(entry)["certificate"]["regrets"][2] = "1/1000"


def not_perfect(entry):
    first(entry)["certificate"]["subgame_perfect"] = False


def not_verified(entry):
    first(entry)["certificate"]["verified"] = False


def said_to_be_exact(entry):
    entry["arithmetic"] = first(entry)["certificate"]["arithmetic"] = "rational"


def exact_as_a_whole(entry):
    entry["arithmetic"] = "rational"


def floats_as_a_whole(entry):
    entry["arithmetic"] = "float"


def other_action(entry):
    """The third action in place of the second."""
    row = first(entry)["strategies"][0][0]
    row[1], row[2] = row[2], row[1]


def other_pure_action(entry):
    first(entry)["strategies"][2][1] = ["0", "1", "0"]


def said_to_be_timed(entry):
    first(entry)["timed"] = True


def not_a_distribution(entry):
    first(entry)["strategies"][0][0][0]["mid"] = "0.4"


def nowhere_positive(entry):
    for number, middle in zip(first(entry)["strategies"][0][0], ("0", "1"), strict=False):
        number["mid"] = middle


def too_wide(entry):
    """The root is inside, but the equations prove nothing so far away."""
    for table in first(entry)["strategies"]:
        for number in table[0][:2]:
            number["radius"] = "0.4"


MUTANTS = [
    *(moved, shrunk, without_preconditioner, negated_preconditioner, short_preconditioner),
    *(other_payoff, other_value, larger_slack, no_slack, negative_slack, other_radius),
    *(some_regret, not_perfect, not_verified, said_to_be_exact, exact_as_a_whole),
    *(floats_as_a_whole, other_action, other_pure_action, said_to_be_timed),
    *(not_a_distribution, nowhere_positive, too_wide),
]


@pytest.mark.parametrize("mutation", MUTANTS, ids=lambda mutation: mutation.__name__)
def test_every_false_change_is_named(solution, mutation):
    data = deepcopy(solution.to_json())
    mutation(data)
    assert data != solution.to_json()
    assert verify.solution(cycle(), data).false


@pytest.mark.parametrize(
    "mutation", [moved, shrunk, without_preconditioner, other_action, too_wide]
)
def test_check_does_not_hold_without_a_proof(solution, mutation):
    data = deepcopy(solution.to_json())
    mutation(data)
    report = check(data, cycle())
    assert not report.holds
    assert report.regrets is None
    assert "no equilibrium is proven to be in the box" in report.notes[-1]
    assert str(report)


def test_another_game_does_not_prove_it(solution):
    other = cycle()
    payoffs = [array.fractions() for array in other.payoffs]
    payoffs[0][0, 1, 1, 1] += F(1, 10**20)
    changed = games.markov_game(payoffs, other.transitions, discount="1/2", name="cycle")
    report = verify.solution(changed, solution)
    assert "solution 0: no equilibrium on these supports is in the box" in report.false


# --- random games


@settings(max_examples=40, deadline=None)
@given(GAMES)
def test_random_games(game):
    """A box is proven; what it holds earns the same in any mixture of what is played."""
    found = solve(game, method="tracing")
    assume(found.arithmetic == "enclosure")
    report = verify.solution(game, found.to_json())
    assert (report.false, report.on_trust) == ((), ())
    assert check(found, game).holds
    middles = midpoints(found[0])
    regrets = verify.table_regrets(game, middles)
    payoffs = verify.table_payoffs(game, middles)
    spread = max(
        (a.fractions()[game.legal_profiles].max() - a.fractions()[game.legal_profiles].min())
        for a in game.payoffs
    ) / (1 - game.discount)
    assert max(regrets) <= spread / 10**25  # the midpoints are that near
    for value, payoff in zip(found[0].payoffs, payoffs, strict=True):
        assert abs(value.mid - payoff) <= spread / 10**25


# --- where there is no box


def test_a_continuum_is_not_enclosed():
    """Nothing matters to the first player, so the second may mix in any way."""
    moves = np.ones((1, 2, 2, 1), dtype=int)
    game = games.markov_game([[[[1, 1], [1, 1]]], [[[1, 0], [0, 1]]]], moves, discount=0)
    half = [[[F(1, 2), F(1, 2)]]] * 2
    with pytest.raises(NotEnclosed, match="singular"):
        enclosed(game, half, [[1], [F(1, 2)]])


def test_actions_that_are_the_same_to_everybody_are_played_as_one():
    moves = np.ones((1, 2, 2, 1), dtype=int)
    game = games.markov_game([[[[1, 1], [1, 1]]]] * 2, moves, discount=0)
    outcome = enclosed(game, [[[F(1, 2), F(1, 2)]]] * 2, [[1], [1]])
    assert outcome.strategies == (((1, 0),),) * 2
    assert verify_outcome(game, outcome)


def test_a_copy_of_what_is_played_earns_as_much():
    """The second player's third action pays it what the second does, and the first player more."""
    row, column = [[[1, 0, 9], [0, 1, 9]]], [[[0, 1, 1], [1, 0, 0]]]
    game = games.markov_game([row, column], np.ones((1, 2, 3, 1), dtype=int), discount=0)
    tables = [[[F(1, 2), F(1, 2)]], [[F(1, 2), F(1, 2), F(0)]]]
    outcome = enclosed(game, tables, [[F(1, 2)], [F(1, 2)]])
    assert "slack" not in outcome.certificate.evidence
    assert verify_outcome(game, outcome)


def verify_outcome(game, outcome):
    """Whether all that is said of the equilibrium is proven."""
    found = solve(game, method="tracing")
    return verify.solution(game, replace(found, solutions=(outcome,), arithmetic="enclosure")).holds


def test_a_tie_off_the_support_is_not_enclosed():
    """Matching pennies with a third row that earns as much as the others against (1/2, 1/2)."""
    row = [[[1, -1], [-1, 1], [0, 0]]]
    column = [[[-1, 1], [1, -1], [0, 0]]]
    game = games.markov_game([row, column], np.ones((1, 3, 2, 1), dtype=int), discount=0)
    tables = [[[F(1, 2), F(1, 2), F(0)]], [[F(1, 2), F(1, 2)]]]
    with pytest.raises(NotEnclosed, match="earns as much"):
        enclosed(game, tables, [[0], [0]])


def test_what_is_no_equilibrium_is_not_enclosed():
    dilemma = games.markov_game(
        [[[[3, 1], [4, 2]]], [[[3, 4], [1, 2]]]], np.ones((1, 2, 2, 1), dtype=int), discount=0
    )
    both_cooperate = [[[F(1), F(0)]]] * 2
    with pytest.raises(NotEnclosed, match="earns as much"):
        enclosed(dilemma, both_cooperate, [[3], [3]])


def test_large_games_stay_as_they_are(monkeypatch):
    monkeypatch.setattr("gtlearn.solvers._enclosure.equilibria.MAX_UNKNOWNS", 3)
    found = solve(cycle(), method="tracing")
    assert found.arithmetic == "rational"
    assert not found[0].certificate.verified
    assert "more than 3" in found.notes[-1]
    assert not isinstance(found[0].strategies[0][0][0], Enclosure)
