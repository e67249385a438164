"""The mutation test of `verify.solution`: how many false changes it names false."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gtlearn.errors import InputError
from gtlearn.solvers.testing.mutation import Mutant, mutants, relabelled
from gtlearn.solvers.testing.truth import Judge, Verdict
from gtlearn.solvers.verify import solution as verified

NAMED, _TRUSTED, _ACCEPTED, REFUSED = "named false", "on trust", "accepted", "unreadable"


@dataclass
class Score:
    """What `verify.solution` said of changed solutions.

    Attributes:
        counts: how many changes there were, by field, verdict and what was said of them.
        survivors: the false changes that were not named false.
        alarms: the true ones that were.
    """

    counts: Counter[tuple[str, Verdict, str]] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)
    alarms: list[Mutant] = field(default_factory=list)

    def of(self, verdict: Verdict, said: str | None = None) -> int:
        """How many changes had a verdict, and were answered in one way if that is given."""
        return sum(
            count
            for (_, judged, answer), count in self.counts.items()
            if judged is verdict and said in (None, answer)
        )

    @property
    def killed(self) -> float:
        """The share of the false changes that were named false; 1 where there were none."""
        false = self.of(Verdict.FALSE)
        return self.of(Verdict.FALSE, NAMED) / false if false else 1.0

    def add(self, other: Score) -> None:
        """Adds the counts of another score."""
        self.counts.update(other.counts)
        self.survivors += other.survivors
        self.alarms += other.alarms


def mutation_score(
    game: Any,
    data: Mapping[str, Any],
    *,
    sample: int | None = None,
    seed: int = 0,
) -> Score:
    """Changes a correct solution in every way, one at a time, and asks `verify.solution` of each.

    Args:
        game: the game that is solved.
        data: the JSON object of a correct solution.
        sample: how many changes are drawn at random, of those that alter one part; all of them by
            default. Consistent relabellings are all tried.
        seed: of the draw.

    Raises:
        InputError: if the solution is not correct.
    """
    judge = Judge(game, data)
    changes = list(mutants(judge.original))
    if sample is not None and sample < len(changes):
        changes = random.Random(seed).sample(changes, sample)
    score = Score()
    for mutant in [*changes, *relabelled(judge.original)]:
        _judged(score, judge, mutant)
    return score


def _judged(score: Score, judge: Judge, mutant: Mutant) -> None:
    verdict, answer = judge.verdict(mutant), said_of(judge.game, mutant.data)
    score.counts[mutant.field, verdict, answer] += 1
    if verdict is Verdict.FALSE and answer != NAMED:
        score.survivors.append(mutant)
    if verdict is Verdict.TRUE and answer == NAMED:
        score.alarms.append(mutant)


def said_of(game: Any, data: Any) -> str:
    """What `verify.solution` makes of an object, in a word."""
    try:
        report = verified(game, data)
    except InputError:
        return REFUSED
    if report.false:
        return NAMED
    return _TRUSTED if report.on_trust else _ACCEPTED


def table_of(scores: Iterable[tuple[str, Score]]) -> str:
    """A table in Markdown: by name, the changes, the false ones and how many were named false."""
    lines = [
        "| | changes | still true | no solution | on trust | false | named false |",
        "|---|---|---|---|---|---|---|",
    ]
    whole = Score()
    for name, score in scores:
        lines.append(_line(name, score))
        whole.add(score)
    return "\n".join([*lines, _line("all", whole)])


def by_field(score: Score) -> list[tuple[str, Score]]:
    """The same score, one a field."""
    parts: dict[str, Score] = {}
    for key, count in score.counts.items():
        parts.setdefault(key[0], Score()).counts[key] += count
    return sorted(parts.items())


def _line(name: str, score: Score) -> str:
    counts = [
        score.counts.total(),
        score.of(Verdict.TRUE) + score.of(Verdict.NO_CLAIM),
        score.of(Verdict.NO_SOLUTION),
        score.of(Verdict.ON_TRUST),
        score.of(Verdict.FALSE),
    ]
    killed = f"{100 * score.killed:.2f} %"
    return f"| {name} | {' | '.join(f'{count:,}' for count in counts)} | {killed} |"
