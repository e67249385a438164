"""What a check says, as JSON and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from gtlearn import limits
from gtlearn.games import Game, HarsanyiGame, MergedGame, SequentialGame, SymmetricGame
from gtlearn.games.kinds.iterated import as_markov
from gtlearn.limits import OK, LimitReached, TimeLimitReached
from gtlearn.solvers.checking.commitment_report import (
    BestCommitment,
    CommitmentCheck,
    commitment_blocks,
)
from gtlearn.solvers.checking.nearest import Nearest
from gtlearn.solvers.concepts import concept_of
from gtlearn.solvers.enclosures import Real
from gtlearn.solvers.outcomes import Distribution
from gtlearn.solvers.output.csv import joint_rows
from gtlearn.solvers.output.json import by_step, game_json, json_number, plain, table_json
from gtlearn.solvers.output.pieces import (
    add_row,
    decimal,
    describe,
    exactly,
    follower_class,
    mix,
    mix_cell,
    new_table,
    one_line,
    short_number,
    to_text,
)
from gtlearn.solvers.output.steps import profile_table
from gtlearn.solvers.output.trees import strategy_blocks
from gtlearn.solvers.profile import Profile, columns_of

CHECK_SCHEMA = "gtlearn/check/1"
UNIT = "payoff"  # of regrets, and so of NashConv, in one shot
_MAX_ROWS = 30  # of a distribution


@dataclass(frozen=True)
class CheckReport:
    """How far a profile is from what it claims to be.

    Attributes:
        profile: what is played, exactly.
        concept: what was checked.
        holds: whether every regret, gap or gain is at most `tolerance`, compared exactly.
        tolerance: as given.
        payoffs: the expected payoff of each player, in the game's unit, where all strategies are
            known; of an equilibrium in a box, enclosed.
        regrets: what each player could gain by its best deviation, which in several steps may use
            the whole history (nash only).
        nearest: the nearest equilibrium (nash, two players, small games in one shot; where it was
            asked for, trees of constant sum).
        set_regrets: in a tree, what each player could gain by playing otherwise at one information
            set alone, weighted by the probability with which chance and the others lead there: the
            immediate counterfactual regret (Zinkevich et al. 2007), whose sum is at least the
            player's regret (nash only).
        subgame_regrets: in a tree, the most that each player could gain in a subgame
            (subgame-perfect only).
        worst_subgame: the moves that lead to the subgame of the largest of these gains, or of
            merged states the state; None where there is none (subgame-perfect only).
        interim_regrets: in a game with types, what each type could gain by its best action once it
            knows itself; None for types of probability zero (nash only).
        best_responses: in a tree, a best response of each player: the position of the action that
            it plays at each information set (nash only).
        stationary_regrets: in several steps, what each could gain by its best deterministic table
            that does not see the time; below zero where the player's own table is better than all
            of those. None where the search for it took too long (nash only).
        stochastic_regrets: the same for its best stochastic table that does not see the time:
            what one known gains, and a proven upper bound on what any gains; None without a
            horizon, where a deterministic table is best, and for a player where not known.
        stackelberg: what the commitment is worth (stackelberg only).
        gain: the largest gain of a deviation (correlated concepts only).
        status: "ok", or what cut the check short: "time_limit", "memory_limit" or "interrupted";
            what was not known by then is None, and `holds` is false where it depends on that.
        notes: sentences that a reader should see.
    """

    profile: Profile
    concept: str
    holds: bool
    tolerance: Fraction
    payoffs: tuple[Real, ...] | None = None
    regrets: tuple[Fraction, ...] | None = None
    nearest: Nearest | None = None
    set_regrets: tuple[tuple[Fraction, ...], ...] | None = None
    subgame_regrets: tuple[Fraction, ...] | None = None
    worst_subgame: tuple[str, ...] | None = None
    interim_regrets: tuple[tuple[Fraction | None, ...], ...] | None = None
    best_responses: tuple[tuple[int, ...], ...] | None = None
    stationary_regrets: tuple[Fraction | None, ...] | None = None
    stochastic_regrets: tuple[tuple[Fraction, Fraction] | None, ...] | None = None
    stackelberg: CommitmentCheck | None = None
    gain: Fraction | None = None
    status: str = OK
    notes: tuple[str, ...] = ()

    @property
    def game(self) -> Game:
        """The game."""
        return self.profile.game

    @property
    def strategies(self) -> tuple[Any, ...]:
        """One strategy a player, exactly; None for a player of whom nothing is said."""
        return self.profile.strategies

    @property
    def joint(self) -> Distribution | None:
        """The joint distribution, for correlated concepts."""
        return self.profile.joint

    @property
    def nash_conv(self) -> Fraction | None:
        """The sum of the regrets (Lanctot et al. 2017), in the game's unit."""
        if self.regrets is None:
            return None
        each = self.game.num_players if isinstance(self.game, SymmetricGame) else 1
        return each * sum(self.regrets, Fraction(0))

    @property
    def epsilon(self) -> Fraction | None:
        """The largest regret: the profile is an epsilon-equilibrium for no smaller epsilon."""
        return None if self.regrets is None else max(self.regrets)

    @property
    def openspiel_nash_conv(self) -> Fraction | None:
        """In several steps, OpenSpiel's `nash_conv` of `game.openspiel`, whose returns are sums.

        None without a horizon: there OpenSpiel's game goes on by chance and has no such number.
        """
        if self.nash_conv is None or not self.game.in_steps:
            return None
        markov = as_markov(self.game)
        return None if markov.horizon is None else self.nash_conv / markov.scale

    def to_json(self) -> dict[str, Any]:
        """The object of schema gtlearn/check/1; keys that do not apply are absent.

        In several steps there are, beside the keys of a normal form, "openspiel_nash_conv" (with a
        horizon), "stationary_regrets" (null where not known), "stochastic_regrets" (pairs of what a
        known table gains and a bound), and in "stackelberg": "follower" (its class), "policy" (what
        the gap compares with), "best_responses" (for each state the indices of best actions, or one
        such list a step; empty where the play never comes) or "best_tables", "stochastic" (the same
        for stochastic tables, beside a deterministic one) and "deception".
        """
        said = self.regrets is not None or self.game.in_steps
        nearest = self.nearest
        names = (
            *("regrets", "nash_conv", "openspiel_nash_conv"),
            *("stationary_regrets", "stochastic_regrets", "payoffs"),
            *("subgame_regrets", "worst_subgame"),
        )
        out: dict[str, Any] = {
            "schema": CHECK_SCHEMA,
            "game": game_json(self.game),
            "concept": self.concept,
            "holds": self.holds,
            "tolerance": json_number(self.tolerance),
            "status": self.status,
            "unit": unit(self) if said else None,
            **{name: plain(getattr(self, name)) for name in names},
            "nearest": nearest and _nearest_json(self, nearest),
            "set_regrets": _by_set(self, self.set_regrets, lambda _, value: json_number(value)),
            "interim_regrets": _by_set(self, self.interim_regrets, lambda _, value: plain(value)),
            "best_responses": _by_set(self, self.best_responses, lambda actions, k: actions[k]),
            "stackelberg": self.stackelberg and _commitment_json(self, self.stackelberg),
            "gain": plain(self.gain),
            "notes": list(self.notes) or None,
        }
        return {key: value for key, value in out.items() if value is not None}

    def __str__(self) -> str:
        """The profile, what each player could gain, and the verdict in words."""
        blocks: list[Any] = [describe(self.game), _verdict(self)]
        commitment, game = self.stackelberg, self.game
        if self.joint is not None:
            blocks.append(_joint_table(self))
        elif isinstance(game, SequentialGame | HarsanyiGame):
            worth = self.set_regrets or self.interim_regrets or ()
            blocks += [*_regret_table(self), *_regret_lines(self)]
            best = self.best_responses or ()
            blocks += strategy_blocks(game, self.profile.tables, worth, best)
        elif not game.in_steps:
            blocks.append(_strategy_table(self))
        elif commitment is None:
            tables = [table for table in self.strategies if table is not None]
            blocks.append(profile_table(as_markov(game), tables))
            blocks += _regret_table(self)
        if self.joint is not None or not isinstance(game, SequentialGame | HarsanyiGame):
            blocks += _regret_lines(self)
        if self.gain is not None:
            blocks.append(f"Largest gain of a deviation: {exactly(self.gain)}.")
        if commitment is not None:
            blocks += commitment_blocks(self.profile, commitment, unit(self))
        if self.nearest is not None:
            blocks.append(_nearest_line(self))
        blocks += [f"Note: {note}{'' if note.endswith('.') else '.'}" for note in self.notes]
        return to_text(blocks)


def _by_set(
    report: CheckReport,
    values: Sequence[Sequence[Any]] | None,
    shown: Callable[[Sequence[str], Any], Any],
) -> list[dict[str, Any]] | None:
    """One object a player, from the labels of its decision points."""
    if values is None:
        return None
    return [
        {
            point.label: shown(point.actions, value)
            for point, value in zip(report.game.points(player), own, strict=True)
        }
        for player, own in enumerate(values)
    ]


def _commitment_json(report: CheckReport, check: CommitmentCheck) -> dict[str, Any]:
    best, optimum, deception = check.best_responses, check.optimum, check.deception
    states = len(report.game.points(check.leader))
    timed = report.game.in_steps and best is not None and len(best) > states
    names = ("achieved", "strong", "weak", "follower_value", "follower_regret")
    out: dict[str, Any] = {
        "leader": check.leader,
        "follower": check.follower,
        "ties": check.ties,
        **(_optimum_json(optimum) if optimum else {}),
        **{name: plain(getattr(check, name)) for name in names},
        "best_responses": by_step(plain(best), states) if timed else plain(best),
        "best_tables": plain(check.best_tables),
        "stochastic": check.stochastic and _optimum_json(check.stochastic),
        "deception": plain(deception and vars(deception)),
    }
    return {key: value for key, value in out.items() if value is not None}


def _optimum_json(optimum: BestCommitment) -> dict[str, Any]:
    names = ("policy", "value", "upper_bound", "gap")
    return {name: plain(getattr(optimum, name)) for name in names}


def unit(report: CheckReport) -> str:
    """What payoffs and regrets are counted in."""
    return as_markov(report.game).unit if report.game.in_steps else UNIT


def _verdict(report: CheckReport) -> str:
    within = f" within {short_number(report.tolerance)}" if report.tolerance else ""
    check = report.stackelberg
    if check is None or check.follower is None:
        name = f"{concept_of(report.concept).title}{within}"
        return f"This is {'' if report.holds else 'not '}a {name}."
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


def _strategy_table(report: CheckReport) -> Any:
    table = new_table("player", "plays", "payoff", *["regret"] * (report.regrets is not None))
    for column, (strategy,) in report.profile.columns:
        payoff = "" if report.payoffs is None else short_number(report.payoffs[column.player])
        cells = [column.heading, mix_cell(column.actions, strategy), payoff]
        if report.regrets is not None:
            cells.append(exactly(report.regrets[column.player]))
        add_row(table, cells)
    return table


def _joint_table(report: CheckReport) -> Any:
    players, joint = report.game.players, report.joint or {}
    table = new_table(*players, "probability")
    for names, probability in islice(joint_rows(report.game, joint), _MAX_ROWS):
        add_row(table, [*names, short_number(probability)])
    if len(joint) > _MAX_ROWS:
        add_row(table, ["..."] * len(players) + [f"{len(joint) - _MAX_ROWS} more"])
    return table


def _regret_table(report: CheckReport) -> list[Any]:
    """What each player gets and could gain in several steps, and what is counted."""
    if report.payoffs is None or report.regrets is None:
        return []
    hidden = report.stationary_regrets if report.stochastic_regrets else None
    within = report.subgame_regrets
    table = new_table(
        *("player", "gets", "regret"),
        *["in a subgame"] * (within is not None),
        *["by a table", "by a mixed table"] * bool(hidden),
    )
    for player, label in enumerate(report.game.players):
        cells = [label, exactly(report.payoffs[player]), exactly(report.regrets[player])]
        if within is not None:
            cells.append(exactly(within[player]))
        if hidden and report.stochastic_regrets:
            own = hidden[player]
            cells.append(_range(None if own is None else (own, own)))
            cells.append(_range(report.stochastic_regrets[player]))
        add_row(table, cells)
    whole = "best deviation" if not report.game.in_steps else "best use of the whole history"
    about = f"Payoffs: {unit(report)}. Regret: what the {whole} gains"
    if within is not None:
        about += "; in a subgame: what the best one gains there"
    if hidden:
        about += "; or, where the step is unseen, the best (mixed) table of the states"
    return [f"{about}.", table]


def _range(regrets: tuple[Fraction, Fraction] | None) -> str:
    """What is gained, exactly or between bounds."""
    if regrets is None:
        return "not known"
    known, bound = regrets
    if known == bound:
        return exactly(known)
    return f"{short_number(known)} to ~{decimal(bound)}"


def _regret_lines(report: CheckReport) -> list[str]:
    if report.nash_conv is None or report.epsilon is None:
        return []
    lines = [
        f"Largest regret {exactly(report.epsilon)}; sum of regrets (NashConv) "
        f"{exactly(report.nash_conv)}, in units of {unit(report)}."
    ]
    if report.worst_subgame is not None:
        gain = exactly(max(report.subgame_regrets or ()))
        lines.append(f"The largest gain in a subgame is {gain}, in {_worst_words(report)}.")
    if report.openspiel_nash_conv not in (None, report.nash_conv):
        horizon = as_markov(report.game).horizon
        lines.append(
            f"OpenSpiel's nash_conv of this game counts the sum over its {horizon} steps: "
            f"{exactly(report.openspiel_nash_conv)}."
        )
    return lines


def _worst_words(report: CheckReport) -> str:
    moves = [one_line(move) for move in report.worst_subgame or ()]
    if isinstance(report.game, MergedGame):
        return f"the one from the state {moves[0]} on"
    return f"the one after the moves {' / '.join(moves)}" if moves else "the whole game"


def _nearest_json(report: CheckReport, nearest: Nearest) -> dict[str, Any]:
    game = report.game
    if not isinstance(game, SequentialGame):
        return {name: plain(v) for name, v in vars(nearest).items() if v is not None}
    played = [table_json(game, player, table) for player, table in enumerate(nearest.strategies)]
    return {"distance": plain(nearest.distance), "strategies": played}


def _nearest_line(report: CheckReport) -> str:
    nearest = report.nearest
    assert nearest is not None
    if isinstance(report.game, SequentialGame):
        if nearest.distance == 0:
            return "Its realisation plans are those of an equilibrium."
        away = exactly(nearest.distance)
        return (
            f"Nearest equilibrium, in which no sequence of a player's own moves has a probability "
            f"that differs by more than {away}: see the JSON."
        )
    of_list = f"the nearest in the list of `gtlearn solve --find all` is #{nearest.index}."
    listed = "one of infinitely many." if nearest.index is None else of_list
    if nearest.distance == 0:
        return f"It lies in the set of equilibria; {listed}"
    where = "; ".join(
        f"{column.heading} {mix(column.actions, strategy)}"
        for column, strategy in zip(columns_of(report.game), nearest.strategies, strict=True)
    )
    away = exactly(nearest.distance)
    return f"Nearest equilibrium, {away} away (total variation): {where}; {listed}"


@contextmanager
def comparing(seconds: float) -> Iterator[bool]:
    """So much time for what a profile is compared with, unless the user has set a time limit.

    Yields whether the user has not.
    """
    own = limits.seconds_left() is None
    with limits.limited(seconds if own else None):
        yield own


def status_of(reached: LimitReached | None, own: bool) -> str:
    """The status that a limit leaves, where time that is our `own` is no limit of the user's."""
    if reached is None or (own and isinstance(reached, TimeLimitReached)):
        return OK
    return reached.status


def cut_short(
    report: CheckReport, reached: LimitReached, what: str, notes: Sequence[str] = ()
) -> CheckReport:
    """The report of a check that a limit ended before it knew something essential."""
    ended = f"{reached} before {what} known, so that it is not known whether this holds"
    return replace(report, status=reached.status, notes=with_notes(report.game, (*notes, ended)))


def with_notes(game: Game, notes: Sequence[str]) -> tuple[str, ...]:
    """The notes, after that on how the game's floats were read."""
    return (*((game.number_note,) if game.number_note else ()), *notes)
