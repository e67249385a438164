"""Hypothesis without a clock, so that a busy machine fails no test, and the same on every run.

For a longer search: `pytest tests --hypothesis-profile=search`. By night, 10^5 inputs and more to
all readers: `GTLEARN_NIGHTLY=1 pytest tests/fuzz`.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
settings.register_profile(
    "nightly", deadline=None, max_examples=5000, suppress_health_check=list(HealthCheck)
)
if settings.get_current_profile_name() in ("default", "ci"):
    nightly = os.environ.get("GTLEARN_NIGHTLY") == "1"
    settings.load_profile("nightly" if nightly else "repeatable")
