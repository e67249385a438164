"""A learner for tests of the run layer: noisy gradient ascent, in which everything is random.

It draws from a torch generator, a numpy generator, and the generators of the process, keeps an
optimiser with momentum, and a list that grows. A resumed run that forgets any of these differs.
"""

import os
import random
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from gtlearn.errors import InputError
from gtlearn.learning.registry import Algorithm


@dataclass(frozen=True)
class ToyConfig:
    """Options of the toy."""

    game: str = "hill"
    iterations: int = field(default=40, metadata={"help": "Steps of a run.", "minimum": 1})
    learning_rate: float = field(default=0.1, metadata={"help": "Of Adam.", "above": 0})
    noise: float = field(default=0.3, metadata={"minimum": 0})
    optimiser: Literal["adam", "sgd"] = "adam"
    layers: tuple[int, ...] = (3, 2)
    clip: float | None = None
    nesterov: bool = False
    bad_step: int = -1
    bad: Literal["metric", "parameter", "nothing"] = "nothing"
    gates: str = ""  # a folder of pipes; see `Toy._pass`
    signal_at: int = -1  # sends the process the signal that the environment's TOY_SIGNAL names

    def __post_init__(self):
        if self.game == "plain":
            raise InputError("game = plain has no top; use hill")


class Toy:
    """Climbs -(x - 1)^2."""

    def __init__(self, config, seed):
        self.config, self.seed = config, seed
        self.iterations = config.iterations
        self.generator = torch.Generator().manual_seed(seed)
        self.rng = np.random.default_rng(seed)
        start = torch.randn(config.layers, generator=self.generator, dtype=torch.float64)
        self.parameters = torch.nn.Parameter(start)
        make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[config.optimiser]
        self.optimiser = make([self.parameters], lr=config.learning_rate)
        self.env_steps = 0
        self.visited = []
        self.best = None

    def step(self):
        self.env_steps += int(self.rng.integers(1, 5))
        shape = self.parameters.shape
        noise = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        noise += float(np.random.normal()) + random.random() + torch.rand(1).item()  # noqa: NPY002
        loss = ((self.parameters - 1) ** 2).sum()
        loss = loss + self.config.noise * (noise * self.parameters).sum()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.visited.append(self.env_steps)
        if self.config.gates:
            self._pass()
        if len(self.visited) == self.config.signal_at and "TOY_SIGNAL" in os.environ:
            signal.raise_signal(getattr(signal, os.environ["TOY_SIGNAL"]))
        self.best = max(self.value(), self.best if self.best is not None else -1e9)
        bad = self.config.bad if len(self.visited) == self.config.bad_step else "nothing"
        if bad == "parameter":
            with torch.no_grad():
                self.parameters.view(-1)[1] = torch.nan
        loss = float("nan") if bad == "metric" else 0.0 if bad == "parameter" else loss.item()
        return {"env_steps": self.env_steps, "loss": loss, "visits": len(self.visited)}

    def _pass(self):
        """Counts a step in the folder of gates; in the middle, waits at the seed's first time.

        Says then to `news` who waits where.
        """
        gates = Path(self.config.gates)
        with (gates / f"steps-{self.seed}").open("ab") as file:
            file.write(b".")
        gate, passed = gates / f"gate-{self.seed}", gates / f"passed-{self.seed}"
        if len(self.visited) != self.iterations // 2 or not gate.exists() or passed.exists():
            return
        import ray

        passed.touch()
        with (gates / "news").open("wb", buffering=0) as file:
            node = ray.get_runtime_context().get_node_id()
            file.write(f"{self.seed} {node} {os.getpid()}\n".encode())
        gate.read_bytes()  # until somebody opens it for writing, or this process is killed

    def value(self):
        value = -((self.parameters.detach().nan_to_num() - 1) ** 2).sum()
        return value.item()

    def state_dict(self):
        return {
            "parameters": self.parameters.detach(),
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
            "rng": self.rng.bit_generator.state,
            "env_steps": self.env_steps,
            "visited": np.array(self.visited, dtype=np.int64),
            "best": self.best,
        }

    def load_state_dict(self, state):
        with torch.no_grad():
            self.parameters.copy_(state["parameters"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])
        self.rng.bit_generator.state = state["rng"]
        self.env_steps = state["env_steps"]
        self.visited = state["visited"].tolist()
        self.best = state["best"]

    def result(self):
        if "TOY_WAITS" in os.environ:  # names a file that says that this takes long
            Path(os.environ["TOY_WAITS"]).touch()
            threading.Event().wait(600)
        return {"point": self.parameters.detach().tolist(), "best": self.best}

    def headline(self):
        return self.value(), 0.0


TOY = Algorithm("toy", "Climb a hill.", "toy_learner:ToyConfig", "toy_learner:Toy")
