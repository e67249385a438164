"""Two-player zero-sum games."""

from gtlearn.solvers._zero_sum.solve import zero_sum as zero_sum
