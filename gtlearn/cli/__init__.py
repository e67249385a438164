"""The command line: `gtlearn solve | check | verify | games | train | resume | sweep | plot | ...`.

Exit codes: 0 fine; 1 the check does not hold; 2 bad input (one line on stderr); 70 an error of
gtlearn's own; 130 interrupted; 141 what read the output is gone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from gtlearn.cli.app import app
from gtlearn.cli.reading import STOPPED
from gtlearn.cli.stdout import claim_stdout, discard, is_stuck, not_written
from gtlearn.errors import CertificateError, InputError, shortened, speaking_flags

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
        with speaking_flags():
            code = app.main(args=arguments, prog_name="gtlearn", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        return _complain(shortened(_usage(error)))
    except InputError as error:
        return _complain(str(error))
    except CertificateError as error:
        _complain(f"{error} (this is an error of gtlearn, not of the input)")
        return INTERNAL
    except (KeyboardInterrupt, click.Abort):
        return STOPPED
    except (BrokenPipeError, SystemExit):  # which click makes of it: our reader is gone
        discard(sys.stdout)
        return BROKEN_PIPE
    except (MemoryError, OverflowError, RecursionError) as error:  # what no check has foreseen
        return _complain(_too_much(error))
    except Exception as error:
        if isinstance(error, OSError) and is_stuck(sys.stdout):  # of click's own, such as --help
            return _complain(str(not_written(sys.stdout, error)))
        import traceback

        with suppress(OSError):
            traceback.print_exc()
        _complain("this is an error of gtlearn, not of the input; please report the lines above")
        return INTERNAL


def _usage(error: click.ClickException) -> str:
    message = error.format_message().rstrip()
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message = f"{message.rstrip('.')} (see `{error.ctx.command_path} --help`)"
    return message


def _too_much(error: MemoryError | OverflowError | RecursionError) -> str:
    from gtlearn.limits import LimitReached

    if isinstance(error, LimitReached):
        return f"{error}; raise it, or use a smaller game"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; use a smaller game, or set a --memory-limit"
    if isinstance(error, OverflowError):
        return f"a number is too large ({error}); rescale the payoffs, or give smaller numbers"
    return "the input is nested too deeply; give it in fewer levels"


def _complain(message: str) -> int:
    with suppress(OSError):  # standard error may be full; the exit code still says it
        print(f"gtlearn: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT
