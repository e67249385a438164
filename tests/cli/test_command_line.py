"""The command line: what it prints where, and its exit codes."""

import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import click
import pytest

from gtlearn import __version__, games, limits
from gtlearn.cli.options import Parsed, size


def process(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "gtlearn", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# --- solve


def test_solve_prints_a_table(gtlearn):
    code, out, err = gtlearn("solve", "matching_pennies")
    assert (code, err) == (0, "")
    assert "H: 1/2, T: 1/2" in out and "exact arithmetic" in out


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--find", "all"],
        ["--select", "welfare"],
        ["--concept", "stackelberg"],
        ["--concept", "stackelberg", "--leader", "1", "--ties", "weak"],
        ["--concept", "stackelberg", "--commitment", "pure"],
        ["--concept", "stackelberg", "--commitment", "correlated"],
        ["--concept", "correlated", "--objective", "welfare"],
        ["--concept", "coarse-correlated", "--objective", "player:1"],
        ["--arithmetic", "float"],
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", "latex", "table"])
def test_solve_in_every_format(gtlearn, options, form):
    code, out, _ = gtlearn("solve", "battle_of_the_sexes", *options, "--format", form)
    assert code == 0
    if form == "json":
        value = json.loads(out)
        assert value["schema"] == "gtlearn/solution/1"
        assert all(s["certificate"]["verified"] for s in value["solutions"]) or "float" in options
        assert value["solutions"]
    elif form == "csv":
        assert out.startswith("solution,")
    elif form == "latex":
        assert out.startswith("\\begin{tabular}")


@pytest.mark.parametrize("command", [["solve", "chicken"], ["demo"]])
def test_a_folder_is_no_output_and_that_is_said_before_the_work(refused, tmp_path, command):
    assert "is a directory" in refused(*command, "--output", tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_an_output_takes_the_place_of_no_pipe_or_device(refused, tmp_path):
    pipe, link = tmp_path / "pipe.json", tmp_path / "null.json"
    os.mkfifo(pipe)
    link.symlink_to("/dev/null")
    assert "is a pipe" in refused("solve", "chicken", "--output", pipe)
    assert "is a pipe" in refused("games", "convert", "chicken", pipe)
    assert "is a device" in refused("solve", "chicken", "--output", link)
    assert pipe.is_fifo() and link.is_symlink()


def test_an_output_is_written_through_a_link(gtlearn, tmp_path):
    (tmp_path / "link.json").symlink_to("solution.json")
    assert gtlearn("solve", "chicken", "--output", tmp_path / "link.json")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "solution.json").read_text())["status"] == "ok"


def test_solve_takes_literals_that_begin_with_a_minus(gtlearn):
    code, out, _ = gtlearn("solve", "-1 1; 1 -1", "--zero-sum", "--format", "json")
    assert code == 0
    assert json.loads(out)["solutions"][0]["payoffs"] == ["0", "0"]


def test_notes_go_to_stderr_unless_a_table_is_printed(gtlearn, tmp_path):
    path = tmp_path / "out.json"
    code, out, err = gtlearn("solve", "matrix_pd", "--format", "json")
    assert code == 0
    assert json.loads(out)["game"]["name"]
    for line in err.splitlines():
        assert line.startswith("gtlearn: note: ")
    code, out, _ = gtlearn("solve", "matrix_pd", "--output", path)
    assert (code, out) == (0, "")
    assert json.loads(path.read_text())["schema"] == "gtlearn/solution/1"
    assert os.listdir(tmp_path) == ["out.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve"], "Missing argument 'GAME'"),
        (["solve", "prisonners_dilemma"], "prisoners_dilemma"),
        (["solve", "chicken", "--concept", "stackelburg"], "did you mean stackelberg?"),
        (["solve", "chicken", "--format", "jsn"], "did you mean json?"),
        (["solve", "chicken", "--concep", "nash"], "--concept"),
        (["solve", "chicken", "--leader", "1"], "--concept stackelberg"),
        (["solve", "chicken", "--concept", "stackelberg", "--leader", "2"], "leader"),
        (["solve", "chicken", "--concept", "stackelberg", "--leader", "Row"], "give an integer"),
        (["solve", "chicken", "--objective", "welfare"], "--concept correlated"),
        (["solve", "chicken", "--select", "welfare", "--method", "pure"], "or drop --method"),
        (["solve", "chicken", "--find", "all", "--method", "barrier"], "vertex-enumeration"),
        (["check", "x", "chicken", "--index", "-1"], "'-1' cannot be used"),
        (["check", "", "chicken"], "the profile is empty"),
        (["demo", "--seed", "x"], "'x' cannot be used"),
        (["demo", "--output", "/nowhere/at/all.png"], "cannot be written"),
        (["solve", "chicken", "--concept", "correlated", "--objective", "wealth"], "wealth"),
        (["solve", "chicken", "--concept", "correlated", "--objective", "player:7"], "7"),
        (["solve", "chicken", "--time-limit", "nan"], "positive number of seconds"),
        (["solve", "chicken", "--time-limit", "-1"], "'-1' is not a positive number"),
        (["solve", "chicken", "--output", "/nowhere/at/all.json"], "cannot be written"),
        (["solve", "1 2; 3"], "equally long"),
        (["solve", "1,1 0,x; 2,2 3,3"], "x"),
        (["solve", "nowhere.nfg"], "nowhere.nfg"),
        (["solve", ""], "empty"),
        (["solve", "chicken", "extra"], "extra"),
        (["slove", "chicken"], "did you mean solve?"),
        (["games", "shwo", "chicken"], "did you mean show?"),
        (["games", "show", "chickn"], "chicken"),
        (["games", "convert", "chicken", "out.xyz"], "xyz"),
        (["--verison"], "--version"),
    ],
)
def test_bad_input_gets_one_line(refused, arguments, said):
    assert said in refused(*arguments)


# --- check


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "profile.json"

    def write(value):
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return write


def test_check_says_whether_it_holds(gtlearn, profile):
    half = profile({"strategies": [["1/2", "1/2"], ["1/2", "1/2"]]})
    assert gtlearn("check", half, "matching_pennies")[0] == 0
    skewed = profile({"strategies": [["1/2", "1/2"], ["2/3", "1/3"]]})
    code, out, _ = gtlearn("check", skewed, "matching_pennies", "--format", "json")
    assert code == 1
    report = json.loads(out)
    assert report["schema"] == "gtlearn/check/1"
    assert report["holds"] is False
    assert sum(map(Fraction, report["regrets"])) == Fraction(1, 3)
    assert gtlearn("check", skewed, "matching_pennies", "--tolerance", "1/3")[0] == 0
    assert gtlearn("check", skewed, "matching_pennies", "--tolerance", "0.3")[0] == 1


def test_check_reads_what_solve_writes(gtlearn, tmp_path):
    path = tmp_path / "solution.json"
    assert gtlearn("solve", "battle_of_the_sexes", "--find", "all", "--output", path)[0] == 0
    assert gtlearn("check", path, "battle_of_the_sexes")[0] == 0
    assert gtlearn("check", path, "matching_pennies")[0] == 1


def test_check_of_a_commitment(gtlearn, tmp_path):
    path = tmp_path / "solution.json"
    options = ["battle_of_the_sexes", "--concept", "stackelberg"]
    assert gtlearn("solve", *options, "--output", path)[0] == 0
    code, out, _ = gtlearn("check", path, *options, "--format", "json")
    assert code == 0
    assert json.loads(out)["stackelberg"]["value"] == "2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1, column 2"),
        ("3", "is no profile"),
        ("{}", "strategies"),
        ('{"strategies": [[NaN, 1], [1, 0]]}', "NaN"),
        ('{"strategies": [["1/2", "1/2"]]}', ""),
        ('{"strategies": [["1/2", "1/2"], [1]]}', ""),
        ('{"strategies": [["1/2", "1/3"], [1, 0]]}', ""),
        ('{"strategies": [["3/2", "-1/2"], [1, 0]]}', ""),
        ('{"strategies": [["half", "1/2"], [1, 0]]}', "half"),
        ('{"strategies": {"a": 1}}', ""),
        ('{"strategies": 7}', ""),
        ('{"strategies": [[[1], 0], [1, 0]]}', ""),
        ('{"strategies": [[true, false], [1, 0]]}', ""),
        ('{"strategies": [null, [1, 0]]}', ""),
        ("[" * 100_000, ""),
    ],
)
def test_check_refuses_bad_profiles(refused, profile, content, said):
    assert said in refused("check", profile(content), "matching_pennies")


def test_check_refuses_unreadable_profiles(refused, tmp_path):
    assert "no such file" in refused("check", tmp_path / "none.json", "chicken")
    assert "is no run" in refused("check", tmp_path, "chicken")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "is no text" in refused("check", tmp_path / "binary", "chicken")
    assert "negative" in refused("check", "x", "chicken", "--tolerance", "-1")
    assert "not a number" in refused("check", "x", "chicken", "--tolerance", "tiny")


# --- games


def test_games_list_and_show(gtlearn):
    code, out, _ = gtlearn("games", "list", "--format", "json")
    names = {entry["name"] for entry in json.loads(out)["games"]}
    assert code == 0 and {"prisoners_dilemma", "chicken", "battle_of_the_sexes"} <= names
    assert all(entry["citation"] for entry in json.loads(out)["games"])
    code, out, _ = gtlearn("games", "list")
    assert code == 0 and "prisoners_dilemma" in out
    code, out, _ = gtlearn("games", "show", "prisoners_dilemma")
    assert code == 0 and "1, 4" in out and "Source: " in out


def test_games_show_larger_games(gtlearn):
    matrix = "; ".join(" ".join(["1"] * 60) for _ in range(60))
    code, out, _ = gtlearn("games", "show", matrix, "--symmetric")
    assert code == 0 and "Shown: 40 of 60 rows" in out


@pytest.mark.parametrize("suffix", ["nfg", "json", "csv"])
def test_convert_keeps_the_game(gtlearn, tmp_path, suffix):
    path = tmp_path / f"game.{suffix}"
    assert gtlearn("games", "convert", "battle_of_the_sexes", path) == (0, "", "")
    code, out, _ = gtlearn("solve", path, "--find", "all", "--format", "json")
    assert code == 0 and len(json.loads(out)["solutions"]) == 3


# --- the rest


def test_version_and_help(gtlearn):
    assert gtlearn("--version") == (0, f"gtlearn {__version__}\n", "")
    for arguments in ([], ["--help"], ["solve", "--help"], ["games"]):
        code, out, err = gtlearn(*arguments)
        assert code == 0 and out.startswith("Usage: gtlearn") and not err


def test_errors_of_our_own_do_not_look_like_bad_input(gtlearn, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(games, "load", broken)
    code, _, err = gtlearn("solve", "chicken")
    assert code == 70
    assert "ZeroDivisionError: a bug" in err and "error of gtlearn, not of the input" in err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "a smaller game, or set a --memory-limit"),
        (limits.MemoryLimitReached("the memory limit is used up"), "used up; raise it"),
        (OverflowError("int too large to convert to float"), "int too large .*; rescale"),
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
    ],
)
def test_what_is_too_much_gets_one_line(refused, monkeypatch, error, said):
    def exhausted(*_, **__):
        raise error

    monkeypatch.setattr("gtlearn.solvers.solve", exhausted)
    assert re.search(said, refused("solve", "chicken"))


def test_json_is_all_that_is_on_stdout():
    with process("solve", "chicken", "--find", "all", "--format", "json") as child:
        out, err = child.communicate()
    assert (child.returncode, err) == (0, "")
    assert json.loads(out)["complete"] is True


def test_standard_input_that_is_no_text():
    done = subprocess.run(
        [sys.executable, "-m", "gtlearn", "check", "-", "chicken"],
        input=b"\xff\xfe\x00",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert (
        done.stderr
        == b"gtlearn: standard input is no text (byte 0 is not UTF-8); save it as UTF-8 text\n"
    )


def test_bad_input_of_a_real_process():
    with process("solve", "chikcen") as child:
        out, err = child.communicate()
    assert (child.returncode, out) == (2, "")
    assert err.startswith("gtlearn: ") and "chicken" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["games", "list"], ["check", "1/2 1/2; 1/2 1/2", "matching_pennies"], ["--help"]]
)
def test_a_closed_pipe_is_quiet(arguments):
    with process(*arguments) as child:
        child.stdout.close()
        err = child.stderr.read()
    assert err == "" and child.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["games", "list"], ["--help"], ["games"], ["--version"]])
def test_a_full_disk_gets_one_line(arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gtlearn", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("gtlearn: standard output cannot be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_the_exit_code_is_that_of_the_error_where_it_cannot_be_said():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gtlearn", "solve", "nothing"], stderr=full, check=False
        )
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_interruption_is_quiet():
    code = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it\n"
        "from gtlearn import cli, games\n"
        "games.load = lambda *a, **k: signal.raise_signal(signal.SIGINT)\n"
        "cli.main(['solve', 'chicken'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")


def test_sizes():
    for text, count in (("7", 7), ("1.5 kb", 1500), ("2GB", 2 * 10**9), ("1t", 10**12), ("3B", 3)):
        assert size(text) == count
    assert size("500", "mb") == size("500MB", "mb") == 5e8
    for wrong in ("0", "0.5", "-1", "1GiB", "1.5.5GB", "", "GB", "1e9", "inf", "9" * 99):
        with pytest.raises(click.BadParameter, match="is no size; give one such as 500MB or 2GB"):
            Parsed("size", size).convert(wrong, None, None)
