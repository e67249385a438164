"""Whether a changed solution is still true, from the mathematics alone.

Nothing here asks `gtlearn.solvers.verify`, which is what is tested, and nothing asks a solver.
Definitions are written out over all profiles, responses and tables, so games must be small. What no
definition decides at once (whether a list is all there is, or a bound the least) is compared with a
solution that is known to be correct.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from gtlearn.errors import InputError
from gtlearn.games import BayesianGame, ExtensiveGame, IteratedGame, MarkovGame, NormalFormGame
from gtlearn.solvers.testing import bound_truth, markov_truth
from gtlearn.solvers.testing.bayesian_truth import bayesian_doubts
from gtlearn.solvers.testing.claims import Doubt, Doubts, Unreadable, gap_doubts, holds_float
from gtlearn.solvers.testing.commitment_truth import commitment_doubts
from gtlearn.solvers.testing.equilibrium_truth import correlated_doubts, nash_doubts, unique_doubts
from gtlearn.solvers.testing.form import is_solution, with_classes
from gtlearn.solvers.testing.list_truth import Lists, list_doubts
from gtlearn.solvers.testing.mutation import Mutant
from gtlearn.solvers.testing.process_truth import Tables
from gtlearn.solvers.testing.tree_truth import TreeTruth, tree_doubts

_NO_CLAIMS = (
    "method",
    "seconds",
    "notes",
    "status",
)  # of the whole; none of the game
_SETS = ("components", "component_indices", "subsets")  # of equilibria in one shot
_OF_TABLES = ("follower", "policy", "bounds", "robustness", "proofs")  # of commitments to tables
_FLOAT_EVIDENCE = ("float_bound", "tolerance")  # floats, also where all else is exact


class Verdict(Enum):
    """What became of a solution by a change."""

    TRUE = "true"  # every statement still holds
    FALSE = "false"
    ON_TRUST = "on trust"  # false or undecided, but of what may be taken on trust
    NO_CLAIM = "no claim"  # what was changed states nothing
    NO_SOLUTION = "no solution"  # the object has no longer the form of one


class Judge:
    """Says of changes of one correct solution whether they make it false.

    Args:
        game: the game.
        original: the JSON object of a correct solution of it.

    Raises:
        InputError: if `original` is not correct, so far as it can be decided here.

    >>> from gtlearn import games, solvers
    >>> from gtlearn.solvers.testing import mutants
    >>> game = games.load("matching_pennies")
    >>> data = solvers.solve(game).to_json()
    >>> judge = Judge(game, data)
    >>> sorted({judge.verdict(m).value for m in mutants(data) if "payoffs" in m.path})
    ['false', 'no solution']
    """

    def __init__(
        self,
        game: NormalFormGame | BayesianGame | MarkovGame | IteratedGame | ExtensiveGame,
        original: Mapping[str, Any],
    ) -> None:
        self.original = json.loads(json.dumps(original))
        if isinstance(game, ExtensiveGame) and "kind" not in self.original.get("game", {}):
            game = game.reduced()  # solved in plans
        self.game = game
        self.lists: Lists | None = None
        if isinstance(game, NormalFormGame) and game.num_players == 2:
            self.lists = Lists(game)
        self._judged: dict[str, list[Doubt]] = {}
        self.tables = Tables(game) if isinstance(game, MarkovGame | IteratedGame) else None
        self.tree = TreeTruth(game) if isinstance(game, ExtensiveGame) else None
        self._trusted = list(self.doubts(self.original))
        wrong = [doubt.statement for doubt in self._trusted if not doubt.on_trust]
        if wrong:
            raise InputError(
                f"the solution of {game.name!r} is not correct ({wrong[0]}); give one that is"
            )

    def verdict(self, mutant: Mutant) -> Verdict:
        """What became of the solution."""
        if all(path[0] in _NO_CLAIMS or path[:2] == ("game", "name") for path, _ in mutant.edits):
            return Verdict.NO_CLAIM
        data = mutant.data
        if not is_solution(data, steps=self.tables is not None, tree=self.tree is not None):
            return Verdict.NO_SOLUTION
        doubts = [doubt for doubt in self.doubts(data) if doubt not in self._trusted]
        if mutant.path == ("complete",) and all(d.statement == _ALL_LISTED for d in doubts):
            return Verdict.ON_TRUST if doubts or data["complete"] else Verdict.TRUE
        if any(not doubt.on_trust for doubt in doubts):
            return Verdict.FALSE
        return Verdict.ON_TRUST if doubts else Verdict.TRUE

    def doubts(self, data: Mapping[str, Any]) -> Doubts:
        """What does not hold of a claim about the game."""
        if not self._same_game(data.get("game")):
            yield Doubt("it is of this game")
        weakest = [o["certificate"]["arithmetic"] for o in data["solutions"]]
        if weakest and ("float" if "float" in weakest else "rational") != data["arithmetic"]:
            yield Doubt("the arithmetic is the weakest of all solutions")
        if not data["solutions"] and self.original["solutions"] and data["complete"]:
            yield Doubt(_ALL_LISTED, on_trust=self._may_be_none())
        for outcome in data["solutions"]:
            yield from self._remembered(with_classes(outcome, data), data)
        try:
            yield from self._whole_doubts(data)
        except (Unreadable, IndexError, ValueError) as error:
            yield Doubt(str(error))

    def _may_be_none(self) -> bool:
        """Whether an empty list might be all: deterministic tables need not hold an equilibrium."""
        return (
            self.tables is not None
            and self.original["concept"] == "nash"
            and not any(map(bound_truth.is_deterministic, self.original["solutions"]))
        )

    def _same_game(self, block: Any) -> bool:
        """Whether the description of the game says the same, its name aside, or nothing."""
        known = self.original.get("game", {})
        if block is None:
            return True
        lasting = ("horizon", "discount") if "states" in block else ()  # left out: denied
        return all(known.get(key) == block.get(key) for key in {*block, *lasting} if key != "name")

    def _remembered(self, outcome: Mapping[str, Any], data: Mapping[str, Any]) -> list[Doubt]:
        """The doubts about an outcome, which most changes leave as it was."""
        key = json.dumps([outcome, data["concept"], data.get("bounds")])
        if key not in self._judged:
            self._judged[key] = list(self._outcome_doubts(outcome, data))
        return self._judged[key]

    def _outcome_doubts(self, outcome: Mapping[str, Any], data: Mapping[str, Any]) -> Doubts:
        certificate = outcome["certificate"]
        exact = certificate["arithmetic"] == "rational"
        if certificate["kind"] != data["concept"]:
            yield Doubt("it is of the concept")
        stated = {
            **outcome,
            "certificate": {k: v for k, v in certificate.items() if k not in _FLOAT_EVIDENCE},
        }
        if holds_float(stated) is exact:
            yield Doubt("the arithmetic")
            return
        try:
            yield from self._kind_doubts(outcome, data, exact)
        except (Unreadable, IndexError) as error:
            yield Doubt(str(error))

    def _kind_doubts(
        self, outcome: Mapping[str, Any], data: Mapping[str, Any], exact: bool
    ) -> Doubts:
        """By the kind of outcome that its keys make it, which must be of the claim's concept."""
        concept = data["concept"]
        kind = "nash"
        if "leader" in outcome:
            kind = "stackelberg"
        elif "distribution" in outcome:
            kind = "correlated"
        if self.tree is not None:
            if kind != "nash" or concept not in ("nash", "subgame-perfect"):
                yield Doubt("it is of the concept")
            else:
                yield from tree_doubts(self.tree, outcome, exact)
            return
        if not concept.endswith(kind):
            yield Doubt("it is of the concept")
        elif self.tables is not None:
            if kind == "nash":
                yield from markov_truth.equilibrium_doubts(self.tables, outcome, exact)
            elif exact:
                yield from markov_truth.commitment_doubts(self.tables, outcome, data, self.original)
            else:
                yield Doubt("the arithmetic")
        elif isinstance(self.game, BayesianGame):
            yield from bayesian_doubts(self.game, outcome, exact)
        elif isinstance(self.game, NormalFormGame):
            if kind == "nash":
                yield from nash_doubts(self.game, outcome, exact)
            elif kind == "correlated":
                yield from correlated_doubts(self.game, outcome, exact)
            else:
                yield from commitment_doubts(self.game, outcome, exact)
        if self.tables is None and "gap" in outcome:
            yield from gap_doubts(outcome, isinstance(self.game, BayesianGame), exact)
        if kind != "nash" and not outcome["certificate"]["verified"]:
            yield Doubt("whether it is verified")

    def _whole_doubts(self, data: Mapping[str, Any]) -> Doubts:
        for name in self._foreign():
            if data.get(name):
                yield Doubt(f"there are no {name}")
        if self.tables is not None:
            yield from bound_truth.whole_doubts(self.tables, data, self.original)
            return
        if data["concept"] == "nash" and isinstance(self.game, NormalFormGame):
            for outcome, known in zip(data["solutions"], self.original["solutions"], strict=False):
                yield from unique_doubts(outcome, known)
            if self.lists is not None:
                if all("strategies" in outcome for outcome in data["solutions"]):
                    yield from list_doubts(self.lists, data, self.original)
                return
        yield from self._repeated(data)
        if data["complete"] and self.tree is None:
            yield from self._best_doubts(data)
        elif data["complete"] and (
            data["concept"] == "nash" or not self.original["complete"]  # nothing proves it
        ):
            yield Doubt(_ALL_LISTED, on_trust=True)

    def _foreign(self) -> tuple[str, ...]:
        """The parts of the whole that no solution of this kind has."""
        nash = self.original["concept"] == "nash"
        if self.tree is not None:
            return (*_SETS, *_OF_TABLES)
        if self.tables is None:
            return _OF_TABLES if nash else (*_SETS, *_OF_TABLES)
        return (*_SETS, *_OF_TABLES) if nash else _SETS

    def _best_doubts(self, data: Mapping[str, Any]) -> Doubts:
        """Whether outcomes of a list that is called complete are proven to be best."""
        for outcome in data["solutions"]:
            certificate = outcome["certificate"]
            if "leader" in outcome:
                place = 0 if isinstance(self.game, BayesianGame) else outcome["leader"]
                value = outcome["payoffs"][place]
                proven = certificate.get("upper_bound") == value
            else:
                proven = "bound" in certificate or certificate.get("objective") is None
            if not proven and data["concept"] != "nash":
                yield Doubt("it is proven to be best")

    def _repeated(self, data: Mapping[str, Any]) -> Doubts:
        """Whether a list names an outcome twice, or lacks one of a list that is complete."""
        told = [_told(outcome) for outcome in data["solutions"]]
        known = [_told(outcome) for outcome in self.original["solutions"]]
        if any(told.count(one) > 1 for one in told):
            yield Doubt("the solutions are different ones")
        if data["complete"] and self.original["complete"] and len(told) < len(known):
            yield Doubt(_ALL_LISTED)


_ALL_LISTED = "all are listed"


def _told(outcome: Mapping[str, Any]) -> Any:
    """What tells one outcome of a list from another."""
    return outcome.get("distribution"), outcome.get("strategies")
