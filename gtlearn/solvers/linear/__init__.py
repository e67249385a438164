"""Exact linear algebra and linear programming: floats find a basis, rationals solve and prove it."""
