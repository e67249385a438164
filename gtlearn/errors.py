"""The errors that users see: one sentence that names the thing, what was wrong and what to do."""


class GtlearnError(Exception):
    """Base of every error that gtlearn raises on purpose."""


class InputError(GtlearnError, ValueError):
    """What the user gave cannot be used; the message says what was wrong and what to do."""


class CertificateError(GtlearnError):
    """A computed answer did not pass exact verification, so it is not returned."""


class DivergenceError(InputError):
    """Training came to a number that is not finite; the message says at which step."""
