"""What a finished run says of its game: the commitment that it learned, or a table a player.

Tables are exact in result.json, so that what they are worth is recomputed. What training measured
(metrics, rewards along the way, areas under curves) states nothing about the game: only the run,
repeated, can confirm it, so it stands in no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import chain
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import ExtensiveGame, Game, IteratedGame, MarkovGame, MergedGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.games.numbers import nearest_double
from gtlearn.solvers.outcomes import DETERMINISTIC, STOCHASTIC
from gtlearn.solvers.verify.claim import foreign
from gtlearn.solvers.verify.form import (
    ROUNDING,
    in_words,
    index,
    items,
    number,
    number_failures,
    text,
)
from gtlearn.solvers.verify.markov_search import CommitmentKind, Tried
from gtlearn.solvers.verify.markov_values import (
    CLASSES,
    Rows,
    read_table,
    response_to,
    table_payoffs,
    table_regrets,
)
from gtlearn.solvers.verify.reading import one_of
from gtlearn.solvers.verify.report import Statement, Tested, Unproven, unless
from gtlearn.solvers.verify.trees import strategy_statements

RUN_SCHEMA = "gtlearn/run/1"
_MEAN = "mean reward a step"  # what values are of players who learn by themselves
VALUES = ("true_value", "true_value_weak", "value_with_learned_follower", "follower_regret")
_OF_LEADERS = (
    *("leader", "follower_class", "policy", "response", *VALUES),
    *("exact_value", "exact_upper_bound", "gap"),
)
_OF_TABLES = ("strategies", "values", "nash_conv")

_SIMPLE = Fraction(1, 10**6)  # how far off the learned probabilities the written ones may be


def run_statements(game: Game, result: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements of a run's result.json about its game.

    Args:
        game: the game that was played.
        result: the object of schema gtlearn/run/1.

    Raises:
        InputError: if the run ended without tables, or the game is played once.
    """
    if isinstance(game, MergedGame):
        game = game.unmerged()
    if isinstance(game, ExtensiveGame):
        same = _labels(result, fingerprint=game.fingerprint)
        return chain(same, strategy_statements(game, result))
    if not isinstance(game, MarkovGame | IteratedGame):
        raise InputError(f"{game.name!r} is played once, and a run learns tables of states")
    if "commitment" not in result and "strategies" not in result:
        raise InputError("the run ended with no tables, so that it says nothing about a game")
    learned = _commitment_statements if "commitment" in result else _table_statements
    same = _labels(result, fingerprint=game.fingerprint)
    return chain(same, learned(as_markov(game), result))


class _Learned:
    """A learned commitment, with what follows from it."""

    def __init__(self, game: MarkovGame, result: Mapping[str, Any]) -> None:
        self.game, self.result = game, result
        if game.num_players != 2:
            raise InputError(f"{game.name} has {game.num_players} players; a commitment needs two")

    @cached_property
    def leader(self) -> int:
        return index(self.result.get("leader"), 2, "the leader")

    @cached_property
    def follower_class(self) -> str:
        return one_of(CLASSES, self.result.get("follower_class"))

    @cached_property
    def policy(self) -> str:
        return one_of((DETERMINISTIC, STOCHASTIC), self.result.get("policy"))

    @cached_property
    def table(self) -> Rows:
        rows = self.game.num_states
        return read_table(self.game, self.result["commitment"], self.leader, rows, True)

    @cached_property
    def answer(self) -> Rows:
        given = items(self.result.get("response"), "the response")
        rows = self.game.num_states
        if len(given) != rows:
            rows *= self.game.horizon or 1
        return read_table(self.game, given, 1 - self.leader, rows, True)

    @cached_property
    def values(self) -> dict[str, Fraction]:
        """What each of `VALUES` is."""
        own, other = self.leader, 1 - self.leader
        strong, weak = (
            response_to(self.game, self.table, own, self.follower_class, ties)
            for ties in ("strong", "weak")
        )
        tables = [self.table, self.answer] if own == 0 else [self.answer, self.table]
        played = table_payoffs(self.game, tables)
        true = (strong.other, weak.other, played[own], strong.own - played[other])
        return dict(zip(VALUES, true, strict=True))

    @cached_property
    def best(self) -> Fraction | None:
        """What the best deterministic table earns; None where they are too many to try."""
        kind = CommitmentKind(self.leader, self.follower_class, "strong")
        tried = Tried(self.game).deterministic(kind)
        return None if tried is None else max(tried.values())


def _commitment_statements(game: MarkovGame, result: Mapping[str, Any]) -> Iterator[Statement]:
    learned = _Learned(game, result)
    yield from _foreign(result, _OF_TABLES, "players who learn by themselves")
    yield from _labels(result, states=list(game.states), unit=game.unit)
    form = Tested(partial(_form, learned))
    yield Statement("the commitment and the response are tables of the game", form)
    if form.failed:
        return
    for name in VALUES:
        if name in result:
            yield Statement(f"the {name}", partial(_value, learned, name))
    if "exact_upper_bound" in result:
        yield Statement("the exact_upper_bound", partial(_bound, learned))
    if "gap" in result:
        yield Statement("the gap", partial(_gap, learned))
    if result.get("exact_value") is not None:
        yield Statement("the exact_value", partial(_exact_value, learned))


def _foreign(result: Mapping[str, Any], names: Sequence[str], whose: str) -> Iterator[Statement]:
    """That nothing is stated which only runs of another kind learn."""
    for name in names:
        if name in result:
            yield Statement(f"the {name}", partial(foreign, f"the {name} is", whose))


def _labels(result: Mapping[str, Any], **true: Any) -> Iterator[Statement]:
    for name, value in true.items():
        if name in result:
            false = f"the {name}: {in_words(value)}, not {in_words(result[name])}"
            yield Statement(f"the {name}", unless(result[name] == value, false))


def _form(learned: _Learned) -> list[str]:
    learned.table, learned.answer, learned.follower_class, learned.policy  # noqa: B018
    return []


def _value(learned: _Learned, name: str) -> list[str]:
    return number_failures(f"the {name}", learned.values[name], learned.result[name], False)


def _bound(learned: _Learned) -> list[str]:
    """Whether some table earns more than the bound on those of the leader's kind.

    Raises:
        Unproven: if there are too many to try.
    """
    said = number(learned.result["exact_upper_bound"], "the exact_upper_bound")
    if learned.policy == DETERMINISTIC and learned.best is not None:
        known = learned.result.get("exact_value") is not None
        true, stated = nearest_double(learned.best), nearest_double(said)
        if stated == true or (stated > true and not known):
            return []
        return [f"the best table earns {text(learned.best)}, not {text(nearest_double(said))}"]
    pure = all(p in (0, 1) for row in learned.table for p in row)
    earned = [learned.best] if learned.best is not None else []
    if pure or learned.policy == STOCHASTIC:
        earned.append(learned.values["true_value"])
    if earned and nearest_double(max(earned)) > nearest_double(said):
        return [
            f"a table earns {text(max(earned))}, more than the bound {text(nearest_double(said))}"
        ]
    raise Unproven("no proof of the bound comes with a run, and the tables are too many to try")


def _gap(learned: _Learned) -> list[str]:
    bound = number(learned.result.get("exact_upper_bound"), "the exact_upper_bound")
    said = number(learned.result["gap"], "the gap")
    true = bound - learned.values["true_value"]
    if abs(true - said) <= ROUNDING * max(abs(bound), abs(true)):
        return []
    return [f"the gap is {text(nearest_double(true))}, not {text(nearest_double(said))}"]


def _exact_value(learned: _Learned) -> list[str]:
    """Whether the best commitment earns something else.

    Raises:
        Unproven: if there are too many to try.
    """
    said = number(learned.result["exact_value"], "the exact_value")
    if learned.policy == DETERMINISTIC and learned.best is not None:
        if nearest_double(said) == nearest_double(learned.best):
            return []
        return [f"the best table earns {text(learned.best)}, not {text(nearest_double(said))}"]
    bound = learned.result.get("exact_upper_bound")
    if bound is not None and nearest_double(said) > nearest_double(number(bound, "the bound")):
        return [f"the exact_value {text(nearest_double(said))} exceeds the upper bound"]
    raise Unproven("no proof of it comes with a run, and the tables are too many to try")


def _table_statements(game: MarkovGame, result: Mapping[str, Any]) -> Iterator[Statement]:
    tables: list[Rows] = []
    yield from _foreign(result, _OF_LEADERS, "leaders")
    form = Tested(partial(_read_tables, game, result, tables))
    yield from _labels(result, states=list(game.states), unit=_MEAN)
    yield Statement("the strategies are tables of the game", form)
    if form.failed:
        return
    if "values" in result:
        yield Statement("the values", partial(_values, game, result, tables))
    if "nash_conv" in result:
        yield Statement("the nash_conv", partial(_nash_conv, game, result, tables))


def _read_tables(game: MarkovGame, result: Mapping[str, Any], tables: list[Rows]) -> list[str]:
    given = items(result["strategies"], "the strategies")
    if len(given) != game.num_players:
        return [f"there is not one table for each of {game.num_players} players"]
    tables += [
        read_table(game, table, player, game.num_states, True) for player, table in enumerate(given)
    ]
    return []


def _values(game: MarkovGame, result: Mapping[str, Any], tables: Sequence[Rows]) -> list[str]:
    said = [number(v, "a value") for v in items(result["values"], "the values")]
    true = [value * _per_step(game) for value in table_payoffs(game, tables)]
    if len(said) != len(true):
        return ["there is not one value for each player"]
    return [
        f"{player!r} gets {text(nearest_double(value))} a step, not {text(nearest_double(stated))}"
        for player, value, stated in zip(game.players, true, said, strict=True)
        if abs(value - stated) > _tolerance(game)
    ]


def _nash_conv(game: MarkovGame, result: Mapping[str, Any], tables: Sequence[Rows]) -> list[str]:
    said = number(result["nash_conv"], "the nash_conv")
    true = sum(table_regrets(game, tables), Fraction(0)) * _per_step(game)
    if abs(true - said) <= 2 * game.num_players * _tolerance(game):
        return []
    return [f"the nash_conv is {text(nearest_double(true))}, not {text(nearest_double(said))}"]


def _per_step(game: MarkovGame) -> Fraction:
    """What turns a value of the game into one a step."""
    return Fraction(1) if game.horizon is not None else 1 - game.discount


def _tolerance(game: MarkovGame) -> Fraction:
    """How much a value a step may change where learned floats were written as simple ratios.

    Each step's joint actions change with a probability of at most their number times `_SIMPLE`,
    and a change lasts for the discounted rest of the game.
    """
    spread = largest = Fraction(0)
    for array in game.payoffs:
        low, high = int(array.numerators.min()), int(array.numerators.max())
        spread = max(spread, Fraction(high - low, array.denominator))
        largest = max(largest, Fraction(max(high, -low), array.denominator))
    steps = Fraction(game.horizon) if game.horizon is not None else 1 / (1 - game.discount)
    return (spread * sum(game.shape) * _SIMPLE + largest * ROUNDING) * steps
