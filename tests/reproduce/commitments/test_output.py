"""What is printed and drawn."""

import json

import pytest

from gtlearn import cli
from gtlearn.errors import InputError
from gtlearn.reproduce import figure
from gtlearn.reproduce.figure import figure_names, parse_figure
from gtlearn.reproduce.kinds.commitments import COMMITMENTS, exact_lines


@pytest.fixture
def found(small, run_of, made_up, tmp_path):
    """Two seeds: one is at the optimum from step 200 on, the other never is."""
    runs = (run_of(0, [1.0, 4.0, 4.0]), run_of(1, [1.0, 3.0, 3.0]))
    return made_up(small, runs, tmp_path)


def test_numbers_of_a_curve(found):
    row = COMMITMENTS.to_json(found)["rows"][0]
    assert (row["panel"], row["method"], row["seeds"], row["reached"]) == (
        "chicken",
        "planner",
        2,
        1,
    )
    assert row["reached_interval"] == pytest.approx([0.0945, 0.9055], abs=5e-5)  # Wilson, 1 of 2
    assert row["steps"] is None  # half of the seeds never make it
    assert row["true_value"] == pytest.approx([3.5, 3.5 - 6.3531, 3.5 + 6.3531], abs=5e-5)
    assert (row["exact_value"], row["follower_regret"], row["env_steps"]) == (4, 0.5, 300)


def test_the_report_holds_the_papers_words_and_numbers_beside_ours(found):
    text = COMMITMENTS.report(found)
    assert "It converges. (Section 4)" in text
    assert "about 50,000" in text and "2 of 4 (15%-85%)" in text
    assert "Nobody (2001), Figure 7" in text
    assert "Quick version" not in text


def test_the_median_of_steps_is_printed(small, run_of, made_up, tmp_path):
    runs = (run_of(0, [1.0, 4.0, 4.0]), run_of(1, [1.0, 1.0, 4.0]))
    found = made_up(small, runs, tmp_path)
    assert COMMITMENTS.to_json(found)["rows"][0]["steps"] == 250
    assert " 250 " in COMMITMENTS.report(found)


def test_the_quick_version_says_so_everywhere(held, run_of, made_up, tmp_path):
    quick = parse_figure("small", held, quick=True)
    found = made_up(quick, (run_of(0, [4.0, 4.0]),), tmp_path)
    assert "Quick version: only 1 of 2 panels; only 1 of 2 seeds" in COMMITMENTS.report(found)
    assert "Quick version: only 1 of 2 panels" in COMMITMENTS.caption(found)
    assert "only 1 of 2 seeds" in COMMITMENTS.to_json(found)["left_out"]


def test_the_caption_says_n_and_the_method(found):
    text = COMMITMENTS.caption(found)
    assert "n = 2 seeds" in text and "95 % interval (Student's t)" in text
    assert "Nobody (2001), Figure 7" in text


def test_each_class_of_followers_has_its_line(run_of):
    runs = [run_of(0, [1.0], 2.9), run_of(1, [1.0], 3.1, "stationary"), run_of(2, [1.0], 2.9)]
    assert exact_lines(runs) == {"optimal": 2.9, "stationary": 3.1}


def test_a_picture_is_written_in_the_format_of_its_name(found, tmp_path):
    path = COMMITMENTS.draw(found, tmp_path / "figure.svg")
    assert path.read_text().startswith("<?xml")


def test_a_picture_in_an_unknown_format_is_refused(found, tmp_path):
    with pytest.raises(InputError, match=r"cannot be written: .*; try a name in"):
        COMMITMENTS.draw(found, tmp_path / "figure.x")


# --- the command


@pytest.fixture
def gtlearn(capsys):
    """Runs a command in this process; returns (exit code, stdout, stderr)."""

    def call(*arguments):
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_an_unknown_figure_is_refused(gtlearn):
    code, out, err = gtlearn("reproduce", "stackelberg-fig4")
    assert (code, out) == (2, "")
    assert err.startswith("gtlearn: there is no figure 'stackelberg-fig4'; did you mean")


def test_the_help_lists_every_figure(gtlearn):
    _, out, _ = gtlearn("reproduce", "--help")
    assert all(name in out for name in figure_names())


def test_the_command_leaves_runs_numbers_and_a_picture(gtlearn, small_file, tmp_path):
    folder = tmp_path / "out"
    code, out, err = gtlearn("reproduce", "small", "--quick", "--output", folder, "--workers", 1)
    assert (code, err) == (0, "")
    assert "1 of 1 (21%-100%)" in out and "Quick version" in out
    assert json.loads((folder / "figure.json").read_text())["rows"][0]["true_value"] == [4, 4, 4]
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "chicken" / "planner" / "seed0" / "config.toml").is_file()
    again = gtlearn("reproduce", "small", "--quick", "--output", folder, "--workers", 1)
    assert again == (0, out, "")


@pytest.fixture
def small_file(small_text, tmp_path, monkeypatch):
    (tmp_path / "small.toml").write_text(small_text)
    monkeypatch.setattr(figure, "_FOLDER", tmp_path)
