"""The command line: `gtlearn solve | check | games | train | resume | sweep | plot | ...`.

Exit codes: 0 fine; 1 the check does not hold; 2 bad input (one line on stderr); 70 an error of
gtlearn's own; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from gtlearn.cli.app import app
from gtlearn.cli.interrupt import INTERRUPTED
from gtlearn.cli.stdout import claim_stdout, discard
from gtlearn.errors import CertificateError, InputError

BAD_INPUT = 2
INTERNAL = 70  # as in sysexits.h
BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits the process, whose standard output is its own."""
    claim_stdout()
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    try:
        code = app.main(args=arguments, prog_name="gtlearn", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        return _complain(_usage(error))
    except InputError as error:
        return _complain(str(error))
    except CertificateError as error:
        _complain(f"{error} (this is an error of gtlearn, not of the input)")
        return INTERNAL
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:  # what read our output is gone
        discard(sys.stdout)
        return BROKEN_PIPE
    except Exception:
        import traceback

        traceback.print_exc()
        _complain("this is an error of gtlearn, not of the input; please report the lines above")
        return INTERNAL


def _usage(error: click.ClickException) -> str:
    message = error.format_message().rstrip()
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message = f"{message.rstrip('.')} (see `{error.ctx.command_path} --help`)"
    return message


def _complain(message: str) -> int:
    print(f"gtlearn: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT
