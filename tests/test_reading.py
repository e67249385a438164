"""What is read: regular files and standard input, of a bounded size; never a pipe or a device."""

import os
import socket

import numpy as np
import pytest

from gtlearn import child, games, solvers
from gtlearn.errors import InputError
from gtlearn.games.effort import reading_seconds
from gtlearn.reading import MAX_BYTES, at_most, bytes_of_file

NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")


def refusals(path):
    """What each reader of files says of a path."""
    game = games.load("chicken")
    dilemma = games.iterated("chicken", horizon=2)
    for read in (
        lambda: games.load(path),
        lambda: games.load(str(path)),
        lambda: solvers.check(path, game),
        lambda: solvers.check(str(path), game),
        lambda: solvers.check(path, dilemma),
        lambda: solvers.check(str(path), dilemma),
    ):
        with pytest.raises(InputError) as caught:
            read()
        assert "\n" not in str(caught.value)
        yield str(caught.value)


def test_a_child_that_is_no_fork_hears_of_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "_can_fork", lambda: False)
    path = tmp_path / "game.npy"
    np.save(path, np.zeros((2, 2)))
    assert reading_seconds(path) > 0.05
    with pytest.raises(InputError, match="larger than 10 bytes"):
        games.load(path, zero_sum=True, max_bytes=10, time_limit=1.5)


@NEEDS_PIPES
@pytest.mark.parametrize("suffix", ["nfg", "efg", "json", "csv", "xlsx", "npz", "npy"])
def test_a_pipe_is_refused_at_once(tmp_path, suffix):
    path = tmp_path / f"pipe.{suffix}"
    os.mkfifo(path)
    with pytest.raises(InputError, match="is a pipe; give it at standard input and write -"):
        games.load(path)


@NEEDS_PIPES
def test_every_reader_refuses_what_is_no_file(tmp_path):
    pipe, device = tmp_path / "pipe.json", tmp_path / "zero.json"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    assert all("is a pipe" in said for said in refusals(pipe))
    assert all("is a device" in said for said in refusals(device))
    for said in refusals(tmp_path / "nothing.json"):
        assert "no such file or directory" in said
    listening = tmp_path / "listening.json"
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(listening))
        assert all("is a socket" in said for said in refusals(listening))


def test_a_link_to_a_file_is_read(tmp_path):
    games.save(games.load("chicken"), tmp_path / "game.json")
    (tmp_path / "link.json").symlink_to("game.json")
    assert games.load(tmp_path / "link.json").name == "chicken"


def test_sizes(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # holes, which take no space
    assert all("is larger than 256 MB" in said for said in refusals(path))
    games.save(games.load("chicken"), path)
    with pytest.raises(InputError, match=r"larger than 10 bytes; .* max_bytes"):
        games.load(path, max_bytes=10)
    with at_most(10), pytest.raises(InputError, match="larger than 10 bytes"):
        solvers.solve(str(path))
    assert games.load(path, max_bytes=10**9).name == "chicken"
    with at_most(10), at_most(10**6):
        assert len(bytes_of_file(path)) > 10
    for wrong in (0, -1, 1.5, True, "1"):
        with pytest.raises(InputError, match=r"max_bytes is .*; give a positive number"):
            games.load(path, max_bytes=wrong)


def test_long_input_is_not_quoted_whole(tmp_path):
    long = "x" * 5000
    name = f'{{"name": "{long}", "payoffs": [[[1]], [[1, 2]]]}}'
    path = tmp_path / f"{long[:200]}.json"
    path.write_text(name)
    labels = {"actions": [[long, long], ["a"]], "payoffs": [[[1], [1]], [[1], [1]]], "name": long}
    for read in (
        lambda: games.load(long),
        lambda: games.load(f"{long}(a=1)"),
        lambda: games.load(f"chicken({long}=1)"),
        lambda: games.load(f"cournot(cost={long})"),
        lambda: games.load(f"{long} 3; 1 2"),
        lambda: games.load(f"3 {long}; 1 2"),
        lambda: games.load(f"gtlearn_iterated(stage={long},horizon=2)"),
        lambda: games.load(f"gtlearn_iterated(stage=chicken,{long}=2)"),
        lambda: games.load(f"kuhn_poker(players={long})"),
        lambda: games.load(path),
        lambda: games.loads(f"NFG 1 R {long}", "nfg"),
        lambda: games.loads(f'NFG 1 R "{long}" {{ "{long}" }} ', "nfg"),
        lambda: games.loads(f'EFG 2 R "t" {{ "a" "b" }} {long}', "efg"),
        lambda: games.loads(f"{long},3 3\n1 2,3 4", "csv"),
        lambda: games.loads(f"a,b\nc,{long}", "csv"),
        lambda: games.loads("a,b,payoff1,payoff2\n" + f"{long},y,1,{long}\n" * 2, "csv"),
        lambda: games.loads(f'{{"{long}": 1}}', "json"),
        lambda: games.loads(f'{{"schema": "{long}", "payoffs": []}}', "json"),
        lambda: games.loads(str(labels).replace("'", '"'), "json"),
        lambda: games.loads(f'{{"transitions": {{"{long}": 3}}, "payoffs": {{"a": 0}}}}', "json"),
        lambda: games.normal_form([[1]], [[1]], name=long, players=[long, long]),
        lambda: games.load([[long, 1], [2, 3]], zero_sum=True),
        lambda: solvers.check(f'{{"{long}": 1}}', games.load("chicken")),
        lambda: solvers.check(f'{{"strategies": [["{long}", 1], [1, 0]]}}', games.load("chicken")),
        lambda: solvers.check([{long: 1}, [1, 0]], games.load("chicken")),
        lambda: solvers.check(long, games.load("chicken")),
    ):
        with pytest.raises(InputError) as caught:
            read()
        assert str(caught.value).count("x") <= 300
        assert "\n" not in str(caught.value)


def test_numbers_that_are_too_much():
    from decimal import Decimal

    for value, message in (
        ("1e999999999", "is not a number"),
        (Decimal("1e999999"), "too large or too small"),
        (Decimal("1e-999999"), "too large or too small"),
        (Decimal("nan"), "is not a finite number"),
        (Decimal("sNaN"), "is not a finite number"),
        (float("-inf"), "is not a finite number"),
        (np.float16("inf"), "is not a finite number"),
    ):
        with pytest.raises(InputError, match=message):
            games.load([[value, 1], [2, 3]], zero_sum=True)
    assert games.load([[Decimal("0.1")]], zero_sum=True).payoff(0, (0, 0)) * 10 == 1
