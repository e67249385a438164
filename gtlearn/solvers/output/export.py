"""A Solution in other people's formats: JSON, CSV and an OpenSpiel policy."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, NormalFormGame
from gtlearn.games.numbers import ExactArray, Number
from gtlearn.solvers.enclosures import Enclosure, Real, decimal_text
from gtlearn.solvers.solution import (
    Certificate,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    NashSubset,
    Outcome,
    Solution,
    Strategy,
)

if TYPE_CHECKING:
    import pyspiel
    from open_spiel.python.policy import TabularPolicy

SCHEMA = "gtlearn/solution/1"
MOST_FULL_ROWS = 100  # of multipliers: of more, nearly all are zeros, and they fill gigabytes


def strategies_of(solution: Solution, index: int) -> tuple[Strategy, ...]:
    """The mixed strategies of one solution, one a player.

    Raises:
        InputError: if there is no such solution, or it is a distribution over joint actions,
            which no pair of independent strategies describes.
    """
    if not -len(solution) <= index < len(solution):
        raise InputError(f"there is no solution {index}: {len(solution)} found, counted from 0")
    outcome = solution[index]
    if isinstance(outcome, CorrelatedEquilibrium):
        raise InputError(
            "a correlated equilibrium is a distribution over joint actions and has no strategy "
            "for each player alone; read its .distribution"
        )
    return outcome.strategies


def to_openspiel_policy(
    solution: Solution, index: int = 0, game: pyspiel.Game | None = None
) -> TabularPolicy:
    """One solution as an OpenSpiel TabularPolicy of `game` (the solution's own by default).

    `game` may be any form in which each player decides once, for instance the turn-based one
    of `pyspiel.convert_to_turn_based`.

    Raises:
        InputError: if the solution has no strategy a player, or `game` is of another shape.
    """
    from open_spiel.python.policy import TabularPolicy

    if isinstance(solution.game, BayesianGame):
        raise InputError("a Bayesian game has no OpenSpiel form; take the strategies themselves")
    strategies = strategies_of(solution, index)
    target = solution.game.openspiel if game is None else game
    sizes = [len(strategy) for strategy in strategies]
    if target.num_players() != len(sizes) or target.max_game_length() > len(sizes):
        raise InputError(
            f"{target} is not a game of {len(sizes)} players who decide once each, as "
            f"{solution.game.name!r} is"
        )
    policy = TabularPolicy(target)
    legal = policy.legal_actions_mask
    for player, strategy in enumerate(strategies):
        keys = policy.states_per_player[player]
        rows = [policy.state_lookup[key] for key in keys]
        if len(rows) != 1 or int(legal[rows[0]].sum()) != sizes[player]:
            raise InputError(
                f"player {player} of {target} does not choose once among {sizes[player]} "
                f"actions, as in {solution.game.name!r}"
            )
        policy.action_probability_array[rows[0]] = 0.0
        actions = np.flatnonzero(legal[rows[0]])
        policy.action_probability_array[rows[0], actions] = [float(p) for p in strategy]
    return policy


def to_json(solution: Solution) -> dict[str, Any]:
    """The solution as the JSON object of schema gtlearn/solution/1."""
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "game": game_json(solution.game),
        "concept": solution.concept,
        "method": solution.method,
        "status": solution.status,
        "complete": solution.complete,
        "arithmetic": solution.arithmetic,
        "solutions": [_outcome_json(outcome) for outcome in solution],
    }
    if solution.components is not None:
        out["components"] = [list(component) for component in solution.components]
    if solution.component_indices is not None:
        out["component_indices"] = list(solution.component_indices)
    if solution.subsets is not None:
        out["subsets"] = [_subset_json(subset) for subset in solution.subsets]
    out["seconds"] = solution.seconds
    if solution.notes:
        out["notes"] = list(solution.notes)
    return out


def game_json(game: NormalFormGame | BayesianGame) -> dict[str, Any]:
    """The game's name, labels and fingerprint, as every JSON output of gtlearn shows them."""
    if isinstance(game, BayesianGame):
        first = game.games[0]
        out: dict[str, Any] = {
            "name": game.name,
            "players": list(game.players),
            "actions": [list(labels) for labels in first.actions],
            "types": list(game.types),
            "prior": [json_number(p) for p in game.prior],
        }
        if any(other.actions != first.actions for other in game.games):
            out["type_actions"] = [list(other.actions[game.follower]) for other in game.games]
    else:
        out = {
            "name": game.name,
            "players": list(game.players),
            "actions": [list(labels) for labels in game.actions],
        }
    out["fingerprint"] = game.fingerprint
    return out


def json_number(value: Any) -> Any:
    """An exact number as "p" or "p/q", a float as it is, an enclosed one as `Enclosure.to_json`.

    >>> json_number(Fraction(2, 4)), json_number(0.5)
    ('1/2', 0.5)
    """
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, Enclosure):
        return value.to_json()
    return exact_text(Fraction(int(value.numerator), int(value.denominator)))


def exact_text(value: Fraction) -> str:
    """A Fraction as "p" or "p/q", of any length."""
    try:
        return str(value)
    except ValueError:  # Python refuses to print integers of more than 4300 digits
        import flint

        top = str(flint.fmpz(value.numerator))
        return top if value.denominator == 1 else f"{top}/{flint.fmpz(value.denominator)}"


def plain(value: Any) -> Any:
    """Any value of a certificate's evidence, made of what JSON knows.

    Exact numbers become strings, indices and counts stay integers. A mapping whose keys are not
    all strings becomes a list of [key, value] pairs.

    >>> plain({"regrets": (Fraction(0), Fraction(1, 3)), "basis": np.array([0, 2])})
    {'regrets': ['0', '1/3'], 'basis': [0, 2]}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction | float | Enclosure):
        return json_number(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        if value and all(isinstance(key, str) for key in value):
            return {key: plain(item) for key, item in value.items()}
        return [[plain(key), plain(item)] for key, item in value.items()]
    if isinstance(value, ExactArray):
        return plain(value.fractions().tolist())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "p") and hasattr(value, "q"):  # python-flint's rationals
        return exact_text(Fraction(int(value.p), int(value.q)))
    return str(value)


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if not isinstance(outcome, CorrelatedEquilibrium):
        out["strategies"] = [number_list(strategy) for strategy in outcome.strategies]
    out["payoffs"] = number_list(outcome.payoffs)
    if isinstance(outcome, NashEquilibrium):
        if outcome.index is not None:
            out["index"] = outcome.index
    elif isinstance(outcome, CorrelatedEquilibrium):
        out["distribution"] = _distribution_json(outcome.distribution)
        if outcome.value is not None:
            out["value"] = json_number(outcome.value)
        if outcome.gap is not None:
            out["gap"] = json_number(outcome.gap)
    else:
        out["leader"] = outcome.leader
        out["response"] = _response_json(outcome)
        out["ties"] = outcome.ties
        out["attained"] = outcome.attained
        if outcome.gap is not None:
            out["gap"] = json_number(outcome.gap)
        if outcome.distribution is not None:
            out["distribution"] = _distribution_json(outcome.distribution)
    out["certificate"] = certificate_json(outcome.certificate)
    return out


def _response_json(outcome: Commitment) -> Any:
    if isinstance(outcome.response, int) or (
        outcome.response is None and outcome.distribution is not None
    ):
        return outcome.response
    if outcome.response is None:
        return number_list(outcome.strategies[1 - outcome.leader])
    return list(outcome.response)


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """A certificate with its evidence beside it."""
    return {
        "kind": certificate.kind,
        "arithmetic": certificate.arithmetic,
        **{key: _evidence_json(key, value) for key, value in certificate.evidence.items()},
        "verified": certificate.verified,
    }


def _evidence_json(key: str, value: Any) -> Any:
    """As `plain`, but of many multipliers each row is a list of [place, number] of the nonzero."""
    if key == "radius":
        return decimal_text(value)
    if key != "multipliers" or not isinstance(value, tuple) or len(value) <= MOST_FULL_ROWS:
        return plain(value)
    if not all(isinstance(row, ExactArray) for row in value):
        return plain(value)
    known: dict[int, Any] = {}  # rows that are the same one
    for row in value:
        if id(row) not in known:
            known[id(row)] = [
                [k, json_number(row[k])] for k in np.flatnonzero(row.numerators).tolist()
            ]
    return [known[id(row)] for row in value]


def _subset_json(subset: NashSubset) -> dict[str, Any]:
    return {
        "rows": [number_list(strategy) for strategy in subset.rows],
        "columns": [number_list(strategy) for strategy in subset.columns],
        "members": list(subset.members),
    }


def _distribution_json(distribution: Mapping[tuple[int, ...], Number]) -> list[dict[str, Any]]:
    return [
        {"profile": [int(a) for a in profile], "probability": json_number(probability)}
        for profile, probability in sorted(distribution.items())
    ]


def number_list(values: Sequence[Real]) -> list[Any]:
    """Each number as in `json_number`."""
    return [json_number(value) for value in values]


def strategy_labels(
    game: NormalFormGame | BayesianGame, count: int
) -> list[tuple[str, tuple[str, ...]]]:
    """For each of a solution's `count` strategies, whose it is and the labels of its actions."""
    if not isinstance(game, BayesianGame):
        return list(zip(game.players, game.actions, strict=True))
    leader = (game.players[game.leader], game.games[0].actions[game.leader])
    followers = [
        (f"{game.players[game.follower]} ({label})", other.actions[game.follower])
        for label, other in zip(game.types, game.games, strict=True)
    ]
    if count == 1 + len(game.types):
        return [leader, *followers]
    plain_pair = [leader, (game.players[game.follower], game.games[0].actions[game.follower])]
    return plain_pair if game.leader == 0 else plain_pair[::-1]


def to_csv(solution: Solution) -> str:
    """The solution as CSV, with exact numbers.

    One row a solution, player and action; for a correlated equilibrium (which has no strategy
    a player) one row a solution and joint action, with a column a player.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    distributions = [getattr(outcome, "distribution", None) for outcome in solution]
    if any(distribution is not None for distribution in distributions):
        players, actions = two_labels(solution.game)
        writer.writerow(["solution", *players, "probability"])
        for index, distribution in enumerate(distributions):
            for profile, probability in sorted((distribution or {}).items()):
                names = [labels[a] for labels, a in zip(actions, profile, strict=True)]
                writer.writerow([index, *names, json_number(probability)])
        return text.getvalue()
    writer.writerow(["solution", "player", "action", "probability", "payoff"])
    for index, outcome in enumerate(solution):
        strategies = strategies_of(solution, index)
        payoffs = _payoff_of_each(outcome, len(strategies))
        labelled = strategy_labels(solution.game, len(strategies))
        for (player, labels), strategy, payoff in zip(labelled, strategies, payoffs, strict=True):
            for label, probability in zip(labels, strategy, strict=True):
                row = [index, player, label, json_number(probability)]
                writer.writerow([*row, "" if payoff is None else json_number(payoff)])
    return text.getvalue()


def _payoff_of_each(outcome: Outcome, count: int) -> list[Number | None]:
    """The payoff beside each strategy; a single follower type has none of its own."""
    payoffs: list[Number | None] = list(outcome.payoffs)
    if len(payoffs) == count:
        return payoffs
    return [payoffs[0], *[None] * (count - 1)]


def two_labels(
    game: NormalFormGame | BayesianGame,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The labels of the two players, and of their actions."""
    return game.players, game.games[0].actions if isinstance(game, BayesianGame) else game.actions
