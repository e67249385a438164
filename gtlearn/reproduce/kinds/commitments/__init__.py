"""Leaders that learn to commit: what their tables are truly worth, over environment steps."""

from gtlearn.reproduce.kinds.commitments.drawing import draw as draw
from gtlearn.reproduce.kinds.commitments.measures import read_run as read_run
from gtlearn.reproduce.kinds.commitments.table import report as report
from gtlearn.reproduce.kinds.commitments.table import to_json as to_json
