"""An environment: the prisoner's dilemma, again and again, of what both did last."""

import numpy as np

PAYOFFS = np.array([[3.0, 0.0], [5.0, 1.0]])  # of the row; 0 cooperates


class Dilemma:
    """Ten rounds; both see both last actions. It has what PettingZoo's ParallelEnv has."""

    def __init__(self):
        self.metadata = {"name": "dilemma"}
        self.possible_agents = self.agents = ["row", "column"]

    def observation_space(self, agent):
        from gymnasium.spaces import Box

        return Box(0, 1, (2,))

    def action_space(self, agent):
        from gymnasium.spaces import Discrete

        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.rounds = list(self.possible_agents), 0
        return self._seen([0, 0]), {agent: {} for agent in self.agents}

    def step(self, actions):
        row, column = (int(actions[agent]) for agent in self.possible_agents)
        self.rounds += 1
        over = self.rounds == 10
        rewards = {"row": PAYOFFS[row, column], "column": PAYOFFS[column, row]}
        ended = dict.fromkeys(self.possible_agents, over)
        going = dict.fromkeys(self.possible_agents, False)
        self.agents = [] if over else self.agents
        return self._seen([row, column]), rewards, ended, going, {a: {} for a in rewards}

    def _seen(self, last):
        return {agent: np.array(last, dtype=np.float32) for agent in self.possible_agents}


def make():
    """One copy."""
    return Dilemma()
