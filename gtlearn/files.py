"""The files of runs, which a stranger may have made: no links are followed, little is read.

What is opened by `opened` is a regular file in its own place, so nothing is read from or written
to elsewhere, and nothing waits for a pipe. A whole folder is looked through by `require_plain`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal

from gtlearn.errors import InputError
from gtlearn.reading import MAX_BYTES, kind_of, reported

_SAFELY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_MODES = {"r": os.O_RDONLY, "a": os.O_RDWR | os.O_CREAT, "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL}
_BUFFERED = {"r": ("rb", -1), "a": ("r+b", 0), "x": ("wb", 0)}
_WINDOWS_LINKS = (0xA000000C, 0xA0000003)  # symbolic links and junctions, of all reparse points


def opened(path: Path, mode: Literal["r", "a", "x"] = "r", *, follow: bool = False) -> BinaryIO:
    """A regular file, open in binary.

    Args:
        path: the file.
        mode: "r" to read it, "a" to read and change it in its place (made where it is missing,
            unbuffered), "x" to write one that is not there (unbuffered).
        follow: whether it may be a link, to read it.

    Raises:
        InputError: if it is a link, no regular file, or is to be changed and has other names.
        OSError: if it cannot be opened.
    """
    if follow:
        path = Path(os.path.realpath(path))
    with suppress(FileNotFoundError):
        _require_file(path, os.lstat(path))
    descriptor = os.open(path, _MODES[mode] | _SAFELY, 0o666)
    try:
        held = os.fstat(descriptor)
        _require_file(path, held)
        if mode == "a" and held.st_nlink > 1:
            raise InputError(
                f"{path} is one file with {path.name} in another folder (a hard link), and would "
                "change there too; copy the folder, and use the copy"
            )
        name, buffering = _BUFFERED[mode]
        return os.fdopen(descriptor, name, buffering)  # type: ignore[return-value]
    except BaseException:
        os.close(descriptor)
        raise


def read_bytes(path: Path, largest: int = MAX_BYTES, *, follow: bool = False) -> bytes:
    """What a regular file holds.

    Args:
        path: the file.
        largest: how many bytes it may hold.
        follow: whether it may be a link.

    Raises:
        InputError: if it is larger, or as `opened`.
        OSError: if it cannot be read.
    """
    with opened(path, follow=follow) as file:
        data = file.read(largest + 1) if os.fstat(file.fileno()).st_size <= largest else None
    if data is None or len(data) > largest:
        raise InputError(f"{path} is larger than {size_text(largest)}, and is not read")
    return data


def write_whole(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Writes a file so that, whenever the process is killed, it holds the old or the new.

    A link of that name is replaced by the file; where it led to is left as it is.

    Args:
        path: the file.
        data: what it is to hold.
        sync: whether that also holds when the power fails.

    Raises:
        OSError: if it cannot be written; the old file is still there.
    """
    part = path.with_name(f".{path.name}.part")
    with suppress(FileNotFoundError):
        part.unlink()  # what a killed process left, or a link
    file = opened(part, "x")
    try:
        with file:
            write_all(file, data)
            if sync:
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_all(file: BinaryIO, data: bytes) -> None:
    """Writes all of it to an unbuffered file, which may take less at a time.

    Raises:
        OSError: if it cannot be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def require_replaceable(path: Path) -> None:
    """Refuses to put a file in the place of a folder, a device or a pipe, or of a link to one.

    Raises:
        InputError: if there is one.
    """
    with suppress(OSError):
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            kind = kind_of(status)
            raise InputError(f"{path} cannot be written: it is {kind}; choose another file")


def require_plain(folder: Path) -> None:
    """Refuses a folder that holds anything else than regular files and folders, however deep.

    Raises:
        InputError: if it does, or cannot be read.
    """
    with reported(f"{folder} cannot be read"):
        for entry in _entries(folder):
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISDIR(status.st_mode) or _is_link(status):
                _require_file(Path(entry.path), status)


def require_no_link(path: Path) -> None:
    """Refuses a link, also one that leads nowhere.

    Raises:
        InputError: if it is one.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        if _is_link(os.lstat(path)):
            raise _link(path)


def size_text(size: int) -> str:
    """A number of bytes, such as "256 MiB".

    >>> size_text(100_000), size_text(256 * 2**20)
    ('100000 bytes', '256 MiB')
    """
    return f"{size >> 20} MiB" if size >= 2**20 else f"{size} bytes"


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All that is in a folder, links not followed."""
    pending = [os.fspath(folder)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)


def _require_file(path: Path, status: os.stat_result) -> None:
    if _is_link(status):
        raise _link(path)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is {kind_of(status)}, where a file should be; remove it")


def _is_link(status: os.stat_result) -> bool:
    tag = getattr(status, "st_reparse_tag", 0)
    return stat.S_ISLNK(status.st_mode) or tag in _WINDOWS_LINKS


def _link(path: Path) -> InputError:
    return InputError(
        f"{path} is a link, and what it leads to is neither read nor written; put the file or the "
        "folder itself there"
    )
