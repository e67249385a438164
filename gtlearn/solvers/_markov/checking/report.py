"""A report on tables as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gtlearn.games import MarkovGame
from gtlearn.solvers._markov.checking.result import (
    CommitmentCheck,
    Deception,
    Optimum,
    TableReport,
)
from gtlearn.solvers._markov.output.export import by_step, game_json, markov_of
from gtlearn.solvers._markov.output.tables import profile_table, when_played
from gtlearn.solvers._markov.output.words import (
    describe_markov,
    exactly,
    follower_class,
    tie_words,
)
from gtlearn.solvers.checking.report import SCHEMA
from gtlearn.solvers.enclosures import exact_row
from gtlearn.solvers.output.export import json_number, number_list
from gtlearn.solvers.output.pieces import add_row, decimal, mix, new_table, short_number, to_text

MAX_ROWS = 60
MAX_TABLES = 4  # best responses of a stationary follower that are shown


def to_json(report: TableReport) -> dict[str, Any]:
    """The object of schema gtlearn/check/1; keys that do not apply are absent.

    Beside the keys of a normal form, "unit" (of payoffs, regrets and "nash_conv"),
    "openspiel_nash_conv" (with a horizon), "stationary_regrets" (null where not known),
    "stochastic_regrets" (pairs of what a table found gains and a bound), and in "stackelberg":
    "follower" (its class), "ties", "policy" (what the gap compares with), "strong", "weak",
    "follower_value", "upper_bound", "best_responses" (for each state the indices of best actions,
    or one such list a step; empty where the play never comes) or "best_tables", "stochastic" (the
    same for stochastic tables, beside a deterministic one) and "deception".
    """
    game = markov_of(report.game)
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "game": game_json(report.game),
        "concept": report.concept,
        "holds": report.holds,
        "tolerance": json_number(report.tolerance),
        "status": report.status,
        "unit": game.unit,
    }
    if report.regrets is not None and report.nash_conv is not None:
        out["regrets"] = number_list(report.regrets)
        out["nash_conv"] = json_number(report.nash_conv)
        if report.openspiel_nash_conv is not None:
            out["openspiel_nash_conv"] = json_number(report.openspiel_nash_conv)
    if report.stationary_regrets is not None:
        out["stationary_regrets"] = [
            None if regret is None else json_number(regret) for regret in report.stationary_regrets
        ]
    if report.stochastic_regrets is not None:
        out["stochastic_regrets"] = [
            None if pair is None else number_list(pair) for pair in report.stochastic_regrets
        ]
    if report.payoffs is not None:
        out["payoffs"] = number_list(report.payoffs)
    if report.stackelberg is not None:
        out["stackelberg"] = _commitment_json(report.stackelberg, game)
    if report.notes:
        out["notes"] = list(report.notes)
    return out


def _commitment_json(check: CommitmentCheck, game: MarkovGame) -> dict[str, Any]:
    out: dict[str, Any] = {
        "leader": check.leader,
        "follower": check.follower,
        "ties": check.ties,
    }
    if check.optimum is not None:
        out |= _optimum_json(check.optimum)
    out["achieved"] = json_number(check.achieved)
    out["strong"] = json_number(check.strong)
    out["weak"] = json_number(check.weak)
    out["follower_value"] = json_number(check.follower_value)
    if check.follower_regret is not None:
        out["follower_regret"] = json_number(check.follower_regret)
    if check.best_actions is not None:
        rows = [list(actions) for actions in check.best_actions]
        timed = len(rows) > game.num_states
        out["best_responses"] = by_step(rows, game.num_states) if timed else rows
    if check.best_tables is not None:
        out["best_tables"] = [list(table) for table in check.best_tables]
    if check.stochastic is not None:
        out["stochastic"] = _optimum_json(check.stochastic)
    if check.deception is not None:
        out["deception"] = {
            "shown": [number_list(row) for row in check.deception.shown],
            "promised": json_number(check.deception.promised),
            "seeming": json_number(check.deception.seeming),
            "follower_loss": json_number(check.deception.follower_loss),
        }
    return out


def _optimum_json(optimum: Optimum) -> dict[str, Any]:
    return {
        "policy": optimum.policy,
        "value": json_number(optimum.value),
        "upper_bound": json_number(optimum.upper_bound),
        "gap": json_number(optimum.gap),
    }


def render(report: TableReport) -> str:
    """The tables, what each player could gain, and the verdict in words."""
    game = markov_of(report.game)
    within = f" within {short_number(report.tolerance)}" if report.tolerance else ""
    blocks: list[Any] = [describe_markov(report.game)]
    if report.stackelberg is None:
        verdict = "This is" if report.holds else "This is not"
        blocks.append(f"{verdict} a Nash equilibrium{within}.")
        blocks.append(profile_table(game, [t for t in report.tables if t is not None]))
        blocks += _nash_lines(report, game)
    else:
        blocks.append(_verdict(report, report.stackelberg, within))
        blocks += _commitment_blocks(report, report.stackelberg, game)
    blocks += [f"Note: {note}{'' if note.endswith('.') else '.'}" for note in report.notes]
    return to_text(blocks)


def _nash_lines(report: TableReport, game: MarkovGame) -> list[Any]:
    if report.payoffs is None or report.regrets is None:
        return []
    payoffs, regrets = report.payoffs, report.regrets
    hidden = report.stationary_regrets if report.stochastic_regrets else None
    table = new_table(
        "player", "gets", "regret", *["by a table", "by a mixed table"] * bool(hidden)
    )
    for player, label in enumerate(game.players):
        cells = [label, exactly(payoffs[player]), exactly(regrets[player])]
        if hidden and report.stochastic_regrets:
            cells.append(_or_unknown(hidden[player]))
            cells.append(_range(report.stochastic_regrets[player]))
        add_row(table, cells)
    about = f"Payoffs: {game.unit}. Regret: what the best use of the whole history gains"
    if hidden:
        about += "; or, where the step is unseen, the best (mixed) table of the states"
    lines: list[Any] = [f"{about}.", table]
    if report.nash_conv is not None:
        lines.append(
            f"Largest regret {exactly(max(regrets))}; sum of regrets (NashConv) "
            f"{exactly(report.nash_conv)} ({game.unit})."
        )
    if report.openspiel_nash_conv is not None and report.openspiel_nash_conv != report.nash_conv:
        lines.append(
            f"OpenSpiel's nash_conv of this game counts the sum over its {game.horizon} steps: "
            f"{exactly(report.openspiel_nash_conv)}."
        )
    return lines


def _or_unknown(regret: Fraction | None) -> str:
    return "not known" if regret is None else exactly(regret)


def _range(regrets: tuple[Fraction, Fraction] | None) -> str:
    """What is gained, exactly or between bounds."""
    if regrets is None:
        return "not known"
    found, bound = regrets
    if found == bound:
        return exactly(found)
    return f"{short_number(found)} to ~{decimal(bound)}"


def _verdict(report: TableReport, check: CommitmentCheck, within: str) -> str:
    whom = follower_class(report.game, check.follower)
    if check.optimum is None:
        return f"Whether this is a best commitment{within} is not known, against {whom}."
    kind = f"a best {check.optimum.policy} commitment"
    if report.holds:
        return f"This is {kind}{within} against {whom}."
    gap = check.optimum.gap
    if gap > report.tolerance and check.optimum.value - check.achieved <= report.tolerance:
        return f"This is not proven to be {kind}{within} against {whom}."
    return f"This is not {kind}{within} against {whom}."


def _commitment_blocks(report: TableReport, check: CommitmentCheck, game: MarkovGame) -> list[Any]:
    leader, follower = game.players[check.leader], game.players[1 - check.leader]
    own = [exact_row(row) for row in report.tables[check.leader] or ()]
    blocks: list[Any] = [_response_table(check, own, game)]
    earned = f"{exactly(check.strong)}, however {follower} breaks ties"
    if check.strong != check.weak:
        earned = (
            f"{exactly(check.strong)} if {follower} breaks ties in its favour, "
            f"{exactly(check.weak)} if against it"
        )
    blocks.append(
        f"{leader} gets {earned}; {follower} gets {exactly(check.follower_value)} ({game.unit})."
    )
    for optimum in (check.optimum, check.stochastic):
        if optimum is not None:
            blocks.append(_optimum_line(optimum, check, leader, follower))
    if check.follower_regret is not None:
        blocks.append(f"{follower}'s own table loses {exactly(check.follower_regret)}.")
    if check.deception is not None:
        blocks.append(_deception_line(check, check.deception, leader, follower))
    return blocks


def _optimum_line(optimum: Optimum, check: CommitmentCheck, leader: str, follower: str) -> str:
    ties = f"{follower} breaking ties {tie_words(check.ties, leader)}"
    best, earns = f"The best {optimum.policy} commitment", f"earns {exactly(optimum.value)}, {ties}"
    if optimum.upper_bound == optimum.value:
        return f"{best} {earns}: a gap of {exactly(optimum.gap)}."
    return (
        f"{best} known {earns}; none earns more than {exactly(optimum.upper_bound)}: a gap of at "
        f"most {exactly(optimum.gap)}."
    )


def _deception_line(
    check: CommitmentCheck, deception: Deception, leader: str, follower: str
) -> str:
    return (
        f"Deception: {leader} shows {follower} another table than it plays. By {follower}'s "
        f"response to what is shown it would seem to earn {exactly(deception.seeming)}, which "
        f"costs {follower} {exactly(deception.follower_loss)}; scored is what is played, "
        f"{exactly(check.achieved)}. The table shown, if played, would earn "
        f"{exactly(deception.promised)}."
    )


def _response_table(
    check: CommitmentCheck, own: Sequence[Sequence[Fraction]], game: MarkovGame
) -> Any:
    """A line a state: what the leader plays, and the follower's best responses there."""
    follower = 1 - check.leader
    labels = game.actions[follower]
    heads = ["state", f"{game.players[check.leader]} plays"]
    columns: list[list[str]] = []
    if check.best_actions is not None:
        heads.append(f"{game.players[follower]}'s best responses")
        columns.append(
            [
                _by_time(check.best_actions[s :: game.num_states], labels)
                for s in range(game.num_states)
            ]
        )
    for number, best in enumerate((check.best_tables or ())[:MAX_TABLES]):
        several = len(check.best_tables or ()) > 1
        heads.append(f"{game.players[follower]}'s best" + (f" #{number}" if several else ""))
        columns.append(["-" if action is None else labels[action] for action in best])
    table = new_table(*heads)
    for state, label in list(enumerate(game.states))[:MAX_ROWS]:
        cells = [label, mix(game.actions[check.leader], tuple(own[state]))]
        add_row(table, [*cells, *(column[state] for column in columns)])
    hidden = len(check.best_tables or ()) - MAX_TABLES
    if hidden > 0:
        table.caption = f"{hidden} more best tables are in the JSON"
    return table


def _by_time(steps: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """The best actions in a state, at the steps at which best responses come there."""
    return when_played(
        {
            step: " or ".join(labels[a] for a in actions)
            for step, actions in enumerate(steps)
            if actions
        }
    )
