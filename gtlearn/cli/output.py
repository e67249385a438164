"""Where results go: stdout or a file written whole, with notes and progress on stderr."""

from __future__ import annotations

import codecs
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gtlearn.cli.stdout import not_written, stdout
from gtlearn.errors import InputError
from gtlearn.files import require_replaceable
from gtlearn.reading import reported

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ProgressCallback = Callable[[float | None, str], None]

_ESCAPED = "gtlearn.escaped"  # how what cannot be encoded is written
_PATIENCE = 0.5  # seconds before a progress bar appears
_FORMAT_OF_SUFFIX = {".json": "json", ".csv": "csv", ".tex": "latex"}


def format_for(chosen: str | None, output: Path | None) -> str:
    """The format asked for; else the one that the output file's name ends in; else a table."""
    if chosen is not None:
        return chosen
    return _FORMAT_OF_SUFFIX.get(output.suffix.lower(), "table") if output else "table"


def json_text(value: Any, indent: str = "") -> str:
    """One JSON object, indented.

    A list or object takes one line where that is short, or it is a list of numbers and texts.
    """
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, list | dict) or len(flat) + len(indent) <= 100 or _is_vector(value):
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(str(k))}: {json_text(v, deeper)}" for k, v in value.items()]
    else:
        items = [json_text(item, deeper) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inside = ",".join(f"\n{deeper}{item}" for item in items)
    return f"{opening}{inside}\n{indent}{closing}"


def _escape(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no character for, as JSON writes it: \\u and the units of UTF-16."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


codecs.register_error(_ESCAPED, _escape)


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, list | dict) for item in value)


def emit(text: str, output: Path | None = None) -> None:
    """Prints `text` on standard output, or writes it to `output`.

    Raises:
        InputError: if it cannot be written.
    """
    text = text if text.endswith("\n") else text + "\n"
    if output is not None:
        return _replace(output, text.encode("utf-8", _ESCAPED))
    stream = stdout()
    if stream is None:
        raise InputError("standard output cannot be written: it is closed")
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, _ESCAPED).decode(encoding))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise not_written(stream, error) from None


def note(sentences: Iterable[str]) -> None:
    """Prints notes on stderr, one line each."""
    for sentence in sentences:
        print(f"gtlearn: note: {' '.join(sentence.split())}", file=sys.stderr)


def _replace(target: Path, data: bytes) -> None:
    """Writes a file whole or not at all; where it is a link, the file that it leads to.

    Raises:
        InputError: if the file cannot be written, or is there and no regular file.
    """
    require_replaceable(target)
    target = Path(os.path.realpath(target))
    with _beside(target) as folder:
        path = folder / target.name
        path.write_bytes(data)
        os.replace(path, target)


def require_writable(target: Path | None) -> None:
    """Complains now, and not after a long computation, about a file that cannot be written.

    Raises:
        InputError: if the file cannot be written, or is there and no regular file.
    """
    if target is not None:
        require_replaceable(target)
        with _beside(target):
            pass


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary folder in that of a file; what goes wrong in it is said of the file."""
    with (
        reported(f"{target} cannot be written", "choose another file"),
        TemporaryDirectory(prefix=".gtlearn-", dir=target.parent) as folder,
    ):
        yield Path(folder)


@contextmanager
def progress_bar() -> Iterator[ProgressCallback | None]:
    """A callback that draws a bar on stderr where a person watches; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    bar: Progress | None = None
    task: TaskID | None = None
    start = time.monotonic()

    def advance(done: float | None, text: str) -> None:
        nonlocal bar, task
        if bar is None:
            if time.monotonic() - start < _PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            task = bar.add_task(text, total=None)
            bar.start()
        assert task is not None
        total = None if done is None else 1.0
        bar.update(task, completed=done or 0.0, total=total, description=text)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()
