"""The version of gtlearn, which config.toml of a run holds."""

__version__ = "0.1.0"
