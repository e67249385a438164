"""Whether what is installed works here: quick trials, those that may crash in their own process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from gtlearn.cli.installed import CORE
from gtlearn.optional import installed_version

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


def _programs() -> Finding:
    package = f"highspy {installed_version('highspy')}"
    error = _failure(solve_programs)
    advice = f"install another version of highspy; {package} is wrong here ({error})"
    return Finding(
        CORE, "linear and integer programs", not error, advice if error else f"by {package}"
    )


def _model() -> Finding:
    error = _failure(move_ball, MUJOCO_GL="disable")  # drawing is another trial
    return Finding("envs", "MuJoCo's physics", not error, error and f"reinstall mujoco ({error})")


def _picture() -> Finding:
    what, chosen = "MuJoCo's pictures", os.environ.get("MUJOCO_GL", "")
    error = _failure(draw_ball)
    if not error:
        return Finding("envs", what, True, f"with MUJOCO_GL={chosen}" if chosen else "")
    for backend in _BACKENDS:
        if backend != chosen and not _failure(draw_ball, MUJOCO_GL=backend):
            return Finding("envs", what, not chosen, f"set the variable MUJOCO_GL to {backend}")
    advice = "install libegl1 or libosmesa6, and set MUJOCO_GL to egl or osmesa"
    return Finding("envs", what, False, f"{advice} ({error})")


def _rom() -> Finding:
    error = _failure(load_rom)
    advice = "pip install --force-reinstall ale-py multi-agent-ale-py"
    return Finding("atari", "Space Invaders", not error, error and f"{advice} ({error})")


def _lrsnash() -> Finding:
    path = shutil.which("lrsnash")
    return Finding("peers", "lrsnash", bool(path), path or "install Debian's package lrslib")


_TRIALS: tuple[tuple[str, str, Callable[[], Finding]], ...] = (
    (CORE, "", _programs),
    ("envs", "mujoco", _model),
    ("envs", "mujoco", _picture),
    ("atari", "multi_agent_ale_py", _rom),
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
