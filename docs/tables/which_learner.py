"""Plays every learner against itself in the twelve symmetric games, from many random starts:
`python docs/tables/which_learner.py` writes the tables of ../which-learner-when.md in place."""

import math
import time
from pathlib import Path

import torch

from gtlearn import games
from gtlearn.learning.shaping.games import nash_conv, table_game
from gtlearn.learning.shaping.updates import UPDATES, pola

PAGE = Path(__file__).parents[1] / "which-learner-when.md"
GAMES = (
    "prisoners_dilemma stag_hunt assurance coordination mixedharmony harmony noconflict deadlock "
    "prisoners_delight hero battle chicken"
).split()
METHODS = {  # updates, learning rate, options: the defaults of `gtlearn train`
    **dict.fromkeys(("naive", "lookahead", "lola", "sos", "consensus", "cgd"), (500, 1.0, {})),
    "pola": (20, 3.0, {"look_ahead": 0.1}),
}
STARTS, SEED, DISCOUNT = 40, 0, "24/25"
SCALES = (0.1, 0.3, 1.0, 5.0)
STUDENT = 2.0227  # the 97.5 % quantile of Student's t with 39 degrees of freedom


def measured(method, name):
    """Both players' mean reward a step and NashConv a step at the end, one a start; seconds."""
    game = table_game(games.iterated(name, discount=DISCOUNT))
    generator = torch.Generator().manual_seed(SEED)
    held = [
        torch.randn(STARTS, *shape, generator=generator, dtype=torch.float64)
        for shape in game.shapes
    ]
    steps, rate, options = METHODS[method]
    begin = time.perf_counter()
    for _ in range(steps):
        held = UPDATES[method](game.values, held, rate, **options)
    seconds = time.perf_counter() - begin
    scale = 1 - float(game.tensors.game.discount)
    regret = nash_conv(game, held).clamp(min=0)  # below 0 by rounding only
    return game.values(held).mean(-1) * scale, regret * scale, seconds


def cooperating(method, scale, starts=STARTS):
    """The share of starts that end in mutual cooperation in the dilemma, of which most is 3.

    The logits are `scale` times the parameters; at the start the policies are the same for all.
    """
    game = table_game(games.iterated("prisoners_dilemma", discount=DISCOUNT))
    generator = torch.Generator().manual_seed(SEED)
    held = [
        torch.randn(starts, *shape, generator=generator, dtype=torch.float64) / scale
        for shape in game.shapes
    ]
    steps, rate, options = METHODS[method]
    if method == "pola":
        options = options | {"divergence": lambda new, old: pola.kl(scale * new, scale * old)}

    def values(parameters):
        return game.values([scale * p for p in parameters])

    for _ in range(steps):
        held = UPDATES[method](values, held, rate, **options)
    return float((values(held).mean(-1) / 25 > 2.8).double().mean())


def cell(numbers):
    """The mean over starts and its 95 % interval."""
    half = STUDENT * float(numbers.std()) / math.sqrt(len(numbers))
    return f"{float(numbers.mean()):.2f} ± {half:.2f}"


def most(name):
    """The highest mean reward of both players that a joint action gives."""
    stage = games.load(name)
    return f"{(stage.floats(0) + stage.floats(1)).max() / 2:.2f}"


def table(rows, *more):
    """A Markdown table: one row a game, one column a method."""
    heads = ["game", *more, *METHODS]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines += [f"| {game} | " + " | ".join(cells) + " |" for game, cells in rows.items()]
    return "\n".join(lines) + "\n"


def written(text, name, found):
    """The page with what stands between the marks of that name replaced."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    return before + begin + found + end + rest.split(end)[1]


def parametrisations():
    """A Markdown table of `cooperating`."""
    lines = ["| logits are | " + " | ".join(f"{scale:g} θ" for scale in SCALES) + " |"]
    lines.append("|---" * (len(SCALES) + 1) + "|")
    for method in ("lola", "pola"):
        shares = [f"{100 * cooperating(method, scale):.0f} %" for scale in SCALES]
        lines.append(f"| {method} | " + " | ".join(shares) + " |")
    return "\n".join(lines) + "\n"


def main():
    torch.set_num_threads(1)
    found = {game: [measured(method, game) for method in METHODS] for game in GAMES}
    text = PAGE.read_text()
    rows = {game: [most(game), *(cell(row[0]) for row in rows)] for game, rows in found.items()}
    text = written(text, "welfare", table(rows, "most"))
    rows = {game: [cell(row[1]) for row in rows] for game, rows in found.items()}
    text = written(text, "exploitability", table(rows))
    rows = {game: [f"{row[2]:.1f}" for row in rows] for game, rows in found.items()}
    text = written(text, "seconds", table(rows))
    PAGE.write_text(written(text, "parametrisations", parametrisations()))


if __name__ == "__main__":
    main()
