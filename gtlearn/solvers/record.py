"""What a solver returns, as data: what was asked, what ran, and the outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import Game
from gtlearn.games.numbers import Number
from gtlearn.limits import OK
from gtlearn.solvers.outcomes import RATIONAL, Continuum, NashSubset, Outcome
from gtlearn.solvers.profile import Profile, profile_of


@dataclass(frozen=True)
class Record:
    """What a solver returns, of any kind of game; `Solution` writes it in other forms.

    Attributes:
        game: the game that was solved.
        concept: "nash", "correlated", "coarse-correlated", "stackelberg", or one registered.
        method: the method that ran, named as the literature names it.
        solutions: the outcomes; index or iterate to reach them.
        status: "ok", or what cut the search short: "time_limit", "memory_limit" or "interrupted".
        complete: true only where it is proven that `solutions` holds all that was asked for.
        arithmetic: the weakest of the solutions: "rational", "enclosure" or "float".
        seconds: wall-clock time of the solver.
        components: connected components, as indices of extreme equilibria (find="all").
        component_indices: the index of each component; they add up to 1 (Shapley 1974).
        subsets: the maximal Nash subsets (find="all").
        open_supports: of all equilibria of more than two players, the supports (the actions that
            each player plays) in which there may be more than are listed.
        continua: of these, the supports on which there are infinitely many, and what is known of
            them.
        open_subgames: of all subgame-perfect equilibria, where a subgame may have infinitely many,
            the moves that lead to the subgames in which they pay differently, so that only extreme
            ones of them are listed.
        follower: for commitments in several steps, the follower's class: "stationary" or "optimal".
        policy: for those, what the leader may commit to: "deterministic" or "stochastic" tables.
        bounds: for those, more bounds on the leader's value by name: "folk" and, with a horizon,
            "unlimited_memory".
        robustness: for those, what tables near the first one earn under weak ties: pairs (distance
            from the first solution's table, the leader's value).
        proofs: what proves `bounds` where no certificate does, by their names, and "robustness":
            for each pair the table that earns it.
        notes: sentences that a reader should see (how floats were read, what was cut short).
    """

    game: Game
    concept: str
    method: str
    solutions: tuple[Outcome, ...]
    status: str = OK
    complete: bool = False
    arithmetic: str = RATIONAL
    seconds: float = 0.0
    components: tuple[tuple[int, ...], ...] | None = None
    component_indices: tuple[int, ...] | None = None
    subsets: tuple[NashSubset, ...] | None = None
    open_supports: tuple[tuple[tuple[int, ...], ...], ...] | None = None
    continua: tuple[Continuum, ...] | None = None
    open_subgames: tuple[tuple[str, ...], ...] | None = None
    follower: str | None = None
    policy: str | None = None
    bounds: Mapping[str, Number] | None = None
    robustness: tuple[tuple[Number, Number], ...] = ()
    proofs: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the game that was solved, which is in every output."""
        return self.game.fingerprint

    def __len__(self) -> int:
        return len(self.solutions)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.solutions)

    def __getitem__(self, index: int) -> Outcome:
        return self.solutions[index]

    def outcome(self, index: int) -> Outcome:
        """One outcome.

        Raises:
            InputError: if there is no such outcome.
        """
        if not -len(self) <= index < len(self):
            raise InputError(f"there is no solution {index}: {len(self)} found, counted from 0")
        return self[index]

    def profile(self, index: int = 0) -> Profile:
        """One solution as a vector of probabilities at each decision point of each player.

        Raises:
            InputError: if there is no such solution, or it is a distribution over joint actions.
        """
        return profile_of(self.game, self.outcome(index))
