"""Measures how far chains agree on a gradient in the cheetah, and what a step is worth:
`python docs/tables/cheetah_noise.py runs/meta-mapg-fig2d` writes both into ../reproductions.md."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gtlearn.learning.shaping.ascents import Chains
from gtlearn.learning.shaping.methods import METHODS
from gtlearn.runs import checkpoint, folder
from gtlearn.runs.pictures import mean_interval

PAGE = Path(__file__).parents[1] / "reproductions.md"
GRADIENTS, STEPS = "cheetah_gradients", "cheetah_steps"
CHAINS, TOGETHER, LENGTH = 16, 2, 2
PEERS_RATE, NOTHING = 5e-3, torch.empty(0)
ROWS = (  # method, own inner rate, dependence
    ("reinforce", 0.005, 1.0),
    *[("meta-mapg", rate, kept) for rate in (0.005, 0.05) for kept in (1.0, 0.9, 0.0)],
)
OWN_RATES = (0.0, 0.02, 0.05, 0.1, 0.2)
LEARNER = "meta-mapg"
SEEDS = range(5)


def restored(run):
    """The learner of a run, with the start that it chose."""
    found = folder.find(run)
    config = found.config()
    learner = config.algorithm.learner(config.options, config.seed)
    learner.load_state_dict(checkpoint.load(found.checkpoint_file)["learner"])
    learner.trainer.choose(learner.chosen)
    return learner


def gradients(learner, method, rate, dependence):
    """Of a random start among teammates of the training, shape (CHAINS, size)."""
    side = learner.sampled
    own = METHODS[method]() if method == "reinforce" else METHODS[method](dependence=dependence)
    estimator = replace(side.estimator, method=own)
    generator = torch.Generator().manual_seed(0)
    start = side.setting.policies[0].initial(1, generator)[0]
    rates = torch.tensor([[rate, PEERS_RATE]] * LENGTH)
    teammates, found = learner.peers["train"][0].parameters(), []
    for _ in range(CHAINS // TOGETHER):
        peers = teammates[torch.randint(len(teammates), (TOGETHER,), generator=generator)]
        seeds = torch.randint(2**62, (TOGETHER,), generator=generator)
        found.append(estimator(Chains(start, rates, NOTHING, (peers,), seeds)).parameters)
    return torch.cat(found).double()


def agreement(found):
    """The mean cosine of two chains, and its standard error by the jackknife."""
    units = found / found.norm(dim=1, keepdim=True)
    cosines, count = units @ units.T, len(units)
    cosines.fill_diagonal_(0)
    whole, each = cosines.sum(), cosines.sum(1)
    without = (whole - 2 * each) / ((count - 1) * (count - 2))
    error = ((count - 1) * without.var(correction=0)).sqrt()
    return float(whole / (count * (count - 1))), float(error)


def worth(learner, rate):
    """The AUC among the teammates of the validation, with both own rates set to one."""
    side, (people,) = learner.sampled, learner.peers["validation"]
    rates = torch.tensor([[rate, PEERS_RATE]] * LENGTH)
    unused = torch.zeros(len(people))
    chains = Chains(side.ascent.start, rates, NOTHING, (people.parameters(),), unused)
    played = side.estimator.adapted(chains, torch.Generator().manual_seed(0))
    return float(played.mean_rewards[1:, 0].mean(1).sum()) * side.setting.unit


def interval(numbers):
    """The mean and Student's 95 % interval."""
    mean, low, high = (float(end) for end in mean_interval(np.array(numbers)))
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def written(name, lines):
    """Puts a table between its marks."""
    table = "\n".join(lines) + "\n"
    print(table, flush=True)
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = PAGE.read_text().split(begin)
    PAGE.write_text(before + begin + table + end + rest.split(end)[1])


def main(runs):
    """Both tables: ten minutes on one thread."""
    torch.set_num_threads(1)
    learners = [restored(runs / LEARNER / f"seed{k}") for k in SEEDS]
    lines = ["| gradient | own inner rate | dependence | length | cosine |", "|---" * 5 + "|"]
    for method, rate, dependence in ROWS:
        found = gradients(learners[0], method, rate, dependence)
        cosine, error = agreement(found)
        shown = ("-", "-") if method == "reinforce" else (rate, f"{dependence:g}")
        length = float(found.norm(dim=1).mean())
        cells = (method, *shown, f"{length:.3g}", f"{cosine:.2f} ± {error:.2f}")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    written(GRADIENTS, lines)
    lines = ["| own inner rate | AUC, 5 starts |", "|---" * 2 + "|"]
    for rate in OWN_RATES:
        lines.append(f"| {rate:g} | {interval([worth(learner, rate) for learner in learners])} |")
    written(STEPS, lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "half-cheetah")
