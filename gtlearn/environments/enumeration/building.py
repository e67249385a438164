"""A small PettingZoo environment as a Markov game, by playing it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtlearn.environments.enumeration.exploration import END, Exploration, Sample
from gtlearn.environments.enumeration.tabular import StateFunction, TabularEnvironment
from gtlearn.errors import InputError
from gtlearn.games import MarkovGame, markov_game
from gtlearn.games.kinds.markov.game import check_duration, check_size
from gtlearn.games.kinds.normal_form import number_note
from gtlearn.games.labels import distinct_labels
from gtlearn.games.numbers import ExactArray, exact_array, plain_integer, to_fraction

_OVER = "over"

_SAMPLES = 3  # at each joint action, where all must agree
_PLAYS, _LENGTH = 10, 1000  # of random play, which must agree as well


def markov_game_of(
    environment: Any,
    *,
    horizon: int | None = None,
    discount: Any = None,
    averaged: bool = False,
    state: StateFunction | None = None,
    samples: int | None = None,
    max_states: int = 1000,
    seed: int = 0,
    rationalise: bool = False,
) -> MarkovGame:
    """The Markov game of a small parallel environment of PettingZoo.

    An environment can only be reset and played, so it is played until every joint action has been
    sampled in every state that can be met. The players are its agents; their actions are called
    by the environment's numbers. An agent whose mask allows nothing waits, for which its first
    action stands. A termination leads to the state "over", which pays nothing; a truncation is not
    part of the game.

    Without `samples` the environment must be deterministic: each joint action is sampled three
    times, ten episodes of random play follow, each episode has its own seed, and all must agree.
    What does not is refused: chance (unless it is too rare to show), and states that do not tell
    what is paid or what follows. With `samples` chance is allowed, and the game is an estimate of
    so many samples, by the shares of the next states and the means of the rewards; its
    `number_note` says so.

    Args:
        environment: is reset and played.
        horizon: the number of steps; an end of the environment at that step is the game's.
        discount: what a payoff one step later is worth; below 1 where there is no horizon.
        averaged: whether a value is the mean reward a step, not the (discounted) sum.
        state: what tells states apart, called as `state(environment, observations)`; it returns a
            text, numbers or an array. Without one, `environment.state()` does where it is written,
            else the observations of all agents.
        samples: how often each joint action is sampled where chance is at work.
        max_states: more states are refused.
        seed: of the first episode; the next ones have the next numbers.
        rationalise: read rewards as the shortest decimals that print as them, not as the exact
            binary values that they hold.

    Raises:
        InputError: if actions are not discrete, agents end at different times, chance is at work
            and `samples` is not given, the states do not say all that matters, or there are too
            many.

    >>> from gtlearn.environments.openspiel import parallel_environment
    >>> from gtlearn.solvers import solve
    >>> environment = parallel_environment("gtlearn_iterated(stage=chicken,horizon=4)")
    >>> game = markov_game_of(environment, horizon=4)
    >>> game.players, game.num_states, solve(game)[0].certificate.verified
    (('player_0', 'player_1'), 5, True)
    """
    table = TabularEnvironment(environment, state)
    horizon = plain_integer(horizon)
    factor = Fraction(1) if discount is None else to_fraction(discount, rationalise=True)
    check_duration(table.name, horizon, factor)
    _check_counts(samples=_SAMPLES if samples is None else samples, max_states=max_states)
    exploration = Exploration(
        table,
        samples=samples or _SAMPLES,
        certain=samples is None,
        horizon=horizon,
        max_states=max_states,
        seed=seed,
    )
    exploration.run()
    if samples is None:
        exploration.play(_PLAYS, _LENGTH)
    seen = _Seen(exploration, tuple(map(len, table.actions)), samples or 1)
    check_size(table.name, seen.size, seen.shape)
    payoffs = [seen.payoffs(k, rationalise) for k in range(len(table.agents))]
    notes = [number_note(seen.rewards, payoffs, rationalise)]
    if samples is not None:
        notes.append(f"estimated from {samples} sample(s) of each joint action in each state")
    return markov_game(
        payoffs,
        seen.transitions(),
        start=seen.start(),
        horizon=horizon,
        discount=factor,
        averaged=averaged,
        name=table.name,
        players=table.agents,
        states=seen.labels(),
        actions=[list(map(str, numbers)) for numbers in table.actions],
        legal=seen.legal(),
        source="PettingZoo",
        number_note="; ".join(filter(None, notes)),
    )


def _check_counts(**counts: Any) -> None:
    for what, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise InputError(f"{what} is {count}; give a positive integer")


class _Seen:
    """What was seen in an environment as a game's arrays; the state "over" is the last, if any."""

    def __init__(self, exploration: Exploration, shape: tuple[int, ...], count: int) -> None:
        self.shape = shape
        self._count = count
        self._states = exploration.states
        self._starts = exploration.starts
        self._samples: dict[tuple[int, ...], list[Sample]] = {
            (s, *joint): samples[:count]
            for s, state in enumerate(self._states)
            for joint, samples in state.samples.items()
        }
        self._ends = any(s.following == END for held in self._samples.values() for s in held)

    @property
    def size(self) -> int:
        """The number of states."""
        return len(self._states) + self._ends

    @property
    def rewards(self) -> list[tuple[Any, ...]]:
        """All rewards, as the environment gave them."""
        return [sample.rewards for held in self._samples.values() for sample in held]

    def payoffs(self, player: int, rationalise: bool) -> ExactArray:
        """The mean rewards of a player."""
        out = np.zeros((self.size, *self.shape), dtype=object)
        for place, samples in self._samples.items():
            paid = (to_fraction(s.rewards[player], rationalise=rationalise) for s in samples)
            out[place] = sum(paid, Fraction(0)) / self._count
        return exact_array(out)

    def transitions(self) -> ExactArray:
        """The shares of the next states."""
        out = np.zeros((self.size, *self.shape, self.size), dtype=np.int64)
        for place, samples in self._samples.items():
            for sample in samples:
                out[(*place, sample.following)] += 1  # END is the last index
        if self._ends:
            out[(END, *(0 for _ in self.shape), END)] = self._count
        return ExactArray(out, self._count)

    def start(self) -> list[Fraction]:
        """The shares of the states in which episodes began."""
        return [Fraction(self._starts.count(s), len(self._starts)) for s in range(self.size)]

    def labels(self) -> tuple[str, ...]:
        """What the states are called."""
        labels = [state.label or str(s) for s, state in enumerate(self._states)]
        return distinct_labels([*labels, *[_OVER] * self._ends])

    def legal(self) -> list[NDArray[np.bool_]]:
        """What may be played; only the first actions in "over"."""
        out = [np.zeros((self.size, n), dtype=bool) for n in self.shape]
        for s, state in enumerate(self._states):
            for mask, own in zip(out, state.legal or (), strict=True):
                mask[s, list(own)] = True
        for mask in out if self._ends else ():
            mask[END, 0] = True
        return out
