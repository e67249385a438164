"""The options of `solve` and `check`: what each says, and the words that it may be.

`concepts` says to which concept and kind of game each belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gtlearn.errors import InputError, nearest


@dataclass(frozen=True)
class Option:
    """An option of a concept.

    Attributes:
        name: the argument in Python; on the command line it is written as a flag.
        help: what it says.
        words: the words that it may be; empty where it is no word.
        kind: what else it is: "text", "player" (an index), "count", "objective" or
            "flag".
        default: what it is unless given; None where that depends on the game.
        shown: what the command line shows as the default, where that is not `default`.
    """

    name: str
    help: str
    words: tuple[str, ...] = ()
    kind: str = "text"
    default: Any = None
    shown: str = ""


OPTIONS = {
    option.name: option
    for option in (
        Option(
            "find",
            "one equilibrium, or every extreme one, with the sets that they span",
            ("one", "all"),
            default="one",
        ),
        Option(
            "select",
            "the best equilibrium by the sum of payoffs, the least payoff, or entropy",
            ("welfare", "fairness", "entropy"),
        ),
        Option(
            "symmetric_equilibria",
            "of a symmetric game, all equilibria in which all players play the same strategy",
            kind="flag",
            default=False,
        ),
        Option(
            "leader",
            "who commits; players are counted from 0",
            kind="player",
            shown="who the game or the profile says, else 0",
        ),
        Option(
            "ties",
            "the follower breaks ties for the leader (strong) or against it (weak)",
            ("strong", "weak"),
            default="strong",
        ),
        Option(
            "follower",
            "the follower may respond to the whole history (optimal), or plays a deterministic "
            "table of the states (stationary)",
            ("stationary", "optimal"),
            shown="who the profile says, else optimal",
        ),
        Option(
            "policy",
            "what tables of the states the leader may commit to",
            ("deterministic", "stochastic"),
            shown="stochastic in iterated games, else deterministic; in a check as the profile is",
        ),
        Option(
            "commitment",
            "what the leader may commit to",
            ("mixed", "pure", "correlated"),
            default="mixed",
        ),
        Option(
            "objective",
            "what to maximise; player:K counts from 0",
            kind="objective",
            default="welfare",
        ),
        Option(
            "workers",
            "processes that share the search for all equilibria of three players and more",
            kind="count",
            default=1,
        ),
        Option("method", "run this method only; a wrong name lists those known"),
        Option(
            "arithmetic",
            "exact rational numbers with a proof, or floating point",
            ("exact", "float"),
            default="exact",
        ),
        Option(
            "exact_floats",
            "take floats as the ratios that they are, instead of multiples of 2^-30",
            kind="flag",
            default=False,
        ),
    )
}


def given(function: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a call that are not the function's defaults.

    Raises:
        InputError: if one is a word that is not known.
    """
    defaults = function.__kwdefaults__ or {}
    asked = {name: value for name, value in options.items() if value != defaults.get(name)}
    for name, value in asked.items():
        words = OPTIONS[name].words if name in OPTIONS else ()
        if words and value not in words:
            raise InputError(f"{value!r} is no {name}; {nearest(value, words)}")
    return asked
