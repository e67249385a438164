"""Iterated games: exact values of all pairs of tables, and floats against OpenSpiel's traversal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import TURNS, Case, Peer, Row, Target, Timed, say, show, timed
from gtlearn import games
from gtlearn.games.catalogue.classics import SYMMETRIC_2X2
from gtlearn.games.kinds.iterated import IteratedGame
from gtlearn.solvers._markov.batch import evaluate_exactly, evaluate_floats
from gtlearn.solvers._markov.evaluation import evaluate
from gtlearn.solvers.profiles.tables import deterministic_tables

STAGES = [entry.name for entry in SYMMETRIC_2X2]
POLICY_VALUE = "OpenSpiel expected_game_score"
EXPECTED_RETURNS = "OpenSpiel C++ expected_returns"
AGREE = 1e-9  # both add up at most 10 rewards of at most 4 in doubles

Tables = NDArray[np.float64]


def iterated(quick: bool) -> Iterator[Case]:
    """Values of pairs of memory-one tables of the 12 symmetric 2x2 games."""
    stages = STAGES[:2] if quick else STAGES
    row = Row("iterated, rational", f"32x32 pairs of {len(stages)} games, horizon 10, in all", [])
    row.target = Target("< 1 s", seconds=1.0)
    yield Case(row, partial(_measure_exact, stages=stages))
    endless = Row("iterated, rational", f"the same {len(stages)} games, discount 24/25", [])
    yield Case(endless, partial(_measure_exact, stages=stages, discount="24/25"))
    lines: list[tuple[str, str, Callable[..., Timed], int, Callable[[], Any], Target | None]] = [
        ("32x32 pairs", POLICY_VALUE, policy_value, 10, _pure_pairs, Target("≥ 100x", ratio=100)),
        ("100 stochastic pairs", POLICY_VALUE, policy_value, 5, _mixed_pairs, None),
        ("100 stochastic pairs", EXPECTED_RETURNS, expected_returns, 5, _mixed_pairs, None),
    ]
    for case, who, function, horizon, pairs, target in lines:
        row = Row("iterated, float", f"{case}, horizon {horizon}", [], who, target=target)
        measure = partial(
            _measure_floats, function=function, stages=stages, horizon=horizon, pairs=pairs()
        )
        yield Case(row, measure)


def _pure_tables() -> NDArray[np.int64]:
    game = games.iterated(STAGES[0], horizon=1).markov
    return np.eye(2, dtype=np.int64)[list(deterministic_tables(game, 0))]


def _pure_pairs() -> tuple[Tables, Tables]:
    pure = _pure_tables().astype(float)
    return np.repeat(pure, 32, axis=0), np.tile(pure, (32, 1, 1))


def _mixed_pairs() -> tuple[Tables, Tables]:
    first, second = np.random.default_rng(0).dirichlet([1, 1], size=(2, 100, 5))
    return first, second


def _measure_exact(row: Row, stages: list[str], discount: str | None = None) -> None:
    pure = _pure_tables()

    def values(game: IteratedGame) -> Any:
        return evaluate_exactly(game, [pure[:, None], pure[None]])

    for _ in range(TURNS + 1):
        fresh = [_built(stage, None if discount else 10, discount) for stage in stages]
        taken, found = timed(lambda fresh=fresh: [values(game) for game in fresh])
        row.ours.append(taken)
    row.ours.pop(0)  # the untimed call
    for game, exact in zip(fresh, found, strict=True):
        for i, j in ((5, 21), (30, 9)):
            alone = evaluate(game, [pure[i].tolist(), pure[j].tolist()]).payoffs
            if alone != (exact[i, j, 0], exact[i, j, 1]):
                raise SystemExit(f"{game!r}: a batch and a single pair differ")
    row.remarks = (
        f"the {1024 * len(stages)} pairs of all games in one time; some checked one by one"
    )
    say(f"  {row.job}, {row.case}: {show(statistics.median(row.ours))}")


def _measure_floats(
    row: Row, function: Callable[..., Timed], stages: list[str], horizon: int, pairs: Any
) -> None:
    peer = Peer(function, _arguments(_built(stages[0], 1), 1, [t[:1] for t in pairs]), 300.0)
    for stage in stages:
        game = _built(stage, horizon)
        arguments = _arguments(game, horizon, pairs)
        ours, theirs = [], []
        for _ in range(1 if len(stages) == 2 else 3):
            evaluate_floats(game, pairs)
            ours.append(timed(lambda game=game: evaluate_floats(game, pairs))[0])
            (taken, remark), stopped = peer(*arguments)
            theirs.append(taken)
        row.ours.append(statistics.median(ours))
        row.theirs.append(statistics.median(theirs))
        row.stopped.append(stopped)
    peer.close()
    row.methods = "evaluate_floats, floats without a certificate"
    row.remarks = remark
    say(f"  {row.job}, {row.case}: {show(row.ours[-1])}, {row.peer} {show(row.theirs[-1])}")


def _built(stage: str, horizon: int | None, discount: str | None = None) -> IteratedGame:
    game = games.iterated(stage, horizon=horizon, discount=discount)
    _ = game.markov  # kept: building the game is not timed
    return game


def _arguments(game: IteratedGame, horizon: int, pairs: Any) -> tuple[Any, ...]:
    """What a peer is given: payoffs, horizon, tables, and our values to agree with."""
    payoffs = [array.floats() for array in game.stage.payoffs]
    return payoffs, horizon, pairs, evaluate_floats(game, pairs) * horizon


def policy_value(payoffs: Any, horizon: int, pairs: Any, values: Tables) -> Timed:
    """OpenSpiel's Python traversal of its C++ repeated game, the faster one of the two for it;
    histories of probability zero are left out, as it does."""
    from open_spiel.python.algorithms import expected_game_score
    from open_spiel.python.policy import Policy

    game = _repeated(payoffs, horizon)

    class Memory(Policy):  # type: ignore[misc]
        """The row of the last joint action, read off the history."""

        def __init__(self, tables: list[list[list[float]]]) -> None:
            super().__init__(game, [0, 1])
            self.tables = tables

        def action_probabilities(self, state: Any, player_id: Any = None) -> dict[int, float]:
            history = state.history()
            row = 1 + 2 * history[-2] + history[-1] if history else 0
            return dict(enumerate(self.tables[player_id][row]))

    policies = [Memory([x.tolist(), y.tolist()]) for x, y in zip(*pairs, strict=True)]
    start = time.perf_counter()
    found = [expected_game_score.policy_value(game.new_initial_state(), p) for p in policies]
    return _agreed(time.perf_counter() - start, found, values)


def expected_returns(payoffs: Any, horizon: int, pairs: Any, values: Tables) -> Timed:
    """OpenSpiel's C++ traversal of its C++ repeated game, with a tabular policy that has a row
    for each history; building the policies is not timed."""
    import pyspiel

    game = _repeated(payoffs, horizon)
    policies = [
        [pyspiel.TabularPolicy(_by_history(table.tolist(), horizon)) for table in pair]
        for pair in zip(*pairs, strict=True)
    ]
    start = time.perf_counter()
    found = [
        pyspiel.expected_returns(game.new_initial_state(), pair, -1, True, 0.0) for pair in policies
    ]
    return _agreed(time.perf_counter() - start, found, values)


def _repeated(payoffs: Any, horizon: int) -> Any:
    import pyspiel

    labels = ["C", "D"]
    stage = pyspiel.create_matrix_game("stage", "stage", labels, labels, *payoffs)
    return pyspiel.create_repeated_game(stage, {"num_repetitions": horizon, "recall": horizon})


def _by_history(table: list[list[float]], horizon: int) -> dict[str, list[tuple[int, float]]]:
    pairs = [f"{x} {y} ;" for x, y in product("CD", repeat=2)]
    rows = [list(enumerate(row)) for row in table]
    out = {"": rows[0]}
    for length in range(1, horizon):
        for history in product(range(4), repeat=length):
            out["".join(pairs[k] for k in history)] = rows[1 + history[-1]]
    return out


def _agreed(taken: float, found: Any, values: Tables) -> Timed:
    if not np.allclose(found, values, rtol=0, atol=AGREE):
        raise ValueError("gtlearn and OpenSpiel find different values")
    return taken, f"on its C++ repeated_game; the same values to {AGREE:g}"
