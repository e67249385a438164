"""A seller and a buyer of bullets, of whom one leads: what both earn, beside the exact payoffs."""

from gtlearn.reproduce.kinds.trade.drawing import draw as draw
from gtlearn.reproduce.kinds.trade.measures import read_run as read_run
from gtlearn.reproduce.kinds.trade.table import report as report
from gtlearn.reproduce.kinds.trade.table import to_json as to_json
