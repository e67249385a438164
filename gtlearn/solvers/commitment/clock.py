"""How much time is left, and who wants to hear about progress."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from gtlearn.solvers.solution import Progress


@dataclass
class Clock:
    """A time limit and a progress callback.

    Attributes:
        limit: seconds from the start, None for no limit.
        progress: called with a fraction done (or None) and a sentence, now and then.
        start: when the solver began.
    """

    limit: float | None = None
    progress: Progress | None = None
    start: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    @property
    def left(self) -> float | None:
        """Seconds left, None where there is no limit."""
        return None if self.limit is None else self.limit - self.seconds

    @property
    def used(self) -> float:
        """The part of the limit that has passed; 0 where there is none."""
        return 0.0 if self.limit is None else self.seconds / max(self.limit, 1e-9)

    @property
    def expired(self) -> bool:
        """Whether the limit has passed."""
        return self.limit is not None and self.seconds >= self.limit

    def check(self) -> None:
        """Raises TimeoutError once the limit has passed."""
        if self.expired:
            raise TimeoutError

    def tell(self, done: float | None, message: str) -> None:
        """Passes progress on, if anyone listens."""
        if self.progress is not None:
            self.progress(done, message)
