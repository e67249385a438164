"""Hard cases for limits: reading, Nash equilibria, zero-sum games, correlation, dominance.

Each case builds what it needs outside the measured part and returns the call that is measured,
which takes `time_limit` and `memory_limit` and gives back what was found.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gtlearn import games, solvers
from gtlearn.games import NormalFormGame, families

Call = Callable[..., Any]  # of time_limit and memory_limit
MB = 1e6


@dataclass(frozen=True)
class LimitCase:
    """A call that takes long, and the limit that it is given.

    Attributes:
        kind: what is done: "reading", "nash one", ...
        name: what it is done to.
        prepare: builds what is needed and returns the call.
        time_limit: in seconds.
        memory_limit: in bytes.
    """

    kind: str
    name: str
    prepare: Callable[[], Call]
    time_limit: float | None = None
    memory_limit: float | None = None


def _reading(spec: Any) -> Call:
    return partial(games.load, spec)


def _file(suffix: str, write: Callable[[], str]) -> Callable[[], Call]:
    """A file that is written while the case is prepared."""

    def prepare() -> Call:
        path = Path(tempfile.mkdtemp(prefix="gtlearn-limits-")) / f"game{suffix}"
        path.write_text(write(), encoding="utf-8")
        return _reading(path)

    return prepare


def _solving(build: Callable[[], NormalFormGame], **options: Any) -> Callable[[], Call]:
    return lambda: partial(solvers.solve, build(), **options)


def _numbers(size: int, digits: int, seed: int = 0) -> list[list[int]]:
    """A square of random integers of so many digits."""
    draw = np.random.default_rng(seed)
    flat = [int.from_bytes(draw.bytes(int(digits * 0.4153)), "big") for _ in range(size * size)]
    return [flat[i * size : (i + 1) * size] for i in range(size)]


def _long_zero_sum(size: int, digits: int) -> NormalFormGame:
    rows = _numbers(size, digits)
    return games.normal_form(rows, [[-v for v in row] for row in rows])


def _long(size: int, digits: int) -> NormalFormGame:
    return games.normal_form(_numbers(size, digits), _numbers(size, digits, 1))


def _ratios(size: int, digits: int) -> NormalFormGame:
    """Zero-sum, the payoffs of each row over a denominator of their own."""
    rows = _numbers(size, digits)
    below = [row[0] | 1 for row in _numbers(size, digits, 2)]
    payoffs = [[Fraction(v, q) for v in row] for row, q in zip(rows, below, strict=True)]
    return games.normal_form(payoffs, [[-v for v in row] for row in payoffs])


def _random(*shape: int, high: int = 1000, seed: int = 0) -> NormalFormGame:
    draw = np.random.default_rng(seed)
    return games.normal_form(*(draw.integers(0, high, size=shape) for _ in shape))


def _zeros(size: int) -> NormalFormGame:
    return games.normal_form(np.zeros((size, size), int), np.zeros((size, size), int))


def deal_efg(cards: int, actions: int, answers: int) -> str:
    """A tree: of two cards that are dealt each player sees its own, then both move unseen.

    The normal form has actions**cards rows and answers**cards columns.
    """
    draw = np.random.default_rng(1)
    deals = cards * cards
    lines = ['EFG 2 R "two cards" { "First" "Second" }']
    lines.append('c "" 1 "" { ' + " ".join(f'"{d}" 1/{deals}' for d in range(deals)) + " } 0")
    moves = " ".join(f'"{a}"' for a in range(actions))
    replies = " ".join(f'"{b}"' for b in range(answers))
    outcome = 0
    for deal in range(deals):
        own, other = divmod(deal, cards)
        lines.append(f'p "" 1 {own + 1} "" {{ {moves} }} 0')
        for _ in range(actions):
            lines.append(f'p "" 2 {other + 1} "" {{ {replies} }} 0')
            for _ in range(answers):
                outcome += 1
                paid = ", ".join(map(str, draw.integers(0, 100, 2).tolist()))
                lines.append(f't "" {outcome} "" {{ {paid} }}')
    return "\n".join(lines)


def _tree(cards: int, actions: int, answers: int) -> NormalFormGame:
    found = games.loads(deal_efg(cards, actions, answers), "efg")
    if not isinstance(found, NormalFormGame):
        raise TypeError
    return found


def _json(size: int) -> str:
    draw = np.random.default_rng(3)
    return json.dumps({"payoffs": draw.integers(0, 10**6, (2, size, size)).tolist()})


def _nfg(size: int) -> str:
    flat = np.random.default_rng(4).integers(0, 10**6, 2 * size * size).tolist()
    return f'NFG 1 R "large" {{ "A" "B" }} {{ {size} {size} }}\n' + " ".join(map(str, flat))


def _csv(size: int) -> str:
    cells = np.random.default_rng(5).integers(0, 1000, (size, size)).tolist()
    return "\n".join(",".join(f"{v} {v + 1}" for v in row) for row in cells)


def _long_ratio(digits: int) -> str:
    """Four payoffs, ratios of numbers of so many digits."""
    draw = np.random.default_rng(6)
    texts = ["".join(map(str, draw.integers(1, 10, digits).tolist())) for _ in range(8)]
    pairs = [f"{p}/{q}" for p, q in zip(texts[:4], texts[4:], strict=True)]
    return f"{pairs[0]} {pairs[1]}; {pairs[2]} {pairs[3]}"


def _denominators(size: int, digits: int) -> str:
    """A matrix of ratios that have no common denominator but a very long one."""
    rows = _numbers(size, digits, 7)
    return "; ".join(" ".join(f"1/{v},0" for v in row) for row in rows)


def _lists(size: int) -> list[list[list[Fraction]]]:
    draw = np.random.default_rng(8).integers(1, 100, (2, size, size)).tolist()
    return [[[Fraction(v, 7) for v in row] for row in payoffs] for payoffs in draw]


CASES: tuple[LimitCase, ...] = (
    LimitCase("reading", "cournot(maximum=900)", lambda: _reading("cournot(maximum=900)"), 3.0),
    LimitCase("reading", ".json, 1400x1400", _file(".json", lambda: _json(1400)), 1.0),
    LimitCase("reading", ".nfg, 1000x1000", _file(".nfg", lambda: _nfg(1000)), 0.5),
    LimitCase("reading", ".csv, 1000x1000", _file(".csv", lambda: _csv(1000)), 0.5),
    LimitCase("reading", ".efg, 729x729", _file(".efg", lambda: deal_efg(6, 3, 3)), 1.0),
    LimitCase("reading", "ratios of 1,000,000 digits", lambda: _reading(_long_ratio(10**6)), 1.0),
    LimitCase("reading", "no common denominator", lambda: _reading(_denominators(60, 300)), 0.5),
    LimitCase("reading", "OpenSpiel's blotto", lambda: _reading("blotto(coins=11,fields=4)"), 0.3),
    LimitCase("reading", "lists of ratios, 700x700", lambda: _reading(_lists(700)), 1.0),
    LimitCase("reading", ".json, 1400x1400", _file(".json", lambda: _json(1400)), None, 100 * MB),
    LimitCase(
        "reading",
        "random_uniform, 1900x1900",
        lambda: _reading("random_uniform(rows=1900,columns=1900)"),
        None,
        30 * MB,
    ),
    LimitCase(
        "nash one",
        "500x500, opposed interests",
        _solving(lambda: families.covariant(500, 500, rho=-0.95, seed=1)),
        1.0,
    ),
    LimitCase(
        "nash one",
        "1990x1990, opposed interests",
        _solving(lambda: families.covariant(1990, 1990, rho=-0.95, seed=1)),
        2.0,
    ),
    LimitCase("nash one", "60x60 of 2,000 digits", _solving(lambda: _long(60, 2000)), 1.0),
    LimitCase(
        "nash one",
        "half the actions (sgc), 299x299",
        _solving(lambda: families.sgc(75, shuffle=1, seed=1)),
        1.0,
    ),
    LimitCase(
        "nash one",
        "exact path, 100x100",
        _solving(lambda: families.uniform(100, 100, seed=2), method="lemke-howson"),
        0.5,
    ),
    LimitCase(
        "nash one",
        "barrier, 1500x1500",
        _solving(lambda: families.covariant(1500, 1500, rho=-0.9, seed=3), method="barrier"),
        1.0,
    ),
    LimitCase(
        "nash one",
        "1500x1500, opposed interests",
        _solving(lambda: families.covariant(1500, 1500, rho=-0.95, seed=1)),
        None,
        60 * MB,
    ),
    LimitCase("nash all", "tree, 81x256", _solving(lambda: _tree(4, 3, 4), find="all"), 10.0),
    LimitCase(
        "nash all",
        "cournot, 121x121",
        _solving(lambda: games.load("cournot(demand=120,maximum=120)"), find="all"),
        5.0,
    ),
    LimitCase(
        "nash all", "25x25", _solving(lambda: families.uniform(25, 25, seed=1), find="all"), 2.0
    ),
    LimitCase(
        "nash all",
        "30x30, degenerate",
        _solving(lambda: families.degenerate(30, 30, seed=1), find="all"),
        1.0,
    ),
    LimitCase("nash all", "zeros, 300x300", _solving(lambda: _zeros(300), find="all"), 2.0),
    LimitCase(
        "nash all", "12x12 of 2,000 digits", _solving(lambda: _long(12, 2000), find="all"), 1.0
    ),
    LimitCase(
        "nash all",
        "100x100, every start label",
        _solving(lambda: families.uniform(100, 100, seed=2), find="all", method="lemke-howson"),
        1.0,
    ),
    LimitCase(
        "nash all",
        "most entropic, zeros, 90x90",
        _solving(lambda: _zeros(90), select="entropy"),
        1.0,
    ),
    LimitCase(
        "nash all",
        "25x25",
        _solving(lambda: families.uniform(25, 25, seed=1), find="all"),
        20.0,
        100 * MB,
    ),
    LimitCase("zero-sum", "80x80 of 2,000 digits", _solving(lambda: _long_zero_sum(80, 2000)), 1.0),
    LimitCase(
        "zero-sum", "1900x1900", _solving(lambda: families.zero_sum(1900, 1900, seed=1)), 1.0
    ),
    LimitCase(
        "zero-sum",
        "400x400, ties",
        _solving(lambda: families.zero_sum(400, 400, low=-1, high=1, seed=1)),
        1.0,
    ),
    LimitCase("zero-sum", "60x60 of ratios", _solving(lambda: _ratios(60, 30)), 1.0),
    LimitCase(
        "zero-sum",
        "colonel_blotto, 1326x1326",
        _solving(lambda: games.load("colonel_blotto(coins=50,fields=3)")),
        2.0,
    ),
    LimitCase(
        "zero-sum",
        "1900x1900",
        _solving(lambda: families.zero_sum(1900, 1900, seed=1)),
        None,
        50 * MB,
    ),
    LimitCase(
        "correlated", "20x20x20", _solving(lambda: _random(20, 20, 20), concept="correlated"), 2.0
    ),
    LimitCase(
        "correlated",
        "100x100, opposed interests",
        _solving(lambda: families.covariant(100, 100, rho=-0.95, seed=1), concept="correlated"),
        2.0,
    ),
    LimitCase(
        "correlated",
        "most spread, 40x40",
        _solving(
            lambda: families.covariant(40, 40, rho=-0.5, seed=1),
            concept="correlated",
            objective="gini",
        ),
        1.0,
    ),
    LimitCase(
        "correlated",
        "30x30 of 1,000 digits",
        _solving(lambda: _long(30, 1000), concept="correlated"),
        1.0,
    ),
    LimitCase(
        "correlated",
        "coarse, 200x200",
        _solving(
            lambda: families.covariant(200, 200, rho=-0.95, seed=1), concept="coarse-correlated"
        ),
        2.0,
    ),
    LimitCase(
        "correlated",
        "fairest, 6 players, 5 actions",
        _solving(lambda: _random(5, 5, 5, 5, 5, 5), concept="correlated", objective="fairness"),
        2.0,
    ),
    LimitCase(
        "correlated",
        "150x150",
        _solving(lambda: families.uniform(150, 150, seed=1), concept="correlated"),
        None,
        100 * MB,
    ),
    LimitCase(
        "dominance",
        "weak, 400x400",
        lambda: partial(solvers.dominance, families.covariant(400, 400, rho=0.9, seed=1), "weak"),
        1.0,
    ),
)
