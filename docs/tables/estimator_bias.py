"""Compares means of sampled Meta-MAPG gradients with exact gradients:
`python docs/tables/estimator_bias.py` writes the table of ../opponent-shaping.md in place."""

from functools import partial
from pathlib import Path

import torch

from gtlearn import games
from gtlearn.learning.shaping import meta
from gtlearn.learning.shaping.games import DifferentiableGame, table_game
from gtlearn.learning.shaping.personas import personas
from gtlearn.learning.shaping.sampled import (
    TablePolicy,
    Players,
    play_chain,
    returns_credit,
    rollout,
    state_program,
    value_credit,
)
from gtlearn.learning.shaping.sampled.gradients import meta_objective

PAGE = Path(__file__).parents[1] / "opponent-shaping.md"
GAME = games.iterated("ipd_meta_mapg", discount="24/25")
PROGRAM, GAMMA = state_program(GAME), 24 / 25
POLICIES = [TablePolicy(5, 2)] * 2
TRAJECTORIES, HORIZON = 64, 150
RATE, SEED = 0.03, 0
CHAINS = {1: 1000, 3: 600}  # by L; of each pair
TOGETHER = 10  # chains of each pair
PEERS = (0, 1, 20, 21)  # among the personas of validation: two cooperative ones, two defective
BEGIN, END = "<!-- estimator_bias -->\n", "<!-- end of estimator_bias -->"


def tables(logits):
    """Both players' values of each state with 0 ... H steps left, (players, *batch, states)."""
    own, peer = (torch.softmax(given, -1) for given in logits)
    joint = (own[..., :, None] * peer[..., None, :]).flatten(-2)
    rewards = PROGRAM.rewards.to(joint).unflatten(-1, joint.shape[-2:])
    earned = torch.stack([(joint * reward).sum(-1) for reward in rewards])
    found, moves = [torch.zeros_like(earned)], PROGRAM.moves.view(joint.shape[-2:])
    for _ in range(HORIZON):
        found.append(earned + GAMMA * (joint * found[-1][..., moves]).sum(-1))
    return found


class Truncated(DifferentiableGame):
    """The game of H steps."""

    name, shapes = "the game of H steps", ((5, 2), (5, 2))

    def values(self, parameters):
        """Those of `DifferentiableGame`."""
        return tables(self.expanded(parameters))[-1][..., PROGRAM.start].movedim(0, -1)


def exact_values(link):
    """Of player 0, of what was played."""
    with torch.no_grad():
        by_step = torch.stack([found[0] for found in tables(link.parameters)[:0:-1]], dim=1)
    return by_step.gather(-1, link.played.states)


def zeros(link):
    """A poor value function."""
    return torch.zeros(link.played.states.shape)


SPLIT, LINEAR = {"baseline": "split"}, {"baseline": "linear"}
PUBLISHED = LINEAR | {"weighted": False}
ROWS = {  # credit in inner updates and its dependence; values and lambda in the outer loop, if others
    "split linear baseline": (SPLIT, 1.0, None),
    "linear baseline, fitted to what is judged": (LINEAR, 1.0, None),
    "exact values, λ = 1": (SPLIT, 1.0, (exact_values, 1.0)),
    "exact values, λ = 0.95": (SPLIT, 1.0, (exact_values, 0.95)),
    "exact values, λ = 0.5": (SPLIT, 1.0, (exact_values, 0.5)),
    "values of zero, λ = 1": (SPLIT, 1.0, (zeros, 1.0)),
    "values of zero, λ = 0.95": (SPLIT, 1.0, (zeros, 0.95)),
    "values of zero, λ = 0.5": (SPLIT, 1.0, (zeros, 0.5)),
    "`--published`, linear baseline": (PUBLISHED, 1.0, None),
    "`--published`, exact values, λ = 0.95": (PUBLISHED, 1.0, (exact_values, 0.95)),
    "split linear baseline, `--dependence 0.9`": (SPLIT, 0.9, None),
    "split linear baseline, `--dependence 0`": (SPLIT, 0.0, None),
}
CREDITS = ((SPLIT, 1.0), (LINEAR, 1.0), (PUBLISHED, 1.0), (SPLIT, 0.9), (SPLIT, 0.0))
CUT = "exact, of H steps"
LARGE = {  # inner rates of 1
    "split linear baseline, inner rates of 1": "split linear baseline",
    "split linear baseline, inner rates of 1, `--dependence 0.9`": "split linear baseline, `--dependence 0.9`",
    "split linear baseline, inner rates of 1, `--dependence 0`": "split linear baseline, `--dependence 0`",
}


def pairs():
    """Starts, each with the persona that it meets."""
    peers = personas(GAME, 1, SEED)["validation"].logits()[list(PEERS)]
    generator = torch.Generator().manual_seed(SEED)
    return torch.randn(peers.shape, generator=generator, dtype=torch.float64), peers


def exact(length, rate=RATE, game=None):
    """The exact gradient of each pair."""
    return meta.meta_mapg(game or table_game(GAME), pairs(), rate, length).gradient


def sampled(length, chains, rows=tuple(ROWS), *, rate=RATE, seed=SEED):
    """By row, the gradients of chains, shape (chains, pairs, 5, 2).

    Rows whose inner updates are the same share their chains.
    """
    generator = torch.Generator().manual_seed(seed)
    sizes = {"trajectories": TRAJECTORIES, "horizon": HORIZON, "generator": generator}
    sample, rates = partial(rollout, PROGRAM, POLICIES, **sizes), torch.full((length, 2), rate)
    found = {row: [] for row in rows}
    for options, dependence in CREDITS:
        judged = {row: ROWS[row][2] for row in rows if ROWS[row][:2] == (options, dependence)}
        credit = partial(returns_credit, discount=GAMMA, **options)
        keys = {"shaped": (0, 1), "dependence": dependence}
        for _ in range(chains // TOGETHER if judged else 0):
            start, peers = (given.float().repeat(TOGETHER, 1, 1) for given in pairs())
            both = [start.requires_grad_(), peers]
            links = play_chain(Players(POLICIES, sample, credit), both, rates, **keys)
            for row, outer in judged.items():
                objective = meta_objective(links, judge(links, credit, options, outer), (0, 1))
                (gradient,) = torch.autograd.grad(objective.sum(), start, retain_graph=True)
                found[row].append(gradient.double().unflatten(0, (TOGETHER, -1)))
    return {row: torch.cat(parts) for row, parts in found.items()}


def judge(links, credit, options, outer):
    """Player 0's weighted advantages in the outer loop."""
    if outer is None:
        return lambda played: credit(played)[0]
    value_function, decay = outer
    held = {id(link.played): value_function(link) for link in links[1:]}
    weighted = options.get("weighted", True)
    return lambda played: value_credit(
        played, held[id(played)], GAMMA, decay=decay, weighted=weighted
    )


def compared(gradients, wanted):
    """Length and error, each with its standard error, cosine, and one chain's signal to noise.

    Pairs count the same: the exact gradient of each has length one.
    """
    sizes, whole = wanted.flatten(1).norm(dim=1)[:, None, None], len(wanted) ** 0.5
    gradients, wanted = (gradients / sizes / whole).flatten(1), (wanted / sizes / whole).flatten()
    mean, root = gradients.mean(0), len(gradients) ** 0.5
    length, noise = mean.norm(), gradients.var(0).sum().sqrt()
    found = {
        "length": length,
        "of length": (gradients @ mean / length).std() / root,
        "cosine": mean @ wanted / length,
        "error": (mean - wanted).norm(),
        "of error": noise / root,
        "s/n": length / noise,
    }
    return {name: float(number) for name, number in found.items()}


def cells(found):
    """What the table shows of `compared`."""
    places = 1 if found["length"] > 2 else 3
    percent = f"{100 * found['error']:.1f} ± {100 * found['of error']:.1f} %"
    if found["error"] > 1:
        percent = f"{100 * found['error']:.0f} ± {100 * found['of error']:.0f} %"
    return [
        f"{found['length']:.{places}f} ± {found['of length']:.{places}f}",
        f"{found['cosine']:.4f}",
        percent,
        f"{found['s/n']:.1f}",
    ]


def main():
    """Prints the table and writes it into the page: ten minutes on one thread."""
    torch.set_num_threads(1)
    rows = {row: [] for row in (CUT, *ROWS, *LARGE)}
    for length, chains in CHAINS.items():
        wanted = exact(length)
        cut = cells(compared(exact(length, game=Truncated()).expand(2, -1, -1, -1), wanted))
        rows[CUT] += [part.replace(" ± 0.000", "").replace(" ± 0.0", "") for part in cut[:3]] + [""]
        for row, gradients in sampled(length, chains).items():
            rows[row] += cells(compared(gradients, wanted))
        wanted = exact(length, 1.0)
        for row, base in LARGE.items():
            (gradients,) = sampled(length, chains, [base], rate=1.0).values()
            rows[row] += cells(compared(gradients, wanted))
    heads = [f"L = {length}: length | cosine | error | s/n" for length in CHAINS]
    lines = [f"| estimator | {' | '.join(heads)} |", "|---" * (4 * len(CHAINS) + 1) + "|"]
    lines += [f"| {row} | {' | '.join(found)} |" for row, found in rows.items()]
    table = "\n".join(lines) + "\n"
    print(table)
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + table + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
