"""Exact game theory as ground truth, and learning measured against it."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """The verbs of the package, imported when they are asked for."""
    if name == "verify":
        from gtlearn.solvers.dispatch import verify

        return verify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
