"""Draws what a leader of the iterated prisoner's dilemma earns by rewarding cooperation with
probability p: `python docs/pictures/leader_value.py` writes leader-value.svg beside this file."""

from fractions import Fraction
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "gtlearn"  # the same picture, the same file
from matplotlib import pyplot as plt  # noqa: E402

from gtlearn import games  # noqa: E402
from gtlearn.solvers._markov.response import optimal_response, stationary_response  # noqa: E402

STEPS = 400
GAME = games.iterated("prisoners_dilemma", horizon=10)
CLASSES = {
    "optimal follower": (optimal_response, "tab:blue", 4),
    "stationary follower": (stationary_response, "tab:orange", 1.8),
}


def rewarding(p):
    """Defect first and after defection; after cooperation cooperate with probability p."""
    return [[row, 1 - row] for row in (Fraction(0), p, Fraction(0), p, Fraction(0))]


def main():
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    shares = [Fraction(k, STEPS) for k in range(STEPS + 1)]
    for name, (respond, colour, width) in CLASSES.items():
        found = [respond(GAME, [rewarding(p), None], 1, ties="strong") for p in shares]
        pieces, plans = [], [response.plan for response in found]
        begin = 0
        for k in range(1, len(shares) + 1):
            if k == len(shares) or plans[k] != plans[begin]:
                pieces.append((begin, k))
                begin = k
        for number, (begin, end) in enumerate(pieces):
            xs = [float(p) for p in shares[begin:end]]
            ys = [float(found[k].payoffs[0]) for k in range(begin, end)]
            axes.plot(xs, ys, color=colour, lw=width, label=name if number == 0 else None)
            if number:
                axes.axvline(xs[0], color=colour, lw=0.8, ls=":", zorder=0)
        top = max(range(len(found)), key=lambda k: found[k].payoffs[0])
        height = float(found[top].payoffs[0])
        axes.plot(float(shares[top]), height, "o", color=colour)
        axes.annotate(
            f"{height:.3g} at p \u2248 {float(shares[top]):.3g}",
            (float(shares[top]), height),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=colour,
        )
    axes.axhline(3.5, color="0.5", lw=0.8, ls="--")
    axes.annotate("folk bound 3.5", (0.005, 3.5), xytext=(0, 3), textcoords="offset points", color="0.4")
    axes.set(
        xlabel="p: how likely the leader cooperates after the follower did",
        ylabel="leader's mean reward a step",
        xlim=(0, 1),
        ylim=(1.9, 3.65),
    )
    axes.legend(loc="lower right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    target = Path(__file__).with_name("leader-value.svg")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
