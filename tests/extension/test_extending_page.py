"""docs/extending.md is true: its files are written, and its commands run, in its order."""

import os
import re
import shlex
from pathlib import Path

import pytest

from gtlearn import cli

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
FILES = dict(re.findall(r"^```python\n# (my_package/\w+\.py)\n(.*?)^```", PAGE, re.M | re.S))


def test_the_sections_have_files():
    assert set(FILES) == {f"my_package/{n}.py" for n in ("learner", "env", "nets", "loggers")}


@pytest.mark.parametrize("section", [name for name, text in SECTIONS.items() if "```sh" in text])
def test_the_commands_of_a_section(section, tmp_path, monkeypatch, capsys):
    pytest.importorskip("pettingzoo", reason="the environment needs the extra envs")
    for name, text in FILES.items():
        file = tmp_path / name.replace("my_package", "extending_page")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    commands = "".join(re.findall(r"^```sh\n(.*?)^```", SECTIONS[section], re.M | re.S))
    assert len(commands.splitlines()) >= 2
    for line in commands.splitlines():
        name, *arguments = shlex.split(line.replace("my_package", "extending_page"))
        assert name == "gtlearn"
        code = cli.run(arguments)
        assert code == 0, f"{line}\n{capsys.readouterr().err}"
