"""Playing an environment until every joint action in every state has been sampled."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gtlearn.environments.enumeration.tabular import Legal, Moment, TabularEnvironment
from gtlearn.errors import InputError
from gtlearn.games.kinds.iterated import Joint

_SEEDS = 10  # under which a play is repeated


@dataclass(frozen=True)
class _Play:
    """How an episode went: its seed, and the first `length` of its joint actions."""

    seed: int
    joints: list[Joint]
    length: int


def disagreement(
    environment: TabularEnvironment, what: str, earlier: _Play, later: _Play
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


def _by_chance(environment: TabularEnvironment, play: _Play) -> bool:
    seeds = [play.seed, play.seed, *range(play.seed + 1, play.seed + 1 + _SEEDS)]
    first, *others = (_repeated(environment, play, seed) for seed in seeds)
    return any(other != first for other in others)


def _repeated(environment: TabularEnvironment, play: _Play, seed: int) -> list[Moment]:
    """What is seen when a play is repeated under a seed, as far as its actions are legal."""
    moments = [environment.begin(seed)]
    for joint in play.joints[: play.length]:
        legal = moments[-1].legal
        if not legal or any(a not in own for a, own in zip(joint, legal, strict=True)):
            break
        moments.append(environment.act(joint))
    return moments


END = -1  # what follows where an episode ends

_PATIENCE = 10_000  # steps without news


@dataclass(frozen=True)
class Sample:
    """What one joint action in one state led to.

    Attributes:
        following: the index of the next state, or END.
        rewards: what it paid, one number an agent.
        play: the play whose last step it was.
    """

    following: int
    rewards: tuple[Any, ...]
    play: _Play


@dataclass
class State:
    """What is known of a state.

    Attributes:
        label: what it is called, "" where only its number can tell.
        met: the play that led to it first.
        legal: what may be played in it, None as long as episodes were only cut off there.
        wanted: the joint actions that need more samples.
        samples: what each joint action led to.
        links: by next state, a joint action that led to it.
    """

    label: str
    met: _Play
    legal: Legal | None = None
    wanted: list[Joint] = field(default_factory=list)
    samples: dict[Joint, list[Sample]] = field(default_factory=dict)
    links: dict[int, Joint] = field(default_factory=dict)


class Exploration:
    """The states of an environment that can be met, and what was seen to follow them.

    Every joint action is sampled equally often in each state: what is nearest and lacks samples is
    played next. Each episode has a seed of its own. Where samples must agree and do not, the error
    says whether by chance or because states leave something out.

    Args:
        environment: is played.
        samples: how many of each joint action in each state.
        certain: whether the samples must agree.
        horizon: after how many steps an episode is left; an end at that step tells nothing.
        max_states: how many states there may be.
        seed: of the first episode; the next ones have the next numbers.

    Attributes:
        states: those that were met, in that order.
        starts: the index of the state in which each of the first episodes began, one a sample.
    """

    def __init__(
        self,
        environment: TabularEnvironment,
        *,
        samples: int,
        certain: bool,
        horizon: int | None,
        max_states: int,
        seed: int,
    ) -> None:
        self.states: list[State] = []
        self.starts: list[int] = []
        self._environment = environment
        self._samples = samples
        self._certain = certain
        self._horizon = math.inf if horizon is None else horizon
        self._max_states = max_states
        self._places: dict[Hashable, int] = {}
        self._place: int | None = None  # None where an episode is over
        self._play = _Play(seed - 1, [], 0)
        self._idle = 0

    def run(self) -> None:
        """Samples everything.

        At the horizon nothing is seen of what follows, so what can be sampled earlier is.

        Raises:
            InputError: if there are too many states, samples that must agree do not, or a state
                cannot be reached often enough.
        """
        for limit in (self._horizon - 1, self._horizon):
            while len(self.starts) < self._samples or any(
                self._route(start, 0, limit) is not None for start in set(self.starts)
            ):
                self._explore(limit)

    def play(self, episodes: int, length: int) -> None:
        """Plays at random, which must agree with what was seen.

        Args:
            episodes: how many.
            length: how many steps each has at most.

        Raises:
            InputError: if something does not agree.
        """
        generator = np.random.default_rng(self._play.seed + 1)
        for _ in range(episodes):
            self._begin()
            while self._place is not None and self._play.length < length:
                legal = self.states[self._place].legal or ()
                self._step(self._place, tuple(int(generator.choice(own)) for own in legal))

    def _explore(self, limit: float) -> None:
        """Plays one episode, as long as it can lead to something that lacks samples."""
        self._count()
        self._begin()
        while self._place is not None:
            route = self._route(self._place, self._play.length, limit)
            if route is None:
                break
            for place, joint in route:
                if self._place != place:  # chance led elsewhere
                    break
                self._count()
                self._step(place, joint)

    def _route(self, start: int, step: int, limit: float) -> list[tuple[int, Joint]] | None:
        """The shortest way to a sample that is wanted: its states, and what to play in each."""
        came_from: dict[int, tuple[int, Joint]] = {}
        waiting = deque([(start, step)])
        while waiting and waiting[0][1] < limit:
            place, step = waiting.popleft()
            state = self.states[place]
            if state.wanted or state.legal is None:
                route = [(place, joint) for joint in state.wanted[:1]]
                while place != start:
                    place, joint = came_from[place]
                    route.append((place, joint))
                return route[::-1]
            for following, joint in state.links.items():
                if following != start and following not in came_from:
                    came_from[following] = (place, joint)
                    waiting.append((following, step + 1))
        return None

    def _begin(self) -> None:
        """Begins the next episode."""
        self._play = _Play(self._play.seed + 1, [], 0)
        early = len(self.starts) < self._samples
        self._place = self._enter(self._environment.begin(self._play.seed), new=early)
        if self._place is not None and early:
            self.starts.append(self._place)
        if self._certain and self._place != self.starts[0]:
            raise by_chance(self._environment, "it does not begin in the same state every time")

    def _step(self, place: int, joint: Joint) -> None:
        """Plays a joint action, and takes down what it leads to."""
        moment = self._environment.act(joint)
        self._play.joints.append(joint)
        self._play = _Play(self._play.seed, self._play.joints, self._play.length + 1)
        state = self.states[place]
        samples, wanted = state.samples.setdefault(joint, []), joint in state.wanted
        ended = moment.terminated or self._play.length == self._horizon
        following = END if ended else self._enter(moment, new=wanted)
        if self._certain and samples:
            self._compare(f"{joint} in {self._named(place)}", samples[0], moment, following)
        if wanted and following is not None:
            self._idle = 0
            samples.append(Sample(following, moment.rewards, self._play))
            if following != END:
                state.links.setdefault(following, joint)
            if len(samples) == self._samples:
                state.wanted.remove(joint)
        self._place = None if ended or moment.over else following

    def _enter(self, moment: Moment, *, new: bool) -> int | None:
        """The index of the state that is met; None for one not known where none may be new."""
        place = self._places.get(moment.key)
        if place is None:
            if not new:
                return None
            place = self._places[moment.key] = len(self.states)
            if place == self._max_states:
                raise InputError(
                    f"{self._environment.name} has more than {place} states; raise max_states, or "
                    "give a `state` that tells fewer apart"
                )
            self.states.append(State(moment.label, self._play))
        state = self.states[place]
        if state.legal is None and not moment.over:
            state.legal, state.met = moment.legal, self._play
            state.wanted = list(itertools.product(*moment.legal))
            self._idle = 0
        elif state.legal != moment.legal and not moment.over:
            what = f"what is legal in {self._named(place)} changes"
            raise disagreement(self._environment, what, state.met, self._play)
        return place

    def _compare(self, joint: str, first: Sample, moment: Moment, following: int | None) -> None:
        """Compares what a joint action has led to with its first sample."""
        what = ""
        if first.rewards != moment.rewards:
            what = f"the joint action {joint} paid {first.rewards} and {moment.rewards}"
        elif first.following != following and self._play.length != self._horizon:
            one, other = map(self._named, (first.following, following))
            what = f"the joint action {joint} led to {one} and to {other}"
        if what:
            raise disagreement(self._environment, what, first.play, self._play)

    def _named(self, place: int | None) -> str:
        """What an index means, in messages."""
        if place is None:
            return "a new state"
        return "the end" if place == END else f"state {self.states[place].label or place!r}"

    def _count(self) -> None:
        """Counts a step.

        Raises:
            InputError: if too many have brought no news.
        """
        self._idle += 1
        if self._idle <= _PATIENCE:
            return
        name = self._environment.name
        for place, state in enumerate(self.states):
            if state.legal is None:
                raise InputError(
                    f"{name} has only been seen to cut episodes off in {self._named(place)}, so "
                    "that nothing could be played there; let its episodes go on for longer"
                )
        lacking = [self._named(place) for place, state in enumerate(self.states) if state.wanted]
        raise InputError(
            f"{_PATIENCE} steps in {name} brought nothing new, and not everything has been seen in "
            f"{lacking[0]}; ask for fewer samples, or give a `state` that tells fewer apart"
        )
