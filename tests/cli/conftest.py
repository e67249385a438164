"""Running the command line in this process."""

import pytest

from gtlearn import cli


@pytest.fixture
def gtlearn(capsys):
    """Runs a command in this process; returns (exit code, stdout, stderr)."""

    def call(*arguments):
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def refused(gtlearn):
    """Runs a command that must fail on bad input; returns its one line on stderr."""

    def call(*arguments):
        code, out, err = gtlearn(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("gtlearn: ") and err.count("\n") == 1 and err.endswith("\n")
        return err

    return call
