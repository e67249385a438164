"""Arrays in numpy's .npy and .npz files, read without pickle and without believing a header.

The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. A header of a
hundred bytes can claim terabytes, which numpy would allocate; here a file is read only where it
holds what its header claims, and that is no more than may be read.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gtlearn.errors import InputError, about, first_line, quoted
from gtlearn.games.formats.matrices import game_from_arrays
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.reading import require_size

_UNNAMED = re.compile(r"arr_\d+")  # what numpy.savez calls an array without a name

ZIP, NPY = b"PK\x03\x04", b"\x93NUMPY"  # how such files begin


def game_of_npy(data: bytes, *, what: str, **how: Any) -> NormalFormGame:
    """The game of an .npy file, which holds one array.

    Args:
        data: the content of the file.
        what: what it is called in error messages.
        **how: as of `game_from_arrays`.

    Raises:
        InputError: if it is no such file, or its array is no game.
    """
    return _game(array_of_npy(data, what), what, how)


def game_of_npz(data: bytes, *, what: str, **how: Any) -> NormalFormGame:
    """As `game_of_npy`, of an .npz file; several arrays are those of the players, by name."""
    arrays = arrays_of_npz(data, what)
    first, *others = arrays.values()
    if others and not all(map(_UNNAMED.fullmatch, arrays)):
        how["players"] = list(arrays)
    return _game([first, *others] if others else first, what, how)


def _game(arrays: Any, what: str, how: dict[str, Any]) -> NormalFormGame:
    with about(what):
        return game_from_arrays(arrays, **how)


def arrays_of_npz(data: bytes, what: str) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by their names, in their order.

    Args:
        data: the content of the file.
        what: what it is called in error messages.

    Raises:
        InputError: if it is no such file, or unpacks to more than may be read.
    """
    members = unpacked(data, what)
    arrays = {name: content for name, content in members.items() if name.endswith(".npy")}
    if not arrays or len(arrays) < len(members):
        raise InputError(f"{what} holds no arrays of numbers as numpy.savez writes them")
    return {
        name.removesuffix(".npy"): array_of_npy(content, f"{quoted(name)} in {what}")
        for name, content in arrays.items()
    }


def unpacked(data: bytes, what: str) -> dict[str, bytes]:
    """What a zip archive holds, by name.

    Raises:
        InputError: if it is none, is damaged or encrypted, names a part twice, or unpacks to more
            than may be read.
    """
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            require_size(sum(part.file_size for part in listed), f"what {what} unpacks to")
            if len({part.filename for part in listed}) < len(listed):
                raise InputError(f"{what} holds two parts of one name; write it anew")
            return {part.filename: archive.read(part) for part in listed}
    except InputError:
        raise
    except Exception as error:  # zipfile, zlib and struct raise many kinds
        raise InputError(
            f"{what} is no archive that can be unpacked: {first_line(error)}"
        ) from None


def array_of_npy(data: bytes, what: str) -> NDArray[Any]:
    """The array of an .npy file.

    Args:
        data: the content of the file.
        what: what it is called in error messages.

    Raises:
        InputError: if it is no such file, holds Python objects, or less than its header claims.
    """
    stream = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd texts in the header, which Python parses
            shape, kind = _header(stream)
        size = math.prod(shape) * kind.itemsize
        claimed = len(data) - stream.tell()
        fine = all(type(n) is int and n >= 0 for n in shape) and size == claimed
    except Exception:  # numpy evaluates the header, and raises many kinds
        raise InputError(f"{what} is no array as numpy.save writes it") from None
    if kind.hasobject:
        raise InputError(f"{what} holds Python objects, which are not read; save numbers")
    if not fine:
        raise InputError(f"{what} holds less or more than its header claims; save it anew")
    stream.seek(0)
    try:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    except (ValueError, MemoryError, OverflowError):
        raise InputError(f"{what} is no array as numpy.save writes it") from None
    return array


def _header(stream: BinaryIO) -> tuple[tuple[Any, ...], np.dtype[Any]]:
    """The shape and the kind that a header claims."""
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, _, kind = readers[np.lib.format.read_magic(stream)](stream)
    return shape, kind
