"""The bridges to OpenSpiel: each kind of game as a `pyspiel.Game`, and back."""
