"""A learner: a random walk towards a point."""

from dataclasses import dataclass, field

import numpy as np

from gtlearn.environments.film import Film


@dataclass(frozen=True)
class WalkOptions:
    """What the command line and config.toml say."""

    game: str = "line"
    iterations: int = field(default=6, metadata={"help": "Steps.", "minimum": 1})
    pull: float = field(default=0.5, metadata={"help": "Towards the point.", "above": 0})


class Walk:
    """Goes a part of the way to 1, and a step at random."""

    def __init__(self, options: WalkOptions, seed: int) -> None:
        self.options, self.iterations = options, options.iterations
        self.rng, self.place, self.done = np.random.default_rng(seed), 0.0, 0

    def step(self):
        self.place += self.options.pull * (1 - self.place) + 0.1 * self.rng.normal()
        self.done += 1
        return {"env_steps": self.done}

    def state_dict(self):
        return {"rng": self.rng.bit_generator.state, "place": self.place, "done": self.done}

    def load_state_dict(self, state):
        self.rng.bit_generator.state = state["rng"]
        self.place, self.done = state["place"], state["done"]

    def result(self):
        return {"place": self.place}

    def headline(self):
        return self.place, 1.0

    def film(self, seed):  # a bright point where it is
        picture = np.zeros((2, 16, 16, 3), dtype=np.uint8)
        picture[:, :, min(max(int(8 * self.place), 0), 15)] = 255
        return Film(picture, 2, f"a walk at {self.place:.2f}")


def build(options: WalkOptions, seed: int) -> Walk:
    """A walk to 1."""
    return Walk(options, seed)


def untyped(options, seed):
    """Does not say what its options are."""


constant = 3
