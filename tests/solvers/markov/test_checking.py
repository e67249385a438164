"""check on iterated and Markov games: regrets, what commitments are worth, and deception."""

from dataclasses import replace
from fractions import Fraction

import pyspiel
import pytest
from open_spiel.python import policy
from open_spiel.python.algorithms import exploitability

from gtlearn import games, solvers
from gtlearn.errors import InputError
from gtlearn.solvers.checking import commitment
from gtlearn.solvers.verify.markov_values import response_to, table_payoffs

C, D = (Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))
ALWAYS_C, ALWAYS_D = (C,) * 5, (D,) * 5
DILEMMA = games.iterated("prisoners_dilemma", horizon=10)
CHICKEN = games.iterated("chicken", horizon=4)


def test_defection_is_the_only_equilibrium_of_the_finite_dilemma():
    """By backward induction; mutual cooperation loses the gain 4 - 3 in each of ten steps."""
    report = solvers.check([ALWAYS_D, ALWAYS_D], DILEMMA)
    assert (report.holds, report.payoffs, report.regrets) == (True, (2, 2), (0, 0))
    report = solvers.check([ALWAYS_C, ALWAYS_C], DILEMMA)
    assert (report.holds, report.payoffs, report.regrets) == (False, (3, 3), (1, 1))
    assert report.stationary_regrets == (1, 1) and report.nash_conv == 2
    assert solvers.check([ALWAYS_C, ALWAYS_C], DILEMMA, tolerance=1).holds
    assert not solvers.check([ALWAYS_C, ALWAYS_C], DILEMMA, tolerance="999/1000").holds


def test_a_deviation_in_the_last_step_needs_to_see_the_time():
    """Against grim, who does not see the time cooperates (3); who does defects last (31/10)."""
    grim = (C, C, D, D, D)
    report = solvers.check([grim, grim], DILEMMA)
    assert report.payoffs == (3, 3)
    assert report.regrets == (Fraction(1, 10),) * 2
    assert report.stationary_regrets == (0, 0)
    assert not report.holds and solvers.check([grim, grim], DILEMMA, tolerance="1/10").holds


def test_a_mixed_table_may_be_better_than_every_table_where_the_step_is_unseen():
    """Stag hunt against a suspicious partner: a table earns 5/2, a mixed one more, time 13/5."""
    game = games.iterated("stag_hunt", horizon=10)
    suspicious = (C, D, D, C, D)
    best = (C, D, D, C, D)
    report = solvers.check([suspicious, best], game)
    deterministic = report.payoffs[1] + report.stationary_regrets[1]
    found, bound = (report.payoffs[1] + regret for regret in report.stochastic_regrets[1])
    optimal = report.payoffs[1] + report.regrets[1]
    assert (deterministic, optimal) == (Fraction(5, 2), Fraction(13, 5))
    assert deterministic < found <= bound < optimal and bound - found < Fraction(1, 1000)
    assert report.to_json()["stochastic_regrets"][1] is not None


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
@pytest.mark.parametrize("ties", ["strong", "weak"])
@pytest.mark.parametrize("leader", [0, 1])
def test_what_solve_calls_best_has_no_gap(follower, ties, leader):
    found = solvers.solve(
        CHICKEN, "stackelberg", leader=leader, follower=follower, ties=ties, policy="deterministic"
    )
    for source in (found, found.to_json(), {"commitment": found[0].commitment, "leader": leader}):
        report = solvers.check(
            source, CHICKEN, "stackelberg", follower=follower, ties=ties, policy="deterministic"
        )
        check = report.stackelberg
        assert report.holds and check.leader == leader and check.follower == follower
        assert check.optimum.value == check.achieved == found[0].value
        assert check.follower_value == found[0].payoffs[1 - leader]
        assert check.follower_regret in (0, None)


def test_the_same_commitment_is_worth_different_amounts_to_different_followers():
    """Two tits for a tat, tempted at the end by a follower who sees the time (section 4)."""
    table = (D, C, D, C, D)
    worth = {
        kind: solvers.check(
            {"commitment": table}, DILEMMA, "stackelberg", follower=kind
        ).stackelberg
        for kind in ("stationary", "optimal")
    }
    assert worth["stationary"].achieved == Fraction(31, 10)
    assert worth["optimal"].achieved == Fraction(29, 10)
    assert worth["optimal"].best_responses[9 * 5 + 1] == (1,)  # D after CC in the last step
    assert worth["optimal"].best_responses[8 * 5 + 1] == (0,)
    assert worth["stationary"].best_tables == ((0, 0, None, 0, None),)


def test_a_deterministic_commitment_is_compared_with_stochastic_ones_too():
    report = solvers.check({"commitment": (D, C, D, C, D)}, DILEMMA, "stackelberg")
    check = report.stackelberg
    assert report.holds and check.optimum.policy == "deterministic"
    assert check.stochastic.value == Fraction(67, 20)
    assert check.stochastic.gap == Fraction(67, 20) - Fraction(29, 10)
    report = solvers.check(
        {"commitment": (D, C, D, C, D)}, DILEMMA, "stackelberg", policy="stochastic"
    )
    assert not report.holds and report.stackelberg.stochastic is None
    assert solvers.check(
        {"commitment": (D, C, D, C, D)},
        DILEMMA,
        "stackelberg",
        policy="stochastic",
        tolerance="9/20",
    ).holds


def test_ties_make_the_difference_between_strong_and_weak():
    """Leader D in a stage where the follower is indifferent: 3 if it is kind, 0 if not."""
    game = games.iterated("3,1 0,1; 2,0 1,2", horizon=1)
    check = solvers.check([ALWAYS_C, ALWAYS_C], game, "stackelberg").stackelberg
    assert (check.strong, check.weak, check.achieved) == (3, 0, 3)
    assert check.best_responses[0] == (0, 1) and check.follower_regret == 0
    report = solvers.check([ALWAYS_C, ALWAYS_C], game, "stackelberg", ties="weak")
    assert report.stackelberg.achieved == 0 and not report.holds
    assert "weak ties would give it 0" in report.notes[-1]


def test_a_response_that_sees_the_time_is_outside_the_stationary_class():
    found = solvers.solve(DILEMMA, "stackelberg")  # its follower defects in the last step
    report = solvers.check(found, DILEMMA, "stackelberg", follower="stationary")
    assert "sees the time, which its class does not" in report.notes[0]
    assert not any("ties would give" in note for note in report.notes)


def test_no_best_commitment_is_called_worse_than_the_one_checked(monkeypatch):
    """Where a search in the time allowed finds less than the table that is checked."""
    found = solvers.solve(DILEMMA, "stackelberg", policy="deterministic")
    certificate = found[0].certificate
    low = {**certificate.evidence, "upper_bound": Fraction(7, 2)}
    poor = replace(found[0], certificate=replace(certificate, evidence=low))
    monkeypatch.setattr(commitment, "_best", lambda *_: replace(found, solutions=(poor,)))
    table = [["0", "1"], ["1/2", "1/2"], ["0", "1"], ["1/2", "1/2"], ["0", "1"]]
    report = solvers.check({"commitment": table}, DILEMMA, "stackelberg")
    optimum = report.stackelberg.optimum
    assert poor.value < optimum.value == optimum.achieved == Fraction(67, 20)
    assert "This is not proven to be a best" in str(report)
    assert "known earns 67/20 (~3.35)" in str(report)
    other = solvers.check({"commitment": table}, DILEMMA, "stackelberg", policy="deterministic")
    assert other.stackelberg.optimum.value == poor.value  # the table is not of that kind


def test_a_supremum_that_is_not_attained_does_not_hold_as_played():
    found = solvers.solve(DILEMMA, "stackelberg", ties="weak")
    assert found[0].value == Fraction(67, 20) and not found[0].attained
    report = solvers.check(found, DILEMMA, "stackelberg", ties="weak")
    assert not report.holds and report.stackelberg.achieved < found[0].value
    assert any("is a limit" in note for note in report.notes)


# --- a leader that shows another table than it plays


@pytest.mark.parametrize("follower", ["stationary", "optimal"])
def test_a_leader_that_shows_another_table_than_it_plays_is_exposed(follower):
    """It shows tit-for-tat, so that the follower cooperates, and defects: more than any bound."""
    tit_for_tat = (C, C, D, C, D)
    source = {"commitment": ALWAYS_D, "shown": tit_for_tat}
    report = solvers.check(source, DILEMMA, "stackelberg", follower=follower)
    check = report.stackelberg
    assert check.achieved == 2  # a follower of a defector defects
    told = response_to(DILEMMA, tit_for_tat, 0, follower, "strong")
    assert check.deception.promised == told.other
    # exploited in all ten steps; who sees the time defects in the last one
    assert check.deception.seeming == {"stationary": 4, "optimal": Fraction(38, 10)}[follower]
    assert check.deception.follower_loss > 0
    assert not report.holds
    assert "Deception: Row shows Column another table than it plays" in str(report)
    stackelberg = report.to_json()["stackelberg"]
    assert stackelberg["achieved"] == "2" and "seeming" in stackelberg["deception"]


def test_the_seeming_value_is_that_of_the_response_to_what_is_shown():
    shown, played = (C, C, D, D, D), (D, C, C, D, D)
    check = solvers.check(
        {"commitment": played, "context": shown}, DILEMMA, "stackelberg", follower="stationary"
    ).stackelberg
    plan = response_to(DILEMMA, shown, 0, "stationary", "strong").plan
    believed = [D if action else C for action in plan]
    leader, follower = table_payoffs(DILEMMA, [played, believed])
    assert check.deception.seeming == leader
    assert check.deception.follower_loss == check.follower_value - follower


def test_an_honest_leader_is_not_accused():
    source = {"commitment": (D, C, D, C, D), "shown": (D, C, D, C, D)}
    report = solvers.check(source, DILEMMA, "stackelberg")
    assert report.holds and report.stackelberg.deception is None
    assert "Deception" not in str(report)


# --- what cannot be checked


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ({"commitment": ALWAYS_C}, {}, "holds no table of 'Column'"),
        ({"commitment": ALWAYS_C}, {"concept": "correlated"}, "use concept=.nash. or .stackelberg"),
        ({"Column": ALWAYS_C}, {"concept": "stackelberg"}, "no table of the leader 'Row'"),
        ([ALWAYS_C * 10] * 2, {"concept": "stackelberg"}, "sees the time"),
        ([ALWAYS_C] * 2, {"concept": "stackelberg", "leader": 2}, "leader 2 is no player"),
        ([ALWAYS_C] * 2, {"concept": "stackelberg", "follower": "shy"}, "stationary or optimal"),
        ([ALWAYS_C] * 2, {"concept": "stackelberg", "policy": "any"}, "deterministic or stoch"),
        ([ALWAYS_C] * 2, {"concept": "stackelberg", "ties": "even"}, "strong or weak"),
        ([ALWAYS_C] * 2, {"tolerance": -1}, "negative"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(source, options, said):
    with pytest.raises(InputError, match=said):
        solvers.check(source, DILEMMA, **options)


def test_three_players_have_no_leader_and_one_table_each():
    game = games.markov_game([[[[[1]]]]] * 3, [[[[[1]]]]], discount="1/2", players=["A", "B", "C"])
    assert solvers.check([[[1]]] * 3, game).payoffs == (2, 2, 2)
    with pytest.raises(InputError, match="a commitment needs two players"):
        solvers.check([[[1]]] * 3, game, "stackelberg")


def test_classes_of_followers_mean_nothing_in_one_shot():
    stage = games.load("chicken")
    for option in ({"follower": "optimal"}, {"policy": "stochastic"}):
        with pytest.raises(
            InputError, match="has no meaning for stackelberg in a normal-form game"
        ):
            solvers.check("1 0; 0 1", stage, "stackelberg", **option)


def test_a_commitment_in_a_market_is_compared_with_deterministic_ones():
    """State 1 pays more, and only the leader's second action leads there: 1 + 5 against 2 + 2."""
    pay = [[[2, 0], [0, 1]], [[0, 5], [0, 0]]]
    stay, leave = [[1, 0], [1, 0]], [[0, 1], [0, 1]]
    market = games.markov_game([pay, pay], [[stay, leave], [leave, stay]], discount="1/2")
    report = solvers.check([[1, 0], [1, 0]], market, "stackelberg", leader=0)
    assert (report.holds, report.stackelberg.achieved) == (False, 4)
    report = solvers.check([[0, 1], [1, 0]], market, "stackelberg", leader=0)
    assert (report.holds, report.stackelberg.achieved) == (True, 6)
    assert report.notes == () and report.stackelberg.stochastic is None
    report = solvers.check([["1/2", "1/2"], [1, 0]], market, "stackelberg", leader=0)
    assert "the best stochastic commitment is not known" in report.notes[0]
    assert "best commitment is not known, against" in " ".join(str(report).split())


def test_nash_conv_says_its_unit_and_what_openspiel_counts():
    """OpenSpiel's returns are sums over the horizon; ours are mean rewards a step."""
    text = "gtlearn_iterated(stage=prisoners_dilemma,horizon=3)"
    uniform = [[["1/2", "1/2"]] * 5] * 2
    report = solvers.check(uniform, games.load(text))
    perfect = pyspiel.load_game(text.replace(")", ",recall=perfect)"))
    theirs = pyspiel.convert_to_turn_based(perfect)
    expected = exploitability.nash_conv(theirs, policy.UniformRandomPolicy(theirs))
    assert (report.nash_conv, report.openspiel_nash_conv) == (1, 3)
    assert expected == pytest.approx(float(report.openspiel_nash_conv))
    assert report.to_json()["unit"] == "mean reward a step"
    assert report.to_json()["openspiel_nash_conv"] == "3"
    assert "counts the sum over its 3 steps: 3" in str(report)
    patient = solvers.check(uniform, games.load("gtlearn_iterated(stage=chicken,discount=1/2)"))
    assert patient.openspiel_nash_conv is None and "discounted sum" in str(patient)
