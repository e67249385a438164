"""A Bayesian two-player game: a leader without private information and a follower of some type."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

from gtlearn.errors import InputError, quoted
from gtlearn.games.fingerprint import CanonicalForm
from gtlearn.games.kinds.normal_form import NormalFormGame
from gtlearn.games.labels import Point
from gtlearn.games.numbers import short_number


@dataclass(frozen=True, eq=False)
class BayesianGame:
    """A game whose follower has a type that the leader does not see (Paruchuri et al. 2008).

    Attributes:
        name: what the game is called in output.
        types: one label a follower type.
        prior: the probability of each type, summing to one.
        games: the two-player game that is played against each type. The leader (player
            `leader`) has the same actions in all of them.
        leader: the player without private information.
        source: where the game comes from.
    """

    in_steps: ClassVar[bool] = False  # whether players decide again and again

    name: str
    types: tuple[str, ...]
    prior: tuple[Fraction, ...]
    games: tuple[NormalFormGame, ...]
    leader: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        what = f"Bayesian game {quoted(self.name)}"
        if not len(self.types) == len(self.prior) == len(self.games) > 0:
            raise InputError(
                f"{what} has {len(self.types)} types, {len(self.prior)} "
                f"probabilities and {len(self.games)} games; give one of each a type"
            )
        if len(set(self.types)) < len(self.types):
            raise InputError(f"type labels of {what} repeat; make them unique")
        if any(p < 0 for p in self.prior):
            raise InputError(
                f"the prior of {what} holds {short_number(min(self.prior))}; "
                "probabilities must be nonnegative"
            )
        if sum(self.prior) != 1:
            raise InputError(
                f"the prior of {what} sums to {short_number(sum(self.prior))}; make it sum to 1"
            )
        if self.leader not in (0, 1):
            raise InputError(f"leader {self.leader} is no player of a two-player game; use 0 or 1")
        for label, game in zip(self.types, self.games, strict=True):
            if game.num_players != 2:
                raise InputError(
                    f"type {quoted(label)} of {what} plays a game of "
                    f"{game.num_players} players; two are needed"
                )
            if game.actions[self.leader] != self.games[0].actions[self.leader]:
                raise InputError(
                    f"the leader's actions against type {quoted(label)} differ from those against "
                    f"type {quoted(self.types[0])}; they must be the same, since it does not see "
                    "the type"
                )

    @property
    def follower(self) -> int:
        """The player that has a type."""
        return 1 - self.leader

    @property
    def players(self) -> tuple[str, ...]:
        """The players' labels."""
        return self.games[0].players

    def points(self, player: int) -> tuple[Point, ...]:
        """The decision points of a player: one, or the follower's types."""
        if player == self.leader:
            return (Point("", self.games[0].actions[player]),)
        pairs = zip(self.types, self.games, strict=True)
        return tuple(Point(label, game.actions[player]) for label, game in pairs)

    @property
    def number_note(self) -> str:
        """How float payoffs were read, empty if all were given exactly."""
        return next((g.number_note for g in self.games if g.number_note), "")

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the leader, the types, the prior and the games in a canonical form."""
        form = CanonicalForm("bayesian")
        form.text(str(self.leader))
        form.texts(self.types)
        form.numbers(self.prior)
        for game in self.games:
            game.write(form)
        return form.hexdigest()

    def __repr__(self) -> str:
        return f"BayesianGame({self.name!r}, {len(self.types)} types)"
