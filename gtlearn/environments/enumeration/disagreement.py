"""Why an environment was seen to do two things: by chance, or by what its states leave out."""

from __future__ import annotations

from dataclasses import dataclass

from gtlearn.environments.enumeration.tabular import Joint, Moment, TabularEnvironment
from gtlearn.errors import InputError

_SEEDS = 10  # under which a play is repeated


@dataclass(frozen=True)
class Play:
    """How an episode went: its seed, and the first `length` of its joint actions."""

    seed: int
    joints: list[Joint]
    length: int


def disagreement(
    environment: TabularEnvironment, what: str, earlier: Play, later: Play
) -> InputError:
    """The error for what differs between the last steps of two plays.

    It is by chance where the same joint actions lead elsewhere when they are repeated.
    """
    if _by_chance(environment, earlier) or _by_chance(environment, later):
        return by_chance(environment, what)
    return InputError(
        f"in {environment.name} {what}, {earlier.length} and {later.length} step(s) after the "
        "start; the states do not say all that matters, so give a `state` that does, or a horizon "
        "if the time ends the game"
    )


def by_chance(environment: TabularEnvironment, what: str) -> InputError:
    """The error for what chance makes differ."""
    return InputError(
        f"{environment.name} draws by chance ({what}), and its probabilities cannot be asked for; "
        "pass samples=n to estimate them from n samples of each joint action"
    )


def _by_chance(environment: TabularEnvironment, play: Play) -> bool:
    seeds = [play.seed, play.seed, *range(play.seed + 1, play.seed + 1 + _SEEDS)]
    first, *others = (_repeated(environment, play, seed) for seed in seeds)
    return any(other != first for other in others)


def _repeated(environment: TabularEnvironment, play: Play, seed: int) -> list[Moment]:
    """What is seen when a play is repeated under a seed, as far as its actions are legal."""
    moments = [environment.begin(seed)]
    for joint in play.joints[: play.length]:
        legal = moments[-1].legal
        if not legal or any(a not in own for a, own in zip(joint, legal, strict=True)):
            break
        moments.append(environment.act(joint))
    return moments
