"""The command `gtlearn`, also as `python -m gtlearn`."""

import os
import signal

_INTERRUPTED = 130  # as in gtlearn.cli, which is not imported yet


def main() -> None:
    """Runs the command line and exits; Ctrl-C while it is imported ends the process in silence."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(_INTERRUPTED))
    from gtlearn.cli import main as run

    signal.signal(signal.SIGINT, heard)
    run()


if __name__ == "__main__":
    main()
