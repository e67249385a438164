"""The form of a claim: whether its parts are of the kinds and sizes that the checks rely on.

A claim comes from anywhere. What has the wrong form is an InputError with a sentence about it, so
that the checks themselves can compare numbers without a thought of what else might be there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from gtlearn.errors import InputError, quoted
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import (
    ExactArray,
    Number,
    exact_array,
    format_number,
    nearest_double,
    to_fraction,
)
from gtlearn.games.numbers import short_number as _short
from gtlearn.solvers.outcomes import (
    FLOAT,
    RATIONAL,
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    Distribution,
    NashEquilibrium,
    Outcome,
    Strategy,
    StrategyProfile,
)

# What floats may be off by: probabilities, and payoffs relative to their size.
ROUNDING = Fraction(1, 10**9)

_KINDS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (NashEquilibrium, ("nash",)),
    (CorrelatedEquilibrium, ("correlated", "coarse-correlated")),
    (Commitment, ("stackelberg",)),
)


def require_form(game: NormalFormGame | BayesianGame, outcome: Outcome) -> None:
    """Refuses an outcome whose parts are not of the kinds and sizes that belong to the game.

    Whether its numbers are true, or even probabilities, is not asked here. Evidence is read where
    it is used, by the other functions of this module.

    Raises:
        InputError: if so.
    """
    kinds = next((names for kind, names in _KINDS if isinstance(outcome, kind)), None)
    if kinds is None or outcome.in_steps:
        raise InputError(f"a {type(outcome).__name__} is no outcome of a game in one shot")
    if isinstance(game, BayesianGame) and not isinstance(outcome, Commitment):
        raise InputError("only commitments are defined for a Bayesian game")
    _require_certificate(outcome.certificate, kinds)
    exact = outcome.certificate.arithmetic == RATIONAL
    sizes = _sizes(game)
    _require_numbers(outcome.payoffs, len(sizes), "the payoffs", exact)
    if not isinstance(outcome, CorrelatedEquilibrium):
        _require_strategies(outcome.strategies, sizes, exact)
    if isinstance(outcome, StrategyProfile):
        if type(getattr(outcome, "index", None)) not in (int, type(None)):
            raise InputError("the index is no integer")
        return
    if isinstance(outcome, Commitment):
        _require_commitment(game, outcome, sizes)
    elif outcome.value is not None:
        _require_numbers([outcome.value], 1, "the value", exact)
    if isinstance(outcome, CorrelatedEquilibrium) or outcome.distribution is not None:
        _require_distribution(outcome.distribution, sizes, exact)


def _sizes(game: NormalFormGame | BayesianGame) -> tuple[int, ...]:
    """How many actions each strategy has: one a player, or the leader's and one a type."""
    if isinstance(game, NormalFormGame):
        return game.shape
    follower = 1 - game.leader
    return (game.games[0].shape[game.leader], *(stage.shape[follower] for stage in game.games))


def _require_certificate(certificate: Certificate, kinds: Collection[str]) -> None:
    if not isinstance(certificate, Certificate):
        raise InputError(f"a {type(certificate).__name__} is no certificate")
    if certificate.kind not in kinds:
        raise InputError(
            f"the certificate's kind is {certificate.kind!r}, not {' or '.join(kinds)}"
        )
    if certificate.arithmetic not in (RATIONAL, FLOAT):
        raise InputError(f"the arithmetic {certificate.arithmetic!r} is not known")
    if not isinstance(certificate.evidence, Mapping):
        raise InputError("the certificate's evidence is no mapping")


def _require_strategies(strategies: Sequence[Strategy], sizes: Sequence[int], exact: bool) -> None:
    if len(items(strategies, "the list of strategies")) != len(sizes):
        raise InputError(f"{len(strategies)} strategies are given where {len(sizes)} are needed")
    for k, (strategy, size) in enumerate(zip(strategies, sizes, strict=True)):
        _require_numbers(strategy, size, f"strategy {k}", exact)


def _require_numbers(values: Any, size: int, what: str, exact: bool) -> None:
    if len(items(values, what)) != size:
        raise InputError(f"{what}: {len(values)} numbers are given where {size} are needed")
    for value in values:
        if not isinstance(value, int | float | Fraction):
            raise InputError(f"{what}: a {type(value).__name__} is no number")
        number(value, what)
        if exact and isinstance(value, float):
            raise InputError(f"{what}: {value} is a float in an exact claim")


def _require_distribution(shares: Distribution | None, sizes: Sequence[int], exact: bool) -> None:
    if not isinstance(shares, Mapping):
        raise InputError("the distribution is no mapping of profiles")
    _require_numbers(list(shares.values()), len(shares), "the distribution", exact)
    for profile in shares:
        if len(items(profile, "a profile")) != len(sizes):
            raise InputError(f"a profile of the distribution has not {len(sizes)} actions")
        for action, size in zip(profile, sizes, strict=True):
            index(action, size, "an action of the distribution")


def _require_commitment(
    game: NormalFormGame | BayesianGame, outcome: Commitment, sizes: Sequence[int]
) -> None:
    if len(sizes) != 2 and isinstance(game, NormalFormGame):
        raise InputError(f"game {game.name!r} has {len(sizes)} players; a commitment needs two")
    index(outcome.leader, 2, "the leader")
    if outcome.ties not in ("strong", "weak"):
        raise InputError(f"the ties {outcome.ties!r} are not known")
    if type(outcome.attained) is not bool:
        raise InputError("whether the value is attained is no truth value")
    if isinstance(game, BayesianGame):
        if outcome.leader != game.leader or outcome.distribution is not None:
            raise InputError("the commitment is not one of the game's leader to a mixed strategy")
        if len(items(outcome.response, "the response")) != len(game.types):
            raise InputError(f"there is not one response for each of {len(game.types)} types")
        for action, size in zip(items(outcome.response, "the response"), sizes[1:], strict=True):
            index(action, size, "a response")
    elif outcome.distribution is None:
        index(outcome.response, sizes[1 - outcome.leader], "the response")
    elif outcome.response is not None:
        raise InputError("a commitment to a correlated strategy has no single response")


def require_only(entry: Mapping[str, Any], names: Collection[str], what: str) -> None:
    """Refuses an object with a part that it cannot have, which would state what nobody reads.

    Raises:
        InputError: if it has one.
    """
    foreign = next((key for key in entry if key not in names), None)
    if foreign is not None:
        raise InputError(f"{what} has an unknown part {in_words(foreign)}")


def items(value: Any, what: str) -> Sequence[Any]:
    """A list, tuple or set, as a sequence.

    Raises:
        InputError: if it is none.
    """
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, set | frozenset):
        return tuple(value)
    raise InputError(f"{what}: a {type(value).__name__} is no list")


def pairs(value: Any, what: str) -> list[tuple[Any, Any]]:
    """The items of a mapping, or of the list of pairs that JSON has for one with other keys.

    Raises:
        InputError: if it is neither, or names a key twice.
    """
    listed = list(value.items()) if isinstance(value, Mapping) else items(value, what)
    out: dict[Any, Any] = {}
    for entry in listed:
        if len(items(entry, what)) != 2 or isinstance(entry[0], Mapping):
            raise InputError(f"{what}: there is an entry that is no pair")
        key = tuple(entry[0]) if isinstance(entry[0], list) else entry[0]
        try:
            out[key] = entry[1]
        except TypeError:
            raise InputError(f"{what}: there is a key that is none") from None
    if len(out) < len(listed):
        raise InputError(f"{what}: a key is given twice")
    return list(out.items())


def index(value: Any, size: int, what: str) -> int:
    """A place among `size`.

    Raises:
        InputError: if it is none.
    """
    if type(value) is not int or not 0 <= value < size:
        raise InputError(f"{what} is none of the {size} there are")
    return value


def number(value: Any, what: str) -> Fraction:
    """A finite number, exactly.

    Raises:
        InputError: if it is none.
    """
    if type(value) is Fraction:
        return value
    try:
        return to_fraction(value)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None


def number_failures(what: str, true: Fraction, said: Any, exact: bool) -> list[str]:
    """Whether a number is another one than is stated; in floats, up to a rounding.

    Args:
        what: which number, for the sentence.
        true: the number.
        said: the one that is stated.
        exact: whether it must be exact, which a float is not.

    Raises:
        InputError: if it is none.
    """
    stated = number(said, what)
    if exact and isinstance(said, float):
        return [f"{what} is a float, but the arithmetic is said to be exact"]
    same = stated == true if exact else nearest_double(stated) == nearest_double(true)
    return [] if same else [f"{what} is {text(true)}, not {text(stated)}"]


def vector(value: Any, size: int, what: str) -> ExactArray:
    """`size` nonnegative numbers over a common denominator.

    Raises:
        InputError: if they are not that.
    """
    if not isinstance(value, ExactArray):
        items(value, what)
    array = exact_array(value, what=what)
    if array.shape != (size,):
        raise InputError(f"{what}: there are not {size} numbers")
    if array.denominator <= 0 or (array.numerators < 0).any():
        raise InputError(f"{what}: a number is negative")
    return array


def text(value: Number) -> str:
    """A number for a sentence."""
    return format_number(value) if isinstance(value, float) else _short(Fraction(value))


def in_words(value: Any) -> str:
    """Whatever a claim says in some place, for a sentence."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return text(value)
    return quoted(value)
