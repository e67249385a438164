"""Solutions of either kind of game read from the JSON object of schema gtlearn/solution/1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from gtlearn.errors import InputError, quoted
from gtlearn.games.numbers import Number, to_fraction
from gtlearn.limits import check
from gtlearn.solvers.concepts import OWN, is_registered, names
from gtlearn.solvers.enclosures import EnclosedTable, Enclosure, Real
from gtlearn.solvers.outcomes import (
    ARITHMETICS,
    DETERMINISTIC,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    BilinearCondition,
    Certificate,
    Commitment,
    Continuum,
    CorrelatedEquilibrium,
    Distribution,
    NashEquilibrium,
    NashSubset,
    Outcome,
    Strategy,
    StrategyProfile,
    committed,
)
from gtlearn.solvers.verify.claim import PARTS, Claim
from gtlearn.solvers.verify.form import require_only

SOLUTION_SCHEMA = "gtlearn/solution/1"
_ENCLOSED = ("mid", "radius")
_CLASSES = {"follower": (STATIONARY, OPTIMAL), "policy": (DETERMINISTIC, STOCHASTIC)}
_Read = TypeVar("_Read")

# What of the JSON stands in the parts of a claim; the rest is `besides`.
_READ = ("game", "solutions", "continuum_sets", *PARTS)
_READ_OF_OUTCOMES: dict[tuple[type, bool], Collection[str]] = {  # by kind, and in one shot or not
    (NashEquilibrium, False): ("strategies", "payoffs", "index", "certificate"),
    (CorrelatedEquilibrium, False): ("distribution", "payoffs", "value", "certificate"),
    (Commitment, False): (
        *("strategies", "payoffs", "leader", "response", "ties", "attained", "distribution"),
        "certificate",
    ),
    (StrategyProfile, False): ("strategies", "payoffs", "certificate"),
    (StrategyProfile, True): ("timed", "payoffs", "certificate"),
    (NashEquilibrium, True): ("timed", "payoffs", "certificate"),  # and how it lists the strategies
    (Commitment, True): (
        *("leader", "commitment", "follower", "policy", "ties", "payoffs"),
        *("attained", "certificate"),  # and how it lists the response
    ),
}
_NO_STATEMENTS = ("schema", "method", "status", "seconds", "notes")  # of the mathematics


def read_claim(data: Any) -> Claim:
    """The statements of a solution's JSON object; texts are exact numbers, JSON's are floats.

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    if not isinstance(data, Mapping):
        raise InputError(f"a {type(data).__name__} is no JSON object of a solution")
    if data.get("schema") != SOLUTION_SCHEMA:
        raise InputError(
            f"the object's schema is {quoted(data.get('schema'))}; {SOLUTION_SCHEMA!r} is needed"
        )
    try:
        return _claim(data)
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"the solution's JSON is not of the expected form: {error}") from None


def _claim(data: Mapping[str, Any]) -> Claim:
    for key in ("method", "status"):
        of_kind(str, data[key])
    read_number(data.get("seconds", 0.0))
    for note in of_kind(list, data.get("notes", [])):
        of_kind(str, note)
    entries = [of_kind(dict, entry) for entry in of_kind(list, data["solutions"])]
    classes = {key: _if_any(partial(one_of, _CLASSES[key]), data.get(key)) for key in _CLASSES}
    outcomes = tuple(_outcome({**classes, **entry}) for entry in entries)
    if is_registered(data["concept"]):
        outcomes = tuple(map(_of_registered, outcomes))
    return Claim(
        game=of_kind(dict, data.get("game", {})),
        concept=_concept(data["concept"]),
        arithmetic=one_of(ARITHMETICS, data["arithmetic"]),
        complete=of_kind(bool, data["complete"]),
        outcomes=outcomes,
        components=_if_any(partial(_each, read_integers), data.get("components")),
        component_indices=_if_any(read_integers, data.get("component_indices")),
        subsets=_if_any(partial(_each, _subset), data.get("subsets")),
        open_supports=_if_any(
            partial(_each, partial(_each, read_integers)), data.get("open_supports")
        ),
        continua=_continua(data),
        open_subgames=_if_any(
            partial(_each, partial(_each, partial(of_kind, str))), data.get("open_subgames")
        ),
        **classes,
        bounds=_if_any(_bounds, data.get("bounds")),
        robustness=_each(_pair, data.get("robustness", [])),
        proofs=read_evidence(of_kind(dict, data.get("proofs", {}))),
        besides=_without(data, (*_READ, *_NO_STATEMENTS)),
        besides_of=tuple(
            _without(entry, _READ_OF_OUTCOMES[type(outcome), outcome.in_steps])
            for entry, outcome in zip(entries, outcomes, strict=True)
        ),
        repeated_of=tuple(_repeated(entry.get("distribution", ())) for entry in entries),
    )


def _continua(data: Mapping[str, Any]) -> tuple[Continuum, ...] | None:
    """The supports of "continua" with what "continuum_sets" say of each."""
    if data.get("continua") is None:
        if data.get("continuum_sets") is not None:
            raise InputError("the solution has continuum_sets, and no continua")
        return None
    supports = _each(partial(_each, read_integers), data["continua"])
    sets = of_kind(list, data.get("continuum_sets", []))
    if len(sets) != len(supports):
        raise InputError("the continuum_sets are not one of each of the continua")
    return tuple(_continuum(*pair) for pair in zip(supports, sets, strict=True))


def _continuum(supports: tuple[tuple[int, ...], ...], data: Any) -> Continuum:
    own = of_kind(dict, data)
    require_only(own, ("segment", "within", "conditions"), "continuum_sets")
    ends = _each(_strategies, own["segment"])
    if len(ends) != 2:
        raise InputError("a segment of continuum_sets has not two ends")
    within = _if_any(partial(_each, _strategies), own.get("within"))
    conditions = _each(_condition, own.get("conditions", []))
    return Continuum(supports, (ends[0], ends[1]), within, conditions)


def _condition(data: Any) -> BilinearCondition:
    own = of_kind(dict, data)
    require_only(own, ("player", "action", "losses"), "a condition of continuum_sets")
    player, action = read_integers([own["player"], own["action"]])
    return BilinearCondition(player, action, _each(partial(_each, read_number), own["losses"]))


def _concept(name: Any) -> str:
    """The name of a concept; packages are only asked for one that is none of gtlearn's own."""
    return one_of(OWN if name in OWN else names(), name)


def _of_registered(outcome: Outcome) -> Outcome:
    """A profile of a registered concept, which is no Nash equilibrium."""
    if not isinstance(outcome, NashEquilibrium):
        return outcome
    return StrategyProfile(
        outcome.strategies, outcome.payoffs, outcome.certificate, timed=outcome.timed
    )


def _without(data: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _if_any(read: Callable[[Any], _Read], value: Any) -> _Read | None:
    return None if value is None else read(value)


def _each(read: Callable[[Any], _Read], entries: Any) -> tuple[_Read, ...]:
    """Each entry of a list, as it is read."""
    return tuple(read(entry) for entry in of_kind(list, entries))


def of_kind(kind: type, value: Any) -> Any:
    """The value, if it is of that kind.

    Raises:
        InputError: if not.
    """
    if type(value) is not kind:
        raise InputError(
            "the solution's JSON is not of the expected form: "
            f"a {type(value).__name__} stands where a {kind.__name__} is needed"
        )
    return value


def one_of(allowed: Sequence[str], value: Any) -> str:
    """The value, if it is one of those words.

    Raises:
        InputError: if not.
    """
    if value not in allowed:
        raise InputError(f"{quoted(value)} is none of {', '.join(allowed)}")
    return str(value)


def read_outcome(entry: Any) -> Outcome:
    """One solution's entry of the JSON.

    Raises:
        InputError: if a part is missing or of the wrong form.
    """
    try:
        return _outcome(of_kind(dict, entry))
    except KeyError as error:
        raise InputError(f"the solution's JSON lacks {error.args[0]!r}") from None


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    check()
    certificate = _certificate(entry["certificate"])
    if not {"commitment", "leader", "distribution"} & set(entry):
        return _equilibrium(entry, certificate)
    payoffs = _numbers(entry["payoffs"])
    if "commitment" in entry:
        return _table_commitment(entry, payoffs, certificate)
    if "leader" in entry:
        return _commitment(entry, payoffs, certificate)
    shares, value = _distribution(entry["distribution"]), _if_any(read_number, entry.get("value"))
    return CorrelatedEquilibrium(shares, payoffs, certificate, value)


def _equilibrium(entry: Mapping[str, Any], certificate: Certificate) -> NashEquilibrium:
    payoffs = _each(read_real, entry["payoffs"])
    if "timed" not in entry:
        strategies = _each(_vector_or_tree, entry["strategies"])
        return NashEquilibrium(strategies, payoffs, certificate, index=entry.get("index"))
    tables = _each(_table, entry["strategies"])
    return NashEquilibrium(tables, payoffs, certificate, timed=of_kind(bool, entry["timed"]))


def _vector_or_tree(entry: Any) -> Any:
    """A list of numbers; or of a tree the numbers of each action's label, by information set."""
    if not isinstance(entry, Mapping):
        return _each(read_real, entry)
    return {
        label: {action: read_real(p) for action, p in of_kind(dict, row).items()}
        for label, row in entry.items()
    }


def _certificate(entry: Any) -> Certificate:
    proof = dict(of_kind(dict, entry))
    kind, verified = of_kind(str, proof.pop("kind")), of_kind(bool, proof.pop("verified"))
    arithmetic = one_of(ARITHMETICS, proof.pop("arithmetic"))
    return Certificate(kind, arithmetic, verified, read_evidence(proof))


def _commitment(
    entry: Mapping[str, Any], payoffs: tuple[Number, ...], certificate: Certificate
) -> Commitment:
    response = entry["response"]
    return Commitment(
        strategies=_strategies(entry["strategies"]),
        payoffs=payoffs,
        leader=of_kind(int, entry["leader"]),
        response=read_integers(response) if isinstance(response, list) else response,
        ties=of_kind(str, entry["ties"]),
        attained=of_kind(bool, entry["attained"]),
        certificate=certificate,
        distribution=_distribution(entry["distribution"]) if "distribution" in entry else None,
    )


def _table_commitment(
    entry: Mapping[str, Any], payoffs: tuple[Number, ...], certificate: Certificate
) -> Commitment:
    leader = of_kind(int, entry["leader"])
    evidence = {"upper_bound": read_number(entry["upper_bound"]), **certificate.evidence}
    return Commitment(
        strategies=committed(_strategies(entry["commitment"]), leader),
        payoffs=payoffs,
        leader=leader,
        response=_table_response(entry["response"]),
        ties=one_of(("strong", "weak"), entry["ties"]),
        attained=of_kind(bool, entry["attained"]),
        certificate=replace(certificate, evidence=evidence),
        follower=one_of(_CLASSES["follower"], entry["follower"]),
        policy=one_of(_CLASSES["policy"], entry["policy"]),
    )


def _table(rows: Any) -> EnclosedTable:
    """A table; one that sees the time is a list of tables, one a step."""
    listed = _each(partial(of_kind, list), rows)
    timed = any(isinstance(entry, list) for row in listed for entry in row)
    return tuple(chain.from_iterable(map(_rows, listed))) if timed else _rows(rows)


def _rows(entries: Any) -> EnclosedTable:
    """A list of lists of numbers, some of which may be enclosed."""
    return _each(partial(_each, read_real), entries)


def _table_response(actions: Any) -> tuple[int, ...]:
    """An action a state; one that sees the time is a list of such lists, one a step."""
    listed = of_kind(list, actions)
    steps = listed if any(isinstance(entry, list) for entry in listed) else [listed]
    return tuple(chain.from_iterable(map(read_integers, steps)))


def read_number(value: Any) -> Number:
    """A float as it is; an integer or a text such as "1/2" exactly.

    Raises:
        InputError: if it is no number.
    """
    exact = to_fraction(value)
    return value if isinstance(value, float) else exact


def read_real(value: Any) -> Real:
    """As `read_number`, or an enclosed number from its midpoint and radius.

    Raises:
        InputError: if it is neither.
    """
    if not isinstance(value, Mapping):
        return read_number(value)
    if set(value) != set(_ENCLOSED):
        raise InputError("an enclosed number is not of the form {'mid': TEXT, 'radius': TEXT}")
    return Enclosure(*(to_fraction(of_kind(str, value[key])) for key in _ENCLOSED))


def read_evidence(value: Any) -> Any:
    """Number strings as Fractions, lists as tuples, enclosed numbers; words stay words."""
    if isinstance(value, Mapping):
        if set(value) == set(_ENCLOSED):
            return read_real(value)
        return {key: read_evidence(entry) for key, entry in value.items()}
    if isinstance(value, list):
        check()
        return tuple(read_evidence(entry) for entry in value)
    if isinstance(value, str):
        try:
            return to_fraction(value)
        except InputError:
            return value
    return value


def _strategies(entries: Any) -> tuple[Strategy, ...]:
    return _each(_numbers, entries)


def _numbers(entries: Any) -> tuple[Number, ...]:
    return _each(read_number, entries)


def _distribution(entries: Any) -> Distribution:
    """The probability of each profile; of one that is named twice it is the sum."""
    out: dict[tuple[int, ...], Number] = {}
    for entry in of_kind(list, entries):
        require_only(of_kind(dict, entry), ("profile", "probability"), "an entry of a distribution")
        profile = read_integers(entry["profile"])
        probability = read_number(entry["probability"])
        out[profile] = out[profile] + probability if profile in out else probability
    return out


def _repeated(entries: Sequence[Mapping[str, Any]]) -> tuple[int, ...] | None:
    """A profile that a distribution names twice, if any."""
    seen: set[tuple[int, ...]] = set()
    for entry in entries:
        profile = read_integers(entry["profile"])
        if profile in seen:
            return profile
        seen.add(profile)
    return None


def _subset(entry: Any) -> NashSubset:
    require_only(of_kind(dict, entry), ("rows", "columns", "members"), "a subset")
    rows, columns = _strategies(entry["rows"]), _strategies(entry["columns"])
    return NashSubset(rows, columns, read_integers(entry["members"]))


def read_integers(entries: Any) -> tuple[int, ...]:
    """A list of integers, empty where there is null.

    Raises:
        InputError: if it is neither.
    """
    return () if entries is None else _each(partial(of_kind, int), entries)


def _bounds(values: Any) -> dict[str, Number]:
    return {name: read_number(value) for name, value in of_kind(dict, values).items()}


def _pair(values: Any) -> tuple[Number, Number]:
    numbers = _numbers(values)
    if len(numbers) != 2:
        raise InputError("an entry of the robustness is no pair of a distance and a value")
    return numbers[0], numbers[1]
