"""Hypothesis without a clock, so that a busy machine fails no test, and the same on every run.

For a longer search: `pytest tests --hypothesis-profile=search`.
"""

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
if settings.get_current_profile_name() in ("default", "ci"):
    settings.load_profile("repeatable")
