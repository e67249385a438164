"""Every command of an installed gtlearn, run as a user runs it; each JSON meets a parser.

    python commands.py [core] [learn] [--only NUMBER ...]

It is run by the Python of the environment that is tested, outside of the checkout, and needs
nothing but gtlearn. The numbers of what failed are its last line.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SILENT = (
    "from gtlearn import solvers; [solvers.solve(game, concept=concept) for game, concept in"
    " [('matching_pennies', 'nash'), ('aumann_chicken', 'correlated'),"
    " ('security_bayesian', 'stackelberg')]]"
)
TRUTH = "from gtlearn.cli.doctor import solve_programs; solve_programs()"
ITERATED = "'gtlearn_iterated(stage=chicken,horizon=4)'"


@dataclass(frozen=True)
class Call:
    """A command.

    Attributes:
        line: what a user types after `gtlearn`; or after `python`, where it begins with -c.
        prints: what is on standard output: "text", "json" or "nothing".
        file: what it writes; one JSON object, where the name says so.
        code: its exit code.
        hint: what its one line on standard error says.
    """

    line: str
    prints: str = "text"
    file: str = ""
    code: int = 0
    hint: str = ""


def writes(line: str, file: str) -> Call:
    """A command that writes its result into a file."""
    return Call(f"{line} {file}", "nothing", file)


def refused(line: str, hint: str) -> Call:
    """A command that fails on bad input."""
    return Call(line, "nothing", code=2, hint=hint)


CORE = (
    Call(f'-c "{SILENT}"', "nothing"),
    Call(f'-c "{TRUTH}"', "nothing"),
    Call("--version"),
    Call("--help"),
    Call("doctor core"),
    Call("games list"),
    Call("games list --format json", "json"),
    Call("games show von_stengel"),
    Call("games show beer_quiche"),
    writes("games convert von_stengel", "game.json"),
    writes("games convert game.json", "game.nfg"),
    writes("solve game.nfg --find all --format json --output", "all.json"),
    Call("check all.json game.nfg --format json", "json"),
    Call("verify all.json game.nfg --trust --format json", "json"),
    Call("solve matching_pennies --format json", "json"),
    writes("solve kuhn_poker --format json --output", "kuhn.json"),
    Call("verify kuhn.json kuhn_poker --format json", "json"),
    writes("games convert kuhn_poker", "kuhn.efg"),
    writes("games draw kuhn.efg", "kuhn.tex"),
    writes("solve kuhn.efg --concept subgame-perfect --format json --output", "perfect.json"),
    Call("check perfect.json kuhn.efg --concept subgame-perfect --format json", "json"),
    Call("solve kuhn_poker --reduced --format json", "json"),
    Call("solve big_match --format json", "json"),
    Call("solve shapley --arithmetic float --format json", "json"),
    Call("solve rock_paper_scissors --select entropy --format json", "json"),
    Call("solve battle_of_the_sexes --find all"),
    Call("solve battle_of_the_sexes --find all --format csv"),
    Call("solve battle_of_the_sexes --find all --format latex"),
    Call("check '1/2 1/2; 1/2 1/2' matching_pennies"),
    Call("check '1/2 1/2; 1 0' matching_pennies --format json", "json", code=1),
    writes("solve aumann_chicken --concept correlated --format json --output", "device.json"),
    Call("check device.json aumann_chicken --concept correlated --format json", "json"),
    Call("solve aumann_chicken --concept correlated --objective gini --format json", "json"),
    writes("solve chicken --concept coarse-correlated --format json --output", "coarse.json"),
    Call("check coarse.json chicken --concept coarse-correlated --format json", "json"),
    writes("solve dobss_example --concept stackelberg --format json --output", "mix.json"),
    Call("check mix.json dobss_example --concept stackelberg --format json", "json"),
    Call("solve chicken --concept stackelberg --ties weak --format json", "json"),
    Call("solve security_bayesian --concept stackelberg --format json", "json"),
    Call("solve security_bayesian --concept stackelberg --method dobss --format json", "json"),
    Call(f"solve {ITERATED} --concept stackelberg --format json", "json"),
    Call(f"solve {ITERATED} --format json", "json"),
    Call("demo"),
)
WITHOUT_EXTRAS = (
    refused("train lola --iterations 3", "run pip install '"),
    refused("sweep lola --seeds 0..1", "run pip install '"),
    refused("reproduce meta-mapg-fig7", "run pip install '"),
    refused("resume none", "none is no folder"),
    refused("plot none", "none is no folder"),
    refused("watch none", "none is no folder"),
)
LEARN = (
    Call("train lola --iterations 3 --output lola", file="lola/result.json"),
    Call(
        "train contextual-stackelberg --follower planning --leader bandit --output planning",
        file="planning/result.json",
    ),
    Call("check planning --format json", "json"),
    Call("sweep lola --iterations 3 --seeds 0..1 --workers 2 --output sweep"),
    Call("plot sweep", file="curves.png"),
)
PARTS = {"core": CORE + WITHOUT_EXTRAS, "learn": LEARN}


def fault_of(call: Call, folder: Path) -> str:
    """Runs a command in a folder; what is wrong with what it did, "" where nothing is."""
    python = call.line.startswith("-c ")
    program = sys.executable if python else str(Path(sys.executable).parent / "gtlearn")
    done = subprocess.run(
        [program, *shlex.split(call.line)],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = f"{done.stdout}{done.stderr}".strip()
    if done.returncode != call.code:
        return f"the exit code is {done.returncode}, not {call.code}\n{said}"
    if call.prints == "json":
        return unread(done.stdout)
    if bool(done.stdout) != (call.prints == "text"):
        return f"standard output is not {call.prints}\n{said}"
    if call.hint and not re.fullmatch(f"gtlearn: .*{re.escape(call.hint)}.*\n", done.stderr):
        return f"standard error is not one line with {call.hint!r}\n{said}"
    return unwritten(folder / call.file) if call.file else ""


def unwritten(file: Path) -> str:
    """Why a file is not what it should be; "" where it is."""
    if not (file.exists() and file.stat().st_size):
        return f"{file.name} was not written"
    return unread(file.read_text("utf-8")) if file.suffix == ".json" else ""


def unread(text: str) -> str:
    """Why a text is not one JSON object of ours; "" where it is."""
    try:
        value = json.loads(text, parse_constant=float)  # NaN, which float takes and JSON does not
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        return f"this is not JSON: {error}\n{text}"
    ours = isinstance(value, dict) and str(value.get("schema")).startswith("gtlearn/")
    return "" if ours else f"the JSON has no schema of gtlearn's\n{text}"


def main(arguments: list[str]) -> int:
    """Runs the commands of the parts that are named; returns the exit code."""
    parts, _, only = " ".join(arguments).partition("--only")
    calls = [call for part in parts.split() for call in PARTS[part]]
    watched = {int(number) for number in only.split()} or set(range(len(calls)))
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for number, call in enumerate(calls[: max(watched) + 1]):
            fault = fault_of(call, Path(folder))
            if fault and number in watched:
                failed.append(number)
                print(f"gtlearn {call.line}: {fault}\n", flush=True)
    print(*failed)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
