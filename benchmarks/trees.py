"""Game trees: exact equilibria, regret minimisation and NashConv, against OpenSpiel."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks.harness import Case, Peer, Row, Target, Timed, say, show, timed
from gtlearn import games, solvers

LP = "OpenSpiel sequence_form_lp, float"
CFR = "OpenSpiel C++ CFR+"
NASH_CONV = "OpenSpiel C++ nash_conv, float"
DICE = "liars_dice(numdice=1,dice_sides={})"
TURNS = 5
UPDATES = 20  # of regret minimisation in a turn


def trees(quick: bool) -> Iterator[Case]:
    """Whole calls with the tree, but for updates and NashConv, whose tree is ready."""
    exact = [
        ("kuhn_poker", None),
        ("leduc_poker", Target("≥ 3x, aim at 6x", ratio=3, aim=6)),
        (DICE.format(4), Target("≥ 6x", ratio=6)),
        (DICE.format(5), Target("≥ 20x", ratio=20)),
    ]
    for name, target in exact[:2] if quick else exact:
        row = Row("tree, exact", name, [], LP, target=target)
        yield Case(row, partial(_race, ours=_solved, theirs=sequence_form, name=name))
    for name, limit in (("tic_tac_toe", 0.5), (DICE.format(6), 15.0), (_poker(5), 10.0)):
        if not quick:
            row = Row(
                "tree, exact", _short(name), [], target=Target(f"≤ {limit:g} s", seconds=limit)
            )
            yield Case(row, partial(_alone, name=name))
    for name, least in (("leduc_poker", 40), (DICE.format(5), 80)):
        row = Row("one CFR+ update", name, [], CFR, target=Target(f"≥ {least}x", ratio=least))
        yield Case(row, partial(_race, ours=_updates, theirs=cfr_updates, name=name))
    row = Row("exact NashConv", "leduc_poker", [], NASH_CONV, target=Target("≥ 300x", ratio=300))
    yield Case(row, partial(_race, ours=_measured, theirs=nash_conv, name="leduc_poker"))


def _poker(ranks: int) -> str:
    return (
        "universal_poker(betting=limit,numPlayers=2,numRounds=2,blind=1 1,firstPlayer=1 1,"
        f"numSuits=2,numRanks={ranks},numHoleCards=1,numBoardCards=0 1,raiseSize=2 4,maxRaises=2 2)"
    )


def _short(name: str) -> str:
    return name if len(name) < 60 else "Leduc poker with 5 ranks"


def _race(
    row: Row, ours: Callable[[str], Callable[[], float]], theirs: Callable[..., Timed], name: str
) -> None:
    """Turn by turn, each after an untimed call."""
    work = ours(name)
    work()
    peer = Peer(theirs, (name,), 300.0)
    for _ in range(TURNS):
        row.ours.append(work())
        (taken, row.remarks), late = peer(name)
        row.theirs.append(taken)
        row.stopped.append(late)
    peer.close()
    mine, other = map(statistics.median, (row.ours, row.theirs))
    say(f"  {row.job}, {row.case}: {show(mine)}, {row.peer} {show(other)}")


def _alone(row: Row, name: str) -> None:
    work = _solved(name)
    row.ours += [work() for _ in range(3)]
    say(f"  {row.job}, {row.case}: {show(statistics.median(row.ours))}")


def _solved(name: str) -> Callable[[], float]:
    """The tree or its merged states, the equilibrium, its certificate."""
    import pyspiel

    game = pyspiel.load_game(name)

    def solve() -> float:
        taken, solution = timed(lambda: solvers.solve(games.load(game)))
        if any(solution[0].certificate.evidence["regrets"]):
            raise SystemExit(f"{name} was not solved exactly")
        return taken

    return solve


def _updates(name: str) -> Callable[[], float]:
    from gtlearn.solvers._trees.cfr import VARIANTS, Minimiser
    from gtlearn.solvers._trees.form import form_of

    minimiser = Minimiser(form_of(games.load(name)), VARIANTS["cfr+"])
    return lambda: timed(lambda: [minimiser.step() for _ in range(UPDATES)])[0] / UPDATES


def _measured(name: str) -> Callable[[], float]:
    """NashConv of strategies in floats, which are rounded to 30 bits."""
    from gtlearn.learning.regret import CfrConfig, CfrLearner

    learner = CfrLearner(CfrConfig(game=name), 0)
    for _ in range(5):
        learner.step()
    plans = [learner.play.average(player) for player in (0, 1)]
    return lambda: timed(lambda: learner.meter.nash_conv_of_plans(plans))[0]


def sequence_form(name: str) -> Timed:
    """Builds its own tree, too."""
    import pyspiel
    from open_spiel.python.algorithms import sequence_form_lp

    game = pyspiel.load_game(name)
    start = time.perf_counter()
    sequence_form_lp.solve_zero_sum_game(game)
    return time.perf_counter() - start, ""


def cfr_updates(name: str) -> Timed:
    """Seconds of one update, from a few."""
    import pyspiel

    solver: Any = pyspiel.CFRPlusSolver(pyspiel.load_game(name))
    solver.evaluate_and_update_policy()
    start = time.perf_counter()
    for _ in range(3):
        solver.evaluate_and_update_policy()
    return (time.perf_counter() - start) / 3, ""


def nash_conv(name: str) -> Timed:
    """Of a tabular policy."""
    import pyspiel

    game = pyspiel.load_game(name)
    solver: Any = pyspiel.CFRSolver(game)
    solver.evaluate_and_update_policy()
    policy = solver.average_policy()
    start = time.perf_counter()
    pyspiel.nash_conv(game, policy)
    return time.perf_counter() - start, ""
