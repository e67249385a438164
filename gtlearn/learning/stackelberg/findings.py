"""What the checks at the end of a run found, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gtlearn.learning.stackelberg.verified import Verified
from gtlearn.solvers.outcomes import OPTIMAL

ROUNDING = 1e-9  # of rewards that were summed in floats


@dataclass(frozen=True)
class PostTraining:
    """The paper's check (Gerstgrasser & Parkes 2023, Appendix C): does more training help?

    Attributes:
        iterations: how long the follower was trained on against the frozen leader.
        leader_change: how much more the leader gets from the follower after it, exactly.
        follower_gain: how much more the follower gets, exactly.
    """

    iterations: int
    leader_change: Fraction
    follower_gain: Fraction

    def agrees(self, regret: Fraction) -> bool:
        """Whether more training helped the follower just where it had something to gain.

        Args:
            regret: what the follower lost against its exact best response before.
        """
        return (self.follower_gain > 0) == (regret > 0)

    def to_json(self, regret: Fraction) -> dict[str, Any]:
        """The keys of result.json, in floats; the argument is that of `agrees`."""
        return {
            "agrees": self.agrees(regret),
            "iterations": self.iterations,
            "leader_change": float(self.leader_change),
            "follower_gain": float(self.follower_gain),
        }


def findings(outcome: Verified, more: PostTraining, seemed: float | None) -> list[str]:
    """What was found, one sentence or two a finding.

    Args:
        outcome: the exact check.
        more: the check by further training.
        seemed: what the leader earned in its last iteration of training; None if there was none,
            or if it may have been luck.
    """
    found = [_worth(outcome), _learned_follower(outcome)]
    if more.iterations:
        found.append(_further_training(outcome, more))
    if seemed is not None and seemed > float(outcome.bound) + ROUNDING:
        found.append(
            f"In training it seemed to earn {_shown(seemed)}, more than any commitment can: "
            "the follower did not answer what was really played"
        )
    return found


def _worth(outcome: Verified) -> str:
    article = "an" if outcome.follower_class == OPTIMAL else "a"
    text = (
        f"Against the exact best response of {article} {outcome.follower_class} follower the "
        f"learned commitment is worth {_shown(outcome.strong)}"
    )
    if outcome.weak != outcome.strong:
        text += f", and {_shown(outcome.weak)} where the follower breaks ties against it"
    if outcome.gap == 0:
        return f"{text}; no {outcome.kind} one is worth more"
    if outcome.exact is None:
        return f"{text}; no {outcome.kind} one is worth more than {_shown(outcome.bound)}"
    return f"{text}; the best {outcome.kind} one is worth {_shown(outcome.exact)}"


def _learned_follower(outcome: Verified) -> str:
    given = _shown(outcome.with_learned)
    if outcome.regret > 0:
        return (
            f"The learned follower answers it worse than it could, by "
            f"{_shown(outcome.regret)}, and gives the leader {given}"
        )
    if outcome.with_learned != outcome.strong:
        return (
            "The learned follower answers it by a best response, with ties broken so that the "
            f"leader gets {given}"
        )
    return "The learned follower answers it by a best response"


def _further_training(outcome: Verified, more: PostTraining) -> str:
    helped = more.follower_gain > 0
    text = (
        f"{more.iterations} more iterations of the follower against it "
        + (f"gain it {_shown(more.follower_gain)}" if helped else "gain it nothing")
        + ", "
    )
    if more.agrees(outcome.regret):
        return f"{text}as the exact check says: both checks agree"
    return f"{text}so this check finds no fault. The checks DISAGREE; the exact one is right"


def _shown(value: Fraction | float) -> str:
    return f"{float(value):.6g}"
