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
