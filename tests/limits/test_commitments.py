"""Commitments, and games of several steps, end at a limit with what they have found."""

import subprocess
import sys
import tracemalloc
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from gtlearn import games, limits, solvers
from gtlearn.games import BayesianGame, MarkovGame, families
from gtlearn.games.numbers import ExactArray
from gtlearn.limits import MemoryLimitReached, TimeLimitReached
from gtlearn.solvers._commitment import report
from gtlearn.solvers._commitment.data import LeaderPayoffs, support_program
from gtlearn.solvers._commitment.strong import best_opposed
from gtlearn.solvers._markov.commitment import bounds as bounds_module
from gtlearn.solvers._markov.commitment import solve as table_module


def opposed(size):
    return families.covariant(size, size, rho=-0.9, seed=1)


def thin(columns):
    return games.normal_form(*np.random.default_rng(1).integers(-100, 100, (2, 2, columns)))


def bayesian(types, size):
    draw = np.random.default_rng(1)
    members = tuple(
        games.normal_form(*draw.integers(0, 100, (2, size, size))) for _ in range(types)
    )
    labels = tuple(map(str, range(types)))
    return BayesianGame("types", labels, (Fraction(1, types),) * types, members)


def repeated(actions, **duration):
    stage = np.random.default_rng(2).integers(0, 10, (2, actions, actions))
    return games.iterated(games.normal_form(*stage), **duration)


def markov(states, *actions, opposed=False, **duration):
    draw = np.random.default_rng(3)
    shape = (states, *actions)
    payoffs = [draw.integers(0, 100, shape) for _ in actions]
    if opposed:
        payoffs[1] = 100 - payoffs[0]
    moves = np.zeros((*shape, states), dtype=np.int64)
    for _ in range(12):
        moves[(*np.indices(shape), draw.integers(0, states, shape))] += 1
    return MarkovGame(
        name="random",
        players=tuple(map(str, range(len(actions)))),
        states=tuple(map(str, range(states))),
        actions=tuple(tuple(map(str, range(n))) for n in actions),
        payoffs=tuple(map(ExactArray, payoffs)),
        transitions=ExactArray(moves, 12),
        start=(Fraction(1), *[Fraction(0)] * (states - 1)),
        **duration,
    )


def even(game):
    return [[[Fraction(1, n)] * n] * game.num_states for n in game.shape]


def committing(game, **options):
    return partial(solvers.solve, game, "stackelberg", **options)


DISCOUNT = {"discount": Fraction(9, 10)}


class TestTime:
    @pytest.mark.parametrize(
        ("game", "options"),
        [
            (opposed(400), {}),
            (opposed(200), {"ties": "weak"}),
            (thin(6000), {"ties": "weak"}),
            (opposed(40), {"commitment": "correlated", "method": "single-lp"}),
            (bayesian(8, 12), {}),
            (bayesian(8, 12), {"method": "dobss"}),
            (bayesian(30, 40), {}),
        ],
    )
    def test_commitments_in_one_shot(self, game, options, held):
        found = held(committing(game, **options), 0.3)
        assert len(found) == 1 and found[0].certificate.verified
        assert not solvers.verify.solution(game, found).false

    @pytest.mark.parametrize(
        ("game", "options"),
        [
            (repeated(6, horizon=10), {}),
            (games.iterated("prisoners_dilemma", horizon=2000), {}),
            (repeated(3, horizon=300), {"policy": "deterministic"}),
            (games.iterated("chicken", horizon=150), {"ties": "weak", "follower": "stationary"}),
        ],
    )
    def test_commitments_to_tables(self, game, options, held):
        found = held(committing(game, **options), 0.4)
        assert found.status in ("ok", "time_limit")
        for outcome in found:
            assert outcome.value <= outcome.upper_bound

    @pytest.mark.parametrize(
        ("game", "options"),
        [
            (markov(40, 6, 6, opposed=True, **DISCOUNT), {}),
            (markov(25, 4, 4, 4, **DISCOUNT), {"method": "tracing"}),
            (markov(10, 2, 2, **DISCOUNT), {"find": "all"}),
            (markov(20, 5, 5, horizon=300), {"select": "welfare"}),
        ],
    )
    def test_equilibria_in_tables(self, game, options, held):
        found = held(partial(solvers.solve, game, **options), 0.3)
        assert found.status == "time_limit"
        assert "time limit" in found.notes[-1]

    def test_responses(self, held):
        game = markov(9, 3, 3, horizon=10_000, discount=Fraction(97, 100))
        for function in (solvers.optimal_response, solvers.stationary_response):
            assert held(partial(function, game, even(game), 0), 0.2) is None
        assert held(partial(solvers.evaluate, game, even(game)), 0.2) is None

    def test_a_search_for_a_response_keeps_what_it_has_and_a_bound(self):
        game = games.iterated("stag_hunt", horizon=10)
        suspicious = [[1, 0], [0, 1], [0, 1], [1, 0], [0, 1]]
        found = solvers.stochastic_response(
            game, [suspicious, None], 1, tolerance="1/10000000000", time_limit=0.3
        )
        near = found.upper_bound - found.value <= Fraction(1, 10**10)  # on a fast machine
        assert found.status == "time_limit" or near
        assert found.deterministic <= found.value <= found.upper_bound <= found.optimal

    def test_checks(self, held):
        game = opposed(500)
        mixed = [[Fraction(1, n)] * n for n in game.shape]
        found = held(partial(solvers.check, mixed, game, "correlated"), 0.2)
        assert found.status == "time_limit" and not found.holds and found.gain is None
        assert "not known whether this holds" in found.notes[-1]
        found = held(partial(solvers.check, mixed, game, "stackelberg"), 0.5)
        assert found.stackelberg is None or found.stackelberg.gap is None

    def test_a_check_of_tables(self, held):
        game = repeated(4, horizon=60)
        found = held(partial(solvers.check, even(game.markov), game), 0.3)
        assert found.status == "time_limit" or found.regrets is not None


class TestWhatIsCheapIsKept:
    @pytest.mark.parametrize("ties", ["strong", "weak"])
    def test_a_pure_commitment_with_a_bound(self, ties):
        for game in (opposed(12), bayesian(3, 4)):
            if ties == "weak" and isinstance(game, BayesianGame):
                continue
            pure = solvers.solve(game, "stackelberg", ties=ties, commitment="pure")
            found = solvers.solve(game, "stackelberg", ties=ties, time_limit=1e-9)
            assert found.status == "time_limit"
            place = 0 if isinstance(game, BayesianGame) else found[0].leader
            assert found[0].payoffs[place] >= pure[0].payoffs[place]
            assert found[0].certificate.evidence["upper_bound"] > found[0].payoffs[place]
            assert not solvers.verify.solution(game, found).false

    @pytest.mark.parametrize("options", [{}, {"ties": "weak"}, {"commitment": "correlated"}])
    def test_a_commitment_where_there_is_no_time_to_verify_a_better_one(self, options, monkeypatch):
        verified, tried = report.verified, []

        def late(game, outcome):
            tried.append(outcome)
            if len(tried) == 1:
                raise TimeLimitReached
            return verified(game, outcome)

        monkeypatch.setattr(report, "verified", late)
        game = games.load("2,1 4,0; 1,0 3,1")
        found = solvers.solve(game, "stackelberg", **options)
        assert (found.status, found.complete) == ("time_limit", False)
        assert found[0].payoffs[0] == 3 and found[0].certificate.evidence["upper_bound"] == 4
        assert not solvers.verify.solution(game, found).false

    @pytest.mark.parametrize("policy", ["stochastic", "deterministic"])
    def test_a_table_with_the_bound_at_hand(self, policy, monkeypatch):
        def late(*_):
            raise TimeLimitReached

        game = games.iterated("prisoners_dilemma", horizon=10)
        monkeypatch.setattr(table_module, "best_stochastic", late)
        monkeypatch.setattr(table_module, "best_deterministic", late)
        found = solvers.solve(game, "stackelberg", policy=policy)
        assert (found.status, found.complete, len(found)) == ("time_limit", False, 1)
        assert found[0].value < found[0].upper_bound <= 4
        assert not solvers.verify.solution(game, found).false

    def test_a_commitment_without_the_folk_bound(self, monkeypatch):
        def late(*_):
            raise TimeLimitReached

        monkeypatch.setattr(bounds_module, "folk_bound", late)
        game = games.iterated("prisoners_dilemma", discount="9/10")
        found = solvers.solve(game, "stackelberg", time_limit=1.0)
        assert found[0].value <= found[0].upper_bound <= 40
        assert not solvers.verify.solution(game, found).false

    def test_regrets_without_the_nearest_equilibrium(self):
        found = solvers.check(
            [["1/2", "1/2"], [1, 0]], games.load("matching_pennies"), time_limit=1e-9
        )
        assert found.regrets == (1, 0) and found.nearest is None
        assert found.to_json()["status"] == "time_limit"

    def test_regrets_of_tables_without_the_best_tables(self):
        game = games.iterated("prisoners_dilemma", horizon=10)
        found = solvers.check(even(game.markov), game, time_limit=1e-9)
        assert found.regrets is not None and found.status == "time_limit"
        assert found.stationary_regrets == (None, None)


class TestMemory:
    def test_a_commitment(self):
        game = opposed(1500)
        limits._trimmed()  # what was freed until now would not count as growth
        found = solvers.solve(game, "stackelberg", memory_limit=10e6, time_limit=60)
        assert (found.status, len(found)) == ("memory_limit", 1)
        assert "memory limit" in found.notes[0]

    @pytest.mark.parametrize("options", [{}, {"ties": "weak"}, {"commitment": "correlated"}])
    def test_a_long_thin_game_without_tables_of_its_length_squared(self, options):
        """In a process of its own: what others have freed in this one is no growth."""
        code = (
            "import tracemalloc\n"
            "import numpy as np\n"
            "from gtlearn import games, solvers\n"
            "payoffs = np.random.default_rng(1).integers(-100, 100, (2, 2, 4000))\n"
            "game = games.normal_form(*payoffs)\n"
            "tracemalloc.start()\n"
            f"found = solvers.solve(game, 'stackelberg', memory_limit=20e6, **{options})\n"
            "print(tracemalloc.get_traced_memory()[1], found[0].certificate.verified)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        peak, verified = done.stdout.split()
        assert int(peak) < 1.1 * 20e6 + 50e6  # one table has 128 MB
        assert verified == "True"

    def test_whether_interests_are_opposed(self):
        view = LeaderPayoffs.of(opposed(1000), 0)
        tracemalloc.start()
        try:
            assert best_opposed(view) is None
            assert tracemalloc.get_traced_memory()[1] < 40e6  # each payoff is held in 8 MB
        finally:
            tracemalloc.stop()

    def test_the_program_for_ties(self):
        game = LeaderPayoffs.of(thin(4000), 0)
        with limits.limited(memory_limit=20e6), pytest.raises(MemoryLimitReached):
            support_program(game, 0, [0], (1, 1), list(range(1, 4000)))

    def test_all_tables(self):
        game = markov(12, 3, 3, horizon=4)  # 531,441 tables, which are held at once
        limits._trimmed()
        with pytest.raises(MemoryLimitReached):
            solvers.stationary_response(game, even(game), 0, memory_limit=20e6)


class TestInterruption:
    @pytest.mark.parametrize(
        "call",
        [
            committing(opposed(12)),
            committing(opposed(12), ties="weak"),
            committing(bayesian(3, 4)),
            committing(games.iterated("chicken", horizon=10)),
            committing(games.iterated("chicken", horizon=10), policy="deterministic"),
            partial(solvers.solve, markov(5, 3, 3, opposed=True, **DISCOUNT)),
            partial(solvers.check, [["1/2", "1/2"], [1, 0]], games.load("matching_pennies")),
        ],
    )
    def test_ends_with_a_status(self, call):
        with limits.stoppable() as asked:
            asked.stop = True
            found = call()
        outcomes = getattr(found, "solutions", ())
        if outcomes and getattr(outcomes[0], "gap", None) == 0:
            return  # it was proven best in the short time that is left
        assert found.status == "interrupted"
        assert any("the user asked to stop" in note or "in time" in note for note in found.notes)


@pytest.mark.parametrize(
    ("game", "options"),
    [
        (games.load("2,1 4,0; 1,0 3,1"), {}),
        (games.load("2,1 4,0; 1,0 3,1"), {"ties": "weak"}),
        (games.load("2,1 4,0; 1,0 3,1"), {"commitment": "correlated"}),
        (bayesian(2, 3), {}),
        (bayesian(2, 3), {"method": "dobss"}),
        (games.iterated("chicken", horizon=4), {}),
        (games.iterated("chicken", horizon=4), {"ties": "weak", "follower": "stationary"}),
        (games.iterated("chicken", discount="9/10"), {"policy": "deterministic"}),
        (markov(2, 2, 2, opposed=True, **DISCOUNT), {"concept": "nash"}),
        (markov(3, 2, 2, **DISCOUNT), {"concept": "nash", "method": "tracing"}),
    ],
)
def test_children_find_the_same(game, options, monkeypatch):
    options = {"concept": "stackelberg", **options}
    here = solvers.solve(game, **options)
    monkeypatch.setattr(limits, "_UNSEEN", -1.0)  # whatever can, is computed in a child
    there = solvers.solve(game, **options, time_limit=60)
    assert here.solutions == there.solutions
    assert (here.status, here.complete) == (there.status, there.complete)
