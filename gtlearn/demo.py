"""`gtlearn demo`: games solved exactly, a learner that plays them, and how far it stays away.

The learner is OpenSpiel's external-sampling regret minimiser (Lanctot et al. 2009), which plays
against itself. Its average policy tends to an equilibrium in every two-player zero-sum game, and
in many others, but not in all: in Shapley's game (1964) it does not, and
playing longer does not help.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtlearn import solvers
from gtlearn.games import NormalFormGame
from gtlearn.optional import install_line
from gtlearn.runs.canvas import finish, new_canvas, style
from gtlearn.solvers.checking.check import check_equilibrium
from gtlearn.solvers.outcomes import NashEquilibrium
from gtlearn.solvers.output.pieces import add_row, mix, new_table, to_text
from gtlearn.solvers.solution import Solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAMES = ("battle_of_the_sexes", "rock_paper_scissors", "shapley")
TITLES = ("Battle of the sexes", "Rock-paper-scissors", "Shapley's game")
RUNS = 8
CHECKPOINTS = tuple(round(10 ** (k / 5)) for k in range(5, 26))  # 10 ... 100000 iterations
SHOWN = (0, 10, len(CHECKPOINTS) - 1)  # the checkpoints in the table
_CLOSE = 0.05  # a NashConv below this counts as having arrived
_COLOURS = ("#0072b2", "#009e73", "#d55e00")  # told apart by colour-blind readers too


@dataclass(frozen=True)
class Learned:
    """One run of the learner on one game.

    Attributes:
        regrets: NashConv of its average policy at each checkpoint, exactly: what the players
            could gain by deviating, summed.
        nearest: the index of the exact equilibrium that is nearest to the last policy.
        distance: how far away that is, in total variation.
    """

    regrets: tuple[Fraction, ...]
    nearest: int
    distance: float


def run_demo(picture: Path, seed: int = 0) -> Iterator[str]:
    """Runs the demonstration; yields what to print, part by part.

    Args:
        picture: where to write the PNG.
        seed: the seed of the learner's first run; the others take the following ones.
    """
    yield _wrapped(
        "Three games are solved exactly, then a learner plays them, then what it learned is "
        "measured against the exact solutions. This takes about ten seconds."
    )
    yield _heading("1. Theory: every equilibrium, with a proof")
    yield _wrapped(
        "In a Nash equilibrium, no player gains by changing its own strategy alone. In the battle "
        "of the sexes two players want to meet, but each prefers another place, A or B:\n"
    )
    solutions = [solvers.solve(name, concept="nash", find="all") for name in GAMES]
    yield f"{solutions[0]}\n"
    for title, solution in zip(TITLES[1:], solutions[1:], strict=True):
        yield _wrapped(_one_line(title, solution))

    yield _heading("2. Learning: OpenSpiel's regret minimiser plays against itself")
    yield _wrapped(
        f"{len(GAMES)} games, {RUNS} runs each, {CHECKPOINTS[-1]:,} iterations a run. At "
        f"{len(CHECKPOINTS)} points of each run its average policy is checked against the game's "
        "payoffs, in exact arithmetic."
    )
    groups = [[learn(solution, seed + k) for k in range(RUNS)] for solution in solutions]

    yield _heading("3. The check: how much could the players still gain by deviating?")
    yield _wrapped(
        "The gain that is left (NashConv, the sum over the players; 0 in equilibrium), mean of "
        f"{RUNS} runs, and how far the last policy is from the nearest equilibrium (total "
        "variation):"
    )
    yield _table(groups)
    for title, solution, runs in zip(TITLES, solutions, groups, strict=True):
        yield _wrapped(_verdict(title, solution, runs))
    yield f"\n{draw(picture, groups)}\n"
    yield "Next: `gtlearn games list`, then `gtlearn solve GAME --find all`."


def learn(solution: Solution, seed: int) -> Learned:
    """Trains the learner on a solved game and checks it at every checkpoint."""
    import pyspiel

    game = solution.game
    assert isinstance(game, NormalFormGame)
    turn_based = pyspiel.convert_to_turn_based(game.openspiel)
    learner = pyspiel.ExternalSamplingMCCFRSolver(turn_based, seed)
    regrets: list[Fraction] = []
    done = 0
    for checkpoint in CHECKPOINTS:
        for _ in range(checkpoint - done):
            learner.run_iteration()
        done = checkpoint
        profile = _profile(turn_based, learner.average_policy())
        report = check_equilibrium(profile, game, nearest=checkpoint == CHECKPOINTS[-1])
        regrets.append(sum(report.regrets or (), Fraction(0)))
    nearest = report.nearest
    assert nearest is not None and nearest.index is not None
    return Learned(tuple(regrets), nearest.index, float(nearest.distance))


def _profile(turn_based: Any, policy: Any) -> list[list[float]]:
    """The policy's probabilities, one vector a player, in the order of play."""
    state = turn_based.new_initial_state()
    profile = []
    while not state.is_terminal():
        profile.append([probability for _, probability in policy.get_state_policy(state)])
        state.apply_action(state.legal_actions()[0])
    return profile


def _heading(text: str) -> str:
    return f"\n{text}\n{'=' * len(text)}"


def _wrapped(text: str) -> str:
    return to_text([text])


def _one_line(title: str, solution: Solution) -> str:
    count = len(solution)
    exist = "exactly one equilibrium" if count == 1 else f"{count} equilibria"
    return f"{title} has {exist}, {_named(solution, 0)}{', ...' * (count > 1)}."


def _named(solution: Solution, index: int) -> str:
    """One equilibrium as (Row's strategy | Column's strategy)."""
    outcome = solution[index]
    assert isinstance(outcome, NashEquilibrium) and isinstance(solution.game, NormalFormGame)
    pairs = zip(solution.game.actions, outcome.strategies, strict=True)
    return "(" + " | ".join(mix(labels, strategy) for labels, strategy in pairs) + ")"


def _table(groups: Sequence[Sequence[Learned]]) -> str:
    heads = [f"{CHECKPOINTS[k]:,}" for k in SHOWN]
    table = new_table("after iterations:", *heads, "distance", right=[*heads, "distance"])
    for title, runs in zip(TITLES, groups, strict=True):
        means = [float(sum(run.regrets[k] for run in runs)) / len(runs) for k in SHOWN]
        distance = sum(run.distance for run in runs) / len(runs)
        add_row(table, [title, *(f"{mean:.5f}" for mean in means), f"{distance:.4f}"])
    return to_text([table])


def _verdict(title: str, solution: Solution, runs: Sequence[Learned]) -> str:
    arrived = [run for run in runs if run.regrets[-1] < _CLOSE]
    if not arrived:
        least = min(float(run.regrets[-1]) for run in runs)
        return (
            f"{title}: no run arrives. Every learned policy leaves {least:.2f} or more to gain, "
            "and playing longer does not help."
        )
    reached = Counter(run.nearest for run in arrived).most_common()
    places = [f"{count} of {len(runs)} near {_named(solution, k)}" for k, count in reached]
    return f"{title}: {', '.join(places)}."


def draw(picture: Path, groups: Sequence[Sequence[Learned]]) -> str:
    """Writes the curves of all runs as a PNG; returns what to tell the user.

    Raises:
        InputError: if the file cannot be written.
    """
    if find_spec("matplotlib") is None:
        return f"No picture: matplotlib is missing; to add it: {install_line('plots')}"
    figure, ((axes,),) = new_canvas(1, 1, (9, 5.2))
    for title, colour, runs in zip(TITLES, _COLOURS, groups, strict=True):
        _curves(axes, title, colour, runs)
    axes.set(xscale="log", yscale="log", xlim=(CHECKPOINTS[0], CHECKPOINTS[-1]))
    axes.set_ylabel("gain that is left (NashConv, in units of payoff)")
    axes.set_title(
        "How much the players could still gain by deviating from what was learned",
        loc="left",
        fontweight="bold",
    )
    style(axes)
    caption = (
        "OpenSpiel's regret minimiser (external-sampling MCCFR) against itself: its average "
        "policy, checked against the payoffs in exact arithmetic. "
        f"Thin: {len(groups[0])} runs a game; bold: their mean."
    )
    return f"Picture: {finish(figure, picture, caption, 'iterations of the learner')}"


def _curves(axes: Axes, title: str, colour: str, runs: Sequence[Learned]) -> None:
    """One game's runs, their mean, and its name at the right end of the mean."""
    for run in runs:
        axes.plot(CHECKPOINTS, [float(r) for r in run.regrets], color=colour, lw=0.7, alpha=0.35)
    means = [
        float(sum(run.regrets[k] for run in runs)) / len(runs) for k in range(len(CHECKPOINTS))
    ]
    axes.plot(CHECKPOINTS, means, color=colour, lw=2.2)
    outcome = "nears equilibrium" if means[-1] < _CLOSE else f"stays at {means[-1]:.2f}"
    axes.annotate(
        f"{title}:\n{outcome}",
        (CHECKPOINTS[-1], means[-1]),
        xytext=(8, 0),
        textcoords="offset points",
        color=colour,
        va="center",
        fontsize=10,
    )
