"""`gtlearn doctor`: what is installed of what gtlearn requires, and whether it works here.

That is seen by quick trials; those that may crash have a process of their own.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtlearn.cli.options import OneOf
from gtlearn.cli.stdout import Command
from gtlearn.optional import install_line, installed_version, is_met, requirements
from gtlearn.version import __version__

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from rich.table import Table

CORE = "core"
PURPOSES = {  # of the core and of each extra
    CORE: "solving and checking",
    "learn": "training learners",
    "plots": "pictures",
    "envs": "PettingZoo and MuJoCo environments",
    "video": "films in MP4 (with FFmpeg, GPL)",
    "atari": "Atari environments (GPL)",
    "excel": "games in .xlsx files, and pandas",
    "scale": "many runs at once",
    "peers": "tests of agreement with other packages (ecos and pygambit are GPL)",
    "docs": "building the documentation",
    "dev": "tests and linters",
}
DEVELOPERS = ("peers", "docs", "dev")  # of no use to those who only use gtlearn
_Columns = list[tuple[float, float, float, bool]]
_Rows = list[tuple[list[float], float, float]]

_INFINITY = float("inf")
_PROGRAMS: tuple[tuple[str, float, _Columns, _Rows], ...] = (
    # minimise; columns are (cost, lower, upper, whether whole), rows (coefficients, lower, upper)
    (
        "Hillier & Lieberman's (2010, section 3.1)",
        -36.0,
        [(-3, 0, _INFINITY, False), (-5, 0, _INFINITY, False)],
        [([1, 0], -_INFINITY, 4), ([0, 2], -_INFINITY, 12), ([3, 2], -_INFINITY, 18)],
    ),
    (
        "with one whole number",  # HiGHS 1.14.0 says 15
        9.0,
        [(2, 0, 10, False), (3, 0, 10, True)],
        [([1, 1], 4.5, _INFINITY)],
    ),
    (
        "of PuLP's tests",  # HiGHS 1.14.0 says 76
        64.0,
        [(1, 0, 4, False), (4, -1, 1, False), (9, 0, _INFINITY, True)],
        [([1, 1, 0], -_INFINITY, 5), ([1, 0, 1], 10, _INFINITY), ([0, -1, 1], 7.5, 7.5)],
    ),
)
_TOLERANCE = 1e-6  # of an optimum
_SECONDS = 60  # for one trial; a busy machine needs some to start Python
_BACKENDS = ("egl", "osmesa")  # with which MuJoCo draws without a screen
_RED_BALL = """
<mujoco><worldbody>
  <light pos='0 0 3'/>
  <body><freejoint/><geom type='sphere' size='.5' rgba='1 0 0 1'/></body>
</worldbody></mujoco>
"""


@dataclass(frozen=True)
class Finding:
    """What a trial has shown.

    Attributes:
        extra: the extra that it belongs to.
        what: what was tried.
        works: whether it works.
        detail: how it works, or what to do.
    """

    extra: str
    what: str
    works: bool
    detail: str


@click.command(cls=Command)
@click.argument("extras", nargs=-1, type=OneOf(*PURPOSES), metavar="[EXTRA]...")
def doctor(extras: tuple[str, ...]) -> int:
    """Say what is installed and works, and how to add the rest.

    With EXTRAs, such as envs or atari, look only at these; the exit code is 1 if something of them
    is missing or does not work. Without, look at the core and at all extras but those of developers
    (peers, docs, dev); the exit code is 1 if the core is not whole.

    \b
    Example:
      gtlearn doctor envs atari
    """
    from gtlearn.cli.output import emit
    from gtlearn.solvers.output.pieces import to_text

    parts = extras or tuple(part for part in PURPOSES if part not in DEVELOPERS)
    trials = findings(parts)
    advice = additions(parts)
    advice += [f"To use {trial.what}: {trial.detail}" for trial in trials if not trial.works]
    tables = [package_table(parts), *([_trial_table(trials)] if trials else [])]
    text = to_text([_heading(), *tables])
    emit("\n".join([text, *advice]), None)  # not wrapped: commands to copy
    vital = extras or (CORE,)
    failed = any(trial.extra in vital and not trial.works for trial in trials)
    return int(failed or bool(additions(vital)))


def _heading() -> str:
    python = f"Python {platform.python_version()}"
    return f"gtlearn {__version__}, {python} on {sys.platform} {platform.machine()}"


def _trial_table(trials: Sequence[Finding]) -> Table:
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table("part", "tried", "works", "how")
    for trial in trials:
        works = "yes" if trial.works else "no"
        add_row(table, [trial.extra, trial.what, works, trial.detail if trial.works else ""])
    return table


def needed(part: str) -> list[Requirement]:
    """What the core or an extra needs."""
    return requirements("" if part == CORE else part)


def package_table(parts: Collection[str]) -> Table:
    """What these parts need, and the versions that are installed."""
    from gtlearn.solvers.output.pieces import add_row, new_table

    table = new_table("part", "for", "package", "installed")
    for part in parts:
        for position, requirement in enumerate(needed(part)):
            heading = (part, PURPOSES[part]) if position == 0 else ("", "")
            add_row(table, [*heading, requirement.name, _state(requirement)])
    return table


def _state(requirement: Requirement) -> str:
    version = installed_version(requirement.name)
    if version is None:
        return "missing"
    return version if is_met(requirement) else f"{version}; needed {requirement.specifier}"


def additions(parts: Collection[str]) -> list[str]:
    """For each of these parts that lacks something, a line with the command that installs it."""
    lines = []
    for part in parts:
        unmet = [requirement for requirement in needed(part) if not is_met(requirement)]
        if unmet:
            verb = "add" if any(installed_version(r.name) is None for r in unmet) else "mend"
            lines.append(f"To {verb} {part}: {install_line('' if part == CORE else part)}")
    return lines


def findings(extras: Collection[str]) -> list[Finding]:
    """What the trials of these extras show; those are left out whose package is missing."""
    return [
        trial()
        for extra, module, trial in _TRIALS
        if extra in extras and (not module or importlib.util.find_spec(module))
    ]


def solve_programs() -> None:
    """Solves linear and integer programs whose optima are known."""
    import highspy
    import numpy as np

    from gtlearn.solvers._linear.highs import silent_highs

    for name, optimum, columns, rows in _PROGRAMS:
        solver = silent_highs()
        for position, (cost, low, high, whole) in enumerate(columns):
            solver.addVar(low, high)
            solver.changeColCost(position, cost)
            if whole:
                solver.changeColIntegrality(position, highspy.HighsVarType.kInteger)
        for values, low, high in rows:
            places = np.arange(len(values), dtype=np.int32)
            solver.addRow(low, high, len(values), places, np.array(values, dtype=float))
        solver.run()
        value = solver.getInfo().objective_function_value
        if abs(value - optimum) > _TOLERANCE:
            raise RuntimeError(f"the optimum of the program {name} is {optimum:g}, not {value:g}")


def move_ball() -> None:
    """Lets a ball fall in MuJoCo."""
    import mujoco

    model = mujoco.MjModel.from_xml_string(_RED_BALL)
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data)
    if not data.qpos[2] < 0:
        raise RuntimeError("a ball does not fall")


def draw_ball() -> None:
    """Draws a red ball with MuJoCo."""
    import mujoco

    model = mujoco.MjModel.from_xml_string(_RED_BALL)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    with mujoco.Renderer(model, 32, 32) as renderer:
        renderer.update_scene(data)
        red, green, _ = renderer.render().max(axis=(0, 1))
    if not red > green:
        raise RuntimeError("a red ball is not seen")


def load_rom() -> None:
    """Loads Space Invaders into the emulator of two players."""
    import ale_py
    import multi_agent_ale_py

    console = multi_agent_ale_py.ALEInterface()
    console.loadROM(str(Path(ale_py.__file__).parent / "roms" / "space_invaders.bin"))
    if not console.getMinimalActionSet().size:
        raise RuntimeError("space_invaders.bin is not known to the emulator")


def _tried(
    extra: str, what: str, trial: Callable[[], None], advice: str, **environment: str
) -> Finding:
    """What a trial in its own process shows; the advice is for where it fails."""
    error = _failure(trial, **environment)
    return Finding(extra, what, not error, error and f"{advice} ({error})")


def _programs() -> Finding:
    package = f"highspy {installed_version('highspy')}"
    advice = f"install another version of highspy; {package} is wrong here"
    finding = _tried(CORE, "linear and integer programs", solve_programs, advice)
    return replace(finding, detail=f"by {package}") if finding.works else finding


def _picture() -> Finding:
    chosen = os.environ.get("MUJOCO_GL", "")
    advice = "install libegl1 or libosmesa6, and set MUJOCO_GL to egl or osmesa"
    finding = _tried("envs", "MuJoCo's pictures", draw_ball, advice)
    if finding.works:
        return replace(finding, detail=f"with MUJOCO_GL={chosen}" if chosen else "")
    for backend in _BACKENDS:
        if backend != chosen and not _failure(draw_ball, MUJOCO_GL=backend):
            advice = f"set the variable MUJOCO_GL to {backend}"
            return replace(finding, works=not chosen, detail=advice)
    return finding


def _lrsnash() -> Finding:
    path = shutil.which("lrsnash")
    return Finding("peers", "lrsnash", bool(path), path or "install Debian's package lrslib")


_REINSTALL = "pip install --force-reinstall ale-py multi-agent-ale-py"
_TRIALS: tuple[tuple[str, str, Callable[[], Finding]], ...] = (
    (CORE, "", _programs),
    (
        "envs",
        "mujoco",  # whose pictures are another trial
        partial(
            _tried, "envs", "MuJoCo's physics", move_ball, "reinstall mujoco", MUJOCO_GL="disable"
        ),
    ),
    ("envs", "mujoco", _picture),
    (
        "atari",
        "multi_agent_ale_py",
        partial(_tried, "atari", "Space Invaders", load_rom, _REINSTALL),
    ),
    ("peers", "", _lrsnash),
)


def _failure(trial: Callable[[], None], **environment: str) -> str:
    """Runs a trial in a process of its own; returns what went wrong, "" where nothing did."""
    code = f"from {trial.__module__} import {trial.__name__}; {trial.__name__}()"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {_SECONDS} s"
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"it ended with the code {done.returncode}"
