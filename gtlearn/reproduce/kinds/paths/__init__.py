"""Learning paths of two numbers: where two players go, step by step."""

from gtlearn.reproduce.kinds.paths.drawing import draw as draw
from gtlearn.reproduce.kinds.paths.measures import read_run as read_run
from gtlearn.reproduce.kinds.paths.table import report as report
from gtlearn.reproduce.kinds.paths.table import to_json as to_json
