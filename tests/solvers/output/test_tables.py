"""What people read: tables of solutions built by hand."""

from dataclasses import replace
from fractions import Fraction as F

import pytest

from gtlearn.games import normal_form
from gtlearn.limits import TIME_LIMIT
from gtlearn.solvers.outcomes import Certificate, Commitment, NashEquilibrium, NashSubset
from gtlearn.solvers.output.pieces import decimal
from gtlearn.solvers.output.tables import render
from gtlearn.solvers.solution import Solution

PROVEN = Certificate("nash", "rational", True, {"regrets": (F(0), F(0))})


def solved(row, column, **changes):
    game = normal_form([[0] * len(column)] * len(row), [[0] * len(column)] * len(row), name="game")
    found = NashEquilibrium((row, column), (F(0), F(0)), PROVEN)
    return replace(Solution(game, "nash", "by hand", (found,)), **changes)


def test_only_played_actions_are_shown():
    row = (F(0),) * 150 + (F(1, 2), F(1, 2)) + (F(0),) * 148
    text = str(solved(row, (F(0), F(1))))
    assert "151: 1/2, 152: 1/2" in text
    assert len(text.splitlines()) < 15


def test_long_supports_are_counted():
    row = (F(1, 300),) * 300
    assert "and 288 more" in " ".join(render(solved(row, (F(1),)), width=200).split())


def test_long_ratios_become_decimals_and_say_so():
    text = str(solved((F(1, 3**40), 1 - F(1, 3**40)), (F(1),)))
    assert "1: ~8.22526e-20, 2: ~1" in text
    assert "as JSON they are exact" in text
    assert "~" not in str(solved((F(1, 3), F(2, 3)), (F(1),)))


@pytest.mark.parametrize(
    ("value", "text"),
    [(F(10**400), "1.00000e+400"), (F(1, 10**400), "1.00000e-400"), (F(-2, 3), "-0.666667")],
)
def test_decimals_beyond_doubles(value, text):
    assert decimal(value) == text


def test_completeness_is_said():
    both = (F(1), F(0)), (F(1),)
    isolated = {"components": ((0,),), "subsets": (), "complete": True}
    assert "1 Nash equilibrium; there is no other." in str(solved(*both, **isolated))
    assert "there may be more" in str(solved(*both, **isolated | {"complete": False}))
    late = str(solved(*both, **isolated | {"complete": False, "status": TIME_LIMIT}))
    assert "1 Nash equilibrium found before the search was stopped; there may be more." in late
    assert 'found; find="all" says whether there are others.' in str(solved(*both))
    assert "1 Nash equilibrium; there is no other." in str(solved(*both, complete=True))
    assert "No Nash equilibrium found.\n" in str(solved(*both, solutions=()))
    for unique, said in (((True, True), "there is no other"), ((False, True), "there are others")):
        proof = replace(PROVEN, evidence={**PROVEN.evidence, "unique": unique})
        found = NashEquilibrium(both, (F(0), F(0)), proof)
        assert said in str(solved(*both, solutions=(found,)))


@pytest.mark.parametrize(
    ("criterion", "said"), [("welfare", "sum of payoffs"), ("entropy", "most random")]
)
def test_a_selected_equilibrium_is_called_the_best(criterion, said):
    both = (F(1), F(0)), (F(1),)
    best = solved(*both, method=f"vertex enumeration, best {criterion}", complete=True)
    assert said in words(best) and "no other" not in words(best)
    late = words(replace(best, status=TIME_LIMIT, complete=False))
    assert "there may be a better one" in late


def test_nothing_is_cut_off_in_a_narrow_table():
    labels = [["Pass/Pass/Pass/Pass/Bet/*", "Bet/*/Pass/Bet/Pass/Bet"], ["x" * 90]]
    game = normal_form([[0], [0]], [[0], [0]], actions=labels)
    found = NashEquilibrium(((F(1, 3), F(2, 3)), (F(1),)), (F(0), F(0)), PROVEN)
    text = render(Solution(game, "nash", "by hand", (found,)), width=60)
    assert "…" not in text and "1/3" in text and "2/3" in text


def test_sets_of_equilibria_are_shown():
    first = NashEquilibrium(((F(1), F(0)), (F(1),)), (F(0), F(0)), PROVEN)
    other = NashEquilibrium(((F(0), F(1)), (F(1),)), (F(0), F(0)), PROVEN)
    subset = NashSubset((first.strategies[0], other.strategies[0]), ((F(1),),), (0, 1))
    text = str(
        solved(
            *first.strategies,
            solutions=(first, other),
            components=((0, 1),),
            subsets=(subset,),
            complete=True,
        )
    )
    assert "2 extreme Nash equilibria; all others are the mixtures named below." in text
    assert "Equilibria #0, #1 lie in one connected set" in text
    assert "every mixture of the left strategies" in text


def words(solution):
    """The table in one line, however wide the terminal is."""
    return " ".join(str(solution).split())


def test_certificates_are_told_apart():
    both = (F(1), F(0)), (F(1),)
    assert "exact arithmetic: no player gains anything" in words(solved(*both))
    found = NashEquilibrium(both, (F(0), F(0)), replace(PROVEN, verified=False))
    assert "NOT verified for #0" in words(solved(*both, solutions=(found,)))
    rounded = replace(PROVEN, arithmetic="float", evidence={"regrets": (1e-9, 0.0)})
    found = NashEquilibrium(both, (F(0), F(0)), rounded)
    assert "gains more than 1e-09" in words(solved(*both, solutions=(found,), arithmetic="float"))


def test_a_supremum_is_called_so():
    both = (F(1), F(0)), (F(1),)
    proof = Certificate("stackelberg", "rational", True)
    found = Commitment(both, (F(5), F(1)), 0, 0, "weak", False, proof)
    text = str(solved(*both, solutions=(found,), concept="stackelberg"))
    assert "sup 5, 1" in text
    assert "that no commitment attains" in " ".join(text.split())


def test_labels_with_brackets_stay_as_they_are():
    game = normal_form([[1]], [[1]], name="[x]", actions=[["[red]"], ["[/]"]])
    found = NashEquilibrium(((F(1),), (F(1),)), (F(1), F(1)), PROVEN)
    text = str(Solution(game, "nash", "by hand", (found,)))
    assert "[red]" in text and "[/]" in text and text.startswith("[x]:")


def test_width_is_kept():
    text = render(solved((F(1, 300),) * 300, (F(1),)), width=60)
    assert max(map(len, text.splitlines())) <= 60
