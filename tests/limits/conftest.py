import resource

import pytest

from gtlearn.limits import LimitReached

LATE = 0.6  # seconds of processor time beyond a limit: 0.2 are promised, on a machine that is free


def processor_seconds():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


@pytest.fixture
def held():
    """What a call gives, which must not have worked much longer than it was allowed to."""

    def run(call, time_limit):
        start = processor_seconds()
        try:
            return call(time_limit=time_limit)
        except LimitReached:
            return None
        finally:
            assert processor_seconds() - start <= 1.1 * time_limit + LATE

    return run
