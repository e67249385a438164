"""Published figures, run again: a figure is data (`figures/*.toml`), and one engine runs them all.

A figure names its runs (algorithm, options, seeds), and what the paper says of them. The engine
trains every seed through the run layer, measures each run against the exact optimum, draws the
curves and prints the paper's number beside ours.
"""

from gtlearn.reproduce.engine import prepare as prepare
from gtlearn.reproduce.engine import reproduce as reproduce
from gtlearn.reproduce.figure import Figure as Figure
from gtlearn.reproduce.figure import Reproduction as Reproduction
from gtlearn.reproduce.figure import figure_names as figure_names
from gtlearn.reproduce.figure import read_figure as read_figure
