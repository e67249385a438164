"""Solvers of games in one shot, and readers, end at a limit with what they have found."""

from fractions import Fraction

import numpy as np
import pytest

from gtlearn import games, limits, solvers
from gtlearn.errors import InputError
from gtlearn.games import families
from gtlearn.games.openspiel import text as openspiel_text
from gtlearn.limits import TimeLimitReached
from gtlearn.solvers._correlated import solve as correlated_module
from gtlearn.solvers._nash import enumeration, exact_polytope, matching, partners, polytope
from gtlearn.solvers._nash import zero_sum as zero_sum_module
from gtlearn.solvers.verify import regrets
from gtlearn.solvers.verify.correlated import violations


def long_numbers(size, digits, seed=0):
    draw = np.random.default_rng(seed)
    return [
        [int.from_bytes(draw.bytes(int(digits * 0.4153)), "big") for _ in range(size)]
        for _ in range(size)
    ]


def endless(game):
    while True:
        pass


def solving(game, **options):
    return lambda **limit: solvers.solve(game, **options, **limit)


class TestTime:
    def test_zero_sum_with_numbers_of_2000_digits(self, held):
        rows = long_numbers(60, 2000)
        game = games.normal_form(rows, [[-v for v in row] for row in rows])
        found = held(solving(game), 0.4)
        assert (found.status, found.complete) == ("time_limit", False)
        assert "time limit" in found.notes[-1]

    def test_all_equilibria_of_a_game_with_numbers_of_2000_digits(self, held):
        game = games.normal_form(long_numbers(22, 2000), long_numbers(22, 2000, 1))
        found = held(solving(game, find="all"), 0.4)
        assert found.status == "time_limit"
        assert set(solvers.pure_equilibria(game)) <= set(map(pure_profile, found))

    def test_an_interior_point_step_that_takes_longer_than_the_limit(self, held):
        found = held(solving(families.zero_sum(1500, 1500, seed=1)), 0.4)
        assert found.status == "time_limit"

    def test_a_log_barrier_step_that_takes_longer_than_the_limit(self, held):
        game = families.covariant(900, 900, rho=-0.95, seed=3)
        found = held(solving(game, method="barrier"), 0.3)
        assert (found.status, len(found)) == ("time_limit", 0)

    def test_correlated(self, held):
        game = families.covariant(90, 90, rho=-0.95, seed=1)
        found = held(solving(game, concept="correlated"), 0.4)
        assert found.status == "time_limit"
        for outcome in found:
            assert violations(game, outcome) == []

    def test_dominance(self, held):
        game = families.covariant(250, 250, rho=0.9, seed=1)
        found = held(lambda **limit: solvers.dominance(game, "weak", **limit), 0.4)
        assert (found.status, found.complete) == ("time_limit", False)

    def test_the_most_entropic_equilibrium(self, held):
        zeros = games.normal_form(np.zeros((60, 60), int), np.zeros((60, 60), int))
        found = held(solving(zeros, select="entropy"), 0.5)
        assert found.status == "time_limit" and len(found) == 1

    @pytest.mark.parametrize(
        "spec",
        [
            "cournot(maximum=900)",
            "first_price_private_values(values=4,maximum=4)",
            f"{'7' * 400_000}/{'9' * 300_000},1 0,1",
            [[[Fraction(i * j, 7) for i in range(400)] for j in range(400)]] * 2,
        ],
        ids=["catalogue", "plans", "digits", "lists"],
    )
    def test_reading(self, held, spec):
        assert held(lambda **limit: games.load(spec, **limit), 0.15) is None

    def test_what_never_comes_from_a_string_of_openspiel(self, held):
        def read(**limit):
            with limits.limited(**limit):
                openspiel_text.of_text("hex(board_size=4)", endless)

        assert held(read, 0.15) is None

    def test_reading_counts_when_a_text_is_solved(self, held):
        assert held(lambda **limit: solvers.solve("cournot(maximum=900)", **limit), 0.15) is None


def pure_profile(equilibrium):
    return tuple(s.index(1) if 1 in s else -1 for s in equilibrium.strategies)


class TestWhatIsCheapIsKept:
    def test_every_pure_equilibrium_of_a_large_cournot_game(self):
        game = games.load("cournot(demand=120,maximum=120)")
        found = solvers.all_equilibria(game, time_limit=2.0)
        assert found.status == "time_limit"
        wanted = set(solvers.pure_equilibria(game))
        assert wanted and wanted <= set(map(pure_profile, found))
        for equilibrium in found:
            assert regrets(game, equilibrium.strategies) == (0, 0)
        assert not solvers.verify.solution(game, found).false

    def test_a_nash_equilibrium_where_the_best_correlated_one_takes_too_long(self, monkeypatch):
        def late(*_):
            raise TimeLimitReached

        monkeypatch.setattr(correlated_module, "_best", late)
        game = games.load("matching_pennies")
        for solver in (solvers.correlated, solvers.coarse_correlated):
            found = solver(game, time_limit=60)
            assert (found.status, found.complete) == ("time_limit", False)
            assert dict(found[0].distribution) == dict.fromkeys(
                [(0, 0), (0, 1), (1, 0), (1, 1)], Fraction(1, 4)
            )
            assert "bound" not in found[0].certificate.evidence
            assert violations(game, found[0]) == []

    def test_an_equilibrium_whose_uniqueness_was_not_decided(self, monkeypatch):
        def late(*_):
            raise TimeLimitReached

        monkeypatch.setattr(zero_sum_module, "_uniqueness", late)
        found = solvers.zero_sum(games.load("rock_paper_scissors"), time_limit=60)
        assert (found.status, found.complete, len(found)) == ("time_limit", False, 1)
        assert "unique" not in found[0].certificate.evidence
        assert "not decided" in found.notes[-1]

    def test_a_saddle_point_where_the_linear_program_takes_too_long(self, monkeypatch):
        def late(*_):
            raise TimeLimitReached

        monkeypatch.setattr(zero_sum_module, "_equilibrium", late)
        game = games.load("3 1; 4 2", zero_sum=True)
        found = solvers.zero_sum(game, time_limit=60)
        assert found[0].payoffs == (2, -2)
        assert found[0].certificate.evidence["value"] == 2

    def test_what_was_removed_in_a_round_that_was_not_finished(self):
        table = np.add.outer(np.arange(300), np.zeros(300, dtype=int))  # each action beats the last
        found = solvers.dominance(games.normal_form(table, table.T), time_limit=1e-9)
        assert found.status == "time_limit"
        assert not solvers.verify.dominance.violations(found)


def late_after(count, method):
    """The method, which a limit ends after so many calls."""
    calls = iter(range(count))

    def counted(*arguments):
        if next(calls, None) is None:
            raise TimeLimitReached
        return method(*arguments)

    return counted


class TestNothingIsCalledCompleteThatIsNot:
    """A limit at any step of the enumeration leaves a list that may not be all."""

    @pytest.mark.parametrize("count", [0, 1, 3])
    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (polytope._Search, "_prove"),
            (polytope._Search, "_prove_exactly"),
            (polytope._Search, "_neighbours"),
            (partners.Partners, "_decide"),
            (partners.Partners, "_solve"),
            (partners.Partners, "_enumerate_face"),
            (matching, "_indices"),
            (matching, "strategy_of"),
            (exact_polytope.Dictionary, "pivot"),
            (enumeration, "certain"),
            (enumeration, "nash_subsets"),
        ],
    )
    @pytest.mark.parametrize("degenerate", [False, True])
    def test_enumeration(self, owner, name, count, degenerate, monkeypatch):
        if owner is matching:
            monkeypatch.setattr(partners, "MAX_FACES", -1)
        if owner is exact_polytope.Dictionary:
            monkeypatch.setattr(polytope, "PERTURBATIONS", ())
        game = (families.degenerate if degenerate else families.uniform)(5, 5, seed=3)
        whole = {e.strategies for e in solvers.all_equilibria(game)}
        method = late_after(count, getattr(owner, name))
        monkeypatch.setattr(owner, name, method)
        found = solvers.all_equilibria(game, time_limit=60)
        assert {e.strategies for e in found} <= whole
        if found.complete:  # there were no more calls
            monkeypatch.undo()
            assert {e.strategies for e in found} == whole
        else:
            assert found.status == "time_limit"
            assert found.component_indices is None


class TestMemory:
    @pytest.fixture(autouse=True)
    def no_memory_to_use_again(self):
        limits._trimmed()  # what earlier tests have freed would not count as growth

    def test_enumeration(self):
        game = families.uniform(22, 22, seed=1)
        found = solvers.all_equilibria(game, memory_limit=25e6, time_limit=60)
        assert found.status == "memory_limit"
        assert set(solvers.pure_equilibria(game)) <= set(map(pure_profile, found))
        assert not solvers.verify.solution(game, found).false

    def test_correlated(self):
        game = families.uniform(120, 120, seed=1)
        found = solvers.correlated(game, memory_limit=30e6, time_limit=60)
        assert (found.status, found.complete, len(found)) == ("memory_limit", False, 1)

    def test_reading(self):
        with pytest.raises(limits.MemoryLimitReached):
            games.load("random_uniform(rows=1900,columns=1900)", memory_limit=5e6)


GAMES = ["chicken", "rock_paper_scissors", "von_stengel_degenerate", "aumann_chicken"]


@pytest.mark.parametrize("name", GAMES)
def test_children_find_the_same(name, monkeypatch):
    game = games.load(name)
    options = [
        {},
        {"find": "all"},
        {"select": "entropy"},
        {"concept": "correlated"},
        {"concept": "correlated", "objective": "gini"},
        {"concept": "coarse-correlated", "arithmetic": "float"},
    ]
    here = [solvers.solve(game, **option) for option in options]
    monkeypatch.setattr(limits, "_UNSEEN", -9.0)  # whatever can, is computed in a child
    for option, expected in zip(options, here, strict=True):
        found = solvers.solve(game, **option, time_limit=60)
        assert found.solutions == expected.solutions
        assert (found.status, found.complete) == (expected.status, expected.complete)
    assert games.load("chicken", time_limit=60).fingerprint == games.load("chicken").fingerprint


def test_a_game_that_was_read_in_a_child_cannot_be_written_to(monkeypatch):
    monkeypatch.setattr(limits, "_UNSEEN", -9.0)
    game = games.load("3,3 0,5; 5,0 1,1", time_limit=60, memory_limit=1e9)
    assert game.payoff(1, (0, 1)) == 5
    with pytest.raises(ValueError, match="read-only"):
        game.payoffs[0].numerators[0, 0] = 7


def test_an_error_of_reading_in_a_child_is_the_same(monkeypatch):
    monkeypatch.setattr(limits, "_UNSEEN", -9.0)
    with pytest.raises(InputError, match="did you mean chicken"):
        games.load("chiken", time_limit=60)
