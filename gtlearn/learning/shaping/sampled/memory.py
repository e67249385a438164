"""Memory that is freed and needed again at once."""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of mallopt(3), glibc
_LARGEST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Lets this process keep freed blocks, however large, instead of giving them back.

    A meta-iteration of recurrent policies frees about a gigabyte and asks for it again; taking it
    from the system anew, page by page, costs a fifth of its time. A program calls this once, at
    its start; it holds for the whole process, which is why no import does it.

    Returns:
        Whether there was such a setting, which is glibc's.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(MMAP_THRESHOLD, _LARGEST // 2) and mallopt(TRIM_THRESHOLD, _LARGEST))
