"""Draws what a price leader and its follower earn by the leader's price: `python
docs/pictures/price_leader.py` writes price-leader.svg beside this file."""

from fractions import Fraction
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "gtlearn"  # the same picture, the same file
from matplotlib import pyplot as plt  # noqa: E402

from gtlearn import games, solvers  # noqa: E402

GAME = games.load("bertrand_logit(prices=15,lowest=13/10,highest=2)")


def answered(price):
    """The profits of the leader and of the follower, who answers the price by a best response."""
    ours, theirs = (array[price] for array in (GAME.floats(0), GAME.floats(1)))
    answer = theirs.argmax()
    return ours[answer], theirs[answer]


def main():
    """Draws both profits over the leader's price, with the two equilibria."""
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    prices = [float(Fraction(label)) for label in GAME.actions[0]]
    leader, follower = zip(*map(answered, range(len(prices))), strict=True)
    axes.plot(prices, follower, "o-", ms=3, color="tab:orange", label="follower")
    axes.plot(prices, leader, "o-", ms=3, color="tab:blue", label="leader")
    best = max(range(len(prices)), key=leader.__getitem__)
    axes.plot(prices[best], leader[best], "o", ms=8, color="tab:blue")
    axes.plot(prices[best], follower[best], "o", ms=8, color="tab:orange")
    for price, where, align in ((1.5, "Nash", "right"), (prices[best], "Stackelberg", "left")):
        axes.axvline(price, color="0.6", lw=0.8, ls=":", zorder=0)
        shift = -4 if align == "right" else 4
        axes.annotate(
            where,
            (price, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=align,
            color="0.4",
        )
    nash = max(o.payoffs[0] for o in solvers.solve(GAME, find="all"))
    axes.plot(1.5, float(nash), "s", ms=7, color="0.3")
    axes.annotate(
        f"both {float(nash):.3f}",
        (1.5, float(nash)),
        xytext=(-8, 4),
        textcoords="offset points",
        ha="right",
        color="0.3",
    )
    for values, colour in ((leader, "tab:blue"), (follower, "tab:orange")):
        axes.annotate(
            f"{values[best]:.3f}",
            (prices[best], values[best]),
            xytext=(0, -16) if values is leader else (-6, 6),
            textcoords="offset points",
            ha="center" if values is leader else "right",
            color=colour,
        )
    axes.set(xlabel="the leader's price", ylabel="profit, the follower answering best")
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(Path(__file__).with_name("price-leader.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
