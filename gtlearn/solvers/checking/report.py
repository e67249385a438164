"""A check report as JSON and as a table."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gtlearn.games.dummies import follower_of
from gtlearn.solvers.output.export import game_json, json_number
from gtlearn.solvers.output.pieces import (
    add_row,
    decimal,
    describe,
    mix,
    mix_cell,
    new_table,
    short_number,
    to_text,
)

if TYPE_CHECKING:
    from gtlearn.solvers.checking.check import CheckReport, CommitmentCheck

SCHEMA = "gtlearn/check/1"
UNIT = "payoff"  # of regrets, and so of NashConv, in one shot
MAX_ROWS = 30

_NAMES = {
    "nash": "a Nash equilibrium",
    "stackelberg": "a Stackelberg equilibrium",
    "correlated": "a correlated equilibrium",
    "coarse-correlated": "a coarse correlated equilibrium",
}


def to_json(report: CheckReport) -> dict[str, Any]:
    """The object of schema gtlearn/check/1; keys that do not apply are absent."""
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "game": game_json(report.game),
        "concept": report.concept,
        "holds": report.holds,
        "tolerance": json_number(report.tolerance),
        "status": report.status,
    }
    if report.regrets is not None and report.nash_conv is not None:
        out["regrets"] = [json_number(r) for r in report.regrets]
        out["nash_conv"] = json_number(report.nash_conv)
        out["unit"] = UNIT
    if report.payoffs is not None:
        out["payoffs"] = [json_number(p) for p in report.payoffs]
    if report.nearest is not None:
        out["nearest"] = {
            "index": report.nearest.index,
            "distance": json_number(report.nearest.distance),
            "strategies": [[json_number(p) for p in s] for s in report.nearest.strategies],
        }
    if report.stackelberg is not None:
        out["stackelberg"] = _commitment_json(report.stackelberg)
    if report.gain is not None:
        out["gain"] = json_number(report.gain)
    if report.notes:
        out["notes"] = list(report.notes)
    return out


def _commitment_json(commitment: CommitmentCheck) -> dict[str, Any]:
    out: dict[str, Any] = {"leader": commitment.leader, "ties": commitment.ties}
    for name in ("value", "achieved", "gap", "follower_regret"):
        number = getattr(commitment, name)
        if number is not None:
            out[name] = json_number(number)
    out["best_responses"] = list(commitment.best_responses)
    out["strong"] = json_number(commitment.strong)
    out["weak"] = json_number(commitment.weak)
    return out


def render(report: CheckReport) -> str:
    """The profile, what each player could gain, and the verdict in words."""
    verdict = "This is" if report.holds else "This is not"
    name = _NAMES[report.concept]
    if report.tolerance:
        name += f" within {short_number(report.tolerance)}"
    blocks: list[Any] = [describe(report.game), f"{verdict} {name}."]
    blocks.append(_joint_table(report) if report.joint is not None else _strategy_table(report))
    if report.nash_conv is not None and report.epsilon is not None:
        blocks.append(
            f"Largest regret {_exactly(report.epsilon)}; "
            f"sum of regrets (NashConv) {_exactly(report.nash_conv)}, in units of {UNIT}."
        )
    if report.gain is not None:
        blocks.append(f"Largest gain of a deviation: {_exactly(report.gain)}.")
    if report.stackelberg is not None:
        blocks += _commitment_lines(report, report.stackelberg)
    if report.nearest is not None:
        blocks.append(_nearest_line(report))
    blocks += [f"Note: {note}{'' if note.endswith('.') else '.'}" for note in report.notes]
    return to_text(blocks)


def _strategy_table(report: CheckReport) -> Any:
    table = new_table("player", "plays", "payoff", *["regret"] * (report.regrets is not None))
    for player, strategy in enumerate(report.strategies):
        if strategy is None:
            continue
        cells = [report.game.players[player], mix_cell(report.game.actions[player], strategy)]
        cells.append("" if report.payoffs is None else short_number(report.payoffs[player]))
        if report.regrets is not None:
            cells.append(_exactly(report.regrets[player]))
        add_row(table, cells)
    return table


def _joint_table(report: CheckReport) -> Any:
    table = new_table(*report.game.players, "probability")
    joint = report.joint or {}
    for profile, probability in sorted(joint.items())[:MAX_ROWS]:
        names = [labels[a] for labels, a in zip(report.game.actions, profile, strict=True)]
        add_row(table, [*names, short_number(probability)])
    if len(joint) > MAX_ROWS:
        add_row(table, ["..."] * report.game.num_players + [f"{len(joint) - MAX_ROWS} more"])
    return table


def _commitment_lines(report: CheckReport, commitment: CommitmentCheck) -> list[str]:
    place = follower_of(report.game, commitment.leader)
    leader, follower = (report.game.players[k] for k in (commitment.leader, place))
    labels = report.game.actions[place]
    best = ", ".join(labels[j] for j in commitment.best_responses)
    lines = [
        f"{follower}'s best responses to it: {best}.",
        f"{leader} gets {_exactly(commitment.strong)} if {follower} breaks ties in its favour, "
        f"{_exactly(commitment.weak)} if against it.",
    ]
    if commitment.value is not None and commitment.gap is not None:
        lines.append(
            f"The best commitment earns {_exactly(commitment.value)} ({commitment.ties} ties): "
            f"a gap of {_exactly(commitment.gap)}."
        )
    if commitment.follower_regret is not None:
        lines.append(f"{follower}'s own strategy loses {_exactly(commitment.follower_regret)}.")
    return lines


def _nearest_line(report: CheckReport) -> str:
    nearest = report.nearest
    assert nearest is not None
    listed = f"the nearest in the list of `gtlearn solve --find all` is #{nearest.index}."
    if nearest.distance == 0:
        return f"It lies in the set of equilibria; {listed}"
    where = "; ".join(
        f"{player} {mix(labels, strategy)}"
        for player, labels, strategy in zip(
            report.game.players, report.game.actions, nearest.strategies, strict=True
        )
    )
    away = _exactly(nearest.distance)
    return f"Nearest equilibrium, {away} away (total variation): {where}; {listed}"


def _exactly(value: Fraction) -> str:
    """The exact number, and what it is about where that is not plain."""
    text = short_number(value)
    if text.startswith("~") or value.denominator < 10:
        return text
    return f"{text} (~{decimal(value)})"
