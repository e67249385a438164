"""What a source says about play: an exact strategy a player, a commitment, or a distribution."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn.errors import InputError, nearest, option, quoted
from gtlearn.files import require_no_link
from gtlearn.games import Game, MergedGame, SequentialGame, SymmetricGame
from gtlearn.games.arrays import is_array, plain_array
from gtlearn.games.labels import label_of
from gtlearn.games.numbers import Number
from gtlearn.solvers.outcomes import (
    DETERMINISTIC,
    ENCLOSURE,
    OPTIMAL,
    STATIONARY,
    STOCHASTIC,
    Commitment,
    CorrelatedEquilibrium,
    NashEquilibrium,
    StrategyProfile,
    Table,
)
from gtlearn.solvers.profile import Profile, one_strategy_hint
from gtlearn.solvers.profiles.joint import of_distribution
from gtlearn.solvers.profiles.policies import answers_of, strategies_of_policy
from gtlearn.solvers.profiles.probabilities import by_label
from gtlearn.solvers.profiles.sources import content_of_file, json_of_text
from gtlearn.solvers.profiles.strategies import (
    is_list,
    is_table,
    read_response,
    read_strategy,
)
from gtlearn.solvers.profiles.tree_policies import DecisionPoints, plays
from gtlearn.solvers.record import Record
from gtlearn.solvers.verify.reading import read_outcome

_SHAPE = '{"strategies": [["1/2", "1/2"], ["1", "0"]]}'
_SHAPE_OF_TREE = '{"strategies": [{"information set": {"action": "1/2", ...}, ...}, ...]}'
_SHAPE_IN_STEPS = '{"strategies": [TABLE, TABLE]} or {"commitment": TABLE}'

_BY_STATE = (
    "the policy answers alike after each last move that leads to a state; that it depends on "
    "nothing earlier is on trust"
)

_LITERAL = re.compile(r"[\d\s./;,eE+-]*[\s;,][\d\s./;,eE+-]*")
_SHOWN = ("shown", "context")  # keys of what a follower was told
_BESIDE = (*_SHOWN, "timed", "states")  # keys beside strategies under the players' labels


def read_profile(
    source: Any,
    game: Game,
    *,
    tolerance: Number = 0,
    index: int = 0,
    leader: int | None = None,
    exact_floats: bool = False,
    points: DecisionPoints | None = None,
) -> Profile:
    """All that a source says about play in a game, exactly.

    A STRATEGY is a vector of probabilities, or a mapping from action labels to them. In a game of
    several steps it is a TABLE: a list of such rows, one a state, or a mapping from the states'
    labels to rows; see `strategies.read_strategy`.

    Args:
        source: a path, a text (JSON, or in one shot "1/2 1/2; 1 0"), or what it would hold:
            - {"strategies": [STRATEGY, STRATEGY]}, or a strategy under each player's label; with
              "timed": true where row `t * states + s` is for state s at step t;
            - in a tree also one row under the label of each information set;
            - {"commitment": STRATEGY}, with "leader" where that is not player 0, and for a table
              with "response", the follower's table or its action in each state, and with "shown"
              (or "context"), the table that the follower was told, where that is another one;
              "states" may list the states' labels, which must then be the game's, in its order;
            - in one shot {"distribution": ...}; see `joint.of_distribution`;
            - a JSON object of schema gtlearn/solution/1, a Solution, one of its outcomes, or a
              Profile;
            - the folder of a finished run, whose result.json holds "commitment";
            - an .npz file with the arrays strategies_0, strategies_1, ..., or commitment (and
              shown), or one array a player's label;
            - a list of strategies, one a player; or the leader's alone;
            - an OpenSpiel policy of a form of the game, tabular or not;
            - a callable from a player's index, and in several steps a state's label, to a vector;
              in a tree what `tree_policies.DecisionPoints` asks, or a list of it, one a player.
        game: the game that it is played in.
        tolerance: the sum of a vector may miss one by so much; see `probabilities.vector`.
        index: which solution of a list is meant.
        leader: whose strategy a single one is, where the source does not say; in several steps
            player 0's by default.
        exact_floats: in a tree, whether floats are the ratios that they are, divided by their sum,
            or rounded to multiples of 2^-30.
        points: of a tree, so that states are looked up once for many policies.

    Raises:
        InputError: in one sentence: what was wrong, where, and what to do.

    >>> from gtlearn import games
    >>> pennies = games.load("matching_pennies")
    >>> read_profile({"strategies": [["1/2", "1/2"], {"T": 1}]}, pennies).strategies[1]
    (Fraction(0, 1), Fraction(1, 1))
    """
    if isinstance(source, Profile):
        return source
    reader = _Reader(game, tolerance, leader, exact_floats, points)
    source = reader.content(source) if isinstance(source, str | Path) else by_label(source)
    if isinstance(source, Record):
        source = source.outcome(index)
    if isinstance(source, StrategyProfile):
        if source.certificate.arithmetic == ENCLOSURE:
            raise InputError(
                "the equilibrium is enclosed, so that it is no exact profile; give the midpoints "
                "of its numbers, or check it as a Nash equilibrium"
            )
        return reader.players(list(source.strategies), None)
    if isinstance(source, CorrelatedEquilibrium):
        return reader.joint(source.distribution)
    if isinstance(source, Commitment):
        return reader.outcome(source)
    if isinstance(source, Mapping):
        return reader.mapping(source, index)
    if is_array(source):
        source = plain_array(source, "the tables" if game.in_steps else "the strategies")
    if isinstance(source, str | bytes):
        raise InputError(f"a profile is no text; write {reader.shape}")
    if isinstance(source, Sequence) or hasattr(source, "tolist"):
        return reader.strategies(source)
    if isinstance(game, SequentialGame) and plays(source):
        return reader.asked((points or DecisionPoints(game)).strategies(source))
    if hasattr(source, "action_probabilities"):
        return reader.asked(strategies_of_policy(source, game))
    if callable(source):
        return reader.asked(answers_of(source, game))
    if hasattr(source, "average_policy"):  # of OpenSpiel's
        raise InputError(
            f"a {type(source).__name__} is no policy; give what its average_policy() returns"
        )
    raise InputError(f"a {type(source).__name__} is no profile; write {reader.shape}")


def read_enclosed(source: Any, game: Game, index: int = 0) -> tuple[NashEquilibrium | None, Any]:
    """The equilibrium in a box that a source holds, if any; and what a text or file holds.

    Raises:
        InputError: if it cannot be read.
    """
    if isinstance(source, str | Path):
        content = _Reader(game, 0, None).content(source)
        source = source if isinstance(content, str) else content
    outcome = source
    if isinstance(source, Record) and -len(source) <= index < len(source):
        outcome = source[index]
    if isinstance(source, Mapping):
        entries = source.get("solutions", [source])
        inside = isinstance(entries, list) and -len(entries) <= index < len(entries)
        entry = entries[index] if inside else None
        certificate = entry.get("certificate") if isinstance(entry, Mapping) else None
        if isinstance(certificate, Mapping) and certificate.get("arithmetic") == ENCLOSURE:
            outcome = read_outcome(entry)
    if isinstance(outcome, NashEquilibrium) and outcome.certificate.arithmetic == ENCLOSURE:
        return outcome, source
    return None, source


@dataclass(frozen=True)
class _Reader:
    """The game that is played, what sums may miss one by, and whose strategy a single one is."""

    game: Game
    tolerance: Number
    leader: int | None
    exact_floats: bool = False
    points: DecisionPoints | None = None  # of a tree, to ask policies in

    @property
    def shape(self) -> str:
        if isinstance(self.game, SequentialGame):
            return _SHAPE_OF_TREE
        return _SHAPE_IN_STEPS if self.game.in_steps else _SHAPE

    @property
    def what(self) -> str:
        return "tables" if self.game.in_steps else "strategies"

    def content(self, source: str | Path) -> Any:
        """What a text or file holds: JSON, arrays, a literal, the result of a run's folder."""
        if isinstance(source, str):
            text = source.strip()
            if text.startswith(("{", "[")):
                return json_of_text(text, "the profile")
            if not text:
                raise InputError("the profile is empty; give a file, or JSON")
            if not self.game.in_steps and _LITERAL.fullmatch(text):
                return [re.split(r"[\s,]+", part.strip()) for part in text.split(";")]
        path = Path(source)
        if self.game.in_steps and _is_folder(path):
            path = path / "result.json"
            require_no_link(path)
        return content_of_file(path, self.shape)

    def mapping(self, source: Mapping[Any, Any], index: int) -> Profile:
        if "solutions" in source:
            return self.mapping(self._chosen(source, index), 0)
        if self.game.in_steps:
            _require_states(source.get("states"), self.game)
        timed = source.get("timed")
        if not isinstance(timed, bool | None):
            raise InputError(f'"timed" is {quoted(timed)}; write true or false')
        if "commitment" in source:
            return self.commitment(source)
        leader = self._leader(source)
        if "distribution" in source and not self.game.in_steps:
            return replace(self.joint(source["distribution"]), leader=leader)
        profile = replace(self._of_players(source, timed), leader=leader)
        shown = [source[key] for key in _SHOWN if key in source]
        if not shown or not self.game.in_steps:
            return profile
        whose = next((k for k in (leader, self.leader) if k is not None), 0)
        table, notes = self.strategy(shown[0], whose, False)
        return replace(profile, leader=whose, shown=table, notes=(*profile.notes, *notes))

    def _chosen(self, source: Mapping[Any, Any], index: int) -> dict[Any, Any]:
        """One entry of "solutions", with what is said of all of them."""
        solutions = source["solutions"]
        if not isinstance(solutions, Sequence) or isinstance(solutions, str):
            raise InputError('"solutions" is no list of solutions')
        if not -len(solutions) <= index < len(solutions):
            raise InputError(
                f"there is no solution {index}: {len(solutions)} given, counted from 0"
            )
        if not isinstance(solutions[index], Mapping) or "solutions" in solutions[index]:
            raise InputError(f"solution {index} is no profile; write {self.shape}")
        above = {key: source[key] for key in ("follower", "policy", "states") if key in source}
        return {**above, **solutions[index]}

    def _of_players(self, source: Mapping[Any, Any], timed: bool | None) -> Profile:
        players = self.game.players
        numbered = [f"strategies_{k}" for k in range(len(players))]  # arrays of an .npz file
        if "strategies" in source:
            return self.strategies(source["strategies"], timed, self._leader(source))
        if any(name in source for name in numbered):
            return self.players([source.get(name) for name in numbered], timed)
        if source and all(key in players for key in source if key not in _BESIDE):
            own = {key: value for key, value in source.items() if key in players}
            return self.strategies(own, timed)
        by_player = self._by_player(source)
        if by_player is not None:
            return self.strategies(by_player, timed)
        shown = ", ".join(quoted(key, 20) for key in list(source)[:4]) or "nothing"
        raise InputError(f"the profile holds {shown} but no {self.what}; write {self.shape}")

    def _by_player(self, source: Mapping[Any, Any]) -> dict[str, dict[Any, Any]] | None:
        """Rows by the labels of a tree's information sets, if none of these is two players'."""
        if not isinstance(self.game, SequentialGame):
            return None
        owners: dict[str, list[str]] = {}
        for player, name in enumerate(self.game.players):
            for point in self.game.points(player):
                owners.setdefault(point.label, []).append(name)
        if not source or any(len(owners.get(key, ())) != 1 for key in source):
            return None
        out: dict[str, dict[Any, Any]] = {name: {} for name in self.game.players}
        for key, row in source.items():
            out[owners[key][0]][key] = row
        return {name: rows for name, rows in out.items() if rows}

    def _leader(self, source: Mapping[Any, Any]) -> int | None:
        leader = source.get("leader")
        return None if leader is None else _player(leader, self.game)

    def commitment(self, source: Mapping[str, Any]) -> Profile:
        """The leader's strategy, what the follower does, and what it was told."""
        named = self._leader(source)
        whose = next((k for k in (named, self.leader) if k is not None), 0)
        if None not in (named, self.leader) and named != self.leader:
            raise InputError(
                f"the commitment is that of {self.game.players[whose]!r}, player {whose}; check it "
                f"with {option('leader', whose)}"
            )
        own, notes = self.strategy(source["commitment"], whose, False)
        tables: list[Table | None] = [None] * len(self.game.players)
        tables[whose] = own
        if not self.game.in_steps:
            return Profile(self.game, tuple(tables), leader=named, notes=notes)
        if source.get("response") is not None and len(tables) == 2:
            other, response = 1 - whose, source["response"]
            tables[other], more = read_response(response, self.game, other, self.tolerance)
            notes += more
        shown = None
        for told in [source[key] for key in _SHOWN if key in source][:1]:
            shown, more = self.strategy(told, whose, False)
            notes += more
        return Profile(
            self.game,
            tuple(tables),
            leader=whose,
            shown=shown,
            follower=_word(source, ("follower", "follower_class"), (STATIONARY, OPTIMAL)),
            policy=_word(source, ("policy",), (DETERMINISTIC, STOCHASTIC)),
            notes=notes,
        )

    def outcome(self, outcome: Commitment) -> Profile:
        """A commitment that a solver returned."""
        if not outcome.in_steps:
            joint = outcome.distribution
            strategies = list(outcome.strategies)
            profile = self.players(strategies, None) if joint is None else self.joint(joint)
            return replace(profile, leader=outcome.leader)
        return self.commitment(
            {
                "commitment": outcome.commitment,
                "leader": outcome.leader,
                "response": list(outcome.response),
                "follower": outcome.follower,
                "policy": outcome.policy,
            }
        )

    def joint(self, source: Any) -> Profile:
        return of_distribution(source, self.game, self.tolerance)

    def strategies(
        self, source: Any, timed: bool | None = None, named: int | None = None
    ) -> Profile:
        """Strategies of all players, by order or label; or the leader's alone."""
        source, players = by_label(source), self.game.players
        if hasattr(source, "tolist"):  # an array or tensor: one strategy a row
            source = list(source) if getattr(source, "ndim", 0) else None
        leader = self.leader if named is None else named
        given: list[Any] = [None] * len(players)
        if isinstance(self.game, SymmetricGame):
            one = isinstance(source, Mapping) or self._is_strategy(source)
            return self.players([source] if one else source, timed)
        if isinstance(source, Mapping):
            for player, strategy in source.items():
                given[_player(player, self.game)] = strategy
        elif is_list(source):
            if self._is_strategy(source) and (leader is not None or self.game.in_steps):
                source = [source]
                leader = leader or 0
            if len(source) == 1 and leader is not None:
                given[leader] = source[0]
            elif len(source) != len(players):
                raise InputError(
                    f"the profile has {len(source)} {self.what} for {len(players)} players; give "
                    f"one a player{one_strategy_hint(self.game)}"
                )
            else:
                given = list(source)
        else:
            what = "tables" if self.game.in_steps else "vectors"
            raise InputError(f"the strategies are no list of {what}; write {self.shape}")
        return self.players(given, timed)

    def _is_strategy(self, values: Any) -> bool:
        """Whether these are one strategy, and no list of them."""
        if self.game.in_steps:
            return len(values) > 0 and not any(map(is_table, values))
        if isinstance(self.game, SequentialGame):  # one row an information set
            return len(values) > 0 and all(map(_is_vector, values))
        return _is_vector(values)

    def asked(self, strategies: Sequence[Any]) -> Profile:
        """Strategies that were asked for at each decision point."""
        profile = self.players(strategies, None)
        if isinstance(self.game, MergedGame):
            profile = replace(profile, notes=(*profile.notes, _BY_STATE))
        return profile

    def players(self, strategies: Sequence[Any], timed: bool | None) -> Profile:
        """One strategy a player, None for a player of whom nothing is said."""
        if isinstance(self.game, SymmetricGame) and len(strategies) != 1:
            raise InputError(
                f"{self.game.name!r} is given by counts of actions; give the one strategy that all "
                "players play"
            )
        tables: list[Table | None] = []
        notes: tuple[str, ...] = ()
        for player, strategy in enumerate(strategies):
            table: Table | None = None
            if strategy is not None:
                table, more = self.strategy(strategy, player, timed)
                notes += more
            tables.append(table)
        return Profile(self.game, tuple(tables), notes=notes)

    def strategy(
        self, values: Any, player: int, timed: bool | None
    ) -> tuple[Table, tuple[str, ...]]:
        if isinstance(self.game, SequentialGame) and plays(values):
            points = self.points or DecisionPoints(self.game)
            values = points.strategies(values, player)[player]
        return read_strategy(
            values,
            self.game,
            player,
            timed=timed,
            tolerance=self.tolerance,
            exact_floats=self.exact_floats,
        )


def _is_vector(values: Any) -> bool:
    numbers = str | int | float | Fraction | np.number
    return isinstance(values, list | tuple) and all(isinstance(v, numbers) for v in values)


def _player(player: Any, game: Game) -> int:
    """The place of a player given by label or index."""
    if str(player) in game.players:
        return game.players.index(str(player))
    whole = isinstance(player, int | np.integer) and not isinstance(player, bool)
    if whole and 0 <= player < len(game.players):
        return int(player)
    label = player if isinstance(player, str) else ""
    hint = nearest(label, game.players, "they are")
    raise InputError(f"there is no player {quoted(player)}; {hint}")


def _word(source: Mapping[str, Any], keys: Sequence[str], known: Sequence[str]) -> str | None:
    """The first of these keys' word, where it is one of those known."""
    return next((str(source[k]) for k in keys if source.get(k) in known), None)


def _require_states(labels: Any, game: Any) -> None:
    """Refuses tables of other states, and rows in another order than the game's."""
    if labels is None:
        return
    if not is_list(labels):
        raise InputError('"states" is no list of labels')
    given = [label_of(label) for label in labels]
    if given == list(game.states):
        return
    order = ", ".join(game.states[:12]) + (", ..." if game.num_states > 12 else "")
    if sorted(given) == sorted(game.states):
        raise InputError(
            f'"states" lists the states of {game.name} in another order; write the rows in the '
            f"order {order}, or each under its label"
        )
    first = next((label for label in given if label not in game.states), "")
    what = f"a state {quoted(first)}" if first else f"{len(given)} states"
    raise InputError(
        f'"states" lists {what}, so these are tables of another game than {game.name}, whose '
        f"states are {order}"
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # too long a name, or a NUL character in it
        return False
