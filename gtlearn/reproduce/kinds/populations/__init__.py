"""Populations of personas, which nobody trained: where they lie, and how the splits differ."""

from gtlearn.reproduce.kinds.populations.drawing import draw as draw
from gtlearn.reproduce.kinds.populations.measures import read_run as read_run
from gtlearn.reproduce.kinds.populations.table import report as report
from gtlearn.reproduce.kinds.populations.table import to_json as to_json
