"""Meta-learners among learning peers: what they earn after each update of a chain."""

from gtlearn.reproduce.kinds.adaptation.drawing import draw as draw
from gtlearn.reproduce.kinds.adaptation.measures import read_run as read_run
from gtlearn.reproduce.kinds.adaptation.table import report as report
from gtlearn.reproduce.kinds.adaptation.table import to_json as to_json
