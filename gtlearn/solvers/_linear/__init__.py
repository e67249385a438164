"""Exact linear algebra and linear programming: floats find a basis, rationals prove it."""
