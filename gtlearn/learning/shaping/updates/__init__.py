"""Update rules as pure functions of the values and the parameters of all players.

Each has `update(values, parameters, rates, *, ...)`, which gives new parameters, and all but POLA a
function for the direction alone. Values are maximised. All take any number of players.
"""

from collections.abc import Callable
from typing import Any

from gtlearn.learning.shaping.updates import pola as pola
from gtlearn.learning.shaping.updates.rules import cgd as cgd
from gtlearn.learning.shaping.updates.rules import consensus as consensus
from gtlearn.learning.shaping.updates.rules import lola as lola
from gtlearn.learning.shaping.updates.rules import lookahead as lookahead
from gtlearn.learning.shaping.updates.rules import naive as naive
from gtlearn.learning.shaping.updates.rules import sos as sos

UPDATES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "naive": naive.update,
    "lookahead": lookahead.update,
    "lola": lola.update,
    "sos": sos.update,
    "consensus": consensus.update,
    "cgd": cgd.update,
    "pola": pola.update,
}
