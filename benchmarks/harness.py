"""Timing two ways to do the same work, turn by turn, in the same run.

A job compares, on several seeded games, gtlearn in this process with a peer in a process of its
own, so that the peer can be stopped at a time limit. Both are called once before any clock
starts, so imports and compilation are not measured; neither is the construction of a game. On each
game the two take turns until `SETTLED` seconds are spent or each has run `TURNS` times; the
median of the turns is that game's time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from gtlearn.games import NormalFormGame
from gtlearn.limits import TIME_LIMIT
from gtlearn.solvers import Solution

TURNS = 5
SETTLED = 2.0
Timed = tuple[float, str]  # seconds, a remark (such as "not converged") or ""
PeerFunction = Callable[..., Timed]


@dataclass(frozen=True)
class Target:
    """What is to be reached: a ratio to the peer (peer / ours), or a time of ours, in seconds.

    Attributes:
        text: as the project asked for it.
        ratio: the least ratio of the medians.
        seconds: the longest time of ours.
        aim: a ratio beyond the target, where one was named.
    """

    text: str
    ratio: float | None = None
    seconds: float | None = None
    aim: float | None = None


@dataclass
class Row:
    """One line of the table.

    Attributes:
        job: the group of the line.
        case: the games.
        ours: gtlearn's seconds, one a game.
        peer: who else was timed, "" if no one was.
        theirs: the peer's seconds, one a game; the limit where `stopped`.
        stopped: one truth value a game: whether the peer ran into the time limit.
        target: what is to be reached, None for a line that only informs.
        methods: how gtlearn solved them.
        remarks: what else was seen.
        reached: whether the target was reached, where neither ratio nor time says so.
        steps: how many environment steps each time stands for: it is shown as a rate; else 0.
        columns: the cells of a line that belongs to a table of its job's own, by heading.
        samples: the numbers that such cells were computed from; None for what never came.
        absent: the package that could not be measured because it is not installed.
    """

    job: str
    case: str
    ours: list[float]
    peer: str = ""
    theirs: list[float] = field(default_factory=list)
    stopped: list[bool] = field(default_factory=list)
    target: Target | None = None
    methods: str = ""
    remarks: str = ""
    reached: bool | None = None
    steps: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[float | None]] = field(default_factory=dict)
    absent: str = ""


@dataclass(frozen=True)
class Case:
    """One line that can be measured: `measure` fills its row."""

    row: Row
    measure: Callable[[Row], None]


class Peer:
    """A peer's function in a process of its own, which is replaced when it is too slow."""

    def __init__(self, function: PeerFunction, warm: tuple[Any, ...], limit: float) -> None:
        self.function, self.warm, self.limit = function, warm, limit
        self._process: multiprocessing.process.BaseProcess | None = None
        self._end: Connection | None = None

    def __call__(self, *arguments: Any) -> tuple[Timed, bool]:
        """The time it took and a remark, and whether it was stopped at the limit."""
        end = self._start()
        end.send((self.function, arguments))
        # the peer's own preparation (building its kind of game) is not timed but takes a while
        if not end.poll(self.limit + 10):
            self.close()
            return (self.limit, ""), True
        answer = end.recv()
        if isinstance(answer, Exception):
            raise answer
        seconds, remark = answer
        return (min(seconds, self.limit), remark), seconds > self.limit

    def _start(self) -> Connection:
        if self._end is None:
            context = multiprocessing.get_context("spawn")
            self._end, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other,), daemon=True)
            self._process.start()
            other.close()
            self._end.send((self.function, self.warm))
            answer = self._end.recv()
            if isinstance(answer, Exception):
                raise answer
        return self._end

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._end is not None:
            self._end.close()
        self._process = self._end = None


def _serve(end: Connection) -> None:
    with contextlib.suppress(EOFError):
        while True:
            function, arguments = end.recv()
            try:
                end.send(function(*arguments))
            except Exception as error:
                end.send(RuntimeError(f"{type(error).__name__}: {error}"))


def race(
    row: Row,
    makes: Iterable[Callable[[], NormalFormGame]],
    solve: Callable[[NormalFormGame], Solution],
    peer: Peer | None,
    arguments: Callable[[NormalFormGame], tuple[Any, ...]] | None = None,
    *,
    budget: float = float("inf"),
) -> None:
    """Fills a row: our solver and the peer take turns on every game.

    Args:
        row: what is compared; it is filled.
        makes: builds one game each, seeded: called anew for each turn, for a game may cache.
        solve: ours; every solution of its result must carry an exact, verified certificate,
            unless it ran into a time limit of its own, which the row then says.
        peer: theirs, None to time ours alone.
        arguments: what the peer is given for a game.
        budget: seconds for the peer, in all games together; after that ours runs alone.
    """
    methods: dict[str, int] = {}
    remarks: dict[str, int] = {}
    used = 0.0
    for make in makes:
        ours: list[float] = []
        theirs: list[float] = []
        stopped = False
        racing = peer is not None and used < budget
        start = time.perf_counter()
        while not ours or (len(ours) < TURNS and time.perf_counter() - start < SETTLED):
            game = make()
            taken, solution = timed(lambda game=game: solve(game))
            late = solution.status == TIME_LIMIT
            if not late:
                check_exact(game, solution)
            ours.append(taken)
            if racing and not stopped:
                (taken, remark), stopped = peer(*arguments(game))
                theirs.append(taken)
                used += taken
                if len(theirs) == 1:
                    _count(remarks, remark)
        _count(methods, "nothing within the time limit" if late else solution.method)
        row.ours.append(statistics.median(ours))
        if theirs:
            row.theirs.append(theirs[-1] if stopped else statistics.median(theirs))
            row.stopped.append(stopped)
        say(f"  {row.job}, {row.case}: {show(row.ours[-1])}" + _beside(row, theirs, stopped))
    if peer is not None:
        peer.close()
    row.methods = _counted(methods)
    row.remarks = "; ".join(filter(None, [row.remarks, _counted(remarks)]))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that the work took, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def check_exact(game: NormalFormGame, solution: Solution) -> None:
    """Stops the benchmark if anything in the solution is not proven in rationals."""
    certificates = [found.certificate for found in solution]
    if not certificates or not all(c.verified and c.arithmetic == "rational" for c in certificates):
        raise SystemExit(f"{game!r} was not solved exactly: {solution.method}, {solution.notes}")


def show(seconds: float) -> str:
    """A time with two or three digits and its unit."""
    if seconds < 0.0995:
        return f"{seconds * 1e3:.2g} ms" if seconds < 0.00995 else f"{seconds * 1e3:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def rate(steps: int, seconds: float) -> str:
    """Environment steps a second, with two or three digits."""
    each = steps / seconds
    if each < 999_500:
        return f"{each / 1e3:.{0 if each >= 9_950 else 1}f}k steps/s"
    return f"{each / 1e6:.{0 if each >= 9_950_000 else 1}f}M steps/s"


def child_cpu() -> float:
    """Seconds of processor time that finished processes of this one took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _count(counts: dict[str, int], name: str) -> None:
    if name:
        counts[name] = counts.get(name, 0) + 1


def _counted(counts: dict[str, int]) -> str:
    if len(counts) == 1 and "" not in counts:
        return next(iter(counts))
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def _beside(row: Row, theirs: list[float], stopped: bool) -> str:
    if not theirs:
        return ""
    return f", {row.peer} {'> ' if stopped else ''}{show(row.theirs[-1])}"
