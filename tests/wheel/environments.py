"""Whether gtlearn works where strangers install it: without the versions of constraints.txt.

    python tests/wheel/environments.py [--learn]

Builds sdist and wheel into dist/, installs the wheel into empty environments, and runs
`commands.py` in each: with the newest versions on each Python that is here, with the lowest ones on
the first. What fails is tried again with one package after the other in its tested version, so that
the package at fault is named. With --learn, also the extras learn and plots; torch stays at its
tested version, as newer ones may weigh gigabytes, unless the variable TORCH says otherwise, such as
TORCH=torch for the newest.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMANDS = Path(__file__).with_name("commands.py")
IN_THE_SDIST = (
    *("tests/conftest.py", "docs/runs.md", "docs/pictures", "benchmarks/RESULTS.md"),
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "constraints.txt"),
)
IN_THE_WHEEL = ("gtlearn/py.typed",)  # besides modules
AT_A_TIME = 2


class Failure(Exception):
    """Something does not work; the message says what."""


@dataclass(frozen=True)
class Environment:
    """A new environment, and what runs in it.

    Attributes:
        python: that makes it.
        versions: "newest" or "lowest".
        part: of `commands.py`.
        extras: of gtlearn.
    """

    python: Path
    versions: str
    part: str = "core"
    extras: tuple[str, ...] = ()

    def __str__(self) -> str:
        version = output(self.python, "-c", "import platform; print(platform.python_version())")
        return f"Python {version}, {self.versions} versions, {self.part}"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a program outside of the checkout."""
    hidden = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(word) for word in command],
        cwd=tempfile.gettempdir(),
        env=hidden,
        capture_output=True,
        text=True,
        check=False,
    )


def output(*command: object) -> str:
    """What a program prints.

    Raises:
        Failure: if it fails.
    """
    done = run(*command)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def uv(*arguments: object) -> str:
    """What uv prints."""
    return output(sys.executable, "-m", "uv", *arguments)


def pythons() -> Iterator[Path]:
    """One working interpreter of each version of Python that gtlearn claims and that is here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    claimed = [re.fullmatch(r".*Python :: (3\.\d+)", line) for line in project["classifiers"]]
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for version in (match[1] for match in claimed if match):
        places = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
        test = f"import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
        works = [Path(p) for p in places if p is not None and run(p, "-c", test).returncode == 0]
        if works:
            yield works[0]
        else:
            print(f"Python {version}: not here", flush=True)


def build() -> Path:
    """Builds the sdist, and from it the wheel; returns the wheel.

    Raises:
        Failure: if something is missing in one of them.
    """
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    output(sys.executable, "-m", "build", "--outdir", dist, ROOT)
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    wheel = next(dist.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for what, names, there in (
        ("sdist", IN_THE_SDIST, held),
        ("wheel", IN_THE_WHEEL, packed),
    ):
        missing = [name for name in names if name not in there]
        if missing:
            raise Failure(f"the {what} lacks {', '.join(missing)}")
    return wheel


def install(environment: Environment, wheel: Path, folder: Path) -> Path:
    """Makes the environment in a folder; returns its Python.

    Raises:
        Failure: if the packages cannot be installed; uv says which.
    """
    output(environment.python, "-m", "venv", folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted: list[object] = [f"gtlearn[{','.join(environment.extras)}] @ {wheel.as_uri()}"]
    if "learn" in environment.extras:  # by pip, which knows of local files
        torch = os.environ.get("TORCH", f"torch=={tested()['torch']}")
        output(python, "-m", "pip", "install", "--quiet", torch)
        wanted.append(f"torch=={installed(python)['torch']}")
    if environment.versions == "lowest":
        wanted += ["-r", lowest(environment, installed(python).get("torch"), folder)]
    uv("pip", "install", "--python", python, *wanted)
    return python


def lowest(environment: Environment, torch: str | None, folder: Path) -> Path:
    """Writes the lowest versions that are claimed, beside a given torch, into a file."""
    given = folder / "given.txt"
    given.write_text(f"torch=={torch.partition('+')[0]}\n" if torch else "")
    compiled = uv(
        *("pip", "compile", ROOT / "pyproject.toml", "--resolution", "lowest-direct"),
        *("--python", environment.python, "--no-header", "--no-annotate", "--constraints", given),
        *(word for extra in environment.extras for word in ("--extra", extra)),
    )
    others = [line for line in compiled.splitlines() if not _of_torch(line)]
    file = folder / "lowest.txt"
    file.write_text("\n".join(others))
    return file


def _of_torch(requirement: str) -> bool:
    """Whether it is torch, or one of the packages of its builds for graphics cards."""
    return bool(re.match(r"torch==|nvidia|cuda|triton", requirement))


@cache
def tested() -> dict[str, str]:
    """The versions of constraints.txt by package."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    return dict(re.findall(r"^([^#=\s]+)==(\S+)$", text, re.MULTILINE))


def installed(python: Path) -> dict[str, str]:
    """The versions in an environment by package."""
    listed = json.loads(uv("pip", "list", "--python", python, "--format", "json"))
    return {package["name"].lower(): package["version"] for package in listed}


def at_fault(python: Path, part: str, failed: str) -> str:
    """Which package breaks a command, found by giving one after another its tested version."""
    changed = {
        package: (version, tested()[package])
        for package, version in installed(python).items()
        if tested().get(package, version) != version and package != "torch"
    }
    for package, (version, good) in changed.items():
        uv("pip", "install", "--no-deps", "--python", python, f"{package}=={good}")
        if run(python, COMMANDS, part, "--only", failed).returncode == 0:
            return f"{package} {version} is at fault; with {package} {good} it works"
    return "no package is at fault: with the versions of constraints.txt it fails too"


def trial(environment: Environment, wheel: Path) -> str:
    """What came out in an environment, and the failures, if there are any."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gtlearn-wheel-") as folder:
        try:
            python = install(environment, wheel, Path(folder))
            done = run(python, COMMANDS, environment.part)
            if done.returncode:
                failed = re.search(r"(\d+)[\d ]*\Z", done.stdout.strip())
                reason = at_fault(python, environment.part, failed[1]) if failed else done.stderr
                raise Failure(f"{done.stdout}{reason}")
        except Failure as failure:
            return f"FAILED: {environment}\n{failure}"
    return f"{environment}: all is well ({time.monotonic() - start:.0f} s)"


def planned(learn: bool) -> list[Environment]:
    """The environments that are tried."""
    found = list(pythons())
    core = [Environment(python, "newest") for python in found]
    core.append(Environment(found[0], "lowest"))
    extras = ("learn", "plots")
    more = [Environment(found[0], versions, "learn", extras) for versions in ("newest", "lowest")]
    return core + (more if learn else [])


def main(arguments: list[str]) -> int:
    """Builds, tries every environment, prints what came out; returns the exit code."""
    try:
        wheel = build()
    except Failure as failure:
        print(failure)
        return 1
    environments = planned("--learn" in arguments)
    print(f"{wheel.name}: {len(environments)} environments, {AT_A_TIME} at a time", flush=True)
    failed = False
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for outcome in pool.map(lambda environment: trial(environment, wheel), environments):
            print(outcome, flush=True)
            failed = failed or outcome.startswith("FAILED")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
